// What the pages of a plan hold, and what comes of it: matches, and in the end one settlement for each alert.
#include "actors/scraper.hpp"

#include "actors/policy/page_notes.hpp"

namespace vigie {

namespace {

uint64_t bytes_of(const item& x) {
  constexpr uint64_t overhead = 64;
  auto size = [](const optional<std::string>& field) { return field ? field->size() : 0; };
  return overhead + x.id.value.size() + x.title.size() + size(x.currency) + size(x.brand) + size(x.size) +
         size(x.condition) + size(x.url) + size(x.photo);
}

alert_settled settlement(scraper_ptr self, size_t place, const error& problem, int32_t status) {
  auto& s = self->state;
  const auto& x = s.plan.plan.alerts[place];
  alert_settled out;
  out.assignment = s.plan.assignment;
  out.run = s.plan.run;
  out.alert = x.what.id;
  out.token = x.token;
  out.source = s.plan.plan.source;
  // Where a redirect led elsewhere, the answer is a word about that host.
  out.host = s.walk ? s.walk->request().host : s.plan.plan.host;
  out.problem = problem;
  out.http_status = status;
  out.notes = to_sentences(s.notes);
  out.items_checked = static_cast<uint32_t>(s.seen.size());
  if (s.walk) {
    out.items_checked += s.walk->unchanged_items();
    out.unchanged = s.walk->unchanged();
  }
  if (place == 0) // the alerts share their requests: told by each, they would count for each
    out.answers = s.answers;
  out.took = std::chrono::duration_cast<duration>(self->clock().now() - s.started);
  if (problem.code != errc::none)
    return out;
  if (s.match_bytes[place] > s.config.max_settlement_bytes) {
    out.problem = {
        errc::body_too_large, "the alert matches more than one message may carry; narrow its conditions", {}};
    return out;
  }
  out.matches = std::move(s.matches[place]);
  out.pages = s.walk->records();
  return out;
}

void match_item(scraper_ptr self, const item& what) {
  auto& s = self->state;
  for (auto i : s.matcher->match(what, s.room)) {
    s.match_bytes[i] += bytes_of(what);
    if (s.match_bytes[i] <= s.config.max_settlement_bytes)
      s.matches[i].push_back({s.plan.plan.alerts[i].what.id, what});
  }
}

/// Each item of the page that was not on an earlier one, and no other of this one had its id.
void read_items(scraper_ptr self, extraction& page) {
  auto& s = self->state;
  bool repeats = false;
  for (const auto& x : page.items) {
    if (!s.seen.insert(x.id.value).second) {
      repeats = true;
      continue;
    }
    match_item(self, x);
    s.sanity->saw(x);
  }
  if (!repeats)
    return;
  if (auto same = find_same_ids(page.items); same.count > 0) {
    s.sanity->saw_same_ids(same.count);
    add_note(page.page_notes, std::move(same));
  }
}

void keep_notes(scraper_ptr self, extraction& page) {
  auto& s = self->state;
  s.sanity->saw_left_out(page.left_out.without_id, page.left_out.without_title);
  for (auto& x : page.page_notes) {
    x.place = s.walk->page_name() + (x.place.empty() ? "" : " " + x.place);
    add_note(s.notes, std::move(x));
  }
}

} // namespace

error prepare_pages(scraper_ptr self) {
  auto& s = self->state;
  if (s.plan.source.needs_credential)
    return {errc::no_scraping_cookies, "no credential is stored for source " + s.plan.source.id.value, {}};
  auto seed = s.parts.env.seed ^ static_cast<uint64_t>(s.plan.plan.alerts.front().token.value);
  auto walk = plan_walk::begin(s.config.walk, s.plan.source, s.plan.plan, seed);
  if (!walk)
    return walk.error();
  auto reader = s.parts.new_extractor(s.plan.source);
  if (!reader)
    return reader.error();
  std::vector<alert> alerts;
  for (const auto& x : s.plan.plan.alerts)
    alerts.push_back(x.what);
  s.walk = std::make_unique<plan_walk>(std::move(*walk));
  s.reader = std::move(*reader);
  s.matcher = std::make_unique<alert_matcher>(alerts);
  s.sanity = std::make_unique<content_sanity>(s.plan.source.sanity);
  return {};
}

walk_step take_page(scraper_ptr self, const http_response& answer, result<extraction>& page) {
  auto& s = self->state;
  if (!page)
    return s.walk->unreadable(page.error());
  s.parts.env.metrics->count("vigie_pages_total", {{"answer", "page"}});
  read_items(self, *page);
  keep_notes(self, *page);
  if (s.seen.size() > s.config.max_items)
    return s.walk->unreadable({errc::bad_page, "more than " + std::to_string(s.config.max_items) + " items", {}});
  auto entries = static_cast<uint32_t>(page->items.size() + page->left_out.all());
  page_reading reading{entries, page->next, page->newest.value_or(wall_time{})};
  return s.walk->was_read(answer, reading);
}

/// The walk reached its end: is what it read to be believed? If not, nothing of it is used.
error suspicion(scraper_ptr self) {
  auto& s = self->state;
  s.sanity->saw_unchanged(s.walk->unchanged_items());
  if (s.walk->newest() != wall_time{})
    s.sanity->saw_date(s.walk->newest());
  return s.sanity->verdict(s.parts.env.wall(self->clock().now()));
}

void settle_all(scraper_ptr self, const error& problem, int32_t status) {
  auto& s = self->state;
  if (std::exchange(s.done, true))
    return;
  for (size_t i = 0; i < s.plan.plan.alerts.size(); ++i)
    self->send(s.owner, settlement(self, i, problem, status));
  auto name = std::string{to_string(problem.code)};
  s.parts.env.metrics->count("vigie_plans_total", {{"outcome", name}});
  self->quit();
}

} // namespace vigie

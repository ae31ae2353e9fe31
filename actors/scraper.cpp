#include "actors/scraper.hpp"

#include <algorithm>

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
  out.host = s.plan.plan.host;
  out.problem = problem;
  out.http_status = status;
  out.items_checked = static_cast<uint32_t>(s.seen.size());
  out.took = std::chrono::duration_cast<duration>(self->clock().now() - s.started);
  if (problem.code == errc::none && s.match_bytes[place] > s.config.max_settlement_bytes)
    out.problem = {
        errc::body_too_large, "the alert matches more than one message may carry; narrow its conditions", {}};
  else if (problem.code == errc::none)
    out.matches = std::move(s.matches[place]);
  return out;
}

/// The end, good or bad: one settlement for each alert, then nothing more.
void settle_all(scraper_ptr self, const error& problem, int32_t status = 0) {
  auto& s = self->state;
  if (std::exchange(s.done, true))
    return;
  for (size_t i = 0; i < s.plan.plan.alerts.size(); ++i)
    self->send(s.owner, settlement(self, i, problem, status));
  auto name = std::string{to_string(problem.code)};
  s.parts.env.metrics->count("vigie_plans_total", {{"outcome", name}});
  self->quit();
}

std::string page_name(scraper_ptr self) {
  return "page " + std::to_string(self->state.walk->here().number);
}

std::string page_url(scraper_ptr self) {
  auto& s = self->state;
  const auto& here = s.walk->here();
  return s.url->fill({s.plan.plan.query, here.page, here.offset});
}

void match_item(scraper_ptr self, const item& what) {
  auto& s = self->state;
  for (auto i : s.matcher->match(what)) {
    s.match_bytes[i] += bytes_of(what);
    if (s.match_bytes[i] <= s.config.max_settlement_bytes)
      s.matches[i].push_back({s.plan.plan.alerts[i].what.id, what});
  }
}

void ask_permit(scraper_ptr self);

void read_page(scraper_ptr self, const std::string& body) {
  auto& s = self->state;
  auto page = s.reader->extract(body);
  if (!page) {
    auto problem = page.error();
    problem.place = page_name(self) + (problem.place.empty() ? "" : " " + problem.place);
    return settle_all(self, problem);
  }
  s.parts.env.metrics->count("vigie_pages_total", {});
  for (const auto& x : page->items)
    if (s.seen.insert(x.id.value).second)
      match_item(self, x);
  if (s.seen.size() > s.config.max_items)
    return settle_all(self,
                      {errc::bad_page, "more than " + std::to_string(s.config.max_items) + " items", page_name(self)});
  if (s.walk->next(page->items.size()))
    ask_permit(self);
  else
    settle_all(self, {});
}

/// The permit goes back before anything else is done with the answer.
void fetched(scraper_ptr self, uint64_t permit_id, const result<http_response>& answer) {
  auto& s = self->state;
  auto outcome = judge_fetch(s.config.outcome, answer, s.parts.env.wall(self->clock().now()));
  bool refused = outcome.problem.code == errc::refused;
  auto evidence = refused ? outcome.problem.detail + " on run " + std::to_string(s.plan.run.value) : std::string{};
  self->send(s.parts.gate.get(), permit_release{permit_id, s.plan.plan.host, outcome.hold, refused, evidence});
  if (s.done)
    return;
  if (outcome.problem.code == errc::none)
    return read_page(self, answer->body);
  outcome.problem.place = page_name(self);
  settle_all(self, outcome.problem, outcome.status);
}

void fetch_page(scraper_ptr self, uint64_t permit_id) {
  auto& s = self->state;
  http_request request;
  request.url = page_url(self);
  request.headers = s.plan.source.headers;
  request.headers.insert(s.config.headers.begin(), s.config.headers.end());
  request.timeout = s.plan.source.timeout;
  request.max_body_bytes = s.plan.source.max_body_bytes;
  self->request(s.parts.fetcher.get(), caf::infinite, std::move(request))
      .then([self, permit_id](http_response& answer) { fetched(self, permit_id, std::move(answer)); },
            [self, permit_id](const caf::error& e) { fetched(self, permit_id, tl::unexpected<error>(from_caf(e))); });
}

void ask_permit(scraper_ptr self) {
  auto& s = self->state;
  auto left = std::chrono::duration_cast<duration>(s.deadline - self->clock().now());
  auto patience = s.deadline == mono_time::max() ? s.config.patience : std::max(left, duration{1});
  self->show(page_name(self) + " of " + s.plan.plan.source.value + ", " + std::to_string(s.seen.size()) + " items");
  self->request(s.parts.gate.get(), caf::infinite,
                permit_request{s.plan.plan.host, s.plan.source.gate, patience, page_url(self)})
      .then(
          [self](const permit& leave) {
            if (leave.id == 0)
              settle_all(self, {leave.why.code, leave.why.detail, page_name(self)});
            else
              fetch_page(self, leave.id);
          },
          [self](const caf::error& e) { settle_all(self, from_caf(e)); });
}

/// What the plan needs before the first page.
error prepare(scraper_state& s) {
  if (s.plan.source.needs_credential)
    return {errc::no_scraping_cookies, "no credential is stored for source " + s.plan.source.id.value, {}};
  auto url = url_template::parse(s.plan.source.url);
  if (!url)
    return url.error();
  auto reader = s.parts.new_extractor(s.plan.source);
  if (!reader)
    return reader.error();
  std::vector<alert> alerts;
  for (const auto& x : s.plan.plan.alerts)
    alerts.push_back(x.what);
  s.url = std::make_unique<url_template>(std::move(*url));
  s.reader = std::move(*reader);
  s.walk = std::make_unique<page_walk>(s.plan.source.paging);
  s.matcher = std::make_unique<alert_matcher>(alerts);
  return {};
}

void begin(scraper_ptr self, const run_plan& what) {
  auto& s = self->state;
  s.plan = what;
  s.owner = s.parts.gateway.get();
  s.started = self->clock().now();
  s.deadline = what.deadline > duration{0} ? s.started + what.deadline : mono_time::max();
  s.matches.resize(what.plan.alerts.size());
  s.match_bytes.resize(what.plan.alerts.size());
  self->monitor(s.owner);
  if (auto problem = prepare(s); problem.code != errc::none)
    return settle_all(self, problem);
  if (s.deadline != mono_time::max())
    self->after(what.deadline, [self] {
      settle_all(self, {errc::deadline_exceeded, "the assignment's deadline passed", page_name(self)});
    });
  ask_permit(self);
}

} // namespace

error validate(const scraper_config& config) {
  if (config.max_items == 0 || config.max_settlement_bytes == 0 || config.patience <= duration{0})
    return {errc::bad_config, "the scraper's limits must be positive", {}};
  return validate(config.outcome);
}

scraper_actor::behavior_type scraper(scraper_ptr self, scraper_config config, scraper_parts parts) {
  self->state.config = std::move(config);
  self->state.parts = std::move(parts);
  // Without the gateway nobody waits for the settlements.
  self->set_down_handler([self](const caf::down_msg&) { self->quit(); });
  return {
      [self](const run_plan& what) -> caf::result<void> {
        if (self->state.owner)
          return to_caf({errc::conflict, "a scraper runs one plan", {}});
        begin(self, what);
        return caf::unit;
      },
  };
}

} // namespace vigie

#include "runtime/commands/source_trial.hpp"

#include <algorithm>
#include <chrono>
#include <future>
#include <memory>
#include <set>

#include "actors/policy/content_sanity.hpp"
#include "actors/policy/page_notes.hpp"
#include "actors/policy/page_walk.hpp"
#include "actors/policy/url_template.hpp"
#include "adapters/extract/extractors.hpp"
#include "adapters/extract/reading_threads.hpp"

namespace vigie {

result<extraction> read_in_time(const source_spec& spec, std::string body, page_origin from, duration page_time) {
  // The thread that reads may be the last to let go of it.
  struct page_at_hand {
    std::unique_ptr<extractor> reader;
    std::string body;
    page_origin from;
    result<extraction> found;
    std::promise<error> over;
  };
  auto reader = make_extractor(spec);
  if (!reader)
    return tl::unexpected<error>(reader.error());
  auto page = std::make_shared<page_at_hand>();
  page->reader = std::move(*reader);
  page->body = std::move(body);
  page->from = std::move(from);
  auto over = page->over.get_future();
  auto threads = make_reading_threads({page_time, 1, 1, 1});
  threads->read(
      spec.id, [page] { page->found = page->reader->extract(page->body, page->from); },
      [page](error why) { page->over.set_value(std::move(why)); });
  auto why = over.get();
  if (why.code != errc::none)
    return tl::unexpected<error>(std::move(why));
  return std::move(page->found);
}

namespace {

/// Where a search goes on behind this page, however few pages of it the source wants.
void turn_page(source_trial& trial, const source_spec& spec, const std::string& url, std::string_view link) {
  auto paging = spec.paging;
  paging.max_pages = std::max(paging.max_pages, 2U);
  auto address = url_template::parse(spec.url);
  if (!address)
    return;
  page_walk walk{paging, address->host()};
  auto turn = walk.next(trial.page.items.size(), named_next(paging, trial.page.next, link), url);
  trial.next_problem = turn.problem;
  if (turn.to)
    trial.next = turn.to->url.empty() ? address->fill({trial.query, turn.to->page, turn.to->offset, turn.to->cursor})
                                      : turn.to->url;
}

} // namespace

void read_page(source_trial& trial, const source_spec& spec, std::string body, const page_origin& from,
               duration page_time, std::string_view link) {
  trial.bytes = body.size();
  auto page = read_in_time(spec, std::move(body), from, page_time);
  if (!page) {
    trial.problem = page.error();
    return;
  }
  trial.page = std::move(*page);
  turn_page(trial, spec, from.url, link);
  content_sanity sanity{spec.sanity};
  std::set<std::string_view> seen; // as a run drops what comes again
  for (const auto& x : trial.page.items)
    if (seen.insert(x.id.value).second)
      sanity.saw(x);
  sanity.saw_left_out(trial.page.left_out.without_id, trial.page.left_out.without_title);
  if (auto same = find_same_ids(trial.page.items); same.count > 0) {
    sanity.saw_same_ids(same.count);
    add_note(trial.page.page_notes, std::move(same));
  }
  if (trial.page.newest)
    sanity.saw_date(*trial.page.newest);
  trial.sanity = sanity.verdict(std::chrono::time_point_cast<duration>(std::chrono::system_clock::now()));
}

} // namespace vigie

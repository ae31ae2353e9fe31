#include "runtime/commands/source_finder.hpp"

#include <algorithm>

#include "adapters/extract/page_survey.hpp"
#include "runtime/commands/source_trial.hpp"

namespace vigie {

namespace {

constexpr size_t most_tries = 5;          // of the guesses of one page
constexpr uint32_t sitemaps_of_index = 3; // that a search of a draft looks at

source_trial try_on(const source_spec& spec, const std::string& page, const page_origin& from, duration page_time) {
  source_trial out;
  out.source = spec.id.value;
  read_page(out, spec, page, from, page_time);
  return out;
}

/// A feed or a sitemap: its format says what is what.
void read_by_format(found_source& out, const std::string& page, const page_origin& from, duration page_time) {
  auto trial = try_on(out.spec, page, from, page_time);
  if (out.spec.extract.framing == page_framing::sitemap && trial.problem.code != errc::none) {
    auto index = out.spec;
    index.paging = {};
    index.paging.kind = paging_kind::next_link;
    index.paging.max_pages = sitemaps_of_index;
    auto again = try_on(index, page, from, page_time);
    if (again.problem.code == errc::none && !again.next.empty()) {
      out.spec = std::move(index);
      out.found = true;
      return;
    }
  }
  out.found = trial.good();
  if (!out.found)
    out.why = to_string(trial.problem.code != errc::none ? trial.problem : trial.sanity);
}

} // namespace

found_source find_source_of(const source_spec& start, const std::string& page, const page_origin& from,
                            duration page_time) {
  found_source out{start, false, {}, {}};
  auto survey = survey_page(page, from);
  if (!survey) {
    out.why = to_string(survey.error());
    return out;
  }
  out.spec.extract = {};
  out.spec.extract.framing = survey->framing;
  out.feeds = std::move(survey->feeds);
  if (survey->framing == page_framing::feed || survey->framing == page_framing::sitemap) {
    read_by_format(out, page, from, page_time);
    return out;
  }
  if (survey->framing == page_framing::xml) {
    out.why = "this is XML, but neither a feed nor a sitemap";
    return out;
  }
  auto guesses = guess_lists(survey->lists);
  for (size_t i = 0; i < guesses.size() && i < most_tries; ++i) {
    auto& guess = guesses[i];
    auto spec = out.spec;
    spec.extract.items = guess.items;
    spec.extract.fields = guess.fields;
    auto trial = try_on(spec, page, from, page_time);
    if (!trial.good() || trial.page.items.size() * 2 < guess.count)
      continue;
    out.spec = std::move(spec);
    out.found = true;
    return out;
  }
  out.why = "no list was found on it whose entries have an id or an address of their own, and a title";
  return out;
}

} // namespace vigie

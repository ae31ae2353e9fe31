// Of any bytes it can be said what they list, or why not; and what is guessed is a source that can be read.
#pragma once

#include <string_view>

#include "adapters/extract/extractors.hpp"
#include "adapters/extract/page_survey.hpp"
#include "tests/fuzz/must.hpp"

inline void must_survey(std::string_view page, const vigie::page_origin& from) {
  using namespace vigie;
  auto survey = survey_page(page, from);
  if (!survey) {
    must(survey.error().code == errc::bad_page && !survey.error().detail.empty());
    return;
  }
  for (const auto& guess : guess_lists(survey->lists)) {
    source_spec source;
    source.extract.framing = survey->framing;
    source.extract.items = guess.items;
    source.extract.fields = guess.fields;
    must(make_extractor(source).has_value());
  }
}

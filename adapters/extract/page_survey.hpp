// What is on a page that no source describes yet: its format, and the lists in it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "actors/policy/source_guess.hpp"
#include "adapters/ports/extractor.hpp"

namespace vigie {

struct page_survey {
  page_framing framing = page_framing::html;
  std::vector<listed_entries> lists; ///< json, ndjson and html; in the order of the page
  std::vector<std::string> feeds;    ///< html: addresses of feeds that the page names
};

/// Tells the format by the bytes, and by the content type where they say nothing. bad_page: it is neither markup nor
/// JSON, or it cannot be read. A gzip file is unpacked first. Thread-safe.
result<page_survey> survey_page(std::string_view page, const page_origin& from = {});

} // namespace vigie

// A first draft of a source, from a page that nobody has described.
#pragma once

#include <string>
#include <vector>

#include "adapters/ports/extractor.hpp"

namespace vigie {

struct found_source {
  source_spec spec;
  bool found = false;               ///< spec reads the page; else it has the page's format at most
  std::string why;                  ///< not found: a sentence
  std::vector<std::string> feeds{}; ///< that the page names
};

/// Completes `start`, whose id, url and paging are there. What is found has been read from the page by the extractor
/// itself: its entries have ids that tell them apart, and titles.
found_source find_source_of(const source_spec& start, const std::string& page, const page_origin& from,
                            duration page_time);

} // namespace vigie

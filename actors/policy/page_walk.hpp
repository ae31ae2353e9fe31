// Which page of a search comes next. Pure.
#pragma once

#include <cstddef>
#include <cstdint>

#include "messages/values/fetch.hpp"
#include "messages/values/optional.hpp"

namespace vigie {

/// What fills {page} and {offset} of the URL template.
struct page_place {
  uint32_t number = 1; ///< counts from 1, whatever the source's own numbers are
  uint64_t page = 1;
  uint64_t offset = 0;

  friend bool operator==(const page_place&, const page_place&) = default;
};

/// Walks a search page by page. The walk ends with max_pages, with an empty page, or with a page shorter than page_size
/// (0 = unknown: only an empty page is short).
class page_walk {
public:
  explicit page_walk(const paging_spec& spec);

  const page_place& here() const { return here_; }
  /// The page at `here` had this many items. Nothing: it was the last.
  optional<page_place> next(size_t items);

private:
  paging_spec spec_;
  page_place here_;
};

} // namespace vigie

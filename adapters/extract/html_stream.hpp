// A page read in one pass, without a tree, for selectors that say nothing but types, attributes and what stands within
// what. Its answers are those of markup_tree; where a page's markup has to be mended first, it has none.
#pragma once

#include <memory>
#include <string_view>

#include "adapters/extract/markup_rows.hpp"

namespace vigie {

/// Not thread-safe.
class html_stream {
public:
  /// Null if one of the queries needs the tree.
  static std::unique_ptr<html_stream> make(const markup_queries& queries);

  virtual ~html_stream() = default;

  /// Valid UTF-8 without control characters. False: the page needs the tree, and nothing of `out` counts.
  virtual bool read(std::string_view page, markup_rows& out) = 0;
};

} // namespace vigie

// A page read as a tree by libxml2, and asked by XPath: what any selector and any markup can be read by.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "adapters/extract/markup_rows.hpp"

namespace vigie {

/// Nothing outside the page is ever opened, and what a page declares as entities is not taken up. Not thread-safe.
class markup_tree {
public:
  /// bad_config for XPath that is none, or uses a prefix that is not among the namespaces.
  static result<std::unique_ptr<markup_tree>> make(const markup_queries& queries);

  virtual ~markup_tree() = default;

  /// Valid UTF-8, in HTML without control characters. The error is bad_page.
  virtual std::optional<error> read(std::string_view page, markup_rows& out) = 0;

  /// Whether the page has what queries.empty selects; only where there is such a query.
  virtual result<bool> says_empty(std::string_view page) = 0;
};

} // namespace vigie

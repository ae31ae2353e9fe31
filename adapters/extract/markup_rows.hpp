// What is asked of an HTML or XML page, compiled, and what it answers: one table, whether a tree or a stream was read.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/policy/css_selector.hpp"
#include "actors/policy/price_marks.hpp"
#include "adapters/extract/extract_rules.hpp"
#include "adapters/extract/parse_watch.hpp"
#include "messages/values/error.hpp"
#include "messages/values/fetch.hpp"

namespace vigie {

struct markup_limits : item_limits {
  size_t depth = 250;                   ///< elements within one another; libxml2 itself ends at 256
  uint64_t xpath_operations = 20 << 20; ///< libxml2's count, of a page
  /// Bytes of attributes that the stream looks at: for each selector, and each item around them. Above, it is left to
  /// the tree, which says that it is too much.
  size_t looked_at = 64 << 20;
  size_t looked_at_each = 16; ///< and so many for each byte of the page
  size_t selector_bytes = 4096;
  parse_limits parse{};
};

/// One selector of the configuration. With XPath, `css` is empty.
struct markup_query {
  std::string text; ///< as it was written
  std::vector<css_selector> css{};
  std::string xpath{};
  std::string all{}; ///< XPath of all that is selected, where the first with text counts and not just the first
};

struct markup_queries {
  css_dialect dialect = css_dialect::html;
  markup_query items;
  std::string list{}; ///< XPath of what stands around the items, where their selector says it; empty = unknown
  std::vector<markup_query> columns{};
  std::vector<std::string> places{}; ///< of each column: "extract.fields.brand"
  std::vector<bool> addresses{};     ///< the columns that are relative to their page
  std::vector<bool> prices{};        ///< those whose text has price_marks in it
  std::optional<markup_query> next{};
  bool next_is_url = false;
  std::optional<markup_query> empty{}; ///< what only a page without a match has
  std::map<std::string, std::string> namespaces{};
  markup_limits limits{};
};

/// The queries of a source's HTML or XML pages, of XPath not yet known to be any. bad_config with the key's path as its
/// place ("extract.fields.brand").
result<markup_queries> compile_queries(const extract_spec& spec, const std::string& next, bool next_is_url,
                                       const std::string& dated);

/// The cells of the columns for each item, in the page's order. Text has its blanks run together and none around it, an
/// attribute's value none around it.
class markup_rows {
public:
  using cell = std::optional<std::string>;

  void clear(size_t columns, const markup_limits& limits);
  size_t size() const { return rows_; }
  const cell& at(size_t row, size_t column) const { return cells_[row * columns_ + column]; }
  cell& at(size_t row, size_t column) { return cells_[row * columns_ + column]; }
  bool has(size_t row, size_t column) const { return at(row, column).has_value(); }

  /// False: there are too many.
  bool add_row();
  /// The first value that is not empty stays. False: all together are too large.
  bool put(size_t row, size_t column, std::string value);

  /// Of an address in XML: the xml:base attributes around it, a line each, from the outside in. Empty: none.
  const std::string& bases(size_t row, size_t column) const;
  /// False: all together are too large.
  bool put_bases(size_t row, size_t column, std::string bases);

  bool list_seen = false; ///< no item, but the place where they would be
  cell base{};            ///< HTML: of its <base>
  cell next{};
  std::string next_bases{}; ///< as bases()

  friend bool operator==(const markup_rows& a, const markup_rows& b) {
    return a.cells_ == b.cells_ && a.rows_ == b.rows_ && a.bases_ == b.bases_ && a.list_seen == b.list_seen &&
           a.base == b.base && a.next == b.next && a.next_bases == b.next_bases;
  }

private:
  markup_limits limits_;
  size_t columns_ = 0;
  size_t rows_ = 0;
  size_t bytes_ = 0;
  std::vector<cell> cells_;
  std::map<size_t, std::string> bases_; ///< by the cell's index
};

/// Text on its way into a cell, piece by piece: blanks run together, none at the ends. It ends one byte behind the
/// limit.
class text_collector {
public:
  /// With `marks`, it says where elements begin and end, as price_marks.hpp has it: only where that can change what
  /// stands there, most prices have none.
  explicit text_collector(size_t limit = 0, bool marks = false) : limit_(limit), marks_(marks) {}
  void add(std::string_view piece);
  /// An element begins within the text; its mark says what it is.
  void begin(price_mark x) {
    if (marks_ && x != price_mark::none)
      cross(x, 1);
  }
  void end(price_mark x) {
    if (marks_ && x != price_mark::none)
      cross(x, -1);
  }
  bool marks() const { return marks_; }
  bool full() const { return text_.size() > limit_; }
  std::string take();

private:
  void cross(price_mark element, int step);
  void put_mark(std::string_view next);

  size_t limit_;
  bool marks_;
  bool blank_ = false;
  int crossed_ = 0;     ///< elements that began or ended since the last character
  bool digits_ = false; ///< some were there
  int own_ = 0;         ///< elements that began since then and are open
  int raised_ = 0;      ///< open
  int struck_ = 0;
  price_mark shown_ = price_mark::none; ///< raised or struck: what the last character was
  std::string text_;
};

/// Without the blanks around it; at most one byte longer than `limit`.
std::string trimmed_value(std::string_view value, size_t limit);

/// Blank, tab, line ends and form feed.
inline bool is_markup_blank(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

} // namespace vigie

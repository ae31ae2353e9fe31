// Tables for people: columns that line up, and fit the terminal.
#pragma once

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/commands/display_width.hpp"
#include "runtime/commands/terminal.hpp"

namespace vigie {

/// Rows under a heading, columns aligned by display width. Cells are made safe to show: control bytes never reach the
/// terminal. No line is wider than the style's columns: where that is too narrow, whole columns are left out (empty
/// ones, then those of the highest rank, then the rightmost), which a last line says; then the widest texts are cut or
/// wrapped.
class text_table {
public:
  enum class holds : uint8_t {
    text,   ///< may be cut, ending in "…"
    word,   ///< a name, a time: of no use when cut
    number, ///< the same, on the right
  };
  struct column {
    std::string heading;
    holds what = holds::text;
    uint32_t rank = 5; ///< the highest goes first; the first column stays
  };
  struct cell {
    cell(std::string x, paint p = paint::plain) : text(std::move(x)), how(p) {}
    cell(std::string_view x, paint p = paint::plain) : text(x), how(p) {}
    cell(const char* x, paint p = paint::plain) : text(x), how(p) {}

    std::string text;
    paint how;
  };
  /// What becomes of a text that is too wide.
  enum class too_wide : uint8_t { cut, wrapped };

  explicit text_table(std::vector<column> columns, too_wide how = too_wide::cut)
      : columns_(std::move(columns)), how_(how) {}
  void add(std::vector<cell> row);
  bool empty() const { return rows_.empty(); }
  /// Below the rows, that there may be more, if there are as many as were asked for.
  void say_if_cut(size_t limit, std::ostream& out) const;
  void print(std::ostream& out, const output_style& style) const;

private:
  using row = std::vector<cell>;
  /// The width of each column; 0 = it is not shown.
  using layout = std::vector<size_t>;
  layout arrange(size_t columns) const;
  void print_row(const row& cells, const layout& widths, std::ostream& out, const output_style& style) const;
  void say_left_out(const layout& widths, std::ostream& out, const output_style& style) const;

  std::vector<column> columns_;
  too_wide how_;
  std::vector<row> rows_;
};

} // namespace vigie

// What commands print: tables that line up, colour where a person looks, one line that is rewritten.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "messages/values/time.hpp"

namespace vigie {

/// How a command prints. Set once by the command line: colour and rewriting need a terminal, NO_COLOR switches colour
/// off.
struct output_style {
  bool json = false;
  bool terminal = false;
  bool colour = false;
};

enum class paint : uint8_t { plain, good, bad, warning, dim, strong };

std::string painted(std::string_view text, paint how, const output_style& style);

/// Columns that valid UTF-8 takes in a terminal: 0 for combining marks, 2 for wide signs.
size_t display_width(std::string_view text);
/// Cut to `columns`, ending in "…" if anything was cut.
std::string cut_to_width(std::string_view text, size_t columns);

/// Rows under a heading, columns aligned by display width. Cells are made safe to show: control bytes never reach the
/// terminal. A cell wider than its column's limit is cut.
class text_table {
public:
  struct column {
    std::string heading;
    bool right = false; ///< numbers
    size_t limit = 60;  ///< columns of the terminal
  };
  struct cell {
    cell(std::string x, paint p = paint::plain) : text(std::move(x)), how(p) {}
    cell(std::string_view x, paint p = paint::plain) : text(x), how(p) {}
    cell(const char* x, paint p = paint::plain) : text(x), how(p) {}

    std::string text;
    paint how;
  };

  explicit text_table(std::vector<column> columns) : columns_(std::move(columns)) {}
  void add(std::vector<cell> row);
  bool empty() const { return rows_.empty(); }
  /// Below the rows, that there may be more, if there are as many as were asked for.
  void say_if_cut(size_t limit, std::ostream& out) const;
  void print(std::ostream& out, const output_style& style) const;

private:
  std::vector<column> columns_;
  std::vector<std::vector<cell>> rows_;
};

/// "2026-11-21 22:38:35" of "2026-11-21T22:38:35.120Z"; another text as it is.
std::string short_time(std::string x);
/// "45.2s", "3m 20s", "2d 4h": for people, not for programs.
std::string short_duration(duration x);
/// "512 B", "18.4 MiB".
std::string short_size(uint64_t bytes);
/// "12,345".
std::string grouped(uint64_t x);

} // namespace vigie

#include "runtime/commands/terminal.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "actors/policy/plain_text.hpp"

namespace vigie {

namespace {

struct code_range {
  uint32_t first;
  uint32_t last;
};

// The blocks that matter in titles of marketplaces; the rest takes one column.
constexpr std::array zero_width{code_range{0x300, 0x36F},   code_range{0x483, 0x489},   code_range{0x591, 0x5BD},
                                code_range{0x610, 0x61A},   code_range{0x64B, 0x65F},   code_range{0x200B, 0x200F},
                                code_range{0x1AB0, 0x1AFF}, code_range{0x1DC0, 0x1DFF}, code_range{0x20D0, 0x20FF},
                                code_range{0xFE00, 0xFE0F}, code_range{0xFE20, 0xFE2F}, code_range{0xFEFF, 0xFEFF}};
constexpr std::array double_width{
    code_range{0x1100, 0x115F},   code_range{0x231A, 0x231B},   code_range{0x23E9, 0x23EC},
    code_range{0x2705, 0x2705},   code_range{0x274C, 0x274C},   code_range{0x2E80, 0x303E},
    code_range{0x3041, 0x33FF},   code_range{0x3400, 0x4DBF},   code_range{0x4E00, 0x9FFF},
    code_range{0xA000, 0xA4CF},   code_range{0xAC00, 0xD7A3},   code_range{0xF900, 0xFAFF},
    code_range{0xFE30, 0xFE6F},   code_range{0xFF00, 0xFF60},   code_range{0xFFE0, 0xFFE6},
    code_range{0x1F300, 0x1F64F}, code_range{0x1F680, 0x1F6FF}, code_range{0x1F900, 0x1F9FF},
    code_range{0x20000, 0x3FFFD}};

template <size_t N>
bool within(const std::array<code_range, N>& ranges, uint32_t x) {
  return std::any_of(ranges.begin(), ranges.end(), [x](auto r) { return x >= r.first && x <= r.last; });
}

size_t width_of(uint32_t x) {
  return within(zero_width, x) ? 0 : within(double_width, x) ? 2 : 1;
}

// Takes one code point from the front; a byte that is no UTF-8 counts as itself.
uint32_t take_point(std::string_view& text, std::string_view& bytes) {
  auto length = std::max<size_t>(1, utf8_length(text, 0));
  bytes = text.substr(0, length);
  text.remove_prefix(length);
  static constexpr std::array<unsigned char, 5> masks{0, 0x7F, 0x1F, 0x0F, 0x07};
  uint32_t out = static_cast<unsigned char>(bytes[0]) & masks[length];
  for (size_t i = 1; i < length; ++i)
    out = (out << 6) | (static_cast<unsigned char>(bytes[i]) & 0x3F);
  return out;
}

std::string_view paint_code(paint how) {
  switch (how) {
  case paint::good:
    return "\x1b[32m";
  case paint::bad:
    return "\x1b[31m";
  case paint::warning:
    return "\x1b[33m";
  case paint::dim:
    return "\x1b[2m";
  case paint::strong:
    return "\x1b[1m";
  case paint::plain:
    break;
  }
  return "";
}

std::string printed(const char* format, double x) {
  std::array<char, 40> buffer{};
  auto n = std::snprintf(buffer.data(), buffer.size(), format, x);
  return {buffer.data(), static_cast<size_t>(std::max(n, 0))};
}

} // namespace

std::string painted(std::string_view text, paint how, const output_style& style) {
  if (!style.colour || how == paint::plain || text.empty())
    return std::string{text};
  return std::string{paint_code(how)} + std::string{text} + "\x1b[0m";
}

size_t display_width(std::string_view text) {
  size_t out = 0;
  std::string_view bytes;
  while (!text.empty())
    out += width_of(take_point(text, bytes));
  return out;
}

std::string cut_to_width(std::string_view text, size_t columns) {
  if (display_width(text) <= columns)
    return std::string{text};
  std::string out;
  std::string_view bytes;
  size_t used = 0;
  while (!text.empty()) {
    auto width = width_of(take_point(text, bytes));
    if (used + width + 1 > columns)
      break;
    used += width;
    out += bytes;
  }
  return columns == 0 ? std::string{} : out + "…";
}

void text_table::add(std::vector<cell> row) {
  row.resize(columns_.size(), cell{""});
  for (size_t i = 0; i < row.size(); ++i)
    row[i].text = cut_to_width(strip_control(row[i].text), columns_[i].limit);
  rows_.push_back(std::move(row));
}

void text_table::say_if_cut(size_t limit, std::ostream& out) const {
  if (rows_.size() >= limit)
    out << "the first " << rows_.size() << "; there may be more (--limit)\n";
}

void text_table::print(std::ostream& out, const output_style& style) const {
  std::vector<size_t> widths;
  for (size_t i = 0; i < columns_.size(); ++i) {
    widths.push_back(display_width(columns_[i].heading));
    for (const auto& row : rows_)
      widths[i] = std::max(widths[i], display_width(row[i].text));
  }
  auto line = [&](auto text_of, auto paint_of) {
    for (size_t i = 0; i < columns_.size(); ++i) {
      const std::string& text = text_of(i);
      std::string gap(widths[i] - display_width(text), ' ');
      auto last = i + 1 == columns_.size();
      out << (i ? "  " : "") << (columns_[i].right ? gap : "") << painted(text, paint_of(i), style)
          << (columns_[i].right || last ? "" : gap);
    }
    out << '\n';
  };
  line([&](size_t i) -> const std::string& { return columns_[i].heading; }, [](size_t) { return paint::strong; });
  for (const auto& row : rows_)
    line([&](size_t i) -> const std::string& { return row[i].text; }, [&](size_t i) { return row[i].how; });
}

std::string short_time(std::string x) {
  if (x.size() < 19 || x[10] != 'T')
    return x;
  x.resize(19);
  x[10] = ' ';
  return x;
}

std::string short_duration(duration x) {
  auto ms = x.count();
  if (ms < 1000)
    return std::to_string(ms) + "ms";
  auto s = ms / 1000;
  if (s < 60)
    return printed("%.1fs", static_cast<double>(ms) / 1000);
  if (s < 3600)
    return std::to_string(s / 60) + "m " + std::to_string(s % 60) + "s";
  if (s < 86400)
    return std::to_string(s / 3600) + "h " + std::to_string(s % 3600 / 60) + "m";
  return std::to_string(s / 86400) + "d " + std::to_string(s % 86400 / 3600) + "h";
}

std::string short_size(uint64_t bytes) {
  if (bytes < 1024)
    return std::to_string(bytes) + " B";
  if (bytes < (1 << 20))
    return printed("%.1f KiB", static_cast<double>(bytes) / 1024);
  return printed("%.1f MiB", static_cast<double>(bytes) / 1048576);
}

std::string grouped(uint64_t x) {
  auto digits = std::to_string(x);
  for (auto at = static_cast<ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(static_cast<size_t>(at), ",");
  return digits;
}

} // namespace vigie

#include "runtime/commands/text_table.hpp"

#include <algorithm>

#include "actors/policy/plain_text.hpp"

namespace vigie {

namespace {

constexpr size_t gap = 2;         // between columns
constexpr size_t least_text = 16; // a text is not cut below that while another column can be left out

/// Columns and the gaps between them.
size_t width_of_line(const std::vector<size_t>& widths) {
  size_t out = 0;
  for (auto x : widths)
    out += x > 0 ? x + gap : 0;
  return out > 0 ? out - gap : 0;
}

} // namespace

void text_table::add(row cells) {
  cells.resize(columns_.size(), cell{""});
  for (auto& x : cells)
    x.text = strip_control(x.text);
  rows_.push_back(std::move(cells));
}

void text_table::say_if_cut(size_t limit, std::ostream& out) const {
  if (rows_.size() >= limit)
    out << "the first " << rows_.size() << "; there may be more (--limit)\n";
}

text_table::layout text_table::arrange(size_t columns) const {
  layout natural, least;
  std::vector<bool> filled;
  for (size_t i = 0; i < columns_.size(); ++i) {
    size_t width = 0;
    for (const auto& x : rows_)
      width = std::max(width, display_width(x[i].text));
    filled.push_back(width > 0);
    // A column with neither heading nor text still is one.
    natural.push_back(std::max({size_t{1}, width, display_width(columns_[i].heading)}));
    least.push_back(columns_[i].what == holds::text ? std::min(natural[i], least_text) : natural[i]);
  }
  if (columns == 0)
    return natural;
  std::vector<size_t> order; // that in which columns are left out
  for (size_t i = 1; i < columns_.size(); ++i)
    order.push_back(i);
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    if (filled[a] != filled[b])
      return bool{filled[b]};
    return columns_[a].rank != columns_[b].rank ? columns_[a].rank > columns_[b].rank : a > b;
  });
  for (size_t i = 0; i < order.size() && width_of_line(least) > columns; ++i)
    natural[order[i]] = least[order[i]] = 0;
  least[0] = std::min(least[0], columns); // alone, it is cut whatever it holds
  while (width_of_line(natural) > columns) {
    size_t widest = 0;
    for (size_t i = 0; i < natural.size(); ++i)
      if (natural[i] > least[i] && (natural[widest] == least[widest] || natural[i] > natural[widest]))
        widest = i;
    --natural[widest];
  }
  return natural;
}

void text_table::print_row(const row& cells, const layout& widths, std::ostream& out, const output_style& style) const {
  std::vector<std::vector<std::string>> lines;
  size_t height = 1;
  size_t last = 0;
  for (size_t i = 0; i < cells.size(); ++i) {
    if (widths[i] == 0)
      lines.emplace_back();
    else if (display_width(cells[i].text) <= widths[i])
      lines.push_back({cells[i].text});
    else if (how_ == too_wide::wrapped)
      lines.push_back(wrapped(cells[i].text, widths[i], 0, breaks::anywhere));
    else
      lines.push_back({cut_to_width(cells[i].text, widths[i])});
    height = std::max(height, lines[i].size());
    last = widths[i] > 0 ? i : last;
  }
  for (size_t k = 0; k < height; ++k) {
    for (size_t i = 0; i <= last; ++i) {
      if (widths[i] == 0)
        continue;
      auto text = k < lines[i].size() ? lines[i][k] : std::string{};
      std::string fill(widths[i] - std::min(widths[i], display_width(text)), ' ');
      auto right = columns_[i].what == holds::number;
      out << (i > 0 ? "  " : "") << (right ? fill : "") << painted(text, cells[i].how, style)
          << (right || i == last ? "" : fill);
    }
    out << '\n';
  }
}

void text_table::say_left_out(const layout& widths, std::ostream& out, const output_style& style) const {
  std::string names;
  for (size_t i = 0; i < widths.size(); ++i) {
    auto told = std::any_of(rows_.begin(), rows_.end(), [&](const row& x) { return !x[i].text.empty(); });
    if (widths[i] == 0 && told)
      names += (names.empty() ? "" : ", ") + columns_[i].heading;
  }
  if (names.empty())
    return;
  for (const auto& line : wrapped("not shown: " + names + " (--wide)", style.columns, 0, breaks::anywhere))
    out << painted(line, paint::dim, style) << '\n';
}

void text_table::print(std::ostream& out, const output_style& style) const {
  auto widths = arrange(style.columns);
  row headings;
  for (const auto& x : columns_)
    headings.emplace_back(x.heading, paint::strong);
  print_row(headings, widths, out, style);
  for (const auto& x : rows_)
    print_row(x, widths, out, style);
  say_left_out(widths, out, style);
}

} // namespace vigie

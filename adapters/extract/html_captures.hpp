// The texts that html_stream is reading, each on its way into a cell.
#pragma once

#include <string_view>
#include <vector>

#include "adapters/extract/markup_rows.hpp"

namespace vigie {

class html_captures {
public:
  struct capture {
    size_t depth; ///< how many elements were open around its own
    size_t row;   ///< page_row: of the page
    size_t column;
    text_collector text;
  };
  static constexpr size_t page_row = ~size_t{0};

  void clear() { open_.clear(); }
  bool empty() const { return open_.empty(); }
  capture& back() { return open_.back(); }
  void add(capture x) { open_.push_back(std::move(x)); }
  void pop_back() { open_.pop_back(); }

  // Only whoever asks for a silent element itself gets what is in it. `silent`: how many elements are open with it.
  void hear(std::string_view text, size_t silent) {
    for (auto& x : open_)
      if (x.depth + 1 >= silent)
        x.text.add(text);
  }
  void begin(price_mark element, size_t silent) {
    for (auto& x : open_)
      if (x.depth + 1 >= silent)
        x.text.begin(element);
  }
  void end(price_mark element, size_t silent) {
    for (auto& x : open_)
      if (x.depth + 1 >= silent)
        x.text.end(element);
  }
  /// Some text asks what elements there are in it.
  bool mark() const {
    for (const auto& x : open_)
      if (x.text.marks())
        return true;
    return false;
  }

  /// A script is text for whoever asks for the script itself; so many elements are open with it.
  void hear_raw(std::string_view text, size_t open) {
    for (auto x = open_.rbegin(); x != open_.rend() && x->depth + 1 == open; ++x)
      x->text.add(text);
  }

private:
  std::vector<capture> open_; ///< from the outside in
};

} // namespace vigie

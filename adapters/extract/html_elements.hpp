// What libxml2 knows of HTML's elements, for a reader that has to come to the same tree.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <string_view>
#include <vector>

#include "actors/policy/price_marks.hpp"

namespace vigie {

/// 0 = an element that nothing is known of.
using html_element = uint8_t;

namespace html_names {
inline constexpr html_element html = 1;
inline constexpr html_element head = 2;
inline constexpr html_element body = 3;
inline constexpr html_element base = 4;
} // namespace html_names

class html_elements {
public:
  /// Shared by all; made at the first call.
  static const html_elements& get();

  /// Every known name in lower case, by number from 1.
  static const std::vector<std::string_view>& names();

  /// Nothing can stand in it.
  bool is_void(html_element x) const { return void_[x]; }
  /// libxml2 does not know that nothing can stand in it: it stays open until the end of what it stands in.
  bool is_left_open(html_element x) const { return left_open_[x]; }
  /// An open `outer` is closed by the start of `next`.
  bool closes(html_element outer, html_element next) const { return closes_[outer][next]; }
  /// A word ends before and behind it: <br>, and what stands in lines or cells of its own.
  bool ends_word(html_element x) const { return ends_word_[x]; }
  static bool ends_word(std::string_view name);
  /// What it does to a price's text. None: it ends a word, which a blank says, or shows nothing of itself (<wbr>).
  price_mark mark(html_element x) const { return marks_[x]; }
  static price_mark mark(std::string_view name);
  /// Its classes or its style strike out what stands in it.
  static bool strikes_out(std::string_view classes, std::string_view style);
  /// What stands in it is no text of what is around it: <script>, <style>, and <title>, which names a picture (SVG).
  static bool is_silent(std::string_view name);
  /// An attribute that, without a value, has its own name as value.
  static bool is_boolean(std::string_view attribute);

private:
  html_elements();

  std::bitset<256> void_;
  std::bitset<256> left_open_;
  std::bitset<256> ends_word_;
  std::array<price_mark, 256> marks_;
  std::array<std::bitset<256>, 256> closes_;
};

} // namespace vigie

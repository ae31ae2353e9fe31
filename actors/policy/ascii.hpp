// What is asked of single bytes of ASCII, whatever the locale. All else is no letter, no digit and no blank. Pure.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace vigie {

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

constexpr bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

constexpr bool is_alphanumeric(char c) {
  return is_letter(c) || is_digit(c);
}

/// Blanks of XML, JSON and mail: space, tab and line ends. HTML has the form feed besides, see is_html_blank.
constexpr bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

constexpr bool is_html_blank(char c) {
  return is_blank(c) || c == '\f';
}

constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

inline std::string lower_case(std::string_view text) {
  std::string out{text};
  for (auto& c : out)
    c = lower(c);
  return out;
}

inline bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

/// Without what `is_outer` says yes to at both ends.
template <class Predicate>
constexpr std::string_view trimmed(std::string_view text, Predicate&& is_outer) {
  while (!text.empty() && is_outer(text.front()))
    text.remove_prefix(1);
  while (!text.empty() && is_outer(text.back()))
    text.remove_suffix(1);
  return text;
}

/// The value of a hexadecimal digit in either case; -1 for anything else.
constexpr int hex_digit(char c) {
  if (is_digit(c))
    return c - '0';
  auto small = lower(c);
  return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

/// "%E9" (RFC 3986, 2.1).
inline void append_percent(std::string& out, char c) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  auto byte = static_cast<unsigned char>(c);
  out += {'%', digits[byte >> 4], digits[byte & 15]};
}

} // namespace vigie

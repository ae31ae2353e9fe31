#include "actors/policy/css_cursor.hpp"

#include <algorithm>
#include <limits>

#include "actors/policy/ascii.hpp"
#include "actors/policy/plain_text.hpp"

namespace vigie {

namespace {

bool is_name_start(char c) {
  return is_letter(c) || c == '_' || c == '\\' || static_cast<unsigned char>(c) >= 0x80;
}

bool is_name_char(char c) {
  return is_name_start(c) || is_digit(c) || c == '-';
}

bool append_utf8(std::string& out, uint32_t x) {
  if (x == 0 || x > 0x10FFFF || (x >= 0xD800 && x < 0xE000))
    return false;
  auto byte = [&](uint32_t b) { out += static_cast<char>(b); };
  auto tail = [&](uint32_t shift) { byte(0x80 | (x >> shift & 0x3F)); };
  if (x < 0x80)
    return byte(x), true;
  if (x < 0x800)
    byte(0xC0 | x >> 6);
  else if (x < 0x10000)
    byte(0xE0 | x >> 12), tail(6);
  else
    byte(0xF0 | x >> 18), tail(12), tail(6);
  tail(0);
  return true;
}

} // namespace

std::string css_lower(std::string_view x) {
  std::string out{x};
  std::transform(out.begin(), out.end(), out.begin(), [](char c) { return lower(c); });
  return out;
}

bool is_css_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

bool css_cursor::at_name() const {
  return is_name_start(peek()) || (peek() == '-' && is_name_start(peek(1)));
}

bool css_cursor::take(char c) {
  if (at_end() || text_[at_] != c)
    return false;
  ++at_;
  return true;
}

bool css_cursor::skip_blanks() {
  auto begin = at_;
  while (!at_end() && is_css_blank(text_[at_]))
    ++at_;
  return at_ > begin;
}

bool css_cursor::open() {
  return take('(') ? (skip_blanks(), true) : not_understood();
}

bool css_cursor::close() {
  skip_blanks();
  return take(')') || not_understood();
}

bool css_cursor::read_name(std::string& out) {
  return at_name() ? read_word(out) : not_understood();
}

bool css_cursor::read_word(std::string& out) {
  if (!is_name_char(peek()))
    return not_understood();
  while (!at_end() && is_name_char(text_[at_]))
    if (!read_char(out))
      return false;
  return true;
}

bool css_cursor::read_char(std::string& out) {
  if (!take('\\')) {
    out += text_[at_++];
    return true;
  }
  if (!(hex_digit(peek()) >= 0)) {
    if (at_end() || peek() == '\n')
      return wrong(at_ - 1, "nothing stands behind \"\\\"");
    out += text_[at_++];
    return true;
  }
  uint32_t point = 0;
  for (int i = 0; i < 6 && (hex_digit(peek()) >= 0); ++i, ++at_)
    point = point * 16 + static_cast<uint32_t>(is_digit(peek()) ? peek() - '0' : lower(peek()) - 'a' + 10);
  if (is_css_blank(peek()))
    ++at_;
  return append_utf8(out, point) || wrong(at_, "the escape names no character");
}

bool css_cursor::read_number(int32_t& out) {
  int64_t x = 0;
  auto begin = at_;
  for (; is_digit(peek()); ++at_)
    if (x = x * 10 + (peek() - '0'); x > std::numeric_limits<int32_t>::max())
      return wrong(begin, "the number is too large");
  out = static_cast<int32_t>(x);
  return at_ > begin || not_understood();
}

bool css_cursor::wrong(size_t at, std::string why) {
  if (!problem_)
    problem_ = error{errc::bad_config, "column " + std::to_string(at + 1) + ": " + std::move(why), {}};
  return false;
}

bool css_cursor::not_understood() {
  if (at_end())
    return wrong(at_, "the selector ends too early");
  auto length = std::max<size_t>(1, utf8_length(text_, at_));
  return wrong(at_, "\"" + strip_control(text_.substr(at_, length)) + "\" is not understood here");
}

} // namespace vigie

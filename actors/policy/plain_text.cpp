#include "actors/policy/plain_text.hpp"

namespace vigie {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

bool is_continuation(std::string_view text, size_t at) {
  return at < text.size() && (static_cast<uint8_t>(text[at]) & 0xC0) == 0x80;
}

bool is_space_like(uint32_t point) {
  return point == '\t' || point == '\n' || point == '\r' || point == 0x85 || point == 0x2028 || point == 0x2029;
}

/// End of the terminal sequence that starts with ESC at `at`: of "ESC [ … letter" its end, of any other the ESC alone.
size_t sequence_end(std::string_view text, size_t at) {
  size_t i = at + 1;
  if (i >= text.size() || text[i] != '[')
    return i;
  for (++i; i < text.size() && text[i] >= 0x20 && text[i] <= 0x3F;)
    ++i;
  return i < text.size() && text[i] >= 0x40 && text[i] <= 0x7E ? i + 1 : at + 1;
}

} // namespace

size_t utf8_length(std::string_view text, size_t at) {
  if (at >= text.size())
    return 0;
  auto first = static_cast<uint8_t>(text[at]);
  if (first < 0x80)
    return 1;
  auto second = at + 1 < text.size() ? static_cast<uint8_t>(text[at + 1]) : uint8_t{0};
  if (first >= 0xC2 && first <= 0xDF)
    return is_continuation(text, at + 1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    bool overlong = first == 0xE0 && second < 0xA0;
    bool surrogate = first == 0xED && second >= 0xA0;
    return !overlong && !surrogate && is_continuation(text, at + 1) && is_continuation(text, at + 2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    bool overlong = first == 0xF0 && second < 0x90;
    bool too_high = first == 0xF4 && second >= 0x90;
    return !overlong && !too_high && is_continuation(text, at + 1) && is_continuation(text, at + 2) &&
                   is_continuation(text, at + 3)
               ? 4
               : 0;
  }
  return 0;
}

uint32_t utf8_code_point(std::string_view sequence) {
  auto first = static_cast<uint8_t>(sequence[0]);
  if (sequence.size() == 1)
    return first;
  uint32_t point = first & (0x7Fu >> sequence.size());
  for (size_t i = 1; i < sequence.size(); ++i)
    point = point << 6 | (static_cast<uint8_t>(sequence[i]) & 0x3Fu);
  return point;
}

bool is_unprintable(uint32_t point) {
  return point < 0x20 || (point >= 0x7F && point <= 0x9F) || point == 0x061C || point == 0x200E || point == 0x200F ||
         (point >= 0x2028 && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069) || point == 0xFEFF;
}

std::string strip_control(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    auto length = utf8_length(text, at);
    if (length == 0) {
      out += replacement;
      ++at;
      continue;
    }
    auto point = utf8_code_point(text.substr(at, length));
    if (point == 0x1B) {
      at = sequence_end(text, at);
      continue;
    }
    if (is_space_like(point))
      out += ' ';
    else if (!is_unprintable(point))
      out.append(text, at, length);
    at += length;
  }
  return out;
}

std::string clip(std::string_view text, size_t max_points) {
  constexpr std::string_view dots = "...";
  size_t points = 0;
  size_t keep = 0; // where the cut would be
  for (size_t at = 0; at < text.size(); ++points) {
    if (points + dots.size() <= max_points)
      keep = at;
    if (points == max_points)
      return std::string{text.substr(0, keep)}.append(dots.substr(0, max_points));
    auto length = utf8_length(text, at);
    at += length ? length : 1;
  }
  return std::string{text};
}

} // namespace vigie

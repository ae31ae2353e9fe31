#include "adapters/json/json_text.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace vigie {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

size_t skip_digits(std::string_view text, size_t at) {
  while (at < text.size() && is_digit(text[at]))
    ++at;
  return at;
}

/// Length of the UTF-8 sequence at the front; 0 if there is none.
size_t sequence_length(std::string_view text) {
  auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  auto lead = byte(0);
  if (lead < 0x80)
    return 1;
  size_t length = lead >= 0xc2 && lead <= 0xdf ? 2 : (lead & 0xf0) == 0xe0 ? 3 : lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
  if (length == 0 || text.size() < length)
    return 0;
  for (size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xc0) != 0x80)
      return 0;
  // Overlong forms, surrogates, beyond U+10FFFF: all told by the second byte.
  if ((lead == 0xe0 && byte(1) < 0xa0) || (lead == 0xed && byte(1) > 0x9f) || (lead == 0xf0 && byte(1) < 0x90) ||
      (lead == 0xf4 && byte(1) > 0x8f))
    return 0;
  return length;
}

std::optional<uint32_t> hex4(const char* from, const char* end) {
  if (end - from < 4)
    return std::nullopt;
  uint32_t out = 0;
  for (int i = 0; i < 4; ++i) {
    char c = from[i];
    uint32_t digit = is_digit(c)            ? static_cast<uint32_t>(c - '0')
                     : c >= 'a' && c <= 'f' ? static_cast<uint32_t>(c - 'a' + 10)
                     : c >= 'A' && c <= 'F' ? static_cast<uint32_t>(c - 'A' + 10)
                                            : 16;
    if (digit == 16)
      return std::nullopt;
    out = out * 16 + digit;
  }
  return out;
}

char* put_utf8(char* out, uint32_t c) {
  auto put = [&](uint32_t byte) { *out++ = static_cast<char>(byte); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xc0 | (c >> 6));
    put(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    put(0xe0 | (c >> 12));
    put(0x80 | ((c >> 6) & 0x3f));
    put(0x80 | (c & 0x3f));
  } else {
    put(0xf0 | (c >> 18));
    put(0x80 | ((c >> 12) & 0x3f));
    put(0x80 | ((c >> 6) & 0x3f));
    put(0x80 | (c & 0x3f));
  }
  return out;
}

/// Reads the rest of "\u…" at `from`, just behind the u; moves `from` past what it used.
std::optional<uint32_t> read_code_point(const char*& from, const char* end) {
  auto unit = hex4(from, end);
  if (!unit)
    return std::nullopt;
  from += 4;
  if (*unit < 0xd800 || *unit > 0xdfff)
    return unit;
  if (*unit <= 0xdbff && end - from >= 6 && from[0] == '\\' && from[1] == 'u') {
    auto low = hex4(from + 2, end);
    if (low && *low >= 0xdc00 && *low <= 0xdfff) {
      from += 6;
      return 0x10000 + ((*unit - 0xd800) << 10) + (*low - 0xdc00);
    }
  }
  return 0xfffd;
}

} // namespace

bool is_json_number(std::string_view text) {
  size_t at = !text.empty() && text[0] == '-' ? 1 : 0;
  auto whole_end = skip_digits(text, at);
  if (whole_end == at || (text[at] == '0' && whole_end > at + 1))
    return false;
  at = whole_end;
  if (at < text.size() && text[at] == '.') {
    auto end = skip_digits(text, at + 1);
    if (end == at + 1)
      return false;
    at = end;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-'))
      ++at;
    auto end = skip_digits(text, at);
    if (end == at)
      return false;
    at = end;
  }
  return at == text.size();
}

size_t first_invalid_utf8(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    auto length = sequence_length(text.substr(at));
    if (length == 0)
      return at;
    at += length;
  }
  return std::string_view::npos;
}

string_end find_string_end(const char* inside) {
  size_t at = 0;
#ifdef __SSE2__
  for (auto quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\');; at += 16) {
    auto block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(inside + at));
    auto quotes = static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(block, quote)));
    auto escapes = static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(block, backslash)));
    if ((quotes | escapes) == 0)
      continue;
    auto first = static_cast<size_t>(std::countr_zero(quotes | escapes));
    at += first;
    if ((quotes >> first & 1) != 0)
      return {at, false};
    break;
  }
#endif
  bool escaped = false;
  for (; inside[at] != '"'; ++at)
    if (inside[at] == '\\') {
      escaped = true;
      ++at;
    }
  return {at, escaped};
}

std::optional<size_t> unescape_json(char* text, size_t size) {
  static constexpr std::string_view names = "\"\\/bfnrt";
  static constexpr std::string_view values = "\"\\/\b\f\n\r\t";
  const char* from = text;
  const char* end = text + size;
  char* out = text;
  while (from != end) {
    if (*from != '\\') {
      *out++ = *from++;
      continue;
    }
    if (++from == end)
      return std::nullopt;
    char c = *from++;
    if (c == 'u') {
      auto code_point = read_code_point(from, end);
      if (!code_point)
        return std::nullopt;
      out = put_utf8(out, *code_point);
    } else if (auto i = names.find(c); i != std::string_view::npos) {
      *out++ = values[i];
    } else {
      return std::nullopt;
    }
  }
  return static_cast<size_t>(out - text);
}

std::optional<json_flaw> find_string_flaw(std::string_view text) {
  auto invalid = first_invalid_utf8(text);
  size_t opened = 0;
  bool inside = false;
  for (size_t at = 0; at < std::min(text.size(), invalid); ++at) {
    auto c = static_cast<unsigned char>(text[at]);
    if (!inside) {
      inside = c == '"';
      opened = at;
    } else if (c == '\\') {
      ++at;
    } else if (c == '"') {
      inside = false;
    } else if (c < 0x20) {
      return json_flaw{at, "a control character inside a string must be escaped"};
    }
  }
  if (invalid != std::string_view::npos)
    return json_flaw{invalid, "not valid UTF-8"};
  if (inside)
    return json_flaw{opened, "this string is not closed"};
  return std::nullopt;
}

text_position position_of(std::string_view text, size_t offset) {
  auto before = text.substr(0, offset);
  text_position out;
  out.line += static_cast<size_t>(std::count(before.begin(), before.end(), '\n'));
  auto newline = before.rfind('\n');
  out.column += newline == std::string_view::npos ? before.size() : before.size() - newline - 1;
  return out;
}

} // namespace vigie

// The parts of JSON's grammar that the reader checks by itself.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace vigie {

/// -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)? and nothing around it.
bool is_json_number(std::string_view text);

/// Position of the first byte that is not UTF-8 (RFC 3629); npos if there is none.
size_t first_invalid_utf8(std::string_view text);

/// Index of the quote that closes a string, and whether there are escapes before it.
struct string_end {
  size_t quote;
  bool escaped;
};

/// `inside` is the string's first byte. It has to be closed, and fifteen bytes behind its quote can be read.
string_end find_string_end(const char* inside);

/// Unescapes a string's inside in place, which never makes it longer, and returns its new length; nothing for an escape
/// that JSON has not. Half a surrogate pair becomes U+FFFD.
std::optional<size_t> unescape_json(char* text, size_t size);

struct json_flaw {
  size_t offset = 0;
  std::string what;
};

/// What is wrong with a text's strings: a byte that is no UTF-8, a raw control character, a missing closing quote.
std::optional<json_flaw> find_string_flaw(std::string_view text);

/// "line:column", both from 1; columns count bytes.
struct text_position {
  size_t line = 1;
  size_t column = 1;
};
text_position position_of(std::string_view text, size_t offset);

} // namespace vigie

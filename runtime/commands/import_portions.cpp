#include "runtime/commands/import_portions.hpp"

#include <algorithm>

namespace vigie {

namespace {

constexpr std::string_view blanks = " \t\r\n";

/// Bytes of the JSON value at the start of a valid text, up to the comma or bracket that ends it.
size_t length_of_value(std::string_view text) {
  int depth = 0;
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    auto c = text[i];
    if (quoted) {
      i += c == '\\' ? 1 : 0;
      quoted = c != '"';
    } else if (c == '"') {
      quoted = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (depth > 0 && (c == '}' || c == ']')) {
      --depth;
    } else if (depth == 0 && (c == ',' || c == ']')) {
      return i;
    }
  }
  return text.size();
}

void skip_blanks(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
}

/// `text` begins after the opening bracket.
std::vector<std::string_view> elements_of(std::string_view text) {
  std::vector<std::string_view> out;
  for (skip_blanks(text); !text.empty() && text.front() != ']'; skip_blanks(text)) {
    auto length = length_of_value(text);
    out.push_back(text.substr(0, length));
    text.remove_prefix(length);
    if (text.starts_with(','))
      text.remove_prefix(1);
  }
  return out;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> out;
  for (skip_blanks(text); !text.empty(); skip_blanks(text)) {
    auto length = std::min(text.find('\n'), text.size());
    out.push_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  return out;
}

} // namespace

std::vector<import_portion> cut_import(std::string_view text, size_t max_bytes) {
  if (text.starts_with("\xEF\xBB\xBF"))
    text.remove_prefix(3);
  skip_blanks(text);
  bool is_array = text.starts_with('[');
  std::vector<import_portion> out;
  // Between two alerts stands a byte, around an array two.
  constexpr size_t around = 2;
  for (auto one : is_array ? elements_of(text.substr(1)) : lines_of(text)) {
    if (out.empty() || out.back().body.size() + one.size() + around > max_bytes)
      out.push_back({is_array ? "[" : "", 0});
    auto& last = out.back();
    if (last.alerts > 0)
      last.body += is_array ? ',' : '\n';
    last.body += one;
    ++last.alerts;
  }
  if (is_array)
    for (auto& x : out)
      x.body += ']';
  return out;
}

} // namespace vigie

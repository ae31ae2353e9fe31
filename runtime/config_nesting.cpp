#include "runtime/config_nesting.hpp"

#include <string>

namespace vigie {

namespace {

/// Goes over a file token by token, as far as brackets and dots outside texts and comments are concerned.
class nesting_scanner {
public:
  explicit nesting_scanner(std::string_view text) : text_(text) {}

  optional<error> scan() {
    while (at_ < text_.size()) {
      auto c = text_[at_];
      if (c == '#')
        skip_comment();
      else if (c == '"' || c == '\'')
        skip_text(c);
      else if (auto problem = read(c))
        return problem;
    }
    return {};
  }

private:
  optional<error> read(char c) {
    // Blanks may stand around a key's dots; whatever else is no part of a key ends it.
    bool in_key = c == '.' || c == ' ' || c == '\t' || c == '-' || c == '_' || (c >= '0' && c <= '9') ||
                  (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!in_key)
      dots_ = 0;
    if (c == '.' && ++dots_ >= max_key_parts)
      return problem("a key has more than " + std::to_string(max_key_parts) +
                     " parts\nNo key is that deep; remove the dots, or put a name that has dots in quotes.");
    if ((c == '[' || c == '{') && ++depth_ > max_nested_values)
      return problem("lists or tables are nested more than " + std::to_string(max_nested_values) +
                     " deep\nNo value is that deep; close the brackets.");
    if ((c == ']' || c == '}') && depth_ > 0)
      --depth_;
    step();
    return {};
  }

  void skip_comment() {
    while (at_ < text_.size() && text_[at_] != '\n')
      step();
  }

  /// A text is a part of a key like any other, whatever stands in it.
  void skip_text(char quote) {
    const std::string fence(3, quote);
    bool long_text = text_.substr(at_, 3) == fence;
    step(long_text ? 3 : 1);
    while (at_ < text_.size()) {
      if (long_text ? text_.substr(at_, 3) == fence : text_[at_] == quote)
        return step(long_text ? 3 : 1);
      if (!long_text && text_[at_] == '\n')
        return; // it is not closed; the parser says so
      step(text_[at_] == '\\' && quote == '"' ? 2 : 1);
    }
  }

  void step(size_t bytes = 1) {
    for (; bytes > 0 && at_ < text_.size(); --bytes, ++at_) {
      auto c = static_cast<unsigned char>(text_[at_]);
      if (c == '\n')
        ++line_, column_ = 1;
      else if ((c & 0xC0) != 0x80)
        ++column_;
    }
  }

  optional<error> problem(std::string detail) const {
    return error{errc::bad_config, std::move(detail), std::to_string(line_) + ":" + std::to_string(column_)};
  }

  std::string_view text_;
  size_t at_ = 0;
  size_t line_ = 1;
  size_t column_ = 1; ///< in characters
  size_t dots_ = 0;   ///< of the key at hand
  size_t depth_ = 0;  ///< open brackets
};

} // namespace

optional<error> find_deep_nesting(std::string_view text) {
  return nesting_scanner{text}.scan();
}

} // namespace vigie

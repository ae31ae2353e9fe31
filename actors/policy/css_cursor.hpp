// The characters of a CSS selector: what actors/policy/css_selector.cpp reads by. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "messages/values/error.hpp"

namespace vigie {

/// ASCII only.
std::string css_lower(std::string_view x);
/// Blank, tab and the line ends.
bool is_css_blank(char c);

/// A place in a selector. What is wrong is kept, the first of it only: a function that meets it returns false, and so
/// does whoever called it.
class css_cursor {
public:
  explicit css_cursor(std::string_view text) : text_(text) {}

protected:
  /// A zero byte behind the end.
  char peek(size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  bool at_end() const { return at_ >= text_.size(); }
  bool at_name() const;

  bool take(char c);
  /// True if there were any.
  bool skip_blanks();
  /// An opening bracket and the blanks behind it; a closing one and the blanks in front of it.
  bool open();
  bool close();

  bool read_name(std::string& out);
  /// The same, and it may begin with a digit.
  bool read_word(std::string& out);
  /// One character, written out or escaped.
  bool read_char(std::string& out);
  bool read_number(int32_t& out);

  bool wrong(size_t at, std::string why);
  bool not_understood();

  std::string_view text_;
  size_t at_ = 0;
  std::optional<error> problem_;
};

} // namespace vigie

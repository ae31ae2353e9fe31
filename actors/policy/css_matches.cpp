#include <algorithm>

#include "actors/policy/css_cursor.hpp"
#include "actors/policy/css_selector.hpp"
#include "actors/policy/substring.hpp"

namespace vigie {

namespace {

constexpr std::string_view blanks = " \t\r\n";

/// The word has no blanks and is not empty.
bool has_word(std::string_view text, std::string_view word) {
  auto is_blank = [](char c) { return blanks.find(c) != blanks.npos; };
  for (auto at = find_part(text, word); at != text.npos; at = find_part(text, word)) {
    auto end = at + word.size();
    if ((at == 0 || is_blank(text[at - 1])) && (end == text.size() || is_blank(text[end])))
      return true;
    // It is in the middle of another word, which is passed over.
    text.remove_prefix(std::min(text.find_first_of(blanks, end), text.size()));
  }
  return false;
}

} // namespace

bool matches(const css_attribute& what, std::string_view value) {
  if (what.any_case) {
    auto same = what;
    same.any_case = false;
    same.value = css_lower(what.value);
    return matches(same, css_lower(value));
  }
  const auto& x = what.value;
  switch (what.how) {
  case css_match::present:
    return true;
  case css_match::equals:
    return value == x;
  case css_match::dash:
    return value.starts_with(x) && (value.size() == x.size() || value[x.size()] == '-');
  case css_match::prefix:
    return !x.empty() && value.starts_with(x);
  case css_match::suffix:
    return !x.empty() && value.ends_with(x);
  case css_match::substring:
    return !x.empty() && find_part(value, x) != value.npos;
  default:
    if (x.empty() || x.find_first_of(blanks) != x.npos)
      return false;
    return has_word(value, x);
  }
}

bool is_plain(const css_step& x) {
  auto plain = [](const css_compound& c) {
    css_compound only{{}, c.type, c.attributes};
    return c == only;
  };
  return plain(x.compound) && (x.combinator == css_combinator::descendant || x.combinator == css_combinator::child);
}

} // namespace vigie

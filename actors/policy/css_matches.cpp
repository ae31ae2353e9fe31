#include "actors/policy/css_cursor.hpp"
#include "actors/policy/css_selector.hpp"

namespace vigie {

bool matches(const css_attribute& what, std::string_view value) {
  if (what.any_case) {
    auto same = what;
    same.any_case = false;
    same.value = css_lower(what.value);
    return matches(same, css_lower(value));
  }
  static constexpr std::string_view blanks = " \t\r\n";
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
    return !x.empty() && value.find(x) != value.npos;
  default:
    if (x.empty() || x.find_first_of(blanks) != x.npos)
      return false;
    for (size_t at = value.find(x); at != value.npos; at = value.find(x, at + 1)) {
      auto end = at + x.size();
      if ((at == 0 || blanks.find(value[at - 1]) != blanks.npos) &&
          (end == value.size() || blanks.find(value[end]) != blanks.npos))
        return true;
    }
    return false;
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

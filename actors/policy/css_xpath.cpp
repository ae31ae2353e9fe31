#include "actors/policy/css_xpath.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace vigie {

namespace {

bool is_plain_name(std::string_view x) {
  auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  return !x.empty() && letter(x.front()) && std::all_of(x.begin(), x.end(), [&](char c) {
    return letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '.';
  });
}

/// XPath 1.0 has no escapes.
std::string literal(std::string_view x) {
  if (x.find('\'') == x.npos)
    return "'" + std::string{x} + "'";
  if (x.find('"') == x.npos)
    return "\"" + std::string{x} + "\"";
  std::string out = "concat(";
  while (!x.empty()) {
    auto quote = x.front() == '\'' ? '"' : '\'';
    auto end = std::min(x.find(quote), x.size());
    out += quote + std::string{x.substr(0, end)} + quote + ", ";
    x.remove_prefix(end);
  }
  return out + "'')";
}

std::string attribute_test(const css_attribute& x) {
  if (!x.prefix.empty() && is_plain_name(x.name))
    return "@" + x.prefix + ":" + x.name;
  return is_plain_name(x.name) ? "@" + x.name : "@*[name() = " + literal(x.name) + "]";
}

/// As matches() of css_selector.hpp. In XPath's own words a value would be copied several times, and none of it
/// counted.
std::string condition(const css_attribute& x) {
  static constexpr std::array<std::string_view, 7> signs{"", "=", "~=", "|=", "^=", "$=", "*="};
  auto name = attribute_test(x);
  auto sign = std::string{signs[static_cast<size_t>(x.how)]} + (x.any_case ? "i" : "");
  return x.how == css_match::present
             ? name
             : std::string{css_attribute_function} + "(" + name + ", '" + sign + "', " + literal(x.value) + ")";
}

/// With its axis in front: "child::p", "self::*[local-name() = 'p']".
std::string node_test(const css_compound& x, css_dialect dialect, std::string_view axis) {
  auto front = std::string{axis} + "::";
  if (x.type.empty())
    return front + (x.prefix.empty() ? "*" : x.prefix + ":*");
  if (!is_plain_name(x.type))
    return front + "*[name() = " + literal(x.type) + "]";
  if (!x.prefix.empty())
    return front + x.prefix + ":" + x.type;
  return dialect == css_dialect::html ? front + x.type : front + "*[local-name() = " + literal(x.type) + "]";
}

std::string position(const css_position& x, const css_compound& of, css_dialect dialect) {
  css_compound same;
  if (x.of_type) {
    same.prefix = of.prefix;
    same.type = of.type;
  }
  auto before = "count(" + node_test(same, dialect, x.from_end ? "following-sibling" : "preceding-sibling") + ")";
  if (!x.of_type)
    before = std::string{x.from_end ? css_after_function : css_before_function} + "()";
  else if (of.type.empty())
    before = std::string{x.from_end ? css_same_behind_function : css_same_before_function} + "()";
  auto first = std::to_string(static_cast<int64_t>(x.offset) - 1); // so many stand before number `offset`
  if (x.step == 0)
    return before + " = " + first;
  auto step = std::to_string(std::abs(static_cast<int64_t>(x.step)));
  auto bound = x.step > 0 ? before + " >= " + first : before + " <= " + first;
  return bound + " and (" + before + " - (" + first + ")) mod " + step + " = 0";
}

std::string ends(const css_alternatives& list, css_dialect dialect);
std::string finds(std::span<const css_step> steps, css_dialect dialect);

/// A compound that "self" is asked of is a condition; otherwise it is the end of a path.
std::string compound_path(const css_compound& x, css_dialect dialect, std::string_view axis) {
  auto out = node_test(x, dialect, axis);
  auto also = [&](const std::string& condition) { out += "[" + condition + "]"; };
  for (const auto& a : x.attributes)
    also(condition(a));
  for (const auto& p : x.positions)
    also(position(p, x, dialect));
  if (x.empty)
    also("not(* or text())");
  if (x.root)
    also("not(parent::*)");
  if (x.scope)
    also(std::string{css_asked_function} + "()");
  for (const auto& text : x.contains)
    also("contains(., " + literal(text) + ")");
  for (const auto& list : x.any_of)
    also(ends(list, dialect));
  if (!x.none_of.empty())
    also("not(" + ends(x.none_of, dialect) + ")");
  for (const auto& list : x.has) {
    std::string any;
    for (const auto& steps : list)
      any += (any.empty() ? "" : " or ") + finds(steps, dialect);
    also(any);
  }
  return out;
}

/// ":scope.a > b": not below what is asked, but that itself.
bool begins_itself(std::span<const css_step> steps) {
  return !steps.empty() && steps.front().compound.scope && steps.front().combinator == css_combinator::descendant;
}

/// From the element that the one before it fits, or that is asked, to what fits this one: the beginning of a path.
std::string step_path(std::span<const css_step> steps, size_t at, css_dialect dialect) {
  const auto& x = steps[at];
  if (at == 0 && begins_itself(steps))
    return compound_path(x.compound, dialect, "self");
  switch (x.combinator) {
  case css_combinator::descendant:
    return compound_path(x.compound, dialect, "descendant");
  case css_combinator::child:
    return compound_path(x.compound, dialect, "child");
  case css_combinator::next:
    return std::string{css_next_function} + "()[" + compound_path(x.compound, dialect, "self") + "]";
  default:
    return compound_path(x.compound, dialect, "following-sibling");
  }
}

/// Whether they find anything. Each step is a condition of the one before: a path would collect what fits each, and
/// compare all of that with one another.
std::string finds(std::span<const css_step> steps, css_dialect dialect) {
  std::string out;
  for (auto at = steps.size(); at-- > 0;)
    out = step_path(steps, at, dialect) + (out.empty() ? "" : "[" + out + "]");
  return out;
}

/// What has to hold of an element that fits step `at`, in square brackets: where it stands to those before it.
std::string behind(std::span<const css_step> steps, size_t at, css_dialect dialect, css_scope scope) {
  auto asked = "[" + std::string{css_asked_function} + "()]";
  if (at == 0) {
    if (begins_itself(steps))
      return {};
    switch (steps[at].combinator) {
    case css_combinator::descendant:
      return scope == css_scope::document ? std::string{} : "[ancestor::node()" + asked + "]";
    case css_combinator::child:
      return "[parent::node()" + asked + "]";
    case css_combinator::next:
      return "[" + std::string{css_previous_function} + "()" + asked + "]";
    default:
      return "[" + std::string{css_behind_function} + "()]";
    }
  }
  const auto& before = steps[at - 1].compound;
  auto its = behind(steps, at - 1, dialect, scope);
  switch (steps[at].combinator) {
  case css_combinator::descendant:
    return "[" + compound_path(before, dialect, "ancestor") + its + "]";
  case css_combinator::child:
    return "[" + compound_path(before, dialect, "parent") + its + "]";
  case css_combinator::next:
    return "[" + std::string{css_previous_function} + "()[" + compound_path(before, dialect, "self") + its + "]]";
  default:
    return "[" + compound_path(before, dialect, "preceding-sibling") + its + "]";
  }
}

/// What the element has to be, of which one selector of the list is to be the end.
std::string ends(const css_alternatives& list, css_dialect dialect) {
  std::string out;
  for (const auto& steps : list)
    out += (out.empty() ? "" : " or ") + compound_path(steps.back().compound, dialect, "self") +
           behind(steps, steps.size() - 1, dialect, css_scope::document);
  return out;
}

/// It is below what is asked, not behind it or itself.
bool is_below(const css_selector& x) {
  return !x.steps.empty() && !begins_itself(x.steps) &&
         (x.steps.front().combinator == css_combinator::descendant ||
          x.steps.front().combinator == css_combinator::child);
}

bool same_output(const css_selector& a, const css_selector& b) {
  bool attribute = a.output == css_output::attribute;
  return attribute == (b.output == css_output::attribute) && (!attribute || a.attribute == b.attribute);
}

std::string output_of(const css_selector& x) {
  return x.output == css_output::attribute ? "/" + attribute_test(x.attribute) : "";
}

bool goes_down(const css_step& x) {
  return x.combinator == css_combinator::descendant || x.combinator == css_combinator::child;
}

/// How many steps lead to one element at most: to the one that is asked, and each time to the next one.
size_t single_steps(std::span<const css_step> steps) {
  size_t out = begins_itself(steps) ? 1 : 0;
  while (out < steps.size() && steps[out].combinator == css_combinator::next)
    ++out;
  return out;
}

/// From one element, in one go, with what each has to stand in and behind: never from each element of a list.
std::string path_of(std::span<const css_step> steps, css_dialect dialect, css_scope scope) {
  auto single = single_steps(steps);
  std::string out;
  for (size_t at = 0; at < single; ++at)
    out += at == 0 ? step_path(steps, at, dialect)
                   : "/following-sibling::*[1][" + compound_path(steps[at].compound, dialect, "self") + "]";
  if (single == steps.size())
    return out.empty() ? "self::node()" : out;
  out += out.empty() ? "" : "/";
  auto last = steps.size() - 1;
  if (single == last)
    return out + step_path(steps, last, dialect);
  auto conditions = behind(steps, last, dialect, scope);
  auto end = [&](std::string_view axis) { return compound_path(steps[last].compound, dialect, axis) + conditions; };
  if (goes_down(steps[single]))
    return out + end("descendant");
  if (std::none_of(steps.begin() + static_cast<std::ptrdiff_t>(single), steps.end(), goes_down))
    return out + end("following-sibling");
  return "parent::node()/" + end("descendant");
}

std::string to_xpath(const css_selector& x, css_dialect dialect, css_scope scope) {
  return path_of(x.steps, dialect, scope) + output_of(x);
}

} // namespace

std::string to_xpath(const std::vector<css_selector>& list, css_dialect dialect, css_scope scope, css_wanted wanted) {
  bool together = list.size() > 1 && std::all_of(list.begin(), list.end(), [&](const css_selector& x) {
                    return is_below(x) && same_output(x, list.front());
                  });
  std::string out;
  for (const auto& x : list) {
    auto one = together ? compound_path(x.steps.back().compound, dialect, "self") +
                              behind(x.steps, x.steps.size() - 1, dialect, scope)
                        : to_xpath(x, dialect, scope);
    if (wanted == css_wanted::first && !together && list.size() > 1)
      one = "(" + one + ")[1]";
    out += (out.empty() ? "" : together ? " or " : " | ") + one;
  }
  if (together)
    out = "descendant::*[" + out + "]" + output_of(list.front());
  return wanted == css_wanted::first ? "(" + out + ")[1]" : out;
}

} // namespace vigie

#include "actors/policy/css_xpath.hpp"

#include <algorithm>

#include "actors/policy/ascii.hpp"

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

std::string condition(const css_attribute& x) {
  auto name = attribute_test(x);
  auto subject =
      x.any_case ? "translate(" + name + ", 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz')" : name;
  auto text = x.any_case ? lower_case(x.value) : x.value;
  auto value = literal(text);
  auto there = name + " and ";
  switch (x.how) {
  case css_match::present:
    return name;
  case css_match::equals:
    return there + subject + " = " + value;
  case css_match::word:
    if (text.empty() || text.find_first_of(" \t\r\n") != text.npos)
      return "false()";
    return "contains(concat(' ', normalize-space(" + subject + "), ' '), " + literal(" " + text + " ") + ")";
  case css_match::dash:
    return there + "(" + subject + " = " + value + " or starts-with(" + subject + ", " + literal(text + "-") + "))";
  case css_match::prefix:
    return text.empty() ? "false()" : "starts-with(" + subject + ", " + value + ")";
  case css_match::suffix:
    if (text.empty())
      return "false()";
    // string-length counts characters, and so does ours of what is a fixed text.
    return there + "substring(" + subject + ", string-length(" + subject + ") - string-length(" + value +
           ") + 1) = " + value;
  default:
    return text.empty() ? "false()" : "contains(" + subject + ", " + value + ")";
  }
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
  if (x.of_type && of.type.empty())
    before = std::string{x.from_end ? css_same_behind_function : css_same_before_function} + "()";
  auto first = std::to_string(static_cast<int64_t>(x.offset) - 1); // so many stand before number `offset`
  if (x.step == 0)
    return before + " = " + first;
  auto step = std::to_string(std::abs(static_cast<int64_t>(x.step)));
  auto bound = x.step > 0 ? before + " >= " + first : before + " <= " + first;
  return bound + " and (" + before + " - (" + first + ")) mod " + step + " = 0";
}

std::string ends(const css_alternatives& list, css_dialect dialect);

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
      any += (any.empty() ? "" : " or ") + to_xpath(steps, dialect);
    also(any);
  }
  return out;
}

/// ":scope.a > b": not below what is asked, but that itself.
bool begins_itself(std::span<const css_step> steps) {
  return !steps.empty() && steps.front().compound.scope && steps.front().combinator == css_combinator::descendant;
}

} // namespace

std::string to_xpath(std::span<const css_step> steps, css_dialect dialect) {
  std::string out;
  for (const auto& x : steps) {
    if (!out.empty())
      out += "/";
    else if (begins_itself(steps)) {
      out = compound_path(x.compound, dialect, "self");
      continue;
    }
    switch (x.combinator) {
    case css_combinator::descendant:
      out += compound_path(x.compound, dialect, "descendant");
      break;
    case css_combinator::child:
      out += compound_path(x.compound, dialect, "child");
      break;
    case css_combinator::next:
      out += "following-sibling::*[1][" + compound_path(x.compound, dialect, "self") + "]";
      break;
    default:
      out += compound_path(x.compound, dialect, "following-sibling");
    }
  }
  return out.empty() ? "self::node()" : out;
}

namespace {

/// What has to hold of an element that fits step `at`, in square brackets: where it stands to those before it.
std::string behind(std::span<const css_step> steps, size_t at, css_dialect dialect, css_scope scope) {
  bool down = steps[at].combinator == css_combinator::descendant;
  if (at == 0 && scope == css_scope::document && down)
    return {};
  if (at == 0)
    return std::string{down ? "[ancestor" : "[parent"} + "::node()[" + std::string{css_asked_function} + "()]]";
  const auto& before = steps[at - 1].compound;
  auto its = behind(steps, at - 1, dialect, scope);
  switch (steps[at].combinator) {
  case css_combinator::descendant:
    return "[" + compound_path(before, dialect, "ancestor") + its + "]";
  case css_combinator::child:
    return "[" + compound_path(before, dialect, "parent") + its + "]";
  case css_combinator::next:
    return "[preceding-sibling::*[1][" + compound_path(before, dialect, "self") + its + "]]";
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

std::string to_xpath(const css_selector& x, css_dialect dialect, css_scope scope) {
  if (x.steps.size() < 2 || !is_below(x))
    return to_xpath(std::span<const css_step>{x.steps}, dialect) + output_of(x);
  return compound_path(x.steps.back().compound, dialect, "descendant") +
         behind(x.steps, x.steps.size() - 1, dialect, scope) + output_of(x);
}

} // namespace

std::string to_xpath(const std::vector<css_selector>& list, css_dialect dialect, css_scope scope) {
  bool together = list.size() > 1 && std::all_of(list.begin(), list.end(), [&](const css_selector& x) {
                    return is_below(x) && same_output(x, list.front());
                  });
  std::string out;
  for (const auto& x : list) {
    if (together)
      out += (out.empty() ? "" : " or ") + compound_path(x.steps.back().compound, dialect, "self") +
             behind(x.steps, x.steps.size() - 1, dialect, scope);
    else
      out += (out.empty() ? "" : " | ") + to_xpath(x, dialect, scope);
  }
  return together ? "descendant::*[" + out + "]" + output_of(list.front()) : out;
}

} // namespace vigie

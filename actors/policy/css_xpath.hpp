// CSS selectors as XPath 1.0. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "actors/policy/css_selector.hpp"

namespace vigie {

/// Functions that whoever evaluates the expressions has to have, all without arguments. Is it the node that is asked?
/// How many elements of the same name stand before it, behind it, with the same parent?
inline constexpr std::string_view css_asked_function = "vigie-asked";
inline constexpr std::string_view css_same_before_function = "vigie-same-before";
inline constexpr std::string_view css_same_behind_function = "vigie-same-behind";

/// An expression that selects, from the node that it is asked of, what one of the selectors selects: elements for text,
/// attributes for ::attr(x). It goes once over what is below that node and asks of each element what it stands in and
/// behind: to go down step by step would collect the same elements again and again, and sort out which are new.
std::string to_xpath(const std::vector<css_selector>& list, css_dialect dialect, css_scope scope = css_scope::node);

/// Elements, by the steps alone, step by step: for conditions, which end at the first that is found.
std::string to_xpath(std::span<const css_step> steps, css_dialect dialect);

} // namespace vigie

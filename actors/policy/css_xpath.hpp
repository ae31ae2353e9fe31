// CSS selectors as XPath 1.0. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "actors/policy/css_selector.hpp"

namespace vigie {

/// Functions that whoever evaluates the expressions has to have. Without arguments: is it the node that is asked? Does
/// it stand behind that, with the same parent? The element right behind it, right before it, with the same parent,
/// which XPath finds by collecting all of them. How many elements stand before it, behind it, how many of the same
/// name?
inline constexpr std::string_view css_asked_function = "vigie-asked";
inline constexpr std::string_view css_behind_function = "vigie-behind";
inline constexpr std::string_view css_next_function = "vigie-next";
inline constexpr std::string_view css_previous_function = "vigie-previous";
inline constexpr std::string_view css_before_function = "vigie-before";
inline constexpr std::string_view css_after_function = "vigie-after";
inline constexpr std::string_view css_same_before_function = "vigie-same-before";
inline constexpr std::string_view css_same_behind_function = "vigie-same-behind";
/// Of an attribute, a sign as "~=", with an i behind it if the case of letters does not count, and a text: whether it
/// is there, and matches().
inline constexpr std::string_view css_attribute_function = "vigie-attribute";

enum class css_wanted : uint8_t { all, first }; ///< of what is selected, in the order of the document

/// An expression that selects, from the node that it is asked of, what one of the selectors selects: elements for text,
/// attributes for ::attr(x). It goes once over what is below that node and asks of each element what it stands in and
/// behind: to go down step by step would collect the same elements again and again, and sort out which are new.
std::string to_xpath(const std::vector<css_selector>& list, css_dialect dialect, css_scope scope = css_scope::node,
                     css_wanted wanted = css_wanted::all);

} // namespace vigie

// CSS selectors as XPath 1.0. Pure.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "actors/policy/css_selector.hpp"

namespace vigie {

/// An expression that selects, from the node that it is asked of, what one of the selectors selects: elements for text,
/// attributes for ::attr(x).
std::string to_xpath(const std::vector<css_selector>& list, css_dialect dialect);

/// The same for the steps alone.
std::string to_xpath(std::span<const css_step> steps, css_dialect dialect);

} // namespace vigie

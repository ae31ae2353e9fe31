// A price's text in the few characters that actors/policy/price_tokens.hpp knows. Pure.
#pragma once

#include <string>
#include <string_view>

namespace vigie {

/// Digits of all scripts that shops print (full-width, Arabic, Persian, Devanagari, Bengali, Thai) are those of ASCII,
/// dashes "-", apostrophes "'", blanks that do not break U+00A0 and all others " "; a middle dot between digits is a
/// point, raised cents ("19⁹⁹") stand behind one, other raised digits and what is not seen are left out.
std::string plain_price_text(std::string_view text);

} // namespace vigie

// A price's text in the few characters that actors/policy/price_tokens.hpp knows. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "messages/values/alert.hpp"
#include "messages/values/fetch.hpp"
#include "messages/values/optional.hpp"

namespace vigie {

struct plain_price {
  cents amount = 0;
  std::string_view currency{}; ///< ISO 4217; empty = the text does not say
};

/// What most shops print: "126,50 €", "$12.99", "7.5", one number without groups and at most one of the commonest
/// signs next to it. Nothing for all that takes longer to read: parse_price (actors/policy/money.hpp) says the same of
/// these, and reads all others.
optional<plain_price> read_plain_price(std::string_view text, price_unit unit);

/// Where elements begin or end.
struct price_seam {
  size_t at = 0;
  bool own = false; ///< what follows stands in an element of its own
  int crossed = 1;  ///< how many, at most most_price_marks
};

/// Stands where an amount was struck out.
inline constexpr std::string_view struck_out = "\x7f";

struct legible_price {
  std::string text;
  std::vector<price_seam> seams{}; ///< in their order
  std::string struck{};            ///< what is struck out, which is not in `text`
};

/// Digits of all scripts that shops print (full-width, Arabic, Persian, Devanagari, Bengali, Thai) are those of ASCII,
/// dashes "-", apostrophes "'", blanks that do not break U+00A0 and all others " "; a middle dot between digits is a
/// point; raised cents ("19⁹⁹", "19 €⁹⁹") stand behind one, raised footnotes ("19,99 €¹", "m²") and what is not seen
/// are left out. Raised is what Unicode has as such, and what price_marks say.
legible_price plain_price_text(std::string_view text);

} // namespace vigie

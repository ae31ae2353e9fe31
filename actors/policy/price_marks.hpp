// Where elements begin and end in a price's text, said within it: "39<sup>99</sup> €" is not 3999 €. Pure.
#pragma once

#include <cstdint>
#include <string_view>

#include "messages/values/optional.hpp"

namespace vigie {

/// How the text behind a mark stands to the text before it.
enum class price_mark : uint8_t {
  none,   ///< nothing ends or begins there that anybody sees
  part,   ///< an element ends there, or one of XML begins, which may be anything
  own,    ///< it begins an element of its own
  raised, ///< it is raised, from here to the next mark: <sup>
  struck  ///< it is struck out, from here to the next mark: <s>
};

/// A mark stands there as often as elements begin or end there, but not more often.
inline constexpr int most_price_marks = 3;

inline constexpr char32_t first_price_mark = 0xFDD0;

/// As text: code points that Unicode leaves to programs for such a use (23.7, "Noncharacters"). Empty for none.
constexpr std::string_view text_of(price_mark x) {
  constexpr std::string_view all[] = {"", "\uFDD0", "\uFDD1", "\uFDD2", "\uFDD3"};
  return all[static_cast<size_t>(x)];
}

constexpr optional<price_mark> price_mark_of(char32_t c) {
  if (c < first_price_mark || c > first_price_mark + 3)
    return std::nullopt;
  return static_cast<price_mark>(c - first_price_mark + 1);
}

} // namespace vigie

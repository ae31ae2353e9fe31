// The words around an amount that say whether it is the price. Pure.
#pragma once

#include <cstdint>
#include <string_view>

namespace vigie {

enum class word_role : uint8_t {
  unknown,
  intro,        ///< says nothing of it: "ab", "nur", "price"
  label,        ///< the number behind it is no money: "Size", "Nr"
  aside_before, ///< the amount behind it is not the price: "save", "UVP", "over"
  aside_after,  ///< the amount before it is not: "off"
  aside,        ///< the one it stands next to: "shipping"
  yields,       ///< it is only the price where no other amount is: "netto"
  free,         ///< "gratis": what stands next to it costs nothing
  per,          ///< "per", "pro": a unit follows
  time,         ///< "month"
  days,         ///< "Tage"
  range,        ///< "to", "bis"
  either,       ///< between two numbers as "to"; before a time as "per": "a", "à"
  magnitude,    ///< "k", "Mio": the number is not the amount
  times,        ///< "x"
};

/// Letters without a point behind them; in either case, with accents or as pages leave them away.
word_role role_of(std::string_view word);

} // namespace vigie

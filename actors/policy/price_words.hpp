// The words around an amount that say whether it is the price. Pure.
#pragma once

#include <cstdint>
#include <string_view>

#include "messages/values/optional.hpp"

namespace vigie {

enum class word_role : uint8_t {
  unknown,
  intro,        ///< says nothing of it: "ab", "of", "price"
  span,         ///< two amounts with "and" follow: "between"
  now,          ///< the amount behind it is what is paid: "nur", "now", "for"
  claim,        ///< perhaps all that is paid, or what somebody offers: "total", "bid"
  label,        ///< the number behind it is no money: "Size", "Nr"
  unit,         ///< what is counted or measured: "kg", "Stück", "nights"
  old,          ///< the amount behind it is what the thing costs elsewhere, or did: "UVP", "was"
  besides,      ///< the amount behind it comes on top: "plus", "zzgl."
  aside_before, ///< the amount behind it is not the price: "save", "over"
  aside_after,  ///< the amount before it is not: "off"
  aside,        ///< the one it stands next to: "shipping", "deposit"
  tax,          ///< alone, the amount next to it is the tax: "MwSt"
  net,          ///< the price without tax: "netto"
  gross,        ///< with it: "TTC"
  yields,       ///< what a kilogram costs, or one piece: "Grundpreis"
  included,     ///< "inkl.": in the price of which it speaks
  free,         ///< "gratis": what stands next to it costs nothing
  per,          ///< "per", "pro": a unit follows
  time,         ///< "month"
  days,         ///< "Tage"
  range,        ///< "to", "bis"
  also,         ///< "and": a range only behind "between"
  choice,       ///< "or"
  either,       ///< between two numbers as "to"; before a time as "per": "a", "à"
  magnitude,    ///< "k", "Mio": the number is not the amount
  times,        ///< "x"
};

/// Letters without a point behind them; in either case, with accents or as pages leave them away.
word_role role_of(std::string_view word);
/// Nobody sells one of them: "GB", "ml", "reviews".
bool is_never_priced(std::string_view word);
/// There is one of them, of which it may be the price: "pp", "night".
bool is_one(std::string_view word);
/// Behind "/", how long the word for a time at the front is that may be another word elsewhere: "md", "m-c"; 0 = none.
size_t short_time(std::string_view text);
/// "M.R.P.", "p.m.": of letters with points behind them, if they are a word together.
optional<word_role> role_of_initials(std::string_view text);

} // namespace vigie

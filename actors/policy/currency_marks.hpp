// What stands for money in a price's text: signs, codes, words. Pure.
#pragma once

#include <string_view>

#include "messages/values/optional.hpp"

namespace vigie {

struct currency_mark {
  std::string_view text;
  std::string_view currency; ///< ISO 4217; empty = ambiguous ("kr")
  /// The codes that it may stand for; one of them next to it says which. Empty = it says its currency for sure.
  std::string_view family{};
  bool hundredths = false; ///< "p", "¢": of the currency
  bool wordlike = false;   ///< money only next to a number: "TOP", "R"
};

/// The sign that a text begins with: "US$", "€", "zł".
optional<currency_mark> currency_sign_at(std::string_view text);

/// A whole word: a code ("EUR"), or a name ("euros", "TL", "руб").
optional<currency_mark> currency_word(std::string_view word);

/// "$" and "¥" take the country in front of them.
bool takes_country(const currency_mark& sign);
/// What a word makes of such a sign behind it: "AU" of "$", "CN" of "¥". Nothing if the two do not belong together;
/// letters right before a "$" that say nothing leave it unknown which dollar it is.
optional<currency_mark> currency_of_country(std::string_view word, const currency_mark& sign, bool apart);

/// What several marks of one price say together.
class currency_vote {
public:
  /// False: it contradicts the others.
  bool add(const currency_mark& mark);
  std::string_view currency() const { return currency_; }

private:
  bool any_ = false;
  std::string_view currency_;
  std::string_view family_;
};

/// Prices in it are printed with three decimals: KWD.
bool has_three_decimals(std::string_view currency);

} // namespace vigie

// Prices: from what pages print to hundredths, exactly. Numbers proper are in actors/policy/decimal_text.hpp. Pure.
#pragma once

#include <string>
#include <string_view>

#include "messages/values/alert.hpp"
#include "messages/values/error.hpp"
#include "messages/values/fetch.hpp"
#include "messages/values/optional.hpp"

namespace vigie {

struct price_text {
  optional<cents> lowest; ///< nothing: the text is blank, there is no price
  std::string currency;   ///< ISO 4217; empty = the text does not say, or says something ambiguous such as "kr"

  friend bool operator==(const price_text&, const price_text&) = default;
};

/// 0 and less are none: a discount, a placeholder, a slip.
constexpr bool is_price(cents x) {
  return x > 0;
}

/// Reads "$1,199.99", "142,99 €", "1.199,99", "1 199,99", "EUR 12", "US$12.00", and ranges such as "$142.99,$239.00" or
/// "12,50 - 18,00 €", of which the lowest counts.
///
/// - Numbers next to a currency (or joined to such a one by a dash) go before numbers that are not; percentages never
/// count.
/// - "$" alone is USD unless a code says which dollar; "¥" is JPY.
/// - More than two decimals round half up. `unit` says whether 1250 means 1250.00 or 12.50.
/// bad_request: no amount in it, several amounts of which none is marked as the price, several currencies, too large.
result<price_text> parse_price(std::string_view text, price_unit unit = price_unit::major);

} // namespace vigie

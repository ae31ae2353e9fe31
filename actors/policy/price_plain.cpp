#include "actors/policy/price_plain.hpp"

#include <algorithm>

#include "actors/policy/ascii.hpp"
#include "actors/policy/decimal_text.hpp"

namespace vigie {

namespace {

constexpr std::pair<std::string_view, std::string_view> common_signs[] = {
    {"", ""}, {"€", "EUR"}, {"$", "USD"}, {"£", "GBP"}};

/// Without a blank of each kind at both ends.
std::string_view without_blank(std::string_view x) {
  for (std::string_view blank : {" ", "\u00a0"}) {
    x.remove_prefix(x.starts_with(blank) ? blank.size() : 0);
    x.remove_suffix(x.ends_with(blank) ? blank.size() : 0);
  }
  return x;
}

} // namespace

optional<plain_price> read_plain_price(std::string_view text, price_unit unit) {
  if (auto bare = plain_amount(text, unit))
    return plain_price{*bare};
  auto in_number = [](char c) { return is_digit(c) || c == '.' || c == ','; };
  auto begin = std::find_if(text.begin(), text.end(), [](char c) { return is_digit(c); });
  auto end = std::find_if_not(begin, text.end(), in_number);
  auto amount = plain_amount({begin, end}, unit, true);
  if (!amount || (begin != text.begin() && end != text.end()))
    return std::nullopt;
  auto sign =
      without_blank(begin != text.begin() ? std::string_view{text.begin(), begin} : std::string_view{end, text.end()});
  for (auto [known, currency] : common_signs)
    if (sign == known)
      return plain_price{*amount, currency};
  return std::nullopt;
}

} // namespace vigie

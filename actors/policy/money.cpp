#include "actors/policy/money.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "actors/policy/decimal_text.hpp"
#include "actors/policy/price_tokens.hpp"

namespace vigie {

namespace {

constexpr std::array<std::string_view, 12> dollars{"USD", "CAD", "AUD", "NZD", "HKD", "SGD",
                                                   "MXN", "TWD", "ARS", "CLP", "COP", "UYU"};

bool is_number(const price_token& x) {
  return x.kind == price_token_kind::number;
}

/// "-5" and "-$5" are negative; "- 5" has a bullet.
bool is_negative(std::string_view text) {
  while (auto blank = blank_length(text))
    text.remove_prefix(blank);
  for (std::string_view minus : {"-", "−"})
    if (text.substr(0, minus.size()) == minus)
      return blank_length(text.substr(minus.size())) == 0;
  return false;
}

/// A lone "$" says dollar, and a code next to it says which.
result<std::string> currency_of(const std::vector<price_token>& list) {
  std::string strong;
  bool dollar = false;
  for (const auto& x : list) {
    if (x.kind != price_token_kind::mark || x.currency.empty())
      continue;
    dollar = dollar || x.weak;
    if (x.weak)
      continue;
    if (!strong.empty() && strong != x.currency)
      return fail(errc::bad_request, "amounts in several currencies");
    strong = x.currency;
  }
  if (dollar && !strong.empty() && std::find(dollars.begin(), dollars.end(), strong) == dollars.end())
    return fail(errc::bad_request, "amounts in several currencies");
  return dollar && strong.empty() ? "USD" : strong;
}

/// True if the numbers are one amount, or amounts with dashes between them.
bool is_one_range(const std::vector<price_token>& list) {
  auto first = std::find_if(list.begin(), list.end(), is_number);
  auto last = std::find_if(list.rbegin(), list.rend(), is_number).base();
  bool number_next = true;
  for (auto i = first; i != last; ++i, number_next = !number_next)
    if (i->kind != (number_next ? price_token_kind::number : price_token_kind::dash))
      return false;
  return true;
}

} // namespace

result<price_text> parse_price(std::string_view text, price_unit unit) {
  price_text out;
  out.lowest = plain_amount(text, unit);
  if (out.lowest)
    return out;
  auto list = price_tokens(text, unit);
  if (list.empty())
    return out;
  bool any_marked = std::any_of(list.begin(), list.end(), [](const price_token& x) { return x.marked; });
  for (const auto& x : list)
    if (is_number(x) && x.marked == any_marked)
      out.lowest = std::min(out.lowest.value_or(x.amount), x.amount);
  if (!out.lowest)
    return fail(errc::bad_request, "no amount that can be read");
  if (!any_marked && !is_one_range(list))
    return fail(errc::bad_request, "several amounts, and no currency that tells which is the price");
  auto currency = currency_of(list);
  if (!currency)
    return tl::unexpected<error>(currency.error());
  out.currency = *currency;
  if (is_negative(text))
    out.lowest = -*out.lowest;
  return out;
}

} // namespace vigie

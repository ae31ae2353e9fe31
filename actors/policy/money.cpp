#include "actors/policy/money.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "actors/policy/price_amounts.hpp"
#include "actors/policy/price_plain.hpp"
#include "actors/policy/price_rivals.hpp"

namespace vigie {

namespace {

using tokens = std::vector<price_token>;
using amounts = std::vector<price_amount>;

tl::unexpected<error> refuse(std::string why) {
  return fail(errc::bad_request, std::move(why));
}

bool is_number(const price_token& x) {
  return x.kind == price_token_kind::number;
}

result<std::string_view> currency_of(const tokens& list) {
  currency_vote vote;
  for (const auto& x : list)
    if (x.kind == price_token_kind::mark && !vote.add(x.mark))
      return refuse("amounts in several currencies");
  return vote.currency();
}

/// "<s>$59</s> 39": the old price may say it alone.
result<std::string_view> currency_of(const tokens& list, std::string_view struck) {
  bool said = std::any_of(list.begin(), list.end(), [](const auto& x) { return x.kind == price_token_kind::mark; });
  if (said || struck.empty())
    return currency_of(list);
  legible_price text{std::string{struck}};
  auto old = price_tokens(text, price_unit::major);
  join_price_tokens(old, price_unit::major);
  return currency_of(old).value_or("");
}

/// One number, or two that grow with "-" or "to" between them.
bool is_one_range(const tokens& list) {
  auto first = std::find_if(list.begin(), list.end(), is_number);
  auto last = std::find_if(list.rbegin(), list.rend(), is_number).base() - 1;
  if (last == first)
    return true;
  auto between = first + 1;
  bool joins = between->kind == price_token_kind::dash || between->role == word_role::range ||
               between->role == word_role::also || between->role == word_role::choice ||
               between->role == word_role::either;
  return last == first + 2 && joins && first->amount && last->amount && *first->amount <= *last->amount;
}

/// Without money next to it, a number is a price only if nothing is said that could make it something else.
optional<error> problem_of_bare(const tokens& list) {
  bool said = false;
  for (size_t i = 0; i < list.size(); ++i) {
    bool each = i > 1 && list[i - 1].text == "/" && list[i - 2].decimals == 2; // "1,49/kg"
    said = said || (list[i].kind == price_token_kind::word &&
                    (list[i].role == word_role::unknown || (list[i].role == word_role::unit && !each)));
  }
  if (!is_one_range(list))
    return error{errc::bad_request, "several amounts, and no currency that tells which is the price", {}};
  if (said)
    return error{errc::bad_request, "a number among words, and no currency that says it is a price", {}};
  return std::nullopt;
}

/// The amounts among which the lowest is the price; `all` of `list` has some.
result<amounts> candidates(const tokens& list, amounts all) {
  bool bare = std::none_of(all.begin(), all.end(), [](const price_amount& x) { return x.marked; });
  if (bare) {
    if (auto problem = problem_of_bare(list))
      return tl::unexpected<error>(std::move(*problem));
    for (auto& x : all)
      x.marked = true;
  }
  return price_among(list, all);
}

/// "1.250" is a thousand and more, but not of dinars.
amounts amounts_in(const tokens& list, price_unit unit, std::string_view currency) {
  auto out = price_amounts(list, unit);
  if (has_three_decimals(currency))
    for (auto& x : out)
      if (const auto& number = list[x.at]; number.as_decimals)
        x.amount = number.negative ? -*number.as_decimals : *number.as_decimals;
  return out;
}

/// "0,999 €": what a person says is none of the amounts that vigie has. Far more decimals are a program's.
bool has_small_parts(const price_token& x) {
  constexpr size_t most_printed = 5;
  if (x.decimals < 3 || x.decimals > most_printed)
    return false;
  auto end = x.text.find_last_of("0123456789") + 1;
  return x.text.substr(end - x.decimals + 2, x.decimals - 2).find_first_not_of('0') != x.text.npos;
}

/// Three digits behind the last sign of an amount that is read.
optional<error> problem_of_three(const price_amount& x, const price_token& number, std::string_view currency) {
  bool thousandths = has_three_decimals(currency);
  bool comma = number.text.find(',') != number.text.npos, point = number.text.find('.') != number.text.npos;
  if (comma && point && number.decimals == 3 && !thousandths) // "12.345,678 €"
    return error{errc::bad_request, "three digits behind the sign of a number that has groups", {}};
  if (!thousandths && has_small_parts(number))
    return error{errc::bad_request, "more decimals than the money has", {}};
  bool unlikely = thousandths && comma && currency != "TND" && currency != "LYD";
  if (number.as_decimals && (x.standing == amount_standing::yields || unlikely))
    return error{errc::bad_request, "three digits behind the sign may be thousands or decimals", {}};
  return std::nullopt;
}

} // namespace

result<price_text> parse_price(std::string_view text, price_unit unit) {
  price_text out;
  auto plain = plain_price_text(text);
  auto list = price_tokens(plain, unit);
  if (list.empty() && plain.struck.empty())
    return out;
  join_price_tokens(list, unit);
  bind_price_tokens(list);
  auto currency = currency_of(list, plain.struck);
  auto all = amounts_in(list, unit, currency.value_or(""));
  if (all.empty())
    return refuse(plain.struck.empty() ? "no amount that can be read" : "no amount that is not struck out");
  if (!currency)
    return tl::unexpected<error>(currency.error());
  auto found = candidates(list, std::move(all));
  if (!found)
    return tl::unexpected<error>(found.error());
  for (const auto& x : *found) {
    if (auto problem = problem_of_three(x, list[x.at], *currency))
      return tl::unexpected<error>(std::move(*problem));
    out.lowest = std::min(out.lowest.value_or(*x.amount), *x.amount);
  }
  out.currency = *currency;
  return out;
}

} // namespace vigie

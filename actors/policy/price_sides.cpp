#include "actors/policy/price_sides.hpp"

#include <algorithm>
#include <string>

#include "actors/policy/unicode.hpp"

namespace vigie {

using kind = price_token_kind;

bool price_side::is_bare(size_t i) const {
  return is(i, kind::number) && !list_[i].marked && list_[i].decimals == 0;
}

bool price_side::is_on_top(size_t begin) const {
  bool tax = is_word(begin - 2, word_role::tax) && !is_with(begin - 2) && !follows_amount(begin - 2); // "IVA incluido"
  bool unnamed = (is_word(begin - 1, word_role::included) && !tax) || is_word(begin - 1, word_role::besides);
  return unnamed || is_symbol(begin - 1, "+");
}

bool price_side::is_with(size_t tax) const {
  auto at = tax - 1;
  while (is(at, kind::percent) || is_symbol(at, "%"))
    --at;
  return is_word(at, word_role::included);
}

bool price_side::says_nothing(size_t at) const {
  if (is_symbol(at, ":") || is_symbol(at, "(") || is_symbol(at, "~"))
    return true;
  if (is_symbol(at, "'") && !apart(at) && !apart(at + 1))
    return true; // "jusqu'à"
  if (is(at, kind::dash))
    return !apart(at) && is(at - 1, kind::word); // "Trade-in $200"
  if (!is(at, kind::word))
    return false;
  auto role = list_[at].role;
  return role == word_role::intro || role == word_role::now || role == word_role::span || role == word_role::claim ||
         role == word_role::per || role == word_role::either || role == word_role::tax;
}

bool price_side::is_before_amount(size_t word) const {
  auto at = word + 1;
  while (is_symbol(at, ":") || (is(at, kind::word) && says_nothing(at)))
    ++at;
  return is_symbol(at, struck_out) || is(at, kind::mark) || (is(at, kind::number) && !is_bare(at));
}

optional<cents> price_side::amount_near(size_t i) const {
  for (auto at : {i, i + 1, i - 1})
    if (is(at, kind::number))
      return list_[at].amount;
  return std::nullopt;
}

amount_standing price_side::of_tax_between(optional<cents> of, optional<cents> other) const {
  if (of && other && *of <= *other / 3)
    return amount_standing::tax;
  return of && other && *other <= *of / 3 ? amount_standing::price : amount_standing::unclear;
}

bool price_side::is_bottle_deposit(size_t word) const {
  constexpr std::string_view all = " pfand leergut statiegeld consigne pantti kaucja ";
  return is(word, kind::word) && all.find(" " + case_fold(list_[word].text) + " ") != all.npos;
}

amount_standing price_side::of_deposit_between(optional<cents> of, optional<cents> other) const {
  auto out = of_tax_between(of, other);
  return out == amount_standing::tax ? amount_standing::aside : out;
}

amount_standing standing_of(const std::vector<price_token>& list, size_t begin, size_t end) {
  return std::max(standing_by_front(list, begin), standing_by_back(list, begin, end));
}

} // namespace vigie

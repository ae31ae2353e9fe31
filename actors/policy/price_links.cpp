#include "actors/policy/price_links.hpp"

#include <algorithm>
#include <string>

namespace vigie {

using kind = price_token_kind;

bool is_with_tax(cents gross, cents net) {
  return net > 0 && gross > net && gross - net <= net / 3 + 1;
}

bool price_links::may_be_amount(const price_amount& x) const {
  if (!x.amount || list_[x.at].clock || is(x.end, kind::word) || is(x.end, kind::percent))
    return false;
  bool of_others = is_symbol(x.end, "/") || is_symbol(x.end, ".") || is_symbol(x.begin - 1, "/");
  bool now = is_word(x.begin - 1, word_role::now) && x.end == list_.size();
  return !of_others && (list_[x.at].decimals == 2 || now);
}

bool price_links::any_labelled_amount() const {
  for (size_t i = 0; i < list_.size(); ++i)
    if (is_labelled_amount(i))
      return true;
  return false;
}

bool price_links::is_labelled_amount(size_t i) const {
  if (!is(i, kind::number) || !list_[i].counts)
    return false;
  bool behind = is(i + 1, kind::mark) && (!is_number(i + 2) || is(i + 3, kind::mark));
  return behind || (is(i - 1, kind::mark) && (!is_number(i - 2) || is(i - 3, kind::mark)));
}

bool price_links::is_from_a_count(const price_amount& x) const {
  if (is_number(x.begin - 1) && !list_[x.begin - 1].marked && list_[x.begin - 1].decimals == 0)
    return true;
  auto front = is_word(x.begin - 1, word_role::per) ? x.begin - 2 : x.begin - 1;
  bool before = is_word(front, word_role::unit) && is_number(front - 1) && is_word(front - 2, word_role::intro);
  return before || (is_word(x.end, word_role::intro) && is_number(x.end + 1) && is_word(x.end + 2, word_role::unit));
}

bool price_links::may_be_reduced(const price_amount& a, const price_amount& b) const {
  if (a.end < b.begin || a.standing != amount_standing::price || !a.amount || !b.amount)
    return false;
  bool rate = false;
  for (auto i = b.end; i < b.end + 3 && (is(i, kind::word) || is_symbol(i, "/")); ++i)
    rate = rate || is_word(i, word_role::time);
  constexpr cents rates_at_least = 10;
  constexpr cents reduced_at_most = 3; // to a third: below, it is what a kilogram costs, or a piece
  return rate ? *b.amount > *a.amount / rates_at_least
              : b.standing == amount_standing::yields && *b.amount<*a.amount&& * b.amount> * a.amount / reduced_at_most;
}

bool price_links::is_multiple_of(const price_amount& x, const price_amount& each) const {
  auto unit = x.begin - 1;
  bool several = is_word(unit, word_role::unit) && is(unit - 1, kind::number) && list_[unit - 1].text != "1";
  if (!several || is_in_brackets(each))
    return false;
  return is_symbol(each.end, list_[unit].text) || is_symbol(each.end + 1, list_[unit].text);
}

bool price_links::is_gross(const price_amount& x) const {
  return is_word(x.end, word_role::gross) || is_word(x.begin - 1, word_role::gross);
}

bool price_links::is_gross_of(const price_amount& gross, const price_amount& net) const {
  if (!gross.amount || !net.amount || !is_with_tax(*gross.amount, *net.amount))
    return false;
  auto front = gross.begin - 1;
  if (is_word(front, word_role::tax) && is_word(front - 1, word_role::included) && is(front - 2, kind::symbol))
    return true; // "100 €, inkl. MwSt. 119 €"
  if (!is_in_brackets(gross))
    return false;
  auto at = gross.end;
  return is_gross(gross) || (is_word(at, word_role::included) && is_word(at + 1, word_role::tax)) ||
         (is_word(at, word_role::tax) && is_word(at + 1, word_role::included));
}

bool price_links::is_in_brackets(const price_amount& x) const {
  auto other = [&](size_t i) { return is(i, kind::number) && list_[i].marked; };
  auto open = x.begin - 1, close = x.end;
  while (open < list_.size() && !is_symbol(open, "(") && !other(open))
    --open;
  while (close < list_.size() && !is_symbol(close, ")") && !other(close))
    ++close;
  return is_symbol(open, "(") && is_symbol(close, ")");
}

bool price_links::is_unit_in_brackets(size_t word) const {
  auto begin = word, end = word + 1;
  while (is(begin - 1, kind::word))
    --begin;
  while (is(end, kind::word))
    ++end;
  if (!is_symbol(end, ")") || !is_symbol(begin - 1, "/") || !follows_amount(begin - 1))
    return false;
  auto open = begin - 2;
  while (begins_amount(open))
    --open;
  return is_symbol(open, "(");
}

bool price_links::are_linked(const price_amount& a, const price_amount& b) const {
  if (is_in_brackets(a) != is_in_brackets(b))
    return false;
  bool paid = is_word(b.begin - 1, word_role::now) || is_word(b.begin - 1, word_role::per);
  if (paid && *b.amount > *a.amount && !is_number(b.begin - 2))
    return false; // "20 €, now 50 €"
  for (auto i = a.end; i < b.begin; ++i)
    if (is_symbol(i, "/") && !have_same_money(a, b))
      return false;
  for (auto i = a.end; i < b.begin; ++i)
    if (!links(i, b) && !(i == a.end && names_unit(a, b)))
      return false;
  return true;
}

/// "$60 / $80 CAD" is in two currencies.
bool price_links::have_same_money(const price_amount& a, const price_amount& b) const {
  auto marks = [&](const price_amount& x) {
    std::string out;
    for (auto i = x.begin; i < x.end; ++i)
      if (is(i, kind::mark))
        out += list_[i].text;
    return out;
  };
  auto one = marks(a), other = marks(b);
  return one.empty() || other.empty() || one == other;
}

/// "12,50 € each or 2 for 20 €"; but "8 € bottle, 80 € case" asks which one is meant.
bool price_links::names_unit(const price_amount& a, const price_amount& b) const {
  return is_word(a.end, word_role::unit) && b.begin > a.end + 1 && !is_word(b.end, word_role::unit);
}

bool price_links::links(size_t i, const price_amount& b) const {
  bool multiple = is(i, kind::number) && (is_word(i + 1, word_role::now) || is_symbol(i + 1, "/")) && i + 2 == b.begin;
  if (is(i, kind::dash) || is(i, kind::percent) || is(i, kind::mark) || multiple) // "or 2 for £5"
    return true;
  if (is(i, kind::number))
    return list_[i].negative;
  if (is(i, kind::symbol))
    return std::string_view{",;|/*.()%"}.find(list_[i].text) != std::string_view::npos;
  auto role = list_[i].role;
  bool between = std::any_of(list_.begin(), list_.begin() + static_cast<long>(i),
                             [](const price_token& x) { return x.kind == kind::word && x.role == word_role::span; });
  return role == word_role::range || role == word_role::choice || role == word_role::either || role == word_role::now ||
         role == word_role::per || (role == word_role::also && between);
}

} // namespace vigie

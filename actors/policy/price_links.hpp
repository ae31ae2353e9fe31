// How amounts in a price's text stand to each other. Pure.
#pragma once

#include <vector>

#include "actors/policy/price_amounts.hpp"

namespace vigie {

class price_links : price_places {
public:
  explicit price_links(const std::vector<price_token>& list) : price_places(list), list_(list) {}

  /// A number without money that may be an amount: "€ 29,95 19,95", "€ 30 nu 20"; no rating, no date.
  bool may_be_amount(const price_amount& x) const;
  /// A size or a count with money that belongs to no other number: "Set 20 €".
  bool any_labelled_amount() const;
  /// "ab 10 Stück 3,90 €", "3,90 € ab 10 Stück", "les 3 6,00 €".
  bool is_from_a_count(const price_amount& x) const;
  /// "24,99 € 14,99 € pro Stück", "24,99 € 14,99 € mtl.": the first may be the old price of what the second is for.
  bool may_be_reduced(const price_amount& a, const price_amount& b) const;
  /// "3 Stück 12 €" beside "5 € je Stück".
  bool is_multiple_of(const price_amount& x, const price_amount& each) const;
  bool is_in_brackets(const price_amount& x) const;
  /// "$34.99 ($1.17 / Fluid Ounce)", whatever that is.
  bool is_unit_in_brackets(size_t word) const;
  /// "= 12 €", and no note in brackets.
  bool is_result(const price_amount& x) const { return is_symbol(x.begin - 1, "=") && !is_in_brackets(x); }
  /// "119 € brutto".
  bool is_gross(const price_amount& x) const;
  /// The second is the first with its tax: "£10.00 (£12.00 inc VAT)", "1,180円（税込1,298円）".
  bool is_gross_of(const price_amount& gross, const price_amount& net) const;
  bool is_range(const price_amount& a, const price_amount& b) const { return a.end + 1 == b.begin && joins(a.end); }
  /// Nothing stands between the two but what makes a range, a list, or an old and a new price of them.
  bool are_linked(const price_amount& a, const price_amount& b) const;

private:
  bool is_labelled_amount(size_t i) const;
  bool have_same_money(const price_amount& a, const price_amount& b) const;
  bool names_unit(const price_amount& a, const price_amount& b) const;
  bool links(size_t i, const price_amount& b) const;

  const std::vector<price_token>& list_;
};

/// Taxes on sales are a third of the price without them, at most.
bool is_with_tax(cents gross, cents net);

} // namespace vigie

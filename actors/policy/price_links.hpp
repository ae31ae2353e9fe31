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
  /// "119 € brutto".
  bool is_gross(const price_amount& x) const;
  /// The second is the first with its tax: "£10.00 (£12.00 inc VAT)", "1,180円（税込1,298円）".
  bool is_gross_of(const price_amount& gross, const price_amount& net) const;
  bool is_range(const price_amount& a, const price_amount& b) const { return a.end + 1 == b.begin && joins(a.end); }
  /// Nothing stands between the two but what makes a range, a list, or an old and a new price of them.
  bool are_linked(const price_amount& a, const price_amount& b) const;

private:
  bool is_labelled_amount(size_t i) const;
  bool is_in_brackets(const price_amount& x) const;
  bool names_unit(const price_amount& a, const price_amount& b) const;
  bool links(size_t i, const price_amount& b) const;

  const std::vector<price_token>& list_;
};

/// Taxes on sales are a third of the price without them, at most.
bool is_with_tax(cents gross, cents net);

} // namespace vigie

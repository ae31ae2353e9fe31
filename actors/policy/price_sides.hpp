// The two sides of an amount in a price's text: what stands in front of it, and what behind. Pure.
#pragma once

#include <vector>

#include "actors/policy/price_amounts.hpp"

namespace vigie {

/// What both sides ask of a list.
class price_side : protected price_places {
public:
  explicit price_side(const std::vector<price_token>& list) : price_places(list), list_(list) {}

protected:
  bool is_aside(size_t i) const { return is_word(i, word_role::aside); }
  /// "2" of "2 for £5".
  bool is_bare(size_t i) const;
  /// "+ 5 €", "inkl. 5 €", "zzgl. 5 €": what is named behind it is what those 5 € are for.
  bool is_on_top(size_t begin) const;
  /// "inkl. MwSt.", "inc. 20% VAT".
  bool is_with(size_t tax) const;
  /// Between a word that speaks of an amount and that amount.
  bool says_nothing(size_t i) const;
  /// Money follows the word, with nothing but words between that say nothing.
  bool is_before_amount(size_t word) const;

  /// Of the amount that begins at `i`, or ends there.
  optional<cents> amount_near(size_t i) const;
  /// The tax next to a word for it is the far smaller one of the two amounts: "$80 tax $5".
  amount_standing of_tax_between(optional<cents> of, optional<cents> other) const;

  /// "Pfand": a small part of what is paid.
  bool is_bottle_deposit(size_t word) const;
  /// The same, but no price beside others.
  amount_standing of_deposit_between(optional<cents> of, optional<cents> other) const;

  const std::vector<price_token>& list_;
};

/// By what stands in front of the amount from `begin` on.
amount_standing standing_by_front(const std::vector<price_token>& list, size_t begin);
/// By what stands behind the amount from `begin` to `end`.
amount_standing standing_by_back(const std::vector<price_token>& list, size_t begin, size_t end);

} // namespace vigie

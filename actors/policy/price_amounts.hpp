// The amounts in a price's text, and whether each can be the price. Pure.
#pragma once

#include <string_view>
#include <vector>

#include "actors/policy/price_tokens.hpp"

namespace vigie {

/// What the words and signs around an amount say of it. Of two that are said, the later one counts.
enum class amount_standing : uint8_t {
  price,
  net,    ///< without tax: the price only where there is no other
  yields, ///< for each kilogram, each piece: as well
  old,    ///< what it costs elsewhere, or did: no price, and never below the price
  tax,    ///< a small part of the price
  aside,  ///< a discount, an instalment, what shipping costs: no price
  unclear ///< a word between two amounts may speak of either
};

struct price_amount {
  size_t at = 0;          ///< of its token
  size_t begin = 0;       ///< of its tokens, money included
  size_t end = 0;         ///< behind them
  optional<cents> amount; ///< nothing: it cannot be read
  bool marked = false;    ///< money stands next to it, or next to what a dash joins it to
  amount_standing standing = amount_standing::price;
  bool doubtful = false; ///< it may be two numbers, or only a part of one
};

/// Puts what is one amount into one number ("12€99", "1 £ 50 p"), takes percentages out, and gives each sign to its
/// number.
void join_price_tokens(std::vector<price_token>& list, price_unit unit);

/// By the words and signs in front of the amount from `begin` on, and from `end` on behind it.
amount_standing standing_of(const std::vector<price_token>& list, size_t begin, size_t end);

/// Of tokens that are joined: all amounts in their order, without sizes and counts.
std::vector<price_amount> price_amounts(const std::vector<price_token>& list, price_unit unit);

} // namespace vigie

// A price's text in pieces, for actors/policy/money.cpp. Pure.
#pragma once

#include <string_view>
#include <vector>

#include "messages/values/alert.hpp"
#include "messages/values/fetch.hpp"

namespace vigie {

enum class price_token_kind : uint8_t { number, mark, dash, percent, other };

struct price_token {
  price_token_kind kind = price_token_kind::other;
  cents amount = 0;
  std::string_view currency; ///< of a mark; empty = ambiguous ("kr")
  bool weak = false;         ///< "$": gives way to a code that says which dollar
  bool marked = false;       ///< a number next to a mark, or joined to such a one by a dash
};

/// Blanks are left out; a number that makes no amount is `other`, and so is a percentage.
std::vector<price_token> price_tokens(std::string_view text, price_unit unit);

} // namespace vigie

// A price's text in pieces, for actors/policy/money.cpp. Pure.
#pragma once

#include <string_view>
#include <vector>

#include "actors/policy/currency_marks.hpp"
#include "actors/policy/price_plain.hpp"
#include "actors/policy/price_words.hpp"
#include "messages/values/alert.hpp"
#include "messages/values/fetch.hpp"
#include "messages/values/optional.hpp"

namespace vigie {

enum class price_token_kind : uint8_t { number, mark, dash, percent, word, symbol };

struct price_token {
  price_token_kind kind = price_token_kind::symbol;
  std::string_view text;
  bool apart = false; ///< a blank stands before it
  int parted = 0;     ///< so many elements begin or end before it

  // A number.
  optional<cents> amount{};      ///< nothing: it is none, or too large
  optional<cents> as_decimals{}; ///< "1.250" taken for one with three decimals
  size_t decimals = 0;
  bool blank_grouped = false; ///< "38 100", which may be two
  bool clock = false;         ///< "12:50": no amount, unless money stands next to it
  bool negative = false;      ///< its sign was a token
  bool counts = false;        ///< it is a size, or a number of things
  bool marked = false;        ///< money stands next to it, or next to what a dash joins it to

  currency_mark mark{};                ///< of a mark
  word_role role = word_role::unknown; ///< of a word, and of a mark that is also one
};

/// What stands where in a list, which may change meanwhile. Nothing stands beyond its end, nor before its beginning
/// (0 - 1).
class price_places {
public:
  explicit price_places(const std::vector<price_token>& all) : all_(all) {}

  bool is(size_t i, price_token_kind x) const { return i < all_.size() && all_[i].kind == x; }
  bool is_word(size_t i, word_role x) const { return is(i, price_token_kind::word) && all_[i].role == x; }
  bool is_symbol(size_t i, std::string_view x) const { return i < all_.size() && all_[i].text == x; }
  /// A blank stands before it.
  bool apart(size_t i) const { return i < all_.size() && all_[i].apart; }
  /// A number that may be an amount.
  bool is_number(size_t i) const { return is(i, price_token_kind::number) && !all_[i].counts; }
  /// Between two amounts: "-", "to", "or".
  bool joins(size_t i) const {
    return is(i, price_token_kind::dash) || is_word(i, word_role::range) || is_word(i, word_role::also) ||
           is_word(i, word_role::choice) || is_word(i, word_role::either);
  }
  /// The number is not money, whatever stands in front of it: "3 Stück", "100 g", "75 m" where no money follows.
  bool is_counted(size_t i) const;
  bool begins_amount(size_t i) const { return is(i, price_token_kind::number) || is(i, price_token_kind::mark); }
  bool follows_amount(size_t i) const { return begins_amount(i - 1); }

private:
  const std::vector<price_token>& all_;
};

/// Of what plain_price_text gave, and that has to stay; blanks are left out. Letters with digits behind them are a
/// word ("S21"), decimals that stand apart from their number belong to it ("118, 99"), as do the signs of none
/// ("12,-"), and two digits in an element of their own right behind it ("39<sup>99</sup>"). Digits that any other seam
/// parts are no amount.
std::vector<price_token> price_tokens(const legible_price& plain, price_unit unit);
std::vector<price_token> price_tokens(legible_price&&, price_unit) = delete;

/// Finds out which numbers count and which are money, of tokens that are joined.
void bind_price_tokens(std::vector<price_token>& list);

/// The next number is a size or a count: "Size", "Pack of".
bool is_behind_label(const std::vector<price_token>& list, size_t number);

/// What such a word stands behind is counted.
bool is_counting(word_role x);

/// What a number is with those two digits as its decimals.
optional<cents> with_decimals(std::string_view number, std::string_view digits, price_unit unit);

} // namespace vigie

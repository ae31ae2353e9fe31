#include <algorithm>
#include <array>

#include "actors/policy/ascii.hpp"
#include "actors/policy/price_sides.hpp"
#include "actors/policy/unicode.hpp"

namespace vigie {

namespace {

using kind = price_token_kind;
using standing = amount_standing;

class price_front : price_side {
public:
  using price_side::price_side;

  /// Words that say nothing may stand between: "Versand ab 4,99 €".
  standing of(size_t begin) {
    begin_ = begin;
    if (is_on_top(begin))
      return standing::aside;
    bool several = is_word(begin - 1, word_role::now) || is_symbol(begin - 1, "/");
    several = several && is_bare(begin - 2) && list_[begin - 2].text != "1"; // "2 for £5", "2/$5"
    if (is_symbol(begin - 1, "=") || several)
      return standing::yields;
    for (size_t at = begin - 1, left = 4; at < list_.size() && left > 0; --at, --left) {
      if (is(at, kind::word) && list_[at].role == word_role::times)
        return is_instalment(at, begin) ? standing::aside : standing::price;
      if (auto said = said_before(at))
        return *said;
      if (!says_nothing(at))
        break;
    }
    return standing::price;
  }

private:
  /// By a word in front of an amount.
  optional<standing> said_before(size_t at) const {
    if (!is(at, kind::word))
      return std::nullopt;
    // "4,99 € Versand": the word speaks of what stands before it, and may speak of what stands behind.
    bool follows = follows_amount(at) && !is_symbol(at + 1, ":");
    bool of_percentage = is(at - 1, kind::percent) && list_[at].role >= word_role::aside_before &&
                         list_[at].role <= word_role::aside; // "30 % sparen: 69,30 €"
    if (of_percentage)
      return standing::price;
    switch (list_[at].role) {
    case word_role::time: // "mtl. 19,90 €"
      return is(at - 1, kind::mark) ? std::nullopt : optional<standing>{standing::aside};
    case word_role::free:
      return of_free(at);
    case word_role::aside_before:
    case word_role::besides:
      return standing::aside;
    case word_role::range: // "bis zu 200 €", and no other end of it; but "reduced to $20"
      return follows || ends_reduction(at) || adds(at) ? std::nullopt : optional<standing>{standing::aside};
    case word_role::old:
      return standing::old;
    case word_role::aside:
      if (is_word(at - 1, word_role::free) && begins_amount(at + 1))
        return standing::price; // "free shipping $15"
      if (is_word(at - 1, word_role::net))
        return std::nullopt; // "3x 41 € sans frais 123 €"
      if (!follows || is_negative(begin_))
        return standing::aside;
      if (is_named_on_top(at))
        return standing::price;
      return is_bottle_deposit(at) ? of_deposit_between(amount_near(begin_), amount_near(at - 1)) : standing::unclear;
    case word_role::unit: // "kg price $7", but "3 Stück 5 €"
      return follows || is_of_amount(at) || is_word(at - 1, word_role::label) ? std::nullopt
                                                                              : optional<standing>{standing::yields};
    case word_role::tax:
      if (is_with(at) || is_word(at - 1, word_role::net))
        return std::nullopt;
      if (!follows)
        return standing::tax;
      return is_named_on_top(at) ? standing::price : of_tax_between(amount_near(begin_), amount_near(at - 1));
    case word_role::net:
      return follows ? std::nullopt : optional<standing>{standing::net};
    case word_role::yields:
      follows = follows && !list_[at - 1].counts; // "100g당 1,980원"
      return follows ? std::nullopt : optional<standing>{standing::yields};
    default: // "sotto i 20 €"
      bool limit = compares(at - 1) || (list_[at].text == "i" && is_word(at - 1, word_role::aside_before));
      limit = limit || equal_ignoring_case(list_[at].text, "max."); // not of "Pro Max"
      return limit ? optional<standing>{standing::aside} : std::nullopt;
    }
  }

  /// In front of an amount: "shipping free $15" and "1 free $15" say nothing of it, "free from $35" does.
  optional<standing> of_free(size_t at) const {
    bool other = is_aside(at - 1) || is_word(at - 1, word_role::tax) || is(at - 1, kind::number);
    return other && begins_amount(at + 1) ? standing::price : standing::aside;
  }

  /// "less than", "moins de", "weniger als".
  bool compares(size_t at) const {
    constexpr std::array<std::string_view, 12> all{"than", "als", "dan", "de",   "di",  "que",
                                                   "niz",  "než", "niż", "mint", "enn", "än"};
    return is_word(at, word_role::aside_after) && is(at + 1, kind::word) &&
           std::find(all.begin(), all.end(), list_[at + 1].text) != all.end();
  }

  bool ends_reduction(size_t at) const {
    constexpr std::array<std::string_view, 12> all{"reduced",  "discounted", "down",     "marked",
                                                   "nedsatt",  "nedsat",     "sänkt",    "obniżona",
                                                   "verlaagd", "ridotto",    "rebajado", "réduit"};
    auto same = [&](std::string_view x) { return at > 0 && case_fold(list_[at - 1].text) == x; };
    return std::any_of(all.begin(), all.end(), same);
  }

  /// "Add to cart $12.50".
  bool adds(size_t at) const { return at > 0 && case_fold(list_[at - 1].text) == "add" && list_[at].text == "to"; }

  /// A unit behind its number, or behind the amount that it is the unit of: "5 €/kg", "5 € le kg".
  bool is_of_amount(size_t unit) const {
    bool joined = is_symbol(unit - 1, "/") || is_word(unit - 1, word_role::per) || is_word(unit - 1, word_role::intro);
    return is(unit - 1, kind::number) || (joined && follows_amount(unit - 1));
  }

  bool is_negative(size_t begin) const {
    auto number = is(begin, kind::mark) ? begin + 1 : begin;
    return is(number, kind::number) && list_[number].negative;
  }

  /// The word behind an amount says what comes on top: "inkl. 0,25 € Pfand".
  bool is_named_on_top(size_t word) const {
    auto begin = word - 1;
    while (begins_amount(begin - 1))
      --begin;
    return is_on_top(begin);
  }

  /// "12x R$ 108,25", "10 x de R$ 21,90", "3 x 33 €"; but "2 x 5 €" is what one of two costs.
  bool is_instalment(size_t times, size_t begin) const {
    return !apart(times) || times + 1 != begin || !is(times - 1, kind::number) || list_[times - 1].text != "2";
  }

  size_t begin_ = 0;
};

} // namespace

amount_standing standing_by_front(const std::vector<price_token>& list, size_t begin) {
  return price_front{list}.of(begin);
}

} // namespace vigie

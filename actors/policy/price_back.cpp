#include "actors/policy/price_sides.hpp"

#include <algorithm>
#include <array>

namespace vigie {

namespace {

using kind = price_token_kind;
using standing = amount_standing;

class price_back : price_side {
public:
  using price_side::price_side;

  standing of(size_t begin, size_t at) const {
    if (is_symbol(at, "(") && names_next(at + 1)) // "12 € (kg 24 €)"
      return standing::price;
    if (is_symbol(at, "(") || is_symbol(at, "*"))
      ++at;
    if (is_rate(at) || is_instalment(at))
      return standing::aside;
    if (is_symbol(at, "/"))
      return of_each(at + 1);
    if (!is(at, kind::word))
      return standing::price;
    if (is_preposition(at) &&
        (is_aside(at + 1) || is_word(at + 1, word_role::aside_after) || is_word(at + 1, word_role::aside_before)))
      ++at; // "50 € de remise"
    if (is_word(at, word_role::intro) && is_word(at + 1, word_role::aside_before))
      ++at; // "$60 instant savings"
    if (is_word(at, word_role::unknown) && is_aside(at + 1))
      ++at; // "$250 refundable deposit"
    switch (list_[at].role) {
    case word_role::time:
      return is_before_less(begin, at) ? standing::unclear : standing::aside;
    case word_role::aside_after:
      return standing::aside;
    case word_role::old:
      return is_before_amount(at) ? standing::price : standing::old; // "99 € UVP"
    case word_role::aside_before:
      return is_before_amount(at) || is_before_percent(at) ? standing::price : standing::aside;
    case word_role::besides: // "5 € extra"; but "99 € zzgl. Versand"
      return is(at + 1, kind::word) || is_before_amount(at) ? standing::price : standing::aside;
    case word_role::aside:
      return of_aside(begin, at);
    case word_role::tax:
      return of_tax(begin, at);
    case word_role::net: // "124,90 € sans frais"
      return is_symbol(at + 1, ":") || is_aside(at + 1) || is_word(at + 1, word_role::aside_before) ? standing::price
                                                                                                    : standing::net;
    case word_role::yields:
      return is_symbol(at + 1, ":") ? standing::price : standing::yields;
    case word_role::unit:
      return standing::yields;
    case word_role::per:
      if (is_symbol(at + 1, ")"))
        return standing::yields; // "9 € (1,50 € each)"
      return of_each(at + 1);
    case word_role::either:
    case word_role::intro:
      if (is_word(at + 1, word_role::time))
        return standing::aside;
      return is_word(at + 1, word_role::unit) ? standing::yields : standing::price; // "5,90 € le kg"
    case word_role::also:                                                           // "£10 and under"
      return is_word(at + 1, word_role::aside_before) && at + 2 == list_.size() ? standing::aside : standing::price;
    default:
      return is_word(at + 1, word_role::time) ? standing::aside : standing::price; // "20 ₽ в месяц"
    }
  }

private:
  /// "15 € save up to 20 %": the word speaks of the percentage.
  bool is_before_percent(size_t word) const {
    auto next = word + 1;
    while (is(next, kind::word) || is_symbol(next, ":"))
      ++next;
    return is(next, kind::percent);
  }

  /// "$31,200 discount -$2,000".
  bool is_before_discount(size_t word) const {
    auto next = is(word + 1, kind::mark) ? word + 2 : word + 1;
    return is(next, kind::number) && list_[next].negative;
  }

  size_t next_amount(size_t word) const {
    auto next = word + 1;
    while (next < list_.size() && !begins_amount(next))
      ++next;
    return next;
  }

  /// "649 € mtl. 54 €": a rate is below the price.
  bool is_before_less(size_t begin, size_t word) const {
    auto here = amount_near(begin), next = amount_near(next_amount(word));
    return is_before_amount(word) && here && next && *next < *here;
  }

  bool names_next(size_t at) const {
    return is(at, kind::word) &&
           is_before_amount(is_word(at, word_role::intro) && is(at + 1, kind::word) ? at + 1 : at);
  }

  bool is_preposition(size_t i) const {
    constexpr std::array<std::string_view, 9> all{"of", "de", "d", "von", "van", "af", "av", "di", "do"};
    return i < list_.size() && std::find(all.begin(), all.end(), list_[i].text) != all.end();
  }

  /// "33 € x 3 Monate", "$25 x 4 payments".
  bool is_instalment(size_t at) const {
    return is_word(at, word_role::times) && is(at + 1, kind::number) &&
           (is_word(at + 2, word_role::time) || is_word(at + 2, word_role::aside_before));
  }

  /// "850 € warm/Monat", "650 € CC par mois", "1250 € p/m"; and "5.000 + 48x 890", of which the first is paid besides.
  bool is_rate(size_t at) const {
    if (is_symbol(at, "+") && is(at + 1, kind::number))
      return is_word(at + 2, word_role::times);
    if (!is(at, kind::word))
      return false;
    bool slash = is_symbol(at + 1, "/");
    if ((slash || is_word(at + 1, word_role::per)) && is_word(at + 2, word_role::time))
      return true;
    return slash && is_word(at, word_role::per) && (is_symbol(at + 2, "m") || is_symbol(at + 2, "w"));
  }

  /// Behind an amount, what is no price: its name, or that of the next one.
  standing of_aside(size_t begin, size_t word) const {
    if (is_symbol(word + 1, ":"))
      return standing::price;
    auto last = word;
    while (is_aside(last + 1) || (is_word(last + 1, word_role::intro) && is_aside(last + 2)))
      ++last; // "frais de port"
    if (is_word(last + 1, word_role::included) || is_word(last + 1, word_role::free) || is_before_percent(last))
      return standing::price;
    if (is_before_discount(last))
      return standing::price;
    bool other = is_before_amount(last) || (is(last + 1, kind::word) && is(last + 2, kind::number));
    if (!other || is_on_top(begin))
      return standing::aside;
    if (!is_bottle_deposit(word))
      return standing::unclear;
    return of_deposit_between(amount_near(begin), amount_near(next_amount(word)));
  }

  standing of_tax(size_t begin, size_t word) const {
    if (is_word(word + 1, word_role::included) || is_word(word + 1, word_role::free))
      return standing::price; // "IVA incl."
    bool denied = is(word + 1, kind::word) && is_word(word + 2, word_role::included);
    if (denied || is_word(word + 1, word_role::net))
      return standing::net; // "IVA no incluido"
    if (is_word(word + 1, word_role::unknown))
      return standing::price; // "MwSt. ausweisbar"
    if (!is_before_amount(word) || is_on_top(begin))
      return standing::tax;
    return of_tax_between(amount_near(begin), amount_near(next_amount(word)));
  }

  /// Behind "/" or "per": "kg", "100 g", "month".
  standing of_each(size_t at) const {
    if (is(at, kind::number) && is(at + 1, kind::word))
      ++at;
    if (is_word(at, word_role::time))
      return standing::aside;
    bool unit = is_word(at, word_role::unknown) || is_word(at, word_role::label) || is_word(at, word_role::intro) ||
                is_word(at, word_role::days) || is_word(at, word_role::unit) || is_word(at, word_role::magnitude);
    return unit ? standing::yields : standing::price;
  }
};

} // namespace

amount_standing standing_by_back(const std::vector<price_token>& list, size_t begin, size_t end) {
  return price_back{list}.of(begin, end);
}

} // namespace vigie

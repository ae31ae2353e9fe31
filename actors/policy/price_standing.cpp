#include <algorithm>

#include "actors/policy/price_amounts.hpp"

namespace vigie {

namespace {

using kind = price_token_kind;

class surroundings : price_places {
public:
  explicit surroundings(const std::vector<price_token>& list) : price_places(list), list_(list) {}

  /// Words that say nothing may stand between: "Versand ab 4,99 €".
  amount_standing standing_by_front(size_t begin) const {
    if (is_symbol(begin - 1, "+"))
      return amount_standing::aside;
    if (is_symbol(begin - 1, "="))
      return amount_standing::yields;
    for (size_t at = begin - 1, left = 4; at < list_.size() && left > 0; --at, --left) {
      auto role = is(at, kind::word) ? list_[at].role : word_role::unknown;
      // "4,99 € Versand": the word speaks of what stands before it.
      bool follows = follows_amount(at) && !is_symbol(at + 1, ":");
      if (role == word_role::times)
        return is_instalment(at, begin) ? amount_standing::aside : amount_standing::price;
      if (role == word_role::time && !is(at - 1, kind::mark))
        return amount_standing::aside; // "mtl. 19,90 €"
      if (role == word_role::free && at + 1 == begin)
        return amount_standing::aside; // "inkl. 3,19 € MwSt."
      if (role == word_role::aside_before || (role == word_role::aside && !follows))
        return amount_standing::aside;
      if (role == word_role::yields && !follows)
        return amount_standing::yields;
      bool says_nothing = role == word_role::intro || role == word_role::per || role == word_role::either ||
                          is_symbol(at, ":") || is_symbol(at, "(") || is_symbol(at, "~");
      if (!says_nothing)
        break;
    }
    return amount_standing::price;
  }

  /// "12x R$ 108,25", "10 x de R$ 21,90", "3 x 33 €"; but "2 x 5 €" is what one of two costs.
  bool is_instalment(size_t times, size_t begin) const {
    return !apart(times) || times + 1 != begin || !is(times - 1, kind::number) || list_[times - 1].text != "2";
  }

  bool any_number(size_t from) const {
    return std::any_of(list_.begin() + static_cast<long>(from), list_.end(),
                       [](const price_token& x) { return x.kind == kind::number; });
  }

  amount_standing standing_by_back(size_t at) const {
    if (is_symbol(at, "(") || is_symbol(at, "*"))
      ++at;
    if (is_word(at, word_role::unknown) && is_symbol(at + 1, "/") && is_word(at + 2, word_role::time))
      return amount_standing::aside; // "850 € warm/Monat"
    if (is_symbol(at, "/"))
      return of_each(at + 1);
    if (!is(at, kind::word))
      return amount_standing::price;
    bool of =
        is_word(at, word_role::intro) && (is_word(at + 1, word_role::aside) || is_word(at + 1, word_role::aside_after));
    at += of ? 1 : 0; // "50 € de remise"
    auto role = list_[at].role;
    bool colon = is_symbol(at + 1, ":");
    if (role == word_role::aside_before && !any_number(at))
      return amount_standing::aside; // "99 € UVP"
    if (role == word_role::time || role == word_role::aside_after)
      return amount_standing::aside;
    if (role == word_role::aside)
      return colon || is_word(at + 1, word_role::free) ? amount_standing::price : amount_standing::aside;
    if (role == word_role::yields)
      return colon ? amount_standing::price : amount_standing::yields;
    bool each = role == word_role::per || role == word_role::either || role == word_role::intro;
    if (each && is_word(at + 1, word_role::time))
      return amount_standing::aside;
    return role == word_role::per ? of_each(at + 1) : amount_standing::price;
  }

  /// Behind "/" or "per": "kg", "100 g", "month".
  amount_standing of_each(size_t at) const {
    if (is(at, kind::number) && is(at + 1, kind::word))
      ++at;
    if (is_word(at, word_role::time))
      return amount_standing::aside;
    bool unit = is_word(at, word_role::unknown) || is_word(at, word_role::label) || is_word(at, word_role::intro) ||
                is_word(at, word_role::days);
    return unit ? amount_standing::yields : amount_standing::price;
  }

private:
  const std::vector<price_token>& list_;
};

} // namespace

amount_standing standing_of(const std::vector<price_token>& list, size_t begin, size_t end) {
  surroundings around{list};
  return std::max(around.standing_by_front(begin), around.standing_by_back(end));
}

} // namespace vigie

#include <algorithm>
#include <array>
#include <string>

#include "actors/policy/decimal_text.hpp"
#include "actors/policy/price_tokens.hpp"

namespace vigie {

namespace {

using kind = price_token_kind;

class price_binder : price_places {
public:
  explicit price_binder(std::vector<price_token>& list) : price_places(list), list_(list) {}

  void bind_all() {
    for (size_t i = 0; i < list_.size(); ++i)
      if (is(i, kind::number)) {
        list_[i].counts = counts(i);
        list_[i].marked = says_no_cents(list_[i].text);
      }
    for (size_t i = 0; i < list_.size(); ++i)
      if (is(i, kind::mark))
        bind(i);
    for (size_t i = 0; i + 2 < list_.size(); ++i)
      if (is_number(i) && joins(i + 1) && is_number(i + 2) && !is_counted(i + 2) && !is_of_multiple(i + 2) &&
          !goes_down(i))
        list_[i].marked = list_[i + 2].marked = list_[i].marked || list_[i + 2].marked;
  }

private:
  /// "3,75 € or 2 for 6 €", "or 2/$6".
  bool is_of_multiple(size_t i) const {
    return (is_word(i + 1, word_role::now) || is_symbol(i + 1, "/")) && begins_amount(i + 2);
  }

  /// "$15 - 3 bids": no range.
  bool goes_down(size_t i) const {
    const auto &from = list_[i], &to = list_[i + 2];
    bool lower = from.amount && to.amount && *to.amount < *from.amount;
    return lower && is(i + 1, kind::dash) && is(i - 1, kind::mark) && from.marked && !to.marked && to.decimals == 0;
  }

  /// "299:-" needs no other money.
  static bool says_no_cents(std::string_view number) { return number.ends_with('-') || number.ends_with('='); }

  bool counts(size_t i) const {
    bool in_range =
        i > 1 && is(i - 2, kind::number) && list_[i - 2].counts && (is(i - 1, kind::dash) || is_symbol(i - 1, "/"));
    bool cents_of_money = list_[i].decimals == 2 && (is(i + 1, kind::mark) || is(i - 1, kind::mark));
    if (is_behind_label(list_, i) || in_range)
      return !cents_of_money;
    if (is_word(i + 1, word_role::times))
      return true;
    bool money = cents_of_money || (is(i - 1, kind::mark) && !apart(i) && !is(i - 2, kind::number)); // "£49pp"
    return is(i + 1, kind::word) && !apart(i + 1) && !money && is_counting(list_[i + 1].role);
  }

  /// Money belongs to one of the two numbers it stands between.
  void bind(size_t i) {
    bool left = is_number(i - 1), right = is_number(i + 1) && !list_[i].mark.hundredths;
    bool amount = list_[std::min(i + 1, list_.size() - 1)].decimals == 2 && !is_word(i + 2, word_role::unit);
    amount = amount || is(i - 2, kind::mark); // "£80 £60 save £20"
    bool parted = list_[i].parted != list_[std::min(i + 1, list_.size() - 1)].parted;
    if (left && right && !parted && is_counted(i + 1) && !amount) // "R$ 129 R$ 99,90 no cartão"
      right = false;
    if (left && right) {
      bool before = apart(i) != apart(i + 1) ? apart(i) : stands_before(i);
      if (parted) // "<b>599 €</b><i>2019</i>"
        before = list_[i].parted > list_[i + 1].parted;
      else if (list_[i].parted > 0 && is(i - 2, kind::mark) != is(i + 2, kind::mark))
        before = is(i - 2, kind::mark);
      (before ? left : right) = false;
    }
    if (left)
      list_[i - 1].marked = true;
    if (is_word(i - 1, word_role::magnitude) && is_number(i - 2))
      list_[i - 2].marked = true; // "1,5 Mio. €"
    if (right)
      list_[i + 1].marked = true;
  }

  /// Both numbers are as near: the one without any other has it, the one with cents, or else all stand as the first
  /// one does.
  bool stands_before(size_t i) const {
    if (is(i - 2, kind::mark) != is(i + 2, kind::mark))
      return is(i - 2, kind::mark);
    const auto &left = list_[i - 1], &right = list_[i + 1];
    if ((left.decimals > 0) != (right.decimals > 0))
      return right.decimals > 0;
    auto first = std::find_if(list_.begin(), list_.end(),
                              [](const price_token& x) { return x.kind == kind::mark || x.kind == kind::number; });
    return first->kind == kind::mark;
  }

  std::vector<price_token>& list_;
};

} // namespace

bool is_counting(word_role x) {
  return x == word_role::unknown || x == word_role::label || x == word_role::unit || x == word_role::time ||
         x == word_role::days;
}

bool price_places::is_counted(size_t i) const {
  auto next = is(i + 1, kind::word) ? all_[i + 1].role : word_role::intro;
  bool length = next == word_role::magnitude && !is(i + 2, kind::mark);
  return (i < all_.size() && all_[i].counts) || is_counting(next) || next == word_role::aside_before ||
         next == word_role::free || length;
}

bool is_behind_label(const std::vector<price_token>& list, size_t number) {
  price_places at{list};
  auto of = [&](size_t i) {
    constexpr std::array<std::string_view, 6> all{"of", "de", "von", "da", "di", ":"};
    return i < list.size() && std::find(all.begin(), all.end(), list[i].text) != all.end();
  };
  // "6er Pack 12 €": the pack is counted itself.
  auto front = number - 2;
  bool counted = at.is(front, price_token_kind::word) && !at.apart(front) ? at.is(front - 1, price_token_kind::number)
                                                                          : at.is(front, price_token_kind::number);
  bool labelled = at.is_word(number - 1, word_role::label) && !counted;
  return labelled || (of(number - 1) && at.is_word(number - 2, word_role::label));
}

optional<cents> with_decimals(std::string_view number, std::string_view digits, price_unit unit) {
  auto sign = number.find(',') == number.npos ? "," : ".";
  return read_printed_number(std::string{number}.append(sign).append(digits), unit).amount;
}

void bind_price_tokens(std::vector<price_token>& list) {
  price_binder{list}.bind_all();
}

} // namespace vigie

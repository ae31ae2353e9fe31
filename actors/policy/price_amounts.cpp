#include "actors/policy/price_amounts.hpp"

#include <algorithm>

namespace vigie {

namespace {

using kind = price_token_kind;

class amount_finder : price_places {
public:
  amount_finder(const std::vector<price_token>& list, price_unit unit)
      : price_places(list), list_(list), unit_(unit), facts_(list.size()) {}

  std::vector<price_amount> find() {
    for (size_t i = 0; i < list_.size(); ++i)
      if (is(i, kind::number))
        facts_[i].counts = counts(i);
    for (size_t i = 0; i < list_.size(); ++i)
      if (is(i, kind::mark))
        bind(i);
    for (size_t i = 0; i + 2 < list_.size(); ++i)
      if (is_number(i) && joins(i + 1) && is_number(i + 2) && !is_counted(i + 2))
        facts_[i].marked = facts_[i + 2].marked = facts_[i].marked || facts_[i + 2].marked;
    std::vector<price_amount> out;
    for (size_t i = 0; i < list_.size(); ++i)
      if (is_number(i) && (!list_[i].clock || facts_[i].marked))
        out.push_back({i, amount_of(i), facts_[i].marked, standing_of(list_, first_of(i), behind(i)), doubtful(i)});
    set_past_aside(out, past_days());
    return out;
  }

private:
  struct facts {
    bool counts = false; ///< a size, a number of things
    bool marked = false;
  };

  bool is_number(size_t i) const { return is(i, kind::number) && !facts_[i].counts; }

  /// Shops of the EU have to say what was the lowest price within 30 days: the word for days, or the list's size.
  size_t past_days() const {
    for (size_t i = 0; i < list_.size(); ++i)
      if (is(i, kind::number) && list_[i].text == "30")
        for (size_t word = i + 1; word < i + 4 && word < list_.size() && !is(word, kind::number); ++word)
          if (is_word(word, word_role::days))
            return word;
    return list_.size();
  }

  /// The amount behind such words is not the price; without one, it may be any of those before.
  void set_past_aside(std::vector<price_amount>& all, size_t past) const {
    auto next = std::find_if(all.begin(), all.end(), [&](const price_amount& x) { return x.at > past; });
    if (next != all.end())
      next->standing = amount_standing::aside;
    else if (past < list_.size())
      for (auto& x : all)
        x.doubtful = true;
  }

  /// Between two amounts.
  bool joins(size_t i) const {
    return is(i, kind::dash) || is_word(i, word_role::range) || is_word(i, word_role::either);
  }

  bool counts(size_t i) const {
    bool in_range =
        i > 1 && is(i - 2, kind::number) && facts_[i - 2].counts && (is(i - 1, kind::dash) || is_symbol(i - 1, "/"));
    bool cents_of_money = list_[i].decimals == 2 && (is(i + 1, kind::mark) || is(i - 1, kind::mark));
    if (is_behind_label(list_, i) || in_range)
      return !cents_of_money;
    if (is_word(i + 1, word_role::times))
      return true;
    return is(i + 1, kind::word) && !apart(i + 1) && !cents_of_money && is_counting(list_[i + 1].role);
  }

  static bool is_counting(word_role x) {
    return x == word_role::unknown || x == word_role::label || x == word_role::time || x == word_role::days;
  }

  /// It is not money, whatever stands in front of it: "3 Stück", "100 g".
  bool is_counted(size_t i) const {
    return facts_[i].counts || (is(i + 1, kind::word) && is_counting(list_[i + 1].role)) ||
           is_word(i + 1, word_role::aside_before);
  }

  /// Money belongs to one of the two numbers it stands between.
  void bind(size_t i) {
    bool left = is_number(i - 1), right = is_number(i + 1) && !list_[i].mark.hundredths;
    if (left && right && is_counted(i + 1))
      right = false;
    if (left && right) {
      bool before = apart(i) != apart(i + 1) ? apart(i) : stands_before(i);
      (before ? left : right) = false;
    }
    if (left)
      facts_[i - 1].marked = true;
    if (right)
      facts_[i + 1].marked = true;
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

  /// Hundredths of the currency count as such, unless the unit of all numbers is that already.
  optional<cents> amount_of(size_t i) const {
    auto out = list_[i].amount;
    if (out && in_hundredths(i) && unit_ == price_unit::major)
      out = *out / 100 + (*out % 100 >= 50 ? 1 : 0);
    return out && list_[i].negative ? -*out : out;
  }

  bool in_hundredths(size_t i) const { return is(i + 1, kind::mark) && list_[i + 1].mark.hundredths; }

  size_t first_of(size_t i) const {
    while (is(i - 1, kind::mark))
      --i;
    return i;
  }

  size_t behind(size_t i) const {
    ++i;
    while (is(i, kind::mark))
      ++i;
    return i;
  }

  /// It may be a part of what it is said to be, or two: see docs/sources.md.
  bool doubtful(size_t i) const {
    const auto& x = list_[i];
    auto begin = first_of(i), end = behind(i);
    if (!x.amount || is_word(i + 1, word_role::magnitude) || is_word(end, word_role::magnitude))
      return true;
    if (in_hundredths(i) && (is(i - 1, kind::mark) || (x.decimals > 0 && *x.amount < 100)))
      return true;
    if (x.blank_grouped && is_loose_word(begin - 1))
      return true;
    if (x.decimals > 0 && is(end, kind::dash) && !apart(end) && end + 1 == list_.size())
      return true; // "12,50-" may be less than nothing
    if (is_word(end, word_role::aside) && begins_amount(end + 1))
      return true;
    if (is_word(begin - 1, word_role::aside) && follows_amount(begin - 1))
      return true;
    if (begin == i && end == i + 1 && is_loose_word(i - 1) && x.decimals == 0)
      return true; // "iPhone 12 - 599 €"
    return facts_[i].marked && x.decimals == 0 && is_part(begin, end);
  }

  /// "12 99 €", "$12 99", "12 € 5", "12 €99", "10/12 €": a bare number at its side.
  bool is_part(size_t begin, size_t end) const {
    bool cents = is(begin, kind::mark) && list_[begin].mark.family.empty() && list_[begin + 1].text.size() == 2;
    bool list =
        is_symbol(begin - 1, ",") || is_symbol(begin - 1, "|") || (is_symbol(begin - 1, "/") && !is(begin, kind::mark));
    auto other = list ? begin - 2 : begin - 1;
    while (is(other, kind::symbol) && !apart(other) && !apart(other + 1))
      --other; // "12;99 €"
    bool left = (!is(begin, kind::mark) || cents || list) && is_number(other) && !facts_[other].marked;
    bool right = is_number(end) && !facts_[end].marked && !is_counted(end);
    return left || right;
  }

  bool is_loose_word(size_t i) const { return is_word(i, word_role::unknown) || is_word(i, word_role::label); }

  const std::vector<price_token>& list_;
  price_unit unit_;
  std::vector<facts> facts_;
};

} // namespace

std::vector<price_amount> price_amounts(const std::vector<price_token>& list, price_unit unit) {
  return amount_finder{list, unit}.find();
}

} // namespace vigie

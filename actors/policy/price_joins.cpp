#include <algorithm>
#include <string>

#include "actors/policy/price_amounts.hpp"

namespace vigie {

namespace {

using kind = price_token_kind;

class price_joiner : price_places {
public:
  price_joiner(std::vector<price_token>& list, price_unit unit) : price_places(list), list_(list), unit_(unit) {}

  void join() {
    for (size_t i = 1; i + 1 < list_.size(); ++i)
      if (list_[i].text == ":" && is(i - 1, kind::mark) && is(i + 1, kind::number))
        erase(i, 1);
    for (size_t i = 0; i < list_.size(); ++i)
      if (list_[i].text == "%")
        take_percent(i);
    for (size_t i = 0; i + 2 < list_.size(); ++i)
      if (is(i, kind::number) && is(i + 1, kind::mark) && is(i + 2, kind::number) && !drop_footnote(i))
        join_decimals(i);
    for (size_t i = 1; i + 2 < list_.size(); ++i)
      if (is(i - 1, kind::mark) && is(i, kind::number) && is(i + 1, kind::number) && is_minor(i + 2))
        join_pence(i);
    for (size_t i = 0; i < list_.size();)
      if (!is(i, kind::dash) || !take_sign(i))
        ++i;
    drop_loose_marks();
  }

private:
  bool tight(size_t i) const { return i < list_.size() && !list_[i].apart; }
  void erase(size_t from, size_t count) {
    list_.erase(list_.begin() + static_cast<long>(from), list_.begin() + static_cast<long>(from + count));
  }

  /// "20 %", "10-20%", and "%20" as Turkish writes it.
  void take_percent(size_t i) {
    if (is(i - 1, kind::number)) {
      list_[i - 1].kind = kind::percent;
      bool sign = is(i - 2, kind::dash) && !tight(i - 2) && tight(i - 1) && list_[i - 3].decimals == 2; // "15.00 -25%"
      if (is(i - 2, kind::dash) && is(i - 3, kind::number) && !sign && !is(i - 4, kind::mark)) // not of "$24 -20%"
        list_[i - 3].kind = kind::percent;
    } else if (is(i + 1, kind::number) && tight(i + 1)) {
      list_[i + 1].kind = kind::percent;
    }
  }

  /// What stands behind two digits leaves them decimals: nothing, punctuation, or a word that says nothing.
  bool ends_amount(size_t i) const {
    if (i >= list_.size() || is(i, kind::symbol) || is(i, kind::percent))
      return true;
    if (is(i, kind::number)) // "12€99 15€99"
      return is(i + 1, kind::mark) && tight(i + 1) && is(i + 2, kind::number) && tight(i + 2);
    if (is(i, kind::dash))
      return !is(i + 1, kind::number) && !is(i + 1, kind::mark);
    auto role = list_[i].role;
    return is(i, kind::word) && list_[i].apart && role != word_role::unknown && role != word_role::label &&
           role != word_role::unit && role != word_role::times && role != word_role::time && role != word_role::range &&
           role != word_role::also && role != word_role::choice;
  }

  /// "12,99 €1", "12,99 €1)": the sign belongs to what stands before it.
  bool drop_footnote(size_t i) {
    auto& note = list_[i + 2];
    bool bracket = is_symbol(i + 3, ")") && tight(i + 3);
    bool digits = note.decimals == 0 && note.text.size() <= (bracket ? 2 : 1) && note.text != "0";
    bool last = !is(i + 3, kind::mark) && !is(i + 3, kind::percent) && !is_symbol(i + 3, "%");
    if (!digits || !last || !tight(i + 2) || (list_[i].decimals != 2 && !bracket))
      return false;
    constexpr cents best_rating = 500;
    if (list_[i + 1].apart && (!list_[i + 1].mark.family.empty() || list_[i].amount.value_or(0) <= best_rating)) {
      note.amount = std::nullopt; // "4.85 $9", "4,85 €9": rated 4.85
      return true;
    }
    erase(i + 2, bracket ? 2 : 1);
    return true;
  }

  /// "12€99", "35€ 99"; and "1 € 50 ct".
  void join_decimals(size_t i) {
    auto& whole = list_[i];
    const auto& mark = list_[i + 1].mark;
    const auto& part = list_[i + 2];
    bool minor = is(i + 3, kind::mark) && list_[i + 3].mark.hundredths;
    minor = minor || (is(i + 3, kind::word) && (list_[i + 3].text == "gr" || list_[i + 3].text == "gr."));
    bool digits = part.text.size() == 2 || (minor && part.text.size() == 1);
    if (whole.decimals > 0 || part.decimals > 0 || !digits || mark.hundredths || is_behind_label(list_, i) ||
        is(i - 1, kind::mark))
      return;
    // "$" and "£" stand before their amounts: "25$30" may be anything.
    bool parts = mark.family.empty() && (tight(i + 2) ? tight(i + 1) : i + 3 >= list_.size() || tight(i + 1));
    bool others = part.parted > std::max(list_[i + 1].parted, 1); // "<b>24 €</b><i>50</i>"
    if (others || (!minor && (!parts || !ends_amount(i + 3))))
      return;
    put_decimals(i, i + 2);
    erase(i + 2, minor ? 2 : 1);
  }

  bool is_minor(size_t i) const {
    return (is(i, kind::mark) && list_[i].mark.hundredths) || (is(i, kind::word) && list_[i].text.starts_with("gr"));
  }

  /// "£1 50p".
  void join_pence(size_t i) {
    if (list_[i].decimals > 0 || list_[i + 1].decimals > 0 || list_[i + 1].text.size() > 2)
      return;
    put_decimals(i, i + 1);
    erase(i + 1, 2);
  }

  void put_decimals(size_t whole, size_t part) {
    auto digits = std::string{list_[part].text};
    auto& x = list_[whole];
    x.amount = with_decimals(x.text, digits.size() == 1 ? "0" + digits : digits, unit_);
    x.as_decimals.reset();
    x.decimals = 2;
  }

  /// The number whose sign the dash can be; the list's size if there is none.
  size_t signed_number(size_t dash) const {
    auto number = is(dash + 1, kind::mark) ? dash + 2 : dash + 1;
    return is(number, kind::number) && tight(dash + 1) ? number : list_.size();
  }

  /// "-5", "-$5", "$-5" and "29 € -5 €"; "5-7", "5 - 7" and "5 -7" are ranges.
  bool take_sign(size_t i) {
    auto to = signed_number(i);
    if (to >= list_.size() || list_[i].text != "-")
      return false;
    auto from = i; // of the amount in front
    if (is(i - 1, kind::number))
      from = i - 1;
    else if (is(i - 1, kind::mark) && is(i - 2, kind::number))
      from = i - 2;
    bool apart = list_[i].apart;
    if (from != i && (!apart || !list_[from].amount || !list_[to].amount || *list_[to].amount > *list_[from].amount))
      return false;
    if (from == i && i > 0 && !apart && is(i - 1, kind::word))
      return false;
    // "-,99" has no whole units.
    list_[to].negative = list_[to].text[0] != ',';
    list_[i + 1].apart = list_[i].apart;
    erase(i, 1);
    return true;
  }

  /// What is money only next to a number is a word anywhere else.
  void drop_loose_marks() {
    for (size_t i = 0; i < list_.size(); ++i) {
      auto& x = list_[i];
      bool near = is(i - 1, kind::number) || is(i + 1, kind::number) || is(i - 1, kind::mark) || is(i + 1, kind::mark);
      bool pence =
          x.mark.hundredths && (!is(i - 1, kind::number) || (x.text[0] == 'p' && x.apart && x.text.size() <= 2));
      if (x.kind == kind::mark && ((x.mark.wordlike && !near) || pence))
        x.kind = kind::word;
    }
  }

  std::vector<price_token>& list_;
  price_unit unit_;
};

} // namespace

void join_price_tokens(std::vector<price_token>& list, price_unit unit) {
  price_joiner{list, unit}.join();
}

} // namespace vigie

#include "actors/policy/price_amounts.hpp"

#include <algorithm>
#include <string>

#include "actors/policy/unicode.hpp"

namespace vigie {

namespace {

using kind = price_token_kind;

bool shortens_east_asian(std::string_view word) {
  constexpr std::string_view all = " 万 億 千 萬 亿 만 억 천 ";
  return all.find(" " + std::string{word} + " ") != all.npos;
}

/// Words that mean something else where no money stands in front of the number.
bool shortens_behind(std::string_view word, const currency_mark& money) {
  constexpr std::string_view all = " mi mi. mm grand ";
  auto folded = case_fold(word);
  bool rupees =
      money.text == "₹" || money.text == "INR" || case_fold(money.text.substr(0, 3)) == "rs" || money.text == "Rs.";
  return all.find(" " + folded + " ") != all.npos || (rupees && word == "L");
}

class amount_finder : price_places {
public:
  amount_finder(const std::vector<price_token>& list, price_unit unit) : price_places(list), list_(list), unit_(unit) {}

  std::vector<price_amount> find() {
    std::vector<price_amount> out;
    for (size_t i = 0; i < list_.size(); ++i)
      if (is_number(i) && (!list_[i].clock || list_[i].marked))
        out.push_back(amount_at(i));
    set_past_aside(out, past_days());
    for (size_t i = 1; i < out.size(); ++i)
      share_standing(out[i - 1], out[i]);
    return out;
  }

private:
  price_amount amount_at(size_t i) const {
    auto begin = first_of(i), end = behind(i);
    return {i, begin, end, amount_of(i), list_[i].marked, standing_of(list_, begin, end), doubtful(i)};
  }

  /// "Save $5-$10", "50-70 €/Monat": what is said of one end of a range is said of the other.
  void share_standing(price_amount& a, price_amount& b) const {
    bool range = a.end + 1 == b.begin && (joins(a.end) && !is_word(a.end, word_role::choice));
    range = range && !is_symbol(a.begin - 1, "by"); // "reduced by $20 to $80"
    if (range && a.amount && b.amount && *a.amount <= *b.amount)
      a.standing = b.standing = std::max(a.standing, b.standing);
  }

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
    if (!x.amount || is_shortened(begin, i, end))
      return true;
    if (in_hundredths(i) && (is(i - 1, kind::mark) || (x.decimals > 0 && *x.amount < 100)))
      return true;
    bool of_number = is_word(begin - 1, word_role::unit) && is(begin - 2, kind::number); // "45 000 km 12 900 €"
    if (x.blank_grouped && ((is_loose_word(begin - 1) && !of_number) || may_end_name(begin) || may_end_offer(begin)))
      return true;
    if (may_be_negative(begin, i, end) || may_go_down(begin, i, end))
      return true;
    if (begin == i && end == i + 1 && is_loose_word(i - 1) && x.decimals == 0)
      return true; // "iPhone 12 - 599 €"
    return list_[i].marked && x.decimals == 0 && is_part(begin, end);
  }

  /// "$12k", "1,5 Mio. €", "1万2800円"; and with the money in front "$12 mm", "£12 grand", "₹25 L".
  bool is_shortened(size_t begin, size_t i, size_t end) const {
    if (is_word(i + 1, word_role::magnitude) || is_word(end, word_role::magnitude))
      return true;
    if (is_word(begin - 1, word_role::magnitude) && is_number(begin - 2) && shortens_east_asian(list_[begin - 1].text))
      return true;
    return is(i - 1, kind::mark) && is(i + 1, kind::word) && shortens_behind(list_[i + 1].text, list_[i - 1].mark);
  }

  /// "AirPods Pro 2 249 €".
  bool may_end_name(size_t begin) const {
    return is_word(begin - 1, word_role::per) && is_loose_word(begin - 2) && list_[begin - 1].text[0] == 'P';
  }

  /// "Ta 3 betala för 2 199 kr": two for 199, or three for 2199.
  bool may_end_offer(size_t begin) const {
    if (!is_word(begin - 1, word_role::now) || list_[begin].text.find(' ') != 1)
      return false;
    auto count = is(begin - 2, kind::number) ? begin - 2 : begin - 3;
    return is(count, kind::number) && list_[count].text.size() == 1 && list_[count].text[0] > list_[begin].text[0];
  }

  /// As bookkeepers write it: "12,50-", "5,00- €", "(5,00 €)".
  bool may_be_negative(size_t begin, size_t i, size_t end) const {
    auto dash = is(i + 1, kind::dash) ? i + 1 : end;
    auto last = dash + 1;
    while (is(last, kind::mark))
      ++last;
    bool behind = list_[i].decimals > 0 && is(dash, kind::dash) && !apart(dash) && last == list_.size();
    return behind || (begin == 1 && is_symbol(0, "(") && is_symbol(end, ")") && end + 1 == list_.size());
  }

  /// "$15 - 10"; but "$15 - 3 bids", "$15 - 10 in stock".
  bool may_go_down(size_t begin, size_t i, size_t end) const {
    auto next = end + 1;
    if (!is(begin, kind::mark) || begin == i || !is(end, kind::dash) || !is_number(next) || list_[next].marked)
      return false;
    constexpr std::string_view places = " in on for ";
    bool place = is(next + 1, kind::word) && places.find(" " + case_fold(list_[next + 1].text) + " ") != places.npos;
    return !is_counted(next) && !is_word(next + 1, word_role::claim) && !place;
  }

  /// "12 99 €", "$12 99", "12 € 5", "12 €99", "10/12 €": a bare number at its side.
  bool is_part(size_t begin, size_t end) const {
    bool cents = is(begin, kind::mark) && list_[begin].mark.family.empty() && list_[begin + 1].text.size() == 2;
    bool list =
        is_symbol(begin - 1, ",") || is_symbol(begin - 1, "|") || (is_symbol(begin - 1, "/") && !is(begin, kind::mark));
    auto other = list ? begin - 2 : begin - 1;
    while (is(other, kind::symbol) && !apart(other) && !apart(other + 1))
      --other; // "12;99 €"
    bool left = (!is(begin, kind::mark) || cents || list) && is_number(other) && !list_[other].marked;
    if (is_symbol(end, ".") || is_symbol(end, ","))
      ++end; // "€ 12 . 5"
    bool year = is(end, kind::number) && list_[end].parted > 0 && list_[end].text.size() == 4 &&
                (list_[end].text.starts_with("19") || list_[end].text.starts_with("20")); // "599 €|2019"
    bool right = !year && is_number(end) && !list_[end].marked && !is_counted(end);
    return left || right;
  }

  bool is_loose_word(size_t i) const {
    return is_word(i, word_role::unknown) || is_word(i, word_role::label) || is_word(i, word_role::unit);
  }

  const std::vector<price_token>& list_;
  price_unit unit_;
};

} // namespace

std::vector<price_amount> price_amounts(const std::vector<price_token>& list, price_unit unit) {
  return amount_finder{list, unit}.find();
}

} // namespace vigie

#include <algorithm>
#include <utility>

#include "actors/policy/ascii.hpp"
#include "actors/policy/currency_marks.hpp"
#include "actors/policy/decimal_text.hpp"
#include "actors/policy/price_characters.hpp"
#include "actors/policy/price_marks.hpp"
#include "actors/policy/price_plain.hpp"
#include "actors/policy/price_scan.hpp"
#include "actors/policy/unicode.hpp"

namespace vigie {

namespace {

std::string_view without_blanks_behind(std::string_view x) {
  constexpr std::string_view wide = "\u00a0";
  for (;;) {
    if (x.ends_with(' '))
      x.remove_suffix(1);
    else if (x.ends_with(wide))
      x.remove_suffix(wide.size());
    else
      return x;
  }
}

/// Without the money at its end; nothing = there is none.
optional<std::string_view> without_money_behind(std::string_view x) {
  constexpr size_t longest = 12;
  optional<std::string_view> out;
  for (size_t size = 1; size <= std::min(longest, x.size()); ++size) {
    auto tail = x.substr(x.size() - size);
    auto sign = currency_sign_at(tail);
    if ((sign && sign->text.size() == size) || (letter_run(tail) == size && currency_word(tail)))
      out = x.substr(0, x.size() - size);
  }
  return out;
}

class price_writer {
public:
  legible_price write(std::string_view text) {
    while (!text.empty()) {
      auto c = next(text);
      if (auto mark = price_mark_of(c))
        set(*mark);
      else if (state_ == price_mark::struck)
        put_plain(c, out_.struck);
      else if (state_ == price_mark::raised)
        put_plain(raised_digit(c) != '\0' ? raised_digit(c) : c, high_);
      else
        put_here(c, text);
    }
    end_raised();
    if (state_ == price_mark::struck)
      end_struck();
    return std::move(out_);
  }

private:
  static char32_t next(std::string_view& text) { return plain_digit(take_code_point(text)); }
  static char32_t peek(std::string_view text) { return text.empty() ? char32_t{0} : next(text); }
  bool is_behind_digit() const { return !out_.text.empty() && is_digit(out_.text.back()); }

  void set(price_mark mark) {
    bool another = !high_.empty() && !is_digit(high_.back()); // "<sup>€</sup><sup>1</sup>"
    if (mark != price_mark::raised || another)
      end_raised();
    if (state_ == price_mark::struck && mark != price_mark::struck)
      end_struck();
    if (mark == price_mark::struck) {
      out_.text += ' ';
      out_.struck += ' ';
    }
    bool lasts = mark == price_mark::raised || mark == price_mark::struck;
    state_ = lasts ? mark : price_mark::none;
    seam_ = mark == price_mark::own && !high_number_ ? mark : price_mark::part;
    ++crossed_;
  }

  void end_struck() {
    if (out_.struck.find_first_of("0123456789") != out_.struck.npos)
      out_.text.append(struck_out) += ' ';
  }

  void put_here(char32_t c, std::string_view& text) {
    if (raised_digit(c) != '\0') {
      std::string digits{raised_digit(c)};
      while (raised_digit(peek(text)) != '\0')
        digits += raised_digit(next(text));
      if (!raise(digits) && is_behind_digit())
        spoil(digits, out_.text.size());
      seam_ = price_mark::part;
    } else if (is_behind_digit() && is_plain_digit(peek(text)) && separator(c) != '\0') {
      out_.text += separator(c);
    } else {
      auto before = out_.text.size();
      put_plain(c, out_.text);
      if (out_.text.size() > before)
        end_seam(before);
    }
  }

  /// Beside a number's separators nothing can be mistaken.
  void end_seam(size_t at) {
    auto mark = std::exchange(seam_, price_mark::none);
    auto crossed = std::exchange(crossed_, 0);
    high_number_ = false;
    std::string_view text{out_.text};
    if (mark == price_mark::none || at == 0 || at >= text.size() || blank_length(text.substr(at)) > 0)
      return;
    constexpr std::string_view separators = ".,'";
    if (separators.find(text[at - 1]) == separators.npos && separators.find(text[at]) == separators.npos)
      out_.seams.push_back({at, mark == price_mark::own, std::max(crossed, 1)});
  }

  /// What stands between raised marks: cents, a footnote, or a part of the text as any other.
  void end_raised() {
    auto all = std::exchange(high_, {});
    if (all.empty())
      return;
    std::string_view text{all};
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    text = without_blanks_behind(text);
    auto digits = text.substr(0, digit_run(text)), rest = text.substr(digits.size());
    bool alone = !digits.empty() && digits.size() <= 2 && rest.find_first_of("0123456789") == rest.npos;
    auto crossed = std::exchange(crossed_, 0);
    if (are_notes(text) && is_number_in_front())
      return;
    if (alone && is_marked_as_raised(digits)) {
      out_.text += rest.starts_with(')') ? rest.substr(1) : rest;
      return;
    }
    seam_ = price_mark::own;
    crossed_ = crossed;
    auto at = out_.text.size();
    out_.text += all;
    end_seam(at);
    high_number_ = !digits.empty();
  }

  /// "1,2", "1) 3)".
  static bool are_notes(std::string_view text) {
    bool listed = text.find_first_not_of("0123456789,;/)* ") == text.npos && text.find_first_of(",;/)* ") != text.npos;
    for (size_t i = 0; i + 1 < text.size(); ++i)
      listed = listed && !(is_digit(text[i]) && is_digit(text[i + 1]));
    return listed && !text.empty() && is_digit(text.front());
  }

  /// With its money, or with its decimals.
  bool is_number_in_front() const {
    auto front = without_blanks_behind(out_.text);
    if (auto number = number_at_end(front); !number.empty())
      return number.size() > 3 && !is_digit(number[number.size() - 3]);
    auto before = without_money_behind(front);
    return before && !number_at_end(without_blanks_behind(*before)).empty();
  }

  /// Behind nothing at all, or behind money that has no number, raised digits are a number like any other.
  bool is_marked_as_raised(std::string_view digits) {
    auto front = without_blanks_behind(out_.text);
    bool footnote = front.size() == out_.text.size() && !front.empty() && !without_money_behind(front) &&
                    (is_letter(front.back()) || static_cast<unsigned char>(front.back()) >= 0x80 ||
                     front.back() == '*' || front.back() == ')');
    return raise(digits) || footnote;
  }

  /// Puts cents behind the number that they belong to, and leaves footnotes out. False: there is no number.
  bool raise(std::string_view digits) {
    auto front = without_blanks_behind(out_.text);
    auto number = number_at_end(front);
    bool behind_money = false, loose = false;
    if (number.empty()) {
      auto before = without_money_behind(front);
      if (!before)
        return false;
      front = without_blanks_behind(*before);
      number = number_at_end(front);
      if (number.empty())
        return false;
      behind_money = true;
      auto sign = currency_sign_at(std::string_view{out_.text}.substr(before->size()));
      loose = front.size() < before->size() && sign && !sign->family.empty(); // "4.50 $²"
    }
    auto end = front.size();
    auto sign = number.find_last_of(".,");
    auto decimals = sign == number.npos ? 3 : number.size() - sign - 1; // 3: thousands, as good as none
    if (loose)
      spoil(digits, end);
    else if (decimals == 0)
      insert(end, digits);
    else if (decimals == 3 && digits.size() == 2)
      insert(end, (number.find('.') == number.npos ? "." : ",") + std::string{digits});
    else if (digits.size() > 2 || (!behind_money && decimals != 3 && (decimals != 2 || digits == "9")))
      spoil(digits, end); // "1,79⁹": litres of fuel
    return true;
  }

  /// Digits and their separators at the end, behind the last seam; empty = no number.
  std::string_view number_at_end(std::string_view text) const {
    auto last = out_.seams.empty() ? 0 : out_.seams.back().at;
    auto at = text.size();
    while (at > last && (is_digit(text[at - 1]) || std::string_view{".,'"}.find(text[at - 1]) != text.npos))
      --at;
    auto out = text.substr(at);
    out.remove_prefix(std::min(out.find_first_of("0123456789"), out.size()));
    return out;
  }

  void insert(size_t at, std::string_view what) {
    out_.text.insert(at, what);
    for (auto& x : out_.seams)
      x.at += x.at > at ? what.size() : 0;
  }

  /// Digits that may be anything.
  void spoil(std::string_view digits, size_t at) {
    insert(at, digits);
    out_.seams.push_back({at, false, 1});
    std::sort(out_.seams.begin(), out_.seams.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
  }

  legible_price out_;
  std::string high_;                    ///< raised text
  price_mark state_ = price_mark::none; ///< raised or struck
  bool high_number_ = false;            ///< the last characters are a raised number
  int crossed_ = 0;
  price_mark seam_ = price_mark::none; ///< a part or an own one: what comes next is cut off from what stands there
};

} // namespace

legible_price plain_price_text(std::string_view text) {
  return price_writer{}.write(text);
}

} // namespace vigie

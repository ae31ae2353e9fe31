#include "actors/policy/price_tokens.hpp"

#include <algorithm>
#include <span>
#include <string>
#include <utility>

#include "actors/policy/ascii.hpp"
#include "actors/policy/decimal_text.hpp"
#include "actors/policy/price_marks.hpp"
#include "actors/policy/price_scan.hpp"

namespace vigie {

namespace {

class price_lexer {
public:
  price_lexer(const legible_price& plain, price_unit unit) : rest_(plain.text), seams_(plain.seams), unit_(unit) {}

  std::vector<price_token> read() {
    bool apart = false;
    while (!rest_.empty()) {
      if (auto blank = blank_length(rest_)) {
        apart = true;
        pass(blank);
        continue;
      }
      price_token next;
      next.apart = std::exchange(apart, false);
      next.parted = parted_;
      auto size = read_one(next);
      next.text = rest_.substr(0, size);
      pass(size);
      add(std::move(next));
    }
    return std::move(out_);
  }

private:
  void pass(size_t size) {
    rest_.remove_prefix(size);
    at_ += size;
    for (parted_ = 0; !seams_.empty() && seams_.front().at <= at_; seams_ = seams_.subspan(1))
      parted_ = seams_.front().at == at_ ? seams_.front().crossed : 0;
  }

  /// Up to the next seam, or all of it.
  size_t whole() const { return seams_.empty() ? rest_.size() : seams_.front().at - at_; }

  size_t read_one(price_token& out) {
    if (is_digit(rest_[0]))
      return read_number(out);
    if (auto size = leading_decimals())
      return read_decimals(out, size);
    if (auto sign = currency_sign_at(rest_)) {
      out.kind = price_token_kind::mark;
      out.mark = *sign;
      return sign->text.size();
    }
    if (rest_[0] == '-' || rest_[0] == '~') {
      out.kind = price_token_kind::dash;
      return 1;
    }
    if (auto letters = std::min(letter_run(rest_), whole()))
      return read_word(out, letters);
    out.kind = rest_[0] == '%' ? price_token_kind::percent : price_token_kind::symbol;
    return 1;
  }

  /// ".75" and ",89" where no number stands before them.
  size_t leading_decimals() const {
    auto digits = (rest_[0] == '.' || rest_[0] == ',') ? digit_run(rest_.substr(1)) : 0;
    return digits == 1 || digits == 2 ? digits + 1 : 0;
  }

  size_t read_decimals(price_token& out, size_t size) {
    out.kind = price_token_kind::number;
    out.decimals = size - 1;
    bool first =
        std::none_of(out_.begin(), out_.end(), [](const price_token& x) { return x.kind == price_token_kind::number; });
    if (first)
      out.amount = read_printed_number("0" + std::string{rest_.substr(0, size)}, unit_).amount;
    return size;
  }

  void put_number(price_token& out, const printed_number& x) {
    out.kind = price_token_kind::number;
    out.amount = x.amount;
    out.as_decimals = x.as_decimals;
    out.decimals = x.decimals;
    out.blank_grouped = x.blank_grouped;
  }

  void put_decimals(price_token& out, std::string_view number, std::string_view digits) {
    out.amount = with_decimals(number, digits, unit_);
    out.as_decimals.reset();
    out.decimals = 2;
  }

  size_t read_number(price_token& out) {
    bool labelled = is_behind_label(out_, out_.size());
    auto printed = read_printed_number(rest_.substr(0, whole()), unit_, !labelled);
    put_number(out, printed);
    auto number = rest_.substr(0, printed.length);
    auto behind = rest_.substr(printed.length);
    if (printed.length == whole() && !behind.empty() && is_digit(behind[0]))
      return read_parted_number(out, printed, labelled);
    if (auto grouped = read_printed_number(rest_, unit_, !labelled); grouped.length > whole()) {
      // "$24 |128 GB", or "1 |299 €"
      if (is_count(behind.substr(blank_length(behind))))
        return printed.length;
      out.amount = out.as_decimals = std::nullopt;
      return grouped.length;
    }
    if (auto kept = before_count(out, number, behind))
      return kept;
    auto tail = printed.decimals > 0 ? 0 : no_cents(behind.substr(0, whole() - printed.length));
    if (tail > 0 || printed.decimals > 0)
      return printed.length + tail;
    bool listed = out_.size() > 1 && out_.back().text == "," && out_[out_.size() - 2].kind == price_token_kind::number;
    auto parted = labelled || listed ? 0 : parted_decimals(behind);
    out.clock = parted == 0 && is_clock(behind);
    auto size = out.clock ? 3 : parted;
    if (size == 0)
      return printed.length;
    put_decimals(out, number, behind.substr(size - 2, 2));
    return printed.length + size;
  }

  /// "$599 128GB" is money and a count; "$5 100 pcs" and "€30 500 Mbit/s" may be two numbers or one. The length of what
  /// is kept, or 0.
  size_t before_count(price_token& out, std::string_view number, std::string_view behind) {
    auto hard = number.find("\u00a0"), blank = std::min(number.find(' '), hard);
    bool money = !out_.empty() && out_.back().kind == price_token_kind::mark;
    bool of_other = out.apart && out_.size() > 1 && out_[out_.size() - 2].kind == price_token_kind::number;
    if (blank == number.npos || !money || of_other || out.decimals > 0)
      return 0;
    while (auto size = blank_length(behind))
      behind.remove_prefix(size);
    auto role = role_behind(behind);
    auto word = behind.substr(0, letter_run(behind));
    auto group = number.substr(blank + blank_length(number.substr(blank)));
    if (role && is_never_priced(word) && digit_run(group) == group.size()) {
      put_number(out, read_printed_number(number.substr(0, blank), unit_));
      return blank;
    }
    bool count = (role == word_role::unit || role == word_role::label || role == word_role::days) && !is_one(word);
    bool letters = is_letter(out_.back().text.back());
    bool name = role == word_role::unknown && !letters && !out.apart;
    if (hard != number.npos || !(count || name))
      return 0;
    out.amount = out.as_decimals = std::nullopt;
    return number.size();
  }

  /// A seam stands between it and more digits: its cents, another number, or nobody knows what.
  size_t read_parted_number(price_token& out, const printed_number& front, bool labelled) {
    auto behind = rest_.substr(front.length);
    auto back = read_printed_number(behind, unit_);
    bool own = seams_.front().own && (seams_.size() < 2 || seams_[1].at >= at_ + front.length + back.length);
    bool other = (front.decimals > 0 && (back.decimals > 0 || back.length > 1)) || // "4.5|24,50 €"
                 labelled || (own && is_count(behind)); // "Nr. 7|24,50 €", "$24|39 reviews"
    if (other)
      return front.length;
    auto number = rest_.substr(0, front.length);
    bool year = number.size() == 4 && (number.starts_with("19") || number.starts_with("20"));
    bool near = seams_.front().crossed < most_price_marks;
    if (own && near && front.decimals == 0 && !year && back.length == 2 && is_alone(behind))
      put_decimals(out, number, behind.substr(0, 2));
    else
      out.amount = out.as_decimals = std::nullopt;
    return front.length + back.length;
  }

  /// Nothing but two digits stands in the element that begins there.
  bool is_alone(std::string_view behind) const {
    auto end = behind.substr(2);
    while (auto blank = blank_length(end))
      end.remove_prefix(blank);
    auto at = at_ + static_cast<size_t>(end.data() - rest_.data());
    auto is_there = [&](const price_seam& x) { return x.at == at; };
    return end.empty() || std::any_of(seams_.begin(), seams_.end(), is_there);
  }

  /// "39 reviews".
  static bool is_count(std::string_view text) {
    auto role = role_behind(text.substr(read_printed_number(text, price_unit::major).length));
    return role == word_role::unit || role == word_role::label || role == word_role::days;
  }

  /// Of a word that is no money; nothing = no word.
  static optional<word_role> role_behind(std::string_view text) {
    while (auto blank = blank_length(text))
      text.remove_prefix(blank);
    auto word = text.substr(0, letter_run(text));
    return word.empty() || currency_word(word) ? std::nullopt : optional<word_role>{role_of(word)};
  }

  size_t read_word(price_token& out, size_t letters) {
    if (auto size = initials_run(rest_); auto role = role_of_initials(rest_.substr(0, size))) {
      out.kind = price_token_kind::word;
      out.role = *role;
      return size;
    }
    bool each = !out_.empty() && (out_.back().text == "/" || out_.back().role == word_role::per);
    if (auto size = each ? short_time(rest_) : postage_run(rest_)) {
      out.kind = price_token_kind::word;
      out.role = each ? word_role::time : word_role::aside;
      return size;
    }
    auto word = rest_.substr(0, letters);
    out.kind = price_token_kind::word;
    out.role = role_of(word);
    auto behind = rest_.substr(letters);
    if (auto mark = currency_word(word)) {
      out.kind = price_token_kind::mark;
      out.mark = *mark;
    } else if (letters == whole()) {
      return letters; // "ab|12 €"
    } else if (bool letter = word.size() == 1 && out.role != word_role::times;
               (letter || out.role == word_role::unknown) && !behind.empty() && is_letter(word.back())) {
      // "S21" and "USB-3" are names.
      auto joined = behind.starts_with('-') ? 1 : 0;
      if (auto digits = digit_run(behind.substr(joined))) {
        out.role = word_role::unknown;
        return letters + joined + digits;
      }
    }
    return letters + (behind.starts_with('.') ? 1 : 0);
  }

  void add(price_token next) {
    if (out_.empty() || !merge_country(next))
      out_.push_back(std::move(next));
  }

  /// "AU $" and "$ CA" are one mark.
  bool merge_country(price_token& next) {
    auto& last = out_.back();
    optional<currency_mark> mark;
    if (next.kind == price_token_kind::mark && takes_country(next.mark) && is_letter(last.text[0]))
      mark = currency_of_country(last.text, next.mark, next.apart);
    else if (last.kind == price_token_kind::mark && takes_country(last.mark) && next.kind == price_token_kind::word)
      mark = currency_of_country(next.text, last.mark, true);
    if (!mark)
      return false;
    last.kind = price_token_kind::mark;
    last.mark = *mark;
    last.role = word_role::unknown;
    last.text = {last.text.data(), static_cast<size_t>(next.text.data() + next.text.size() - last.text.data())};
    return true;
  }

  std::string_view rest_;
  size_t at_ = 0;                     ///< of it in the whole
  std::span<const price_seam> seams_; ///< behind at_
  int parted_ = 0;                    ///< by the seam that is at at_
  price_unit unit_;
  std::vector<price_token> out_;
};

} // namespace

std::vector<price_token> price_tokens(const legible_price& plain, price_unit unit) {
  return price_lexer{plain, unit}.read();
}

} // namespace vigie

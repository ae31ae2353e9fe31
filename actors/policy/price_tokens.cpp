#include "actors/policy/price_tokens.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "actors/policy/ascii.hpp"
#include "actors/policy/decimal_text.hpp"
#include "actors/policy/price_scan.hpp"

namespace vigie {

namespace {

class price_lexer {
public:
  price_lexer(std::string_view text, price_unit unit) : rest_(text), unit_(unit) {}

  std::vector<price_token> read() {
    bool apart = false;
    while (!rest_.empty()) {
      if (auto blank = blank_length(rest_)) {
        apart = true;
        rest_.remove_prefix(blank);
        continue;
      }
      price_token next;
      next.apart = std::exchange(apart, false);
      auto size = read_one(next);
      next.text = rest_.substr(0, size);
      rest_.remove_prefix(size);
      add(std::move(next));
    }
    return std::move(out_);
  }

private:
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
    if (auto letters = letter_run(rest_))
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

  size_t read_number(price_token& out) {
    bool labelled = is_behind_label(out_, out_.size());
    auto printed = read_printed_number(rest_, unit_, !labelled);
    out.kind = price_token_kind::number;
    out.amount = printed.amount;
    out.as_decimals = printed.as_decimals;
    out.decimals = printed.decimals;
    out.blank_grouped = printed.blank_grouped;
    auto number = rest_.substr(0, printed.length);
    auto behind = rest_.substr(printed.length);
    auto tail = printed.decimals > 0 ? 0 : no_cents(behind);
    if (tail > 0 || printed.decimals > 0)
      return printed.length + tail;
    bool listed = out_.size() > 1 && out_.back().text == "," && out_[out_.size() - 2].kind == price_token_kind::number;
    auto parted = labelled || listed ? 0 : parted_decimals(behind);
    out.clock = parted == 0 && is_clock(behind);
    auto size = out.clock ? 3 : parted;
    if (size == 0)
      return printed.length;
    out.amount = with_decimals(number, behind.substr(size - 2, 2), unit_);
    out.as_decimals.reset();
    out.decimals = 2;
    return printed.length + size;
  }

  /// "M.R.P." and "p.m.": letters with points behind them, if they are a word together.
  size_t read_initials(price_token& out) {
    std::string word;
    size_t size = 0;
    while (letter_run(rest_.substr(size)) == 1 && rest_.substr(size + 1).starts_with('.')) {
      word += rest_[size];
      size += 2;
    }
    auto role = word.size() > 1 ? role_of(rest_.substr(0, size)) : word_role::unknown;
    if (word.size() > 1 && role == word_role::unknown)
      role = role_of(word);
    if (role == word_role::unknown)
      return 0;
    out.kind = price_token_kind::word;
    out.role = role;
    return size;
  }

  size_t read_word(price_token& out, size_t letters) {
    if (auto size = read_initials(out))
      return size;
    auto word = rest_.substr(0, letters);
    out.kind = price_token_kind::word;
    out.role = role_of(word);
    auto behind = rest_.substr(letters);
    if (auto mark = currency_word(word)) {
      out.kind = price_token_kind::mark;
      out.mark = *mark;
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
  price_unit unit_;
  std::vector<price_token> out_;
};

} // namespace

std::vector<price_token> price_tokens(std::string_view plain, price_unit unit) {
  return price_lexer{plain, unit}.read();
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

} // namespace vigie

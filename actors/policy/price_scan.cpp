#include "actors/policy/price_scan.hpp"

#include <algorithm>

#include "actors/policy/ascii.hpp"
#include "actors/policy/currency_marks.hpp"
#include "actors/policy/decimal_text.hpp"
#include "actors/policy/plain_text.hpp"

namespace vigie {

namespace {

bool is_separator(char c) {
  return c == '.' || c == ',';
}

/// Of one letter at the front; 0 = none.
size_t letter_length(std::string_view text) {
  if (text.empty())
    return 0;
  if (static_cast<unsigned char>(text[0]) < 0x80)
    return is_letter(text[0]) ? 1 : 0;
  return blank_length(text) == 0 && !currency_sign_at(text) ? std::max<size_t>(utf8_length(text, 0), 1) : 0;
}

/// `length` of one piece at the front, as often as there is one.
size_t run_of(size_t (*length)(std::string_view), std::string_view text) {
  size_t out = 0;
  while (auto size = length(text.substr(out)))
    out += size;
  return out;
}

size_t blank_run(std::string_view text) {
  return run_of(blank_length, text);
}

} // namespace

size_t digit_run(std::string_view text) {
  return static_cast<size_t>(std::find_if_not(text.begin(), text.end(), is_digit) - text.begin());
}

size_t letter_run(std::string_view text) {
  constexpr unsigned char first_of_east_asia = 0xE3;
  auto out = run_of(letter_length, text);
  // "原價NT$1,290": no word of these scripts goes on in Latin letters.
  for (size_t i = 1; i < out; ++i)
    if (is_letter(text[i]) && !is_letter(text[i - 1]) && static_cast<unsigned char>(text[0]) >= first_of_east_asia)
      return i;
  return out;
}

size_t initials_run(std::string_view text) {
  size_t out = 0;
  while (letter_run(text.substr(out)) == 1 && text.substr(out + 1).starts_with('.'))
    out += 2;
  if (out > 2 && letter_run(text.substr(out)) == 1)
    ++out; // "M.R.P: "
  return out > 2 ? out : 0;
}

size_t postage_run(std::string_view text) {
  auto first = text.empty() ? '\0' : lower(text[0]);
  if (first != 'p' && first != 's')
    return 0;
  auto at = 1 + blank_run(text.substr(1));
  if (!text.substr(at).starts_with('&'))
    return 0;
  ++at;
  at += blank_run(text.substr(at));
  auto last = first == 'p' ? 'p' : 'h';
  return letter_run(text.substr(at)) == 1 && lower(text[at]) == last ? at + 1 : 0;
}

size_t no_cents(std::string_view text) {
  auto at = blank_run(text);
  if (at >= text.size() || std::string_view{".,:/"}.find(text[at]) == std::string_view::npos)
    return 0;
  bool equals = text.substr(at + 1).starts_with('=');
  auto end = std::min(text.find_first_not_of(equals ? '=' : '-', at + 1), text.size());
  return end == at + 1 || (end < text.size() && is_digit(text[end])) ? 0 : end;
}

size_t parted_decimals(std::string_view text) {
  auto blank = blank_run(text);
  if (blank >= text.size() || !is_separator(text[blank]))
    return 0;
  auto more = blank_run(text.substr(blank + 1));
  auto begin = blank + 1 + more;
  if ((blank == 0 && more == 0) || digit_run(text.substr(begin)) != 2)
    return 0;
  auto behind = text.substr(begin + 2);
  behind.remove_prefix(blank_run(behind));
  auto letters = letter_run(behind);
  bool list = !behind.empty() && (is_separator(behind[0]) || is_digit(behind[0]));
  bool counts = letters > 0 && !currency_word(behind.substr(0, letters));
  return list || counts ? 0 : begin + 2;
}

bool is_clock(std::string_view text) {
  return text.starts_with(':') && digit_run(text.substr(1)) == 2 && !text.substr(3).starts_with(':');
}

} // namespace vigie

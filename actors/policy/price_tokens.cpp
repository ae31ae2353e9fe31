#include "actors/policy/price_tokens.hpp"

#include <algorithm>
#include <array>

#include "actors/policy/decimal_text.hpp"

namespace vigie {

namespace {

struct currency_mark {
  std::string_view text;
  std::string_view currency;
};

// Longer ones before those they begin with.
constexpr std::array signs{
    currency_mark{"US$", "USD"}, currency_mark{"CA$", "CAD"}, currency_mark{"C$", "CAD"},  currency_mark{"AU$", "AUD"},
    currency_mark{"A$", "AUD"},  currency_mark{"NZ$", "NZD"}, currency_mark{"HK$", "HKD"}, currency_mark{"S$", "SGD"},
    currency_mark{"MX$", "MXN"}, currency_mark{"NT$", "TWD"}, currency_mark{"R$", "BRL"},  currency_mark{"$", "USD"},
    currency_mark{"€", "EUR"},   currency_mark{"£", "GBP"},   currency_mark{"¥", "JPY"},   currency_mark{"￥", "JPY"},
    currency_mark{"円", "JPY"},  currency_mark{"元", "CNY"},  currency_mark{"₹", "INR"},   currency_mark{"₩", "KRW"},
    currency_mark{"₽", "RUB"}, currency_mark{"₺", "TRY"},   currency_mark{"₴", "UAH"},   currency_mark{"₪", "ILS"},
    currency_mark{"zł", "PLN"},  currency_mark{"Kč", "CZK"},
};

constexpr std::array words{
    currency_mark{"kr", ""},      currency_mark{"Kr", ""},       currency_mark{"Rs", ""},    currency_mark{"Ft", "HUF"},
    currency_mark{"euro", "EUR"}, currency_mark{"euros", "EUR"}, currency_mark{"TL", "TRY"},
};

constexpr std::array<std::string_view, 42> codes{
    "AED", "ARS", "AUD", "BGN", "BRL", "CAD", "CHF", "CLP", "CNY", "COP", "CZK", "DKK", "EGP", "EUR",
    "GBP", "HKD", "HUF", "IDR", "ILS", "INR", "JPY", "KRW", "MAD", "MXN", "MYR", "NOK", "NZD", "PEN",
    "PHP", "PLN", "RON", "RUB", "SAR", "SEK", "SGD", "THB", "TRY", "TWD", "UAH", "USD", "UYU", "ZAR",
};

constexpr std::array<std::string_view, 5> dashes{"-", "–", "—", "~", "−"};
constexpr std::array<std::string_view, 4> range_words{"to", "bis", "à", "até"};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// Length of whichever of `list` the text begins with; 0 = none.
template <class List>
size_t starts_with(std::string_view text, const List& list) {
  for (auto x : list)
    if (text.substr(0, x.size()) == x)
      return x.size();
  return 0;
}

/// Reads the word, sign or other thing at the front and says how long it is.
size_t read_symbol(std::string_view text, price_token& out) {
  for (const auto& x : signs)
    if (text.substr(0, x.text.size()) == x.text) {
      out = price_token{price_token_kind::mark, 0, x.currency, x.text == "$"};
      return x.text.size();
    }
  if (auto size = starts_with(text, dashes)) {
    out.kind = price_token_kind::dash;
    return size;
  }
  auto end = std::find_if_not(text.begin(), text.end(), is_letter);
  auto word = text.substr(0, static_cast<size_t>(end - text.begin()));
  auto is_range_word = starts_with(text, range_words);
  if (is_range_word > 0 && (is_range_word == text.size() || !is_letter(text[is_range_word])) &&
      is_range_word >= word.size()) {
    out.kind = price_token_kind::dash;
    return is_range_word;
  }
  if (word.empty()) {
    out.kind = text[0] == '%' ? price_token_kind::percent : price_token_kind::other;
    return 1;
  }
  if (auto i = std::find(codes.begin(), codes.end(), word); i != codes.end())
    out = price_token{price_token_kind::mark, 0, *i, false};
  for (const auto& x : words)
    if (word == x.text)
      out = price_token{price_token_kind::mark, 0, x.currency, false};
  return word.size();
}

/// Marks the numbers that stand next to a currency, and those that a dash joins to one of these.
void mark_numbers(std::vector<price_token>& list) {
  auto is = [&](size_t i, price_token_kind kind) { return i < list.size() && list[i].kind == kind; };
  for (size_t i = 0; i < list.size(); ++i) {
    if (is(i, price_token_kind::number) && is(i + 1, price_token_kind::percent))
      list[i].kind = price_token_kind::other;
    else if (is(i, price_token_kind::number))
      list[i].marked = is(i - 1, price_token_kind::mark) || is(i + 1, price_token_kind::mark);
  }
  for (size_t i = 0; i + 2 < list.size(); ++i)
    if (is(i, price_token_kind::number) && is(i + 1, price_token_kind::dash) && is(i + 2, price_token_kind::number))
      list[i].marked = list[i + 2].marked = list[i].marked || list[i + 2].marked;
}

} // namespace

std::vector<price_token> price_tokens(std::string_view text, price_unit unit) {
  std::vector<price_token> out;
  while (!text.empty()) {
    size_t length = blank_length(text);
    if (length == 0 && is_digit(text[0])) {
      auto [amount, size] = read_printed_number(text, unit);
      length = size;
      out.push_back(
          price_token{amount ? price_token_kind::number : price_token_kind::other, amount.value_or(0), {}, false});
    } else if (length == 0) {
      price_token symbol;
      length = read_symbol(text, symbol);
      out.push_back(symbol);
    }
    text.remove_prefix(length);
  }
  mark_numbers(out);
  return out;
}

} // namespace vigie

#include "actors/policy/price_plain.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "actors/policy/decimal_text.hpp"
#include "actors/policy/unicode.hpp"

namespace vigie {

namespace {

struct run {
  char32_t first;
  char32_t last;
  std::string_view to;
};

constexpr std::array<char32_t, 6> zeros{0xFF10, 0x0660, 0x06F0, 0x0966, 0x09E6, 0x0E50};

constexpr run runs[] = {
    {0x00, 0x1F, " "},          {0x2000, 0x2006, " "},  {0x2008, 0x2008, " "},      {0x205F, 0x205F, " "},
    {0x3000, 0x3000, " "},      {0xA0, 0xA0, "\u00a0"}, {0x202F, 0x202F, "\u00a0"}, {0x2007, 0x2007, "\u00a0"},
    {0x2009, 0x200A, "\u00a0"}, {0x2010, 0x2015, "-"},  {0x2212, 0x2212, "-"},      {0xFE63, 0xFE63, "-"},
    {0xFF0D, 0xFF0D, "-"},      {0x301C, 0x301C, "~"},  {0xFF5E, 0xFF5E, "~"},      {0x223C, 0x223C, "~"},
    {0x2018, 0x2019, "'"},      {0xB4, 0xB4, "'"},      {0x60, 0x60, "'"},          {0x2BC, 0x2BC, "'"},
    {0x2032, 0x2032, "'"},      {0xFF07, 0xFF07, "'"},  {0x066C, 0x066C, "'"},      {0x066B, 0x066B, "."},
    {0xFF0C, 0xFF0C, ","},      {0xFF0E, 0xFF0E, "."},  {0xFF05, 0xFF05, "%"},      {0x066A, 0x066A, "%"},
    {0xFF0B, 0xFF0B, "+"},      {0xFF0F, 0xFF0F, "/"},  {0xFF08, 0xFF08, "("},      {0xFF09, 0xFF09, ")"},
    {0xFF1A, 0xFF1A, ":"},      {0xD7, 0xD7, "x"},      {0x200B, 0x200F, ""},       {0x202A, 0x202E, ""},
    {0x2060, 0x2069, ""},       {0xFEFF, 0xFEFF, ""},   {0xAD, 0xAD, ""},           {0x61C, 0x61C, ""},
    {0xFE0F, 0xFE0F, ""},
};

constexpr std::pair<std::string_view, std::string_view> common_signs[] = {
    {"", ""}, {"€", "EUR"}, {"$", "USD"}, {"£", "GBP"}};

bool is_digit(char32_t c) {
  return c >= '0' && c <= '9';
}

/// Without a blank of each kind at both ends.
std::string_view without_blank(std::string_view x) {
  for (std::string_view blank : {" ", "\u00a0"}) {
    x.remove_prefix(x.starts_with(blank) ? blank.size() : 0);
    x.remove_suffix(x.ends_with(blank) ? blank.size() : 0);
  }
  return x;
}

char32_t as_digit(char32_t c) {
  if (c < 0x80)
    return c;
  for (auto zero : zeros)
    if (c >= zero && c <= zero + 9)
      return '0' + (c - zero);
  return c;
}

/// The digit that a raised one is, or 0.
char raised(char32_t c) {
  if (c < 0x80)
    return '\0';
  constexpr std::pair<char32_t, char> low[] = {{0xB9, '1'}, {0xB2, '2'}, {0xB3, '3'}, {0x2070, '0'}};
  for (auto [raised, digit] : low)
    if (c == raised)
      return digit;
  return c >= 0x2074 && c <= 0x2079 ? static_cast<char>('4' + (c - 0x2074)) : '\0';
}

void put_raised(std::string_view digits, std::string& out) {
  bool behind_number = !out.empty() && (is_digit(out.back()) || out.back() == ',' || out.back() == '.');
  if (digits.size() != 2 || !behind_number)
    return;
  if (is_digit(out.back()))
    out += out.find('.') == out.npos ? '.' : ',';
  out += digits;
}

void put(char32_t c, std::string& out) {
  // Nearly all that prices are made of stands for itself.
  if (c > 0x1F && c < 0x7F && c != '`') {
    out += static_cast<char>(c);
    return;
  }
  auto found =
      std::find_if(std::begin(runs), std::end(runs), [&](const run& x) { return c >= x.first && c <= x.last; });
  if (found != std::end(runs))
    out += found->to;
  else
    append_utf8(out, c);
}

} // namespace

optional<plain_price> read_plain_price(std::string_view text, price_unit unit) {
  if (auto bare = plain_amount(text, unit))
    return plain_price{*bare};
  auto in_number = [](char c) { return is_digit(c) || c == '.' || c == ','; };
  auto begin = std::find_if(text.begin(), text.end(), [](char c) { return is_digit(c); });
  auto end = std::find_if_not(begin, text.end(), in_number);
  auto amount = plain_amount({begin, end}, unit, true);
  if (!amount || (begin != text.begin() && end != text.end()))
    return std::nullopt;
  auto sign =
      without_blank(begin != text.begin() ? std::string_view{text.begin(), begin} : std::string_view{end, text.end()});
  for (auto [known, currency] : common_signs)
    if (sign == known)
      return plain_price{*amount, currency};
  return std::nullopt;
}

std::string plain_price_text(std::string_view text) {
  auto next = [](std::string_view& rest) { return rest.empty() ? char32_t{0} : as_digit(take_code_point(rest)); };
  auto peek = [&](std::string_view rest) { return next(rest); };
  std::string out, high;
  for (char32_t before = 0, c = 0; !text.empty(); before = c) {
    c = next(text);
    if (raised(c) != '\0') {
      for (high = raised(c); raised(peek(text)) != '\0';)
        high += raised(next(text));
      put_raised(high, out);
    } else if (c == 0xB7 && is_digit(before) && is_digit(peek(text))) {
      out += '.';
    } else {
      put(c, out);
    }
  }
  return out;
}

} // namespace vigie

#include "actors/policy/price_characters.hpp"

#include <algorithm>
#include <array>
#include <utility>

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

/// Between digits, a point or a comma.
constexpr char32_t dots[] = {0xB7, 0x2D9, 0x2022, 0x2024, 0x2027, 0x2219, 0x22C5, 0x30FB, 0xFF65};
constexpr char32_t commas[] = {0x201A, 0x60C, 0xFE50};

bool among(const auto& list, char32_t c) {
  return std::find(std::begin(list), std::end(list), c) != std::end(list);
}

} // namespace

bool is_plain_digit(char32_t c) {
  return c >= '0' && c <= '9';
}

char32_t plain_digit(char32_t c) {
  if (c < 0x80)
    return c;
  for (auto zero : zeros)
    if (c >= zero && c <= zero + 9)
      return '0' + (c - zero);
  return c;
}

char raised_digit(char32_t c) {
  if (c < 0x80)
    return '\0';
  constexpr std::pair<char32_t, char> low[] = {{0xB9, '1'}, {0xB2, '2'}, {0xB3, '3'}, {0x2070, '0'}};
  for (auto [high, digit] : low)
    if (c == high)
      return digit;
  return c >= 0x2074 && c <= 0x2079 ? static_cast<char>('4' + (c - 0x2074)) : '\0';
}

char separator(char32_t c) {
  return among(dots, c) ? '.' : among(commas, c) ? ',' : '\0';
}

void put_plain(char32_t c, std::string& out) {
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

} // namespace vigie

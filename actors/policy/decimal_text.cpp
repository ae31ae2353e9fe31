#include "actors/policy/decimal_text.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <vector>

#include "actors/policy/ascii.hpp"

namespace vigie {

namespace {

constexpr std::array<std::string_view, 9> blanks{" ",      "\t",     "\n",     "\r",    "\u00a0",
                                                 "\u202f", "\u2009", "\u2007", "\u200a"};
constexpr std::array<std::string_view, 2> apostrophes{"'", "’"};

/// Length of whichever of `list` the text begins with; 0 = none.
template <class List>
size_t starts_with(std::string_view text, const List& list) {
  for (auto x : list)
    if (text.substr(0, x.size()) == x)
      return x.size();
  return 0;
}

size_t digit_run(std::string_view text) {
  size_t out = 0;
  while (out < text.size() && is_digit(text[out]))
    ++out;
  return out;
}

/// digits x 10^shift, in whole units; what is cut off rounds half up. Nothing on overflow.
optional<cents> scaled(std::string_view digits, int64_t shift) {
  constexpr auto largest = std::numeric_limits<cents>::max();
  auto first = std::min(digits.find_first_not_of('0'), digits.size());
  digits.remove_prefix(first);
  if (digits.empty())
    return cents{0};
  auto length = static_cast<int64_t>(digits.size()) + shift;
  if (length < 0)
    return cents{0};
  if (length > std::numeric_limits<cents>::digits10 + 1)
    return std::nullopt;
  cents out = 0;
  for (int64_t i = 0; i < length; ++i) {
    cents digit = i < static_cast<int64_t>(digits.size()) ? digits[static_cast<size_t>(i)] - '0' : 0;
    if (out > (largest - digit) / 10)
      return std::nullopt;
    out = out * 10 + digit;
  }
  bool up = length < static_cast<int64_t>(digits.size()) && digits[static_cast<size_t>(length)] >= '5';
  if (up && out == largest)
    return std::nullopt;
  return out + (up ? 1 : 0);
}

/// A printed number cut at its separators: "1.199,99" is 1, 199, 99 and '.', ','. All blanks are ' '.
struct digit_groups {
  std::vector<std::string_view> groups;
  std::string separators;
  size_t length = 0; ///< bytes of text
  bool plain_blank = false;
};

digit_groups read_groups(std::string_view text, bool blanks_group) {
  digit_groups out;
  for (;;) {
    auto digits = digit_run(text.substr(out.length));
    out.groups.push_back(text.substr(out.length, digits));
    out.length += digits;
    auto rest = text.substr(out.length);
    auto blank = blanks_group ? starts_with(rest, blanks) : 0;
    auto apostrophe = starts_with(rest, apostrophes);
    bool point = !rest.empty() && (rest[0] == '.' || rest[0] == ',');
    auto size = std::max({blank, apostrophe, point ? size_t{1} : size_t{0}});
    auto next = digit_run(rest.substr(size));
    // A blank groups thousands or ends the number: "12 18" are two.
    bool blank_groups =
        out.groups.front().size() <= 3 && next == 3 && out.separators.find_first_not_of(' ') == std::string::npos;
    if (size == 0 || next == 0 || (blank > 0 && !blank_groups))
      return out;
    out.plain_blank = out.plain_blank || (blank > 0 && rest[0] == ' ');
    out.separators += blank > 0 ? ' ' : apostrophe > 0 ? '\'' : rest[0];
    out.length += size;
  }
}

bool last_is_decimal(const digit_groups& x) {
  // "12'99 €", as Spaniards write it by hand.
  if (!x.separators.empty() && x.separators.back() == '\'')
    return x.groups.back().size() == 2 && x.separators.find('\'') == x.separators.size() - 1;
  if (x.separators.empty() || (x.separators.back() != '.' && x.separators.back() != ','))
    return false;
  if (x.separators.size() > 1)
    return x.separators.find(x.separators.back()) == x.separators.size() - 1;
  return x.groups[1].size() != 3 || x.groups[0].size() > 3 || x.groups[0][0] == '0';
}

/// Nothing for what is no amount ("3.14.15"), and for too large ones.
optional<cents> amount_of(const digit_groups& x, price_unit unit, bool decimal) {
  auto whole_groups = x.groups.size() - (decimal ? 1 : 0);
  std::string digits;
  for (size_t i = 0; i < whole_groups; ++i) {
    auto size = x.groups[i].size();
    // Indian grouping has pairs before the last three digits.
    bool fits = whole_groups == 1 || (i == 0 ? size <= 3 : i + 1 == whole_groups ? size == 3 : size == 2 || size == 3);
    if (!fits || (i > 0 && i < whole_groups && x.separators[i - 1] != x.separators[0]))
      return std::nullopt;
    digits += x.groups[i];
  }
  int64_t shift = unit == price_unit::major ? 2 : 0;
  if (decimal) {
    digits += x.groups.back();
    shift -= static_cast<int64_t>(x.groups.back().size());
  }
  return scaled(digits, shift);
}

} // namespace

optional<cents> plain_amount(std::string_view text, price_unit unit, bool comma) {
  constexpr size_t most_digits = 15; // times 100 it still fits
  auto whole = digit_run(text);
  if (whole == 0 || whole > most_digits)
    return std::nullopt;
  cents out = 0;
  for (char c : text.substr(0, whole))
    out = out * 10 + (c - '0');
  auto rest = text.substr(whole);
  if (rest.empty())
    return unit == price_unit::major ? out * 100 : out;
  bool tenths = rest.size() == 2, hundredths = rest.size() == 3;
  bool point = rest[0] == '.' || (comma && rest[0] == ',');
  if (unit != price_unit::major || !point || !(tenths || hundredths) || digit_run(rest.substr(1)) + 1 != rest.size())
    return std::nullopt;
  return out * 100 + (rest[1] - '0') * 10 + (hundredths ? rest[2] - '0' : 0);
}

result<cents> parse_decimal(std::string_view number, price_unit unit) {
  if (auto plain = plain_amount(number, unit))
    return *plain;
  auto refuse = [&] { return fail(errc::bad_request, "not a number, or one that is too large for a price"); };
  bool negative = !number.empty() && number[0] == '-';
  number.remove_prefix(negative ? 1 : 0);
  auto whole = number.substr(0, digit_run(number));
  number.remove_prefix(whole.size());
  std::string_view fraction;
  if (!number.empty() && number[0] == '.') {
    fraction = number.substr(1, digit_run(number.substr(1)));
    number.remove_prefix(1 + fraction.size());
  }
  int64_t exponent = 0;
  if (!number.empty() && (number[0] == 'e' || number[0] == 'E')) {
    bool down = number.size() > 1 && number[1] == '-';
    number.remove_prefix(number.size() > 1 && (down || number[1] == '+') ? 2 : 1);
    // Beyond a million, one digit more changes nothing.
    for (; !number.empty() && is_digit(number[0]); number.remove_prefix(1))
      exponent = std::min<int64_t>(exponent * 10 + (number[0] - '0'), 1'000'000);
    exponent = down ? -exponent : exponent;
  }
  if (whole.empty() || !number.empty())
    return refuse();
  auto shift = (unit == price_unit::major ? 2 : 0) + exponent - static_cast<int64_t>(fraction.size());
  auto out = scaled(std::string{whole} + std::string{fraction}, shift);
  if (!out)
    return refuse();
  return negative ? -*out : *out;
}

std::string format_cents(cents x) {
  auto magnitude = x < 0 ? 0 - static_cast<uint64_t>(x) : static_cast<uint64_t>(x);
  auto digits = std::to_string(magnitude);
  if (digits.size() < 3)
    digits.insert(0, 3 - digits.size(), '0');
  digits.insert(digits.size() - 2, 1, '.');
  return x < 0 ? "-" + digits : digits;
}

size_t blank_length(std::string_view text) {
  return starts_with(text, blanks);
}

printed_number read_printed_number(std::string_view text, price_unit unit, bool blanks) {
  auto groups = read_groups(text, blanks);
  bool decimal = last_is_decimal(groups);
  printed_number out{amount_of(groups, unit, decimal), {}, groups.length, 0, groups.plain_blank};
  if (decimal)
    out.decimals = groups.groups.back().size();
  else if (groups.separators == "." || groups.separators == ",")
    out.as_decimals = amount_of(groups, unit, true);
  return out;
}

} // namespace vigie

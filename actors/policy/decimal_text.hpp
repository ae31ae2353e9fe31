// Numbers as text, in hundredths: the exact half of actors/policy/money.hpp. Pure.
#pragma once

#include <string>
#include <string_view>

#include "messages/values/alert.hpp"
#include "messages/values/error.hpp"
#include "messages/values/fetch.hpp"
#include "messages/values/optional.hpp"

namespace vigie {

/// What most prices are: "12", and in major units "12.5" and "12.50"; "12,50" if a comma may stand for the point.
/// Nothing for all that takes longer to read.
optional<cents> plain_amount(std::string_view text, price_unit unit, bool comma = false);

/// Reads a JSON number's own text, exponent included; more than two decimals round half up. bad_request: not a number,
/// or too large. `unit` says whether 1250 means 1250.00 or 12.50.
result<cents> parse_decimal(std::string_view number, price_unit unit = price_unit::major);

/// "1199.99", "-0.05".
std::string format_cents(cents x);

/// Length of the blank in front, a no-break one included; 0 = none.
size_t blank_length(std::string_view text);

/// A number at the front of a text with its separators: "1.199,99", "1 199", "1'199.00".
struct printed_number {
  optional<cents> amount;      ///< nothing if its groups make no number ("3.14.15"), or too large a one
  optional<cents> as_decimals; ///< of "1.199", which groups thousands: what it is as one with three decimals
  size_t length = 0;           ///< bytes of text
  size_t decimals = 0;         ///< digits behind the decimal sign
  bool blank_grouped = false;  ///< "1 199", with a blank that may break a line
};

/// `text` begins with a digit. A single separator with three digits behind it groups thousands, except after a 0 or
/// after more than three digits. Without `blanks`, a blank ends the number.
printed_number read_printed_number(std::string_view text, price_unit unit, bool blanks = true);

} // namespace vigie

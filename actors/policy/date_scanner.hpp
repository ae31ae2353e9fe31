// The pieces that dates are made of, taken from the front of a text. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "messages/values/optional.hpp"
#include "messages/values/time.hpp"

namespace vigie {

struct date_parts {
  int year = 1, month = 1, day = 1;
  int hour = 0, minute = 0, second = 0, millis = 0;
  int zone_minutes = 0;   ///< east of UTC
  bool us_summer = false; ///< an hour more while the United States have summer time: "ET" and its like
};

/// Nothing for a day or an hour that does not exist, and for years outside 1 to 9999. Second 60 is the first of the
/// next minute.
optional<wall_time> moment_of(const date_parts& x);

/// 1 to 12 by the English name, whole or its first three letters, in lower case; 0 for any other word.
int english_month(std::string_view word);
bool is_english_day(std::string_view word);
/// The same in the languages that feeds are written in, and with their other short forms ("sept", "thur", "okt").
int month_of(std::string_view word);
bool is_day(std::string_view word);

/// Takes pieces from the front of a text. What is not there is not taken.
class date_scanner {
public:
  explicit date_scanner(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }
  char front() const { return rest_.empty() ? '\0' : rest_.front(); }

  bool take(char c);
  bool take(std::string_view text);
  /// And comments, as mail has them: "(they (may) be nested)".
  bool blanks();
  /// What stands in the comment at the front; empty without one.
  std::string_view comment() const;
  /// How many stand at the front.
  size_t digits() const;
  /// The first `width` of at least so many digits.
  bool number(size_t width, int& out);
  /// One digit or two, and no third.
  bool short_number(int& out);
  /// Letters of Latin-1, in lower case.
  std::string word();
  /// Digits behind a point; what is finer than milliseconds is dropped.
  bool fraction(int& millis);

private:
  std::string_view rest_;
};

/// "20:12", "20:12:13", "20:12:13.5", "8:12 PM", "8 p.m."
bool take_time(date_scanner& in, date_parts& out);
/// "+01:00", "+0100", "+01", "GMT", "PDT", "GMT+1", "UTC-01:30"; nothing at all is UTC, or the zone that a comment
/// names. False: what stands there is none of these.
bool take_zone(date_scanner& in, date_parts& out);
/// The moment, if only blanks are left.
optional<wall_time> finish(date_scanner& in, const date_parts& x);

} // namespace vigie

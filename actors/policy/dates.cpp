#include "actors/policy/dates.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <string>

#include "actors/policy/ascii.hpp"
#include "actors/policy/date_scanner.hpp"

namespace vigie {

namespace {

/// Without blanks at its ends, and without quotation marks around it.
std::string_view bare(std::string_view text) {
  for (bool quoted = true; quoted;) {
    text = trimmed(text, is_blank);
    quoted = text.size() > 1 && (text.front() == '"' || text.front() == '\'') && text.back() == text.front();
    if (quoted)
      text = text.substr(1, text.size() - 2);
  }
  return text;
}

/// Takes the blanks, too, that are around the word.
template <size_t N>
void take_one_of(date_scanner& in, const std::array<std::string_view, N>& words) {
  auto behind = in;
  behind.blanks();
  auto word = behind.word();
  if (std::find(words.begin(), words.end(), word) == words.end())
    return;
  behind.blanks();
  in = behind;
}

/// "at 20:12", "um 20:12 Uhr"
constexpr std::array<std::string_view, 6> before_time{"at", "um", "om", "à", "às", "alle"};
constexpr std::array<std::string_view, 2> behind_time{"uhr", "uur"};
/// "25 de noviembre de 2026"
constexpr std::array<std::string_view, 2> between_words{"de", "del"};

/// What stands behind the date's day: nothing, or the time and its zone.
optional<wall_time> read_rest(date_scanner in, date_parts& x) {
  in.blanks();
  in.take(','); // "25 Nov 2026 , 20:12" is seen in the wild
  in.blanks();
  if (in.at_end())
    return moment_of(x);
  take_one_of(in, before_time);
  if (!take_time(in, x))
    return std::nullopt;
  take_one_of(in, behind_time);
  return take_zone(in, x) ? finish(in, x) : std::nullopt;
}

/// The signs behind year, month and day.
struct day_signs {
  std::string_view year, month, day;
};
constexpr std::array eastern_signs{day_signs{"年", "月", "日"}, day_signs{"년", "월", "일"}};

/// "2018年10月9日", behind the year.
optional<wall_time> read_eastern(date_scanner in, date_parts& x, const day_signs& signs) {
  in.blanks();
  if (!in.short_number(x.month) || !in.take(signs.month))
    return std::nullopt;
  in.blanks();
  if (!in.short_number(x.day) || !in.take(signs.day))
    return std::nullopt;
  return read_rest(in, x);
}

/// "2026-11-25", "2026/6/29", and what stands behind.
optional<wall_time> read_year_first(date_scanner in) {
  date_parts x;
  if (!in.number(4, x.year))
    return std::nullopt;
  for (const auto& signs : eastern_signs)
    if (in.take(signs.year))
      return read_eastern(in, x, signs);
  if (in.at_end())
    return moment_of(x);
  auto between = in.front();
  if (!in.take('-') && !in.take('/') && !in.take('.'))
    return std::nullopt;
  bool whole = in.digits() == 2;
  if (!in.short_number(x.month))
    return std::nullopt;
  if (in.at_end() && whole && between == '-')
    return moment_of(x);
  if (!in.take(between) || !in.short_number(x.day))
    return std::nullopt;
  if (in.at_end())
    return moment_of(x);
  if (in.take('T') || in.take('t'))
    return take_time(in, x) && take_zone(in, x) ? finish(in, x) : std::nullopt;
  bool parted = in.front() == ',' || is_blank(in.front());
  return parted ? read_rest(in, x) : std::nullopt;
}

/// "20261125", "20261125T201213Z", "20261125201213"
optional<wall_time> read_basic_iso(date_scanner in) {
  date_parts x;
  if (!in.number(4, x.year) || !in.number(2, x.month) || !in.number(2, x.day))
    return std::nullopt;
  if (in.at_end())
    return moment_of(x);
  if (!in.take('T') && !in.take('t') && in.digits() != 6)
    return std::nullopt;
  if (!in.number(2, x.hour) || !in.number(2, x.minute) || (in.digits() > 0 && !in.number(2, x.second)))
    return std::nullopt;
  if (in.take('.') && !in.fraction(x.millis))
    return std::nullopt;
  return take_zone(in, x) ? finish(in, x) : std::nullopt;
}

bool take_year(date_scanner& in, int& year) {
  auto width = in.digits();
  if ((width != 2 && width != 4) || !in.number(width, year))
    return false;
  if (width == 2)
    year += year < 50 ? 2000 : 1900;
  return true;
}

/// "25", "25.", "25th"
bool take_day(date_scanner& in, int& day) {
  if (!in.short_number(day))
    return false;
  if (auto behind = in; !in.take('.')) {
    auto ending = behind.word();
    if (ending == "st" || ending == "nd" || ending == "rd" || ending == "th")
      in = behind;
  }
  return true;
}

/// "Nov", "Nov.", "November"
bool take_month(date_scanner& in, int& month) {
  month = month_of(in.word());
  in.take('.');
  return month > 0;
}

/// "06 08:49:37 1994", "15 01:16:00 +0000 2012", "25, 2026 8:12 PM": behind the month's name.
optional<wall_time> read_month_first(date_scanner in, date_parts x) {
  if (!in.blanks() || !take_day(in, x.day))
    return std::nullopt;
  bool comma = in.take(',');
  if (!in.blanks() && !comma)
    return std::nullopt;
  if (in.digits() == 4 && in.number(4, x.year))
    return read_rest(in, x);
  if (comma || !take_time(in, x) || !in.blanks())
    return std::nullopt;
  if (in.digits() == 0 && !(take_zone(in, x) && in.blanks()))
    return std::nullopt;
  return in.number(4, x.year) ? finish(in, x) : std::nullopt;
}

/// A day's name, and what belongs to it. False: no date goes on like this.
bool take_day_name(date_scanner& in) {
  auto behind = in;
  auto name = behind.word();
  if (name.empty() || !is_day(name))
    return true;
  behind.take('.');
  bool parted = behind.blanks();
  bool comma = behind.take(',');
  if (!behind.blanks() && !comma && !parted)
    return false;
  // "Mar 3, 2026" begins with a month, "mar. 3 mars 2026" with a Tuesday.
  if (month_of(name) > 0 && !comma && behind.digits() > 0) {
    auto after = behind;
    int day = 0;
    bool month_follows = after.short_number(day) && after.blanks() && month_of(after.word()) > 0;
    if (!month_follows)
      return true;
  }
  in = behind;
  return true;
}

optional<wall_time> read_mail(date_scanner in) {
  date_parts x;
  if (!take_day_name(in))
    return std::nullopt;
  if (in.digits() == 0)
    return take_month(in, x.month) ? read_month_first(in, x) : std::nullopt;
  auto between = [&] {
    if (!in.blanks())
      return in.take('-');
    take_one_of(in, between_words);
    return true;
  };
  if (!take_day(in, x.day) || !between() || !take_month(in, x.month) || !between() || !take_year(in, x.year))
    return std::nullopt;
  bool parted = in.at_end() || in.front() == ',' || in.blanks();
  return parted ? read_rest(in, x) : std::nullopt;
}

/// "08:49:37", none of it left out.
bool take_http_time(date_scanner& in, date_parts& out) {
  return in.take(' ') && in.number(2, out.hour) && in.take(':') && in.number(2, out.minute) && in.take(':') &&
         in.number(2, out.second);
}

int short_month(date_scanner& in) {
  auto name = in.word();
  return name.size() == 3 ? english_month(name) : 0;
}

/// "Nov  6 08:49:37 1994"
bool take_http_asctime(date_scanner& in, date_parts& out) {
  out.month = short_month(in);
  if (out.month == 0 || !in.take(' '))
    return false;
  auto width = in.take(' ') ? 1u : 2u;
  return in.number(width, out.day) && take_http_time(in, out) && in.take(' ') && in.number(4, out.year);
}

/// " 06 Nov 1994 08:49:37 GMT", or " 06-Nov-94 08:49:37 GMT"
bool take_http_date(date_scanner& in, date_parts& out, bool& two_digits) {
  if (!in.take(' ') || !in.number(2, out.day))
    return false;
  two_digits = in.front() == '-';
  char between = two_digits ? '-' : ' ';
  if (!in.take(between) || (out.month = short_month(in)) == 0 || !in.take(between) ||
      !in.number(two_digits ? 2 : 4, out.year))
    return false;
  return take_http_time(in, out) && in.take(' ') && in.word() == "gmt";
}

/// Of years with these last two digits.
optional<wall_time> in_its_century(date_parts x, optional<wall_time> now) {
  if (!now) {
    x.year += x.year < 50 ? 2000 : 1900;
    return moment_of(x);
  }
  constexpr std::chrono::hours fifty_years{24 * 18263};
  auto last_two = x.year;
  for (int century = 9900; century >= 0; century -= 100) {
    x.year = century + last_two;
    // The 29th of February is not in every one of them.
    if (auto out = moment_of(x); out && *out <= *now + fifty_years)
      return out;
  }
  return std::nullopt;
}

optional<wall_time> read_unix(std::string_view text) {
  date_scanner in{text};
  auto width = in.digits();
  bool seconds = width >= 9 && width <= 11;
  if (!seconds && width != 12 && width != 13)
    return std::nullopt;
  int64_t count = 0;
  for (char c : text.substr(0, width))
    count = count * 10 + (c - '0');
  if (!seconds)
    return text.size() == width ? optional<wall_time>{from_unix_ms(count)} : std::nullopt;
  int millis = 0;
  date_scanner behind{text.substr(width)};
  if (behind.take('.') && !behind.fraction(millis))
    return std::nullopt;
  return behind.at_end() ? optional<wall_time>{from_unix_ms(count * 1000 + millis)} : std::nullopt;
}

} // namespace

optional<wall_time> parse_date(std::string_view text) {
  text = bare(text);
  date_scanner in{text};
  auto width = in.digits();
  if (width == 8 || width == 14)
    return read_basic_iso(in);
  if (width == 4)
    return read_year_first(in);
  if (width >= 9)
    return read_unix(text);
  return read_mail(in);
}

optional<wall_time> parse_http_date(std::string_view text, optional<wall_time> now) {
  date_scanner in{text};
  if (!is_english_day(in.word()))
    return std::nullopt;
  date_parts x;
  bool two_digits = false;
  bool right = in.take(',') ? take_http_date(in, x, two_digits) : in.take(' ') && take_http_asctime(in, x);
  if (!right || !in.at_end())
    return std::nullopt;
  return two_digits ? in_its_century(x, now) : moment_of(x);
}

} // namespace vigie

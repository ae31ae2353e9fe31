#include "actors/policy/dates.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <string>

namespace vigie {

namespace {

constexpr std::array<std::string_view, 12> months{"january",   "february", "march",    "april",
                                                  "may",       "june",     "july",     "august",
                                                  "september", "october",  "november", "december"};
constexpr std::array<std::string_view, 7> days{"monday", "tuesday",  "wednesday", "thursday",
                                               "friday", "saturday", "sunday"};

struct named_zone {
  std::string_view name;
  int hours;
};
constexpr std::array zones{named_zone{"z", 0},    named_zone{"ut", 0},   named_zone{"utc", 0},  named_zone{"gmt", 0},
                           named_zone{"est", -5}, named_zone{"edt", -4}, named_zone{"cst", -6}, named_zone{"cdt", -5},
                           named_zone{"mst", -7}, named_zone{"mdt", -6}, named_zone{"pst", -8}, named_zone{"pdt", -7}};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/// "Nov" and "November", but not "Nove".
template <size_t N>
int index_of(const std::array<std::string_view, N>& names, std::string_view word) {
  for (size_t i = 0; i < N; ++i)
    if (word == names[i] || word == names[i].substr(0, 3))
      return static_cast<int>(i);
  return -1;
}

struct date_parts {
  int year = 1, month = 1, day = 1;
  int hour = 0, minute = 0, second = 0, millis = 0;
  int zone_minutes = 0;
};

optional<wall_time> moment_of(const date_parts& x) {
  std::chrono::year_month_day date{std::chrono::year{x.year}, std::chrono::month{static_cast<unsigned>(x.month)},
                                   std::chrono::day{static_cast<unsigned>(x.day)}};
  if (!date.ok() || x.year < 1 || x.year > 9999 || x.hour > 23 || x.minute > 59 || x.second > 60)
    return std::nullopt;
  return wall_time{std::chrono::sys_days{date}} + std::chrono::hours{x.hour} +
         std::chrono::minutes{x.minute - x.zone_minutes} + std::chrono::seconds{x.second} +
         std::chrono::milliseconds{x.millis};
}

/// Takes pieces from the front of a text. What is not there is not taken.
class date_scanner {
public:
  explicit date_scanner(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }
  char front() const { return rest_.empty() ? '\0' : rest_.front(); }

  bool take(char c) {
    if (front() != c || rest_.empty())
      return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool blanks() {
    auto before = rest_.size();
    while (!rest_.empty() && is_blank(rest_.front()))
      rest_.remove_prefix(1);
    return rest_.size() < before;
  }
  size_t digits() const {
    return static_cast<size_t>(std::find_if_not(rest_.begin(), rest_.end(), is_digit) - rest_.begin());
  }
  /// Exactly that many digits.
  bool number(size_t width, int& out) {
    if (digits() < width || width == 0 || width > 9)
      return false;
    out = 0;
    for (size_t i = 0; i < width; ++i)
      out = out * 10 + (rest_[i] - '0');
    rest_.remove_prefix(width);
    return true;
  }
  /// Letters, in lower case.
  std::string word() {
    std::string out;
    for (; !rest_.empty(); rest_.remove_prefix(1)) {
      auto lower = static_cast<char>(rest_.front() | 0x20);
      if (lower < 'a' || lower > 'z')
        break;
      out += lower;
    }
    return out;
  }
  /// Digits behind a point; what is finer than milliseconds is dropped.
  bool fraction(int& millis) {
    auto count = digits();
    if (count == 0)
      return false;
    int out = 0;
    for (size_t i = 0; i < 3; ++i)
      out = out * 10 + (i < count ? rest_[i] - '0' : 0);
    rest_.remove_prefix(count);
    millis = out;
    return true;
  }

private:
  std::string_view rest_;
};

/// "+01:00", "+0100", "-5" is none, "GMT", "PDT"; nothing at all is UTC.
bool take_zone(date_scanner& in, date_parts& out) {
  in.blanks();
  if (in.at_end())
    return true;
  char sign = in.front();
  if (sign != '+' && sign != '-') {
    auto name = in.word();
    auto found = std::find_if(zones.begin(), zones.end(), [&](const named_zone& x) { return x.name == name; });
    if (found == zones.end())
      return false;
    out.zone_minutes = found->hours * 60;
    return true;
  }
  in.take(sign);
  int hours = 0, minutes = 0;
  if (!in.number(2, hours))
    return false;
  bool colon = in.take(':');
  if ((colon || !in.at_end()) && !in.number(2, minutes))
    return false;
  if (hours > 23 || minutes > 59)
    return false;
  out.zone_minutes = (sign == '-' ? -1 : 1) * (hours * 60 + minutes);
  return true;
}

/// "20:12", "20:12:13", "20:12:13.5"
bool take_time(date_scanner& in, date_parts& out) {
  auto width = in.digits() == 1 ? 1u : 2u;
  if (!in.number(width, out.hour) || !in.take(':') || !in.number(2, out.minute))
    return false;
  if (!in.take(':'))
    return true;
  if (!in.number(2, out.second))
    return false;
  return (in.take('.') || in.take(',')) ? in.fraction(out.millis) : true;
}

optional<wall_time> finish(date_scanner& in, const date_parts& x) {
  in.blanks();
  return in.at_end() ? moment_of(x) : std::nullopt;
}

optional<wall_time> read_iso(date_scanner in) {
  date_parts x;
  if (!in.number(4, x.year))
    return std::nullopt;
  if (in.at_end())
    return moment_of(x);
  if (!in.take('-') || !in.number(2, x.month))
    return std::nullopt;
  if (in.at_end())
    return moment_of(x);
  if (!in.take('-') || !in.number(2, x.day))
    return std::nullopt;
  if (in.at_end())
    return moment_of(x);
  if (!(in.take('T') || in.take('t') || in.blanks()) || !take_time(in, x) || !take_zone(in, x))
    return std::nullopt;
  return finish(in, x);
}

optional<wall_time> read_basic_iso(date_scanner in) {
  date_parts x;
  if (!in.number(4, x.year) || !in.number(2, x.month) || !in.number(2, x.day))
    return std::nullopt;
  if (in.at_end())
    return moment_of(x);
  if (!in.take('T') && !in.take('t'))
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

/// "Nov  6 08:49:37 1994", behind the day's name.
optional<wall_time> read_asctime(date_scanner in, int month) {
  date_parts x;
  x.month = month + 1;
  in.blanks();
  if (!in.number(in.digits() == 1 ? 1 : 2, x.day) || !in.blanks() || !take_time(in, x) || !in.blanks() ||
      !in.number(4, x.year))
    return std::nullopt;
  return finish(in, x);
}

optional<wall_time> read_mail(date_scanner in) {
  date_parts x;
  if (auto name = in.word(); !name.empty()) {
    if (index_of(days, name) < 0)
      return std::nullopt;
    in.take('.');
    bool comma = in.take(',');
    if (!in.blanks() && !comma)
      return std::nullopt;
    auto behind = in;
    if (auto month = index_of(months, behind.word()); month >= 0 && !comma)
      return read_asctime(behind, month);
  }
  auto between = [&] { return in.blanks() || in.take('-'); };
  if (!in.number(in.digits() == 1 ? 1 : 2, x.day) || !between())
    return std::nullopt;
  auto month = index_of(months, in.word());
  if (month < 0)
    return std::nullopt;
  x.month = month + 1;
  if (!between() || !take_year(in, x.year))
    return std::nullopt;
  if (!in.blanks())
    return in.at_end() ? moment_of(x) : std::nullopt;
  in.take(','); // "25 Nov 2026 , 20:12" is seen in the wild
  in.blanks();
  if (in.at_end())
    return moment_of(x);
  return take_time(in, x) && take_zone(in, x) ? finish(in, x) : std::nullopt;
}

/// "08:49:37", none of it left out.
bool take_http_time(date_scanner& in, date_parts& out) {
  return in.take(' ') && in.number(2, out.hour) && in.take(':') && in.number(2, out.minute) && in.take(':') &&
         in.number(2, out.second);
}

int short_month(date_scanner& in) {
  auto name = in.word();
  return name.size() == 3 ? index_of(months, name) + 1 : 0;
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
  while (!text.empty() && is_blank(text.front()))
    text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back()))
    text.remove_suffix(1);
  date_scanner in{text};
  auto width = in.digits();
  if (width == 8)
    return read_basic_iso(in);
  if (width == 4)
    return read_iso(in);
  return width >= 9 ? read_unix(text) : read_mail(in);
}

optional<wall_time> parse_http_date(std::string_view text, optional<wall_time> now) {
  date_scanner in{text};
  if (index_of(days, in.word()) < 0)
    return std::nullopt;
  date_parts x;
  bool two_digits = false;
  bool right = in.take(',') ? take_http_date(in, x, two_digits) : in.take(' ') && take_http_asctime(in, x);
  if (!right || !in.at_end())
    return std::nullopt;
  return two_digits ? in_its_century(x, now) : moment_of(x);
}

} // namespace vigie

#include "actors/policy/date_scanner.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include "actors/policy/ascii.hpp"

namespace vigie {

namespace {

constexpr std::array<std::string_view, 12> english_months{"january",   "february", "march",    "april",
                                                          "may",       "june",     "july",     "august",
                                                          "september", "october",  "november", "december"};
constexpr std::array<std::string_view, 7> english_days{"monday", "tuesday",  "wednesday", "thursday",
                                                       "friday", "saturday", "sunday"};
constexpr size_t month_count = 12;

/// German, Dutch, French, Spanish, Italian, Portuguese: twelve each.
constexpr std::array<std::string_view, 6 * month_count> other_months{
    "januar",  "februar",   "märz",       "april",   "mai",       "juni",
    "juli",    "august",    "september",  "oktober", "november",  "dezember", //
    "januari", "februari",  "maart",      "april",   "mei",       "juni",
    "juli",    "augustus",  "september",  "oktober", "november",  "december", //
    "janvier", "février",   "mars",       "avril",   "mai",       "juin",
    "juillet", "août",      "septembre",  "octobre", "novembre",  "décembre", //
    "enero",   "febrero",   "marzo",      "abril",   "mayo",      "junio",
    "julio",   "agosto",    "septiembre", "octubre", "noviembre", "diciembre", //
    "gennaio", "febbraio",  "marzo",      "aprile",  "maggio",    "giugno",
    "luglio",  "agosto",    "settembre",  "ottobre", "novembre",  "dicembre", //
    "janeiro", "fevereiro", "março",      "abril",   "maio",      "junho",
    "julho",   "agosto",    "setembro",   "outubro", "novembro",  "dezembro"};
/// What is no beginning of its name.
struct short_month {
  std::string_view word;
  int month;
};
constexpr std::array short_months{short_month{"mrt", 3},  short_month{"mrz", 3},  short_month{"aout", 8},
                                  short_month{"févr", 2}, short_month{"fevr", 2}, short_month{"fev", 2}};
constexpr std::array<std::string_view, 42> other_days{
    "montag",  "dienstag", "mittwoch",  "donnerstag", "freitag",  "samstag",  "sonntag",  //
    "maandag", "dinsdag",  "woensdag",  "donderdag",  "vrijdag",  "zaterdag", "zondag",   //
    "lundi",   "mardi",    "mercredi",  "jeudi",      "vendredi", "samedi",   "dimanche", //
    "lunes",   "martes",   "miércoles", "jueves",     "viernes",  "sábado",   "domingo",  //
    "lunedì",  "martedì",  "mercoledì", "giovedì",    "venerdì",  "sabato",   "domenica", //
    "segunda", "terça",    "quarta",    "quinta",     "sexta",    "sabado",   "miercoles"};

struct named_zone {
  std::string_view name;
  int minutes;
  bool us_summer = false;
};
/// Where several places use one name, the one that most people mean: BST is British, CST American, IST Indian.
constexpr std::array zones{named_zone{"z", 0},           named_zone{"ut", 0},          named_zone{"utc", 0},
                           named_zone{"gmt", 0},         named_zone{"wet", 0},         named_zone{"west", 60},
                           named_zone{"bst", 60},        named_zone{"cet", 60},        named_zone{"mez", 60},
                           named_zone{"met", 60},        named_zone{"cest", 120},      named_zone{"mesz", 120},
                           named_zone{"mest", 120},      named_zone{"eet", 120},       named_zone{"eest", 180},
                           named_zone{"msk", 180},       named_zone{"trt", 180},       named_zone{"sast", 120},
                           named_zone{"wat", 60},        named_zone{"cat", 120},       named_zone{"eat", 180},
                           named_zone{"pkt", 300},       named_zone{"ist", 330},       named_zone{"npt", 345},
                           named_zone{"ict", 420},       named_zone{"wib", 420},       named_zone{"hkt", 480},
                           named_zone{"sgt", 480},       named_zone{"myt", 480},       named_zone{"pht", 480},
                           named_zone{"awst", 480},      named_zone{"jst", 540},       named_zone{"kst", 540},
                           named_zone{"acst", 570},      named_zone{"acdt", 630},      named_zone{"aest", 600},
                           named_zone{"aedt", 660},      named_zone{"nzst", 720},      named_zone{"nzdt", 780},
                           named_zone{"brt", -180},      named_zone{"art", -180},      named_zone{"clt", -240},
                           named_zone{"clst", -180},     named_zone{"cot", -300},      named_zone{"pet", -300},
                           named_zone{"nst", -210},      named_zone{"ndt", -150},      named_zone{"ast", -240},
                           named_zone{"adt", -180},      named_zone{"est", -300},      named_zone{"edt", -240},
                           named_zone{"cst", -360},      named_zone{"cdt", -300},      named_zone{"mst", -420},
                           named_zone{"mdt", -360},      named_zone{"pst", -480},      named_zone{"pdt", -420},
                           named_zone{"akst", -540},     named_zone{"akdt", -480},     named_zone{"hst", -600},
                           named_zone{"et", -300, true}, named_zone{"ct", -360, true}, named_zone{"mt", -420, true},
                           named_zone{"pt", -480, true}};

template <size_t N>
int english_index(const std::array<std::string_view, N>& names, std::string_view word) {
  for (size_t i = 0; i < N; ++i)
    if (word == names[i] || word == names[i].substr(0, 3))
      return static_cast<int>(i);
  return -1;
}

/// How many bytes the comment at the front has, its brackets included; 0 without one, and where its end is missing.
size_t comment_length(std::string_view text) {
  size_t depth = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '(')
      ++depth;
    else if (depth > 0 && text[i] == ')' && --depth == 0)
      return i + 1;
    if (depth == 0)
      return 0;
  }
  return 0;
}

/// The local time lies between the Sundays on which summer time begins and ends: in March and November since 2007, in
/// April and October before.
bool in_us_summer(const date_parts& x) {
  using namespace std::chrono;
  year_month_day day{year{x.year}, month{static_cast<unsigned>(x.month)},
                     std::chrono::day{static_cast<unsigned>(x.day)}};
  auto on = year{x.year};
  bool new_rule = x.year >= 2007;
  auto begin = new_rule ? sys_days{on / March / Sunday[2]} : sys_days{on / April / Sunday[1]};
  auto end = new_rule ? sys_days{on / November / Sunday[1]} : sys_days{on / October / Sunday[last]};
  auto local = sys_days{day} + hours{x.hour};
  return local >= begin + hours{2} && local < end + hours{2};
}

/// "AM", "p.m."
bool take_half(date_scanner& in, date_parts& out) {
  auto behind = in;
  behind.blanks();
  auto letter = static_cast<char>(behind.front() | 0x20);
  if (letter != 'a' && letter != 'p')
    return false;
  auto word = behind.word();
  bool dotted = word.size() == 1 && behind.take('.');
  if (dotted)
    word += behind.word();
  if (word != "am" && word != "pm")
    return false;
  if (dotted)
    behind.take('.');
  // 12 AM is midnight. An hour that a clock of twelve does not have is none, in whatever half of the day.
  out.hour = out.hour < 1 || out.hour > 12 ? 24 : out.hour % 12 + (letter == 'p' ? 12 : 0);
  in = behind;
  return true;
}

/// "+01:00", "+0100", "+01"; `loose`: also "+1".
bool take_offset(date_scanner& in, bool loose, date_parts& out) {
  bool west = in.take('-');
  if (!west && !in.take('+'))
    return false;
  int hours = 0, minutes = 0;
  if (!(loose && in.digits() == 1 ? in.number(1, hours) : in.number(2, hours)))
    return false;
  bool colon = in.take(':');
  if ((colon || in.digits() > 0) && !in.number(2, minutes))
    return false;
  if (hours > 23 || minutes > 59)
    return false;
  out.zone_minutes = (west ? -1 : 1) * (hours * 60 + minutes);
  return true;
}

bool take_named_zone(date_scanner& in, date_parts& out) {
  auto name = in.word();
  auto found = std::find_if(zones.begin(), zones.end(), [&](const named_zone& x) { return x.name == name; });
  if (found == zones.end())
    return false;
  out.zone_minutes = found->minutes;
  out.us_summer = found->us_summer;
  bool more = in.front() == '+' || in.front() == '-';
  return !more || (name != "z" && found->minutes == 0 && take_offset(in, true, out));
}

} // namespace

optional<wall_time> moment_of(const date_parts& x) {
  std::chrono::year_month_day date{std::chrono::year{x.year}, std::chrono::month{static_cast<unsigned>(x.month)},
                                   std::chrono::day{static_cast<unsigned>(x.day)}};
  if (!date.ok() || x.year < 1 || x.year > 9999 || x.hour > 23 || x.minute > 59 || x.second > 60)
    return std::nullopt;
  auto east = x.zone_minutes + (x.us_summer && in_us_summer(x) ? 60 : 0);
  return wall_time{std::chrono::sys_days{date}} + std::chrono::hours{x.hour} + std::chrono::minutes{x.minute - east} +
         std::chrono::seconds{x.second} + std::chrono::milliseconds{x.millis};
}

int english_month(std::string_view word) {
  return english_index(english_months, word) + 1;
}

bool is_english_day(std::string_view word) {
  return english_index(english_days, word) >= 0;
}

int month_of(std::string_view word) {
  constexpr size_t shortest = 3, longest = 4; // of a short form, in bytes: "mar", "sept"
  if (auto english = english_month(word))
    return english;
  for (const auto& x : short_months)
    if (word == x.word)
      return x.month;
  int out = 0;
  auto look = [&](std::string_view name, size_t index) {
    auto month = static_cast<int>(index % month_count) + 1;
    bool is_short = word.size() >= shortest && word.size() <= longest;
    if (word != name && !(is_short && name.starts_with(word)))
      return true;
    bool alone = out == 0 || out == month; // "jui" may be two
    out = month;
    return alone;
  };
  for (size_t i = 0; i < english_months.size(); ++i)
    if (!look(english_months[i], i))
      return 0;
  for (size_t i = 0; i < other_months.size(); ++i)
    if (!look(other_months[i], i))
      return 0;
  return out;
}

bool is_day(std::string_view word) {
  constexpr size_t shortest = 2, longest = 5; // "mo", "thurs"
  auto is_it = [&](std::string_view name) {
    return word == name || (word.size() >= shortest && word.size() <= longest && name.starts_with(word));
  };
  return word == "weds" || std::any_of(english_days.begin(), english_days.end(), is_it) ||
         std::any_of(other_days.begin(), other_days.end(), is_it);
}

bool date_scanner::take(char c) {
  if (rest_.empty() || rest_.front() != c)
    return false;
  rest_.remove_prefix(1);
  return true;
}

bool date_scanner::take(std::string_view text) {
  if (!rest_.starts_with(text))
    return false;
  rest_.remove_prefix(text.size());
  return true;
}

bool date_scanner::blanks() {
  auto before = rest_.size();
  while (!rest_.empty()) {
    auto length = is_blank(rest_.front()) ? 1 : comment_length(rest_);
    if (length == 0)
      break;
    rest_.remove_prefix(length);
  }
  return rest_.size() < before;
}

std::string_view date_scanner::comment() const {
  auto length = comment_length(rest_);
  return length == 0 ? std::string_view{} : rest_.substr(1, length - 2);
}

size_t date_scanner::digits() const {
  return static_cast<size_t>(std::find_if_not(rest_.begin(), rest_.end(), is_digit) - rest_.begin());
}

bool date_scanner::number(size_t width, int& out) {
  if (digits() < width || width == 0 || width > 9)
    return false;
  out = 0;
  for (size_t i = 0; i < width; ++i)
    out = out * 10 + (rest_[i] - '0');
  rest_.remove_prefix(width);
  return true;
}

bool date_scanner::short_number(int& out) {
  auto width = digits();
  return width <= 2 && number(width, out);
}

std::string date_scanner::word() {
  constexpr char latin = '\xc3'; // the first byte of both cases of Latin-1's letters
  std::string out;
  while (!rest_.empty()) {
    auto lower = static_cast<char>(rest_.front() | 0x20);
    if (lower >= 'a' && lower <= 'z') {
      out += lower;
      rest_.remove_prefix(1);
    } else if (rest_.size() > 1 && rest_[0] == latin) {
      out += latin;
      out += static_cast<char>(rest_[1] | 0x20);
      rest_.remove_prefix(2);
    } else {
      break;
    }
  }
  return out;
}

bool date_scanner::fraction(int& millis) {
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

bool take_time(date_scanner& in, date_parts& out) {
  if (!in.short_number(out.hour))
    return false;
  if (!in.take(':'))
    return take_half(in, out);
  if (!in.number(2, out.minute))
    return false;
  if (in.take(':')) {
    if (!in.number(2, out.second))
      return false;
    if ((in.take('.') || in.take(',')) && !in.fraction(out.millis))
      return false;
  }
  take_half(in, out);
  return true;
}

bool take_zone(date_scanner& in, date_parts& out) {
  while (in.take(' ') || in.take('\t') || in.take('\r') || in.take('\n')) {
  }
  auto said = in.comment();
  in.blanks();
  if (in.at_end()) {
    date_scanner aside{said};
    if (auto zone = out; take_named_zone(aside, zone) && aside.at_end())
      out = zone;
    return true;
  }
  bool sign = in.front() == '+' || in.front() == '-';
  return sign ? take_offset(in, false, out) : take_named_zone(in, out);
}

optional<wall_time> finish(date_scanner& in, const date_parts& x) {
  in.blanks();
  return in.at_end() ? moment_of(x) : std::nullopt;
}

} // namespace vigie

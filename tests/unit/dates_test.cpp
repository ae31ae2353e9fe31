#include "actors/policy/dates.hpp"

#include <catch2/catch.hpp>
#include <cstdio>
#include <ctime>
#include <rapidcheck.h>

using namespace vigie;

namespace {

std::string said(std::string_view text) {
  auto out = parse_date(text);
  return out ? to_rfc3339(*out) : "none";
}

/// By the C library, so that the test knows the calendar from somebody else.
std::string formatted(wall_time at, const char* format) {
  std::time_t seconds = to_unix_ms(at) / 1000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char out[100];
  return {out, std::strftime(out, sizeof out, format, &parts)};
}

} // namespace

TEST_CASE("dates that are understood") {
  struct row {
    const char* text;
    const char* moment;
  };
  auto x = GENERATE(values<row>({
      // RFC 3339, ISO 8601
      {"2026-11-25T20:12:13Z", "2026-11-25T20:12:13.000Z"},
      {"2026-11-25t20:12:13z", "2026-11-25T20:12:13.000Z"},
      {"2026-11-25 20:12:13Z", "2026-11-25T20:12:13.000Z"},
      {"2026-11-25T20:12:13+01:00", "2026-11-25T19:12:13.000Z"},
      {"2026-11-25T20:12:13-0530", "2026-11-26T01:42:13.000Z"},
      {"2026-11-25T20:12:13+01", "2026-11-25T19:12:13.000Z"},
      {"2026-11-25T20:12:13.5+01:00", "2026-11-25T19:12:13.500Z"},
      {"2026-11-25T20:12:13,25Z", "2026-11-25T20:12:13.250Z"},
      {"2026-11-25T20:12:13.123999999Z", "2026-11-25T20:12:13.123Z"},
      {"2026-11-25T20:12", "2026-11-25T20:12:00.000Z"},
      {"2026-11-25T20:12:13", "2026-11-25T20:12:13.000Z"},
      {"2026-11-25 20:12:13 UTC", "2026-11-25T20:12:13.000Z"},
      {"2026-11-25 20:12:13 +0200", "2026-11-25T18:12:13.000Z"},
      {"2026-12-31T23:59:60Z", "2027-01-01T00:00:00.000Z"},
      {"2024-02-29", "2024-02-29T00:00:00.000Z"},
      {"2024-02", "2024-02-01T00:00:00.000Z"},
      {"2024", "2024-01-01T00:00:00.000Z"},
      {"0001-01-01", "0001-01-01T00:00:00.000Z"},
      {" \n2024-02-29\t", "2024-02-29T00:00:00.000Z"},
      {"20261125", "2026-11-25T00:00:00.000Z"},
      {"20261125T201213Z", "2026-11-25T20:12:13.000Z"},
      {"20261125T2012+0100", "2026-11-25T19:12:00.000Z"},
      {"20261125T201213.5", "2026-11-25T20:12:13.500Z"},
      // RFC 822, 1123
      {"Wed, 25 Nov 2026 20:12:13 GMT", "2026-11-25T20:12:13.000Z"},
      {"Wed, 25 Nov 2026 20:12:13 +0100", "2026-11-25T19:12:13.000Z"},
      {"Wed, 25 Nov 2026 20:12 EST", "2026-11-26T01:12:00.000Z"},
      {"wed, 25 nov 2026 20:12:13 pdt", "2026-11-26T03:12:13.000Z"},
      {"25 Nov 2026 20:12:13 UT", "2026-11-25T20:12:13.000Z"},
      {"25 Nov 26 20:12:13 Z", "2026-11-25T20:12:13.000Z"},
      {"Wednesday, 5 November 2026 8:12:13 GMT", "2026-11-05T08:12:13.000Z"},
      {"Sun,06 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37.000Z"},
      {"Fri, 31 Dec 99 23:59:59 -0001", "2000-01-01T00:00:59.000Z"},
      {"6 Nov 1994", "1994-11-06T00:00:00.000Z"},
      {"Mon, 01 Jan 49 00:00 GMT", "2049-01-01T00:00:00.000Z"},
      {"Sun, 01 Jan 50 00:00 GMT", "1950-01-01T00:00:00.000Z"},
      // RFC 850, asctime
      {"Sunday, 06-Nov-94 08:49:37 GMT", "1994-11-06T08:49:37.000Z"},
      {"Sun, 06-Nov-1994 08:49:37 GMT", "1994-11-06T08:49:37.000Z"},
      {"Sun Nov  6 08:49:37 1994", "1994-11-06T08:49:37.000Z"},
      // Unix
      {"1764101533", "2025-11-25T20:12:13.000Z"},
      {"1764101533.25", "2025-11-25T20:12:13.250Z"},
      {"1764101533250", "2025-11-25T20:12:13.250Z"},
      {"999999999", "2001-09-09T01:46:39.000Z"},
      {"100000000000", "1973-03-03T09:46:40.000Z"},
  }));
  CAPTURE(x.text);
  CHECK(said(x.text) == x.moment);
}

TEST_CASE("dates as feeds and pages write them besides") {
  struct row {
    const char* text;
    const char* moment;
  };
  auto x = GENERATE(values<row>({
      // Zones by name
      {"Wed, 25 Nov 2026 20:12:13 CEST", "2026-11-25T18:12:13.000Z"},
      {"Wed, 25 Nov 2026 20:12:13 CET", "2026-11-25T19:12:13.000Z"},
      {"Wed, 24 Jun 2026 20:12:13 BST", "2026-06-24T19:12:13.000Z"},
      {"Wed, 25 Nov 2026 20:12:13 JST", "2026-11-25T11:12:13.000Z"},
      {"Wed, 25 Nov 2026 20:12:13 KST", "2026-11-25T11:12:13.000Z"},
      // Names of several zones have one meaning: RFC 822's, or that of most people.
      {"Wed, 25 Nov 2026 20:12:13 CST", "2026-11-26T02:12:13.000Z"},
      {"Wed, 25 Nov 2026 20:12:13 PST", "2026-11-26T04:12:13.000Z"},
      {"Wed, 25 Nov 2026 20:12:13 EST", "2026-11-26T01:12:13.000Z"},
      {"Wed, 25 Nov 2026 20:12:13 AST", "2026-11-26T00:12:13.000Z"},
      {"Wed, 25 Nov 2026 20:12:13 IST", "2026-11-25T14:42:13.000Z"},
      {"Wed, 25 Nov 2026 20:12:13 AEDT", "2026-11-25T09:12:13.000Z"},
      {"Wed, 25 Nov 2026 20:12:13 MSK", "2026-11-25T17:12:13.000Z"},
      {"Wed, 25 Nov 2026 20:12:13 NST", "2026-11-25T23:42:13.000Z"},
      {"2026-11-25 20:12:13 EEST", "2026-11-25T17:12:13.000Z"},
      {"Mon, 26 January 2004 16:31:00 ET", "2004-01-26T21:31:00.000Z"},
      {"Wed, 24 Jun 2026 16:31 ET", "2026-06-24T20:31:00.000Z"},
      {"Sun, 8 Mar 2026 01:59 PT", "2026-03-08T09:59:00.000Z"},
      {"Sun, 8 Mar 2026 03:00 PT", "2026-03-08T10:00:00.000Z"},
      {"Sun, 1 Nov 2026 01:00 CT", "2026-11-01T06:00:00.000Z"},
      {"Sun, 1 Nov 2026 02:00 CT", "2026-11-01T08:00:00.000Z"},
      {"Mon, 20 Mar 2006 12:00 MT", "2006-03-20T19:00:00.000Z"},
      {"Wed, 19 Feb 2012 22:40:00 GMT-01:01", "2012-02-19T23:41:00.000Z"},
      {"Wed, 19 Feb 2012 22:40:00 GMT+1", "2012-02-19T21:40:00.000Z"},
      {"2026-11-25 20:12 UTC+05:30", "2026-11-25T14:42:00.000Z"},
      // Comments
      {"Wed, 25 Nov 2026 20:12:13 +0100 (CET)", "2026-11-25T19:12:13.000Z"},
      {"Wed (a (b) c), 25 Nov 2026 20:12:13 GMT", "2026-11-25T20:12:13.000Z"},
      {"Wed, 25 (day) Nov 2026 (year) 20:12:13 GMT ( )", "2026-11-25T20:12:13.000Z"},
      {"Wed, 25 Nov 2026 20:12:13 (CEST)", "2026-11-25T18:12:13.000Z"},
      {"Wed, 25 Nov 2026 20:12:13 (local)", "2026-11-25T20:12:13.000Z"},
      {"Wed May 10 2017 00:00:00 GMT+0000 (Coordinated Universal Time)", "2017-05-10T00:00:00.000Z"},
      // English, and what is nearly a known form
      {"Thur, 26 Nov 2026 10:00:00 GMT", "2026-11-26T10:00:00.000Z"},
      {"Tues, 24 Nov 2026 10:00:00 GMT", "2026-11-24T10:00:00.000Z"},
      {"Weds. 25 Nov. 2026 10:00", "2026-11-25T10:00:00.000Z"},
      {"Thu, 10 Sept 2026 10:00:00 GMT", "2026-09-10T10:00:00.000Z"},
      {"Wed, 24 May 2017, 11:05", "2017-05-24T11:05:00.000Z"},
      {"Wed,24 May 2017,11:05", "2017-05-24T11:05:00.000Z"},
      {"\"Mon, 28 Jan 2019 10:00:00 GMT\"", "2019-01-28T10:00:00.000Z"},
      {" ' 2019-01-28 ' ", "2019-01-28T00:00:00.000Z"},
      {"Sun Jul 15 01:16:00 +0000 2012", "2012-07-15T01:16:00.000Z"},
      {"Sun Jul 15 01:16:00 PDT 2012", "2012-07-15T08:16:00.000Z"},
      {"Sun Jul 15 01:16:00 ET 2012", "2012-07-15T05:16:00.000Z"},
      {"Nov 25, 2026", "2026-11-25T00:00:00.000Z"},
      {"November 25 2026", "2026-11-25T00:00:00.000Z"},
      {"November 25th, 2026 at 8:12 PM", "2026-11-25T20:12:00.000Z"},
      {"Wednesday, November 25, 2026, 8:12:13 p.m. EST", "2026-11-26T01:12:13.000Z"},
      {"1st November 2026", "2026-11-01T00:00:00.000Z"},
      {"25 Nov 2026 12:00 AM", "2026-11-25T00:00:00.000Z"},
      {"25 Nov 2026 12:30pm", "2026-11-25T12:30:00.000Z"},
      {"25 Nov 2026 8 PM", "2026-11-25T20:00:00.000Z"},
      {"2026-11-25 8:12:13 PM +0100", "2026-11-25T19:12:13.000Z"},
      {"Mar 3, 2026", "2026-03-03T00:00:00.000Z"},
      {"Mar. 3 2026", "2026-03-03T00:00:00.000Z"},
      // The year first
      {"2016/6/29 15:07:41", "2016-06-29T15:07:41.000Z"},
      {"2016/06/29 15:07:41", "2016-06-29T15:07:41.000Z"},
      {"2016.06.29", "2016-06-29T00:00:00.000Z"},
      {"2026-1-5", "2026-01-05T00:00:00.000Z"},
      {"2026-11-25, 20:12", "2026-11-25T20:12:00.000Z"},
      {"20261125201213", "2026-11-25T20:12:13.000Z"},
      {"2018\xe5\xb9\xb4"
       "10\xe6\x9c\x88"
       "9\xe6\x97\xa5",
       "2018-10-09T00:00:00.000Z"},
      {"2018\xe5\xb9\xb4"
       "10\xe6\x9c\x88"
       "09\xe6\x97\xa5 20:12",
       "2018-10-09T20:12:00.000Z"},
      {"2018\xeb\x85\x84 10\xec\x9b\x94 9\xec\x9d\xbc", "2018-10-09T00:00:00.000Z"},
      // The neighbours' languages
      {"Mo, 25 Jun 2018 11:41:36", "2018-06-25T11:41:36.000Z"},
      {"ma, 08 okt 2018 10:09:29 +0000", "2018-10-08T10:09:29.000Z"},
      {"mar. 3 mars 2026", "2026-03-03T00:00:00.000Z"},
      {"jeu., 12 f\xc3\xa9vr. 2026 20:12:13 +0100", "2026-02-12T19:12:13.000Z"},
      {"Mi, 04 M\xc3\xa4rz 2026 10:00:00 +0100", "2026-03-04T09:00:00.000Z"},
      {"mercredi 25 novembre 2026 \xc3\xa0 20:12", "2026-11-25T20:12:00.000Z"},
      {"Mittwoch, 25. November 2026, 20:12 Uhr", "2026-11-25T20:12:00.000Z"},
      {"25. November 2026 um 20:12 Uhr MEZ", "2026-11-25T19:12:00.000Z"},
      {"mi\xc3\xa9rcoles, 25 de noviembre de 2026", "2026-11-25T00:00:00.000Z"},
      {"25 de mar\xc3\xa7o de 2026 \xc3\xa0s 20:12", "2026-03-25T20:12:00.000Z"},
      {"5. Dezember 2026", "2026-12-05T00:00:00.000Z"},
      {"3 AO\xc3\x9bT 2026", "2026-08-03T00:00:00.000Z"},
      {"s\xc3\xa1"
       "b, 4 jul 2026 10:00",
       "2026-07-04T10:00:00.000Z"},
  }));
  CAPTURE(x.text);
  CHECK(said(x.text) == x.moment);
}

TEST_CASE("every month's name is its month, and none is another's short form") {
  // By the language's own names, whole and cut to three letters, where that leaves them apart.
  struct year {
    const char* language;
    std::vector<std::string> names;
  };
  auto x = GENERATE(values<year>({
      {"English",
       {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December"}},
      {"German",
       {"Januar", "Februar", "M\xc3\xa4rz", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober",
        "November", "Dezember"}},
      {"Dutch",
       {"januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november",
        "december"}},
      {"French",
       {"janvier", "f\xc3\xa9vrier", "mars", "avril", "mai", "juin", "juillet", "ao\xc3\xbbt", "septembre", "octobre",
        "novembre",
        "d\xc3\xa9"
        "cembre"}},
      {"Spanish",
       {"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre",
        "diciembre"}},
      {"Italian",
       {"gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto", "settembre", "ottobre",
        "novembre", "dicembre"}},
      {"Portuguese",
       {"janeiro", "fevereiro", "mar\xc3\xa7o", "abril", "maio", "junho", "julho", "agosto", "setembro", "outubro",
        "novembro", "dezembro"}},
  }));
  CAPTURE(x.language);
  for (int month = 1; month <= 12; ++month) {
    const auto& name = x.names[static_cast<size_t>(month) - 1];
    char wanted[40];
    std::snprintf(wanted, sizeof wanted, "2026-%02d-07T00:00:00.000Z", month);
    CHECK(said("7 " + name + " 2026") == wanted);
    auto brief = name.substr(0, 3);
    bool whole_letters = (static_cast<unsigned char>(name[2]) & 0x80) == 0;
    if (whole_letters && brief != "jui" && brief != "mag" && brief != "mai" && brief != "maa")
      CHECK(said("7 " + brief + " 2026") == wanted);
  }
}

TEST_CASE("texts that are no dates") {
  auto text =
      GENERATE(as<std::string>{}, "", " ", "yesterday", "now", "25/11/2026", "11/25/2026", "2026-13-01", "2026-00-01",
               "2026-02-30", "2025-02-29", "2026-1", "2026-1-123", "2026/1", "2026-11-25T", "2026-11-25T24:00:00Z",
               "2026-11-25T20:60Z", "2026-11-25T20:12:61Z", "2026-11-25T20:12:13.Z", "2026-11-25T20:12:13+1",
               "2026-11-25T20:12:13+24:00", "2026-11-25T20:12:13+01:60", "2026-11-25T20:12:13 XYZ",
               "2026-11-25T20:12:13Z tomorrow", "2026-11-25T20:12:13ZZ", "0000-01-01", "20261325", "20261125T2",
               "Foo, 25 Nov 2026 20:12 GMT", "Wed 25", "Wed, 32 Nov 2026 20:12 GMT", "25 Nov 226 20:12 GMT",
               "25 Novem 2026 20:12 GMT", "25 Nov 2026 20:12 +01:0", "12345", "1234567", "17641015332500",
               "-1764101533", "1.5", "1764101533.", "1764101533x", "1764101533250.5", "1e12", "12,50 EUR",
               "Sun Nov  6 08:49:37", "\xc3\xa9t\xc3\xa9 2026",
               // Which of the two is the day?
               "8/21/2018 9:00:00 AM", "05/11/2026", "5-11-2026", "31.05.2017", "25.11.2026", "1.5.2017 9:05",
               "11-25-2026 20:12",
               // Neither half of the day has such an hour, no clock such a time.
               "25 Nov 2026 13:00 PM", "25 Nov 2026 0:30 am", "25 Nov 2026 8", "16 Dec 2012 1:2:3:4 GMT",
               "2013-01-28T09:xx:00Z", "99 Jun 2009", "20261125250000", "Nov 31, 2026", "jui 5, 2026",
               "25 Nov 2026 20:12 (CEST", "25 Nov 2026 20:12 LMT", "25 Nov 2026 20:12 GMT+25",
               "25 Nov 2026 20:12 CET+1", "05.31.2017", "31.05.17", "31.05.2017x",
               "2018\xe5\xb9\xb4"
               "10\xe6\x9c\x88",
               "25th", "\"", "''", "()", "Nov 25", "Nov 25, 26", "25 de", "25 Nov 2026 at", "25 Nov 2026 Uhr",
               "25 Nov 2026 20:12 at", "25 Nov, 2026 at");
  CAPTURE(text);
  CHECK(said(text) == "none");
}

TEST_CASE("what is written in any of the forms is read back") {
  REQUIRE(rc::check("round trip", [] {
    // 1970 to 9999, by the millisecond
    auto at = from_unix_ms(*rc::gen::inRange<int64_t>(0, 253402300799999));
    auto second = from_unix_ms(to_unix_ms(at) / 1000 * 1000);
    auto minute = from_unix_ms(to_unix_ms(at) / 60000 * 60000);
    RC_ASSERT(parse_date(to_rfc3339(at)) == at);
    for (auto format : {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%Y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y",
                        "%Y%m%dT%H%M%SZ", "%d %B %Y %T", "%FT%T"})
      RC_ASSERT(parse_date(formatted(at, format)) == second);
    for (auto format : {"%d %b %Y %R", "%FT%R", "%F %RZ", "%Y%m%dT%H%M"})
      RC_ASSERT(parse_date(formatted(at, format)) == minute);
  }));
  REQUIRE(rc::check("a zone takes away what it adds", [] {
    auto at = from_unix_ms(*rc::gen::inRange<int64_t>(86400, 253402300799 - 86400) * 1000);
    auto minutes = *rc::gen::inRange(-23 * 60 - 59, 24 * 60);
    char zone[40];
    std::snprintf(zone, sizeof zone, "%c%02d%02d", minutes < 0 ? '-' : '+', std::abs(minutes) / 60,
                  std::abs(minutes) % 60);
    auto local = formatted(at + std::chrono::minutes{minutes}, "%FT%T") + zone;
    RC_ASSERT(parse_date(local) == at);
  }));
  REQUIRE(rc::check("Unix time", [] {
    auto seconds = *rc::gen::inRange<int64_t>(100000000, 99999999999);
    RC_ASSERT(parse_date(std::to_string(seconds)) == from_unix_ms(seconds * 1000));
    auto millis = *rc::gen::inRange<int64_t>(100000000000, 9999999999999);
    RC_ASSERT(parse_date(std::to_string(millis)) == from_unix_ms(millis));
  }));
}

TEST_CASE("each of HTTP's three forms is read back, and nothing else is one of them") {
  REQUIRE(rc::check("round trip", [] {
    auto at = from_unix_ms(*rc::gen::inRange<int64_t>(0, 253402300799) * 1000); // 1970 to 9999, by the second
    for (auto format : {"%a, %d %b %Y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"})
      RC_ASSERT(parse_http_date(formatted(at, format)) == at);
    // RFC 850 has two digits of the year: enough around the time it is read.
    constexpr int64_t year_ms = 31556952000;
    auto now = from_unix_ms(to_unix_ms(at) - *rc::gen::inRange<int64_t>(-49 * year_ms, 49 * year_ms));
    auto text = formatted(at, "%A, %d-%b-%y %H:%M:%S GMT");
    RC_ASSERT(parse_http_date(text, now) == at);
    RC_ASSERT(parse_date(text).has_value());
  }));
  REQUIRE(rc::check("not with a letter more or less", [] {
    auto at = from_unix_ms(*rc::gen::inRange<int64_t>(0, 253402300799) * 1000);
    auto text = formatted(
        at, *rc::gen::element("%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"));
    auto place = *rc::gen::inRange<size_t>(0, text.size());
    auto longer = text, shorter = text;
    longer.insert(place, "x");
    shorter.erase(place, 1);
    RC_ASSERT_FALSE(parse_http_date(longer));
    RC_ASSERT_FALSE(parse_http_date(shorter));
  }));
}

TEST_CASE("which century two digits of a year are of") {
  auto read = [](const char* text, optional<wall_time> now) {
    auto out = parse_http_date(text, now);
    return out ? to_rfc3339(*out).substr(0, 10) : "none";
  };
  auto in_2026 = parse_date("2026-11-30"), in_2090 = parse_date("2090-06-01");
  CHECK(read("Friday, 31-Dec-32 23:59:59 GMT", in_2026) == "2032-12-31");
  CHECK(read("Sunday, 06-Nov-94 08:49:37 GMT", in_2026) == "1994-11-06");
  CHECK(read("Monday, 30-Nov-76 00:00:00 GMT", in_2026) == "2076-11-30");
  CHECK(read("Friday, 31-Dec-76 23:59:59 GMT", in_2026) == "1976-12-31");
  CHECK(read("Friday, 31-Dec-05 23:59:59 GMT", in_2090) == "2105-12-31");
  CHECK(read("Friday, 31-Dec-32 23:59:59 GMT", {}) == "2032-12-31");
  CHECK(read("Friday, 31-Dec-50 23:59:59 GMT", {}) == "1950-12-31");
  CHECK(read("Tuesday, 29-Feb-00 00:00:00 GMT", parse_date("2099-01-01")) == "2000-02-29"); // 2100 has none
}

TEST_CASE("any text is a date or none") {
  REQUIRE(rc::check("never anything else", [] {
    static const std::string bytes = "0123456789:-+./, ()\"TZtzNovGMTpm\n\xc3\xa9";
    auto text = *rc::gen::container<std::string>(rc::gen::elementOf(bytes));
    auto out = parse_date(text);
    // What is read can be written and read again.
    RC_ASSERT(!out || parse_date(to_rfc3339(*out)) == out || to_unix_ms(*out) < -62135596800000 ||
              to_unix_ms(*out) > 253402300799999);
  }));
}

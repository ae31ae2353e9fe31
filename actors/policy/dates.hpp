// Dates as pages, feeds and servers write them. Pure.
#pragma once

#include <string_view>

#include "messages/values/optional.hpp"
#include "messages/values/time.hpp"

namespace vigie {

/// Reads, with blanks, quotation marks and mail's comments around it:
///
///   2026-11-25T20:12:13.5+01:00    RFC 3339 and its relatives: blank or 't' in the middle, ',' for '.', no seconds, a
///                                  zone as +0100, +01, Z or by its name; dates alone, as sitemaps may write them (W3C)
///   2026-11, 2026                  the same without a day, without a month
///   2026/6/29 15:07, 2018年10月9日 the year first, with any of '-', '/' and '.'
///   20261125, 20261125T201213Z     ISO 8601, basic, and 20261125201213
///   Wed, 25 Nov 2026 20:12 +0100   RFC 822 and 1123 (feeds, HTTP): the day's name and the seconds may be left out, the
///                                  month written out, the year have two digits
///   Sunday, 06-Nov-94 08:49:37     RFC 850, and asctime: "Sun Nov  6 08:49:37 1994", with a zone before the year, too
///   November 25th, 2026 at 8:12 PM English, and what JavaScript writes: "Wed Nov 25 2026 20:12:13 GMT+0100 (CET)"
///   1764101533, 1764101533.25      Unix time, 9 to 11 digits before the point: seconds; 12 or 13 digits: milliseconds
///
/// Names of days and months may be English, German, Dutch, French, Spanish, Italian and Portuguese. Zones may have the
/// names that are usual (date_scanner.cpp): BST is British, CST American, IST Indian, ET has summer time. Without a
/// zone it is UTC. Two digits of a year are 1950 to 2049. What is finer than a millisecond is dropped; second 60 is the
/// first of the next minute. The day's name is not compared with the date.
///
/// Nothing for anything else, for days and hours that do not exist, for years outside 1 to 9999, and for 5/11/2026,
/// 5-11-2026 and 5.11.2026: half the world means May by that, and half November.
optional<wall_time> parse_date(std::string_view text);

/// Reads the three forms of HTTP (RFC 9110, 5.6.7), and no others:
///
///   Sun, 06 Nov 1994 08:49:37 GMT      IMF-fixdate
///   Sunday, 06-Nov-94 08:49:37 GMT     RFC 850
///   Sun Nov  6 08:49:37 1994           asctime
///
/// Two digits of a year mean the last year with these digits that is at most 50 years after `now`; without `now`, 1950
/// to 2049. The day's name is not compared with the date, and letters may have any case.
optional<wall_time> parse_http_date(std::string_view text, optional<wall_time> now = {});

} // namespace vigie

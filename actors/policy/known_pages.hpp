// What is kept of a page so that it can be asked for conditionally (RFC 9110, 13), and when that is right. Pure.
//
// A 304 says that the page is as it was. For an alert that is the same as reading it only if
//   - all its items were matched against this alert as it is now: records are stored in the transaction of the alert's
//     settlement, and an edit of the alert drops them; a plan uses only what all its alerts hold equally;
//   - they were read as they would be read now: `reading` changes with the source's rules and with this program's.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "messages/values/command.hpp"

namespace vigie {

using known_pages = std::map<alert_id, std::vector<page_record>>;

/// Equal for two sources that make the same items of the same page. Values of headers that may be secret do not count.
uint64_t reading_of(const source_spec& source);

/// What every alert of the plan holds equally and the source's present rules made; nothing where the source is never
/// asked conditionally.
std::vector<page_record> shared_pages(const fetch_plan& plan, const known_pages& known, const source_spec& source);

/// The record of a page that was just read, without validators where the answer has none that can be relied on: an
/// entity tag that is none or longer than 1 KiB, a Last-Modified that is not older than the answer by a second (the
/// page may change again within it).
page_record record_of(const std::string& url, const http_response& answer);
inline bool has_validator(const page_record& x) {
  return !x.etag.empty() || !x.last_modified.empty();
}

} // namespace vigie

// What an answer of a site, or its absence, means: for the host that gave it, for the alerts that needed it, and for
// what the walk does next. Pure. The table of all rows is docs/walk.md, "What an answer means".
#pragma once

#include <string>
#include <string_view>

#include "messages/values/error.hpp"
#include "messages/values/fetch.hpp"
#include "messages/values/optional.hpp"
#include "messages/values/time.hpp"

namespace vigie {

/// `conditional`: validators were sent, so that a 304 is an answer to what was asked.
fetch_outcome judge_fetch(const result<http_response>& answer, wall_time now, bool conditional = false);

/// Retry-After as whole seconds or as an HTTP date in any of its three forms, from 0 (also for a date that has passed:
/// it may be asked again now) to a century. Nothing when it is neither: then it counts as if it were not there.
optional<duration> parse_retry_after(std::string_view value, wall_time now);
/// That of an answer, the longest where it has several. A date counts from the answer's own Date where it has one, so
/// that it does not matter whose clock is wrong.
optional<duration> retry_after_of(const http_response& answer, wall_time now);

/// By what this answer is known as a challenge to browsers instead of the page: the marker's name; empty = it is none.
std::string_view challenge_marker(const http_response& answer);

} // namespace vigie

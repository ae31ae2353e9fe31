// What an answer of a site, or its absence, means for the alerts that needed it. Pure.
//
//   2xx                a page to read
//   3xx                http_status, the location named: redirects are not followed
//   401                unauthorized: the credential
//   403                refused: worker and host
//   429                rate_limited: the host waits (Retry-After, else the default hold)
//   503 + Retry-After  as 429
//   other 4xx, 5xx     http_status
//   no answer          the port's error as it is: network, timed_out, body_too_large, blocked_address, busy, ...
//
// Whether another attempt is made is decided by worth_another_attempt (actors/policy/cycle_settlement.hpp).
#pragma once

#include <string_view>

#include "messages/values/error.hpp"
#include "messages/values/fetch.hpp"
#include "messages/values/optional.hpp"
#include "messages/values/time.hpp"

namespace vigie {

struct fetch_outcome_config {
  duration default_hold{60000};    ///< after a 429 that does not say how long
  duration longest_hold{86400000}; ///< a longer Retry-After counts as this
};

/// bad_config unless 0 < default_hold <= longest_hold.
error validate(const fetch_outcome_config& config);

struct fetch_outcome {
  error problem;      ///< errc::none = the body is a page to read
  int32_t status = 0; ///< 0 = no answer came
  duration hold{0};   ///< the host asked to be left alone for so long
};

fetch_outcome judge_fetch(const fetch_outcome_config& config, const result<http_response>& answer, wall_time now);

/// Retry-After as seconds or as an HTTP date (IMF-fixdate, RFC 9110 5.6.7), never negative; nothing when it is neither.
optional<duration> parse_retry_after(std::string_view value, wall_time now);

} // namespace vigie

// What the owner of a host's gate is told of a request that it gave a permit for. Pure.
#pragma once

#include "actors/policy/fetch_outcome.hpp"

namespace vigie {

/// `outcome` is what judge_fetch says of `answer`; `took` is the time from asking for it to having it. A Retry-After is
/// reported as the site said it; what becomes of it the owner decides. Nothing of a body is in it.
fetch_report report_of(const result<http_response>& answer, const fetch_outcome& outcome, duration took);

} // namespace vigie

// What an outcome of a command means: for the worker's record, for its bans, and for another try elsewhere.
#pragma once

#include "messages/values/error.hpp"
#include "messages/values/requests.hpp"

namespace vigie {

/// What a worker's record says of one piece of work: an alert or a command. `http_status` is the site's, 0 = none came.
/// `refused` without a status is the gate's, or an alert taken back after the refusal of another: the site was not
/// asked.
work_outcome outcome_of_work(errc outcome, int32_t http_status);

/// The site answered this worker without refusing it (success and ordinary error statuses): what a half-open ban waits
/// for.
bool is_answer_of_site(errc outcome);

/// Another worker may succeed where this one did not, and asking twice does no harm. A refusal is not decided here: the
/// ban-timer rules on it. A custom command is repeated only if it surely was not started.
bool worth_another_worker(errc outcome, command_kind kind);

} // namespace vigie

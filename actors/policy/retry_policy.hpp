// What an outcome of a command means: for the worker's record, for its bans, and for another try elsewhere.
#pragma once

#include "messages/values/command.hpp"
#include "messages/values/error.hpp"

namespace vigie {

/// The worker, its node or its link failed; only this lowers a worker's health (T29).
bool is_our_fault(errc outcome);

/// The site answered this worker without refusing it (success and ordinary error statuses): what a half-open ban waits
/// for.
bool is_answer_of_site(errc outcome);

/// Another worker may succeed where this one did not, and asking twice does no harm. A refusal is not decided here: the
/// ban-timer rules on it. A custom command is repeated only if it surely was not started.
bool worth_another_worker(errc outcome, command_kind kind);

} // namespace vigie

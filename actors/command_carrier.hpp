// How the balancer carries one command: a worker at a time, elsewhere after a fault of ours, to one other region after
// a refusal.
#pragma once

#include "actors/balancer.hpp"

namespace vigie {

/// Answers in the end, whatever happens: a command_result (its `problem` says if it failed), or an error when no worker
/// had it (no_capacity with the causes, bad_request).
void carry_command(balancer_shell* self, envelope from, worker_command what, reply<command_result> answer);

} // namespace vigie

// Starting one program with its pipes.
#pragma once

#include <sys/types.h>

#include "adapters/ports/child_process.hpp"
#include "adapters/ports/unique_fd.hpp"

namespace vigie {

/// A program that runs as leader of its own process group. Our ends of the pipes do not block.
struct spawned {
  pid_t pid = -1;  ///< also the id of its group; ours to reap
  unique_fd watch; ///< a pidfd: readable when the program has ended
  unique_fd input; ///< none if the request has no input
  unique_fd output;
  unique_fd errors;
};

/// child_failed with what was tried and why it did not work; arguments and environment are never quoted.
result<spawned> spawn(const child_request& request);

} // namespace vigie

// One node from its start to its ordered end.
#pragma once

#include <functional>
#include <ostream>

#include "runtime/commands/terminal.hpp"
#include "runtime/config.hpp"

namespace vigie {

struct run_options {
  bool once = false; ///< main: one cycle now, then the end; 0 = every alert settled and told (runtime/single_cycle.hpp)
  duration notify_wait{60000}; ///< --once: how long without a notification that got its last word
  output_style style;
};

/// Starts the node's roles and stays until SIGINT or SIGTERM (a second one hurries), or until the one cycle's end.
/// Returns the process's exit code: 0 after an ordered end, 1 when the node could not start or keep running. `out` gets
/// what people read; events go to the log.
int run_node(const node_config& config, const run_options& options, std::ostream& out, std::ostream& err);

} // namespace vigie

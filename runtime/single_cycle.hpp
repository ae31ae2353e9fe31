// `vigie run FILE --once`: one cycle of its own on a node that has just started, and its notifications.
#pragma once

#include <functional>
#include <ostream>

#include "adapters/ports/api_backend.hpp"
#include "adapters/ports/database.hpp"

namespace vigie {

struct single_cycle_config {
  duration worker_patience{5000}; ///< how long workers are waited for that are not up yet
  duration send_patience{60000};  ///< --notify-wait: how long without a notification that got its last word
};

struct single_cycle_parts {
  api_backend& backend;
  database& db;
  std::ostream& out;
  std::ostream& err;
  /// Waits so many milliseconds; false: the node is to end now.
  std::function<bool(int)> pause;
};

/// Ends a run that was left unfinished, runs one of its own, waits until nothing is due in the outbox, and says what
/// came of it. 0: every alert is settled, and no notification waits, is dead or in doubt that was not so before
/// (`before`, as the store had it at the start). Else 1.
int run_single_cycle(const single_cycle_config& config, const single_cycle_parts& parts, const outbox_counts& before);

} // namespace vigie

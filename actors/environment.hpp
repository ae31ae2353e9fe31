// What every actor is given: the log, the figures, the time of day, its seed.
#pragma once

#include <cstdint>
#include <functional>

#include "adapters/ports/event_log.hpp"
#include "adapters/ports/metrics_sink.hpp"
#include "messages/values/time.hpp"

namespace vigie {

/// Outlives all actors. Copied by value into each.
struct environment {
  event_log* log = nullptr;
  metrics_sink* metrics = nullptr;
  /// Time of day for an instant of the actor's clock. Production asks the system; tests and simulations derive it from
  /// the virtual clock, so that a run can be replayed.
  std::function<wall_time(mono_time now)> wall;
  uint64_t seed = 1; ///< each actor mixes its name in
};

} // namespace vigie

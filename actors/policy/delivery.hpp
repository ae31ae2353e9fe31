// What becomes of an outbox row after one try to send it.
#pragma once

#include <cstdint>

#include "messages/values/error.hpp"
#include "messages/values/run.hpp"
#include "messages/values/time.hpp"

namespace vigie {

struct delivery_config {
  duration base{2000};       ///< the first back-off is at most this
  duration cap{900000};      ///< and no later one is longer than this: 15 min
  duration floor{100};       ///< a wait is never shorter, so that luck does not make a hot loop
  uint32_t max_attempts = 8; ///< then the row is dead: listed, never tried again by itself
};

/// bad_config unless 0 < floor <= base <= cap and max_attempts > 0.
error validate(const delivery_config& config);

struct delivery_decision {
  delivery_state state = delivery_state::pending; ///< sent, pending (again), ambiguous or dead
  duration wait{0};                               ///< until the next try; 0 unless pending

  friend bool operator==(const delivery_decision&, const delivery_decision&) = default;
};

/// True if nobody can tell whether a send with this outcome arrived: ambiguous, and every way of not hearing the end of
/// it.
bool is_doubtful(errc outcome);

/// `attempts` counts the try that just ended (1 = the first). `random` is any value of a seeded generator.
///
///   none                            -> sent
///   bad_request                     -> dead
///   doubtful, channel idempotent    -> as a failure: the receiver drops the second one
///   doubtful, channel not           -> ambiguous: listed, waits for a person
///   any other failure               -> pending, exponential back-off with full jitter; dead after max_attempts
delivery_decision decide_delivery(const delivery_config& config, errc outcome, uint32_t attempts, bool idempotent,
                                  uint64_t random);

} // namespace vigie

// What becomes of an outbox row after one try to send it. A row is given up by age, never by the number of its tries
// alone: receivers are away for hours, and tokens are repaired by people.
#pragma once

#include <cstdint>

#include "messages/values/error.hpp"
#include "messages/values/run.hpp"
#include "messages/values/time.hpp"

namespace vigie {

struct delivery_config {
  duration base{2000};           ///< the first back-off is at most this
  duration cap{900000};          ///< and no later one is longer than this: 15 min
  duration floor{100};           ///< a wait is never shorter, so that luck does not make a hot loop
  duration notify_for{86400000}; ///< what fails when it has waited so long is dead: listed, never tried again by itself
  uint32_t min_attempts = 8;     ///< but not before so many tries: a node may be off for days, a clock may jump
};

/// bad_config unless 0 < floor <= base <= cap, notify_for > 0 and min_attempts > 0.
error validate(const delivery_config& config);

struct delivery_decision {
  delivery_state state = delivery_state::pending; ///< sent, pending (again), ambiguous or dead
  duration wait{0};                               ///< until the next try; 0 unless pending

  friend bool operator==(const delivery_decision&, const delivery_decision&) = default;
};

/// What the end of a send says of the row and of its channel.
enum class send_word : uint8_t {
  delivered,
  limited,      ///< the receiver wants less: rate_limited
  refused,      ///< it takes nothing from this channel until somebody repairs it: refused, not_found, blocked_address
  refused_this, ///< it does not take this one, as it is: bad_request
  doubtful,     ///< nobody can tell whether it arrived: ambiguous, and every way of not hearing the end of it
  failed,       ///< anything else: it did not arrive, and may the next time
};
send_word word_of(errc outcome);

/// Full jitter: evenly from [floor, min(cap, base * 2^(times - 1))]. `random` is any value of a seeded generator.
duration back_off(const delivery_config& config, uint32_t times, uint64_t random);
/// For what only a person can repair: evenly from [cap / 3, cap], 5 to 15 min.
duration slow_wait(const delivery_config& config, uint64_t random);

/// `attempts` counts the try that just ended (1 = the first); `age` is how long the row has waited by then.
///
///   delivered                       -> sent
///   doubtful, channel not idempotent-> ambiguous: listed, waits for a person
///   any other, age and tries spent  -> dead
///   limited                         -> pending, as soon as its channel may send again
///   refused, refused_this           -> pending, slow_wait
///   failed; doubtful, idempotent    -> pending, back_off: the receiver drops a second one
delivery_decision decide_delivery(const delivery_config& config, errc outcome, uint32_t attempts, duration age,
                                  bool idempotent, uint64_t random);

} // namespace vigie

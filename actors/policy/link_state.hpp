// The state machine of one worker's link. Its one owner is the worker-proxy; everyone else is told.
//
//                 attached                    missed (1st)                missed (`missed`th), lost
//   connecting ─────────────▶ up ◀───────────────────────────▶ suspect ───────────────────────────▶ down
//       ▲  │                  ▲ │              beat                                                  ▲ │
//       │  │           undrain│ │drain                                                               │ │
//       │  │                  │ ▼            missed (`missed`th), lost                               │ │
//       │  │               draining ─────────────────────────────────────────────────────────────────┘ │
//       │  └── lost (the dial or the attach failed) ─────────────────────────────────────────▶ down    │
//       └────────────────────────── redial, after a back-off with full jitter ─────────────────────────┘
//
// `drain` is remembered: a link that comes up while draining is draining. A draining link that misses beats stays
// draining until it is down. Each link has an epoch; epochs only grow, over restarts too, since they start from the
// time of day.
#pragma once

#include <cstdint>
#include <random>

#include "messages/values/error.hpp"
#include "messages/values/time.hpp"
#include "messages/values/worker.hpp"

namespace vigie {

struct link_config {
  duration heartbeat{2000};    ///< between two beats; also how long an answer may take
  uint32_t missed = 3;         ///< beats in a row without an answer, then the link is down
  duration backoff_base{200};  ///< the first redial waits up to this beyond the floor …
  duration backoff_cap{10000}; ///< … and each further one up to twice as long, up to this
  duration backoff_floor{100}; ///< never sooner: CAF hands out the dead link's cached handle right after its DOWN
};

/// bad_config unless all are > 0, backoff_base <= backoff_cap and backoff_floor >= 100 ms.
error validate(const link_config& config);

/// What the owner has to do after an event.
struct link_step {
  bool changed = false;  ///< tell the others
  bool broken = false;   ///< fail all that is outstanding and say worker_lost
  duration redial_in{0}; ///< > 0: arm the timer of the next dial
};

class link_machine {
public:
  link_machine(link_config config, uint64_t seed);

  link_step redial();
  /// The peer's handle is there: the epoch of the attach that follows, larger than any before.
  uint64_t dialled(wall_time now);
  link_step attached();
  link_step beat();
  link_step missed();
  /// The dial or attach failed, or the link broke.
  link_step lost();
  /// The peer knows a newer epoch (the clock went back): the next ones will jump ahead.
  void outdated();
  link_step drain(bool on);

  link_state state() const { return state_; }
  uint64_t epoch() const { return epoch_; }
  bool attached_now() const;
  /// New work may be given.
  bool takes_work() const { return state_ == link_state::up; }
  uint32_t missed_beats() const { return missed_; }

private:
  link_step enter(link_state next);

  link_config config_;
  std::mt19937_64 random_;
  link_state state_ = link_state::connecting;
  bool draining_ = false;
  uint32_t missed_ = 0;
  uint32_t failures_ = 0; ///< links in a row that never gave a beat
  uint64_t epoch_ = 0;
  uint64_t jump_ = 0; ///< added to the time of day
};

} // namespace vigie

// Is a worker healthy? Judged over several probes, so that one lost packet does not take a region out and one lucky
// answer does not bring a sick one back (T14).
//
//   unknown ──ok──▶ healthy ──`fall` failures in a row──▶ unhealthy ──`rise` successes in a row and held down long
//   enough──▶ healthy unknown ──`fall` failures in a row──▶ unhealthy
#pragma once

#include <cstdint>
#include <random>

#include "messages/values/error.hpp"
#include "messages/values/optional.hpp"
#include "messages/values/time.hpp"

namespace vigie {

struct health_config {
  uint32_t rise = 2;
  uint32_t fall = 3;
  duration interval{60000};       ///< between probes while there is no doubt (HEALTH_CHECK_INTERVAL_MS)
  duration fast_interval{5000};   ///< while uncertain, and while unhealthy
  duration timeout{15000};        ///< of one probe
  duration hold_down{30000};      ///< an unhealthy worker stays so at least this long; doubles with each flap …
  duration hold_down_cap{600000}; ///< … up to this
  duration flap_window{600000};   ///< a worker that was healthy for so long has its flaps forgotten
  double jitter = 0.1;            ///< intervals vary by up to this share, both ways
};

/// bad_config unless rise, fall >= 1, 0 < fast_interval <= interval, timeout > 0, 0 <= hold_down <= hold_down_cap and
/// 0 <= jitter < 1.
error validate(const health_config& config);

/// One worker's health. Not thread-safe.
class health_hysteresis {
public:
  health_hysteresis(health_config config, uint64_t seed);

  /// A probe ended. The new judgement, if it changed.
  optional<bool> probed(bool ok, mono_time now);
  /// A new incarnation of the link: what was known of the old one says little. Flaps are kept.
  void start_over();

  /// Until the next probe: fast while uncertain, jittered.
  duration next_delay();

  bool known() const { return judged_.has_value(); }
  bool healthy() const { return judged_.value_or(false); }
  uint32_t flaps() const { return flaps_; }

private:
  duration held_down() const;

  health_config config_;
  std::mt19937_64 random_;
  optional<bool> judged_;
  uint32_t successes_ = 0; ///< in a row
  uint32_t failures_ = 0;  ///< in a row
  uint32_t flaps_ = 0;     ///< falls from healthy within the window
  mono_time since_{};      ///< of the judgement
};

} // namespace vigie

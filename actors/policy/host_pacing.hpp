// How fast one host may be asked, as its answers tell: when it is left alone, and how much wider than configured its
// gap is. Pure.
//
//   429, 503 + Retry-After  left alone as long as the host says; the gap doubles. 0 s: it may be asked again now, at
//                           that pace. More than a day is a pause, which is told to whoever runs the fleet
//   429 without             left alone for 60 s, twice as long each time, a day at most, +-10 %; the gap doubles.
//                           Forgiven when 30 min have passed since the end of the last such hold
//   5xx, 408                the third within 5 min without a success between: left alone for 30 s, twice as long each
//                           time, an hour at most, until a success comes
//   2xx, 304                the gap shrinks by 5 %, down to the configured one
//   anything else           says nothing about pace
//
// Failures without an answer do not count: they may be the worker's own, and one worker must not stop the fleet.
// Requests that were under way when a 429 came say nothing new: they prolong its hold, and widen no gap.
#pragma once

#include <vector>

#include "messages/values/conduct.hpp"
#include "messages/values/fetch.hpp"

namespace vigie {

struct host_pacing_config {
  double slower = 2;                  ///< a 429 widens the gap so many times
  double faster = 0.95;               ///< each success makes the gap this part of what it was
  double max_pace = 256;              ///< the gap is at most so many times the configured one
  duration max_hold{86400000};        ///< longest hold that a host did not name; one that it named is longer: a pause
  duration first_hold{60000};         ///< after a first 429 that does not say how long
  double jitter = 0.1;                ///< part by which a hold that the host did not name is longer or shorter
  duration forgiven_after{1800000};   ///< without another one, from the end of its hold
  uint32_t failures = 3;              ///< so many ...
  duration failure_window{300000};    ///< ... within this time are too many
  duration failure_hold{30000};       ///< the first one
  duration max_failure_hold{3600000}; ///< the longest
};

/// bad_config unless the numbers make sense: slower >= 1, 0 < faster <= 1, max_pace >= 1, 0 <= jitter < 1, times > 0.
error validate(const host_pacing_config& config);

/// What an answer changed.
struct pacing_change {
  enum class cause : uint8_t { none, asked, not_said, failures };

  cause held = cause::none; ///< why the host is left alone longer than before
  duration hold{0};         ///< how long from now
  bool pause = false;       ///< the host asked for more than max_hold
  bool paced = false;       ///< the gap has changed
};

/// One host.
class host_pacing {
public:
  /// `started`: when the request began, if that is known. `draw` in [0, 1) is the jitter's.
  pacing_change answered(const host_pacing_config& config, const fetch_report& report, optional<mono_time> started,
                         mono_time now, double draw);

  mono_time held_until() const { return held_until_; }
  duration held_for() const { return held_for_; } ///< from when it began, or from when it was restored
  /// It is not left alone any more; its pace, and what it said before, stay.
  void lift();
  double pace() const { return pace_; }
  uint32_t strikes() const { return strikes_; }
  /// The gap as it is now.
  duration widened(duration gap) const;
  /// Nothing is known of it that a new one would not assume.
  bool is_plain(const host_pacing_config& config, mono_time now) const;

  /// Into the row, and from it: what it restores is never laxer than what it is restored into.
  void save(host_state& out, mono_time now, wall_time wall) const;
  void restore(const host_pacing_config& config, const host_state& from, mono_time now, wall_time wall);
  /// The stricter of the two.
  void join(const host_pacing& other);

  friend bool operator==(const host_pacing&, const host_pacing&) = default;

private:
  pacing_change rate_limited(const host_pacing_config& config, const fetch_report& report, optional<mono_time> started,
                             mono_time now, double draw);
  pacing_change failed(const host_pacing_config& config, mono_time now, double draw);
  pacing_change succeeded(const host_pacing_config& config);
  /// Never shortens a hold. True = it is longer now.
  bool hold(duration how_long, mono_time now);
  bool forgiven(const host_pacing_config& config, mono_time now) const;

  mono_time held_until_{};
  duration held_for_{0}; ///< from its beginning
  double pace_ = 1;
  optional<mono_time> slowed_; ///< the last time
  uint32_t strikes_ = 0;
  mono_time last_strike_{};
  std::vector<mono_time> failed_; ///< since the last success, at most `failures`, in order
  uint32_t backed_off_ = 0;       ///< holds for failures since the last success
};

} // namespace vigie

// Sees the time of day jump: it was set, or the machine slept. Pure.
#pragma once

#include "messages/values/optional.hpp"
#include "messages/values/time.hpp"

namespace vigie {

/// Compares what passed by the time of day with what passed by the monotonic clock, from reading to reading: a clock
/// that is slewed (at most 0.5 ms a second) stays far below the threshold, however long it goes on.
class clock_watch {
public:
  static constexpr duration default_threshold{2000};

  explicit clock_watch(duration threshold = default_threshold) : threshold_(threshold) {}

  /// How far the time of day has jumped since the last reading, forward or back (negative); absent below the threshold.
  optional<duration> look(mono_time mono, wall_time wall) {
    auto before = last_;
    last_ = reading{mono, wall};
    if (!before)
      return {};
    auto jump = std::chrono::duration_cast<duration>((wall - before->wall) - (mono - before->mono));
    return jump >= threshold_ || jump <= -threshold_ ? optional<duration>{jump} : optional<duration>{};
  }

private:
  struct reading {
    mono_time mono;
    wall_time wall;
  };

  duration threshold_;
  optional<reading> last_;
};

} // namespace vigie

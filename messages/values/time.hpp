// The two clocks. Durations and deadlines are monotonic; only what a person reads or a restart must survive is wall
// time.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace vigie {

using duration = std::chrono::milliseconds;
/// What an actor's clock gives; virtual in tests and simulations. Never sent to another process.
using mono_time = std::chrono::steady_clock::time_point;
/// UTC, milliseconds.
using wall_time = std::chrono::time_point<std::chrono::system_clock, std::chrono::milliseconds>;

inline int64_t to_unix_ms(wall_time t) {
  return t.time_since_epoch().count();
}

inline wall_time from_unix_ms(int64_t ms) {
  return wall_time{std::chrono::milliseconds{ms}};
}

/// RFC 3339 with milliseconds and Z: "2026-11-21T22:38:35.120Z".
std::string to_rfc3339(wall_time t);

} // namespace vigie

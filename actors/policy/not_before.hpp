// A stored "not before", as it counts now. Clocks are set back, and a wait that was written down as a time of day must
// not grow by that.
#pragma once

#include <algorithm>

#include "messages/values/time.hpp"

namespace vigie {

/// `until` was stored for a wait of at most `longest`: no more than that can be left of it. Every reader of such an
/// instant goes through here. A clock that was set forward cannot be told from time that has passed.
inline wall_time not_before(wall_time until, duration longest, wall_time now) {
  return std::min(until, now + std::max(longest, duration{0}));
}

} // namespace vigie

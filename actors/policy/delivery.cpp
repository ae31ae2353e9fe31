#include "actors/policy/delivery.hpp"

#include <algorithm>

namespace vigie {

namespace {

/// min(cap, base * 2^(attempts-1)), without overflow.
duration ceiling(const delivery_config& config, uint32_t attempts) {
  auto wait = config.base;
  for (uint32_t i = 1; i < attempts && wait < config.cap; ++i)
    wait = wait > config.cap / 2 ? config.cap : wait * 2;
  return std::min(wait, config.cap);
}

} // namespace

error validate(const delivery_config& config) {
  if (config.floor <= duration{0} || config.floor > config.base || config.base > config.cap)
    return {errc::bad_config, "the back-off of deliveries needs 0 < floor <= base <= cap", {}};
  if (config.max_attempts == 0)
    return {errc::bad_config, "max_attempts of deliveries must be at least 1", {}};
  return {};
}

bool is_doubtful(errc outcome) {
  switch (outcome) {
  case errc::ambiguous:
  case errc::timed_out:
  case errc::child_timed_out:
  case errc::deadline_exceeded:
  case errc::cancelled:
  case errc::crashed:
    return true;
  default:
    return false;
  }
}

delivery_decision decide_delivery(const delivery_config& config, errc outcome, uint32_t attempts, bool idempotent,
                                  uint64_t random) {
  if (outcome == errc::none)
    return {delivery_state::sent, duration{0}};
  if (is_doubtful(outcome) && !idempotent)
    return {delivery_state::ambiguous, duration{0}};
  if (outcome == errc::bad_request || attempts >= config.max_attempts)
    return {delivery_state::dead, duration{0}};
  auto span = static_cast<uint64_t>((ceiling(config, attempts) - config.floor).count());
  return {delivery_state::pending, config.floor + duration{static_cast<int64_t>(random % (span + 1))}};
}

} // namespace vigie

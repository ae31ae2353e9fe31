#include "actors/policy/delivery.hpp"

#include <algorithm>

namespace vigie {

namespace {

/// Evenly from [least, most].
duration drawn(duration least, duration most, uint64_t random) {
  auto span = static_cast<uint64_t>(std::max(most - least, duration{0}).count());
  return least + duration{static_cast<int64_t>(random % (span + 1))};
}

/// min(cap, base * 2^(times - 1)), without overflow.
duration ceiling(const delivery_config& config, uint32_t times) {
  auto wait = config.base;
  for (uint32_t i = 1; i < times && wait < config.cap; ++i)
    wait = wait > config.cap / 2 ? config.cap : wait * 2;
  return std::min(wait, config.cap);
}

} // namespace

error validate(const delivery_config& config) {
  if (config.floor <= duration{0} || config.floor > config.base || config.base > config.cap)
    return {errc::bad_config, "the back-off of deliveries needs 0 < floor <= base <= cap", {}};
  if (config.notify_for <= duration{0} || config.min_attempts == 0)
    return {errc::bad_config, "notify_for and min_attempts of deliveries must be above 0", {}};
  return {};
}

send_word word_of(errc outcome) {
  switch (outcome) {
  case errc::none:
    return send_word::delivered;
  case errc::rate_limited:
    return send_word::limited;
  case errc::refused:
  case errc::not_found:
  case errc::blocked_address:
    return send_word::refused;
  case errc::bad_request:
    return send_word::refused_this;
  case errc::ambiguous:
  case errc::timed_out:
  case errc::child_timed_out:
  case errc::deadline_exceeded:
  case errc::cancelled:
  case errc::crashed:
    return send_word::doubtful;
  default:
    return send_word::failed;
  }
}

duration back_off(const delivery_config& config, uint32_t times, uint64_t random) {
  return drawn(config.floor, ceiling(config, times), random);
}

duration slow_wait(const delivery_config& config, uint64_t random) {
  return drawn(std::max(config.cap / 3, config.floor), config.cap, random);
}

delivery_decision decide_delivery(const delivery_config& config, errc outcome, uint32_t attempts, duration age,
                                  bool idempotent, uint64_t random) {
  auto word = word_of(outcome);
  if (word == send_word::delivered)
    return {delivery_state::sent, duration{0}};
  if (word == send_word::doubtful && !idempotent)
    return {delivery_state::ambiguous, duration{0}};
  if (age >= config.notify_for && attempts >= config.min_attempts)
    return {delivery_state::dead, duration{0}};
  switch (word) {
  case send_word::limited:
    return {delivery_state::pending, config.floor};
  case send_word::refused:
  case send_word::refused_this:
    return {delivery_state::pending, slow_wait(config, random)};
  default:
    return {delivery_state::pending, back_off(config, attempts, random)};
  }
}

} // namespace vigie

#include "actors/policy/link_state.hpp"

#include <algorithm>

namespace vigie {

error validate(const link_config& config) {
  if (config.heartbeat <= duration{0} || config.missed == 0)
    return {errc::bad_config, "link.heartbeat and link.missed must be above 0", {}};
  if (config.backoff_base <= duration{0} || config.backoff_base > config.backoff_cap)
    return {errc::bad_config, "link.backoff_base must be above 0 and at most link.backoff_cap", {}};
  if (config.backoff_floor < duration{100})
    return {errc::bad_config, "link.backoff_floor must be at least 100 ms", {}};
  return {};
}

link_machine::link_machine(link_config config, uint64_t seed) : config_(config), random_(seed) {}

bool link_machine::attached_now() const {
  return state_ == link_state::up || state_ == link_state::suspect || state_ == link_state::draining;
}

link_step link_machine::enter(link_state next) {
  link_step out;
  out.changed = next != state_;
  state_ = next;
  return out;
}

link_step link_machine::redial() {
  return state_ == link_state::down ? enter(link_state::connecting) : link_step{};
}

uint64_t link_machine::dialled(wall_time now) {
  auto by_clock = static_cast<uint64_t>(std::max<int64_t>(to_unix_ms(now), 0)) + jump_;
  epoch_ = std::max(epoch_ + 1, by_clock);
  return epoch_;
}

link_step link_machine::attached() {
  if (state_ != link_state::connecting)
    return {};
  missed_ = 0;
  return enter(draining_ ? link_state::draining : link_state::up);
}

link_step link_machine::beat() {
  if (!attached_now())
    return {};
  missed_ = 0;
  failures_ = 0;
  return enter(draining_ ? link_state::draining : link_state::up);
}

link_step link_machine::missed() {
  if (!attached_now())
    return {};
  if (++missed_ >= config_.missed)
    return lost();
  return enter(draining_ ? link_state::draining : link_state::suspect);
}

link_step link_machine::lost() {
  if (state_ == link_state::down)
    return {};
  auto was_attached = attached_now();
  auto out = enter(link_state::down);
  out.broken = was_attached;
  auto most = config_.backoff_base;
  for (uint32_t i = 0; i < failures_ && most < config_.backoff_cap; ++i)
    most *= 2;
  most = std::min(most, config_.backoff_cap);
  std::uniform_int_distribution<int64_t> wait(0, most.count());
  out.redial_in = config_.backoff_floor + duration{wait(random_)};
  missed_ = 0;
  ++failures_;
  return out;
}

void link_machine::outdated() {
  constexpr uint64_t minute = 60'000;
  constexpr uint64_t century = 3'155'760'000'000;
  jump_ = std::min(jump_ == 0 ? minute : jump_ * 2, century);
}

link_step link_machine::drain(bool on) {
  draining_ = on;
  if (!attached_now())
    return {};
  if (on)
    return enter(link_state::draining);
  return enter(missed_ > 0 ? link_state::suspect : link_state::up);
}

} // namespace vigie

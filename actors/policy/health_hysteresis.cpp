#include "actors/policy/health_hysteresis.hpp"

#include <algorithm>

namespace vigie {

error validate(const health_config& config) {
  if (config.rise < 1 || config.fall < 1)
    return {errc::bad_config, "health.rise and health.fall must be at least 1", {}};
  if (config.fast_interval <= duration{0} || config.fast_interval > config.interval)
    return {errc::bad_config, "health.fast_interval must be above 0 and at most health.interval", {}};
  if (config.timeout <= duration{0} || config.flap_window <= duration{0})
    return {errc::bad_config, "health.timeout and health.flap_window must be above 0", {}};
  if (config.hold_down < duration{0} || config.hold_down > config.hold_down_cap)
    return {errc::bad_config, "health.hold_down must be between 0 and health.hold_down_cap", {}};
  if (!(config.jitter >= 0 && config.jitter < 1))
    return {errc::bad_config, "health.jitter must be at least 0 and below 1", {}};
  return {};
}

health_hysteresis::health_hysteresis(health_config config, uint64_t seed) : config_(config), random_(seed) {}

optional<bool> health_hysteresis::probed(bool ok, mono_time now) {
  successes_ = ok ? successes_ + 1 : 0;
  failures_ = ok ? 0 : failures_ + 1;
  if (ok && judged_ == true && now - since_ >= config_.flap_window)
    flaps_ = 0;
  if (ok && judged_ != true) {
    if (known() && (successes_ < config_.rise || now - since_ < held_down()))
      return {};
    judged_ = true;
    since_ = now;
    return true;
  }
  if (!ok && judged_ != false && failures_ >= config_.fall) {
    flaps_ += judged_ == true ? 1 : 0;
    judged_ = false;
    since_ = now;
    return false;
  }
  return {};
}

void health_hysteresis::start_over() {
  judged_ = std::nullopt;
  successes_ = 0;
  failures_ = 0;
}

duration health_hysteresis::held_down() const {
  auto out = config_.hold_down;
  for (uint32_t i = 1; i < flaps_ && out < config_.hold_down_cap; ++i)
    out *= 2;
  return std::min(out, config_.hold_down_cap);
}

duration health_hysteresis::next_delay() {
  auto calm = judged_ == true && failures_ == 0;
  auto base = static_cast<double>((calm ? config_.interval : config_.fast_interval).count());
  std::uniform_real_distribution<double> spread(1 - config_.jitter, 1 + config_.jitter);
  return duration{std::max<int64_t>(1, static_cast<int64_t>(base * spread(random_)))};
}

} // namespace vigie

#include "actors/policy/retry_budget.hpp"

#include <algorithm>
#include <cmath>

namespace vigie {

error validate(const retry_budget_config& config) {
  if (!(config.ratio >= 0 && config.ratio <= 1))
    return {errc::bad_config, "retries.ratio must be between 0 and 1", {}};
  if (config.window <= duration{0})
    return {errc::bad_config, "retries.window must be above 0", {}};
  return {};
}

retry_budget::retry_budget(retry_budget_config config, mono_time now)
    : config_(config), reserve_(config.reserve), as_of_(now) {}

void retry_budget::refill(mono_time now) {
  if (now <= as_of_)
    return;
  auto windows = std::chrono::duration<double>(now - as_of_) / std::chrono::duration<double>(config_.window);
  auto full = static_cast<double>(config_.reserve);
  reserve_ = std::min(full, reserve_ + windows * full);
  earned_ *= std::exp2(-windows);
  as_of_ = now;
}

void retry_budget::request(mono_time now) {
  refill(now);
  earned_ += config_.ratio;
}

bool retry_budget::take(mono_time now) {
  if (balance(now) < 1)
    return false;
  auto from_earned = std::min(earned_, 1.0);
  earned_ -= from_earned;
  reserve_ -= 1 - from_earned;
  return true;
}

double retry_budget::balance(mono_time now) {
  refill(now);
  return earned_ + reserve_;
}

} // namespace vigie

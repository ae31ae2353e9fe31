#include "actors/policy/resend_queue.hpp"

#include <algorithm>

namespace vigie {

namespace {

bool is_refusal_for_good(errc x) {
  return x == errc::bad_request || x == errc::not_found || x == errc::stale_epoch;
}

/// Full jitter: anything up to base doubled for each attempt, the cap at most.
duration back_off(const resend_config& config, uint32_t attempts, uint64_t random) {
  auto most = config.base;
  for (uint32_t i = 1; i < attempts && most < config.cap; ++i)
    most *= 2;
  most = std::min(most, config.cap);
  return duration{1 + static_cast<int64_t>(random % static_cast<uint64_t>(most.count()))};
}

} // namespace

error validate(const resend_config& config) {
  if (config.window == 0 || config.max_attempts == 0 || config.timeout <= duration{0})
    return {errc::bad_config, "window, attempts and time-out of settlements must be positive", {}};
  if (config.base <= duration{0} || config.cap < config.base)
    return {errc::bad_config, "the back-off of settlements must be positive and not above its cap", {}};
  return {};
}

resend_queue::resend_queue(resend_config config) : config_(config) {}

void resend_queue::push(alert_settled what, mono_time now) {
  waiting_.emplace(++last_, entry{std::move(what), now, 0, false});
}

std::vector<resend_queue::outgoing> resend_queue::take_due(mono_time now) {
  std::vector<outgoing> out;
  for (auto& [number, x] : waiting_) {
    if (sent_ >= config_.window)
      break;
    if (x.sent || x.due > now)
      continue;
    x.sent = true;
    ++x.attempts;
    ++sent_;
    out.push_back({number, x.what});
  }
  return out;
}

optional<mono_time> resend_queue::next_due() const {
  optional<mono_time> out;
  if (sent_ >= config_.window)
    return out;
  for (const auto& [number, x] : waiting_)
    if (!x.sent && (!out || x.due < *out))
      out = x.due;
  return out;
}

resend_verdict resend_queue::answered(uint64_t number, errc outcome, mono_time now, uint64_t random) {
  auto i = waiting_.find(number);
  if (i == waiting_.end())
    return resend_verdict::forget;
  auto& x = i->second;
  --sent_;
  x.sent = false;
  if (outcome != errc::none && !is_refusal_for_good(outcome) && x.attempts < config_.max_attempts) {
    x.due = now + back_off(config_, x.attempts, random);
    return resend_verdict::again;
  }
  waiting_.erase(i);
  return outcome == errc::none || is_refusal_for_good(outcome) ? resend_verdict::forget : resend_verdict::given_up;
}

void resend_queue::drop(assignment_id id) {
  for (auto i = waiting_.begin(); i != waiting_.end();) {
    if (i->second.what.assignment != id) {
      ++i;
      continue;
    }
    sent_ -= i->second.sent ? 1 : 0;
    i = waiting_.erase(i);
  }
}

void resend_queue::drop_all() {
  waiting_.clear();
  sent_ = 0;
}

bool resend_queue::holds(assignment_id id) const {
  return std::any_of(waiting_.begin(), waiting_.end(), [&](const auto& x) { return x.second.what.assignment == id; });
}

} // namespace vigie

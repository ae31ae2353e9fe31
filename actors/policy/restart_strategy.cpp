#include "actors/policy/restart_strategy.hpp"

#include <algorithm>

namespace vigie {

std::string_view to_string(restart_mode x) {
  switch (x) {
  case restart_mode::permanent:
    return "permanent";
  case restart_mode::transient:
    return "transient";
  case restart_mode::temporary:
    return "temporary";
  }
  return "?";
}

std::string_view to_string(supervision_strategy x) {
  switch (x) {
  case supervision_strategy::one_for_one:
    return "one_for_one";
  case supervision_strategy::one_for_all:
    return "one_for_all";
  case supervision_strategy::rest_for_one:
    return "rest_for_one";
  }
  return "?";
}

restart_plan restart_strategy::child_ended(const std::vector<child_facts>& children, size_t which, child_end how,
                                           mono_time now) {
  const auto& ended = children[which];
  restart_plan plan;
  if (ended.mode == restart_mode::temporary) {
    plan.what = restart_plan::verdict::forget;
    return plan;
  }
  if (ended.mode == restart_mode::transient && how == child_end::normal)
    return plan;

  while (!history_.empty() && now - history_.front() > limits_.period)
    history_.pop_front();
  if (history_.size() >= limits_.max_restarts) {
    plan.what = restart_plan::verdict::escalate;
    return plan;
  }
  history_.push_back(now);

  plan.what = restart_plan::verdict::restart;
  plan.streak = (now - ended.started >= limits_.stable_after ? 0 : ended.streak) + 1;
  plan.delay = backoff(plan.streak);
  auto first = limits_.strategy == supervision_strategy::one_for_all ? 0 : which;
  auto last = limits_.strategy == supervision_strategy::one_for_one ? which + 1 : children.size();
  for (auto i = first; i < last; ++i) {
    if (i == which || children[i].mode != restart_mode::temporary)
      plan.start.push_back(i);
    if (i != which && children[i].up)
      plan.stop.push_back(i);
  }
  std::reverse(plan.stop.begin(), plan.stop.end());
  return plan;
}

size_t restart_strategy::recent(mono_time now) const {
  return static_cast<size_t>(
      std::count_if(history_.begin(), history_.end(), [&](mono_time t) { return now - t <= limits_.period; }));
}

duration restart_strategy::backoff(uint32_t streak) const {
  if (streak <= 1)
    return duration{0};
  auto delay = std::min(limits_.backoff_min, limits_.backoff_max);
  for (uint32_t i = 2; i < streak && delay < limits_.backoff_max; ++i)
    delay = std::min(delay * 2, limits_.backoff_max);
  return delay;
}

} // namespace vigie

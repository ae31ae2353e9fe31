// How long a cycle has to take, before it runs: from the alerts, their sources and the gates' budgets. Pure.
//
// One gate lets n requests start with n - 1 gaps between them, whoever makes them; gates work side by side, so a cycle
// takes as long as its slowest gate. A gap is drawn from [min_interval, max_interval]. Not counted, because nobody
// knows them beforehand: the time that sites take to answer, robots.txt where it has to be fetched (one request more),
// a Retry-After. So the shortest is a lower bound of what actors/policy/host_limiter.hpp grants.
#pragma once

#include "actors/policy/fetch_plan.hpp"
#include "messages/values/plan.hpp"

namespace vigie {

struct estimate_config {
  duration interval{0}; ///< of the cycle; 0 = it has no timer
  uint32_t workers = 1; ///< who share the work: counts only where each has gates of its own
};

/// Alerts that are not enabled do not count. Alerts of the same source and query share one search.
cycle_estimate estimate_cycle(const std::vector<alert>& alerts, const source_table& sources,
                              const estimate_config& config);

/// The more careful of two policies that meet at one gate.
gate_policy stricter(gate_policy a, const gate_policy& b);

/// How long a cycle that is on may take until its workers are told to stop: of the slowest gate half as long again as
/// expected, at least its longest gaps, and two gaps more (a gate whose owner has just started waits one before the
/// first request, and robots.txt is a request too).
duration estimated_deadline(const cycle_estimate& x);

/// "25s", "12m 30s", "1h 5m".
std::string duration_words(duration x);

} // namespace vigie

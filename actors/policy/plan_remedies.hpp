// What can be done about a gate that cannot let a cycle through in time, with its own numbers. Pure; a part of
// cycle_estimate.
#pragma once

#include "actors/policy/cycle_estimate.hpp"

namespace vigie {

/// One gate's work while it is being estimated.
struct gate_load {
  struct search {
    const fetch_plan* plan = nullptr;
    uint32_t pages = 1;
  };
  gate_estimate estimate;
  std::vector<search> searches;
};

/// A longer interval first, then merging alerts, then fewer pages (where there are several) or another source.
std::vector<plan_remedy> remedies_for(const gate_load& load, const estimate_config& config);

/// The shortest interval (whole seconds) that a gate's cycle and its day's budget allow; 0 = none does: a single cycle
/// is above the day's budget.
duration interval_needed(const gate_estimate& x);

/// How many requests one lane of the gate lets start within the interval and the day's budget.
uint32_t requests_that_fit(const gate_estimate& x, duration interval);

} // namespace vigie

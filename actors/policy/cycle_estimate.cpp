#include "actors/policy/cycle_estimate.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include "actors/policy/plan_remedies.hpp"

namespace vigie {

namespace {

constexpr int64_t day_ms = 86'400'000;

uint32_t pages_of(const source_spec& spec) {
  return spec.paging.kind == paging_kind::none ? 1 : std::max(1U, spec.paging.max_pages);
}

template <class T>
T ceil_div(T a, T b) {
  return a / b + (a % b != 0 ? 1 : 0);
}

/// The gates' work, without times.
std::map<host_key, gate_load> gather(const std::vector<fetch_plan>& plans, const source_table& sources) {
  std::map<host_key, gate_load> gates;
  std::set<source_id> seen;
  for (const auto& plan : plans) {
    const auto& source = sources.at(plan.source);
    auto& load = gates[source.host];
    auto& x = load.estimate;
    if (seen.insert(plan.source).second)
      x.sources.push_back(plan.source);
    x.alerts += static_cast<uint32_t>(plan.alerts.size());
    ++x.searches;
    auto pages = pages_of(source.spec);
    x.requests += pages;
    load.searches.push_back({&plan, pages});
  }
  // Sources without an alert count too: the gate keeps the most careful word of all that name it.
  for (const auto& [id, source] : sources) {
    auto found = gates.find(source.host);
    if (found == gates.end())
      continue;
    auto& x = found->second.estimate;
    x.policy = x.gate == source.host ? stricter(x.policy, source.spec.gate) : source.spec.gate;
    x.gate = source.host;
  }
  return gates;
}

void add_times(gate_estimate& x, const estimate_config& config) {
  const auto& policy = x.policy;
  x.lanes = policy.scope == gate_scope::worker ? std::max(1U, config.workers) : 1;
  auto busiest = ceil_div(x.requests, x.lanes);
  x.gaps = busiest > 0 ? busiest - 1 : 0;
  auto widest = std::max(policy.min_interval, policy.max_interval);
  x.takes = {policy.min_interval * x.gaps, (policy.min_interval + widest) * x.gaps / 2, widest * x.gaps};
  x.over_interval = config.interval > duration{0} && x.takes.shortest > config.interval;
  // Overlapping ticks are skipped: a day has no more cycles than fit it one after another.
  if (auto every = std::max(config.interval, x.takes.shortest); config.interval > duration{0})
    x.requests_a_day =
        ceil_div(static_cast<uint64_t>(busiest) * static_cast<uint64_t>(std::max<int64_t>(day_ms, every.count())),
                 static_cast<uint64_t>(every.count()));
  x.over_day = std::max<uint64_t>(busiest, x.requests_a_day) > policy.daily_requests;
}

time_range longer_of(const time_range& a, const time_range& b) {
  return {std::max(a.shortest, b.shortest), std::max(a.expected, b.expected), std::max(a.longest, b.longest)};
}

} // namespace

gate_policy stricter(gate_policy a, const gate_policy& b) {
  a.min_interval = std::max(a.min_interval, b.min_interval);
  a.max_interval = std::max(a.max_interval, b.max_interval);
  a.max_in_flight = std::min(a.max_in_flight, b.max_in_flight);
  a.daily_requests = std::min(a.daily_requests, b.daily_requests);
  a.obey_robots = a.obey_robots || b.obey_robots;
  a.scope = a.scope == gate_scope::worker && b.scope == gate_scope::worker ? gate_scope::worker : gate_scope::fleet;
  return a;
}

cycle_estimate estimate_cycle(const std::vector<alert>& alerts, const source_table& sources,
                              const estimate_config& config) {
  std::vector<alert> active;
  std::copy_if(alerts.begin(), alerts.end(), std::back_inserter(active), [](const alert& a) { return a.enabled; });
  std::vector<alert> homeless;
  auto plans = group_plans(active, sources, &homeless);
  cycle_estimate out;
  out.interval = config.interval;
  out.workers = config.workers;
  for (const auto& a : homeless)
    out.homeless.push_back(a.id);
  for (auto& [gate, load] : gather(plans, sources)) {
    auto& x = load.estimate;
    add_times(x, config);
    x.remedies = x.fits() ? std::vector<plan_remedy>{} : remedies_for(load, config);
    out.alerts += x.alerts;
    out.searches += x.searches;
    out.requests += x.requests;
    out.takes = longer_of(out.takes, x.takes);
    out.feasible = out.feasible && x.fits();
    out.gates.push_back(std::move(x));
  }
  std::stable_sort(out.gates.begin(), out.gates.end(), [](const gate_estimate& a, const gate_estimate& b) {
    return std::make_tuple(a.fits(), -a.takes.shortest) < std::make_tuple(b.fits(), -b.takes.shortest);
  });
  return out;
}

duration estimated_deadline(const cycle_estimate& x) {
  duration out{0};
  for (const auto& gate : x.gates) {
    auto widest = std::max(gate.policy.min_interval, gate.policy.max_interval);
    out = std::max(out, std::max(gate.takes.expected * 3 / 2, gate.takes.longest) + 2 * widest);
  }
  return out;
}

} // namespace vigie

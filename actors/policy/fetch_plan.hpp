// Planning a cycle: which alerts share a fetch, how the fetches are split over workers, and how long it must take at
// least.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "messages/values/command.hpp"
#include "messages/values/requests.hpp"

namespace vigie {

/// A source as the planner sees it.
struct planned_source {
  source_spec spec;
  host_key host;
};

using source_table = std::map<source_id, planned_source>;

/// Alerts of the same source and query share one plan. Order: by the first alert's place in `alerts`. Alerts whose
/// source is unknown or disabled are left out and come back in `homeless`.
std::vector<fetch_plan> group_plans(const std::vector<alert>& alerts, const source_table& sources,
                                    std::vector<alert>* homeless);

/// One worker's part.
struct plan_share {
  worker_id worker;
  std::vector<fetch_plan> plans;
};

/// For each host, who may work for it, the one to prefer first.
using open_workers = std::map<host_key, std::vector<available_worker>>;

/// Gives each plan to the least loaded worker that may work for its host and that `allowed` (called with plan and
/// worker) admits; ties go to the worker named first. With all workers open to all plans the counts differ by at most
/// one, the larger ones first (41 over 4 = 11, 10, 10, 10). A probe_only worker gets one plan of that host. What nobody
/// may do comes back in `unplaced`.
template <class Allowed>
std::vector<plan_share> split_plans(std::vector<fetch_plan> plans, const open_workers& open, Allowed allowed,
                                    std::vector<fetch_plan>* unplaced) {
  std::vector<plan_share> shares;
  std::map<std::pair<worker_id, host_key>, size_t> given;
  auto share_of = [&](const worker_id& w) -> plan_share& {
    for (auto& s : shares)
      if (s.worker == w)
        return s;
    return shares.emplace_back(plan_share{w, {}});
  };
  // Named in order of preference, so that ties are decided by it.
  for (const auto& [host, workers] : open)
    for (const auto& w : workers)
      share_of(w.worker);
  for (auto& plan : plans) {
    plan_share* best = nullptr;
    if (auto i = open.find(plan.host); i != open.end()) {
      for (const auto& w : i->second) {
        auto& candidate = share_of(w.worker);
        if (w.probe_only && given[{w.worker, plan.host}] > 0)
          continue;
        if (allowed(plan, w) && (!best || candidate.plans.size() < best->plans.size()))
          best = &candidate;
      }
    }
    if (!best) {
      unplaced->push_back(std::move(plan));
      continue;
    }
    ++given[{best->worker, plan.host}];
    best->plans.push_back(std::move(plan));
  }
  std::erase_if(shares, [](const plan_share& s) { return s.plans.empty(); });
  return shares;
}

/// What one host has to answer in a cycle and how long that takes at least under its budget.
struct host_load {
  host_key host;
  uint32_t requests = 0;
  duration shortest{0};
};

/// The shortest possible duration of a set of plans: hosts work side by side, the requests of one host one after
/// another, n requests having n - 1 gaps. Each plan counts as its source's max_pages requests (the worst case).
std::vector<host_load> estimate_load(const std::vector<fetch_plan>& plans, const source_table& sources);
duration shortest_duration(const std::vector<host_load>& loads);

} // namespace vigie

#include "actors/policy/fetch_plan.hpp"

#include <algorithm>

namespace vigie {

std::vector<fetch_plan> group_plans(const std::vector<alert>& alerts, const source_table& sources,
                                    std::vector<alert>* homeless) {
  std::vector<fetch_plan> plans;
  std::map<std::pair<source_id, std::string>, size_t> place;
  for (const auto& a : alerts) {
    auto source = sources.find(a.source);
    if (source == sources.end() || !source->second.spec.enabled) {
      homeless->push_back(a);
      continue;
    }
    auto [i, fresh] = place.try_emplace({a.source, a.query}, plans.size());
    if (fresh)
      plans.push_back({a.source, a.query, source->second.host, {}});
    plans[i->second].alerts.push_back({a, {}});
  }
  return plans;
}

share_queues::share_queues(const open_workers& open) {
  std::map<worker_id, size_t> places;
  for (const auto& [host, workers] : open) {
    auto& line = hosts_[host];
    for (const auto& w : workers) {
      auto [place, fresh] = places.try_emplace(w.worker, shares_.size());
      if (fresh)
        shares_.push_back({w.worker, {}});
      line.queue.push({0, line.workers.size()});
      line.workers.push_back({&w, place->second});
    }
  }
}

std::vector<plan_share> share_queues::shares() && {
  std::erase_if(shares_, [](const plan_share& s) { return s.plans.empty(); });
  return std::move(shares_);
}

std::vector<host_load> estimate_load(const std::vector<fetch_plan>& plans, const source_table& sources) {
  std::map<host_key, host_load> loads;
  for (const auto& plan : plans) {
    auto source = sources.find(plan.source);
    if (source == sources.end())
      continue;
    const auto& spec = source->second.spec;
    auto pages = spec.paging.kind == paging_kind::none ? 1U : std::max(1U, spec.paging.max_pages);
    auto& load = loads[plan.host];
    load.host = plan.host;
    // The very first request of a host has no gap before it.
    auto gaps = load.requests == 0 ? pages - 1 : pages;
    load.requests += pages;
    load.shortest += (spec.gate.min_interval + spec.gate.max_interval) / 2 * gaps;
  }
  std::vector<host_load> out;
  for (auto& [host, load] : loads)
    out.push_back(load);
  return out;
}

duration shortest_duration(const std::vector<host_load>& loads) {
  duration longest{0};
  for (const auto& load : loads)
    longest = std::max(longest, load.shortest);
  return longest;
}

} // namespace vigie

#include "actors/policy/fetch_plan.hpp"

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

std::vector<plan_share> portions_of(plan_share share, size_t most_alerts) {
  std::vector<plan_share> out;
  size_t alerts = 0;
  for (auto& plan : share.plans) {
    if (out.empty() || alerts + plan.alerts.size() > most_alerts) {
      out.push_back({share.worker, {}});
      alerts = 0;
    }
    alerts += plan.alerts.size();
    out.back().plans.push_back(std::move(plan));
  }
  return out;
}

share_queues::share_queues(const open_workers& open) {
  std::map<worker_id, size_t> places;
  for (const auto& [host, workers] : open) {
    auto& line = hosts_[host];
    for (const auto& w : workers) {
      auto [place, fresh] = places.try_emplace(w.worker, shares_.size());
      if (fresh)
        shares_.push_back({w.worker, {}});
      line.queue.push({cost(0, w), line.workers.size()});
      line.workers.push_back({&w, place->second});
    }
  }
}

std::vector<plan_share> share_queues::shares() && {
  std::erase_if(shares_, [](const plan_share& s) { return s.plans.empty(); });
  return std::move(shares_);
}

} // namespace vigie

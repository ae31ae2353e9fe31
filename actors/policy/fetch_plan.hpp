// Planning a cycle: which alerts share a fetch, and how the fetches are split over workers. How long it must take at
// least is said by actors/policy/cycle_estimate.hpp.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <queue>
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

/// The share in parts of at most so many alerts, a plan being never split: each part is one message and one
/// transaction, however large the share. In order; none without plans.
std::vector<plan_share> portions_of(plan_share share, size_t most_alerts);

/// For each host, who may work for it, the one to prefer first.
using open_workers = std::map<host_key, std::vector<available_worker>>;

/// Whom to give the next plan of each host, cheaply also for many plans and workers: loads only grow, so an entry of a
/// queue that is out of date is put back when it comes up. Used by split_plans.
class share_queues {
public:
  explicit share_queues(const open_workers& open);

  /// The worker of the host that has least for its share (ties: named first) of those that `admitted` accepts gets one
  /// more; its share, or nothing.
  template <class Admitted>
  plan_share* take(const host_key& host, Admitted admitted) {
    auto found = hosts_.find(host);
    if (found == hosts_.end())
      return nullptr;
    auto& queue = found->second.queue;
    std::vector<entry> passed_over;
    plan_share* out = nullptr;
    while (!out && !queue.empty()) {
      auto next = queue.top();
      queue.pop();
      const auto& worker = found->second.workers[next.position];
      auto& share = shares_[worker.share];
      if (next.cost != cost(share.plans.size(), *worker.who))
        queue.push({cost(share.plans.size(), *worker.who), next.position});
      else if (!admitted(*worker.who))
        passed_over.push_back(next);
      else
        out = &share;
      // A worker on probation does not come back to the queue of this host.
      if (out && !worker.who->probe_only)
        queue.push({cost(share.plans.size() + 1, *worker.who), next.position});
    }
    for (const auto& x : passed_over)
      queue.push(x);
    return out;
  }

  /// Those that got something.
  std::vector<plan_share> shares() &&;

private:
  struct entry {
    size_t cost = 0;
    size_t position = 0;
    friend auto operator<=>(const entry&, const entry&) = default;
  };
  struct candidate {
    const available_worker* who = nullptr;
    size_t share = 0;
  };
  struct line {
    std::vector<candidate> workers;
    std::priority_queue<entry, std::vector<entry>, std::greater<>> queue;
  };

  /// Of one more piece for who has so many: twice as much for half a share.
  static size_t cost(size_t load, const available_worker& w) {
    return (load + 1) * (10000 / std::clamp(w.share, 1U, 100U));
  }

  std::vector<plan_share> shares_;
  std::map<host_key, line> hosts_;
};

/// Gives each plan to the least loaded worker that may work for its host and that `allowed` (called with plan and
/// worker) admits; ties go to the worker named first. With all workers open to all plans the counts differ by at most
/// one, the larger ones first (41 over 4 = 11, 10, 10, 10); who has half a share gets half as many. A probe_only worker
/// gets one plan of that host. What nobody may do comes back in `unplaced`.
template <class Allowed>
std::vector<plan_share> split_plans(std::vector<fetch_plan> plans, const open_workers& open, Allowed allowed,
                                    std::vector<fetch_plan>* unplaced) {
  share_queues queues{open};
  for (auto& plan : plans) {
    auto* share = queues.take(plan.host, [&](const available_worker& w) { return allowed(plan, w); });
    (share ? share->plans : *unplaced).push_back(std::move(plan));
  }
  return std::move(queues).shares();
}

} // namespace vigie

// Knows every worker's link, health, bans and load, and picks who gets work. Carries commands: one worker at a time,
// elsewhere after a fault of ours, to one other region after a site's refusal, inside a fleet-wide retry budget. Gives
// no worker away before it knows the bans.
#pragma once

#include <functional>
#include <map>
#include <vector>

#include "actors/actor.hpp"
#include "actors/environment.hpp"
#include "actors/policy/retry_budget.hpp"
#include "actors/policy/worker_table.hpp"

namespace vigie {

struct balancer_config {
  std::vector<fleet_worker> workers;
  std::vector<source_spec> sources; ///< to know the hosts of a check-alerts command
  balancing_config balancing;
  ban_config bans; ///< the ban-timer's
  retry_budget_config retries;
  uint32_t max_retries = 3;        ///< attempts at one command, each on another worker (MAX_RETRIES)
  duration request_timeout{30000}; ///< one attempt (WORKER_REQUEST_TIMEOUT_MS), within the envelope's deadline
  size_t max_commands = 1000;      ///< being carried; more are `busy`
  size_t max_parked = 1000;        ///< requests that wait for the bans at start; more are `busy`
  duration save_every{5000};       ///< counters to the store, when they changed
  duration ask_again{1000};        ///< after the store or the ban-timer failed to answer
  duration local_timeout{10000};   ///< for their answers
};

/// bad_config: no name or a double name in workers, zero limits, or a bad part.
error validate(const balancer_config& config);

struct balancer_links {
  std::map<worker_id, actor_ref<worker_proxy_actor>> proxies;
  actor_ref<ban_timer_actor> ban_timer;
  actor_ref<store_actor> store;
};

struct balancer_state {
  balancer_state() : table({}, {}, {}, 0), retries({}, {}) {}

  static inline const char* name = "balancer";
  balancer_config config;
  environment env;
  balancer_links links;
  worker_table table;
  retry_budget retries;
  std::map<source_id, host_key> hosts;
  bool bans_known = false;
  bool counters_known = false; ///< not saved before, or what the store has would be lost
  bool saving = false;
  bool unsaved = false; ///< the last save failed
  size_t commands = 0;  ///< being carried
  std::vector<std::function<void()>> parked;
};

using balancer_shell = shell<balancer_actor, balancer_state>;

balancer_actor::behavior_type balancer(balancer_shell* self, balancer_config config, environment env,
                                       balancer_links links);

} // namespace vigie

// The alert cycle: plan, dispatch, settle; one run at a time.
//
// It survives its own death: what is settled is in the store, and a new incarnation resumes the stored run with the
// alerts that are not. Every result is stored under its fencing token before the worker hears that it may forget it, so
// nothing finished is lost or done twice.
#pragma once

#include <map>
#include <string>

#include "actors/actor.hpp"
#include "actors/environment.hpp"
#include "actors/policy/cycle_settlement.hpp"

namespace vigie {

struct alert_cycle_config {
  bool enabled = true;       ///< false: runs only when asked
  duration interval{300000}; ///< ALERT_CHECK_INTERVAL_MS
  duration initial_delay{60000};
  overlap_policy overlap = overlap_policy::skip;
  cycle_limits limits;
  duration key_window{3600000}; ///< how long an idempotency key of a trigger is remembered
  size_t max_keys = 256;        ///< the oldest are forgotten first
  source_table sources;
  std::map<worker_id, std::string> regions;
};

result<alert_cycle_config> validate(alert_cycle_config config);

struct alert_cycle_links {
  actor_ref<store_actor> store;
  actor_ref<balancer_actor> balancer;
  actor_ref<ban_timer_actor> bans;
  actor_ref<notifier_actor> notifier;
  std::map<worker_id, actor_ref<worker_proxy_actor>> workers;
};

struct alert_cycle_state;
using alert_cycle_ptr = shell<alert_cycle_actor, alert_cycle_state>*;

alert_cycle_actor::behavior_type alert_cycle(alert_cycle_ptr self, alert_cycle_config config, alert_cycle_links links,
                                             environment env);

} // namespace vigie

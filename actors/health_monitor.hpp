// Probes every worker through its proxy and tells the balancer its judgement (actors/policy/health_hysteresis.hpp): all
// at once at start, a link that comes up at once, then every interval, faster while uncertain. A broken link is not its
// business: the link's state says that already.
#pragma once

#include <map>

#include "actors/actor.hpp"
#include "actors/environment.hpp"
#include "actors/policy/health_hysteresis.hpp"

namespace vigie {

struct health_monitor_config {
  health_config health;
};

/// bad_config as validate(health_config).
error validate(const health_monitor_config& config);

struct health_monitor_links {
  std::map<worker_id, actor_ref<worker_proxy_actor>> proxies;
  actor_ref<balancer_actor> balancer;
};

struct health_monitor_state {
  struct patient {
    health_hysteresis health;
    uint64_t epoch = 0;
    uint64_t turn = 0; ///< answers and timers of earlier turns are ignored
  };

  static inline const char* name = "health-monitor";
  health_monitor_config config;
  environment env;
  health_monitor_links links;
  std::map<worker_id, patient> patients;
};

using health_monitor_shell = shell<health_monitor_actor, health_monitor_state>;

health_monitor_actor::behavior_type health_monitor(health_monitor_shell* self, health_monitor_config config,
                                                   environment env, health_monitor_links links);

} // namespace vigie

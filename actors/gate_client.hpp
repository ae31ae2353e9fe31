// Asks main, through the worker-gateway, for leave to start requests. Without an owner of the gates there is no permit:
// the answer is one with id 0 and permit_denied. Remembers who holds which permit and gives back what its holder, dead
// by now, cannot; what it forgets by its own crash comes back to main by the lease's end.
// A permit to fetch robots.txt it uses itself: it reports what came, and asks again for the caller.
#pragma once

#include <map>
#include <string>

#include "actors/actor.hpp"
#include "actors/environment.hpp"
#include "actors/policy/fetch_outcome.hpp"
#include "actors/policy/robots_txt.hpp"

namespace vigie {

struct gate_client_config {
  uint32_t max_waiting = 1024;                            ///< callers that wait for a permit; more are answered busy
  std::map<std::string, std::string> headers{};           ///< of requests for robots.txt
  duration robots_timeout{20000};                         ///< of one of them, connect included
  uint64_t max_robots_bytes = 4 << 20;                    ///< a larger robots.txt counts as none that can be read
  uint64_t robots_bytes = robots_limits{}.body_bytes + 1; ///< of it that main gets; it parses one less
  fetch_outcome_config outcome{};                         ///< of its 429 and 503
};

/// bad_config unless all are positive.
error validate(const gate_client_config& config);

struct gate_client_state {
  static inline const char* name = "gate-client";
  gate_client_config config;
  environment env;
  actor_ref<worker_gateway_actor> gateway;
  actor_ref<fetcher_actor> fetcher;
  std::map<caf::actor_addr, std::map<uint64_t, host_key>> held; ///< a row for every live holder
  uint32_t waiting = 0;
};

using gate_client_ptr = shell<gate_client_actor, gate_client_state>*;

gate_client_actor::behavior_type gate_client(gate_client_ptr self, gate_client_config config, environment env,
                                             actor_ref<worker_gateway_actor> gateway, actor_ref<fetcher_actor> fetcher);

} // namespace vigie

// Asks main, through the worker-gateway, for leave to start requests. Without an owner of the gates there is no permit:
// the answer is one with id 0 and permit_denied. Remembers who holds which permit and gives back what its holder, dead
// by now, cannot; what it forgets by its own crash comes back to main by the lease's end.
#pragma once

#include <map>

#include "actors/actor.hpp"
#include "actors/environment.hpp"

namespace vigie {

struct gate_client_config {
  uint32_t max_waiting = 1024; ///< callers that wait for a permit; more are answered busy
};

/// bad_config unless positive.
error validate(const gate_client_config& config);

struct gate_client_state {
  static inline const char* name = "gate-client";
  gate_client_config config;
  environment env;
  actor_ref<worker_gateway_actor> gateway;
  std::map<caf::actor_addr, std::map<uint64_t, host_key>> held; ///< a row for every live holder
  uint32_t waiting = 0;
};

using gate_client_ptr = shell<gate_client_actor, gate_client_state>*;

gate_client_actor::behavior_type gate_client(gate_client_ptr self, gate_client_config config, environment env,
                                             actor_ref<worker_gateway_actor> gateway);

} // namespace vigie

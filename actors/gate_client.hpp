// Asks main, through the worker-gateway, for leave to start requests. Without an owner of the gates there is no permit:
// the answer is one with id 0 and permit_denied. Remembers who holds which permit and gives back what its holder, dead
// by now, cannot, as soon as its request is over; what it forgets by its own crash comes back to main by the lease's
// end. A permit to fetch robots.txt it uses itself: it reports what came, and asks again for the caller. So that the
// death of the gates' owner loosens nothing, it says every second what is held, and repeats a release that says "leave
// me alone" or "refused" until it is acknowledged, whichever owner hears it then.
#pragma once

#include <map>
#include <string>

#include "actors/actor.hpp"
#include "actors/environment.hpp"
#include "actors/policy/robots_txt.hpp"

namespace vigie {

struct gate_client_config {
  uint32_t max_waiting = 1024;                            ///< callers that wait for a permit; more are answered busy
  std::map<std::string, std::string> headers{};           ///< of requests for robots.txt
  duration robots_timeout{20000};                         ///< of one of them, connect included
  uint64_t max_robots_bytes = 4 << 20;                    ///< a larger robots.txt counts as none that can be read
  uint64_t robots_bytes = robots_limits{}.body_bytes + 1; ///< of it that main gets; it parses one less
  std::string user_agent{};                               ///< that the HTTP client sends: main's ledger keeps it
  duration tell_every{1000};                              ///< what is held, and what was not acknowledged
  uint32_t max_unheard = 1024;   ///< releases that are repeated; above it the oldest is no longer
  duration unheard_for{3600000}; ///< they are repeated so long, or as long as the site wants to be left alone
  duration owner_pause{500};     ///< before a request is put to the next owner, when the last one died over it
  duration orphan_hold{30000};   ///< a dead holder's permit, if the fetcher cannot say when its request is over
};

/// bad_config unless all are positive.
error validate(const gate_client_config& config);

struct gate_client_state {
  static inline const char* name = "gate-client";

  struct held {
    host_key host;
    gate_policy policy;
    mono_time since{};
  };
  struct unheard {
    permit_release what;
    mono_time since{};
  };

  gate_client_config config;
  environment env;
  actor_ref<worker_gateway_actor> gateway;
  actor_ref<fetcher_actor> fetcher;
  std::map<caf::actor_addr, std::map<uint64_t, held>> holders; ///< a row for every live one; this node's own: none
  std::map<uint64_t, unheard> unheard_releases;                ///< by permit
  uint32_t waiting = 0;
};

using gate_client_ptr = shell<gate_client_actor, gate_client_state>*;

// gate_client_held.cpp: what is held, and what main must hear.

void hold_permit(gate_client_ptr self, const caf::actor_addr& who, uint64_t id, const permit_request& what);
/// Forgets the permit and tells main; where it matters, until main has heard it.
void release_permit(gate_client_ptr self, permit_release what);
void holder_down(gate_client_ptr self, const caf::actor_addr& who);
void tell_gates_later(gate_client_ptr self);
void show_held(gate_client_ptr self);

gate_client_actor::behavior_type gate_client(gate_client_ptr self, gate_client_config config, environment env,
                                             actor_ref<worker_gateway_actor> gateway, actor_ref<fetcher_actor> fetcher);

} // namespace vigie

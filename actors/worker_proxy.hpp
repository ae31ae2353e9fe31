// One per worker: owns its link. Dials, attaches under a new epoch, beats, and when the link breaks fails everything
// outstanding at once, tells who has to know, and dials again after a back-off. The states and what moves between them
// are drawn in actors/policy/link_state.hpp. Everything a worker says to main comes through here, and nothing of an
// older epoch passes.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "actors/actor.hpp"
#include "actors/dialler.hpp"
#include "actors/environment.hpp"
#include "actors/policy/link_state.hpp"

namespace vigie {

struct worker_proxy_config {
  worker_id worker;    ///< the name the worker must call itself by
  std::string address; ///< "host:port", for the dialler
  std::string main_name = "main";
  std::vector<source_spec> sources;
  link_config link;
  uint32_t window = 64;           ///< commands and assignments outstanding at the worker; more are `busy`
  uint32_t inbound_window = 4096; ///< the worker's own requests being answered, permits aside; more are `busy`
  uint32_t permit_window = 32768; ///< its requests for permits, which wait for their hosts; more are `busy`
  duration attach_timeout{5000};
  duration request_timeout{30000}; ///< of a remote request whose envelope names no deadline
  duration max_deadline{3600000};  ///< no remote request waits longer, whatever its envelope says
  duration local_timeout{30000};   ///< alert-cycle's or host-gates' answer, beyond the patience of a permit request
};

/// bad_config: empty worker or address, a zero window or time-out, or a bad link.
error validate(const worker_proxy_config& config);

/// Who is told. May be empty until the wiring has set them; then the worker is answered `crashed` and repeats.
struct worker_proxy_links {
  actor_ref<balancer_actor> balancer;
  actor_ref<health_monitor_actor> health_monitor;
  actor_ref<alert_cycle_actor> alert_cycle;
  actor_ref<host_gates_actor> host_gates;
};

struct worker_proxy_state {
  worker_proxy_state() : machine({}, 0) {}

  static inline const char* name = "worker-proxy";
  worker_proxy_config config;
  environment env;
  dialler* dial = nullptr;
  worker_proxy_links links;
  link_machine machine;
  worker_gateway_actor gateway; ///< of the present link; empty unless dialled
  uint64_t attempt = 0;         ///< counts dials; callbacks and timers of earlier ones are ignored
  uint64_t beats = 0;
  uint64_t last_request = 0;
  /// Requests out at the worker: how to fail each.
  std::map<uint64_t, std::function<void(const error&)>> outstanding;
  uint32_t work_out = 0; ///< of these, commands and assignments
  uint32_t inbound = 0;
  uint32_t permits_asked = 0;
  std::string why; ///< the link is as it is
};

using worker_proxy_shell = shell<worker_proxy_actor, worker_proxy_state>;

/// `dial` outlives the actor.
worker_proxy_actor::behavior_type worker_proxy(worker_proxy_shell* self, worker_proxy_config config, environment env,
                                               dialler* dial, worker_proxy_links links);

} // namespace vigie

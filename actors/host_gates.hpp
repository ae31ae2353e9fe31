// The one owner of politeness towards every host, for the whole fleet (actors/policy/host_limiter.hpp). A permit is
// leave to start one request; it comes back by release, when its worker is lost, or when its lease ends. A denial is an
// answer (permit id 0), not an error. A restarted owner waits a full gap before the first permit of each host.
// Work that was handed out before a ban must not reach the site after it: whoever is banned for a host gets no permit
// for it, and while a refusal waits for the ban-timer's ruling nobody does. Nor before the bans are known at start.
#pragma once

#include <map>
#include <optional>

#include "actors/actor.hpp"
#include "actors/environment.hpp"
#include "actors/policy/ban_ledger.hpp"
#include "actors/policy/host_limiter.hpp"

namespace vigie {

struct host_gates_config {
  host_limiter_config limits;
  ban_config bans;                          ///< the ban-timer's
  std::map<worker_id, std::string> regions; ///< of every worker
  std::map<host_key, gate_policy> policies; ///< main's own word; a worker's counts only for hosts that are not here
  duration ask_again{1000};                 ///< after the ban-timer failed to answer
  duration local_timeout{10000};            ///< for its answers
};

/// bad_config as of its parts, or zero times.
error validate(const host_gates_config& config);

struct host_gates_links {
  actor_ref<ban_timer_actor> ban_timer;
};

struct host_gates_state {
  host_gates_state() : limiter({}, 0, {}, 0), bans({}, {}, 0) {}

  static inline const char* name = "host-gates";
  host_gates_config config;
  environment env;
  host_gates_links links;
  host_limiter limiter;
  ban_ledger bans; ///< a copy of the ban-timer's
  bool bans_known = false;
  std::map<host_limiter::ticket, reply<permit>> waiting;
  uint64_t timer = 0; ///< the newest timer; earlier ones are ignored
};

using host_gates_shell = shell<host_gates_actor, host_gates_state>;

host_gates_actor::behavior_type host_gates(host_gates_shell* self, host_gates_config config, environment env,
                                           host_gates_links links);

} // namespace vigie

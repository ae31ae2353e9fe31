// The one owner of politeness towards every host, for the whole fleet (actors/policy/host_limiter.hpp). A permit is
// leave to start one request; it comes back by release, when its worker is lost, or when its lease ends. A denial is an
// answer (permit id 0), not an error. A restarted owner waits a full gap before the first permit of each host.
#pragma once

#include <map>
#include <optional>

#include "actors/actor.hpp"
#include "actors/environment.hpp"
#include "actors/policy/host_limiter.hpp"

namespace vigie {

struct host_gates_config {
  host_limiter_config limits;
};

/// bad_config as validate(host_limiter_config).
error validate(const host_gates_config& config);

struct host_gates_state {
  host_gates_state() : limiter({}, 0, {}, 0) {}

  static inline const char* name = "host-gates";
  environment env;
  host_limiter limiter;
  std::map<host_limiter::ticket, reply<permit>> waiting;
  uint64_t timer = 0; ///< the newest timer; earlier ones are ignored
};

using host_gates_shell = shell<host_gates_actor, host_gates_state>;

host_gates_actor::behavior_type host_gates(host_gates_shell* self, host_gates_config config, environment env);

} // namespace vigie

// The one way from this node to a web server: hands requests to the HTTP port, bounded and counted. Answers with
// whatever the site said; only the absence of an answer is an error. Above its limit it answers busy at once.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "actors/actor.hpp"
#include "actors/environment.hpp"
#include "adapters/ports/http_client.hpp"

namespace vigie {

struct fetcher_config {
  uint32_t max_in_flight = 64; ///< requests under way; more are answered busy
};

/// bad_config unless positive.
error validate(const fetcher_config& config);

struct fetcher_state {
  static inline const char* name = "fetcher";
  fetcher_config config;
  uint32_t in_flight = 0;
  std::map<uint64_t, uint32_t> by_asker; ///< in flight; a request goes on when its asker has died
  std::map<uint64_t, std::vector<reply<void>>> awaited;
};

using fetcher_ptr = shell<fetcher_actor, fetcher_state>*;

/// `client` outlives the actor.
fetcher_actor::behavior_type fetcher(fetcher_ptr self, fetcher_config config, environment env, http_client* client);

} // namespace vigie

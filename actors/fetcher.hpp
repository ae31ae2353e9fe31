// The one way from this node to a web server: hands requests to the HTTP port, bounded. What a site answers lands in
// the node's flights (actors/flights.hpp), whatever becomes of this actor. Above its limit it answers busy at once.
#pragma once

#include <memory>

#include "actors/actor.hpp"
#include "actors/environment.hpp"
#include "actors/flights.hpp"
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
};

using fetcher_ptr = shell<fetcher_actor, fetcher_state>*;

/// `client` outlives the actor.
fetcher_actor::behavior_type fetcher(fetcher_ptr self, fetcher_config config, environment env, http_client* client,
                                     std::shared_ptr<flights> air);

} // namespace vigie

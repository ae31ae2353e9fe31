// The one door to the database: each message of its protocol is one transaction of the port, answered when it is
// durable.
#pragma once

#include "actors/actor.hpp"
#include "actors/environment.hpp"
#include "adapters/ports/database.hpp"

namespace vigie {

struct store_state {
  static inline const char* name = "store";
};

using store_ptr = shell<store_actor, store_state>*;

/// `db` outlives the actor. A crash of the actor fails its open requests; what the database had begun still happens.
store_actor::behavior_type store(store_ptr self, database* db, environment env);

} // namespace vigie

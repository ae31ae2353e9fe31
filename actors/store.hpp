// The one door to the database: each message of its protocol is one transaction of the port, answered when it is
// durable.
#pragma once

#include "actors/actor.hpp"
#include "actors/environment.hpp"
#include "adapters/ports/database.hpp"

namespace vigie {

struct store_config {
  duration keep_runs{0};                         ///< after their end; 0 = runs are kept for ever
  duration keep_conduct{0};                      ///< the ledger's hours; 0 = for ever
  duration first_prune{std::chrono::minutes{1}}; ///< after the start
  duration prune_every{std::chrono::hours{24}};
  uint32_t prune_batch = 20;     ///< runs forgotten in one transaction, with all their attempts
  uint32_t conduct_batch = 1000; ///< the ledger's rows forgotten in one transaction
};

/// bad_config unless what is kept is not negative, and the times and the batches are above 0.
error validate(const store_config& config);

struct store_state {
  static inline const char* name = "store";
  store_config config;
  environment env;
  database* db = nullptr;
  uint64_t pruned = 0; ///< by the pruning under way
};

using store_ptr = shell<store_actor, store_state>*;

/// `db` outlives the actor. A crash of the actor fails its open requests; what the database had begun still happens.
/// It also forgets old runs and old rows of the conduct ledger, once a day.
store_actor::behavior_type store(store_ptr self, database* db, environment env, store_config config);

} // namespace vigie

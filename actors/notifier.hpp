// Empties the outbox into the channels. A row is sent by one notifier at a time, with the same key and body each time;
// what may have arrived is repeated only where the receiver can tell, else listed for a person.
#pragma once

#include <map>
#include <memory>

#include "actors/actor.hpp"
#include "actors/environment.hpp"
#include "actors/policy/delivery.hpp"
#include "adapters/ports/notify_channel.hpp"

namespace vigie {

struct notifier_config {
  delivery_config delivery;
  uint32_t batch = 32;        ///< rows claimed at once
  uint32_t max_in_flight = 8; ///< sends under way over all channels
  duration poll{5000};        ///< looks for due rows at least this often
};

result<notifier_config> validate(notifier_config config);

struct notifier_state;
using notifier_ptr = shell<notifier_actor, notifier_state>*;

/// The channels outlive the actor.
notifier_actor::behavior_type notifier(notifier_ptr self, notifier_config config,
                                       std::map<channel_id, notify_channel*> channels, actor_ref<store_actor> store,
                                       environment env);

} // namespace vigie

// Empties the outbox into the channels. A row is sent by one notifier at a time, with the same key and body each time;
// what may have arrived is repeated only where the receiver can tell, else listed for a person. Only what can be sent
// now is claimed, so that a crash leaves no row in doubt that was never sent.
#pragma once

#include <map>
#include <random>
#include <string>

#include "actors/actor.hpp"
#include "actors/environment.hpp"
#include "actors/policy/delivery.hpp"
#include "adapters/ports/notify_channel.hpp"

namespace vigie {

struct notifier_config {
  delivery_config delivery;
  uint32_t batch = 32;        ///< rows claimed at once, at most
  uint32_t max_in_flight = 8; ///< sends under way over all channels
  duration poll{5000};        ///< looks for due rows at least this often
};

result<notifier_config> validate(notifier_config config);

struct notifier_state;
using notifier_ptr = shell<notifier_actor, notifier_state>*;

struct notifier_state {
  static inline const char* name = "notifier";

  notifier_ptr self = nullptr;
  notifier_config config;
  std::map<channel_id, notify_channel*> channels;
  actor_ref<store_actor> store;
  environment env;
  std::mt19937_64 rng;

  uint32_t in_flight = 0; ///< claimed, and what became of it not yet stored
  uint64_t sent = 0;
  uint64_t failed = 0;
  bool recovered = false; ///< no row is `sending` but those in flight
  bool first_recovery = true;
  bool recovering = false;
  bool claiming = false;
  bool more = false; ///< there may be rows beyond those claimed

  void recover();
  void poll();
  void claim();
  void claim_lost(const error& why);
  void send(outbox_row row);
  void outcome(const outbox_row& row, const error& what, bool idempotent);
  void finish(outbox_id id, delivery_decision decision, std::string problem);
  void finished();
  void show_state();
};

/// The channels outlive the actor.
notifier_actor::behavior_type notifier(notifier_ptr self, notifier_config config,
                                       std::map<channel_id, notify_channel*> channels, actor_ref<store_actor> store,
                                       environment env);

} // namespace vigie

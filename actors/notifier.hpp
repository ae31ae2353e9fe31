// Empties the outbox into the channels. A row is sent by one notifier at a time, with the same key and body each time;
// what may have arrived is repeated only where the receiver can tell, else listed for a person.
#pragma once

#include <deque>
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
  uint32_t batch = 32;        ///< rows claimed at once
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

  std::deque<outbox_row> waiting; ///< claimed, not yet sent
  uint32_t in_flight = 0;
  uint64_t sent = 0;
  uint64_t failed = 0;
  bool recovered = false;
  bool claiming = false;
  bool more = false; ///< rows came while a claim was under way

  void recover();
  void poll();
  void claim();
  void send_next();
  void send(outbox_row row);
  void outcome(const outbox_row& row, const error& what, bool idempotent);
  void finish(outbox_id id, delivery_decision decision, std::string problem);
  void show_state();
};

/// The channels outlive the actor.
notifier_actor::behavior_type notifier(notifier_ptr self, notifier_config config,
                                       std::map<channel_id, notify_channel*> channels, actor_ref<store_actor> store,
                                       environment env);

} // namespace vigie

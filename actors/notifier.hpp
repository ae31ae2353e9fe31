// Empties the outbox into the channels. A row is sent by one notifier at a time, with the same key and body each time;
// what may have arrived is repeated only where the receiver can tell, else listed for a person. Only what can be sent
// now is claimed, so that a crash leaves no row in doubt that was never sent: a channel whose receiver is away, or
// wants to be left alone, is not asked for rows until one may be tried (actors/policy/channel_pacing.hpp).
//
// An ordered end claims nothing more and waits for the sends under way.
#pragma once

#include <map>
#include <random>
#include <string>

#include "actors/actor.hpp"
#include "actors/environment.hpp"
#include "actors/policy/channel_pacing.hpp"
#include "adapters/ports/notify_channel.hpp"

namespace vigie {

struct notifier_config {
  delivery_config delivery;
  channel_pacing_config pacing;
  uint32_t batch = 32;        ///< rows claimed, or given up, at once, at most
  uint32_t max_in_flight = 8; ///< sends under way over all channels
  duration poll{5000};        ///< looks for due rows at least this often
  duration end_wait{5000};    ///< an ordered end waits so long for sends under way
};

result<notifier_config> validate(notifier_config config);

struct notifier_state;
using notifier_ptr = shell<notifier_actor, notifier_state>*;

/// A channel, or the name of one that the configuration does not have any more.
struct way_out {
  notify_channel* channel = nullptr;
  channel_pacing pacing;
  std::string problem; ///< of its last failure; empty = it works
  bool unstored = false;
  bool storing = false;
};

struct notifier_state {
  static inline const char* name = "notifier";

  notifier_ptr self = nullptr;
  notifier_config config;
  std::map<channel_id, way_out> ways;
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
  bool more = false;         ///< there may be rows beyond those claimed
  optional<mono_time> armed; ///< a timer for the next channel that may send again
  bool ending = false;
  caf::error end_reason;

  // notifier.cpp: what is claimed when
  void read_states();
  void recover();
  void poll();
  /// `all`: also of channels that nobody knows.
  void claim(bool all = false);
  void claim_lost(const error& why);
  void take(const std::vector<outbox_row>& rows);
  void give_back(outbox_id id);
  void arm();
  void send(const outbox_row& row);
  void end(caf::error reason);
  void show_state();

  // notifier_outcome.cpp: what comes of a send
  void outcome(const outbox_row& row, uint64_t number, const send_outcome& what);
  void finish(outbox_id id, delivery_decision decision, std::string problem);
  void finished();
  void channel_changed(const channel_id& id, const channel_news& news);
  void keep_state(const channel_id& id);
  void give_up(const channel_id& id, const std::string& problem);
  void tell_end(const outbox_row& row, delivery_state state, const std::string& why);
  void tell_recovered(const std::vector<outbox_row>& rows);
};

/// The channels outlive the actor.
notifier_actor::behavior_type notifier(notifier_ptr self, notifier_config config,
                                       std::map<channel_id, notify_channel*> channels, actor_ref<store_actor> store,
                                       environment env);

} // namespace vigie

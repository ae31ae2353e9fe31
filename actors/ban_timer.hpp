// Owns the ban ledger (actors/policy/ban_ledger.hpp): rules on refusals, keeps every verdict in the store, and tells
// the balancer each change, the end of a ban included. Answers nothing before the stored verdicts are back.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "actors/actor.hpp"
#include "actors/environment.hpp"
#include "actors/policy/ban_ledger.hpp"

namespace vigie {

struct ban_timer_config {
  ban_config bans;
  std::map<worker_id, std::string> regions; ///< of every worker
  size_t max_parked = 10000;                ///< requests that wait for the stored verdicts; more are `busy`
  duration ask_again{1000};                 ///< after the store failed
  duration store_timeout{10000};
  size_t max_evidence_bytes = 200;
};

/// bad_config as validate(ban_config), or zero limits.
error validate(const ban_timer_config& config);

struct ban_timer_links {
  actor_ref<store_actor> store;
  actor_ref<balancer_actor> balancer;
  actor_ref<host_gates_actor> host_gates;
};

struct ban_timer_state {
  ban_timer_state() : ledger({}, {}, 0) {}

  using key = std::tuple<verdict_scope, worker_id, host_key>;
  struct write {
    verdict what;
    bool drop = false;
    uint64_t version = 0;
  };

  static inline const char* name = "ban-timer";
  ban_timer_config config;
  environment env;
  ban_timer_links links;
  ban_ledger ledger;
  bool restored = false;
  wall_time looked{};           ///< ends of bans up to here were announced
  uint64_t timer = 0;           ///< the newest timer; earlier ones are ignored
  std::map<key, write> unsaved; ///< the newest word on each verdict that the store has not acknowledged
  uint64_t version = 0;
  bool saving = false;
  std::vector<std::function<void()>> parked;
  std::vector<std::function<void()>> ruled; ///< rulings that are given when nothing is unsaved
};

using ban_timer_shell = shell<ban_timer_actor, ban_timer_state>;

// ban_timer_store.cpp: verdicts on their way into the store.

/// One write at a time, so that the newest word on a verdict is also the last one.
void save_verdicts(ban_timer_shell* self);
/// `f` now, or when the next ban-timer would know as much as this one: whoever hears a ruling forgets the refusal.
void when_saved(ban_timer_shell* self, std::function<void()> f);

ban_timer_actor::behavior_type ban_timer(ban_timer_shell* self, ban_timer_config config, environment env,
                                         ban_timer_links links);

} // namespace vigie

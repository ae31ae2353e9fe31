// The alert cycle: plan, dispatch, settle; one run at a time.
//
// It survives its own death: what is settled is in the store, and a new incarnation resumes the stored run with the
// alerts that are not. Every result is stored under its fencing token before the worker hears that it may forget it, so
// nothing finished is lost or done twice.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "actors/actor.hpp"
#include "actors/environment.hpp"
#include "actors/policy/cycle_settlement.hpp"

namespace vigie {

struct alert_cycle_config {
  bool enabled = true;       ///< false: runs only when asked
  duration interval{300000}; ///< ALERT_CHECK_INTERVAL_MS
  duration initial_delay{60000};
  overlap_policy overlap = overlap_policy::skip;
  cycle_limits limits;
  duration key_window{3600000}; ///< how long an idempotency key of a trigger is remembered
  size_t max_keys = 256;        ///< the oldest are forgotten first
  source_table sources;
  std::map<worker_id, std::string> regions;
};

result<alert_cycle_config> validate(alert_cycle_config config);

struct alert_cycle_links {
  actor_ref<store_actor> store;
  actor_ref<balancer_actor> balancer;
  actor_ref<ban_timer_actor> bans;
  actor_ref<notifier_actor> notifier;
  std::map<worker_id, actor_ref<worker_proxy_actor>> workers;
};

struct alert_cycle_state;
using alert_cycle_ptr = shell<alert_cycle_actor, alert_cycle_state>*;

/// One trigger that waits for the store or for the run that is on.
struct waiting_trigger {
  trigger_run what;
  std::shared_ptr<reply<run_ticket>> answer; ///< none for the timer
};

struct alert_cycle_state {
  static inline const char* name = "alert-cycle";

  alert_cycle_ptr self = nullptr;
  alert_cycle_config config;
  alert_cycle_links links;
  environment env;

  bool starting = true; ///< a run is being begun, resumed or ended: triggers wait
  bool running = false;
  run_summary run;
  trace_id trace;
  std::string cause;
  run_ledger ledger;
  mono_time run_started{};
  std::set<host_key> closed;  ///< hosts whose circuit is open
  std::set<alert_id> storing; ///< settlements on their way to the store
  bool dispatching = false;
  uint32_t preparing = 0; ///< shares on their way to workers
  bool cancelled = false;
  duration assignment_deadline{0};
  std::deque<waiting_trigger> queue;
  std::deque<std::pair<std::string, std::pair<run_id, mono_time>>> keys;
  mono_time next_tick{};
  bool tick_armed = false;
  std::string last_problem;

  // alert_cycle.cpp: ticks and triggers
  void start();
  void arm_tick();
  void trigger(waiting_trigger t);
  void watch();
  void say(log_level level, std::string_view event_name, std::vector<std::pair<std::string, std::string>> fields);
  void show_state();

  // alert_cycle_run.cpp: the life of a run
  void resume();
  void begin(waiting_trigger t);
  void begun(const begun_run& b, const std::string& why);
  void warn_if_infeasible(const std::vector<host_load>& loads);
  void ask_circuits();
  void finish_if_done();
  void cancel_run(const std::string& why);
  void ended(const run_summary& summary);
  void announce_end(const run_summary& summary);
  void next_in_queue();

  // alert_cycle_dispatch.cpp: handing out and taking back
  void dispatch();
  void place(const open_workers& open);
  void hand_out(plan_share share);
  void send_assignment(plan_share share);
  void settle_homeless();
  void take_back(assignment_id id, const error& why);
  void give_up();
  void settle_here(const fetch_plan& plan, const alert& what, const error& why);

  // alert_cycle_settle.cpp: what comes back
  void settle(alert_settled what, worker_id worker, std::shared_ptr<reply<settle_ack>> ack);
  void rule_on_refusal(alert_settled what, worker_id worker, std::shared_ptr<reply<settle_ack>> ack);
  void store(alert_settled what, worker_id worker, bool final, std::string refused_region,
             std::shared_ptr<reply<settle_ack>> ack);
  void stored(const alert_settled& what, const worker_id& worker, bool final, const std::string& refused_region,
              const settle_receipt& receipt);
  envelope make_envelope() const;
};

alert_cycle_actor::behavior_type alert_cycle(alert_cycle_ptr self, alert_cycle_config config, alert_cycle_links links,
                                             environment env);

} // namespace vigie

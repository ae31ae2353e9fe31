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
#include "actors/policy/host_rulings.hpp"
#include "actors/policy/known_pages.hpp"
#include "actors/policy/suspicion_watch.hpp"

namespace vigie {

struct alert_cycle_config {
  bool enabled = true;       ///< false: runs only when asked
  duration interval{300000}; ///< ALERT_CHECK_INTERVAL_MS
  duration initial_delay{60000};
  overlap_policy overlap = overlap_policy::skip;
  cycle_limits limits;
  duration key_window{3600000};    ///< how long an idempotency key of a trigger is remembered
  size_t max_keys = 256;           ///< the oldest are forgotten first
  size_t max_queue = 64;           ///< triggers that wait for the store or for the end of a run; more are busy
  size_t alerts_per_message = 250; ///< of one assignment; a larger share goes in several
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

/// The turn of each host's rulings when something was asked about it.
using host_turns = std::map<host_key, uint64_t>;

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
  known_pages pages;         ///< of the run's alerts
  suspicion_watch suspicion; ///< over runs; a restart forgets
  mono_time run_started{};
  std::set<host_key> closed;       ///< hosts whose circuit is open
  std::set<fencing_token> storing; ///< settlements on their way to the store, or to the ban-timer before that
  host_rulings rulings;
  bool dispatching = false;
  uint32_t preparing = 0; ///< shares and orphans on their way to a token
  bool cancelled = false;
  duration assignment_deadline{0};
  std::deque<waiting_trigger> queue;
  std::deque<std::pair<std::string, std::pair<run_id, mono_time>>> keys;
  mono_time next_tick{};
  bool tick_armed = false;
  std::string last_problem;

  bool at_work() const { return running && !cancelled; }

  // alert_cycle.cpp: ticks, triggers, and what is looked at from time to time
  void start();
  void arm_tick();
  void trigger(waiting_trigger t);
  bool answer_known_key(waiting_trigger& t);
  void remember_key(const trigger_run& what, run_id id);
  void put_in_queue(waiting_trigger t);
  void skip(waiting_trigger t);
  void watch();

  // alert_cycle_run.cpp: the life of a run
  void resume();
  void begin(waiting_trigger t);
  void not_begun(waiting_trigger t, const error& why);
  void begun(const begun_run& b, const std::string& why, const std::vector<run_alert>& earlier);
  void ask_circuits();
  void finish_if_done();
  void cancel_run(const std::string& why);
  void ended(const run_summary& summary);
  void next_in_queue();

  // alert_cycle_dispatch.cpp: handing out
  void dispatch();
  void place(open_workers open, const host_turns& asked_in);
  void hand_out(plan_share share);
  void prepared(plan_share share, const host_turns& asked_in);
  void send_assignment(plan_share share);

  // alert_cycle_recall.cpp: taking back, giving up
  void take_back(assignment_id id, const error& why);
  void take_back_from_host(assignment_id id, const host_key& host, const error& why);
  void announce_taken(const run_ledger::taken& taken, const error& why);
  void tell_cancelled(const worker_id& worker, assignment_id id, std::vector<host_key> hosts = {});
  void close_host(const host_key& host);
  void give_up();
  void settle_here(std::vector<run_ledger::orphan> orphans, const error& why);

  // alert_cycle_settle.cpp: what comes back
  void settle(alert_settled what, worker_id worker, std::shared_ptr<reply<settle_ack>> ack);
  void settle_stale(alert_settled what, worker_id worker, std::shared_ptr<reply<settle_ack>> ack);
  void begin_settling(const alert_settled& what, const worker_id& worker);
  void rule_on_refusal(alert_settled what, worker_id worker, std::shared_ptr<reply<settle_ack>> ack);
  void ruled(const alert_settled& what, const worker_id& worker, const refusal_ruling& ruling,
             std::shared_ptr<reply<settle_ack>> ack);
  void store(alert_settled what, worker_id worker, bool final, std::shared_ptr<reply<settle_ack>> ack);
  void stored(const alert_settled& what, const worker_id& worker, bool final, const settle_receipt& receipt);
  void report_work(const worker_id& worker, const error& problem, int32_t http_status, duration took,
                   uint32_t pieces = 1);
  envelope make_envelope() const;

  // alert_cycle_report.cpp: what it says of itself
  void say(log_level level, std::string_view event_name, std::vector<std::pair<std::string, std::string>> fields);
  void show_state();
  void announce_settled(const alert_settled& what, const worker_id& worker, bool final, const settle_receipt& receipt);
  void announce_begin(const begun_run& b);
  void announce_end(const run_summary& summary);
};

alert_cycle_actor::behavior_type alert_cycle(alert_cycle_ptr self, alert_cycle_config config, alert_cycle_links links,
                                             environment env);

} // namespace vigie

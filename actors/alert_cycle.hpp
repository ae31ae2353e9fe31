// The alert cycle: plan, dispatch, settle.
//
// A run is begun by the timer or by hand, and ends when every alert of it is settled, at its deadline at the latest. A
// host that is slow holds up nobody else: the next tick leaves out the hosts at which an earlier run still has open
// searches, and begins a run of its own with all others. So several runs may be on, but no two of them at one host.
//
// It survives its own death: what is settled is in the store, and a new incarnation resumes the stored run with the
// alerts that are not. Every result is stored under its fencing token before the worker hears that it may forget it, so
// nothing finished is lost or done twice.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>

#include "actors/actor.hpp"
#include "actors/environment.hpp"
#include "actors/policy/cycle_settlement.hpp"
#include "actors/policy/host_rulings.hpp"
#include "actors/policy/known_pages.hpp"
#include "actors/policy/run_words.hpp"
#include "actors/policy/suspicion_watch.hpp"
#include "actors/policy/trigger_keys.hpp"

namespace vigie {

struct alert_cycle_config {
  bool enabled = true;       ///< false: runs only when asked
  duration interval{300000}; ///< ALERT_CHECK_INTERVAL_MS
  duration initial_delay{60000};
  duration spread{0}; ///< a tick comes up to so much later than its phase, drawn anew each time; below the interval
  overlap_policy overlap = overlap_policy::skip;
  cycle_limits limits;
  duration key_window{3600000};    ///< how long an idempotency key of a trigger is remembered
  size_t max_keys = 256;           ///< the oldest are forgotten first
  size_t max_queue = 64;           ///< triggers that wait for the store or for the end of a run; more are busy
  size_t max_runs = 16;            ///< that are on at once, the older ones for slow hosts; above it a tick is skipped
  duration run_deadline{1800000};  ///< of a run that the gates do not make longer; then it ends, settled or not
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

/// A host at which a run still has open searches, so that a newer one has to do without it.
struct busy_host {
  run_id run;
  wall_time since{}; ///< begin of the run
  uint32_t searches = 0;
};

/// One run that is on.
struct cycle_run {
  run_summary row;
  trace_id trace;
  std::string cause;
  run_ledger ledger;
  known_pages pages; ///< of the run's alerts
  mono_time started{};
  mono_time deadline{};
  duration assignment_deadline{0};
  std::map<host_key, error> closed; ///< hosts that are asked no more in this run, and why
  std::vector<failed_alert> failed; ///< the first ones
  bool dispatching = false;
  uint32_t preparing = 0; ///< shares and orphans on their way to a token
  bool cancelled = false;
  bool ending = false;

  bool at_work() const { return !cancelled && !ending; }
};
using cycle_run_ptr = std::shared_ptr<cycle_run>;

struct alert_cycle_state {
  static inline const char* name = "alert-cycle";

  alert_cycle_ptr self = nullptr;
  alert_cycle_config config;
  alert_cycle_links links;
  environment env;

  bool starting = true;                    ///< a run is being begun or resumed: triggers wait
  std::map<run_id, cycle_run_ptr> runs;    ///< that are on
  run_id newest;                           ///< run, on or ended
  suspicion_watch suspicion;               ///< over runs; a restart forgets
  std::map<fencing_token, run_id> storing; ///< on their way to the store, or to the ban-timer before that
  host_rulings rulings;
  std::deque<waiting_trigger> queue;
  trigger_keys keys;
  mono_time next_tick{};
  bool tick_armed = false;
  std::mt19937_64 chance; ///< of ticks
  std::string last_problem;

  // alert_cycle.cpp: ticks, and what is looked at from time to time
  void start();
  void arm_tick();
  void watch(bool was_held_up = false);

  // alert_cycle_trigger.cpp: what a trigger means while other runs are on
  void trigger(waiting_trigger t);
  bool answer_known_key(waiting_trigger& t);
  void put_in_queue(waiting_trigger t);
  bool may_begin_beside(const waiting_trigger& t) const;
  void skip(waiting_trigger t);
  void next_in_queue();
  cycle_run_ptr find_run(run_id id) const;
  std::map<host_key, busy_host> busy_hosts() const;

  // alert_cycle_begin.cpp
  void resume();
  void end_others(run_id resumed);
  void end_stored(run_id id);
  void begin(waiting_trigger t);
  void not_begun(waiting_trigger t, const error& why);
  void begun(const begun_run& b, const std::string& why, const std::vector<run_alert>& earlier);
  void ask_circuits(const cycle_run_ptr& run);

  // alert_cycle_end.cpp
  void finish_if_done(const cycle_run_ptr& run);
  void cancel_runs(const std::string& why);
  void pass_deadline(const cycle_run_ptr& run);
  void ended(const cycle_run_ptr& run, const run_summary& summary);

  // alert_cycle_dispatch.cpp: handing out
  void dispatch(const cycle_run_ptr& run);
  void place(const cycle_run_ptr& run, open_workers open, const host_turns& asked_in);
  void hand_out(const cycle_run_ptr& run, plan_share share);
  void prepared(const cycle_run_ptr& run, plan_share share, const host_turns& asked_in);
  void send_assignment(const cycle_run_ptr& run, plan_share share);
  envelope make_envelope(const cycle_run_ptr& run) const; ///< none: of no run

  // alert_cycle_recall.cpp: taking back, giving up
  void take_back(const cycle_run_ptr& run, assignment_id id, const error& why);
  void take_back_from_host(const cycle_run_ptr& run, assignment_id id, const host_key& host, const error& why);
  void tell_cancelled(const cycle_run_ptr& run, const worker_id& worker, assignment_id id,
                      std::vector<host_key> hosts = {});
  void close_host(const cycle_run_ptr& run, const host_key& host, const error& why);
  void close_silent(const cycle_run_ptr& run, const host_key& host);
  void give_up(const cycle_run_ptr& run);
  void settle_here(const cycle_run_ptr& run, std::vector<run_ledger::orphan> orphans, const error& why);

  // alert_cycle_settle.cpp: what comes back
  void settle(alert_settled what, worker_id worker, std::shared_ptr<reply<settle_ack>> ack);
  void settle_stale(alert_settled what, worker_id worker, std::shared_ptr<reply<settle_ack>> ack);
  void begin_settling(const cycle_run_ptr& run, const alert_settled& what, const worker_id& worker);
  void rule_on_refusal(alert_settled what, worker_id worker, std::shared_ptr<reply<settle_ack>> ack);
  void ruled(const alert_settled& what, const worker_id& worker, const refusal_ruling& ruling,
             std::shared_ptr<reply<settle_ack>> ack);
  void store(alert_settled what, worker_id worker, bool final, std::shared_ptr<reply<settle_ack>> ack);
  void stored(const alert_settled& what, const worker_id& worker, bool final, const settle_receipt& receipt);
  void report_work(const worker_id& worker, const error& problem, int32_t http_status, duration took,
                   uint32_t pieces = 1);

  // alert_cycle_report.cpp: what it says of itself
  void say(log_level level, std::string_view event_name, std::vector<std::pair<std::string, std::string>> fields,
           const trace_id& trace = {});
  void show_state();
  void announce_settled(const trace_id& trace, const alert_settled& what, const worker_id& worker, bool final,
                        const settle_receipt& receipt);
  void announce_taken(const cycle_run_ptr& run, const run_ledger::taken& taken, const error& why);
  void announce_begin(const cycle_run_ptr& run, const std::vector<alert>& alerts);
  void announce_end(const cycle_run_ptr& run, const run_summary& summary);
  void announce_left_out(const std::map<host_key, busy_host>& busy);
};

/// Why the alerts of a host whose circuit is open are not tried.
error open_circuit();

alert_cycle_actor::behavior_type alert_cycle(alert_cycle_ptr self, alert_cycle_config config, alert_cycle_links links,
                                             environment env);

} // namespace vigie

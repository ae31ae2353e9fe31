// The small commands (imperative), queries (get_) and events (past tense) that actors exchange. Who answers what is on
// one page: messages/protocols.hpp.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "messages/values/command.hpp"
#include "messages/values/conduct.hpp"
#include "messages/values/inspection.hpp"
#include "messages/values/outbox.hpp"
#include "messages/values/permits.hpp"
#include "messages/values/run.hpp"
#include "messages/values/verdict.hpp"
#include "messages/values/worker.hpp"

namespace vigie {

// -- store
// ----------------------------------------------------------------------------------------------------------------

/// A run and the alerts it has to check; a resumed run lists only its unfinished ones.
struct begun_run {
  run_summary run;
  std::vector<alert> alerts;
  std::map<alert_id, std::vector<page_record>> pages{}; ///< what each was matched against the last time
};

/// One alert given to one worker. The store answers with the token of this attempt.
struct attempt_request {
  alert_id alert;
  worker_id worker;
  uint32_t attempt = 1;
};

/// What became of one settlement.
struct settle_receipt {
  bool applied = false; ///< false: the token was not the newest of this (run, alert); the result is kept as `late`
  uint32_t new_matches = 0;
  uint32_t outbox_rows = 0;
  std::string paused_why{}; ///< not empty: this settlement paused its alert
};

struct match_filter {
  optional<run_id> run;
  optional<alert_id> alert;
  uint32_t limit = 100;
};

struct get_alerts {
  uint8_t unused = 0;
};
/// Replaces the alert of its id, or makes one (id 0). conflict if it is not as `before` says any more.
struct put_alert {
  alert what;
  optional<alert> before{}; ///< not given: whatever it is
};
struct import_alerts {
  std::vector<alert> what;
};
struct remove_alert {
  alert_id id;
};
struct enable_alert {
  alert_id id;
  bool enabled = true;
};
struct find_unfinished_run {
  uint8_t unused = 0;
};
struct begin_run {
  run_trigger trigger = run_trigger::timer;
  trace_id trace;
  std::vector<source_id> without{}; ///< their alerts stay out: an earlier run is still at work at their host
  std::vector<alert_id> only{};     ///< no others; empty = all that are enabled
};
struct record_skipped_run {
  run_trigger trigger = run_trigger::timer;
  run_state why = run_state::skipped_overlap;
  std::string note;
};
struct begin_attempts {
  run_id run;
  std::vector<attempt_request> what;
};
struct settle_alert {
  alert_settled what;
  bool final = true; ///< false: a failed attempt that will be tried again
};
struct end_run {
  run_id run;
  run_state how = run_state::completed;
  uint32_t workers = 0;
  uint32_t workers_ok = 0;
  std::string note;
};
struct get_runs {
  uint32_t limit = 20;
};
struct get_run {
  run_id run;
};
struct get_run_alerts {
  run_id run;
};
struct get_matches {
  match_filter filter;
};
struct get_worker_status {
  uint8_t unused = 0;
};
struct save_worker_status {
  std::vector<worker_status> rows;
};
struct get_verdicts {
  uint8_t unused = 0;
};
struct put_verdict {
  verdict what;
};
struct drop_verdict {
  verdict_scope scope = verdict_scope::worker_host;
  worker_id worker;
  host_key host;
};

/// What gates must not forget.
struct get_host_states {
  uint8_t unused = 0;
};
struct get_robots {
  uint8_t unused = 0;
};
/// Replaces the one of its authority; a copy of standing `unknown` makes it forgotten.
struct put_robots {
  stored_robots what;
};
/// The ledger's rows of one host, oldest first; no host = of all hosts, host by host. Those of the same stretch of time
/// come as one, whose hour is the stretch's beginning.
struct get_conduct {
  host_key host{};
  wall_time since{};      ///< hours that end after it
  duration step{3600000}; ///< a stretch, in UTC: an hour (as it is kept), a day; 0 = one row for all the time
  uint32_t limit = 10000; ///< rows; more are bad_request
};
/// Adds to the rows of the same host and hour; with them, what gates must not forget: each replaces the one of its
/// gate.
struct add_conduct {
  std::vector<conduct_row> rows;
  std::vector<host_state> states{};
};

// -- fleet
// ----------------------------------------------------------------------------------------------------------------

/// A worker's link went to another state (told by its proxy, the owner).
struct link_changed {
  worker_id worker;
  link_state state = link_state::connecting;
  uint64_t epoch = 0;
  std::string why;
};
/// The health-monitor's judgement after hysteresis.
struct health_judged {
  worker_id worker;
  bool healthy = false;
  std::string why;
};
/// All verdicts in force; sent on every change.
struct bans_changed {
  std::vector<verdict> verdicts;
};
/// How a piece of work ended, for the record of the worker that had it.
enum class work_outcome : uint8_t {
  success,
  our_fault, ///< the worker, its node or its link failed: only this counts as its error (T29)
  outside,   ///< the site, the way to it, or the program that was run; a request without a success
  untried    ///< nothing was begun: it does not count at all
};
/// One piece of work of a worker ended.
struct work_ended {
  worker_id worker;
  work_outcome how = work_outcome::success;
  duration took{0};
  std::string problem;
};
/// Work was handed to a worker.
struct work_begun {
  worker_id worker;
  uint32_t pieces = 1;
};
struct get_workers {
  uint8_t unused = 0;
};
/// Who may be given work for this host now. An empty host asks without regard to bans.
struct get_available {
  host_key host;
};
struct available_worker {
  worker_id worker;
  std::string region;
  bool probe_only = false; ///< half-open: one plan for this host, to see whether the ban is over
  uint32_t share = 100;    ///< percent of an even share of this host's work; less for a while after a ban
};
struct probe_worker {
  uint8_t unused = 0;
};
struct set_draining {
  bool draining = true;
};
/// A site refused a worker (403).
struct site_refused {
  worker_id worker;
  host_key host;
  std::string evidence;
  duration age{0}; ///< since the site said so, as far as who tells it knows
};
/// What to do about it.
struct refusal_ruling {
  bool try_elsewhere = false; ///< one other region may still try
  bool circuit_open = false;  ///< the host refused two regions: everyone stops there
  verdict ban;
};
/// A worker's request to a host it was half-open for ended without a refusal.
struct site_answered {
  worker_id worker;
  host_key host;
};
struct lift_bans {
  worker_id worker;
};
/// Who is left alone now, those for the longest time first.
struct get_holds {
  uint8_t unused = 0;
};
/// A person says that this host may be asked again. Answered with what held it, when that is stored; not_found if
/// nothing did.
struct lift_holds {
  host_key host;
};
struct get_bans {
  uint8_t unused = 0;
};

// -- cycle
// ----------------------------------------------------------------------------------------------------------------

struct trigger_run {
  run_trigger trigger = run_trigger::timer;
  std::string idempotency_key; ///< empty = none
  std::string cause;
  std::vector<alert_id> only{}; ///< these alone; empty = all that are enabled
};
struct run_ticket {
  run_id run;
  bool deduplicated = false; ///< an earlier request with the same key, or the run that is on
};
struct assign_receipt {
  assignment_id id;
  uint32_t accepted = 0; ///< alerts
};
/// Main takes work back: the searches of these hosts, or the whole assignment.
struct cancel_assignment {
  assignment_id id;
  std::vector<host_key> hosts{}; ///< empty = all of it
};
struct assignment_beat {
  assignment_id id;
  uint32_t unfinished = 0;
};
struct assignment_finished {
  assignment_id id;
};
/// The settlement is stored (or known as late): the worker may forget it.
struct settle_ack {
  bool applied = false;
};
/// The link broke: nothing of this worker will come any more under this epoch.
struct worker_lost {
  worker_id worker;
  uint64_t epoch = 0;
  std::string why;
};
struct get_cycle {
  uint8_t unused = 0;
};
struct cycle_report {
  bool running = false;
  run_id run;
  uint32_t unfinished = 0;
  duration next_in{0}; ///< until the next tick; 0 = none is due (disabled)
  std::string last_problem;
};
/// The outbox has new rows.
struct outbox_grew {
  uint32_t rows = 0;
};

// -- worker node
// ----------------------------------------------------------------------------------------------------------

struct heartbeat {
  uint64_t count = 0;
};
/// One fetch plan for one scraper.
struct run_plan {
  assignment_id assignment;
  run_id run;
  fetch_plan plan;
  source_spec source;
  duration deadline{0}; ///< what is left of the assignment's; 0 = none
};
struct get_health {
  uint8_t unused = 0;
};

// -- inspection
// -----------------------------------------------------------------------------------------------------------

struct get_node {
  uint8_t unused = 0;
};
struct get_fleet {
  uint8_t unused = 0;
};
/// Fault injection: the named actor of that node throws in its next message.
struct crash_order {
  std::string node;
  std::string actor;
};

} // namespace vigie

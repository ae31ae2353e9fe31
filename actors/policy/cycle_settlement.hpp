// The book of one running cycle: who has which alert under which token, what came back, what goes to whom next.
//
//              split            assigned           settling               done
//   waiting ──────────▶ taken ────────────▶ out ────────────▶ judged ────────────▶ done
//    ▲  │  ▲              │                  │                 ▲  │
//    │  │  └──────────────┴──────────────────┘                 │  │
//    │  │    not_assigned      take_back, while attempts last  │  │
//    │  └──────────── settling: a late result in time ─────────┘  │
//    └───────────────────────── give_back ────────────────────────┘
//
// Every alert is in exactly one of these states. `judged` = its result is on its way into the store.
#pragma once

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "actors/policy/fetch_plan.hpp"
#include "messages/values/run.hpp"

namespace vigie {

struct cycle_limits {
  /// Per alert, each on another worker while there is one (MAX_RETRIES). Not counted, once a worker: an attempt in
  /// which the site was not asked, because it had refused that worker over another alert.
  uint32_t max_attempts = 3;
  duration silence{30000};   ///< neither settlement nor beat of an assignment for so long = its worker is stuck
  duration beat_every{2000}; ///< asked of workers
  /// Beyond an assignment's deadline, for the worker's own word about what is open: it alone knows whether a page is
  /// what takes so long, which nobody else is to have then.
  duration deadline_grace{5000};
  duration patience{60000};   ///< how long a plan waits for any worker before it fails with no_capacity
  uint32_t host_timeouts = 3; ///< searches of a host that time out in a row in one run: the rest of it is not asked
};

/// An answer of the site. `refused` without a status is the gate's: this worker is banned, the site was not asked.
bool is_refusal_of_site(errc code, int32_t http_status);

/// The gate's word: the worker is banned there, the site was not asked about this alert.
bool is_denial_of_gate(errc code, int32_t http_status);

/// Errors that say nothing about the site, or that another way through the network may not meet: the alert is
/// worth another attempt, on another worker. Of a site's own errors only 408 and 504, which tell of the way to it.
bool worth_another_attempt(errc code, int32_t http_status);

class run_ledger {
public:
  enum class judgement : uint8_t {
    stale,    ///< not the newest attempt, or a newer one is being made: the store decides whether it counts
    repeated, ///< judged before: nothing more to store
    final,    ///< store it, the alert is done
    again,    ///< store the attempt, then try elsewhere
    refused   ///< 403: ask the ban-timer what to do
  };

  run_ledger() = default;
  /// `alerts` are the unfinished ones of `run`; what an earlier life finished is counted in the summary. `regions`: of
  /// every worker known; another one counts as a region of its own.
  run_ledger(const run_summary& run, const std::vector<alert>& alerts, const source_table& sources, cycle_limits limits,
             std::map<worker_id, std::string> regions, mono_time now);
  /// The attempts of an earlier life, by token; before anything else. They count, and their results are still known.
  void remember(const std::vector<run_alert>& attempts);

  run_id run() const { return run_; }

  /// An alert that is to be settled as failed without being tried (again). It is `taken`.
  struct orphan {
    alert what;
    host_key host; ///< empty if it has no source
  };
  /// Those that no source will ever answer. Once.
  std::vector<orphan> take_homeless();

  // -- handing out
  // ------------------------------------------------------------------------------------------------------
  std::vector<host_key> waiting_hosts() const;
  bool has_waiting() const { return !waiting_.empty(); }
  /// Takes what can be placed now. Alerts of the same query share a plan while they may go to the same workers. A
  /// worker that has had an alert gets it again only when nobody else is open; after a refusal one other region gets
  /// it, and no third.
  std::vector<plan_share> split(const open_workers& open);
  uint32_t next_attempt(alert_id id) const;
  std::string name_of(alert_id id) const; ///< empty if it is none of this run's
  /// The share goes out. Its alerts carry their tokens. What was done while it was prepared (an old worker's result may
  /// still count) is taken out of it; false: nothing is left.
  bool assigned(assignment_id id, plan_share& share, mono_time now, duration deadline);
  /// The share did not go out: its alerts wait again; no attempt is spent.
  void not_assigned(const plan_share& share, mono_time now);
  /// Waited longer than the patience.
  std::vector<orphan> take_impatient(mono_time now);
  /// Waits for this host.
  std::vector<orphan> take_waiting_of(const host_key& host);
  /// An orphan has its token and is being stored. False: it is done meanwhile.
  bool failing(alert_id id, fencing_token token);

  // -- coming back
  // --------------------------------------------------------------------------------------------------------
  /// False: this book has not given the assignment out, or has taken it back.
  bool heard(assignment_id id, mono_time now);
  judgement judge(const alert_settled& what) const;
  /// It is being stored: the worker's end no longer matters to it. The caller stores until it succeeds. True if a
  /// worker had it.
  bool settling(alert_id id);
  /// Stored, and that was its last word.
  void done(alert_id id, bool ok);
  /// Stored with this problem, and to be tried elsewhere: after the site's refusal not in its region, and in one other
  /// at most; a denial by the gate is not counted as an attempt.
  void give_back(alert_id id, fencing_token token, const error& problem, int32_t http_status, mono_time now);
  /// The store has taken the result under this token as late. If it was the one that counts here, the store knows
  /// better (the alert is removed): it is done, neither good nor bad.
  void not_applied(alert_id id, fencing_token token);
  bool may_try_elsewhere(alert_id id) const; ///< after a refusal
  /// Of each result that is not repeated: true for the one with which its host has let `host_timeouts` searches time
  /// out in a row, in this run.
  bool falls_silent(const alert_settled& what);

  struct taken {
    worker_id worker;                     ///< empty: there was no such assignment
    std::vector<alert_settled> exhausted; ///< no attempt left: judged, to be stored as final, each under its token
    uint32_t again = 0;
  };
  /// The worker will not finish this assignment.
  taken take_back(assignment_id id, const error& why, mono_time now);
  /// The worker must not go on with what this assignment has of the host. Nothing of it is exhausted: the site was not
  /// asked about these alerts. What it has of other hosts stays where it is.
  taken take_back(assignment_id id, const host_key& host, mono_time now);
  /// After remember: those that have no attempt left. As `taken::exhausted`.
  std::vector<alert_settled> take_exhausted(const error& why);
  std::vector<assignment_id> assignments_of(const worker_id& worker) const;
  std::vector<assignment_id> assignments_at(const host_key& host) const;
  /// Those of the host's that this worker has.
  std::vector<assignment_id> assignments_at(const host_key& host, const worker_id& worker) const;
  std::vector<assignment_id> silent(mono_time now) const;
  std::vector<assignment_id> overdue(mono_time now) const;
  worker_id holder(assignment_id id) const;
  bool is_out(assignment_id id) const { return leases_.contains(id); }
  struct hand_out {
    assignment_id id;
    worker_id worker;
    uint32_t unfinished = 0;
  };
  std::vector<hand_out> out() const;

  // -- the whole
  // ----------------------------------------------------------------------------------------------------------
  bool finished() const { return open_ == 0; }
  uint32_t unfinished() const { return open_; }
  /// Searches with an unfinished alert, by host.
  std::map<host_key, uint32_t> open_searches() const;
  uint32_t ok() const { return ok_; }
  uint32_t failed() const { return failed_; }
  uint32_t workers() const { return static_cast<uint32_t>(workers_.size()); }
  uint32_t workers_ok() const;
  run_state outcome() const;

private:
  enum class phase : uint8_t { waiting, taken, out, judged, done };
  struct task {
    alert what;
    host_key host;
    phase now = phase::waiting;
    mono_time since{}; ///< waiting
    uint32_t attempts = 0;
    uint32_t spent = 0;         ///< of them, against max_attempts
    std::set<worker_id> spared; ///< whose attempt was not counted: once each, so that the alert comes to an end
    fencing_token token;
    fencing_token judged; ///< the newest attempt whose result was taken
    assignment_id assignment;
    worker_id worker; ///< of the newest attempt
    std::set<worker_id> tried;
    std::set<std::string> refused; ///< regions
    std::string refuge;            ///< the one region that has got it after a refusal
  };
  struct lease {
    worker_id worker;
    std::set<alert_id> open;
    mono_time heard;
    mono_time deadline;
  };

  task* find(alert_id id);
  const task* find(alert_id id) const;
  std::string region_of(const worker_id& worker) const;
  bool region_admits(const task& t, const worker_id& worker) const;
  bool admits(const task& t, const worker_id& worker, const std::vector<available_worker>& open) const;
  void attempted(task& t, const worker_id& worker, fencing_token token);
  void spare(task& t);
  bool may_try_again(const task& t, bool was_asked) const;
  void wait(task& t, mono_time now);
  void leave(task& t, phase next);
  orphan take(task& t);
  alert_settled exhaust(task& t, const error& why);

  run_id run_;
  cycle_limits limits_;
  std::map<worker_id, std::string> regions_;
  std::vector<task> tasks_;
  std::map<alert_id, size_t> places_; ///< in tasks_
  std::set<size_t> waiting_;          ///< places
  std::vector<size_t> homeless_;
  std::map<assignment_id, lease> leases_; ///< with something out
  std::set<assignment_id> given_;         ///< handed out and not taken back
  std::map<host_key, std::set<std::tuple<assignment_id, source_id, std::string>>> timed_out_; ///< since its last answer
  std::map<worker_id, bool> workers_; ///< false: something was taken back from it
  uint32_t open_ = 0;
  uint32_t ok_ = 0;
  uint32_t failed_ = 0;
};

} // namespace vigie

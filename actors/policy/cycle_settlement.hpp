// The book of one running cycle: who has which alert under which token, what came back, what goes to whom next.
//
//              split/assigned            judged final, stored
//   waiting ───────────────────▶ out ───────────────────────▶ done
//      ▲                          │
//      └──────────────────────────┘ given back (worker lost, silent, refused, our fault) while attempts last;
//                                   then done, as failed
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "actors/policy/fetch_plan.hpp"
#include "messages/values/run.hpp"

namespace vigie {

struct cycle_limits {
  uint32_t max_attempts = 3; ///< per alert, each on another worker while there is one (MAX_RETRIES)
  duration silence{30000};   ///< neither settlement nor beat of an assignment for so long = its worker is stuck
  duration beat_every{2000}; ///< asked of workers
  duration patience{60000};  ///< how long a plan waits for any worker before it fails with no_capacity
};

/// Errors that say nothing about the site, or that another way through the network may not meet: worth another worker.
bool worth_another_worker(errc code, int32_t http_status);

class run_ledger {
public:
  enum class judgement : uint8_t {
    stale,    ///< not the newest attempt: store it as late
    repeated, ///< judged before: nothing more to store
    final,    ///< store it, the alert is done
    again,    ///< store the attempt, then try elsewhere
    refused   ///< 403: ask the ban-timer what to do
  };

  run_ledger() = default;
  run_ledger(run_id run, const std::vector<alert>& alerts, const source_table& sources, cycle_limits limits,
             mono_time now);

  run_id run() const { return run_; }

  /// Alerts that no source will ever answer; to be settled as failed.
  const std::vector<alert>& homeless() const { return homeless_; }

  // -- handing out
  // ------------------------------------------------------------------------------------------------------
  std::vector<host_key> waiting_hosts() const;
  bool has_waiting() const { return !waiting_.empty(); }
  /// Takes what can be placed now. A worker that has had an alert gets it again only when nobody else is open; one
  /// other region at most gets an alert after a refusal.
  std::vector<plan_share> split(const open_workers& open);
  uint32_t next_attempt(alert_id id) const;
  /// Takes out of a share what was settled while the share was prepared (an old worker's result may still come in
  /// time).
  void prune(plan_share& share) const;
  /// The share went out. Its alerts carry their tokens.
  void assigned(assignment_id id, const plan_share& share, mono_time now, duration deadline);
  /// The share did not go out: its alerts wait again; no attempt is spent.
  void not_assigned(const plan_share& share, mono_time now);

  // -- coming back
  // --------------------------------------------------------------------------------------------------------
  void heard(assignment_id id, mono_time now);
  judgement judge(const alert_settled& what) const;
  /// It is being stored: the worker's end no longer matters to it. The caller stores until it succeeds.
  void settling(alert_id id);
  /// Stored as final.
  void done(alert_id id, bool ok);
  /// To be tried elsewhere. False: the attempts are used up, the caller settles it as final.
  bool give_back(alert_id id, const std::string& refused_region, mono_time now);
  bool may_try_again(alert_id id) const;

  struct taken {
    worker_id worker;
    std::vector<alert_settled> exhausted; ///< no attempt left: to be stored as final, each under its token
    uint32_t again = 0;
  };
  /// The worker will not finish this assignment.
  taken take_back(assignment_id id, const error& why, mono_time now);
  std::vector<assignment_id> assignments_of(const worker_id& worker) const;
  std::vector<assignment_id> silent(mono_time now) const;
  std::vector<assignment_id> overdue(mono_time now) const;
  /// Plans that waited longer than the patience, or whose host is in `closed`: out of the queue, to be settled as
  /// failed.
  std::vector<fetch_plan> give_up(mono_time now, const std::set<host_key>& closed);

  // -- the whole
  // ----------------------------------------------------------------------------------------------------------
  bool finished() const { return open_ == 0; }
  uint32_t unfinished() const { return open_; }
  uint32_t ok() const { return ok_; }
  uint32_t failed() const { return failed_; }
  uint32_t workers() const { return static_cast<uint32_t>(workers_.size()); }
  uint32_t workers_ok() const;
  run_state outcome() const;
  worker_id holder(assignment_id id) const;
  std::vector<std::pair<assignment_id, worker_id>> out() const;

private:
  struct task {
    alert what;
    bool is_done = false;
    bool is_out = false;
    uint32_t attempts = 0;
    fencing_token token;
    fencing_token judged; ///< the attempt whose result was taken
    assignment_id assignment;
    source_id source;
    host_key host;
    std::set<worker_id> tried;
    std::set<std::string> refused_regions;
  };
  struct lease {
    worker_id worker;
    std::set<alert_id> open;
    mono_time heard;
    mono_time deadline;
  };
  struct waiting_plan {
    fetch_plan plan;
    mono_time since;
  };

  bool admits(const fetch_plan& plan, const available_worker& w, const open_workers& open) const;
  void wait(const task& t, mono_time now);
  void release(task& t);

  run_id run_;
  cycle_limits limits_;
  std::map<alert_id, task> tasks_;
  std::map<assignment_id, lease> leases_;
  std::vector<waiting_plan> waiting_;
  std::vector<alert> homeless_;
  std::map<worker_id, bool> workers_; ///< false: something was taken back from it
  uint32_t open_ = 0;
  uint32_t ok_ = 0;
  uint32_t failed_ = 0;
};

} // namespace vigie

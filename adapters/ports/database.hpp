// Port: the state that outlives a process.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "messages/values/alert.hpp"
#include "messages/values/conduct.hpp"
#include "messages/values/error.hpp"
#include "messages/values/requests.hpp"
#include "messages/values/run.hpp"
#include "messages/values/verdict.hpp"
#include "messages/values/worker.hpp"

namespace vigie {

/// Every operation is one transaction: it happened wholly or not at all. Thread-safe; operations of one caller are done
/// in order. Callbacks come exactly once, on the adapter's thread, and must not block. Any operation can fail with
/// store_unavailable; not_found and conflict are said where they can come.
class database {
public:
  template <class T>
  using done = std::function<void(result<T>)>;
  struct unit {};

  /// The place of the conflict that change_alert answers when somebody else was quicker. That of a name is "/name".
  static constexpr std::string_view changed_meanwhile = "before";

  virtual ~database() = default;

  /// Writes, and leaves everything as it was. store_unavailable with the reason: nothing can be stored now.
  virtual void check_writing(done<unit> cb) = 0;

  // -- alerts
  // -----------------------------------------------------------------------------------------------------------
  virtual void list_alerts(done<std::vector<alert>> cb) = 0;
  /// id 0 = a new one; the stored alert comes back with its id. It gets a random part, too, which is in the keys of its
  /// notifications: in a database that is new, or was restored, an id comes again, a key does not. A name is unique:
  /// conflict. Another id replaces that
  /// alert (not_found); its baseline_done is kept as settlements made it, so that an edit cannot make a run silent, and
  /// what was known of its pages is dropped. Enabled, it is no longer paused.
  virtual void put_alert(alert what, done<alert> cb) = 0;
  /// The same of an alert that is still as `before` says; conflict at `changed_meanwhile` if it is not.
  virtual void change_alert(alert what, alert before, done<alert> cb) = 0;
  /// All or none.
  virtual void import_alerts(std::vector<alert> what, done<uint32_t> cb) = 0;
  virtual void remove_alert(alert_id id, done<unit> cb) = 0; ///< not_found
  /// Enabled, it is no longer paused. not_found.
  virtual void set_alert_enabled(alert_id id, bool enabled, done<alert> cb) = 0;

  // -- runs
  // -------------------------------------------------------------------------------------------------------------
  /// The newest run that is still `running`, with the alerts that have no settled attempt and what is known of
  /// their pages; not_found when there is none.
  virtual void find_unfinished_run(done<begun_run> cb) = 0;
  /// Makes a run of all enabled alerts, or of `which.only`, but for those of the sources `which.without`. With no
  /// enabled alert, a `skipped_empty` row; conflict, and nothing is made, if all of them are left out. Of `which.only`
  /// one that there is not is not_found, one that is switched off bad_request, and nothing is made.
  virtual void begin_run(vigie::begin_run which, wall_time now, done<begun_run> cb) = 0;
  /// A row for a tick that did nothing.
  virtual void record_skipped_run(run_trigger trigger, run_state why, std::string note, wall_time now,
                                  done<run_summary> cb) = 0;
  /// Marks each alert's earlier open attempt `abandoned` and makes a new one. Tokens come in the order of `what`. All
  /// or none: not_found for a run, or an alert that is no part of it; conflict for a run that has ended.
  virtual void begin_attempts(run_id run, std::vector<attempt_request> what, wall_time now,
                              done<std::vector<fencing_token>> cb) = 0;
  /// The settlement in one transaction: attempt row, seen items, new matches, outbox rows (one a channel of the alert),
  /// run counters, baseline_done, and the pages that the alert was matched against (unless it was edited since the run
  /// began). A final failure may pause the alert (actors/policy/alert_pauses.hpp). A result
  /// whose token is not the newest open one of its (run, alert) is kept as `late` and changes nothing else; a
  /// repetition of an applied one changes nothing and says applied. `final` = false stores a failed attempt that will
  /// be tried again. Late is also what comes for an ended run or a removed alert. not_found: no such attempt was ever
  /// handed out.
  virtual void settle(alert_settled what, bool final, wall_time now, done<settle_receipt> cb) = 0;
  /// Open attempts become `abandoned`. not_found; conflict when it ended already in another way.
  virtual void end_run(run_id run, run_state how, uint32_t workers, uint32_t workers_ok, std::string note,
                       wall_time now, done<run_summary> cb) = 0;
  virtual void list_runs(uint32_t limit, done<std::vector<run_summary>> cb) = 0; ///< newest first
  virtual void get_run(run_id id, done<run_summary> cb) = 0;                     ///< not_found
  virtual void list_run_alerts(run_id run, done<std::vector<run_alert>> cb) = 0; ///< by token; not_found
  /// Forgets the oldest runs that ended before `before`, at most `limit` of them, with their attempts. Matches, seen
  /// items and runs that are on stay. How many runs.
  virtual void prune_runs(wall_time before, uint32_t limit, done<uint32_t> cb) = 0;
  virtual void list_matches(match_filter filter, done<std::vector<stored_match>> cb) = 0; ///< newest first

  // -- outbox
  // -----------------------------------------------------------------------------------------------------------
  /// Takes due pending rows, the longest due first, and marks them `sending`; `attempts` counts this one. A row that
  /// was never tried is due, and no other is due later than which.longest_wait from now, whatever was stored.
  virtual void claim_outbox(vigie::claim_outbox which, wall_time now, done<std::vector<outbox_row>> cb) = 0;
  /// A `sending` row becomes pending, as it was before it was claimed; any other stays.
  virtual void return_outbox(outbox_id id, done<unit> cb) = 0;
  /// not_found; conflict for a row that was sent (saying `sent` again is no error).
  virtual void finish_outbox(outbox_id id, delivery_state how, wall_time next_attempt, std::string problem,
                             done<unit> cb) = 0;
  /// Pending rows of a channel that have waited since `before` or longer become dead, at most which.limit; they.
  virtual void give_up_outbox(vigie::give_up_outbox which, wall_time before, done<std::vector<outbox_row>> cb) = 0;
  /// At start: rows left `sending` by a dead process become pending (channel in which.idempotent) or ambiguous; they.
  virtual void recover_outbox(vigie::recover_outbox which, done<std::vector<outbox_row>> cb) = 0;
  virtual void load_channel_states(done<std::vector<channel_state>> cb) = 0; ///< by channel
  virtual void put_channel_state(channel_state what, done<unit> cb) = 0;     ///< replaces the one of its channel
  virtual void count_outbox(done<outbox_counts> cb) = 0;
  /// A person wants these rows, and all rows in one of `states`, sent (again): they become pending, due now, with no
  /// attempt counted, waiting since now; their keys stay. How many. All or none: not_found for an id that is no row,
  /// conflict for one that is neither dead nor ambiguous, bad_request for such a state.
  virtual void retry_outbox(std::vector<outbox_id> ids, std::vector<delivery_state> states, wall_time now,
                            done<uint32_t> cb) = 0;
  /// Newest first; no states = all.
  virtual void list_outbox(std::vector<delivery_state> states, uint32_t limit, done<std::vector<outbox_row>> cb) = 0;

  // -- workers and verdicts
  // -----------------------------------------------------------------------------------------------
  virtual void load_worker_status(done<std::vector<worker_status>> cb) = 0; ///< counters only
  virtual void save_worker_status(std::vector<worker_status> rows, done<unit> cb) = 0;
  virtual void load_verdicts(done<std::vector<verdict>> cb) = 0;
  virtual void put_verdict(verdict v, done<unit> cb) = 0; ///< replaces the one with its key
  virtual void drop_verdict(verdict_scope scope, worker_id worker, host_key host, done<unit> cb) = 0;

  // -- conduct
  // ------------------------------------------------------------------------------------------------------------
  virtual void load_host_states(done<std::vector<host_state>> cb) = 0; ///< by gate
  virtual void load_robots(done<std::vector<stored_robots>> cb) = 0;   ///< by authority
  /// Replaces the one of its authority. A copy of standing `unknown` takes the stored one away.
  virtual void put_robots(stored_robots what, done<unit> cb) = 0;
  /// bad_request for more rows than which.limit.
  virtual void list_conduct(get_conduct which, done<std::vector<conduct_row>> cb) = 0;
  /// Adds to what is stored of the same hosts and hours; of the texts the new one stays unless it is empty.
  /// Each of `states` replaces the one of its gate.
  virtual void add_conduct(std::vector<conduct_row> rows, std::vector<host_state> states, done<unit> cb) = 0;
  /// Forgets the oldest rows of the ledger whose hour ended before `before`, at most `limit`. How many.
  virtual void prune_conduct(wall_time before, uint32_t limit, done<uint32_t> cb) = 0;
  /// Forgets the gates of which nothing is younger than `before`. How many.
  virtual void prune_host_states(wall_time before, done<uint32_t> cb) = 0;
};

} // namespace vigie

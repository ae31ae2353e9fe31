// The database port in memory, for tests: it behaves as the SQL one does (the same contract suite runs on both),
// answers on the caller's thread before the call returns, and fails on request.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "adapters/ports/database.hpp"

namespace vigie {

/// Thread-safe. Callbacks run on the calling thread, outside the lock, so they may call in again.
class memory_database final : public database {
public:
  /// Alerts get their random parts from `seed`: two databases of one seed are alike.
  explicit memory_database(uint64_t seed = 1);
  ~memory_database() override;

  // -- faults -------------------------------------------------------------------------------------
  /// The next `count` operations change nothing and answer `code`.
  void fail_next(errc code, size_t count = 1);
  /// All operations change nothing and answer `code` until errc::none is given.
  void fail_all(errc code);
  /// From now on operations are done, but their answers are kept back.
  void hold();
  /// Gives the kept answers, in order, and ends the holding.
  void release();
  /// Gives the oldest `count` kept answers and goes on holding. How many there were to give.
  size_t release_some(size_t count);
  size_t held() const;
  /// Operations asked for so far, failed ones included.
  size_t operations() const;

  // -- the port -----------------------------------------------------------------------------------
  void check_writing(done<unit> cb) override;
  void list_alerts(done<std::vector<alert>> cb) override;
  void put_alert(alert what, done<alert> cb) override;
  void change_alert(alert what, alert before, done<alert> cb) override;
  void import_alerts(std::vector<alert> what, done<uint32_t> cb) override;
  void remove_alert(alert_id id, done<unit> cb) override;
  void set_alert_enabled(alert_id id, bool enabled, done<alert> cb) override;

  void find_unfinished_run(done<begun_run> cb) override;
  void begin_run(vigie::begin_run which, wall_time now, done<begun_run> cb) override;
  void record_skipped_run(run_trigger trigger, run_state why, std::string note, wall_time now,
                          done<run_summary> cb) override;
  void begin_attempts(run_id run, std::vector<attempt_request> what, wall_time now,
                      done<std::vector<fencing_token>> cb) override;
  void settle(alert_settled what, bool final, wall_time now, done<settle_receipt> cb) override;
  void end_run(run_id run, run_state how, uint32_t workers, uint32_t workers_ok, std::string note, wall_time now,
               done<run_summary> cb) override;
  void list_runs(uint32_t limit, done<std::vector<run_summary>> cb) override;
  void get_run(run_id id, done<run_summary> cb) override;
  void list_run_alerts(run_id run, done<std::vector<run_alert>> cb) override;
  void prune_runs(wall_time before, uint32_t limit, done<uint32_t> cb) override;
  void list_matches(match_filter filter, done<std::vector<stored_match>> cb) override;

  void claim_outbox(vigie::claim_outbox which, wall_time now, done<std::vector<outbox_row>> cb) override;
  void return_outbox(outbox_id id, done<unit> cb) override;
  void give_up_outbox(vigie::give_up_outbox which, wall_time before, done<std::vector<outbox_row>> cb) override;
  void finish_outbox(outbox_id id, delivery_state how, wall_time next_attempt, std::string problem,
                     done<unit> cb) override;
  void recover_outbox(vigie::recover_outbox which, done<std::vector<outbox_row>> cb) override;
  void load_channel_states(done<std::vector<channel_state>> cb) override;
  void put_channel_state(channel_state what, done<unit> cb) override;
  void count_outbox(done<outbox_counts> cb) override;
  void retry_outbox(std::vector<outbox_id> ids, std::vector<delivery_state> states, wall_time now,
                    done<uint32_t> cb) override;
  void list_outbox(std::vector<delivery_state> states, uint32_t limit, done<std::vector<outbox_row>> cb) override;

  void load_worker_status(done<std::vector<worker_status>> cb) override;
  void save_worker_status(std::vector<worker_status> rows, done<unit> cb) override;
  void load_verdicts(done<std::vector<verdict>> cb) override;
  void put_verdict(verdict v, done<unit> cb) override;
  void drop_verdict(verdict_scope scope, worker_id worker, host_key host, done<unit> cb) override;

  void load_host_states(done<std::vector<host_state>> cb) override;
  void load_robots(done<std::vector<stored_robots>> cb) override;
  void put_robots(stored_robots what, done<unit> cb) override;
  void list_conduct(get_conduct which, done<std::vector<conduct_row>> cb) override;
  void add_conduct(std::vector<conduct_row> rows, std::vector<host_state> states, done<unit> cb) override;
  void prune_conduct(wall_time before, uint32_t limit, done<uint32_t> cb) override;
  void prune_host_states(wall_time before, done<uint32_t> cb) override;

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace vigie

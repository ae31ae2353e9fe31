// The actors as the HTTP API's tests see them: every answer can be set, every call is written down.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "adapters/ports/api_backend.hpp"

namespace vigie {

/// Answers at once, on the caller's thread, with what the members hold; execute calls can be held back. Set the members
/// before the calls come. Calls are recorded thread-safely.
class fake_api_backend final : public api_backend {
public:
  fake_api_backend();

  result<readiness> ready = readiness{true, {}};
  result<std::vector<node_row>> tree;
  std::string metrics = "# HELP vigie_up 1 while it runs\nvigie_up 1\n";
  result<unit> order = unit{}; ///< log level, crash, unban, drain, remove
  result<worker_health> health;
  result<command_result> outcome;
  result<fleet_stats> stats;
  result<run_ticket> ticket;
  result<std::vector<run_summary>> runs;
  result<run_progress> progress;
  result<cycle_estimate> plan;
  result<std::vector<conduct_row>> conduct; ///< the ledger, by host and hour; folded and limited as the store does it
  result<std::vector<host_hold>> holds;
  result<std::vector<verdict>> verdicts;
  result<std::vector<stored_match>> matches;
  result<outbox_page> outbox;
  result<uint32_t> retried = 0u;
  std::vector<std::string> doubts; ///< of every alert
  std::function<void()> meanwhile; ///< what somebody else does before a change is stored; once
  std::vector<alert> alerts;       ///< the alert calls work on these; not_found and conflict as the store says them
  bool hold_commands = false;

  std::vector<std::string> calls() const;
  std::string last_call() const;
  worker_command last_command() const;
  envelope last_envelope() const;
  size_t held() const;
  /// Answers all commands held back so far with `outcome`; how many.
  size_t release();

  void get_readiness(done<readiness> cb) override;
  void get_tree(bool whole_fleet, done<std::vector<node_row>> cb) override;
  std::string render_metrics() override;
  void set_log_level(log_level level, done<unit> cb) override;
  void crash_actor(crash_order what, done<unit> cb) override;
  void get_worker_health(done<worker_health> cb) override;
  void execute_here(worker_command what, envelope env, done<command_result> cb) override;
  void get_stats(done<fleet_stats> cb) override;
  void execute(worker_command what, envelope env, done<command_result> cb) override;
  void run_once(std::string idempotency_key, std::string cause, std::vector<alert_id> only,
                done<run_ticket> cb) override;
  void list_alerts(done<std::vector<alert>> cb) override;
  void put_alert(alert what, done<alert> cb) override;
  void change_alert(alert what, alert before, done<alert> cb) override;
  void import_alerts(std::vector<alert> what, done<uint32_t> cb) override;
  std::vector<std::string> doubts_of(const alert& what) const override;
  void remove_alert(alert_id id, done<unit> cb) override;
  void set_alert_enabled(alert_id id, bool enabled, done<alert> cb) override;
  void list_runs(uint32_t limit, done<std::vector<run_summary>> cb) override;
  void get_run(run_id id, done<run_progress> cb) override;
  void get_plan(done<cycle_estimate> cb) override;
  void list_conduct(get_conduct which, done<std::vector<conduct_row>> cb) override;
  void list_holds(done<std::vector<host_hold>> cb) override;
  void lift_holds(host_key host, done<std::vector<host_hold>> cb) override;
  void list_verdicts(done<std::vector<verdict>> cb) override;
  void list_matches(match_filter filter, done<std::vector<stored_match>> cb) override;
  void list_outbox(get_outbox which, done<outbox_page> cb) override;
  void retry_outbox(vigie::retry_outbox which, done<uint32_t> cb) override;
  void unban(worker_id worker, done<unit> cb) override;
  void set_draining(worker_id worker, bool draining, done<unit> cb) override;

private:
  void note(std::string call);
  void command(const char* where, worker_command what, envelope env, done<command_result> cb);
  alert* find(alert_id id);

  mutable std::mutex guard_;
  std::vector<std::string> calls_;
  worker_command command_;
  envelope envelope_;
  std::vector<done<command_result>> held_;
};

} // namespace vigie

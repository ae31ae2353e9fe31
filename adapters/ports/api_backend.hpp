// Port: what the HTTP API asks of the actors.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "adapters/ports/database.hpp"
#include "adapters/ports/event_log.hpp"
#include "messages/values/alert.hpp"
#include "messages/values/command.hpp"
#include "messages/values/conduct.hpp"
#include "messages/values/error.hpp"
#include "messages/values/inspection.hpp"
#include "messages/values/plan.hpp"
#include "messages/values/run.hpp"
#include "messages/values/worker.hpp"

namespace vigie {

struct readiness {
  bool ready = false;
  std::vector<std::string> reasons; ///< why not, or what is degraded
  std::vector<std::string> notes{}; ///< what somebody should know all the same
};

struct fleet_stats {
  std::vector<worker_status> workers;
  std::vector<verdict> circuits; ///< hosts that nobody asks
  std::vector<host_key> hosts;   ///< of the enabled sources: what "available" is judged by
  wall_time now{};
};

struct run_progress {
  run_summary run;
  std::vector<run_alert> alerts;
};

struct outbox_page {
  std::vector<outbox_row> rows;          ///< newest first
  outbox_counts counts;                  ///< of the whole outbox
  std::vector<channel_state> channels{}; ///< what is known of channels that had trouble
};

/// One implementation a role. All calls are thread-safe and answer exactly once, from any thread; a call that this role
/// does not serve answers not_found. Above the limit of calls outstanding they answer busy at once.
class api_backend {
public:
  template <class T>
  using done = std::function<void(result<T>)>;
  using unit = database::unit;

  virtual ~api_backend() = default;

  // -- every role
  // -------------------------------------------------------------------------------------------------------
  virtual void get_readiness(done<readiness> cb) = 0;
  virtual void get_tree(bool whole_fleet, done<std::vector<node_row>> cb) = 0;
  virtual std::string render_metrics() = 0;
  virtual void set_log_level(log_level level, done<unit> cb) = 0;
  virtual void crash_actor(crash_order what, done<unit> cb) = 0;

  // -- worker
  // -----------------------------------------------------------------------------------------------------------
  virtual void get_worker_health(done<worker_health> cb) = 0;
  virtual void execute_here(worker_command what, envelope env, done<command_result> cb) = 0;

  // -- main
  // -------------------------------------------------------------------------------------------------------------
  virtual void get_stats(done<fleet_stats> cb) = 0;
  virtual void execute(worker_command what, envelope env, done<command_result> cb) = 0; ///< through the balancer
  /// `only`: these alerts, and no others; empty = all that are enabled. not_found and bad_request as of begin_run in
  /// the database port; conflict for a key that began a run of others.
  virtual void run_once(std::string idempotency_key, std::string cause, std::vector<alert_id> only,
                        done<run_ticket> cb) = 0;
  virtual void list_alerts(done<std::vector<alert>> cb) = 0;
  /// This one and the next two: bad_request for a source or channel that the configuration does not have; nothing is
  /// stored.
  virtual void put_alert(alert what, done<alert> cb) = 0;
  /// As the database port says.
  virtual void change_alert(alert what, alert before, done<alert> cb) = 0;
  virtual void import_alerts(std::vector<alert> what, done<uint32_t> cb) = 0;
  /// What is doubtful about an alert under this node's configuration, a sentence each. At once.
  virtual std::vector<std::string> doubts_of(const alert& what) const = 0;
  virtual void remove_alert(alert_id id, done<unit> cb) = 0;
  virtual void set_alert_enabled(alert_id id, bool enabled, done<alert> cb) = 0;
  virtual void list_runs(uint32_t limit, done<std::vector<run_summary>> cb) = 0;
  virtual void get_run(run_id id, done<run_progress> cb) = 0;
  virtual void get_plan(done<cycle_estimate> cb) = 0; ///< of the alerts that are enabled now
  /// The conduct ledger, as the database port says.
  virtual void list_conduct(get_conduct which, done<std::vector<conduct_row>> cb) = 0;
  /// Hosts that are left alone now, those for the longest time first.
  virtual void list_holds(done<std::vector<host_hold>> cb) = 0;
  /// That host may be asked again; what held it. not_found if nothing did.
  virtual void lift_holds(host_key host, done<std::vector<host_hold>> cb) = 0;
  /// Bans and circuits that are in force or half-open.
  virtual void list_verdicts(done<std::vector<verdict>> cb) = 0;
  virtual void list_matches(match_filter filter, done<std::vector<stored_match>> cb) = 0;
  virtual void list_outbox(get_outbox which, done<outbox_page> cb) = 0;
  virtual void retry_outbox(vigie::retry_outbox which, done<uint32_t> cb) = 0; ///< how many; as the database port says
  virtual void unban(worker_id worker, done<unit> cb) = 0;
  virtual void set_draining(worker_id worker, bool draining, done<unit> cb) = 0;
};

} // namespace vigie

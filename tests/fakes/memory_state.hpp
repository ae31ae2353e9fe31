// What memory_database keeps, and the operations on it that are more than a look-up.
#pragma once

#include <map>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "actors/policy/alert_pauses.hpp"
#include "adapters/ports/database.hpp"

namespace vigie {

/// One alert of a run: `done` once it settled, or failed for good.
struct memory_plan_row {
  alert_id alert;
  std::string name;
  bool done = false;
  uint64_t revision = 0; ///< of the alert as it was given out
};

struct memory_run {
  run_summary summary;
  std::vector<memory_plan_row> plan;

  memory_plan_row* find(alert_id id);
};

struct memory_attempt {
  run_alert row;
  settle_receipt receipt;
};

/// Not thread-safe. Every operation checks first and changes after, so that a refusal leaves everything as it was.
struct memory_state {
  std::map<int64_t, alert> alerts;
  std::set<std::pair<alert_id, item_id>> seen;
  std::map<alert_id, std::vector<page_record>> pages;
  std::map<alert_id, uint64_t> revisions;
  std::map<alert_id, alert_past> pasts;
  std::vector<stored_match> matches; ///< oldest first
  std::map<int64_t, outbox_row> outbox;
  std::map<channel_id, channel_state> channels;
  std::map<alert_id, std::string> key_parts; ///< random, of alerts
  std::mt19937_64 random;
  std::map<int64_t, memory_run> runs;
  std::map<int64_t, memory_attempt> attempts; ///< by token
  std::map<worker_id, worker_status> workers;
  std::map<std::tuple<verdict_scope, worker_id, host_key>, verdict> verdicts;
  std::map<host_key, host_state> host_states;
  std::map<std::string, stored_robots> robots;
  std::map<std::pair<host_key, wall_time>, conduct_row> conduct;
  int64_t last_alert = 0;
  int64_t last_run = 0;
  int64_t last_token = 0;
  int64_t last_outbox = 0;

  result<alert> put(alert what);
  result<alert> set_enabled(alert_id id, bool enabled);
  /// The run with its enabled alerts that are not done, and what is known of their pages.
  begun_run unfinished(const memory_run& run);
  result<std::vector<fencing_token>> begin(run_id run, const std::vector<attempt_request>& what);
  result<settle_receipt> settle(const alert_settled& what, bool final, wall_time now);
  result<run_summary> end(run_id run, run_state how, uint32_t workers, uint32_t workers_ok, std::string note,
                          wall_time now);
  result<uint32_t> retry(const std::vector<outbox_id>& ids, const std::vector<delivery_state>& states, wall_time now);
  uint32_t prune(wall_time before, uint32_t limit);
  std::vector<outbox_row> claim(const claim_outbox& which, wall_time now);
  std::vector<outbox_row> recover(const recover_outbox& which);
  std::vector<outbox_row> give_up(const give_up_outbox& which, wall_time before);
  result<database::unit> finish(outbox_id id, delivery_state how, wall_time next_attempt, std::string problem);
  std::string delivery_of(alert_id alert, const item_id& item) const;

private:
  std::string note_outcome(const alert_settled& what);
  static void keep_words(memory_attempt& attempt, const alert_settled& what);
  settle_receipt keep_late(memory_run& run, memory_attempt& attempt, const alert_settled& what);
  settle_receipt apply_failure(memory_run& run, memory_plan_row& planned, memory_attempt& attempt,
                               const alert_settled& what, bool final);
  settle_receipt apply_success(memory_run& run, memory_plan_row& planned, memory_attempt& attempt,
                               const alert_settled& what, wall_time now);
  uint32_t notify(const alert& owner, const stored_match& found);
};

} // namespace vigie

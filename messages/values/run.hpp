// A run: one alert cycle, as the store keeps it and as people see it.
#pragma once

#include <string>
#include <vector>

#include "messages/values/alert.hpp"
#include "messages/values/error.hpp"
#include "messages/values/fetch.hpp"
#include "messages/values/item.hpp"
#include "messages/values/time.hpp"

namespace vigie {

enum class run_trigger : uint8_t { timer, manual, resume };
enum class run_state : uint8_t { running, completed, partial, failed, cancelled, skipped_empty, skipped_overlap };
/// What happens to a trigger while a run is on.
enum class overlap_policy : uint8_t { skip, queue_one, cancel_old };
/// How one attempt at one alert ended. `abandoned` = given back unfinished; `late` = a result that came after that.
enum class attempt_state : uint8_t { assigned, settled, failed, abandoned, late };

std::string_view to_string(run_trigger x);
std::string_view to_string(run_state x);
std::string_view to_string(overlap_policy x);
std::string_view to_string(attempt_state x);
result<run_trigger> run_trigger_from_string(std::string_view x);
result<overlap_policy> overlap_policy_from_string(std::string_view x);
result<run_state> run_state_from_string(std::string_view x);
result<attempt_state> attempt_state_from_string(std::string_view x);

/// An item that meets an alert's conditions.
struct match {
  alert_id alert;
  item what;

  friend bool operator==(const match&, const match&) = default;
};

/// What a worker says of one alert. `problem.code == errc::none` means success, also with no match.
struct alert_settled {
  assignment_id assignment;
  run_id run;
  alert_id alert;
  fencing_token token;
  source_id source;
  host_key host;
  error problem;
  int32_t http_status = 0; ///< of the failing answer, 0 = none came
  uint32_t items_checked = 0;
  std::vector<match> matches;
  duration took{0};
  std::vector<page_record> pages{}; ///< of a success: what to ask conditionally next time
  uint32_t unchanged = 0;           ///< pages that were answered 304
  std::vector<std::string> notes{}; ///< what the readers had to leave out or mend, a sentence each
  answer_counts answers{};          ///< of the whole search, which one alone of its alerts tells
};

/// One row of alert_runs.
struct run_summary {
  run_id id;
  trace_id trace;
  run_trigger trigger = run_trigger::timer;
  run_state state = run_state::running;
  wall_time started{};
  wall_time ended{};
  uint32_t alerts = 0;
  uint32_t alerts_ok = 0;
  uint32_t alerts_failed = 0;
  uint32_t workers = 0;    ///< given work
  uint32_t workers_ok = 0; ///< that finished all of it
  uint32_t items_checked = 0;
  uint32_t matches = 0; ///< pairs found by this run, seen before or not
  uint32_t new_matches = 0;
  uint32_t late = 0;
  uint32_t resent = 0;  ///< attempts beyond the first
  std::string note;     ///< why it was skipped, failed or cancelled
  uint32_t learned = 0; ///< new matches that nobody is told of: their alerts had their first run
};

/// One row of run_alerts: one attempt.
struct run_alert {
  run_id run;
  alert_id alert;
  std::string alert_name;
  uint32_t attempt = 0;
  fencing_token token;
  worker_id worker;
  attempt_state state = attempt_state::assigned;
  error problem;
  uint32_t items_checked = 0;
  uint32_t matches = 0;
  duration took{0};
  std::string notes{}; ///< what the readers had to leave out or mend, a sentence a line
  source_id source{};
  answer_counts answers{}; ///< of its search; empty where another alert of the search has them
  bool learned = false;    ///< the alert's first run: its matches are known now, and nobody is told of them
};

/// One row of matches.
struct stored_match {
  match pair;
  std::string alert_name;
  source_id source;
  run_id run;
  wall_time found{};
  /// "log:sent, shop:pending": what became of it, a word a channel.
  std::string delivery;
};

enum class delivery_state : uint8_t { pending, sending, sent, ambiguous, dead };
std::string_view to_string(delivery_state x);
result<delivery_state> delivery_state_from_string(std::string_view x);

/// One row of outbox. Unique on (alert, item, channel); `key` and `body` never change once written.
struct outbox_row {
  outbox_id id;
  alert_id alert;
  item_id item;
  channel_id channel;
  std::string key;  ///< the Idempotency-Key of every send of this row; never that of a row of another database
  std::string body; ///< JSON
  delivery_state state = delivery_state::pending;
  uint32_t attempts = 0;
  wall_time next_attempt{};
  std::string last_error;   ///< of pending: of the last try; of ambiguous and dead: why it is that
  std::string alert_name{}; ///< when it was found
  wall_time since{};        ///< it waits since then: when it was made, or when a person wanted it sent again
};

/// What the notifier must still know of a channel after it died (actors/policy/channel_pacing.hpp).
struct channel_state {
  channel_id channel;
  wall_time held_until{};              ///< nothing is sent before
  wall_time stored{};                  ///< when this was written
  duration gap{0};                     ///< from one send to the next, as its receiver wants it
  uint32_t failures = 0;               ///< in a row
  std::string problem{};               ///< of the last one; empty = it works
  optional<wall_time> failing_since{}; ///< nothing was delivered since, and something was tried

  friend bool operator==(const channel_state&, const channel_state&) = default;
};

} // namespace vigie

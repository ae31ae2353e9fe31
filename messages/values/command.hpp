// What main asks of a worker.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "messages/values/fetch.hpp"
#include "messages/values/ids.hpp"
#include "messages/values/run.hpp"
#include "messages/values/time.hpp"
#include "messages/values/worker.hpp"

namespace vigie {

/// Raised whenever a message between nodes changes shape; a node refuses a peer with another one.
inline constexpr uint32_t contract_version = 7;

/// On every message that crosses nodes.
struct envelope {
  trace_id trace;
  std::string cause;    ///< what made this happen: "timer", "api:<key id>", "resume"
  duration deadline{0}; ///< how long the sender still waits; 0 = no limit (durations survive clock skew between nodes)
  uint64_t epoch = 0;   ///< incarnation of the link; a receiver drops messages of an older one
  uint32_t contract = contract_version;
};

/// One alert to check under one fencing token.
struct planned_alert {
  alert what;
  fencing_token token;
};

/// Alerts that need the same fetch share one plan (same source, same query).
struct fetch_plan {
  source_id source;
  std::string query;
  host_key host;
  std::vector<planned_alert> alerts;
  /// Pages that every one of these alerts was matched against when they were as recorded: to be asked conditionally.
  std::vector<page_record> known{};
};

/// A worker's share of a run.
struct assignment {
  assignment_id id;
  run_id run;
  std::vector<fetch_plan> plans;
  duration beat_every{2000}; ///< the worker says it is alive at least this often
  duration deadline{0};      ///< of the whole: the plan's estimate x 1.5
};

enum class command_kind : uint8_t { check_alerts, scrape, generate_cookies, custom };
/// "check-alerts", "scrape", "generate-cookies", "custom".
std::string_view to_string(command_kind x);
result<command_kind> command_kind_from_string(std::string_view x);

/// POST /api/v1/worker/execute as a value. Only the fields of its kind are used.
struct worker_command {
  command_kind kind = command_kind::check_alerts;
  std::vector<alert> alerts;               ///< check-alerts
  std::string url;                         ///< scrape
  std::string name;                        ///< custom: the template's name
  std::map<std::string, std::string> args; ///< custom: fills {placeholders} of the template
};

/// An alert of a check-alerts command that could not be checked.
struct alert_failure {
  alert_id alert;
  error problem;
  int32_t http_status = 0; ///< of the failing answer, 0 = none came
};

struct command_result {
  error problem; ///< errc::none = success; of check-alerts: at least one alert was checked
  int32_t http_status = 0;
  uint32_t alerts_checked = 0;
  uint32_t items_checked = 0;
  std::vector<match> matches;
  std::string output; ///< scrape: the body; custom: stdout. Capped by the worker
  bool truncated = false;
  worker_id worker;                    ///< who did it; of a check-alerts that several did, the last of them
  std::vector<alert_failure> failed{}; ///< check-alerts: the others' matches count all the same
};

/// First message on a link, main to worker: who I am, which sources there are.
struct attach {
  std::string main_name;
  uint64_t epoch = 0;
  std::vector<source_spec> sources;
};

/// Its answer.
struct worker_hello {
  worker_id worker;
  std::string region;
  std::string version;
  uint32_t contract = contract_version;
};

} // namespace vigie

// What the API answers, as JSON, and the commands it takes. Pure.
#pragma once

#include <string_view>

#include "actors/policy/conduct_exception.hpp"
#include "adapters/http_api/alert_json.hpp"
#include "adapters/json/json_writer.hpp"
#include "adapters/ports/api_backend.hpp"

namespace vigie {

/// What the conduct ledger has of one host within a period.
struct host_conduct {
  conduct_row sum;                ///< its hour is the first one
  wall_time last_hour{};          ///< its beginning
  std::vector<conduct_row> hours; ///< oldest first; empty unless they were asked for
};
/// A host that is asked nothing now.
struct held_host {
  host_hold what;
  std::string circuit{}; ///< what opened its circuit, if that is why; else empty
};

struct conduct_page {
  wall_time since{};
  wall_time until{};
  bool with_hours = false;
  size_t hosts_in_all = 0;
  std::vector<host_conduct> hosts;             ///< those that were asked most first
  std::vector<conduct_exception> exceptions{}; ///< of all hosts
  size_t held_in_all = 0;
  std::vector<held_host> held{}; ///< those for the longest time first
};

/// totalWorkers, availableWorkers, bannedWorkers, unhealthyWorkers,
/// workers[{id,name,region,isHealthy,isBanned,requestCount, successCount,errorCount,successRate,bans[]}], circuits[].
/// Available: link up, healthy, and not banned for the host of at least one enabled source. isBanned: any ban in force.
/// successRate: per cent of requests, two decimals; 100 before the first request, since none has failed.
json_value stats_json(const fleet_stats& x);
/// The same rows with link, address and what else the balancer knows: {"workers":[…]}.
json_value workers_json(const fleet_stats& x);

json_value health_json(const worker_health& x);
json_value tree_json(const std::vector<node_row>& x);
json_value run_json(const run_summary& x);
json_value run_alert_json(const run_alert& x);
/// What each source of a run's attempts was answered: [{"source","requests","answers":{"200":12},"bytes",
/// "unchangedPercent","waitedMs","averageWaitMs"}]; "0" = no answer came.
json_value source_answers_json(const std::vector<run_alert>& attempts);
json_value item_json(const item& x);
json_value match_json(const match& x); ///< {"alertId","item":{…}}
json_value stored_match_json(const stored_match& x);
json_value outbox_json(const outbox_row& x);
json_value outbox_page_json(const outbox_page& x); ///< {"outbox":[…],"counts":{"pending":1,…}}
/// Of the gates the first `most_gates`: those that do not fit, then the slowest.
json_value plan_json(const cycle_estimate& x, size_t most_gates);
json_value conduct_page_json(const conduct_page& x);
json_value held_json(const std::vector<held_host>& x);
json_value error_json(const error& x); ///< null for errc::none

/// {"matches","alertsChecked","itemsChecked"}; of scrape and custom also "output" and "truncated".
json_value command_data_json(const command_result& x, command_kind kind);

/// {"ids":[7],"dead":true,"ambiguous":true}: one of them at least. bad_request with the JSON pointer.
result<retry_outbox> retry_from_json(std::string_view text, size_t most_ids);

/// {"alerts":[7,9]}, each once, in order: what a run is to check; an empty text or object = all. bad_request with the
/// JSON pointer.
result<std::vector<alert_id>> chosen_from_json(std::string_view text, size_t most_ids);

/// {"type","payload"}; payloads: check-alerts {"alerts":[…]} with one alert at least, scrape {"url"}, custom
/// {"name","args":{…}}, generate-cookies {}. bad_request with the JSON pointer.
result<worker_command> command_from_json(std::string_view text, const alert_limits& limits);

} // namespace vigie

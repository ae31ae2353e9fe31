// `vigie stats` and `vigie workers`: main's picture of its fleet.
#include "runtime/commands/api_client.hpp"

namespace vigie {

namespace {

std::string bans_of(const json_node& worker) {
  std::string out;
  if (auto bans = worker.find("bans"))
    for (auto x : bans->elements()) {
      auto host = text_of(x, "host");
      out += (out.empty() ? "" : ", ") + (host.empty() ? "everywhere" : host) + " until " + text_of(x, "until");
    }
  return out;
}

text_table::cell state_of(const json_node& worker) {
  auto link = text_of(worker, "link");
  if (bool_of(worker, "isBanned"))
    return {"banned", paint::bad};
  if (!bool_of(worker, "isHealthy"))
    return {link.empty() || link == "up" ? "unhealthy" : link, paint::warning};
  return {link.empty() ? "healthy" : link, paint::good};
}

std::string percent(const json_node& worker) {
  return worker.find("successRate") && !worker.find("successRate")->is_null() ? text_of(worker, "successRate") + " %"
                                                                              : "";
}

} // namespace

int run_stats(const stats_options& options, std::ostream& out, std::ostream& err) {
  api_client client{options.node, options.style, err};
  auto answer = client.get("/api/v1/worker/main/stats");
  if (!answer.ok())
    return answer.exit_code;
  if (options.style.json) {
    out << answer.text << '\n';
    return exit_done;
  }
  auto data = answer.data();
  text_table table{{{"WORKERS"}, {"", true}}};
  table.add({"total", text_of(data, "totalWorkers")});
  table.add({"available", text_of(data, "availableWorkers")});
  table.add({"banned", text_of(data, "bannedWorkers")});
  table.add({"unhealthy", text_of(data, "unhealthyWorkers")});
  table.print(out, options.style);
  if (auto circuits = data.find("circuits"))
    for (auto x : circuits->elements())
      out << painted("host " + text_of(x, "host") + " is not asked by anybody until " + text_of(x, "until"), paint::bad,
                     options.style)
          << '\n';
  return exit_done;
}

int run_workers(const stats_options& options, std::ostream& out, std::ostream& err) {
  api_client client{options.node, options.style, err};
  auto answer = client.get("/api/v1/workers");
  if (!answer.ok())
    return answer.exit_code;
  if (options.style.json) {
    out << answer.text << '\n';
    return exit_done;
  }
  text_table table{{{"ID", false, 24},
                    {"NAME", false, 24},
                    {"REGION", false, 10},
                    {"STATE", false, 12},
                    {"AVAILABLE", false, 9},
                    {"IN FLIGHT", true, 9},
                    {"REQUESTS", true, 12},
                    {"OK", true, 12},
                    {"ERRORS", true, 12},
                    {"RATE", true, 9},
                    {"BANS", false, 60},
                    {"LAST ERROR", false, 60}}};
  for (auto x : rows_of(answer.data(), "workers"))
    table.add({text_of(x, "id"), text_of(x, "name"), text_of(x, "region"), state_of(x), text_of(x, "isAvailable"),
               text_of(x, "inFlight"), text_of(x, "requestCount"), text_of(x, "successCount"), text_of(x, "errorCount"),
               percent(x), bans_of(x), text_of(x, "lastError")});
  table.print(out, options.style);
  return exit_done;
}

} // namespace vigie

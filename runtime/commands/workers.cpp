// `vigie workers`: each worker as main sees it; drain, undrain, unban.
#include <algorithm>

#include "actors/policy/near_names.hpp"
#include "actors/policy/plain_text.hpp"
#include "runtime/commands/api_client.hpp"

namespace vigie {

namespace {

const std::string workers_path = "/api/v1/workers";

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

int list_workers(const workers_options& options, api_client& client, std::ostream& out) {
  auto answer = client.get("/api/v1/workers");
  if (!answer.ok())
    return answer.exit_code;
  if (options.style.json) {
    out << answer.text << '\n';
    return exit_done;
  }
  using enum text_table::holds;
  text_table table{{{"ID", word},
                    {"NAME", text, 7},
                    {"REGION", word, 5},
                    {"STATE", word, 0},
                    {"AVAILABLE", word, 3},
                    {"IN FLIGHT", number, 3},
                    {"REQUESTS", number, 4},
                    {"OK", number, 6},
                    {"ERRORS", number, 2},
                    {"RATE", number, 6},
                    {"BANS", text, 1},
                    {"LAST ERROR", text, 2}}};
  for (auto x : rows_of(answer.data(), "workers"))
    table.add({text_of(x, "id"), text_of(x, "name"), text_of(x, "region"), state_of(x), text_of(x, "isAvailable"),
               text_of(x, "inFlight"), text_of(x, "requestCount"), text_of(x, "successCount"), text_of(x, "errorCount"),
               percent(x), bans_of(x), text_of(x, "lastError")});
  table.print(out, options.style);
  return exit_done;
}

/// False, with everything said, if one of them is no worker: then nothing is done.
bool all_known(const workers_options& options, const json_node& data, std::ostream& err) {
  std::vector<std::string> known;
  for (auto x : rows_of(data, "workers"))
    known.push_back(text_of(x, "id"));
  for (const auto& id : options.which) {
    if (std::find(known.begin(), known.end(), id) != known.end())
      continue;
    err << "There is no worker \"" << strip_control(id) << "\".";
    if (auto near = nearest(id, known); !near.empty())
      err << " Did you mean \"" << near << "\"?";
    err << "\n    There are:";
    for (const auto& x : known)
      err << ' ' << strip_control(x);
    err << '\n';
    return false;
  }
  return true;
}

int tell_workers(const workers_options& options, api_client& client, const std::string& what, std::string_view done,
                 std::ostream& out, std::ostream& err) {
  auto fleet = client.get(workers_path);
  if (!fleet.ok())
    return fleet.exit_code;
  if (!all_known(options, fleet.data(), err))
    return exit_failed;
  for (const auto& id : options.which) {
    auto answer = client.send("POST", workers_path + "/" + id + "/" + what);
    if (!answer.ok())
      return answer.exit_code;
    if (options.style.json)
      out << answer.text << '\n';
    else
      out << strip_control(id) << ' ' << done << '\n';
  }
  return exit_done;
}

} // namespace

int run_workers(const workers_options& options, std::ostream& out, std::ostream& err) {
  api_client client{options.node, options.style, err};
  switch (options.action) {
  case workers_action::list:
    return list_workers(options, client, out);
  case workers_action::drain:
    return tell_workers(options, client, "drain", "gets no new work; what it has goes on", out, err);
  case workers_action::undrain:
    return tell_workers(options, client, "undrain", "gets work again", out, err);
  case workers_action::unban:
    return tell_workers(options, client, "unban", "is banned nowhere any more", out, err);
  }
  return exit_usage;
}

} // namespace vigie

// `vigie plan`: what the next cycle takes under the gates' budgets, with the arithmetic.
#include <algorithm>

#include "actors/policy/cycle_estimate.hpp"
#include "actors/policy/plain_text.hpp"
#include "adapters/http_api/api_json.hpp"
#include "runtime/commands/api_client.hpp"
#include "runtime/commands/read_file.hpp"
#include "runtime/config_units.hpp"
#include "runtime/wiring.hpp"

namespace vigie {

namespace {

constexpr size_t most_gates = 20; ///< in the table; what does not fit comes first
constexpr size_t most_explained = 5;

std::string time_of(const json_node& x, std::string_view key) {
  return duration_words(duration{int_of(x, key)});
}

/// As it is configured: "50ms", "12s..25s".
std::string gap_of(const json_node& gate, const char* between) {
  auto least = to_text(duration{int_of(gate, "minGapMs")});
  auto most = to_text(duration{int_of(gate, "maxGapMs")});
  return least == most ? least : least + between + most;
}

std::string counted(int64_t n, const std::string& one, const std::string& many) {
  return grouped(static_cast<uint64_t>(n)) + " " + (n == 1 ? one : many);
}

/// "41 requests = 40 gaps of 12s to 25s = 8m 0s to 16m 40s"
std::string arithmetic(const json_node& gate) {
  auto takes = time_of(gate, "shortestMs");
  if (int_of(gate, "minGapMs") != int_of(gate, "maxGapMs"))
    takes += " to " + time_of(gate, "longestMs") + " (" + time_of(gate, "expectedMs") + " expected)";
  auto lanes = int_of(gate, "lanes");
  auto shared = lanes > 1 ? " over " + std::to_string(lanes) + " workers" : std::string{};
  return counted(int_of(gate, "requests"), "request", "requests") + shared + " = " +
         counted(int_of(gate, "gaps"), "gap", "gaps") + " of " + gap_of(gate, " to ") + " = " + takes;
}

void explain(const json_node& plan, const json_node& gate, std::ostream& out) {
  out << '\n' << strip_control(text_of(gate, "gate")) << ": " << arithmetic(gate) << '\n';
  if (bool_of(gate, "overInterval"))
    out << "  longer than the interval of " << time_of(plan, "intervalMs") << '\n';
  if (bool_of(gate, "overDay"))
    out << "  " << counted(std::max(int_of(gate, "requestsADay"), int_of(gate, "requests")), "request", "requests")
        << " a day, and the budget is " << grouped(static_cast<uint64_t>(int_of(gate, "dailyRequests"))) << '\n';
  for (auto remedy : rows_of(gate, "remedies"))
    out << "  - " << strip_control(text_of(remedy, "text")) << '\n';
}

void print_gates(const json_node& plan, const output_style& style, std::ostream& out) {
  using enum text_table::holds;
  text_table table{{{"HOST"},
                    {"ALERTS", number, 4},
                    {"SEARCHES", number, 5},
                    {"REQUESTS", number, 1},
                    {"GAP", word, 1},
                    {"SHORTEST", number, 2},
                    {"EXPECTED", number, 3},
                    {"LONGEST", number, 4},
                    {"A DAY", number, 3},
                    {"BUDGET", number, 3},
                    {"VERDICT", word, 0}}};
  size_t shown = 0;
  for (auto gate : rows_of(plan, "gates")) {
    if (shown++ == most_gates)
      break;
    auto fits = bool_of(gate, "feasible");
    table.add({text_of(gate, "gate"), text_of(gate, "alerts"), text_of(gate, "searches"), text_of(gate, "requests"),
               gap_of(gate, ".."), time_of(gate, "shortestMs"), time_of(gate, "expectedMs"), time_of(gate, "longestMs"),
               text_of(gate, "requestsADay"), text_of(gate, "dailyRequests"),
               text_table::cell{fits ? "fits" : "does not fit", fits ? paint::good : paint::bad}});
  }
  if (!table.empty())
    table.print(out, style);
  auto all = int_of(plan, "gatesInAll");
  if (all > static_cast<int64_t>(most_gates))
    out << "… and " << counted(all - static_cast<int64_t>(most_gates), "quicker host", "quicker hosts") << '\n';
}

void print_plan(const json_node& plan, const output_style& style, std::ostream& out) {
  auto alerts = int_of(plan, "alerts");
  auto searches = int_of(plan, "searches");
  out << counted(alerts, "alert", "alerts") << ", " << counted(searches, "search", "searches");
  if (searches < alerts)
    out << " (" << alerts - searches << " saved: same source and query)";
  out << ", " << counted(int_of(plan, "requests"), "request", "requests") << '\n';
  print_gates(plan, style, out);
  if (auto homeless = rows_of(plan, "alertsWithoutSource"); homeless.begin() != homeless.end())
    out << painted("some alerts name no enabled source; `vigie plan --json` lists them", paint::warning, style) << '\n';
  auto timed = int_of(plan, "intervalMs") > 0;
  out << "shortest cycle " << time_of(plan, "shortestMs") << ", expected " << time_of(plan, "expectedMs")
      << ", longest by gaps " << time_of(plan, "longestMs")
      << (timed ? ", interval " + time_of(plan, "intervalMs") : std::string{", no timer"}) << '\n';
  if (bool_of(plan, "feasible")) {
    out << painted("FEASIBLE", paint::good, style) << '\n';
    if (timed && int_of(plan, "expectedMs") > int_of(plan, "intervalMs"))
      out << painted("but only with short gaps: with average ones a cycle is longer than its interval", paint::warning,
                     style)
          << '\n';
    return;
  }
  out << painted("PLAN_INFEASIBLE", paint::bad, style) << '\n';
  size_t explained = 0;
  for (auto gate : rows_of(plan, "gates"))
    if (!bool_of(gate, "feasible") && explained++ < most_explained)
      explain(plan, gate, out);
  if (explained > most_explained)
    out << "\n… and " << explained - most_explained << " more\n";
}

int say(const std::string& text, const json_node& plan, const output_style& style, std::ostream& out) {
  if (style.json)
    out << text << '\n';
  else
    print_plan(plan, style, out);
  return bool_of(plan, "feasible") ? exit_done : exit_failed;
}

/// Without a node: the alerts of an import file under a node's configuration.
int plan_of_file(const plan_options& options, std::ostream& out, std::ostream& err) {
  config_request request;
  request.environment = process_environment();
  request.path = options.node.config;
  request.env_file = options.node.env_file;
  if (!find_config(request, err))
    return exit_usage;
  auto loaded = load_config(request);
  if (!loaded.ok()) {
    print_problems(loaded, options.style, err);
    return exit_usage;
  }
  auto text = read_file(options.alerts, max_alerts_bytes);
  if (!text) {
    err << "vigie: " << text.error().detail << '\n';
    return exit_usage;
  }
  auto alerts = alerts_from_json(*text);
  if (!alerts) {
    err << options.alerts << ": " << alerts.error().place << ": " << alerts.error().detail << '\n';
    return exit_usage;
  }
  // An import gives them their numbers; here the place in the file stands for it.
  for (size_t i = 0; i < alerts->size(); ++i)
    if ((*alerts)[i].id.value == 0)
      (*alerts)[i].id = alert_id{static_cast<int64_t>(i) + 1};
  auto plan = estimate_cycle(*alerts, sources_of(loaded.config), estimate_config_of(loaded.config));
  auto said = plan_json(plan, plan.gates.size()).dump();
  return say(said, parse_json(said)->root(), options.style, out);
}

} // namespace

int show_plan(const plan_options& options, std::ostream& out, std::ostream& err) {
  if (!options.alerts.empty())
    return plan_of_file(options, out, err);
  api_client client{options.node, options.style, err};
  auto answer = client.get("/api/v1/plan");
  if (!answer.ok())
    return answer.exit_code;
  return say(answer.text, answer.data(), options.style, out);
}

} // namespace vigie

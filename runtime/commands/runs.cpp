// `vigie runs [ID]` and `vigie matches`.
#include <algorithm>
#include <cstdio>
#include <map>

#include "runtime/commands/api_client.hpp"
#include "runtime/commands/run_report.hpp"

namespace vigie {

namespace {

paint paint_of_state(const std::string& state) {
  if (state == "completed" || state == "settled")
    return paint::good;
  if (state == "failed" || state == "cancelled")
    return paint::bad;
  if (state == "partial" || state == "abandoned" || state == "late")
    return paint::warning;
  return paint::plain;
}

// Milliseconds since 1970 of such a time; false for anything else.
bool parse_time(const std::string& x, int64_t& out) {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  int ms = 0;
  if (std::sscanf(x.c_str(), "%4d-%2u-%2uT%2d:%2d:%2d.%3dZ", &year, &month, &day, &hour, &minute, &second, &ms) != 7)
    return false;
  using namespace std::chrono;
  auto days = sys_days{std::chrono::year{year} / std::chrono::month{month} / std::chrono::day{day}};
  out =
      duration_cast<milliseconds>(days.time_since_epoch()).count() + ((hour * 60 + minute) * 60 + second) * 1000LL + ms;
  return true;
}

std::string took(const json_node& run) {
  int64_t start = 0;
  int64_t end = 0;
  if (!parse_time(text_of(run, "startedAt"), start) || !parse_time(text_of(run, "endedAt"), end) || end < start)
    return {};
  return short_duration(duration{end - start});
}

text_table::cell state_cell(const json_node& x) {
  auto state = text_of(x, "state");
  auto how = paint_of_state(state);
  return {std::move(state), how};
}

text_table runs_table() {
  using enum text_table::holds;
  return text_table{{{"RUN", number},
                     {"STATE", word, 0},
                     {"BY", word, 6},
                     {"STARTED (UTC)", word, 1},
                     {"TOOK", number, 2},
                     {"ALERTS", number, 1},
                     {"WORKERS", number, 6},
                     {"ITEMS", number, 5},
                     {"MATCHES", number, 4},
                     {"NEW", number, 1},
                     {"ERRORS", number, 1},
                     {"RESENT", number, 6},
                     {"NOTE", text, 3}}};
}

/// A line of its own: no terminal is too narrow for it.
void say_learned(const json_node& run, std::ostream& out) {
  if (auto learned = int_of(run, "learned"); learned > 0)
    out << "run " << text_of(run, "id") << ": " << learned_words(static_cast<uint64_t>(learned)) << '\n';
}

void add_run(text_table& table, const json_node& x) {
  auto part = [&](std::string_view key) { return static_cast<uint64_t>(std::max<int64_t>(0, int_of(x, key))); };
  auto failed = part("alertsFailed");
  table.add({text_of(x, "id"),
             state_cell(x),
             text_of(x, "trigger"),
             short_time(text_of(x, "startedAt")),
             took(x),
             std::to_string(part("alertsOk")) + "/" + text_of(x, "alerts"),
             std::to_string(part("workersOk")) + "/" + text_of(x, "workers"),
             grouped(part("itemsChecked")),
             grouped(part("matches")),
             grouped(part("newMatches")),
             {std::to_string(failed), failed > 0 ? paint::bad : paint::plain},
             std::to_string(part("resent")),
             text_of(x, "note")});
}

std::string price_of(const json_node& item) {
  auto price = money_of(item, "price");
  auto currency = text_of(item, "currency");
  return price.empty() || currency.empty() ? price : price + " " + currency;
}

// {"code","detail","place"} or a plain text.
std::string problem_of(const json_node& x) {
  auto problem = x.find("error");
  if (!problem || problem->kind() != json_kind::object)
    return text_of(x, "error");
  auto detail = text_of(*problem, "detail");
  auto place = text_of(*problem, "place");
  return text_of(*problem, "code") + (detail.empty() ? "" : ": " + detail) + (place.empty() ? "" : " at " + place);
}

std::string matches_of(const json_node& attempt) {
  return text_of(attempt, "matches") + (bool_of(attempt, "learned") ? " learned" : "");
}

void print_sources(const json_node& data, const output_style& style, std::ostream& out) {
  using enum text_table::holds;
  text_table table{{{"SOURCE", text},
                    {"REQUESTS", number, 1},
                    {"ANSWERS", text},
                    {"304", number, 2},
                    {"BYTES", number, 1},
                    {"MEAN WAIT", number, 2}}};
  for (auto x : rows_of(data, "sources")) {
    auto asked = int_of(x, "requests") > 0;
    table.add({text_of(x, "source"), text_of(x, "requests"), answers_in_words(x),
               asked ? text_of(x, "unchangedPercent") + " %" : "",
               short_size(static_cast<uint64_t>(int_of(x, "bytes"))),
               asked ? short_duration(duration{int_of(x, "averageWaitMs")}) : ""});
  }
  if (table.empty())
    return;
  out << '\n';
  table.print(out, style);
}

// Alerts that share their pages share what is said of them: once, with the numbers of the alerts.
void print_notes(const json_node& attempts, const output_style& style, std::ostream& out) {
  constexpr size_t named = 12; // alerts
  std::vector<std::string> order;
  std::map<std::string, std::vector<std::string>> alerts; // by sentence
  for (auto x : attempts.elements())
    for (auto note : rows_of(x, "notes")) {
      auto& of = alerts[std::string{note.as_string().value_or("")}];
      if (of.empty())
        order.emplace_back(note.as_string().value_or(""));
      if (auto id = text_of(x, "alertId"); of.empty() || of.back() != id)
        of.push_back(std::move(id));
    }
  if (order.empty())
    return;
  out << '\n';
  using enum text_table::holds;
  text_table table{{{"NOTE", text, 0}, {"ALERTS", text, 0}}, text_table::too_wide::wrapped};
  for (const auto& note : order) {
    const auto& all = alerts[note];
    std::string ids;
    for (size_t i = 0; i < all.size() && i < named; ++i)
      ids += (i == 0 ? "" : ", ") + all[i];
    if (all.size() > named)
      ids += " and " + std::to_string(all.size() - named) + " more";
    table.add({{note, paint::warning}, ids});
  }
  table.print(out, style);
}

void print_run(const json_node& data, const output_style& style, std::ostream& out) {
  auto table = runs_table();
  auto run = data.find("run").value_or(data);
  add_run(table, run);
  table.print(out, style);
  say_learned(run, out);
  auto attempts = data.find("alerts");
  if (!attempts || attempts->kind() != json_kind::array)
    return;
  out << '\n';
  using enum text_table::holds;
  text_table rows{{{"ALERT", number},
                   {"NAME", text, 1},
                   {"TRY", number, 5},
                   {"WORKER", text, 4},
                   {"STATE", word, 0},
                   {"ITEMS", number, 2},
                   {"MATCHES", number, 2},
                   {"TOOK", number, 3},
                   {"ERROR", text, 0}},
                  text_table::too_wide::wrapped};
  for (auto x : attempts->elements())
    rows.add({text_of(x, "alertId"),
              text_of(x, "alertName"),
              text_of(x, "attempt"),
              text_of(x, "worker"),
              state_cell(x),
              text_of(x, "itemsChecked"),
              matches_of(x),
              short_duration(duration{int_of(x, "tookMs")}),
              {problem_of(x), paint::bad}});
  rows.print(out, style);
  print_sources(data, style, out);
  print_notes(*attempts, style, out);
}

} // namespace

int run_runs(const runs_options& options, std::ostream& out, std::ostream& err) {
  api_client client{options.node, options.style, err};
  auto answer = client.get(options.id != 0 ? "/api/v1/runs/" + std::to_string(options.id)
                                           : "/api/v1/runs?limit=" + std::to_string(options.limit));
  if (!answer.ok())
    return answer.exit_code;
  if (options.style.json) {
    out << answer.text << '\n';
  } else if (options.id != 0) {
    print_run(answer.data(), options.style, out);
  } else {
    auto table = runs_table();
    for (auto x : rows_of(answer.data(), "runs"))
      add_run(table, x);
    table.print(out, options.style);
    for (auto x : rows_of(answer.data(), "runs"))
      say_learned(x, out);
    table.say_if_cut(options.limit, out);
  }
  return exit_done;
}

int run_matches(const matches_options& options, std::ostream& out, std::ostream& err) {
  api_client client{options.node, options.style, err};
  auto path = "/api/v1/matches?limit=" + std::to_string(options.limit);
  if (options.run != 0)
    path += "&run=" + std::to_string(options.run);
  if (options.alert != 0)
    path += "&alert=" + std::to_string(options.alert);
  auto answer = client.get(path);
  if (!answer.ok())
    return answer.exit_code;
  if (options.style.json) {
    out << answer.text << '\n';
    return exit_done;
  }
  using enum text_table::holds;
  text_table table{{{"FOUND (UTC)", word},
                    {"ALERT", text, 3},
                    {"TITLE", text, 0},
                    {"PRICE", number, 1},
                    {"BRAND", text, 6},
                    {"SIZE", word, 6},
                    {"CONDITION", text, 6},
                    {"SENT TO", text, 2},
                    {"URL", word, 7}}};
  for (auto x : rows_of(answer.data(), "matches")) {
    auto item = x.find("item").value_or(x);
    table.add({short_time(text_of(x, "foundAt")), text_of(x, "alertName"), text_of(item, "title"), price_of(item),
               text_of(item, "brand"), text_of(item, "size"), text_of(item, "condition"), text_of(x, "delivery"),
               text_of(item, "url")});
  }
  table.print(out, options.style);
  table.say_if_cut(options.limit, out);
  return exit_done;
}

} // namespace vigie

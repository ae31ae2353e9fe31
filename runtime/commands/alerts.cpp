// `vigie alerts`: list, show, add, set, pause, resume, remove, import, export.
#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>
#include <utility>

#include "actors/policy/plain_text.hpp"
#include "adapters/http_api/alert_json.hpp"
#include "runtime/commands/alert_export.hpp"
#include "runtime/commands/alert_names.hpp"
#include "runtime/commands/api_client.hpp"
#include "runtime/commands/import_portions.hpp"
#include "runtime/commands/read_file.hpp"

namespace vigie {

namespace {

std::string price_range(const json_node& alert) {
  auto price = alert.find("price");
  if (!price)
    return {};
  auto min = money_of(*price, "min");
  auto max = money_of(*price, "max");
  if (min.empty() && max.empty())
    return {};
  auto range = min.empty() ? "≤ " + max : max.empty() ? "≥ " + min : min + "–" + max;
  auto currency = text_of(*price, "currency");
  return currency.empty() ? range : range + " " + currency;
}

std::string keywords(const json_node& alert) {
  auto words = alert.find("keywords");
  if (!words)
    return {};
  std::string out;
  auto add = [&](std::string_view key, std::string_view before, std::string_view separator) {
    auto list = list_of(*words, key, separator);
    if (!list.empty())
      out += (out.empty() ? "" : " ") + std::string{before} + list;
  };
  add("all", "", " ");
  add("any", "any: ", "|");
  add("none", "not: ", "|");
  return out;
}

text_table list_table() {
  using enum text_table::holds;
  return text_table{{{"ID", number},
                     {"NAME", text, 0},
                     {"SOURCE", text, 4},
                     {"QUERY", text, 3},
                     {"PRICE", word, 2},
                     {"KEYWORDS", text, 6},
                     {"CHANNELS", text, 5},
                     {"STATE", text, 1}}};
}

/// "7 Pullovers: it has no channel: …", a line each.
void add_warnings(std::vector<std::string>& lines, const json_node& alert) {
  auto id = text_of(alert, "id");
  for (auto x : rows_of(alert, "warnings"))
    if (auto text = x.as_string())
      lines.push_back((id.empty() ? "" : id + " ") + text_of(alert, "name") + ": " + std::string{*text});
}

constexpr size_t most_warnings = 50; // of a list or an import

void print_warnings(const std::vector<std::string>& lines, const output_style& style, std::ostream& to) {
  for (size_t i = 0; i < std::min(lines.size(), most_warnings); ++i)
    to << painted("warning ", paint::warning, style) << strip_control(lines[i]) << '\n';
  if (lines.size() > most_warnings)
    to << "and " << lines.size() - most_warnings << " more warnings; --json has them all\n";
}

void add_rows(text_table& table, std::vector<std::string>& warnings, const json_node& data) {
  for (auto x : rows_of(data, "alerts")) {
    add_warnings(warnings, x);
    auto on = bool_of(x, "enabled");
    auto why = text_of(x, "pausedWhy");
    table.add({text_of(x, "id"),
               text_of(x, "name"),
               text_of(x, "source"),
               text_of(x, "query"),
               price_range(x),
               keywords(x),
               list_of(x, "channels"),
               {on            ? "on"
                : why.empty() ? "paused"
                              : "paused: " + why,
                on ? paint::good : paint::dim}});
  }
}

// The API gives a list in pages; as JSON, each page is one line.
int list_all(const output_style& style, api_client& client, std::ostream& out) {
  auto table = list_table();
  std::vector<std::string> warnings;
  int64_t total = 0;
  for (int64_t after = 0;;) {
    auto answer = client.get(alerts_path + "?after=" + std::to_string(after));
    if (!answer.ok())
      return answer.exit_code;
    if (style.json)
      out << answer.text << '\n';
    else
      add_rows(table, warnings, answer.data());
    total = int_of(answer.data(), "total");
    auto next = int_of(answer.data(), "next");
    if (next <= after)
      break;
    after = next;
  }
  if (style.json)
    return exit_done;
  table.print(out, style);
  print_warnings(warnings, style, out);
  out << total << (total == 1 ? " alert\n" : " alerts\n");
  return exit_done;
}

std::string baseline_words(const json_node& alert) {
  if (!bool_of(alert, "baseline"))
    return "no: all that matches is sent, from the first run on";
  return bool_of(alert, "baselineDone")
             ? "done: what the first run found was learned and not sent; what is new since is sent"
             : "to come: the first run learns what is there and sends none of it";
}

void print_one(const json_node& data, const output_style& style, std::ostream& out) {
  auto x = data.find("alert").value_or(data);
  text_table table{{{"FIELD", text_table::holds::word}, {"VALUE"}}, text_table::too_wide::wrapped};
  for (const char* key : {"id", "name", "source", "query"})
    table.add({key, text_of(x, key)});
  table.add({"keywords", keywords(x)});
  table.add({"price", price_range(x)});
  for (const char* key : {"conditions", "brands", "sizes", "channels"})
    table.add({key, list_of(x, key)});
  for (const char* key : {"foldAccents", "enabled"})
    table.add({key, text_of(x, key)});
  table.add({"baseline", baseline_words(x)});
  if (auto why = text_of(x, "pausedWhy"); !why.empty())
    table.add({"pausedWhy", {why, paint::warning}});
  for (auto warning : rows_of(x, "warnings"))
    table.add({"warning", {std::string{warning.as_string().value_or("")}, paint::warning}});
  table.print(out, style);
}

/// Each portion is taken wholly or not at all; the first one that is refused ends it.
int send_portions(std::vector<import_portion> portions, size_t alerts, const alerts_options& options,
                  api_client& client, std::ostream& out, std::ostream& err) {
  int64_t imported = 0;
  std::vector<std::string> warnings;
  for (auto& x : portions) {
    auto answer = client.send("POST", alerts_path + "/import", std::move(x.body));
    if (!answer.ok()) {
      if (portions.size() > 1)
        err << imported << " of " << alerts << " alerts were imported before that; the following " << x.alerts
            << ", and what comes after them, were not.\n";
      return answer.exit_code;
    }
    imported += int_of(answer.data(), "imported");
    for (auto row : rows_of(answer.data(), "warnings"))
      add_warnings(warnings, row);
  }
  if (options.style.json)
    out << json_value::object({{"success", true}, {"imported", imported}}).dump() << '\n';
  else
    out << imported << (imported == 1 ? " alert" : " alerts") << " imported\n";
  print_warnings(warnings, options.style, err);
  return exit_done;
}

int import_file(const alerts_options& options, api_client& client, std::ostream& out, std::ostream& err) {
  auto text = read_file(options.file, max_alerts_bytes, &std::cin);
  if (!text) {
    err << "vigie: " << text.error().detail << '\n';
    return exit_usage;
  }
  auto alerts = alerts_from_json(*text);
  if (!alerts) {
    err << strip_control(options.file + ": " + (alerts.error().place.empty() ? "" : alerts.error().place + ": ") +
                         alerts.error().detail)
        << '\n';
    return exit_usage;
  }
  if (alerts->empty()) {
    err << "There is no alert in " << strip_control(options.file) << ".\n";
    return exit_usage;
  }
  return send_portions(cut_import(*text, client.max_body_bytes()), alerts->size(), options, client, out, err);
}

int show_answer(const output_style& style, const api_answer& answer, std::ostream& out) {
  if (!answer.ok())
    return answer.exit_code;
  if (style.json)
    out << answer.text << '\n';
  else
    print_one(answer.data(), style, out);
  return exit_done;
}

int say_fault(const error& fault, std::ostream& err) {
  err << "The alert cannot be so: " << strip_control(fault.place) << ": " << strip_control(fault.detail) << '\n';
  return exit_usage;
}

int add_one(const alerts_options& options, api_client& client, std::ostream& out, std::ostream& err) {
  // What is the same whatever it was before was said.
  alert x, other;
  other.baseline = !x.baseline;
  for (const auto& change : options.changes) {
    change(x);
    change(other);
  }
  auto said = x.baseline == other.baseline;
  if (auto fault = check_alert(x); fault.code != errc::none)
    return say_fault(fault, err);
  return show_answer(options.style, client.send("POST", alerts_path, import_json(x, said).dump()), out);
}

/// Every alert that was named, or none of them if one does not exist, or `refuse` says no to any; the first that the
/// node refuses ends it.
int for_each_meant(const alerts_options& options, api_client& client, std::ostream& err,
                   const std::function<int(meant_alert&)>& act,
                   const std::function<int(const std::vector<meant_alert>&)>& refuse = {}) {
  auto meant = find_alerts(client, options.which, err);
  if (meant.exit_code != exit_done)
    return meant.exit_code;
  if (auto code = refuse ? refuse(meant.all) : exit_done; code != exit_done)
    return code;
  for (size_t i = 0; i < meant.all.size(); ++i)
    if (auto code = act(meant.all[i]); code != exit_done) {
      if (meant.all.size() > 1)
        err << i << " of " << meant.all.size() << " alerts were dealt with before that.\n";
      return code;
    }
  return exit_done;
}

std::string named(const alert& x) {
  return "alert " + std::to_string(x.id.value) + " \"" + strip_control(x.name) + "\"";
}

int show_all(const alerts_options& options, api_client& client, std::ostream& out, std::ostream& err) {
  auto first = true;
  return for_each_meant(options, client, err, [&](const meant_alert& x) {
    out << (std::exchange(first, false) || options.style.json ? "" : "\n");
    return show_answer(options.style, x.shown, out);
  });
}

alert changed_by(const alerts_options& options, alert x) {
  for (const auto& change : options.changes)
    change(x);
  return x;
}

/// Before anything is changed.
int refuse_changes(const alerts_options& options, const std::vector<meant_alert>& all, std::ostream& err) {
  for (const auto& x : all)
    if (auto fault = check_alert(changed_by(options, x.what)); fault.code != errc::none)
      return say_fault(fault, err);
  if (all.size() < 2 || changed_by(options, all[0].what).name != changed_by(options, all[1].what).name)
    return exit_done;
  err << "One name for " << all.size() << " alerts: no two alerts share one. Say --name for one alert.\n";
  return exit_usage;
}

/// What somebody else, or vigie itself, changes meanwhile is not undone: the change is made once more to what it is
/// then.
int change_one(const alerts_options& options, api_client& client, meant_alert& x, std::ostream& out,
               std::ostream& err) {
  constexpr int most_tries = 10;
  for (int i = 0; i < most_tries; ++i) {
    auto changed = changed_by(options, x.what);
    std::map<std::string, std::string> condition;
    if (!x.shown.etag.empty())
      condition["if-match"] = x.shown.etag;
    auto answer = client.send("PUT", x.path, alert_json(changed).dump(), condition, 412);
    if (answer.ok() && answer.status == 412) {
      if (auto code = read_again(client, x, err); code != exit_done)
        return code;
      continue;
    }
    if (options.style.json || !answer.ok())
      return show_answer(options.style, answer, out);
    out << named(changed) << (changed == x.what ? " was so already\n" : " changed\n");
    std::vector<std::string> warnings;
    add_warnings(warnings, answer.data());
    print_warnings(warnings, options.style, out);
    return exit_done;
  }
  err << "The " << named(x.what) << " was changed by others " << most_tries
      << " times meanwhile, and not by this command. Try again.\n";
  return exit_failed;
}

int change_all(const alerts_options& options, api_client& client, std::ostream& out, std::ostream& err) {
  if (options.changes.empty()) {
    err << "Nothing is to be changed: name what, as --price-max 250. See vigie alerts set --help.\n";
    return exit_usage;
  }
  return for_each_meant(
      options, client, err, [&](meant_alert& x) { return change_one(options, client, x, out, err); },
      [&](const std::vector<meant_alert>& all) { return refuse_changes(options, all, err); });
}

/// `method` on its path and `below`.
int act_on_all(const alerts_options& options, api_client& client, std::ostream& out, std::ostream& err,
               const std::string& method, const std::string& below, std::string_view done) {
  return for_each_meant(options, client, err, [&](const meant_alert& x) {
    auto answer = client.send(method, x.path + below);
    if (options.style.json || !answer.ok())
      return show_answer(options.style, answer, out);
    out << named(x.what) << ' ' << done << '\n';
    return exit_done;
  });
}

} // namespace

int run_alerts(const alerts_options& options, std::ostream& out, std::ostream& err) {
  api_client client{options.node, options.style, err};
  switch (options.action) {
  case alerts_action::list:
    return list_all(options.style, client, out);
  case alerts_action::show:
    return show_all(options, client, out, err);
  case alerts_action::add:
    return add_one(options, client, out, err);
  case alerts_action::set:
    return change_all(options, client, out, err);
  case alerts_action::pause:
    return act_on_all(options, client, out, err, "POST", "/pause", "paused");
  case alerts_action::resume:
    return act_on_all(options, client, out, err, "POST", "/resume", "resumed");
  case alerts_action::remove:
    return act_on_all(options, client, out, err, "DELETE", "", "removed");
  case alerts_action::import:
    return import_file(options, client, out, err);
  case alerts_action::write:
    return export_alerts(options, client, out, err);
  }
  return exit_usage;
}

} // namespace vigie

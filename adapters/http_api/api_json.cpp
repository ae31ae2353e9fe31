#include "adapters/http_api/api_json.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "actors/policy/answer_tally.hpp"
#include "actors/policy/page_notes.hpp"

namespace vigie {

namespace {

json_value time_json(wall_time x) {
  return to_unix_ms(x) == 0 ? json_value{} : json_value{to_rfc3339(x)};
}

template <class T, class F>
json_value list_json(const std::vector<T>& all, F&& to_json) {
  auto out = json_value::array();
  for (const auto& x : all)
    out.push(to_json(x));
  return out;
}

json_value verdict_json(const verdict& x) {
  return json_value::object({{"scope", to_string(x.scope)},
                             {"host", x.host.value.empty() ? json_value{} : json_value{x.host.value}},
                             {"cause", to_string(x.cause)},
                             {"evidence", x.evidence},
                             {"since", time_json(x.since)},
                             {"until", time_json(x.until)},
                             {"strikes", x.strikes}});
}

bool in_force(const verdict& x, wall_time now) {
  return x.until > now;
}

bool is_banned(const worker_status& x, wall_time now) {
  return std::any_of(x.bans.begin(), x.bans.end(), [&](const verdict& v) { return in_force(v, now); });
}

bool may_ask(const worker_status& x, const host_key& host, wall_time now) {
  return std::none_of(x.bans.begin(), x.bans.end(), [&](const verdict& v) {
    return in_force(v, now) && (v.scope == verdict_scope::worker || v.host == host);
  });
}

bool is_available(const worker_status& x, const fleet_stats& all) {
  if (x.link != link_state::up || !x.healthy)
    return false;
  if (all.hosts.empty())
    return may_ask(x, host_key{}, all.now);
  return std::any_of(all.hosts.begin(), all.hosts.end(), [&](const host_key& h) { return may_ask(x, h, all.now); });
}

double success_rate(const worker_status& x) {
  if (x.requests == 0)
    return 100;
  return std::round(static_cast<double>(x.successes) / static_cast<double>(x.requests) * 10000) / 100;
}

json_value worker_json(const worker_status& x, wall_time now) {
  auto bans = json_value::array();
  for (const auto& v : x.bans)
    if (in_force(v, now))
      bans.push(verdict_json(v));
  return json_value::object({{"id", x.id.value},
                             {"name", x.name},
                             {"region", x.region},
                             {"isHealthy", x.healthy},
                             {"isBanned", is_banned(x, now)},
                             {"requestCount", x.requests},
                             {"successCount", x.successes},
                             {"errorCount", x.errors},
                             {"successRate", success_rate(x)},
                             {"bans", std::move(bans)}});
}

} // namespace

json_value error_json(const error& x) {
  if (x.code == errc::none)
    return {};
  return json_value::object({{"code", to_string(x.code)},
                             {"detail", x.detail},
                             {"place", x.place.empty() ? json_value{} : json_value{x.place}},
                             {"remedy", remedy(x.code)}});
}

json_value stats_json(const fleet_stats& x) {
  auto count = [&](auto&& holds) { return std::count_if(x.workers.begin(), x.workers.end(), holds); };
  auto circuits = json_value::array();
  for (const auto& v : x.circuits)
    if (in_force(v, x.now))
      circuits.push(verdict_json(v));
  return json_value::object(
      {{"totalWorkers", x.workers.size()},
       {"availableWorkers", count([&](const worker_status& w) { return is_available(w, x); })},
       {"bannedWorkers", count([&](const worker_status& w) { return is_banned(w, x.now); })},
       {"unhealthyWorkers", count([](const worker_status& w) { return !w.healthy; })},
       {"workers", list_json(x.workers, [&](const worker_status& w) { return worker_json(w, x.now); })},
       {"circuits", std::move(circuits)}});
}

json_value workers_json(const fleet_stats& x) {
  auto rows = list_json(x.workers, [&](const worker_status& w) {
    auto row = worker_json(w, x.now);
    row.set("isAvailable", is_available(w, x));
    row.set("link", to_string(w.link));
    row.set("address", w.address);
    row.set("epoch", w.epoch);
    row.set("inFlight", w.in_flight);
    row.set("latencyMs", w.ewma_ms);
    row.set("lastError", w.last_error);
    return row;
  });
  return json_value::object({{"workers", std::move(rows)}});
}

json_value health_json(const worker_health& x) {
  auto ready = json_value::object();
  for (const auto& [name, is] : x.ready)
    ready.set(name, is);
  return json_value::object({{"status", "ok"},
                             {"worker", x.worker.value},
                             {"version", x.version},
                             {"uptimeMs", x.uptime.count()},
                             {"runningPlans", x.running_plans},
                             {"rssBytes", x.rss_bytes},
                             {"ready", std::move(ready)}});
}

json_value tree_json(const std::vector<node_row>& x) {
  auto actor = [](const actor_row& a) {
    return json_value::object({{"id", a.id},
                               {"name", a.name},
                               {"parent", a.parent},
                               {"state", a.state},
                               {"mailbox", a.mailbox},
                               {"handled", a.handled},
                               {"busyNs", a.busy_ns},
                               {"maxNs", a.max_ns},
                               {"restarts", a.restarts},
                               {"lastCrash", a.last_crash.empty() ? json_value{} : json_value{a.last_crash}},
                               {"alive", a.alive}});
  };
  auto node = [&](const node_row& n) {
    return json_value::object({{"node", n.node},
                               {"role", n.role},
                               {"pid", n.pid},
                               {"rssBytes", n.rss_bytes},
                               {"cpuSeconds", n.cpu_seconds},
                               {"uptimeMs", n.uptime.count()},
                               {"unreachable", n.unreachable.empty() ? json_value{} : json_value{n.unreachable}},
                               {"actors", list_json(n.actors, actor)}});
  };
  return json_value::object({{"nodes", list_json(x, node)}});
}

json_value run_json(const run_summary& x) {
  return json_value::object({{"id", x.id.value},
                             {"trace", x.trace.value},
                             {"trigger", to_string(x.trigger)},
                             {"state", to_string(x.state)},
                             {"startedAt", time_json(x.started)},
                             {"endedAt", time_json(x.ended)},
                             {"alerts", x.alerts},
                             {"alertsOk", x.alerts_ok},
                             {"alertsFailed", x.alerts_failed},
                             {"workers", x.workers},
                             {"workersOk", x.workers_ok},
                             {"itemsChecked", x.items_checked},
                             {"matches", x.matches},
                             {"newMatches", x.new_matches},
                             {"late", x.late},
                             {"resent", x.resent},
                             {"learned", x.learned},
                             {"note", x.note}});
}

json_value run_alert_json(const run_alert& x) {
  auto notes = json_value::array();
  for (auto& line : from_lines(x.notes))
    notes.push(std::move(line));
  return json_value::object({{"alertId", x.alert.value},
                             {"alertName", x.alert_name},
                             {"source", x.source.value},
                             {"attempt", x.attempt},
                             {"worker", x.worker.value},
                             {"state", to_string(x.state)},
                             {"error", error_json(x.problem)},
                             {"itemsChecked", x.items_checked},
                             {"matches", x.matches},
                             {"learned", x.learned},
                             {"tookMs", x.took.count()},
                             {"notes", std::move(notes)}});
}

json_value source_answers_json(const std::vector<run_alert>& attempts) {
  auto out = json_value::array();
  for (const auto& [source, x] : answers_by_source(attempts)) {
    auto answers = json_value::object();
    for (const auto& [status, count] : x.by_status)
      answers.set(std::to_string(status), count);
    auto wait = average_wait(x);
    out.push(json_value::object({{"source", source.value},
                                 {"requests", requests_of(x)},
                                 {"answers", std::move(answers)},
                                 {"bytes", x.bytes},
                                 {"unchangedPercent", unchanged_percent(x)},
                                 {"waitedMs", x.waited.count()},
                                 {"averageWaitMs", wait ? json_value{wait->count()} : json_value{}}}));
  }
  return out;
}

result<std::vector<alert_id>> chosen_from_json(std::string_view text, size_t most_ids) {
  std::set<alert_id> out;
  if (text.empty())
    return std::vector<alert_id>{};
  auto doc = parse_json(text);
  if (!doc)
    return tl::unexpected(doc.error());
  if (doc->root().kind() != json_kind::object)
    return fail(errc::bad_request, "an object, as {\"alerts\":[7]}, is wanted here");
  for (auto member : doc->root().members()) {
    if (member.key() != "alerts")
      return fail(errc::bad_request, "unknown key; known are: alerts", "/" + std::string{member.key()});
    if (member.kind() != json_kind::array || member.size() == 0 || member.size() > most_ids)
      return fail(errc::bad_request, "an array of 1 to " + std::to_string(most_ids) + " ids is wanted here", "/alerts");
    size_t place = 0;
    for (auto element : member.elements()) {
      auto id = element.as_int();
      if (!id || *id < 1)
        return fail(errc::bad_request, "an alert's id is wanted here", "/alerts/" + std::to_string(place));
      out.insert(alert_id{*id});
      ++place;
    }
  }
  return std::vector<alert_id>{out.begin(), out.end()};
}

json_value item_json(const item& x) {
  std::optional<double> price;
  if (x.price)
    price = static_cast<double>(*x.price) / 100.0;
  return json_value::object({{"id", x.id.value},
                             {"title", x.title},
                             {"price", price},
                             {"currency", x.currency},
                             {"brand", x.brand},
                             {"size", x.size},
                             {"condition", x.condition},
                             {"url", x.url},
                             {"photo", x.photo}});
}

json_value match_json(const match& x) {
  return json_value::object({{"alertId", x.alert.value}, {"item", item_json(x.what)}});
}

json_value stored_match_json(const stored_match& x) {
  auto out = match_json(x.pair);
  out.set("alertName", x.alert_name);
  out.set("source", x.source.value);
  out.set("runId", x.run.value);
  out.set("foundAt", time_json(x.found));
  out.set("delivery", x.delivery);
  return out;
}

json_value outbox_json(const outbox_row& x) {
  return json_value::object({{"id", x.id.value},
                             {"alertId", x.alert.value},
                             {"alertName", x.alert_name},
                             {"itemId", x.item.value},
                             {"channel", x.channel.value},
                             {"key", x.key},
                             {"state", to_string(x.state)},
                             {"attempts", x.attempts},
                             {"since", time_json(x.since)},
                             {"nextAttemptAt", time_json(x.next_attempt)},
                             {"lastError", x.last_error.empty() ? json_value{} : json_value{x.last_error}}});
}

json_value failure_json(const alert_failure& x) {
  auto out = json_value::object(
      {{"alertId", x.alert.value}, {"error", to_string(x.problem.code)}, {"message", to_string(x.problem)}});
  if (x.http_status > 0)
    out.set("httpStatus", x.http_status);
  return out;
}

json_value command_data_json(const command_result& x, command_kind kind) {
  auto out = json_value::object({{"matches", list_json(x.matches, match_json)},
                                 {"alertsChecked", x.alerts_checked},
                                 {"itemsChecked", x.items_checked}});
  if (!x.failed.empty())
    out.set("failed", list_json(x.failed, failure_json));
  if (kind == command_kind::scrape || kind == command_kind::custom) {
    out.set("output", x.output);
    out.set("truncated", x.truncated);
  }
  return out;
}

} // namespace vigie

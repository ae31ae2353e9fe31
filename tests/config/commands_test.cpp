// The client commands against a real HTTP server whose answers are written by the API's own JSON functions, so that a
// renamed field shows here.
#include <atomic>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <mutex>
#include <sstream>

#include <catch2/catch.hpp>
#include <unistd.h>

#include "actors/policy/cycle_estimate.hpp"
#include "adapters/http_api/api_json.hpp"
#include "adapters/http_api/problem.hpp"
#include "adapters/http_api/server.hpp"
#include "runtime/commands/commands.hpp"
#include "runtime/commands/display_width.hpp"
#include "tests/support/spoken_line.hpp"

using namespace vigie;

namespace {

namespace fs = std::filesystem;

run_summary a_run(run_state state, uint32_t ok, uint32_t failed) {
  run_summary out;
  out.id = run_id{12};
  out.trigger = run_trigger::manual;
  out.state = state;
  out.started = from_unix_ms(1795300715120);
  if (state != run_state::running)
    out.ended = from_unix_ms(1795300760350);
  out.alerts = 41;
  out.alerts_ok = ok;
  out.alerts_failed = failed;
  out.workers = 4;
  out.workers_ok = 4;
  out.items_checked = 1234;
  out.matches = 17;
  out.new_matches = 5;
  out.learned = 71;
  return out;
}

/// 41 searches, each its own, at one host of 12 to 25 s; the first two ask for the same.
cycle_estimate a_plan() {
  source_table sources;
  auto& market = sources[source_id{"market"}];
  market.host = host_key{"site.test"};
  market.spec.gate.min_interval = duration{12000};
  market.spec.gate.max_interval = duration{25000};
  std::vector<alert> alerts;
  for (int64_t i = 1; i <= 42; ++i) {
    alerts.push_back({});
    alerts.back().id = alert_id{i};
    alerts.back().source = source_id{"market"};
    alerts.back().query = i == 1 ? "2 MODEL" : i == 42 ? "model 40" : "model " + std::to_string(i);
  }
  return estimate_cycle(alerts, sources, {duration{300000}, 4});
}

fleet_stats a_fleet() {
  fleet_stats out;
  out.now = from_unix_ms(1795300715120);
  out.hosts = {host_key{"127.0.0.1:18080"}};
  worker_status fr;
  fr.id = worker_id{"worker-fr"};
  fr.name = "Worker FR";
  fr.region = "cdg";
  fr.link = link_state::up;
  fr.healthy = true;
  fr.requests = 42;
  fr.successes = 40;
  fr.errors = 2;
  auto us = fr;
  us.id = worker_id{"worker-us"};
  us.name = "Worker US";
  verdict ban;
  ban.worker = us.id;
  ban.host = out.hosts[0];
  ban.until = from_unix_ms(1795302515120);
  us.bans = {ban};
  out.workers = {fr, us};
  return out;
}

std::vector<node_row> a_tree() {
  node_row main;
  main.node = "main";
  main.role = "main";
  main.pid = 4711;
  actor_row root;
  root.id = 1;
  root.name = "root";
  actor_row fleet;
  fleet.id = 2;
  fleet.name = "fleet";
  fleet.parent = "root";
  fleet.state = "4 up";
  fleet.handled = 1200;
  fleet.busy_ns = 2400000;
  fleet.restarts = 3;
  fleet.last_crash = "runtime_error: \x1b[31mboom";
  actor_row proxy;
  proxy.id = 3;
  proxy.name = "worker-proxy/worker-fr";
  proxy.parent = "fleet";
  proxy.busy_ns = 9000000;
  proxy.handled = 3;
  main.actors = {root, fleet, proxy};
  node_row lost;
  lost.node = "worker-uk";
  lost.unreachable = "no link";
  return {main, lost};
}

stored_match a_match() {
  stored_match out;
  out.pair.alert = alert_id{7};
  out.pair.what.id = item_id{"s-1"};
  out.pair.what.title = "Robe d'été \x1b]0;evil\x07 très bon état 東京";
  out.pair.what.price = 1250;
  out.pair.what.currency = std::string{"EUR"};
  out.alert_name = "Dresses";
  out.run = run_id{12};
  out.found = from_unix_ms(1795300715120);
  out.delivery = "log:sent";
  return out;
}

outbox_page an_outbox() {
  outbox_page out;
  outbox_row row;
  row.id = outbox_id{375};
  row.alert = alert_id{7};
  row.alert_name = "red phones";
  row.item = item_id{"s-1"};
  row.channel = channel_id{"shop"};
  row.state = delivery_state::dead;
  row.attempts = 8;
  row.last_error = "HTTP 410 \x1b[31mgone";
  out.rows = {row};
  out.counts.pending = 3;
  out.counts.dead = 1;
  out.channels = {{channel_id{"shop"}, from_unix_ms(1795300775120), {}, duration{0}, 3, "refused: \x1b[31m404"}};
  return out;
}

alert an_alert(int64_t id) {
  alert out;
  out.id = alert_id{id};
  out.name = "alert " + std::to_string(id);
  out.source = source_id{"market"};
  out.query = "phone";
  out.when.price_max = 30000;
  out.when.currency = "EUR";
  out.when.none = {"fissuré"};
  return out;
}

/// A main node's API, as far as the commands ask it.
class scripted_node {
public:
  scripted_node() {
    folder_ = fs::temp_directory_path() / ("vigie-commands-" + std::to_string(getpid()));
    fs::create_directories(folder_);
    std::ofstream{key_file()} << "vk_k_1_secret\n";
    http_server_config config;
    auto server =
        serve_http(config, [this](served_request request, http_server::responder reply) { reply(answer(request)); });
    REQUIRE(server.has_value());
    server_ = std::move(*server);
  }

  ~scripted_node() {
    server_.reset();
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }

  std::string key_file() const { return (folder_ / "admin.key").string(); }
  std::string file(const std::string& name, const std::string& text) const {
    auto path = (folder_ / name).string();
    std::ofstream{path} << text;
    return path;
  }

  node_address address() const {
    node_address out;
    out.url = "http://127.0.0.1:" + std::to_string(server_->port());
    out.key_file = key_file();
    return out;
  }

  std::atomic<size_t> imports{0};
  std::vector<std::string> imported; ///< names; to be read when the command has ended
  std::string refused_name;

  std::string asked() {
    std::lock_guard hold{guard_};
    return asked_;
  }
  std::string last_body() {
    std::lock_guard hold{guard_};
    return last_body_;
  }

private:
  static served_response with(const json_value& body) {
    served_response out;
    out.body = body.dump();
    return out;
  }

  served_response answer(const served_request& x) {
    if (x.header("x-api-key") != "vk_k_1_secret")
      return make_problem(401, "the key is not known", x.path, x.request_id);
    if (!x.body.empty()) {
      std::lock_guard hold{guard_};
      last_body_ = x.body;
    }
    if (x.path == "/api/v1/alerts/run-once")
      return with(json_value::object(
          {{"success", true}, {"data", json_value::object({{"runId", 12}, {"deduplicated", false}})}}));
    if (x.path == "/api/v1/runs/12") {
      auto rows = json_value::array();
      for (const auto& row : attempts())
        rows.push(run_alert_json(row));
      return with(json_value::object({{"run", run_json(next_state())},
                                      {"alerts", std::move(rows)},
                                      {"sources", source_answers_json(attempts())}}));
    }
    if (x.path == "/api/v1/runs")
      return with(json_value::object({{"runs", json_value::array({run_json(a_run(run_state::partial, 40, 1))})}}));
    if (x.path == "/api/v1/matches")
      return with(json_value::object({{"matches", json_value::array({stored_match_json(a_match())})}}));
    if (x.path == "/api/v1/plan")
      return with(plan_json(a_plan(), 100));
    if (x.path == "/api/v1/worker/main/stats")
      return with(stats_json(a_fleet()));
    if (x.path == "/api/v1/workers")
      return with(workers_json(a_fleet()));
    if (x.path == "/api/v1/inspect/tree")
      return with(tree_json(a_tree()));
    if (x.path == "/api/v1/alerts/import")
      return take_import(x);
    if (x.path == "/api/v1/outbox") {
      std::lock_guard hold{guard_};
      asked_ = x.query.contains("state") ? x.query.at("state") : "";
      return with(outbox_page_json(an_outbox()));
    }
    if (x.path == "/api/v1/outbox/retry") {
      auto wanted = retry_from_json(x.body, 1000);
      if (!wanted)
        return make_problem(400, wanted.error(), x.path, x.request_id);
      return with(json_value::object({{"success", true}, {"retried", wanted->ids.size() + wanted->states.size()}}));
    }
    if (x.path == "/api/v1/alerts" && x.method == "POST")
      return with(alert_json(an_alert(9)));
    if (x.path == "/api/v1/alerts" && x.query.contains("name"))
      return with(json_value::object({{"alerts", json_value::array()}}));
    if (x.path == "/api/v1/alerts")
      return alerts_page(x.query.at("after"));
    return make_problem(404, {errc::not_found, "no alert has this id", ""}, x.path, x.request_id);
  }

  served_response take_import(const served_request& x) {
    auto all = alerts_from_json(x.body);
    if (!all)
      return make_problem(400, all.error(), x.path, x.request_id);
    for (const auto& one : *all)
      if (one.name == refused_name)
        return make_problem(409, {errc::conflict, "the name is taken", ""}, x.path, x.request_id);
    ++imports;
    for (const auto& one : *all)
      imported.push_back(one.name);
    return with(json_value::object({{"success", true}, {"imported", all->size()}}));
  }

  served_response alerts_page(const std::string& after) {
    auto first = after == "0";
    return with(json_value::object({{"alerts", json_value::array({alert_json(an_alert(first ? 1 : 2))})},
                                    {"total", 2},
                                    {"next", first ? json_value{1} : json_value{}}}));
  }

  run_summary next_state() {
    switch (polls_++) {
    case 0:
      return a_run(run_state::running, 10, 0);
    case 1:
      return a_run(run_state::running, 30, 1);
    default:
      return a_run(final_state, 40, 1);
    }
  }

  static run_alert failed_attempt() {
    run_alert row;
    row.source = source_id{"market"};
    row.alert = alert_id{7};
    row.alert_name = "Dresses";
    row.attempt = 2;
    row.worker = worker_id{"worker-fr"};
    row.state = attempt_state::failed;
    row.problem = {errc::bad_page, "no items here", "/results"};
    row.notes = "2 items without a title were left out\nthe page was mended";
    return row;
  }

  static std::vector<run_alert> attempts() {
    auto row = failed_attempt();
    row.answers = {{{0, 1}, {200, 12}, {304, 30}}, 1258291, duration{64500}};
    auto learner = failed_attempt();
    learner.alert = alert_id{8};
    learner.state = attempt_state::settled;
    learner.problem = {};
    learner.notes.clear();
    learner.learned = true;
    learner.matches = 71;
    return {row, learner};
  }

public:
  std::atomic<run_state> final_state{run_state::completed};

private:
  fs::path folder_;
  std::atomic<int> polls_{0};
  std::mutex guard_;
  std::string last_body_;
  std::string asked_;
  std::unique_ptr<http_server> server_;
};

struct spoken {
  int code = 0;
  std::string out;
  std::string err;
};

template <class Options>
spoken run(int (*command)(const Options&, std::ostream&, std::ostream&), const Options& options) {
  std::ostringstream out;
  std::ostringstream err;
  auto code = command(options, out, err);
  return {code, out.str(), err.str()};
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("run-once follows the run, says each step once and ends with one summary line") {
  scripted_node node;
  run_once_options options;
  options.node = node.address();
  options.poll_every = duration{1};
  auto said = run(run_run_once, options);
  CHECK(said.err == "");
  CHECK(said.code == exit_done);
  CHECK(has(said.out, "run 12: 10/41 alerts"));
  CHECK(has(said.out, "run 12: 31/41 alerts, 17 matches, 1 errors"));
  CHECK(has(said.out, "run 12 completed in "));
  CHECK(has(said.out, "4/4 workers, 41 alerts, 17 matches (5 new), 1 errors"));
  CHECK(!has(said.out, "\x1b"));
}

TEST_CASE("run-once fails when the run does not complete") {
  scripted_node node;
  node.final_state = run_state::partial;
  run_once_options options;
  options.node = node.address();
  options.poll_every = duration{1};
  auto said = run(run_run_once, options);
  CHECK(said.code == exit_failed);
  CHECK(has(said.out, "    71 learned, none sent: first run\n"));
  CHECK(has(said.out, "    failed: 7 \"Dresses\": bad_page: no items here at /results\n"));
  CHECK(has(said.out, "    Look closer with: vigie runs 12\n    and at the page with: vigie source test --source market\n"));
  CHECK(has(said.out, "    market: no answer ×1, 200 ×12, 304 ×30; 1.2 MiB; waited 1.5s a request\n"));
}

TEST_CASE("run-once on a terminal rewrites its line") {
  scripted_node node;
  run_once_options options;
  options.node = node.address();
  options.poll_every = duration{1};
  options.style.terminal = true;
  CHECK(has(run(run_run_once, options).out, "\r\x1b[Krun 12: 10/41 alerts"));
}

TEST_CASE("runs and one run") {
  scripted_node node;
  runs_options options;
  options.node = node.address();
  auto list = run(run_runs, options);
  CHECK(list.code == exit_done);
  CHECK(has(list.out, "partial"));
  CHECK(has(list.out, "45.2s"));
  CHECK(has(list.out, "40/41"));
  CHECK(has(list.out, "1,234"));
  CHECK(!has(list.out, "may be more"));
  options.limit = 1;
  CHECK(has(run(run_runs, options).out, "the first 1; there may be more (--limit)\n"));
  options.id = 12;
  auto one = run(run_runs, options);
  CHECK(has(one.out, "Dresses"));
  CHECK(has(one.out, "bad_page: no items here at /results"));
  CHECK(has(one.out, "2 items without a title were left out  7\n"));
  CHECK(has(one.out, "the page was mended"));
  CHECK(has(one.out, "\nrun 12: 71 learned, none sent: first run\n"));
  CHECK(has(one.out, "71 learned  "));
  CHECK(has(one.out, "market        43  no answer ×1, 200 ×12, 304 ×30  69.77 %  1.2 MiB       1.5s"));
  options.style.json = true;
  CHECK(has(run(run_runs, options).out, R"("notes":["2 items without a title were left out","the page was mended"])"));
}

TEST_CASE("matches show no control bytes of a page, and columns line up by display width") {
  scripted_node node;
  matches_options options;
  options.node = node.address();
  auto said = run(run_matches, options);
  CHECK(said.code == exit_done);
  CHECK(!has(said.out, "\x1b"));
  CHECK(!has(said.out, "\x07"));
  CHECK(has(said.out, "12.50 EUR"));
  CHECK(has(said.out, "log:sent"));
  std::istringstream lines{said.out};
  std::string heading;
  std::string row;
  std::getline(lines, heading);
  std::getline(lines, row);
  auto at = [](const std::string& line, const std::string& part) {
    return display_width(line.substr(0, line.find(part)));
  };
  CHECK(at(heading, "SENT TO") == at(row, "log:sent"));
}

TEST_CASE("stats and workers") {
  scripted_node node;
  stats_options options;
  options.node = node.address();
  auto stats = run(run_stats, options);
  CHECK(has(stats.out, "available  1"));
  CHECK(has(stats.out, "banned     1"));
  workers_options fleet;
  fleet.node = node.address();
  auto workers = run(run_workers, fleet);
  CHECK(has(workers.out, "95.24 %"));
  CHECK(has(workers.out, "127.0.0.1:18080 until 2026-11-"));
  options.style.json = true;
  CHECK(has(run(run_stats, options).out, "\"totalWorkers\":2"));
}

TEST_CASE("plan shows the arithmetic and the remedies, and exits 1 where it does not fit") {
  scripted_node node;
  plan_options options;
  options.node = node.address();
  auto said = run(show_plan, options);
  CHECK(said.code == exit_failed);
  CHECK(has(said.out, "42 alerts, 41 searches (1 saved: same source and query), 41 requests\n"));
  CHECK(has(said.out, "shortest cycle 8m 0s, expected 12m 20s, longest by gaps 16m 40s, interval 5m 0s\n"));
  CHECK(has(said.out, "PLAN_INFEASIBLE\n\nsite.test: 41 requests = 40 gaps of 12s to 25s = 8m 0s to 16m 40s "
                      "(12m 20s expected)\n  longer than the interval of 5m 0s\n"));
  CHECK(has(said.out, "  - make [cycle] interval at least \"480s\""));
  CHECK(has(said.out, "1 (\"2 MODEL\"), 2 (\"model 2\") save 1 request a cycle; 26 requests fit"));
  CHECK(has(said.out, "  - ask an official API or a feed of site.test"));
  options.style.json = true;
  auto json = run(show_plan, options);
  CHECK(json.code == exit_failed);
  CHECK(json.out.starts_with("{\"verdict\":\"PLAN_INFEASIBLE\""));
  options.node.url = "http://127.0.0.1:1";
  CHECK(run(show_plan, options).code == exit_unreachable);
}

TEST_CASE("plan of a file needs no node") {
  scripted_node node;
  plan_options options;
  options.node.config = node.file("main.toml", R"([node]
name = "main"
roles = ["main", "worker"]
[cycle]
interval = "1m"
[fetch]
allow_private = ["127.0.0.1/32"]
[sources.market]
url = "http://127.0.0.1:9/?q={query}&page={page}"
[sources.market.paging]
kind = "page"
max_pages = 4
[sources.market.extract]
format = "json"
items = "items"
[sources.market.extract.fields]
id = "id"
title = "title"
[channels.log]
type = "log"
)");
  options.alerts = node.file("alerts.json", R"([{"name":"a","source":"market","query":"x","channels":["log"]},
    {"name":"b","source":"market","query":"y","channels":["log"]}])");
  auto fits = run(show_plan, options);
  CHECK(fits.err == "");
  CHECK(fits.code == exit_done);
  CHECK(has(fits.out, "shortest cycle 35s"));
  CHECK(has(fits.out, "\nFEASIBLE\n"));
  options.alerts = node.file("more.json", R"([{"name":"a","source":"market","query":"x","channels":["log"]},
    {"name":"b","source":"market","query":"y","channels":["log"]},
    {"name":"c","source":"market","query":"z","channels":["log"]},
    {"name":"d","source":"market","query":"v","channels":["log"]}])");
  auto tight = run(show_plan, options);
  CHECK(tight.code == exit_failed);
  CHECK(has(tight.out, "16 requests = 15 gaps of 5s = 1m 15s\n"));
  CHECK(has(tight.out, "  - read 3 pages of a search instead of 4 (paging.max_pages): that saves 4 requests a cycle"));
  options.alerts = node.file("broken.json", "[{]");
  CHECK(run(show_plan, options).code == exit_usage);
  options.alerts = "/nonexistent/alerts.json";
  CHECK(run(show_plan, options).code == exit_usage);
}

TEST_CASE("tree nests by supervisor, says which node is out of reach; top sorts") {
  scripted_node node;
  tree_options options;
  options.node = node.address();
  auto tree = run(run_tree, options);
  CHECK(tree.code == exit_done);
  CHECK(has(tree.out, "└─ root"));
  CHECK(has(tree.out, "   └─ fleet"));
  CHECK(has(tree.out, "      └─ worker-proxy/worker-fr"));
  CHECK(has(tree.out, "worker-uk: no link"));
  CHECK(!has(tree.out, "\x1b"));
  auto top = run(run_top, options);
  CHECK(top.out.find("worker-proxy/worker-fr") < top.out.find("fleet  "));
  options.order = top_order::restarts;
  options.rows = 1;
  auto one = run(run_top, options);
  CHECK(has(one.out, "fleet"));
  CHECK(!has(one.out, "worker-proxy"));
}

TEST_CASE("alerts: all pages are listed; import checks the file first; a refusal is explained") {
  scripted_node node;
  alerts_options options;
  options.node = node.address();
  auto list = run(run_alerts, options);
  CHECK(has(list.out, "alert 1"));
  CHECK(has(list.out, "alert 2"));
  CHECK(has(list.out, "2 alerts"));
  CHECK(has(list.out, "≤ 300.00 EUR"));

  options.action = alerts_action::import;
  options.file = node.file("bad.json", "[{\"name\":\"x\",\"source\":\"market\",\"colour\":\"red\"}]");
  auto bad = run(run_alerts, options);
  CHECK(bad.code == exit_usage);
  CHECK(has(bad.err, "bad.json: /0/colour"));
  CHECK(node.last_body() == "");
  options.file = node.file("good.json", "[{\"name\":\"x\",\"source\":\"market\"}]");
  CHECK(run(run_alerts, options).out == "1 alert imported\n");
  CHECK(has(node.last_body(), "\"name\":\"x\""));

  options.action = alerts_action::add;
  options.changes = {[](alert& x) { x = an_alert(0); }};
  auto add = run(run_alerts, options);
  CHECK(add.code == exit_done);
  auto sent = alert_from_json(node.last_body());
  REQUIRE(sent.has_value());
  CHECK(*sent == an_alert(0));

  options.action = alerts_action::show;
  options.which = {"99"};
  auto none = run(run_alerts, options);
  CHECK(none.code == exit_failed);
  CHECK(has(none.err, "HTTP 404: no alert has this id"));
  CHECK(has(none.err, std::string{remedy(errc::not_found)}));
}

TEST_CASE("an import larger than one body goes in portions, in its own words; a refused one ends it") {
  scripted_node node;
  alerts_options options;
  options.node = node.address();
  options.action = alerts_action::import;
  std::string array = "[";
  std::string lines;
  std::vector<std::string> names;
  for (int i = 0; lines.size() < (5u << 19); ++i) {
    names.push_back("alert \\ ] \" " + std::to_string(i));
    auto one = "{\"name\": \"alert \\\\ ] \\\" " + std::to_string(i) + "\", \"source\": \"market\", \"query\": \"" +
               std::string(400, 'q') + "\", \"keywords\": {\"none\": [\"a, b\", \"}\"]}}";
    array += (i > 0 ? "\n , " : " ") + one;
    lines += one + "\r\n\n";
  }
  array += " ] ";
  REQUIRE(array.size() > (2u << 20));
  for (const auto& text : {array, "\xEF\xBB\xBF" + lines}) {
    node.imports = 0;
    node.imported.clear();
    options.file = node.file("large", text);
    auto done = run(run_alerts, options);
    CHECK(done.code == exit_done);
    CHECK(done.out == std::to_string(names.size()) + " alerts imported\n");
    CHECK(node.imports >= 3);
    CHECK(node.imports <= 4);
    CHECK(node.imported == names);
  }
  CHECK_FALSE(has(node.last_body(), "baseline")); // what an alert does not say is main's to decide
  node.imported.clear();
  node.refused_name = names.back();
  auto cut = run(run_alerts, options);
  CHECK(cut.code == exit_failed);
  CHECK(has(cut.err, "HTTP 409: the name is taken"));
  CHECK(has(cut.err, std::to_string(node.imported.size()) + " of " + std::to_string(names.size()) +
                         " alerts were imported before that"));
  options.file = node.file("none.json", "[]");
  CHECK(run(run_alerts, options).code == exit_usage);
}

TEST_CASE("outbox: what waits for a person is listed, and sent again on demand") {
  scripted_node node;
  outbox_options options;
  options.node = node.address();
  auto list = run(run_outbox, options);
  CHECK(list.code == exit_done);
  CHECK(node.asked() == "dead,ambiguous");
  CHECK(has(list.out, "375"));
  CHECK(has(list.out, "HTTP 410"));
  CHECK(has(list.out, "red phones"));
  CHECK(
      has(list.out, "channel shop is left alone until 2026-11-21T22:39:35.120Z after 3 failures in a row: refused: "));
  CHECK(!has(list.out, "\x1b"));
  CHECK(has(list.out, "3 pending, 0 sending, 0 sent, 0 ambiguous, 1 dead"));
  options.state = "all";
  run(run_outbox, options);
  CHECK(node.asked().empty());
  options.style.json = true;
  CHECK(has(run(run_outbox, options).out, "\"counts\":{\"pending\":3"));
  options.style.json = false;

  options.retry = true;
  CHECK(run(run_outbox, options).code == exit_usage);
  options.ids = {375, 376};
  CHECK(run(run_outbox, options).out == "2 notifications are sent again\n");
  options.ids.clear();
  options.dead = true;
  CHECK(run(run_outbox, options).out == "1 notification is sent again\n");
  CHECK(node.last_body() == R"({"ids":[],"dead":true,"ambiguous":false})");
}

TEST_CASE("a wrong key, a missing key, a missing node: each has its words and its exit code") {
  scripted_node node;
  stats_options options;
  options.node = node.address();
  options.node.key_file = node.file("wrong.key", "vk_k_1_other\n");
  auto refused = run(run_stats, options);
  CHECK(refused.code == exit_failed);
  CHECK(has(refused.err, "HTTP 401"));
  CHECK(!has(refused.err, "vk_k_1_other"));
  options.node.key_file = "/nonexistent/admin.key";
  CHECK(run(run_stats, options).code == exit_usage);
  options.node.key_file = node.key_file();
  options.node.url = "http://127.0.0.1:1";
  auto away = run(run_stats, options);
  CHECK(away.code == exit_unreachable);
  CHECK(has(away.err, "vigie run"));
}

TEST_CASE("a node is found by its configuration: API address and key") {
  scripted_node node;
  auto port = node.address().url.substr(7);
  stats_options options;
  options.node.config = node.file(
      "main.toml", "[node]\nname = \"main\"\nroles = [\"main\", \"worker\"]\ndata_dir = \"" +
                       fs::path{node.key_file()}.parent_path().string() + "\"\n[api]\nlisten = \"" + port + "\"\n");
  auto said = run(run_stats, options);
  CHECK(said.err == "");
  CHECK(said.code == exit_done);
  options.node.config = node.file("broken.toml", "[node]\nname = \"main\"\n");
  auto broken = run(run_stats, options);
  CHECK(broken.code == exit_usage);
  CHECK(has(broken.err, "broken.toml:1:1: error: [node] roles"));
}

TEST_CASE("--help says what is expected and what is taken without it, in words for people") {
  auto help = [](std::vector<std::string> words) {
    words.emplace_back("--help");
    auto said = test::say(std::move(words));
    CHECK(said.code == exit_done);
    return said.out;
  };
  auto conduct = help({"conduct"});
  CHECK(has(conduct, "  --limit N                   How many hosts (1 to 1000, default 100)\n"));
  CHECK(has(conduct, "  --since TIME                How far back; whole hours (UTC) are counted\n"
                     "                              (default 7d)\n"));
  auto trial = help({"source", "test"});
  CHECK(has(trial, "  file                        The node's TOML file, or the URL of a page\n"));
  CHECK(has(trial, "  --content-type TEXT         The file's, as \"text/html; charset=iso-8859-2\"\n"
                   "                              (with --body)\n"));
  for (auto command :
       {"run", "check", "run-once", "runs", "matches", "outbox", "plan", "conduct", "top", "sample-site"})
    for (auto word : {"UINT", "INT", "DURATION", "POSITIVE", "REQUIRED", " in [", "Needs:", "FLOAT"}) {
      CAPTURE(command, word);
      CHECK(!has(help({command}), word));
    }
}

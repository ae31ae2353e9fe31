#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <set>
#include <sstream>
#include <thread>

#include "actors/policy/worker_table.hpp"
#include "adapters/crypto/secrets.hpp"
#include "adapters/http_api/api.hpp"
#include "adapters/http_api/entity_tags.hpp"
#include "adapters/http_api/server.hpp"
#include "adapters/json/json_reader.hpp"
#include "tests/fakes/fake_api_backend.hpp"
#include "tests/support/raw_client.hpp"

using namespace vigie;
using namespace vigie::test;
using namespace std::chrono_literals;

namespace {

struct test_key {
  new_api_key made = make_api_key();
  api_key_row row(std::string scopes) const { return {made.id, made.hash, std::move(scopes), "", {}}; }
  std::string header() const { return "x-api-key: " + made.text + "\r\n"; }
};

/// A node's API on a real socket over the fake.
struct api_fixture {
  explicit api_fixture(bool main = true, bool worker = true, api_config config = {}, http_server_config http = {}) {
    config.serves_main = main;
    config.serves_worker = worker;
    config.node = "test-node";
    config.version = "1.2.3";
    config.clock = [] { return mono_time{} + 1h; }; // buckets never refill
    auto made = serve_http(http, make_api(config, backend, keys));
    REQUIRE(made);
    server = std::move(*made);
  }

  raw_answer ask(const std::string& method, const std::string& target, const std::string& headers = {},
                 const std::string& body = {}) {
    raw_client client{server->port()};
    return client.ask(request_text(method, target, headers, body), method == "HEAD");
  }
  raw_answer as_admin(const std::string& method, const std::string& target, const std::string& body = {}) {
    return ask(method, target, admin.header(), body);
  }

  fake_api_backend backend;
  test_key read, run, admin;
  std::shared_ptr<key_ring> keys =
      std::make_shared<key_ring>(std::vector{read.row("read"), run.row("read run"), admin.row("read run admin")});
  std::unique_ptr<http_server> server;
};

json_document json_of(const raw_answer& got) {
  CAPTURE(got.status, got.body);
  auto doc = parse_json(got.body);
  REQUIRE(doc);
  return std::move(*doc);
}

void require_problem(const raw_answer& got, int status) {
  CAPTURE(got.body);
  REQUIRE(got.status == status);
  REQUIRE(got.headers.at("content-type") == "application/problem+json");
  auto doc = json_of(got);
  for (auto name : {"type", "title", "status", "detail", "instance", "request_id"})
    REQUIRE(doc.root().find(name));
  REQUIRE(doc.root().find("request_id")->as_string() == got.headers.at("x-request-id"));
}

std::set<std::string> names_of(const json_node& object) {
  std::set<std::string> out;
  for (auto member : object.members())
    out.emplace(member.key());
  return out;
}

alert sample_alert() {
  alert a;
  a.id = alert_id{1};
  a.name = "Étui";
  a.source = source_id{"market"};
  a.query = "étui";
  a.when.all = {"étui"};
  a.when.price_min = 1250;
  a.when.price_max = 8000;
  a.when.currency = "EUR";
  a.channels = {channel_id{"log"}};
  return a;
}

constexpr auto good_alert = R"({"name":"Veste","source":"market","query":"veste","keywords":{"all":["veste"]}})";

struct route_case {
  const char* method;
  const char* path;
  api_scope needs;
  const char* body;
  const char* bad_body; ///< nullptr = any body will do
  int status;
};

const route_case all_routes[] = {
    {"GET", "/metrics", api_scope::read, "", nullptr, 200},
    {"GET", "/api/v1/inspect/tree?fleet=1", api_scope::read, "", nullptr, 200},
    {"PUT", "/api/v1/log-level", api_scope::admin, R"({"level":"debug"})", R"({"level":"loud"})", 200},
    {"POST", "/api/v1/inspect/crash", api_scope::admin, R"({"node":"main","actor":"store"})", R"({"node":"main"})",
     200},
    {"POST", "/api/v1/worker/execute", api_scope::run, R"({"type":"scrape","payload":{"url":"http://x/"}})",
     R"({"type":"scrape","payload":{"url":5}})", 200},
    {"POST", "/api/v1/worker/execute", api_scope::admin, R"({"type":"custom","payload":{"name":"x"}})",
     R"({"type":"custom","payload":{}})", 200},
    {"GET", "/api/v1/worker/main/stats", api_scope::read, "", nullptr, 200},
    {"GET", "/api/v1/workers", api_scope::read, "", nullptr, 200},
    {"POST", "/api/v1/worker/main/execute", api_scope::run,
     R"({"type":"check-alerts","payload":{"alerts":[{"name":"x","source":"s"}]}})",
     R"({"type":"check-alerts","payload":{"alerts":[]}})", 200},
    {"POST", "/api/v1/worker/main/execute", api_scope::admin,
     R"({"type":"custom","payload":{"name":"x","args":{"a":"b"}}})",
     R"({"type":"custom","payload":{"name":"x","args":{"a":1}}})", 200},
    {"POST", "/api/v1/alerts/run-once", api_scope::run, "", nullptr, 200},
    {"GET", "/api/v1/alerts", api_scope::read, "", nullptr, 200},
    {"POST", "/api/v1/alerts", api_scope::run, good_alert, R"({"name":"x"})", 201},
    {"GET", "/api/v1/alerts/1", api_scope::read, "", nullptr, 200},
    {"PUT", "/api/v1/alerts/1", api_scope::run, good_alert, R"({"id":2,"name":"x","source":"s"})", 200},
    {"DELETE", "/api/v1/alerts/1", api_scope::run, "", nullptr, 200},
    {"POST", "/api/v1/alerts/1/pause", api_scope::run, "", nullptr, 200},
    {"POST", "/api/v1/alerts/1/resume", api_scope::run, "", nullptr, 200},
    {"POST", "/api/v1/alerts/import", api_scope::run, R"([{"name":"x","source":"s"}])", "[{]", 200},
    {"GET", "/api/v1/runs?limit=5", api_scope::read, "", nullptr, 200},
    {"GET", "/api/v1/runs/7", api_scope::read, "", nullptr, 200},
    {"GET", "/api/v1/plan?limit=5", api_scope::read, "", nullptr, 200},
    {"GET", "/api/v1/conduct?host=shop.example&since_ms=60000&hours=1&limit=5", api_scope::read, "", nullptr, 200},
    {"GET", "/api/v1/matches?run=1&alert=2&limit=3", api_scope::read, "", nullptr, 200},
    {"GET", "/api/v1/outbox?state=dead&limit=3", api_scope::read, "", nullptr, 200},
    {"GET", "/api/v1/outbox?state=dead,ambiguous", api_scope::read, "", nullptr, 200},
    {"POST", "/api/v1/outbox/retry", api_scope::run, R"({"ids":[7,8]})", R"({"ids":["7"]})", 200},
    {"POST", "/api/v1/outbox/retry", api_scope::run, R"({"dead":true,"ambiguous":false})", R"({"dead":1})", 200},
    {"POST", "/api/v1/workers/worker-fr/drain", api_scope::admin, "", nullptr, 200},
    {"POST", "/api/v1/workers/worker-fr/undrain", api_scope::admin, "", nullptr, 200},
    {"POST", "/api/v1/workers/worker-fr/unban", api_scope::admin, "", nullptr, 200},
};

} // namespace

TEST_CASE("every route: no key, wrong key, too small a scope, right, bad body") {
  for (const auto& c : all_routes) {
    CAPTURE(c.method, c.path, c.body);
    api_fixture f;
    f.backend.alerts = {sample_alert()};
    std::vector<std::pair<api_scope, const test_key*>> holders{
        {api_scope::read, &f.read}, {api_scope::run, &f.run}, {api_scope::admin, &f.admin}};
    require_problem(f.ask(c.method, c.path, {}, c.body), 401);
    require_problem(f.ask(c.method, c.path, "x-api-key: vk_k_000000_nonsense\r\n", c.body), 401);
    auto before = f.backend.calls();
    for (auto& [scope, key] : holders)
      if (scope < c.needs)
        require_problem(f.ask(c.method, c.path, key->header(), c.body), 403);
    REQUIRE(f.backend.calls() == before); // nothing got through
    for (auto& [scope, key] : holders)
      if (scope == c.needs && c.bad_body)
        require_problem(f.ask(c.method, c.path, key->header(), c.bad_body), 400);
    for (auto& [scope, key] : holders)
      if (scope == c.needs)
        REQUIRE(f.ask(c.method, c.path, key->header(), c.body).status == c.status);
    for (auto& [scope, key] : holders)
      if (scope > c.needs) {
        api_fixture again;
        again.backend.alerts = {sample_alert()};
        auto& stronger = scope == api_scope::run ? again.run : again.admin;
        REQUIRE(again.ask(c.method, c.path, stronger.header(), c.body).status == c.status);
      }
  }
}

TEST_CASE("health, liveness and readiness need no key") {
  api_fixture f;
  auto health = json_of(f.ask("GET", "/api/health"));
  REQUIRE(health.root().find("status")->as_string() == "ok");
  REQUIRE(health.root().find("node")->as_string() == "test-node");
  REQUIRE(f.ask("GET", "/livez").status == 200);
  REQUIRE(f.ask("HEAD", "/livez").status == 200);
  f.backend.health = worker_health{worker_id{"worker-fr"}, "1.2.3", 5s, 2, 1000, {{"fetch", true}}};
  auto worker = json_of(f.ask("GET", "/api/v1/worker/health"));
  REQUIRE(worker.root().find("worker")->as_string() == "worker-fr");
  REQUIRE(worker.root().find("ready")->find("fetch")->as_bool() == true);
  REQUIRE(f.ask("GET", "/readyz").body == R"({"ready":true,"reasons":[],"notes":[]})");
  f.backend.ready = readiness{false, {"the store is away"}};
  auto not_ready = f.ask("GET", "/readyz");
  REQUIRE(not_ready.status == 503);
  REQUIRE(not_ready.body == R"({"ready":false,"reasons":["the store is away"],"notes":[]})");
  f.backend.ready = readiness{true, {}, {"paused: shop.example until 2026-11-23T13:30:00.000Z, as it asked"}};
  REQUIRE(f.ask("GET", "/readyz").body == R"({"ready":true,"reasons":[],"notes":["paused: shop.example until )"
                                          R"(2026-11-23T13:30:00.000Z, as it asked"]})");
  f.backend.ready = fail(errc::crashed);
  REQUIRE(f.ask("GET", "/readyz").status == 503);
}

TEST_CASE("unknown paths, other methods and odd ids") {
  api_fixture f;
  require_problem(f.ask("GET", "/nowhere"), 401);
  require_problem(f.as_admin("GET", "/nowhere"), 404);
  require_problem(f.as_admin("GET", "/api/v1/alerts/1/else"), 404);
  auto wrong = f.as_admin("PATCH", "/api/v1/alerts/1");
  require_problem(wrong, 405);
  REQUIRE(wrong.headers.at("allow") == "GET, HEAD, PUT, DELETE");
  REQUIRE(f.as_admin("GET", "/api/v1/alerts/run-once").headers.at("allow") == "POST");
  REQUIRE(f.as_admin("POST", "/livez").headers.at("allow") == "GET, HEAD");
  for (auto id : {"0", "-1", "x", "1x", "99999999999999999999", "%20"})
    require_problem(f.as_admin("GET", std::string{"/api/v1/runs/"} + id), 400);
  require_problem(f.as_admin("GET", "/api/v1/alerts/77"), 404);
  for (auto query : {"limit=0", "limit=1001", "limit=x", "run=0", "alert=z"})
    require_problem(f.as_admin("GET", std::string{"/api/v1/matches?"} + query), 400);
  require_problem(f.as_admin("GET", "/api/v1/outbox?state=lost"), 400);
}

TEST_CASE("the plan: the whole, and as many gates as were asked for") {
  api_fixture f;
  gate_estimate gate;
  gate.gate = host_key{"site.test"};
  gate.sources = {source_id{"market"}};
  gate.policy.min_interval = duration{12000};
  gate.policy.max_interval = duration{25000};
  gate.alerts = gate.searches = gate.requests = 41;
  gate.gaps = 40;
  gate.takes = {duration{480000}, duration{740000}, duration{1000000}};
  gate.requests_a_day = 7380;
  gate.over_interval = true;
  gate.remedies = {{remedy_kind::longer_interval, "wait", duration{480000}},
                   {remedy_kind::merge_alerts, "merge", duration{0}, 0, 1, {alert_id{1}, alert_id{2}}}};
  cycle_estimate plan;
  plan.interval = duration{300000};
  plan.workers = 4;
  plan.alerts = plan.searches = plan.requests = 41;
  plan.takes = gate.takes;
  plan.feasible = false;
  plan.homeless = {alert_id{9}};
  plan.gates = {gate, gate};
  f.backend.plan = plan;
  auto got = f.as_admin("GET", "/api/v1/plan?limit=1");
  REQUIRE(got.body ==
          R"({"verdict":"PLAN_INFEASIBLE","feasible":false,"intervalMs":300000,"workers":4,"alerts":41,"searches":41,)"
          R"("requests":41,"shortestMs":480000,"expectedMs":740000,"longestMs":1000000,"alertsWithoutSource":[9],)"
          R"("gatesInAll":2,"gates":[{"gate":"site.test","feasible":false,"sources":["market"],"alerts":41,)"
          R"("searches":41,"requests":41,"lanes":1,"gaps":40,"minGapMs":12000,"maxGapMs":25000,"maxInFlight":1,)"
          R"("shortestMs":480000,"expectedMs":740000,"longestMs":1000000,"overInterval":true,"dailyRequests":20000,)"
          R"("requestsADay":7380,"overDay":false,"remedies":[)"
          R"({"kind":"longer_interval","text":"wait","intervalMs":480000},)"
          R"({"kind":"merge_alerts","text":"merge","requestsSaved":1,"alerts":[1,2]}]}]})");
  plan.interval = duration{0};
  f.backend.plan = plan;
  REQUIRE(f.as_admin("GET", "/api/v1/plan").body.find("\"intervalMs\":null") != std::string::npos);
  require_problem(f.as_admin("GET", "/api/v1/plan?limit=0"), 400);
}

TEST_CASE("outbox: rows and counts; what shall be sent again is named") {
  api_fixture f;
  outbox_page page;
  page.counts = {1, 0, 375, 2, 3};
  f.backend.outbox = page;
  f.backend.retried = 3u;
  auto got = f.as_admin("GET", "/api/v1/outbox?state=dead,ambiguous&limit=7");
  REQUIRE(got.body == R"({"outbox":[],"counts":{"pending":1,"sending":0,"sent":375,"ambiguous":2,"dead":3},)"
                      R"("channels":[]})");
  REQUIRE(f.backend.last_call() == "list_outbox dead ambiguous 7");
  outbox_row row;
  row.id = outbox_id{9};
  row.alert_name = "phones";
  row.since = from_unix_ms(1795300715120);
  page.rows = {row};
  page.channels = {{channel_id{"shop"}, from_unix_ms(1795300775120), {}, duration{1000}, 3, "refused: 404"},
                   {channel_id{"works"}, {}, {}, duration{0}, 0, ""}};
  f.backend.outbox = page;
  auto held = f.as_admin("GET", "/api/v1/outbox").body;
  CHECK(held.find(R"("alertName":"phones")") != held.npos);
  CHECK(held.find(R"("since":"2026-11-21T22:38:35.120Z")") != held.npos);
  CHECK(held.find(R"("channels":[{"channel":"shop","heldUntil":"2026-11-21T22:39:35.120Z","gapMs":1000,"failures":3,)"
                  R"("problem":"refused: 404"}])") != held.npos);
  REQUIRE(f.backend.last_call() == "list_outbox any 100");
  require_problem(f.as_admin("GET", "/api/v1/outbox?state=dead,lost"), 400);
  auto again = f.as_admin("POST", "/api/v1/outbox/retry", R"({"ids":[7,8],"dead":true,"ambiguous":false})");
  REQUIRE(again.body == R"({"success":true,"retried":3})");
  REQUIRE(f.backend.last_call() == "retry_outbox 7 8 dead");
  for (auto body : {"{}", R"({"ids":[]})", R"({"ids":[0]})", R"({"ids":7})", R"({"sent":true})", "[7]", "7", ""})
    require_problem(f.as_admin("POST", "/api/v1/outbox/retry", body), 400);
  f.backend.retried = fail(errc::conflict, "notification 7 is sent");
  require_problem(f.as_admin("POST", "/api/v1/outbox/retry", R"({"ids":[7]})"), 409);
}

TEST_CASE("a check of no alerts is refused in so many words") {
  api_fixture f;
  for (auto path : {"/api/v1/worker/execute", "/api/v1/worker/main/execute"}) {
    auto none = f.as_admin("POST", path, R"({"type":"check-alerts","payload":{"alerts":[]}})");
    require_problem(none, 400);
    REQUIRE(none.body.find("check-alerts needs at least one alert") != none.body.npos);
    REQUIRE(none.body.find("/payload/alerts") != none.body.npos);
  }
}

TEST_CASE("a worker has no paths of main, and main none of a worker") {
  api_fixture worker{false, true};
  require_problem(worker.as_admin("GET", "/api/v1/worker/main/stats"), 404);
  require_problem(worker.as_admin("GET", "/api/v1/alerts"), 404);
  api_fixture main{true, false};
  require_problem(main.as_admin("POST", "/api/v1/worker/execute", "{}"), 404);
}

TEST_CASE("keys: bearer form, replacement at run time, a brake on guessing") {
  api_fixture f;
  REQUIRE(f.ask("GET", "/metrics", "Authorization: Bearer " + f.read.made.text + "\r\n").status == 200);
  REQUIRE(f.ask("GET", "/metrics", "Authorization: Basic " + f.read.made.text + "\r\n").status == 401);
  auto doubled = f.read.header() + f.read.header(); // which of the two would count?
  REQUIRE(f.ask("GET", "/metrics", doubled).status == 401);
  test_key fresh;
  f.keys->replace({fresh.row("read")});
  REQUIRE(f.ask("GET", "/metrics", f.read.header()).status == 401);
  REQUIRE(f.ask("GET", "/metrics", fresh.header()).status == 200);
  int refused = 0;
  for (int i = 0; i < 30; ++i) {
    auto got = f.ask("GET", "/metrics", "x-api-key: vk_k_000000_guess\r\n");
    if (got.status == 429) {
      REQUIRE(got.headers.at("retry-after") == "4");
      ++refused;
    }
  }
  REQUIRE(refused == 12);                                          // twenty a minute; two were used up above
  REQUIRE(f.ask("GET", "/metrics", fresh.header()).status == 200); // a right key is never held up by others' guesses
}

TEST_CASE("the brake on guessing lets go with time and stays bounded") {
  failed_key_limiter limiter{2, 3};
  mono_time now{};
  REQUIRE(limiter.count("1.1.1.1:5", now));
  REQUIRE(limiter.count("1.1.1.1:6", now));
  REQUIRE_FALSE(limiter.count("1.1.1.1:7", now));
  REQUIRE(limiter.count("2.2.2.2:1", now)); // another peer has its own
  for (int i = 0; i < 100; ++i)
    limiter.count("3.3.3." + std::to_string(i) + ":1", now);
  REQUIRE_FALSE(limiter.count("1.1.1.1:8", now)); // the guilty one is not forgotten for newcomers
  REQUIRE(limiter.count("1.1.1.1:9", now + 31s));
}

TEST_CASE("stats have the fields of S0-66") {
  api_fixture f;
  auto now = from_unix_ms(1'800'000'000'000);
  auto worker = [&](std::string id, uint64_t requests, uint64_t successes, uint64_t errors) {
    worker_status w;
    w.id = worker_id{id};
    w.name = "Worker " + id;
    w.region = id;
    w.link = link_state::up;
    w.healthy = true;
    w.requests = requests;
    w.successes = successes;
    w.errors = errors;
    return w;
  };
  auto ban = [&](verdict_scope scope, std::string host, duration until) {
    return verdict{
        scope, worker_id{}, host_key{std::move(host)}, errc::refused, "HTTP 403 on run 1", now - 1s, now + until, 1};
  };
  auto fr = worker("fr", 42, 40, 2), us = worker("us", 3, 2, 1), nl = worker("nl", 0, 0, 0), uk = worker("uk", 9, 9, 0);
  fr.bans = {ban(verdict_scope::worker_host, "shop", 30min)};
  us.bans = {ban(verdict_scope::worker_host, "shop", -1s)}; // over, though nobody took it away yet
  uk.link = link_state::down;
  uk.healthy = false; // as actors/policy/worker_table.hpp says of whoever has no link; the next test has it from there
  f.backend.stats = fleet_stats{{fr, us, nl, uk}, {ban(verdict_scope::host, "shop", 5min)}, {host_key{"shop"}}, now};
  auto doc = json_of(f.ask("GET", "/api/v1/worker/main/stats", f.read.header()));
  auto root = doc.root();
  REQUIRE(names_of(root) == std::set<std::string>{"totalWorkers", "availableWorkers", "bannedWorkers",
                                                  "unhealthyWorkers", "workers", "circuits"});
  REQUIRE(root.find("totalWorkers")->as_int() == 4);
  REQUIRE(root.find("availableWorkers")->as_int() == 2);
  REQUIRE(root.find("bannedWorkers")->as_int() == 1);
  REQUIRE(root.find("unhealthyWorkers")->as_int() == 1);
  auto first = *root.find("workers")->at(0);
  REQUIRE(names_of(first) == std::set<std::string>{"id", "name", "region", "isHealthy", "isBanned", "requestCount",
                                                   "successCount", "errorCount", "successRate", "bans"});
  REQUIRE(first.find("id")->as_string() == "fr");
  REQUIRE(first.find("isHealthy")->as_bool() == true);
  REQUIRE(first.find("isBanned")->as_bool() == true);
  REQUIRE(first.find("requestCount")->as_int() == 42);
  REQUIRE(first.find("successCount")->as_int() == 40);
  REQUIRE(first.find("errorCount")->as_int() == 2);
  REQUIRE(first.find("successRate")->as_decimal_text() == "95.24");
  REQUIRE(first.find("bans")->at(0)->find("host")->as_string() == "shop");
  REQUIRE(first.find("bans")->at(0)->find("until")->as_string() == to_rfc3339(now + 30min));
  REQUIRE(root.find("workers")->at(1)->find("successRate")->as_decimal_text() == "66.67");
  REQUIRE(root.find("workers")->at(1)->find("isBanned")->as_bool() == false);
  REQUIRE(root.find("workers")->at(1)->find("bans")->size() == 0);
  REQUIRE(root.find("workers")->at(2)->find("successRate")->as_double() == 100.0);
  REQUIRE(root.find("circuits")->at(0)->find("scope")->as_string() == "host");
  // One host of two is still open to fr: it is banned and available.
  f.backend.stats->hosts.push_back(host_key{"other"});
  auto both = json_of(f.ask("GET", "/api/v1/worker/main/stats", f.read.header()));
  REQUIRE(both.root().find("availableWorkers")->as_int() == 3);
  REQUIRE(both.root().find("bannedWorkers")->as_int() == 1);
  auto workers = json_of(f.ask("GET", "/api/v1/workers", f.read.header()));
  REQUIRE(workers.root().find("workers")->at(3)->find("link")->as_string() == "down");
}

TEST_CASE("stats: who is killed, stopped, sick or draining is not available; who has no link is not healthy either") {
  const mono_time t0{std::chrono::hours{1}};
  struct {
    link_state link;
    bool judged;
    bool healthy;
    bool available;
  } table[] = {{link_state::up, true, true, true},        {link_state::up, false, false, false},
               {link_state::suspect, true, true, false},  {link_state::draining, true, true, false},
               {link_state::down, true, false, false},    {link_state::connecting, true, false, false},
               {link_state::suspect, false, false, false}};
  for (const auto& row : table) {
    INFO(to_string(row.link) << ", judged " << row.judged);
    worker_table workers{{{worker_id{"fr"}, "France", "fr", "h:1"}}, {}, {}, 1};
    workers.link({worker_id{"fr"}, link_state::up, 1, {}});
    workers.health({worker_id{"fr"}, row.judged, "probes failed"});
    workers.link({worker_id{"fr"}, row.link, 1, "gone"});
    api_fixture f;
    f.backend.stats = fleet_stats{workers.status(t0), {}, {host_key{"shop"}}, from_unix_ms(1'800'000'000'000)};
    auto stats = json_of(f.ask("GET", "/api/v1/worker/main/stats", f.read.header()));
    CHECK(stats.root().find("availableWorkers")->as_int() == (row.available ? 1 : 0));
    CHECK(stats.root().find("unhealthyWorkers")->as_int() == (row.healthy ? 0 : 1));
    CHECK(stats.root().find("workers")->at(0)->find("isHealthy")->as_bool() == row.healthy);
    auto shown = json_of(f.ask("GET", "/api/v1/workers", f.read.header()));
    CHECK(shown.root().find("workers")->at(0)->find("isAvailable")->as_bool() == row.available);
  }
}

TEST_CASE("execute answers as the old workers did") {
  api_fixture f;
  auto execute = [&](const std::string& body) { return f.ask("POST", "/api/v1/worker/execute", f.run.header(), body); };
  const std::string check = R"({"type":"check-alerts","payload":{"alerts":[{"id":1,"name":"a","source":"s"}]}})";
  match m{alert_id{1}, {}};
  m.what.id = item_id{"i1"};
  m.what.title = "Title \x1b[31m";
  m.what.price = 119999;
  command_result good;
  good.alerts_checked = 11;
  good.items_checked = 45;
  good.matches = {m};
  f.backend.outcome = good;
  auto got = execute(check);
  REQUIRE(got.status == 200);
  auto doc = json_of(got);
  REQUIRE(names_of(doc.root()) == std::set<std::string>{"success", "data"});
  auto data = *doc.root().find("data");
  REQUIRE(names_of(data) == std::set<std::string>{"matches", "alertsChecked", "itemsChecked"});
  REQUIRE(data.find("alertsChecked")->as_int() == 11);
  REQUIRE(data.find("itemsChecked")->as_int() == 45);
  REQUIRE(data.find("matches")->at(0)->find("alertId")->as_int() == 1);
  REQUIRE(data.find("matches")->at(0)->find("item")->find("price")->as_decimal_text() == "1199.99");
  REQUIRE(f.backend.last_command().alerts.at(0).name == "a");
  REQUIRE(f.backend.last_envelope().cause == "api:" + f.run.made.id);
  REQUIRE(f.backend.last_envelope().trace.value.size() == 16);

  good.failed = {{alert_id{7}, {errc::http_status, "HTTP 404", ""}, 404},
                 {alert_id{8}, {errc::network, "reset", ""}, 0}};
  f.backend.outcome = good;
  auto partly = json_of(execute(check));
  REQUIRE(partly.root().find("success")->as_bool() == true);
  auto failed = *partly.root().find("data")->find("failed");
  REQUIRE(failed.size() == 2);
  REQUIRE(failed.at(0)->find("alertId")->as_int() == 7);
  REQUIRE(failed.at(0)->find("error")->as_string() == "http_status");
  REQUIRE(failed.at(0)->find("httpStatus")->as_int() == 404);
  REQUIRE(names_of(*failed.at(1)) == std::set<std::string>{"alertId", "error", "message"});

  command_result refused;
  refused.problem = {errc::refused, "403 from shop", ""};
  refused.http_status = 403;
  f.backend.outcome = refused;
  got = execute(check);
  REQUIRE(got.status == 403);
  REQUIRE(got.body == R"({"success":false,"error":"HTTP 403","httpStatus":403})");
  refused.problem = {errc::http_status, "", ""};
  refused.http_status = 500;
  f.backend.outcome = refused;
  got = execute(check);
  REQUIRE(got.status == 502);
  REQUIRE(got.body == R"({"success":false,"error":"HTTP 500","httpStatus":500})");

  f.backend.outcome = fail(errc::no_scraping_cookies);
  got = execute(check);
  REQUIRE(got.status == 503);
  auto cookies = json_of(got);
  REQUIRE(cookies.root().find("error")->as_string() == "NO_SCRAPING_COOKIES");
  REQUIRE(cookies.root().find("message")->as_string()->find("cookies") != std::string_view::npos);
  f.backend.outcome = fail(errc::busy, "full");
  got = execute(check);
  require_problem(got, 429);
  REQUIRE(got.headers.at("retry-after") == "1");
  f.backend.outcome = fail(errc::no_capacity);
  REQUIRE(execute(check).status == 503);
}

TEST_CASE("every error code has its status") {
  struct {
    errc code;
    int status;
  } table[] = {
      {errc::bad_request, 400},       {errc::not_found, 404}, {errc::conflict, 409},          {errc::busy, 429},
      {errc::store_unavailable, 503}, {errc::crashed, 503},   {errc::deadline_exceeded, 504}, {errc::no_capacity, 503},
      {errc::worker_silent, 504}};
  for (auto [code, status] : table) {
    api_fixture f;
    f.backend.progress = fail(code, "detail of it");
    auto got = f.as_admin("GET", "/api/v1/runs/1");
    require_problem(got, status);
    REQUIRE((got.headers.count("retry-after") == 1) == (status == 429 || status == 503));
    REQUIRE(json_of(got).root().find("code")->as_string() == to_string(code));
  }
}

TEST_CASE("run-once passes the idempotency key and answers with the run") {
  api_fixture f;
  f.backend.ticket = run_ticket{run_id{12}, true};
  auto got = f.ask("POST", "/api/v1/alerts/run-once", f.run.header() + "Idempotency-Key: cron-1\r\n");
  REQUIRE(got.body == R"({"success":true,"data":{"runId":12,"deduplicated":true}})");
  REQUIRE(f.backend.last_call() == "run_once [cron-1] api:" + f.run.made.id);
  REQUIRE(f.as_admin("POST", "/api/v1/alerts/run-once", R"({"alerts":[9,7,9]})").status == 200);
  REQUIRE(f.backend.last_call().ends_with(" 7 9"));
  REQUIRE(f.as_admin("POST", "/api/v1/alerts/run-once", "{}").status == 200);
  for (const auto* body : {R"({"alerts":[]})", R"({"alerts":[0]})", R"({"alerts":["7"]})", R"({"alerts":7})",
                           R"({"alert":[7]})", "[7]", "7", "nonsense"}) {
    CAPTURE(body);
    require_problem(f.as_admin("POST", "/api/v1/alerts/run-once", body), 400);
  }
  auto longer = "Idempotency-Key: " + std::string(201, 'k') + "\r\n";
  require_problem(f.ask("POST", "/api/v1/alerts/run-once", f.run.header() + longer), 400);
}

TEST_CASE("alerts: make, show, change, pause, remove") {
  api_fixture f;
  auto made = f.as_admin("POST", "/api/v1/alerts", good_alert);
  REQUIRE(made.status == 201);
  REQUIRE(made.headers.at("location") == "/api/v1/alerts/1");
  require_problem(f.as_admin("POST", "/api/v1/alerts", good_alert), 409);
  require_problem(f.as_admin("POST", "/api/v1/alerts", R"({"id":9,"name":"x","source":"s"})"), 400);
  auto shown = f.as_admin("GET", "/api/v1/alerts/1").body;
  REQUIRE(f.as_admin("PUT", "/api/v1/alerts/1", shown).body == shown); // what is shown can be put back
  require_problem(f.as_admin("PUT", "/api/v1/alerts/5", R"({"name":"y","source":"s"})"), 404);
  REQUIRE(json_of(f.as_admin("POST", "/api/v1/alerts/1/pause")).root().find("enabled")->as_bool() == false);
  REQUIRE(json_of(f.as_admin("POST", "/api/v1/alerts/1/resume")).root().find("enabled")->as_bool() == true);
  REQUIRE(f.as_admin("DELETE", "/api/v1/alerts/1").status == 200);
  require_problem(f.as_admin("DELETE", "/api/v1/alerts/1"), 404);
}

TEST_CASE("a change under If-Match is made to what its sender has seen, or not at all") {
  api_fixture f;
  auto made = f.as_admin("POST", "/api/v1/alerts", good_alert);
  auto put = [&](const std::string& tag, const std::string& body) {
    return f.ask("PUT", "/api/v1/alerts/1", f.run.header() + "If-Match: " + tag + "\r\n", body);
  };
  auto seen = f.as_admin("GET", "/api/v1/alerts/1");
  auto tag = seen.headers.at("etag");
  CHECK(tag.size() == 34);
  CHECK(made.headers.at("etag") == tag);
  auto changed = put("\"other\", " + tag, R"({"name":"mine","source":"s"})");
  REQUIRE(changed.status == 200);
  CHECK(changed.headers.at("etag") != tag);
  CHECK(f.as_admin("GET", "/api/v1/alerts/1").headers.at("etag") == changed.headers.at("etag"));
  for (const auto& stale : {tag, "W/" + changed.headers.at("etag"), std::string{"\"x\""}, std::string{"x"}}) {
    CAPTURE(stale);
    auto refused = put(stale, R"({"name":"late","source":"s"})");
    require_problem(refused, 412);
    CHECK(json_of(refused).root().find("code")->as_string() == "conflict");
    CHECK(json_of(refused).root().find("place")->as_string() == "If-Match");
    require_problem(f.ask("POST", "/api/v1/alerts/1/pause", f.run.header() + "If-Match: " + stale + "\r\n"), 412);
    require_problem(f.ask("DELETE", "/api/v1/alerts/1", f.run.header() + "If-Match: " + stale + "\r\n"), 412);
  }
  CHECK(f.backend.alerts.at(0).name == "mine");
  CHECK(f.backend.alerts.at(0).enabled);
  CHECK(put("*", R"({"name":"any","source":"s"})").status == 200);
  require_problem(put(tag, "nonsense"), 400);
  require_problem(f.ask("PUT", "/api/v1/alerts/9", f.run.header() + "If-Match: " + tag + "\r\n", good_alert), 404);

  SECTION("also if it is changed while the change is on its way") {
    auto now = f.as_admin("GET", "/api/v1/alerts/1").headers.at("etag");
    f.backend.meanwhile = [&] { f.backend.alerts.at(0).paused_why = "the page is gone (410)"; };
    require_problem(put(now, R"({"name":"late","source":"s"})"), 412);
    CHECK(f.backend.alerts.at(0).name == "any");
  }
  SECTION("and one that holds is carried out, whatever the request") {
    auto with = [&](const raw_answer& x) { return f.run.header() + "If-Match: " + x.headers.at("etag") + "\r\n"; };
    auto paused = f.ask("POST", "/api/v1/alerts/1/pause", with(f.as_admin("GET", "/api/v1/alerts/1")));
    REQUIRE(paused.status == 200);
    CHECK(f.ask("DELETE", "/api/v1/alerts/1", with(paused)).status == 200);
  }
}

TEST_CASE("the tags of an If-Match are compared as a whole, and strongly") {
  CHECK(names_etag("\"a\"", "\"a\""));
  CHECK(names_etag(" \"x,y\" ,, \"a\" ", "\"a\""));
  CHECK(names_etag("*", "\"a\""));
  for (const auto* other : {"", "\"A\"", "W/\"a\"", "a", "\"a", "\"b\" \"a\"", "\"aa\"", ",\"b\""})
    CHECK_FALSE(names_etag(other, "\"a\""));
}

TEST_CASE("what only the other role serves is said to be there, to those who have a key") {
  api_fixture worker{false, true};
  for (const auto* path : {"/api/v1/alerts", "/api/v1/workers/worker-fr/drain", "/api/v1/runs/7", "/api/v1/conduct"}) {
    auto got = worker.as_admin("GET", path);
    require_problem(got, 404);
    CHECK_THAT(got.body, Catch::Contains("This is a worker node, and only main serves this"));
  }
  CHECK_THAT(worker.as_admin("GET", "/api/v1/nothing").body, Catch::Contains("There is nothing at this path."));
  CHECK(worker.ask("GET", "/api/v1/alerts", "").status == 401);
  api_fixture main{true, false};
  CHECK_THAT(main.as_admin("GET", "/api/v1/worker/health").body,
             Catch::Contains("This is a main node, and only worker"));
}

TEST_CASE("what is doubtful about an alert stands beside it, wherever it is shown, and can be put back") {
  api_fixture f;
  f.backend.doubts = {"it has no channel"};
  auto warnings = [](const raw_answer& x) {
    auto doc = json_of(x);
    auto all = doc.root().find("warnings");
    return all && all->size() == 1 && (*all->elements().begin()).as_string() == "it has no channel";
  };
  auto made = f.as_admin("POST", "/api/v1/alerts", good_alert);
  CHECK(made.status == 201);
  CHECK(warnings(made));
  auto shown = f.as_admin("GET", "/api/v1/alerts/1");
  CHECK(warnings(shown));
  CHECK(warnings(f.as_admin("PUT", "/api/v1/alerts/1", shown.body)));
  CHECK(warnings(f.as_admin("POST", "/api/v1/alerts/1/pause")));
  CHECK_THAT(f.as_admin("GET", "/api/v1/alerts").body, Catch::Contains("it has no channel"));
  auto imported = f.as_admin("POST", "/api/v1/alerts/import", "[" + std::string{good_alert} + "]");
  CHECK(json_of(imported).root().find("doubtful")->as_int() == 1);
  CHECK_THAT(imported.body, Catch::Contains("it has no channel"));
  f.backend.doubts.clear();
  CHECK(json_of(f.as_admin("GET", "/api/v1/alerts/1")).root().find("warnings")->size() == 0);
}

TEST_CASE("alerts are listed in pages") {
  api_fixture f;
  for (int i = 25; i >= 1; --i) {
    auto a = sample_alert();
    a.id = alert_id{i};
    f.backend.alerts.push_back(a);
  }
  std::vector<int64_t> seen;
  std::string after = "0";
  for (;;) {
    auto doc = json_of(f.as_admin("GET", "/api/v1/alerts?limit=10&after=" + after));
    REQUIRE(doc.root().find("total")->as_int() == 25);
    for (auto x : doc.root().find("alerts")->elements())
      seen.push_back(*x.find("id")->as_int());
    if (doc.root().find("next")->is_null())
      break;
    after = std::to_string(*doc.root().find("next")->as_int());
  }
  REQUIRE(seen.size() == 25);
  REQUIRE(std::is_sorted(seen.begin(), seen.end()));
}

TEST_CASE("import takes an array or lines, all or none") {
  api_fixture f;
  REQUIRE(f.as_admin("POST", "/api/v1/alerts/import",
                     "{\"name\":\"a\",\"source\":\"s\"}\n\n{\"name\":\"b\",\"source\":\"s\"}\n")
              .body == R"({"success":true,"imported":2})");
  REQUIRE(f.backend.last_call() == "import_alerts 2");
  auto place = [&](const std::string& body) {
    auto got = f.as_admin("POST", "/api/v1/alerts/import", body);
    require_problem(got, 400);
    auto doc = json_of(got);
    auto at = doc.root().find("place");
    return std::string{at ? *at->as_string() : ""};
  };
  REQUIRE(place("{\"name\":\"a\",\"source\":\"s\"}\n{\"name\":\"b\",\"source\":5}\n") == "line 2: /source");
  REQUIRE(place(R"([{"name":"a","source":"s"},{"name":"b","source":"s","price":{"min":"1"}}])") == "/1/price/min");
  require_problem(f.as_admin("POST", "/api/v1/alerts/import", " \n"), 400);
  REQUIRE(f.backend.calls().size() == 1);
}

TEST_CASE("an alert with a fault says where") {
  struct {
    const char* json;
    const char* place;
  } table[] = {
      {R"([])", ""},
      {R"({"source":"s"})", "/name"},
      {R"({"name":"","source":"s"})", "/name"},
      {R"({"name":" \t","source":"s"})", "/name"},
      {R"({"name":"x\u0085y","source":"s"})", "/name"},
      {R"({"name":"x\u202ey","source":"s"})", "/name"},
      {R"({"name":"x","source":" "})", "/source"},
      {R"({"name":"x","source":"s","keywords":{"all":["~"]}})", "/keywords/all/0"},
      {R"({"name":"x","source":"s","keywords":{"none":["a","~ "]}})", "/keywords/none/1"},
      {R"({"name":"x","source":"s","price":{"currency":"NONE"}})", "/price/currency"},
      {R"({"name":"x","source":"s","price":{"currency":"ABC"}})", "/price/currency"},
      {R"({"name":"x","source":"s","wat":1})", "/wat"},
      {R"({"name":"x","source":"s","keywords":[]})", "/keywords"},
      {R"({"name":"x","source":"s","keywords":{"every":[]}})", "/keywords/every"},
      {R"({"name":"x","source":"s","keywords":{"all":["a",""]}})", "/keywords/all/1"},
      {R"({"name":"x","source":"s","keywords":{"all":"a"}})", "/keywords/all"},
      {R"({"name":"x","source":"s","price":{"min":12.345}})", "/price/min"},
      {R"({"name":"x","source":"s","price":{"max":1e3}})", "/price/max"},
      {R"({"name":"x","source":"s","price":{"max":99999999999999}})", "/price/max"},
      {R"({"name":"x","source":"s","price":{"min":5,"max":4}})", "/price/min"},
      {R"({"name":"x","source":"s","price":{"currency":"euro"}})", "/price/currency"},
      {R"({"name":"x","source":"s","enabled":1})", "/enabled"},
      {R"({"name":"x\u001b","source":"s"})", "/name"},
      {R"({"id":-1,"name":"x","source":"s"})", "/id"},
  };
  for (auto [json, place] : table) {
    CAPTURE(json);
    auto got = alert_from_json(json);
    REQUIRE_FALSE(got);
    REQUIRE(got.error().code == errc::bad_request);
    REQUIRE(got.error().place == place);
  }
  auto long_name = "{\"name\":\"" + std::string(201, 'n') + "\",\"source\":\"s\"}";
  REQUIRE(alert_from_json(long_name).error().place == "/name");
}

TEST_CASE("an alert that never was JSON is held to the same") {
  auto place_of = [](auto change) {
    alert x;
    x.name = "x";
    x.source = source_id{"s"};
    change(x);
    return check_alert(x, {}, "/3").place;
  };
  CHECK(place_of([](alert&) {}).empty());
  CHECK(place_of([](alert& x) { x.name = "a\xff"; }) == "/3/name");
  CHECK(place_of([](alert& x) { x.name = "a\nb"; }) == "/3/name");
  CHECK(place_of([](alert& x) { x.query = "\xc3"; }) == "/3/query");
  CHECK(place_of([](alert& x) { x.when.any = {"a", "\xf0\x9f"}; }) == "/3/keywords/any/1");
  CHECK(place_of([](alert& x) { x.channels = {channel_id{" "}}; }) == "/3/channels/0");
  CHECK(place_of([](alert& x) { x.when.brands.assign(101, "b"); }) == "/3/brands");
  CHECK(place_of([](alert& x) { x.when.currency = "none"; }) == "/3/price/currency");
  for (const auto* known : {"EUR", "AED", "ZWL", "VES"})
    CHECK(place_of([&](alert& x) { x.when.currency = known; }).empty());
}

TEST_CASE("alerts keep everything on the way through JSON") {
  REQUIRE(rc::check("alert -> JSON -> alert", [] {
    auto word = rc::gen::map(rc::gen::nonEmpty(rc::gen::container<std::string>(rc::gen::inRange<char>('!', '~'))),
                             [](std::string s) { return s.substr(0, 200); });
    auto keyword = rc::gen::suchThat(word, [](const std::string& x) { return x != "~"; });
    auto list = rc::gen::resize(5, rc::gen::container<std::vector<std::string>>(keyword));
    auto amount = rc::gen::inRange<cents>(0, 50'000'000'000);
    alert a;
    a.id = alert_id{*rc::gen::inRange<int64_t>(0, INT64_MAX)};
    a.name = *word;
    a.source = source_id{*word};
    a.query = *word;
    a.when.all = *list;
    a.when.any = *list;
    a.when.none = *list;
    a.when.brands = *list;
    if (*rc::gen::arbitrary<bool>())
      a.when.price_min = *amount;
    if (*rc::gen::arbitrary<bool>())
      a.when.price_max = a.when.price_min.value_or(0) + *amount;
    a.when.fold_accents = *rc::gen::arbitrary<bool>();
    a.enabled = *rc::gen::arbitrary<bool>();
    a.baseline = *rc::gen::arbitrary<bool>();
    auto back = alert_from_json(alert_json(a).dump());
    RC_ASSERT(back.has_value());
    RC_ASSERT(*back == a);
  }));
}

TEST_CASE("a flood of commands: the excess is refused at once, memory stays flat, nothing is lost count of") {
  api_config config;
  config.max_commands_outstanding = 64;
  api_fixture f{true, true, config};
  f.backend.hold_commands = true;
  const auto body = request_text("POST", "/api/v1/worker/execute", f.run.header(),
                                 R"({"type":"scrape","payload":{"url":"http://127.0.0.1/"}})");
  auto resident = [] {
    std::ifstream in{"/proc/self/statm"};
    long size = 0, pages = 0;
    in >> size >> pages;
    return pages * 4096;
  };
  std::vector<raw_client> holders;
  for (int i = 0; i < 64; ++i) {
    holders.emplace_back(f.server->port());
    holders.back().send(body);
  }
  auto end = std::chrono::steady_clock::now() + 30s;
  while (f.backend.held() < 64 && std::chrono::steady_clock::now() < end)
    std::this_thread::sleep_for(1ms);
  REQUIRE(f.backend.held() == 64);
  [[maybe_unused]] auto before = resident();
  int refused = 0;
  std::vector<raw_client> flood;
  for (int i = 0; i < 32; ++i)
    flood.emplace_back(f.server->port());
  for (int round = 0; round < 300; ++round) {
    for (auto& c : flood)
      c.send(body);
    for (auto& c : flood) {
      auto got = c.read_answer();
      REQUIRE(got.status == 429);
      REQUIRE(got.headers.count("retry-after") == 1);
      ++refused;
    }
  }
  REQUIRE(refused == 300 * 32);
#ifndef __SANITIZE_ADDRESS__ // which keeps freed memory for a while
  REQUIRE(resident() - before < 16 << 20);
#endif
  REQUIRE(f.backend.release() == 64);
  for (auto& c : holders)
    REQUIRE(c.read_answer().status == 200);
  f.backend.hold_commands = false;
  REQUIRE(f.ask("POST", "/api/v1/worker/execute", f.run.header(), R"({"type":"scrape","payload":{"url":"http://x/"}})")
              .status == 200); // all places are free again
}

TEST_CASE("bodies that are no JSON, or hostile JSON, are refused and survived") {
  api_fixture f;
  std::string deep(100000, '[');
  for (const std::string& body :
       {std::string{"\xff\xfe"}, std::string{"nul"}, deep, std::string{"{\"type\":"}, std::string{"\0", 1}}) {
    require_problem(f.as_admin("POST", "/api/v1/worker/main/execute", body), 400);
    require_problem(f.as_admin("POST", "/api/v1/alerts", body), 400);
    require_problem(f.as_admin("PUT", "/api/v1/log-level", body), 400);
  }
  REQUIRE(f.backend.calls().empty());
}

TEST_CASE("text of pages stays text") {
  api_fixture f;
  stored_match m;
  m.pair.what.id = item_id{"i"};
  m.pair.what.title = "\"},{\"x\":\x01 </script> \xff";
  f.backend.matches = std::vector{m};
  auto got = f.as_admin("GET", "/api/v1/matches");
  auto doc = json_of(got);
  REQUIRE(doc.root().find("matches")->at(0)->find("item")->find("title")->as_string() ==
          "\"},{\"x\":\x01 </script> \xEF\xBF\xBD");
}

TEST_CASE("the tree shows every figure of every actor") {
  api_fixture f;
  node_row n;
  n.node = "main";
  n.role = "main+worker";
  n.pid = 7;
  actor_row a;
  a.name = "balancer";
  a.mailbox = 3;
  a.restarts = 1;
  a.last_crash = "boom";
  n.actors = {a};
  f.backend.tree = std::vector{n};
  auto doc = json_of(f.as_admin("GET", "/api/v1/inspect/tree?fleet=1"));
  REQUIRE(f.backend.last_call() == "get_tree fleet");
  auto row = *doc.root().find("nodes")->at(0)->find("actors")->at(0);
  REQUIRE(row.find("name")->as_string() == "balancer");
  REQUIRE(row.find("mailbox")->as_int() == 3);
  REQUIRE(row.find("lastCrash")->as_string() == "boom");
}

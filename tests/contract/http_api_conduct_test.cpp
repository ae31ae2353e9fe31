// GET /api/v1/conduct over the fake, which folds and limits as the store does.
#include <catch2/catch.hpp>

#include "adapters/crypto/secrets.hpp"
#include "adapters/http_api/api.hpp"
#include "adapters/http_api/server.hpp"
#include "adapters/json/json_reader.hpp"
#include "tests/fakes/fake_api_backend.hpp"
#include "tests/support/raw_client.hpp"

using namespace vigie;
using namespace vigie::test;
using namespace std::chrono_literals;

namespace {

const wall_time noon = from_unix_ms(1795262400000); // 2026-11-21T12:00:00Z
const wall_time now = noon + 90min;

conduct_row row_of(std::string host, wall_time hour, uint64_t requests) {
  conduct_row out{host_key{std::move(host)}, hour};
  out.requests = requests;
  out.bytes = requests * 1000;
  out.waited = duration{static_cast<int64_t>(requests) * 500};
  out.robots_version = "v1";
  out.user_agent = "vigie/1";
  return out;
}

struct conduct_fixture {
  explicit conduct_fixture(api_config config = {}) {
    config.serves_main = true;
    config.wall = [] { return now; };
    auto made = serve_http({}, make_api(config, backend, keys));
    REQUIRE(made);
    server = std::move(*made);
  }

  raw_answer ask(const std::string& method, const std::string& path, const std::string& with) {
    raw_client client{server->port()};
    return client.ask(request_text(method, path, "x-api-key: " + with + "\r\n", {}), false);
  }
  raw_answer get(const std::string& query = {}) { return ask("GET", "/api/v1/conduct" + query, key.text); }
  raw_answer lift(const std::string& host) { return ask("POST", "/api/v1/hosts/" + host + "/lift", admin.text); }
  std::string hosts(const std::string& query = {}) {
    auto got = get(query);
    CAPTURE(got.body);
    REQUIRE(got.status == 200);
    std::string out;
    auto doc = parse_json(got.body);
    for (auto x : doc->root().find("hosts")->elements())
      out += std::string{*x.find("host")->as_string()} + " ";
    return out;
  }

  fake_api_backend backend;
  new_api_key key = make_api_key();
  new_api_key admin = make_api_key();
  std::shared_ptr<key_ring> keys = std::make_shared<key_ring>(
      std::vector{api_key_row{key.id, key.hash, "read", "", {}}, api_key_row{admin.id, admin.hash, "admin", "", {}}});
  std::unique_ptr<http_server> server;
};

} // namespace

TEST_CASE("conduct: the sums of a host, and its hours on demand") {
  conduct_fixture f;
  auto first = row_of("shop.example", noon - 3h, 30);
  first.robots_requests = 1;
  first.retries = 2;
  first.unchanged = 12;
  first.rate_limited = 3;
  first.refused = 1;
  first.failed = 4;
  first.robots_denied = 5;
  auto last = row_of("shop.example", noon, 10);
  last.unchanged = 5;
  last.robots_version = "v2";
  f.backend.conduct = std::vector{first, last};
  auto sums = std::string{R"({"since":"2026-11-14T13:30:00.000Z","until":"2026-11-21T13:30:00.000Z","hostsInAll":1,)"
                          R"("hosts":[{"host":"shop.example","firstHour":"2026-11-21T09:00:00.000Z",)"
                          R"("lastHour":"2026-11-21T12:00:00.000Z","requests":40,"robotsRequests":1,"retries":2,)"
                          R"("bytes":40000,"answered":15,"unchanged":17,"rateLimited":3,"refused":1,"failed":4,)"
                          R"("robotsDenied":5,"waitedMs":20000,"unchangedPercent":42.5,"averageWaitMs":500,)"
                          R"("robotsVersion":"v2","userAgent":"vigie/1")"};
  CHECK(f.get("?host=shop.example").body == sums + "}],\"exceptions\":[],\"heldInAll\":0,\"held\":[]}");
  CHECK(f.get().body == sums + "}],\"exceptions\":[],\"heldInAll\":0,\"held\":[]}");
  CHECK(f.get("?hours=0").body == sums + "}],\"exceptions\":[],\"heldInAll\":0,\"held\":[]}");
  auto hours = f.get("?host=shop.example&hours=1").body;
  CHECK(hours.starts_with(sums + R"(,"hours":[{"hour":"2026-11-21T09:00:00.000Z","requests":30,"robotsRequests":1,)"
                                 R"("retries":2,"bytes":30000,"answered":10,"unchanged":12,"rateLimited":3,)"
                                 R"("refused":1,"failed":4,"robotsDenied":5,"waitedMs":15000,"robotsVersion":"v1",)"
                                 R"("userAgent":"vigie/1"},{"hour":"2026-11-21T12:00:)"));
}

TEST_CASE("conduct: a host of which only denials are known has no averages") {
  conduct_fixture f;
  conduct_row denied{host_key{"shop.example"}, noon};
  denied.robots_denied = 7;
  f.backend.conduct = std::vector{denied};
  auto body = f.get().body;
  CAPTURE(body);
  CHECK(body.find(R"("robotsDenied":7,"waitedMs":0,"unchangedPercent":null,"averageWaitMs":null,"robotsVersion":null,)"
                  R"("userAgent":null}],"exceptions":[],"heldInAll":0,"held":[]})") != std::string::npos);
}

TEST_CASE("conduct: the period is counted in hours that have a moment in it") {
  conduct_fixture f;
  f.backend.conduct = std::vector{row_of("a", noon - 200h, 1), row_of("a", noon - 1h, 2), row_of("a", noon, 4),
                                  row_of("a", noon + 1h, 8)};
  auto requests = [&](const std::string& query) {
    auto doc = parse_json(f.get(query).body);
    auto sum = int64_t{0};
    for (auto x : doc->root().find("hosts")->elements())
      sum += *x.find("requests")->as_int();
    return sum;
  };
  CHECK(requests("") == 14); // a week
  CHECK(requests("?since_ms=2592000000") == 15);
  CHECK(requests("?since_ms=1800001") == 12); // from 12:59:59.999
  CHECK(requests("?since_ms=1800000") == 8);
  CHECK(requests("?since_ms=1") == 8);
}

TEST_CASE("conduct: hosts that were asked most come first, as many as are wanted") {
  conduct_fixture f;
  f.backend.conduct = std::vector{row_of("a", noon, 5), row_of("b", noon, 7), row_of("b", noon + 1h, 2),
                                  row_of("c", noon, 9), row_of("d", noon, 1)};
  CHECK(f.hosts() == "b c a d ");
  CHECK(f.hosts("?limit=2") == "b c ");
  CHECK(parse_json(f.get("?limit=2").body)->root().find("hostsInAll")->as_int() == 4);
}

TEST_CASE("conduct: a host may be a URL; without its port it is first the usual one") {
  conduct_fixture f;
  f.backend.conduct =
      std::vector{row_of("127.0.0.1:18080", noon, 3), row_of("127.0.0.1:18081", noon, 4), row_of("[::1]:8080", noon, 1),
                  row_of("shop.example", noon, 2), row_of("shop.example:8080", noon, 9)};
  CHECK(f.hosts("?host=shop.example") == "shop.example ");
  CHECK(f.hosts("?host=SHOP.Example.") == "shop.example ");
  CHECK(f.hosts("?host=shop.example:80") == "shop.example ");
  CHECK(f.hosts("?host=shop.example:443") == "shop.example ");
  CHECK(f.hosts("?host=shop.example:8080") == "shop.example:8080 ");
  CHECK(f.hosts("?host=https%3A%2F%2Fshop.example%2Fsearch%3Fq%3D1") == "shop.example ");
  CHECK(f.hosts("?host=http%3A%2F%2F127.0.0.1%3A18081%2F") == "127.0.0.1:18081 ");
  CHECK(f.hosts("?host=127.0.0.1%3A18080") == "127.0.0.1:18080 ");
  CHECK(f.hosts("?host=127.0.0.1") == "127.0.0.1:18081 127.0.0.1:18080 ");
  CHECK(f.hosts("?host=127.0.0.1&limit=1") == "127.0.0.1:18081 ");
  CHECK(f.hosts("?host=%5B%3A%3A1%5D") == "[::1]:8080 ");
  // A port that is named is meant.
  CHECK(f.hosts("?host=127.0.0.1:80") == "");
  CHECK(f.hosts("?host=http%3A%2F%2F127.0.0.1%2F") == "");
  CHECK(f.hosts("?host=other.example") == "");
  CHECK(f.hosts("?host=") == f.hosts());
}

TEST_CASE("conduct: what is not understood is a problem, and nothing is asked") {
  conduct_fixture f;
  for (auto query : {"since_ms=0", "since_ms=-1", "since_ms=7d", "since_ms=31536000001", "limit=0", "limit=1001",
                     "hours=2", "hours=yes", "host=a%20b", "host=shop.example%2Fsearch",
                     "host=ftp%3A%2F%2Fshop.example", "host=u%40shop.example"}) {
    CAPTURE(query);
    auto got = f.get(std::string{"?"} + query);
    CHECK(got.status == 400);
    CHECK(got.headers.at("content-type") == "application/problem+json");
  }
  CHECK(f.backend.calls().empty());
}

TEST_CASE("conduct: more than the limits is a problem that says what to ask for instead") {
  api_config config;
  config.max_conduct_hosts = 3;
  config.max_conduct_hours = 4;
  conduct_fixture f{config};
  std::vector<conduct_row> rows;
  for (auto host : {"a", "b", "c"})
    for (auto hour : {0h, 1h})
      rows.push_back(row_of(host, noon + hour, 1));
  f.backend.conduct = rows;
  CHECK(f.hosts() == "a b c ");
  CHECK(f.hosts("?hours=1&limit=2") == "a b ");
  auto many = f.get("?hours=1");
  CHECK(many.status == 400);
  CHECK(many.body.find("more than 4 hours to show; ask for one host") != std::string::npos);
  rows.push_back(row_of("d", noon, 1));
  f.backend.conduct = rows;
  CHECK(f.get().status == 400);
  CHECK(f.hosts("?host=d") == "d ");
  f.backend.conduct = fail(errc::store_unavailable);
  CHECK(f.get().status == 503);
}

TEST_CASE("conduct: hosts that are left alone, and a person who ends it") {
  conduct_fixture f;
  f.backend.holds = std::vector{
      host_hold{host_key{"shop.example"}, now + 48h, true, {}},
      host_hold{host_key{"www.shop.example"}, now + 1h, false, "http://www.shop.example/robots.txt: HTTP 429"},
      host_hold{host_key{"127.0.0.1:8080"}, now + 1min, false, {}}};
  auto held = [&](const std::string& query) {
    auto body = f.get(query).body;
    auto at = body.find("\"heldInAll\":");
    return at == std::string::npos ? body : body.substr(at);
  };
  auto shop = std::string{R"({"host":"shop.example","until":"2026-11-23T13:30:00.000Z","pause":true,"robots":null,)"
                          R"("circuit":null})"};
  auto www = std::string{R"({"host":"www.shop.example","until":"2026-11-21T14:30:00.000Z","pause":false,)"
                         R"("robots":"http://www.shop.example/robots.txt: HTTP 429","circuit":null})"};
  CHECK(held("?limit=1") == "\"heldInAll\":3,\"held\":[" + shop + "]}");
  CHECK(held("?host=http://www.shop.example/x") == "\"heldInAll\":2,\"held\":[" + shop + "," + www + "]}");
  CHECK(held("?host=other.example") == "\"heldInAll\":0,\"held\":[]}");

  CHECK(f.ask("POST", "/api/v1/hosts/shop.example/lift", f.key.text).status == 403);
  auto lifted = f.lift("SHOP.example");
  CHECK(lifted.status == 200);
  CHECK(lifted.body == R"({"success":true,"lifted":[)" + shop + "],\"circuit\":null}");
  CHECK(f.lift("shop.example").status == 404);
  CHECK(f.lift("127.0.0.1%3A8080").status == 200);
  CHECK(f.backend.last_call() == "lift_holds 127.0.0.1:8080");
  CHECK(f.lift("not%20a%20host").status == 400);
  CHECK(held("") == "\"heldInAll\":1,\"held\":[" + www + "]}");
}

TEST_CASE("conduct: an open circuit is held, too; no lift ends it, and that says what does") {
  conduct_fixture f;
  auto circuit = [](const char* host, wall_time until) {
    return verdict{verdict_scope::host, {}, host_key{host}, errc::refused, "HTTP 403 on run 3, alert 7", noon, until};
  };
  auto ban = [](const char* worker, const char* host) {
    return verdict{verdict_scope::worker_host, worker_id{worker}, host_key{host}, errc::refused, "HTTP 403", noon};
  };
  f.backend.holds = std::vector{host_hold{host_key{"slow.example"}, now + 1h, false, {}}};
  f.backend.verdicts = std::vector{ban("worker-fr", "shop.example:8080"), ban("worker-us", "shop.example:8080"),
                                   ban("worker-nl", "slow.example"),      circuit("shop.example:8080", now + 2h),
                                   circuit("old.example", now - 1ms),     circuit("slow.example", now + 1min)};
  auto body = f.get().body;
  CAPTURE(body);
  CHECK(body.ends_with(R"("heldInAll":3,"held":[{"host":"shop.example:8080","until":"2026-11-21T15:30:00.000Z",)"
                       R"("pause":false,"robots":null,"circuit":"HTTP 403 on run 3, alert 7"},)"
                       R"({"host":"slow.example","until":"2026-11-21T14:30:00.000Z",)"
                       R"("pause":false,"robots":null,"circuit":null},)"
                       R"({"host":"slow.example","until":"2026-11-21T13:31:00.000Z",)"
                       R"("pause":false,"robots":null,"circuit":"HTTP 403 on run 3, alert 7"}]})"));

  auto has = [](const raw_answer& x, const std::string& part) { return x.body.find(part) != std::string::npos; };
  auto shop = f.lift("shop.example"); // found without its port
  CAPTURE(shop.body);
  CHECK(shop.status == 404);
  CHECK(has(shop, "shop.example:8080 has refused the fleet (HTTP 403 on run 3, alert 7), so its circuit is open until "
                  "2026-11-21T15:30:00.000Z; if its owner agrees that you come earlier: vigie workers unban worker-fr "
                  "worker-us"));
  CHECK(has(f.lift("old.example"), "half-open, for one probe, since 2026-11-21T13:29:59.999Z"));
  CHECK(has(f.lift("old.example"), "vigie workers unban ID, of any worker"));
  auto slow = f.lift("slow.example");
  CHECK(slow.status == 200);
  CHECK(has(slow, "its circuit is open until 2026-11-21T13:31:00.000Z"));
  CHECK(has(f.lift("other.example"), "other.example is not left alone"));
  f.backend.verdicts = fail(errc::deadline_exceeded);
  CHECK(f.lift("slow.example").status == 504);
  CHECK(f.get().status == 504);
}

TEST_CASE("conduct: who lifts a host without its port means the one of that name; of several, all are named") {
  conduct_fixture f;
  f.backend.holds = std::vector{host_hold{host_key{"127.0.0.1:8081"}, now + 1h, false, {}},
                                host_hold{host_key{"127.0.0.1:8080"}, now + 1min, false, {}},
                                host_hold{host_key{"shop.example"}, now + 1h, false, {}},
                                host_hold{host_key{"shop.example:8080"}, now + 1h, false, {}}};
  auto several = f.lift("127.0.0.1");
  CHECK(several.status == 400);
  CHECK(several.body.find("several hosts of that name are held: 127.0.0.1:8080, 127.0.0.1:8081; say which") !=
        std::string::npos);
  CHECK(f.lift("127.0.0.1%3A8081").status == 200);
  CHECK(f.lift("127.0.0.1").status == 200);
  CHECK(f.backend.last_call() == "lift_holds 127.0.0.1:8080");
  CHECK(f.lift("127.0.0.1").status == 404);
  CHECK(f.lift("shop.example").status == 200); // the one on the usual port
  CHECK(f.backend.last_call() == "lift_holds shop.example");
  CHECK(f.lift("shop.example%3A443").status == 404); // a port that is named is meant
  CHECK(f.backend.last_call() == "lift_holds shop.example");
  CHECK(f.lift("www.shop.example").status == 404);
}

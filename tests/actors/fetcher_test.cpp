#include "actors/fetcher.hpp"

#include "tests/fakes/fake_event_log.hpp"
#include "tests/fakes/fake_http_client.hpp"
#include "tests/fakes/null_metrics.hpp"
#include "tests/support/worker_fakes.hpp"

using namespace vigie;

TEST_CASE("a fetcher gives the site's answer, whatever it is") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    test::world w{seed};
    fake_event_log log;
    null_metrics metrics;
    fakes::fake_http_client client;
    client.on("/ok", 200, "body").on("/gone", 404, "").on_error("/broken", errc::network, "reset");
    auto aut = w.system.spawn(fetcher, fetcher_config{}, w.env(log, metrics), &client);
    auto get = [&](std::string url) {
      http_request request;
      request.url = std::move(url);
      return w.ask<http_response>(aut, request);
    };
    REQUIRE(get("http://x/ok")->body == "body");
    REQUIRE(get("http://x/gone")->status == 404);
    REQUIRE(get("http://x/broken").error() == error{errc::network, "reset", {}});
    REQUIRE(metrics.counter("vigie_fetch_requests_total", {{"outcome", "2xx"}}) == 1);
    REQUIRE(metrics.counter("vigie_fetch_requests_total", {{"outcome", "4xx"}}) == 1);
    REQUIRE(metrics.counter("vigie_fetch_requests_total", {{"outcome", "network"}}) == 1);
    REQUIRE(metrics.gauge_value("vigie_fetch_in_flight", {}) == 0);
    w.stop(aut);
  }
}

TEST_CASE("above its limit a fetcher is busy at once, below it again it fetches") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    test::world w{seed};
    fake_event_log log;
    null_metrics metrics;
    fakes::fake_http_client client;
    client.on("http", 200, "body");
    client.hold();
    auto aut = w.system.spawn(fetcher, fetcher_config{3}, w.env(log, metrics), &client);
    http_request request;
    request.url = "http://x/";
    std::vector<test::question<http_response>> asked;
    for (size_t i = 0; i < 10; ++i)
      asked.push_back(test::ask_apart<http_response>(w, aut, request));
    w.drain();
    REQUIRE(client.request_count() == 3);
    size_t busy = 0;
    for (const auto& x : asked)
      busy += x.answered() && x.code() == errc::busy ? 1 : 0;
    REQUIRE(busy == 7);
    client.unhold();
    w.drain();
    size_t ok = 0;
    for (const auto& x : asked)
      ok += x.code() == errc::none ? 1 : 0;
    REQUIRE(ok == 3);
    REQUIRE(w.ask<http_response>(aut, request));
    w.stop(aut);
  }
}

TEST_CASE("a fetcher that crashes fails its requests at once") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    test::world w{seed};
    fake_event_log log;
    null_metrics metrics;
    fakes::fake_http_client client;
    client.on("http", 200, "body");
    client.hold();
    auto aut = w.system.spawn(fetcher, fetcher_config{}, w.env(log, metrics), &client);
    http_request request;
    request.url = "http://x/";
    auto asked = test::ask_apart<http_response>(w, aut, request);
    w.drain();
    caf::anon_send(caf::actor_cast<caf::actor>(aut), crash_now{"test"});
    w.drain();
    REQUIRE(asked.answered());
    REQUIRE(asked.code() == errc::crashed);
    client.unhold(); // into the void
    w.drain();
  }
}

TEST_CASE("a fetcher without any room is refused") {
  REQUIRE(validate(fetcher_config{}).code == errc::none);
  REQUIRE(validate(fetcher_config{0}).code == errc::bad_config);
}

#include "actors/fetcher.hpp"

#include "tests/fakes/fake_event_log.hpp"
#include "tests/fakes/fake_http_client.hpp"
#include "tests/fakes/null_metrics.hpp"
#include "tests/support/worker_fakes.hpp"

using namespace vigie;

namespace {

struct fixture {
  explicit fixture(uint64_t seed, uint32_t most = 3) : w(seed), most(most) {
    client.on("/ok", 200, "body").on_error("/broken", errc::network, "reset");
    start();
  }
  ~fixture() { w.stop(aut); }

  void start() { aut = w.system.spawn(fetcher, fetcher_config{most}, w.env(log, metrics), &client, air); }

  /// With a permit.
  errc begin(uint64_t permit, std::string url) {
    air->open(permit, {host_key{"x"}, {}, {}, {}});
    http_request request;
    request.url = std::move(url);
    auto out = w.ask<caf::unit_t>(aut, begin_fetch{permit, request});
    return out ? errc::none : out.error().code;
  }

  fake_event_log log;
  null_metrics metrics;
  fakes::fake_http_client client;
  test::world w;
  std::shared_ptr<flights> air = std::make_shared<flights>();
  uint32_t most;
  fetcher_actor aut;
};

} // namespace

TEST_CASE("the site's answer lands, whatever it is; whoever listens is woken") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    int woken = 0;
    f.air->listen([&] { ++woken; });
    REQUIRE(f.begin(1, "http://x/ok") == errc::none);
    REQUIRE(woken == 1);
    auto landed = f.air->take_landed();
    REQUIRE(landed.size() == 1);
    REQUIRE(landed[0].permit == 1);
    REQUIRE(landed[0].answer->body == "body");
    REQUIRE(f.begin(2, "http://x/broken") == errc::none);
    REQUIRE(woken == 2);
    REQUIRE(f.air->take_landed().at(0).answer.error() == error{errc::network, "reset", {}});
    REQUIRE(f.metrics.gauge_value("vigie_fetch_in_flight", {}) == 0);
  }
}

TEST_CASE("above its limit a fetcher is busy at once, below it again it fetches") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    f.client.hold();
    for (uint64_t permit = 1; permit <= 10; ++permit)
      REQUIRE(f.begin(permit, "http://x/ok") == (permit <= 3 ? errc::none : errc::busy));
    REQUIRE(f.client.request_count() == 3);
    REQUIRE(f.metrics.gauge_value("vigie_fetch_in_flight", {}) == 3);
    REQUIRE(f.air->withdraw(4)); // it was not begun
    REQUIRE_FALSE(f.air->withdraw(1));
    f.client.unhold();
    REQUIRE(f.begin(11, "http://x/ok") == errc::none);
  }
}

TEST_CASE("a permit that was taken back, or used, is not used") {
  fixture f{1};
  f.air->open(1, {host_key{"x"}, {}, {}, {}});
  REQUIRE(f.air->withdraw_all().size() == 1);
  REQUIRE(f.w.ask<caf::unit_t>(f.aut, begin_fetch{1, {}}).error().code == errc::busy);
  REQUIRE(f.begin(2, "http://x/ok") == errc::none);
  REQUIRE(f.w.ask<caf::unit_t>(f.aut, begin_fetch{2, {}}).error().code == errc::busy);
  REQUIRE(f.client.request_count() == 1);
}

TEST_CASE("what a fetcher had under way when it crashed counts against the next one's limit, and lands") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed, 1};
    f.client.hold();
    REQUIRE(f.begin(1, "http://x/ok") == errc::none);
    caf::anon_send(caf::actor_cast<caf::actor>(f.aut), crash_now{"test"});
    f.w.drain();
    f.start();
    REQUIRE(f.begin(2, "http://x/ok") == errc::busy);
    f.client.unhold();
    REQUIRE(f.air->take_landed().at(0).answer->body == "body");
    REQUIRE(f.begin(3, "http://x/ok") == errc::none);
  }
}

TEST_CASE("a fetcher without any room is refused") {
  REQUIRE(validate(fetcher_config{}).code == errc::none);
  REQUIRE(validate(fetcher_config{0}).code == errc::bad_config);
}

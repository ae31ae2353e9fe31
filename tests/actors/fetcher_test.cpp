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
    air->open(permit, {host_key{"x"}, policy});
    http_request request;
    request.url = std::move(url);
    auto out = w.ask<caf::unit_t>(aut, begin_fetch{permit, request});
    return out ? errc::none : out.error().code;
  }

  fake_event_log log;
  null_metrics metrics;
  fakes::fake_http_client client;
  test::world w;
  gate_policy policy;
  std::shared_ptr<flights> air = std::make_shared<flights>(1, report_book_config{}, [this] { return w.now(); });
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
  f.air->open(1, {host_key{"x"}, {}});
  REQUIRE(f.air->withdraw_all().size() == 1);
  REQUIRE(f.w.ask<caf::unit_t>(f.aut, begin_fetch{1, {}}).error().code == errc::cancelled);
  REQUIRE(f.begin(2, "http://x/ok") == errc::none);
  REQUIRE(f.w.ask<caf::unit_t>(f.aut, begin_fetch{2, {}}).error().code == errc::cancelled);
  REQUIRE(f.client.request_count() == 1);
}

TEST_CASE("a permit that has become too old is not used, and a request that is late is not sent") {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    fixture f{seed};
    using namespace std::chrono_literals;
    auto aim = [&](uint64_t permit, duration begin_within, duration leave_within) {
      flight x{host_key{"x"}, {}};
      x.begin_by = f.w.now() + begin_within;
      x.leave_by = f.w.now() + leave_within;
      f.air->open(permit, x);
    };
    auto begin = [&](uint64_t permit) {
      http_request request;
      request.url = "http://x/ok";
      auto out = f.w.ask<caf::unit_t>(f.aut, begin_fetch{permit, request});
      return out ? errc::none : out.error().code;
    };
    aim(1, 500ms, 5s);
    aim(2, 500ms, 5s);
    aim(3, 2s, 5s);
    aim(4, 2s, 5s);
    f.w.advance(500ms, 100ms);
    REQUIRE(begin(1) == errc::none);
    f.w.advance(1ms, 1ms);
    REQUIRE(begin(2) == errc::cancelled);
    REQUIRE(f.air->withdraw(2));
    f.client.hold_connections();
    REQUIRE(begin(3) == errc::none);
    REQUIRE(begin(4) == errc::none);
    f.air->take_landed();
    f.w.advance(4s, 100ms);
    auto rows = f.air->held(f.w.now());
    REQUIRE(rows.size() == 2);
    REQUIRE(rows[0].age == 0ms); // it has not left
    f.air->may_leave_later({rows[1]}, f.w.now() + 5s);
    f.w.advance(4s, 100ms);
    f.client.connect();
    REQUIRE(f.client.request_count() == 2); // 1 and 4
    auto landed = f.air->take_landed();
    REQUIRE(landed.size() == 2);
    REQUIRE(landed[0].permit == 3);
    REQUIRE(landed[0].what.kept_back);
    REQUIRE_FALSE(landed[1].what.kept_back);
    REQUIRE(f.w.now() - landed[1].what.left == 0ms);
  }
}

TEST_CASE("a request that left, and may not a second time when its connection broke, was not kept back") {
  using namespace std::chrono_literals;
  fixture f{1};
  flight x{host_key{"x"}, {}};
  x.leave_by = f.w.now() + 5s;
  f.air->open(1, x);
  REQUIRE(f.air->begin(1, 3, f.w.now()).code == errc::none);
  CHECK(f.air->leave(1));
  auto left = f.w.now();
  f.w.advance(6s, 100ms);
  CHECK_FALSE(f.air->leave(1));
  f.air->land(1, fail(errc::network, "closed without an answer"));
  auto landed = f.air->take_landed();
  REQUIRE(landed.size() == 1);
  CHECK_FALSE(landed[0].what.kept_back);
  CHECK(landed[0].what.left == left);
}

TEST_CASE("a departure that others wait for is told: where a gate has several places") {
  for (auto places : {1u, 2u}) {
    fixture f{1};
    int woken = 0;
    f.air->listen([&] { ++woken; });
    f.policy.max_in_flight = places;
    f.client.hold();
    REQUIRE(f.begin(1, "http://x/ok") == errc::none);
    REQUIRE(woken == (places > 1 ? 1 : 0));
    REQUIRE(f.air->take_departure() == (places > 1));
    REQUIRE_FALSE(f.air->take_departure());
    REQUIRE(f.air->held(f.w.now()).at(0).age == duration{1});
  }
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

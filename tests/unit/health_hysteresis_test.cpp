#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include "actors/policy/health_hysteresis.hpp"

using namespace vigie;
using namespace std::chrono_literals;

namespace {

const mono_time t0{std::chrono::hours{1}};

} // namespace

TEST_CASE("the first answer is enough to start with; it takes three failures in a row to fall") {
  health_hysteresis aut{{}, 1};
  CHECK_FALSE(aut.known());
  CHECK(aut.probed(true, t0) == optional<bool>{true});
  CHECK_FALSE(aut.probed(false, t0).has_value());
  CHECK_FALSE(aut.probed(false, t0).has_value());
  CHECK_FALSE(aut.probed(true, t0).has_value());
  CHECK_FALSE(aut.probed(false, t0).has_value());
  CHECK_FALSE(aut.probed(false, t0).has_value());
  CHECK(aut.healthy());
  CHECK(aut.probed(false, t0) == optional<bool>{false});
  CHECK_FALSE(aut.healthy());
}

TEST_CASE("rising takes two successes in a row and the hold-down") {
  health_hysteresis aut{{}, 1};
  for (int i = 0; i < 3; ++i)
    aut.probed(false, t0);
  CHECK_FALSE(aut.probed(true, t0 + 31s).has_value());
  CHECK(aut.probed(true, t0 + 32s) == optional<bool>{true});
}

TEST_CASE("during the hold-down nothing rises; each flap doubles it") {
  health_config config;
  health_hysteresis aut{config, 1};
  auto now = t0;
  auto hold = config.hold_down;
  aut.probed(true, now);
  for (uint32_t flap = 1; flap <= 7; ++flap) {
    for (int i = 0; i < 3; ++i)
      aut.probed(false, now);
    CHECK(aut.flaps() == flap);
    auto rise_at = now + hold;
    for (; now < rise_at; now += 5s)
      CHECK_FALSE(aut.probed(true, now).has_value());
    CHECK(aut.probed(true, now) == optional<bool>{true});
    hold = std::min(hold * 2, config.hold_down_cap);
  }
  aut.probed(true, now + config.flap_window);
  CHECK(aut.flaps() == 0);
}

TEST_CASE("probes are fast while there is doubt") {
  health_config config;
  health_hysteresis aut{config, 5};
  auto near = [&](duration base) {
    auto d = aut.next_delay();
    return d >= base * 9 / 10 && d <= base * 11 / 10;
  };
  CHECK(near(config.fast_interval));
  aut.probed(true, t0);
  CHECK(near(config.interval));
  aut.probed(false, t0);
  CHECK(near(config.fast_interval));
  aut.probed(true, t0);
  CHECK(near(config.interval));
  aut.start_over();
  CHECK_FALSE(aut.known());
  CHECK(near(config.fast_interval));
}

TEST_CASE("a judgement never flips without its run of probes") {
  REQUIRE(rc::check("rise and fall", [](const std::vector<bool>& probes, uint64_t seed) {
    health_config config;
    health_hysteresis aut{config, seed};
    uint32_t good = 0;
    uint32_t bad = 0;
    auto now = t0;
    for (auto ok : probes) {
      good = ok ? good + 1 : 0;
      bad = ok ? 0 : bad + 1;
      auto known = aut.known();
      auto was = aut.healthy();
      auto judged = aut.probed(ok, now);
      if (judged.has_value()) {
        RC_ASSERT((!known || was != *judged));
        RC_ASSERT((*judged ? (good >= config.rise || !known) : bad >= config.fall));
      }
      RC_ASSERT((bad < config.fall || !aut.healthy()));
      now += aut.next_delay();
    }
  }));
}

TEST_CASE("bad health configurations are named") {
  CHECK(validate(health_config{}).code == errc::none);
  health_config bad;
  bad.fast_interval = 61s;
  CHECK(validate(bad).code == errc::bad_config);
  bad = {};
  bad.rise = 0;
  CHECK(validate(bad).code == errc::bad_config);
  bad = {};
  bad.jitter = 1;
  CHECK(validate(bad).code == errc::bad_config);
}

#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include "actors/policy/link_state.hpp"

using namespace vigie;
using namespace std::chrono_literals;

namespace {

const wall_time t0 = from_unix_ms(1'800'000'000'000);

link_machine up() {
  link_machine out{{}, 1};
  out.dialled(t0);
  out.attached();
  return out;
}

} // namespace

TEST_CASE("connecting, up, suspect after the first miss, down after the third") {
  link_machine aut{{}, 1};
  CHECK(aut.state() == link_state::connecting);
  CHECK_FALSE(aut.takes_work());
  CHECK(aut.dialled(t0) == 1'800'000'000'000);
  CHECK(aut.attached().changed);
  CHECK(aut.takes_work());
  CHECK(aut.missed().changed);
  CHECK(aut.state() == link_state::suspect);
  CHECK_FALSE(aut.takes_work());
  CHECK(aut.beat().changed);
  CHECK(aut.state() == link_state::up);
  CHECK_FALSE(aut.beat().changed);
  aut.missed();
  CHECK_FALSE(aut.missed().changed);
  auto end = aut.missed();
  CHECK(end.changed);
  CHECK(end.broken);
  CHECK(end.redial_in >= 100ms);
  CHECK(aut.state() == link_state::down);
  CHECK(aut.redial().changed);
  CHECK(aut.state() == link_state::connecting);
}

TEST_CASE("a failed dial breaks nothing, a lost link does") {
  link_machine aut{{}, 1};
  auto failed = aut.lost();
  CHECK(failed.changed);
  CHECK_FALSE(failed.broken);
  CHECK(failed.redial_in > 0ms);
  CHECK_FALSE(aut.lost().changed);
  auto other = up();
  CHECK(other.lost().broken);
}

TEST_CASE("draining is remembered over a broken link, and undone") {
  auto aut = up();
  CHECK(aut.drain(true).changed);
  CHECK(aut.state() == link_state::draining);
  CHECK_FALSE(aut.takes_work());
  CHECK(aut.attached_now());
  CHECK_FALSE(aut.missed().changed);
  aut.lost();
  aut.redial();
  aut.dialled(t0);
  aut.attached();
  CHECK(aut.state() == link_state::draining);
  CHECK(aut.drain(false).changed);
  CHECK(aut.takes_work());
}

TEST_CASE("epochs grow within a life, over restarts, and past a clock that went back") {
  link_machine aut{{}, 1};
  auto first = aut.dialled(t0);
  CHECK(aut.dialled(t0) == first + 1);
  CHECK(aut.dialled(t0 - 1h) == first + 2);
  link_machine restarted{{}, 2};
  CHECK(restarted.dialled(t0 + 1s) > first + 2);
  // The peer remembers a time that this clock has not reached again.
  link_machine behind{{}, 3};
  auto epoch = behind.dialled(t0 - 1h);
  for (int i = 0; i < 10 && epoch <= first; ++i) {
    behind.outdated();
    epoch = behind.dialled(t0 - 1h);
  }
  CHECK(epoch > first);
}

TEST_CASE("the back-off grows with each failure up to the cap, is never below the floor, and a beat resets it") {
  REQUIRE(rc::check("back-off", [](uint64_t seed) {
    link_config config;
    link_machine aut{config, seed};
    auto most = config.backoff_base;
    for (int i = 0; i < 12; ++i) {
      auto wait = aut.lost().redial_in;
      RC_ASSERT(wait >= config.backoff_floor);
      RC_ASSERT(wait <= config.backoff_floor + most);
      most = std::min(most * 2, config.backoff_cap);
      aut.redial();
    }
    aut.dialled(t0);
    aut.attached();
    aut.beat();
    RC_ASSERT(aut.lost().redial_in <= config.backoff_floor + config.backoff_base);
  }));
}

TEST_CASE("any events in any order keep the machine within its diagram") {
  REQUIRE(rc::check("link machine", [](uint64_t seed) {
    link_machine aut{{}, seed};
    uint64_t epoch = 0;
    auto events = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 8));
    for (auto e : events) {
      auto before = aut.state();
      auto had = aut.attached_now();
      link_step step;
      switch (e) {
      case 0:
        step = aut.redial();
        break;
      case 1: {
        auto next = aut.dialled(t0);
        RC_ASSERT(next > epoch);
        epoch = next;
        break;
      }
      case 2:
        step = aut.attached();
        break;
      case 3:
        step = aut.beat();
        break;
      case 4:
        step = aut.missed();
        break;
      case 5:
        step = aut.lost();
        break;
      case 6:
        step = aut.drain(true);
        break;
      default:
        step = aut.drain(false);
        break;
      }
      RC_ASSERT(step.changed == (before != aut.state()));
      RC_ASSERT((step.broken == (had && aut.state() == link_state::down)));
      RC_ASSERT(((step.redial_in > duration{0}) == (step.changed && aut.state() == link_state::down)));
      if (step.changed && before == link_state::down)
        RC_ASSERT(aut.state() == link_state::connecting);
    }
  }));
}

TEST_CASE("bad link configurations are named") {
  CHECK(validate(link_config{}).code == errc::none);
  link_config bad;
  bad.backoff_floor = 99ms;
  CHECK(validate(bad).code == errc::bad_config);
  bad = {};
  bad.missed = 0;
  CHECK(validate(bad).code == errc::bad_config);
  bad = {};
  bad.backoff_base = 11s;
  CHECK(validate(bad).code == errc::bad_config);
}

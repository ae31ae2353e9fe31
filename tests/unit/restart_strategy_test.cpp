#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include <algorithm>

#include "actors/policy/restart_strategy.hpp"

using namespace vigie;
using verdict = restart_plan::verdict;

namespace {

const mono_time start = mono_time{} + std::chrono::hours{1};

std::vector<child_facts> siblings(size_t n) {
  return std::vector<child_facts>(n, child_facts{restart_mode::permanent, true, 0, start});
}

rc::Gen<restart_limits> any_limits() {
  return rc::gen::exec([] {
    restart_limits x;
    x.strategy = *rc::gen::element(supervision_strategy::one_for_one, supervision_strategy::one_for_all,
                                   supervision_strategy::rest_for_one);
    x.max_restarts = *rc::gen::inRange(0u, 8u);
    x.period = duration{*rc::gen::inRange(1, 20000)};
    x.backoff_min = duration{*rc::gen::inRange(0, 500)};
    x.backoff_max = duration{*rc::gen::inRange(0, 5000)};
    x.stable_after = duration{*rc::gen::inRange(1, 40000)};
    return x;
  });
}

rc::Gen<std::vector<child_facts>> any_children() {
  return rc::gen::exec([] {
    std::vector<child_facts> all(*rc::gen::inRange<size_t>(1, 7));
    for (auto& x : all) {
      x.mode = *rc::gen::element(restart_mode::permanent, restart_mode::transient, restart_mode::temporary);
      x.up = *rc::gen::arbitrary<bool>();
      x.streak = *rc::gen::inRange(0u, 40u);
      x.started = start;
    }
    return all;
  });
}

} // namespace

TEST_CASE("who is restarted: the grid of strategies, modes and ends") {
  auto mode = GENERATE(restart_mode::permanent, restart_mode::transient, restart_mode::temporary);
  auto how = GENERATE(child_end::normal, child_end::crashed);
  auto strategy = GENERATE(supervision_strategy::one_for_one, supervision_strategy::one_for_all,
                           supervision_strategy::rest_for_one);
  CAPTURE(to_string(mode), how == child_end::crashed, to_string(strategy));
  restart_limits limits;
  limits.strategy = strategy;
  restart_strategy aut{limits};
  auto children = siblings(4);
  children[1].mode = mode;
  children[1].up = false;
  auto plan = aut.child_ended(children, 1, how, start);
  if (mode == restart_mode::temporary) {
    CHECK(plan.what == verdict::forget);
  } else if (mode == restart_mode::transient && how == child_end::normal) {
    CHECK(plan.what == verdict::keep);
  } else {
    CHECK(plan.what == verdict::restart);
    CHECK(plan.delay == duration{0});
    if (strategy == supervision_strategy::one_for_one) {
      CHECK(plan.stop.empty());
      CHECK(plan.start == std::vector<size_t>{1});
    } else if (strategy == supervision_strategy::one_for_all) {
      CHECK(plan.stop == std::vector<size_t>{3, 2, 0});
      CHECK(plan.start == std::vector<size_t>{0, 1, 2, 3});
    } else {
      CHECK(plan.stop == std::vector<size_t>{3, 2});
      CHECK(plan.start == std::vector<size_t>{1, 2, 3});
    }
    CHECK(aut.recent(start) == 1);
    return;
  }
  CHECK(plan.start.empty());
  CHECK(plan.stop.empty());
  CHECK(aut.recent(start) == 0);
}

TEST_CASE("the first restart is immediate, then the delay doubles up to its cap, and a stable life forgets it") {
  restart_limits limits;
  limits.max_restarts = 100;
  restart_strategy aut{limits};
  auto children = siblings(1);
  auto now = start;
  std::vector<int64_t> delays;
  for (int i = 0; i < 10; ++i) {
    auto plan = aut.child_ended(children, 0, child_end::crashed, now);
    delays.push_back(plan.delay.count());
    children[0].streak = plan.streak;
    now += plan.delay;
    children[0].started = now;
  }
  CHECK(delays == std::vector<int64_t>{0, 50, 100, 200, 400, 800, 1600, 3200, 5000, 5000});
  auto almost = aut.child_ended(children, 0, child_end::crashed, now + limits.stable_after - duration{1});
  CHECK(almost.delay == limits.backoff_max);
  children[0].started = now + limits.stable_after;
  auto stable = aut.child_ended(children, 0, child_end::crashed, now + 2 * limits.stable_after);
  CHECK(stable.delay == duration{0});
  CHECK(stable.streak == 1);
}

TEST_CASE("one restart too many within the period escalates, and not one earlier") {
  restart_limits limits;
  limits.max_restarts = 2;
  restart_strategy aut{limits};
  auto children = siblings(1);
  CHECK(aut.child_ended(children, 0, child_end::crashed, start).what == verdict::restart);
  CHECK(aut.child_ended(children, 0, child_end::crashed, start + duration{1}).what == verdict::restart);
  CHECK(aut.child_ended(children, 0, child_end::crashed, start + limits.period).what == verdict::escalate);
  CHECK(aut.child_ended(children, 0, child_end::crashed, start + limits.period + duration{1}).what == verdict::restart);

  limits.max_restarts = 0;
  CHECK(restart_strategy{limits}.child_ended(children, 0, child_end::crashed, start).what == verdict::escalate);
}

TEST_CASE("properties of restarts") {
  REQUIRE(rc::check("no period holds more restarts than the intensity, and none is refused below it", [] {
    auto limits = *any_limits();
    restart_strategy aut{limits};
    auto children = *any_children();
    auto now = start;
    std::vector<mono_time> granted;
    for (auto gap : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 6000))) {
      now += duration{gap};
      auto which = *rc::gen::inRange<size_t>(0, children.size());
      auto how = *rc::gen::element(child_end::normal, child_end::crashed);
      auto within = std::count_if(granted.begin(), granted.end(), [&](auto t) { return now - t <= limits.period; });
      auto what = aut.child_ended(children, which, how, now).what;
      if (what == verdict::restart) {
        RC_ASSERT(within < static_cast<long>(limits.max_restarts));
        granted.push_back(now);
      }
      if (what == verdict::escalate)
        RC_ASSERT(within == static_cast<long>(limits.max_restarts));
      RC_ASSERT(aut.recent(now) <= limits.max_restarts);
    }
  }));
  REQUIRE(rc::check("a plan restarts each child once, in order, and only what runs is stopped", [] {
    auto limits = *any_limits();
    limits.max_restarts = 1;
    auto children = *any_children();
    auto which = *rc::gen::inRange<size_t>(0, children.size());
    children[which].up = false;
    auto plan = restart_strategy{limits}.child_ended(children, which, child_end::crashed, start);
    RC_PRE(plan.what == verdict::restart);
    RC_ASSERT(std::is_sorted(plan.start.begin(), plan.start.end()));
    RC_ASSERT(std::is_sorted(plan.stop.rbegin(), plan.stop.rend()));
    RC_ASSERT(std::count(plan.start.begin(), plan.start.end(), which) == 1);
    RC_ASSERT(std::adjacent_find(plan.start.begin(), plan.start.end()) == plan.start.end());
    for (auto i : plan.stop)
      RC_ASSERT(children[i].up && i != which);
    for (auto i : plan.start) {
      RC_ASSERT(children[i].mode != restart_mode::temporary);
      // What is started again was stopped first.
      RC_ASSERT(!children[i].up || std::count(plan.stop.begin(), plan.stop.end(), i) == 1);
    }
    RC_ASSERT(plan.delay >= duration{0});
    RC_ASSERT(plan.delay <= limits.backoff_max);
    RC_ASSERT(plan.streak >= 1u);
  }));
}

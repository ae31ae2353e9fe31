#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include <algorithm>
#include <map>
#include <set>

#include "actors/policy/balancing.hpp"

using namespace vigie;

namespace {

balancing_config with(balancing_strategy s) {
  balancing_config config;
  config.strategy = s;
  return config;
}

balancing_candidate candidate(const std::string& name, uint32_t in_flight = 0, double requests = 0,
                              double successes = 0, double errors = 0, double ewma_ms = 0) {
  return {worker_id{name}, in_flight, {requests, successes, errors, ewma_ms}};
}

const mono_time t0{std::chrono::hours{1}};

} // namespace

TEST_CASE("every strategy orders each candidate exactly once, and the same seed gives the same order") {
  REQUIRE(rc::check("permutation, replayable", [](uint64_t seed) {
    auto strategy = static_cast<balancing_strategy>(*rc::gen::inRange(0, 5));
    auto n = *rc::gen::inRange<size_t>(0, 12);
    std::vector<balancing_candidate> all;
    for (size_t i = 0; i < n; ++i) {
      auto good = *rc::gen::inRange(0, 50);
      auto bad = *rc::gen::inRange(0, 50);
      all.push_back(candidate("w" + std::to_string(i), *rc::gen::inRange<uint32_t>(0, 9), good + bad, good, bad,
                              *rc::gen::inRange(0, 500)));
    }
    balancing first{with(strategy), seed};
    balancing second{with(strategy), seed};
    for (int round = 0; round < 3; ++round) {
      auto order = first.order(all);
      RC_ASSERT(order == second.order(all));
      RC_ASSERT(std::set<size_t>(order.begin(), order.end()).size() == n);
      RC_ASSERT(order.size() == n);
      RC_ASSERT(std::all_of(order.begin(), order.end(), [&](size_t i) { return i < n; }));
    }
  }));
}

TEST_CASE("random spreads evenly") {
  balancing aut{with(balancing_strategy::random), 7};
  std::vector<balancing_candidate> all{candidate("a"), candidate("b"), candidate("c"), candidate("d")};
  std::map<size_t, int> first;
  for (int i = 0; i < 4000; ++i)
    ++first[aut.order(all).front()];
  for (auto& [who, times] : first)
    CHECK((times > 850 && times < 1150));
}

TEST_CASE("round robin takes turns, also when a worker leaves") {
  balancing aut{with(balancing_strategy::round_robin), 1};
  std::vector<balancing_candidate> all{candidate("b"), candidate("a"), candidate("c")};
  CHECK(aut.order(all) == std::vector<size_t>{1, 0, 2});
  CHECK(aut.order(all) == std::vector<size_t>{0, 2, 1});
  std::vector<balancing_candidate> without_b{candidate("a"), candidate("c")};
  CHECK(aut.order(without_b).front() == 1);
  CHECK(aut.order(all).front() == 1);
}

TEST_CASE("least used prefers fewest requests, then fewest in flight") {
  balancing aut{with(balancing_strategy::least_used), 1};
  CHECK(aut.order({candidate("a", 0, 9), candidate("b", 5, 3), candidate("c", 1, 3)}) == std::vector<size_t>{2, 1, 0});
}

TEST_CASE("health based: one success of one proves nothing") {
  balancing aut{with(balancing_strategy::health_based), 1};
  auto lucky = candidate("lucky", 3, 1, 1, 0);
  auto good = candidate("good", 0, 100, 99, 1);
  auto bad = candidate("bad", 0, 100, 50, 50);
  // The unproven one counts as the mean of the others: better than bad, worse than good.
  CHECK(aut.order({lucky, bad, good}) == std::vector<size_t>{2, 0, 1});
}

TEST_CASE("p2c sends more to the faster and less loaded") {
  balancing aut{with(balancing_strategy::p2c), 3};
  std::vector<balancing_candidate> all{candidate("slow", 0, 0, 0, 0, 400), candidate("fast", 0, 0, 0, 0, 40),
                                       candidate("loaded", 30, 0, 0, 0, 40)};
  std::map<size_t, int> first;
  for (int i = 0; i < 3000; ++i)
    ++first[aut.order(all).front()];
  CHECK(first[1] > 1800); // two draws of three contain it in 2/3 of all cases
  CHECK(first[2] == 0);   // whoever it meets is better
}

TEST_CASE("old work fades") {
  auto config = with(balancing_strategy::least_used);
  work_score aut;
  aut.begun(config, t0, 8);
  CHECK(aut.at(config, t0).requests == Approx(8));
  CHECK(aut.at(config, t0 + config.half_life).requests == Approx(4));
  CHECK(aut.at(config, t0 + 3 * config.half_life).requests == Approx(1));
}

TEST_CASE("only our faults count as errors, only successes as latency") {
  balancing_config config;
  work_score aut;
  aut.ended(config, t0, work_outcome::outside, duration{5});      // the site refused
  aut.ended(config, t0, work_outcome::our_fault, duration{9000}); // our link broke
  aut.ended(config, t0, work_outcome::success, duration{100});
  aut.ended(config, t0, work_outcome::success, duration{200});
  auto now = aut.at(config, t0);
  CHECK(now.successes == Approx(2));
  CHECK(now.errors == Approx(1));
  CHECK(now.ewma_ms == Approx(120));
}

TEST_CASE("work that was not tried does not make a worker look used") {
  auto config = with(balancing_strategy::least_used);
  work_score aut;
  aut.begun(config, t0, 2);
  aut.ended(config, t0, work_outcome::untried, duration{0});
  CHECK(aut.at(config, t0).requests == Approx(1));
  CHECK(aut.at(config, t0).successes == 0);
  aut.ended(config, t0 + config.half_life, work_outcome::untried, duration{0});
  CHECK(aut.at(config, t0 + config.half_life).requests == 0);
}

TEST_CASE("bad balancing configurations are named") {
  CHECK(validate(balancing_config{}).code == errc::none);
  balancing_config bad;
  bad.half_life = duration{0};
  CHECK(validate(bad).code == errc::bad_config);
  bad = {};
  bad.ewma_weight = 0;
  CHECK(validate(bad).code == errc::bad_config);
  bad = {};
  bad.min_samples = -1;
  CHECK(validate(bad).code == errc::bad_config);
}

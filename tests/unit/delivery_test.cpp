#include "actors/policy/delivery.hpp"

#include <catch2/catch.hpp>
#include <rapidcheck.h>

using namespace vigie;
using namespace std::chrono_literals;

namespace {

constexpr auto last_errc = static_cast<int>(errc::suspicious_stale);

errc any_errc() {
  return static_cast<errc>(*rc::gen::inRange(0, last_errc + 1));
}

const delivery_config usual;

/// A try of a young row.
delivery_decision young(errc outcome, uint32_t attempts, bool idempotent, uint64_t random = 7) {
  return decide_delivery(usual, outcome, attempts, 1min, idempotent, random);
}

} // namespace

TEST_CASE("what is delivered is sent, however old") {
  for (bool idempotent : {false, true}) {
    CHECK(young(errc::none, 1, idempotent).state == delivery_state::sent);
    CHECK(decide_delivery(usual, errc::none, 999, 240h, idempotent, 7).state == delivery_state::sent);
  }
}

TEST_CASE("what a person may repair is tried again, slowly") {
  for (auto outcome : {errc::refused, errc::not_found, errc::blocked_address, errc::bad_request})
    for (uint32_t attempts : {1u, 7u, 99u})
      for (uint64_t random = 0; random < 3'000'000; random += 99'991) {
        auto x = young(outcome, attempts, true, random);
        REQUIRE(x.state == delivery_state::pending);
        REQUIRE(x.wait >= 5min);
        REQUIRE(x.wait <= 15min);
      }
}

TEST_CASE("a doubtful send is repeated only where the receiver drops the second") {
  for (auto outcome : {errc::ambiguous, errc::timed_out, errc::child_timed_out, errc::cancelled, errc::crashed}) {
    CHECK(young(outcome, 1, true).state == delivery_state::pending);
    CHECK(young(outcome, 1, false) == delivery_decision{delivery_state::ambiguous, {}});
    // also at the end: a person must see that it may have arrived
    CHECK(decide_delivery(usual, outcome, 99, 25h, false, 7).state == delivery_state::ambiguous);
    CHECK(decide_delivery(usual, outcome, 99, 25h, true, 7).state == delivery_state::dead);
  }
}

TEST_CASE("a row is given up by age, but not untried") {
  CHECK(decide_delivery(usual, errc::network, 8, 24h, false, 7) == delivery_decision{delivery_state::dead, {}});
  CHECK(decide_delivery(usual, errc::network, 1000, 24h - 1ms, false, 7).state == delivery_state::pending);
  CHECK(decide_delivery(usual, errc::network, 7, 48h, false, 7).state == delivery_state::pending); // main was off
  CHECK(decide_delivery(usual, errc::rate_limited, 9, 24h, false, 7).state == delivery_state::dead);
  CHECK(decide_delivery(usual, errc::refused, 9, 24h, false, 7).state == delivery_state::dead);
}

TEST_CASE("back-off doubles up to 15 minutes, and gets there") {
  auto longest = [&](uint32_t attempts) {
    duration most{0};
    for (uint64_t random = 0; random < 900'000; ++random)
      most = std::max(most, young(errc::network, attempts, false, random).wait);
    return most;
  };
  CHECK(longest(1) == 2s);
  CHECK(longest(2) == 4s);
  CHECK(longest(8) == 256s);
  CHECK(longest(9) == 512s);
  CHECK(longest(10) == 15min);
  CHECK(longest(4000) == 15min);
}

TEST_CASE("a limited row waits for its channel only") {
  CHECK(young(errc::rate_limited, 5, false) == delivery_decision{delivery_state::pending, usual.floor});
}

TEST_CASE("a configuration of deliveries that cannot work is refused") {
  CHECK(validate(usual).code == errc::none);
  CHECK(validate(delivery_config{2s, 1s, 1ms}).code == errc::bad_config);
  CHECK(validate(delivery_config{2s, 3s, 0ms}).code == errc::bad_config);
  CHECK(validate(delivery_config{2s, 3s, 2001ms}).code == errc::bad_config);
  CHECK(validate(delivery_config{2s, 3s, 1ms, 0ms}).code == errc::bad_config);
  CHECK(validate(delivery_config{2s, 3s, 1ms, 1h, 0}).code == errc::bad_config);
}

TEST_CASE("properties of delivery decisions") {
  REQUIRE(rc::check("a wait is within [floor, cap] and only of pending rows", [] {
    delivery_config config;
    config.floor = duration{*rc::gen::inRange<int64_t>(1, 1000)};
    config.base = config.floor + duration{*rc::gen::inRange<int64_t>(0, 100000)};
    config.cap = config.base + duration{*rc::gen::inRange<int64_t>(0, 10000000)};
    RC_ASSERT(validate(config).code == errc::none);
    auto d = decide_delivery(config, any_errc(), *rc::gen::inRange<uint32_t>(0, 20000),
                             duration{*rc::gen::inRange<int64_t>(-1000, 200000000)}, *rc::gen::arbitrary<bool>(),
                             *rc::gen::arbitrary<uint64_t>());
    if (d.state == delivery_state::pending)
      RC_ASSERT(d.wait >= config.floor && d.wait <= config.cap);
    else
      RC_ASSERT(d.wait == duration{0});
  }));
  REQUIRE(rc::check("no failure is called sent, no row is left in `sending`, none is dead before its time", [] {
    auto outcome = any_errc();
    auto age = duration{*rc::gen::inRange<int64_t>(0, 2 * usual.notify_for.count())};
    auto attempts = *rc::gen::inRange<uint32_t>(1, 30);
    auto d = decide_delivery(usual, outcome, attempts, age, *rc::gen::arbitrary<bool>(), 1);
    RC_ASSERT((d.state == delivery_state::sent) == (outcome == errc::none));
    RC_ASSERT(d.state != delivery_state::sending);
    if (d.state == delivery_state::dead)
      RC_ASSERT(age >= usual.notify_for && attempts >= usual.min_attempts);
  }));
  REQUIRE(rc::check("on a channel without keys, nothing that may have arrived is sent again", [] {
    auto outcome = any_errc();
    auto d = decide_delivery(usual, outcome, *rc::gen::inRange<uint32_t>(1, 30),
                             duration{*rc::gen::inRange<int64_t>(0, 200000000)}, false, 1);
    if (word_of(outcome) == send_word::doubtful)
      RC_ASSERT(d.state == delivery_state::ambiguous);
  }));
  REQUIRE(rc::check("every row ends, about a day after it was made", [] {
    auto outcome = any_errc();
    auto idempotent = *rc::gen::arbitrary<bool>();
    auto random = *rc::gen::arbitrary<uint64_t>();
    duration age{0};
    uint32_t attempts = 0;
    while (true) {
      auto d = decide_delivery(usual, outcome, ++attempts, age, idempotent, random += 0x9e3779b97f4a7c15ULL);
      if (d.state != delivery_state::pending)
        break;
      // A limited one waits for its channel; the channel's own wait is at least this.
      age += std::max(d.wait, duration{1000});
    }
    RC_ASSERT(age <= usual.notify_for + usual.cap);
  }));
}

#include "actors/policy/delivery.hpp"

#include <catch2/catch.hpp>
#include <rapidcheck.h>

using namespace vigie;

namespace {

constexpr auto last_errc = static_cast<int>(errc::ambiguous);

errc any_errc() {
  return static_cast<errc>(*rc::gen::inRange(0, last_errc + 1));
}

} // namespace

TEST_CASE("what is delivered is sent, what is refused for good is dead") {
  for (bool idempotent : {false, true}) {
    REQUIRE(decide_delivery({}, errc::none, 1, idempotent, 7).state == delivery_state::sent);
    REQUIRE(decide_delivery({}, errc::none, 99, idempotent, 7).state == delivery_state::sent);
    REQUIRE(decide_delivery({}, errc::bad_request, 1, idempotent, 7) == delivery_decision{delivery_state::dead, {}});
  }
}

TEST_CASE("a doubtful send is repeated only where the receiver drops the second") {
  for (auto outcome : {errc::ambiguous, errc::timed_out, errc::child_timed_out, errc::cancelled, errc::crashed}) {
    REQUIRE(decide_delivery({}, outcome, 1, true, 7).state == delivery_state::pending);
    REQUIRE(decide_delivery({}, outcome, 1, false, 7) == delivery_decision{delivery_state::ambiguous, {}});
    // also at the last attempt: a person must see that it may have arrived
    REQUIRE(decide_delivery({}, outcome, delivery_config{}.max_attempts, false, 7).state == delivery_state::ambiguous);
    REQUIRE(decide_delivery({}, outcome, delivery_config{}.max_attempts, true, 7).state == delivery_state::dead);
  }
}

TEST_CASE("back-off doubles up to the cap") {
  delivery_config config{duration{2000}, duration{9000}, duration{1}, 12};
  auto longest = [&](uint32_t attempts) {
    duration most{0};
    for (uint64_t random = 0; random < 20000; ++random)
      most = std::max(most, decide_delivery(config, errc::network, attempts, false, random).wait);
    return most;
  };
  REQUIRE(longest(1) == duration{2000});
  REQUIRE(longest(2) == duration{4000});
  REQUIRE(longest(3) == duration{8000});
  REQUIRE(longest(4) == duration{9000});
  REQUIRE(longest(11) == duration{9000});
  REQUIRE(decide_delivery(config, errc::network, 11, false, 0).state == delivery_state::pending);
  REQUIRE(decide_delivery(config, errc::network, 12, false, 0).state == delivery_state::dead);
}

TEST_CASE("a configuration that cannot work is refused") {
  REQUIRE(validate(delivery_config{}).code == errc::none);
  REQUIRE(validate({duration{2000}, duration{1000}, duration{1}, 12}).code == errc::bad_config);
  REQUIRE(validate({duration{2000}, duration{3000}, duration{0}, 12}).code == errc::bad_config);
  REQUIRE(validate({duration{2000}, duration{3000}, duration{2001}, 12}).code == errc::bad_config);
  REQUIRE(validate({duration{2000}, duration{3000}, duration{1}, 0}).code == errc::bad_config);
}

TEST_CASE("properties of delivery decisions") {
  REQUIRE(rc::check("a wait is within [floor, cap] and only of pending rows", [] {
    delivery_config config;
    config.floor = duration{*rc::gen::inRange<int64_t>(1, 1000)};
    config.base = config.floor + duration{*rc::gen::inRange<int64_t>(0, 100000)};
    config.cap = config.base + duration{*rc::gen::inRange<int64_t>(0, 10000000)};
    config.max_attempts = *rc::gen::inRange<uint32_t>(1, 10000);
    RC_ASSERT(validate(config).code == errc::none);
    auto d = decide_delivery(config, any_errc(), *rc::gen::inRange<uint32_t>(0, 20000), *rc::gen::arbitrary<bool>(),
                             *rc::gen::arbitrary<uint64_t>());
    if (d.state == delivery_state::pending)
      RC_ASSERT(d.wait >= config.floor && d.wait <= config.cap);
    else
      RC_ASSERT(d.wait == duration{0});
  }));
  REQUIRE(rc::check("no failure is called sent, no row is left in `sending`", [] {
    auto outcome = any_errc();
    auto d = decide_delivery({}, outcome, *rc::gen::inRange<uint32_t>(0, 30), *rc::gen::arbitrary<bool>(), 1);
    RC_ASSERT((d.state == delivery_state::sent) == (outcome == errc::none));
    RC_ASSERT(d.state != delivery_state::sending);
  }));
  REQUIRE(rc::check("on a channel without keys, nothing that may have arrived is sent again", [] {
    auto outcome = any_errc();
    auto d = decide_delivery({}, outcome, *rc::gen::inRange<uint32_t>(1, 30), false, 1);
    if (is_doubtful(outcome))
      RC_ASSERT(d.state == delivery_state::ambiguous);
  }));
  REQUIRE(rc::check("every row ends: tries are bounded", [] {
    auto outcome = any_errc();
    auto idempotent = *rc::gen::arbitrary<bool>();
    uint32_t attempts = 1;
    while (decide_delivery({}, outcome, attempts, idempotent, attempts).state == delivery_state::pending)
      RC_ASSERT(++attempts <= delivery_config{}.max_attempts);
  }));
}

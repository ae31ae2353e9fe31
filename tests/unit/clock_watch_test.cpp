#include "actors/policy/clock_watch.hpp"

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

using namespace vigie;
using namespace std::chrono_literals;

namespace {

constexpr mono_time begin{};
constexpr wall_time noon{12h};

} // namespace

TEST_CASE("a clock that runs is no jump, however far apart the readings are") {
  clock_watch watch;
  CHECK_FALSE(watch.look(begin, noon));
  CHECK_FALSE(watch.look(begin + 1s, noon + 1s));
  CHECK_FALSE(watch.look(begin + 10h, noon + 10h + 1s));
}

TEST_CASE("a jump is seen once, with its length and direction") {
  clock_watch watch;
  watch.look(begin, noon);
  CHECK(watch.look(begin + 1s, noon + 1s + 24h) == duration{24h});
  CHECK_FALSE(watch.look(begin + 2s, noon + 2s + 24h));
  CHECK(watch.look(begin + 3s, noon + 3s) == -duration{24h});
  CHECK(watch.look(begin + 4s, noon + 6s) == duration{2s});
  CHECK(watch.look(begin + 5s, noon + 5s) == -duration{2s});
  CHECK_FALSE(watch.look(begin + 6s, noon + 7999ms));
}

TEST_CASE("what is told adds up to what the clock went wrong, but for less than the threshold a reading") {
  rc::prop("nothing is missed", [] {
    clock_watch watch{2s};
    auto mono = begin;
    auto wall = noon;
    watch.look(mono, wall);
    duration told{0}, real{0};
    auto readings = *rc::gen::inRange(1, 40);
    for (int i = 0; i < readings; ++i) {
      auto passed = duration{*rc::gen::inRange(0, 5000)};
      auto wrong = duration{*rc::gen::inRange(-10000, 10000)};
      mono += passed;
      wall += passed + wrong;
      real += wrong;
      auto jump = watch.look(mono, wall);
      RC_ASSERT(bool(jump) == (wrong >= 2s || wrong <= -2s));
      told += jump.value_or(duration{0});
    }
    auto rest = real - told;
    RC_ASSERT(rest < 2s * readings && rest > -2s * readings);
  });
}

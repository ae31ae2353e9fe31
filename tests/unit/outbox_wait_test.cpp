#include "actors/policy/outbox_wait.hpp"

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

using namespace vigie;
using namespace std::chrono_literals;

namespace {

constexpr mono_time begin{};
constexpr wall_time noon{std::chrono::hours{12}};
using look = outbox_wait::verdict;

outbox_counts counts(uint64_t pending, uint64_t sending, uint64_t sent = 0, uint64_t dead = 0) {
  outbox_counts out;
  out.pending = pending;
  out.sending = sending;
  out.sent = sent;
  out.dead = dead;
  return out;
}

} // namespace

TEST_CASE("an outbox without open rows is not waited for") {
  outbox_wait wait{60s, begin};
  CHECK(wait.look(counts(0, 0, 7, 2), {}, begin, noon) == look::empty);
}

TEST_CASE("what is under way, and what will soon be tried, is waited for") {
  outbox_wait wait{60s, begin};
  CHECK(wait.look(counts(0, 1), {}, begin + 59s, noon) == look::wait);
  CHECK(wait.look(counts(3, 0), noon, begin + 1s, noon) == look::wait);
  CHECK(wait.look(counts(3, 0), noon + 30s, begin + 1s, noon) == look::wait);
  CHECK(wait.look(counts(2000, 0), {}, begin + 1s, noon) == look::wait);
}

TEST_CASE("a far retry is not waited for, unless something else is being sent") {
  outbox_wait wait{60s, begin};
  CHECK(wait.look(counts(3, 1), noon + 15min, begin, noon) == look::wait);
  CHECK(wait.look(counts(3, 0), noon + 15min, begin, noon) == look::given_up);
}

TEST_CASE("a receiver that takes nothing is given up after the patience; each row with a last word renews it") {
  outbox_wait wait{60s, begin};
  CHECK(wait.look(counts(2, 2), noon, begin + 59s, noon) == look::wait);
  CHECK(wait.look(counts(2, 1, 1), noon, begin + 59s, noon) == look::wait);
  CHECK(wait.look(counts(2, 1, 1), noon, begin + 118s, noon) == look::wait);
  CHECK(wait.look(counts(2, 0, 1, 1), noon, begin + 118s, noon) == look::wait);
  CHECK(wait.look(counts(2, 1, 1, 1), noon, begin + 178s, noon) == look::given_up);
}

TEST_CASE("waiting ends, whatever the outbox does: at most the patience for each row") {
  rc::prop("bounded", [] {
    auto rows = *rc::gen::inRange<uint64_t>(1, 50);
    outbox_wait wait{60s, begin};
    auto now = begin;
    uint64_t done = 0;
    for (uint64_t looks = 0;; ++looks) {
      RC_ASSERT(now - begin <= 60s * (rows + 1) + 10s);
      if (done < rows && *rc::gen::inRange(0, 8) == 0)
        ++done;
      auto open = rows - done;
      auto sending = open > 0 ? *rc::gen::inRange<uint64_t>(0, open + 1) : 0;
      auto what = wait.look(counts(open - sending, sending, done), {}, now, noon);
      RC_ASSERT((what == look::empty) == (open == 0));
      if (what != look::wait)
        return;
      now += std::chrono::seconds{*rc::gen::inRange(1, 11)};
    }
  });
}

#include "actors/policy/host_pacing.hpp"

#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include <functional>

using namespace vigie;
using namespace std::chrono_literals;

namespace {

const mono_time t0{std::chrono::hours{100}};
const wall_time wall = from_unix_ms(1'800'000'000'000);
const host_pacing_config config;
constexpr double middle = 0.5; // no jitter

fetch_report says(answer_kind kind, int32_t status, optional<duration> retry_after = {}) {
  return {kind, status, retry_after};
}

fetch_report limited(optional<duration> retry_after = {}) {
  return says(answer_kind::rate_limited, 429, retry_after);
}

const fetch_report page = says(answer_kind::page, 200), broken = says(answer_kind::server_error, 500);

} // namespace

TEST_CASE("what each answer does to the pace") {
  struct row {
    fetch_report report;
    double pace;
    duration hold;
  };
  for (const auto& x : std::vector<row>{{limited(90s), 4, 90s},
                                        {limited(0s), 4, 0s},
                                        {limited(), 4, 60s},
                                        {says(answer_kind::rate_limited, 503, 7s), 4, 7s},
                                        {page, 1.9, 0s},
                                        {says(answer_kind::unchanged, 304), 1.9, 0s},
                                        {says(answer_kind::redirect, 301), 2, 0s},
                                        {says(answer_kind::unauthorized, 401), 2, 0s},
                                        {says(answer_kind::refused, 403), 2, 0s},
                                        {says(answer_kind::gone, 404), 2, 0s},
                                        {says(answer_kind::rejected, 418), 2, 0s},
                                        {says(answer_kind::unusable, 200), 2, 0s},
                                        {says(answer_kind::transient, 0), 2, 0s},
                                        {says(answer_kind::none_asked, 0), 2, 0s},
                                        {broken, 2, 0s}}) {
    INFO(x.report.status << " of kind " << static_cast<int>(x.report.kind));
    host_pacing aut;
    aut.answered(config, limited(0s), {}, t0, middle);
    auto change = aut.answered(config, x.report, {}, t0 + 1s, middle);
    CHECK(aut.pace() == Approx(x.pace));
    CHECK(change.hold == x.hold);
    CHECK(change.paced == (x.pace != 2));
    CHECK(aut.widened(1000ms) == duration{static_cast<int64_t>(x.pace * 1000)});
  }
}

TEST_CASE("429s without Retry-After: twice as long each time up to a day, forgiven half an hour after the last hold") {
  host_pacing aut;
  auto now = t0;
  for (auto wanted : {60s, 120s, 240s, 480s, 960s, 1920s, 3840s}) {
    CHECK(aut.answered(config, limited(), {}, now, middle).hold == wanted);
    CHECK(aut.held_until() == now + wanted);
    now = aut.held_until() + 29min;
  }
  for (int i = 0; i < 10; ++i) {
    aut.answered(config, limited(), {}, now, middle);
    now = aut.held_until();
  }
  CHECK(aut.answered(config, limited(), {}, now, middle).hold == 24h);
  now = aut.held_until() + 30min;
  CHECK(aut.answered(config, limited(), {}, now, middle).hold == 60s);
}

TEST_CASE("the jitter is a tenth either way; what a host named has none, and counts however long it is") {
  CHECK(host_pacing{}.answered(config, limited(), {}, t0, 0).hold == 54s);
  CHECK(host_pacing{}.answered(config, limited(), {}, t0, 0.999999).hold >= 65s);
  CHECK(host_pacing{}.answered(config, limited(100s), {}, t0, 0).hold == 100s);
  auto change = host_pacing{}.answered(config, limited(100h), {}, t0, 0);
  CHECK(change.hold == 100h);
  CHECK(change.pause);
  CHECK_FALSE(host_pacing{}.answered(config, limited(24h), {}, t0, 0).pause);
}

TEST_CASE("a host that asks for longer than a day is left alone as long, also by a next owner") {
  for (duration wish : std::initializer_list<duration>{25h, 72h, 24h * 365, 24h * 365 * 99, duration{INT64_MAX}}) {
    host_pacing aut;
    aut.answered(config, limited(wish), {}, t0, middle);
    auto end = aut.held_until();
    CHECK(end == t0 + std::min<duration>(wish, 24h * 36525));
    host_state row;
    aut.save(row, t0 + 1h, wall);
    host_pacing next, set_back;
    next.restore(config, row, t0 + 2h, wall + 1h);
    CHECK(next.held_until() == end);
    set_back.restore(config, row, t0 + 1h, wall - 24h * 365);
    CHECK(set_back.held_until() == t0 + 1h + row.held_for); // no longer than it asked
  }
  // A row of an earlier version does not know how long it was.
  host_pacing old;
  host_state row;
  row.held_until = wall + 100h;
  old.restore(config, row, t0, wall);
  CHECK(old.held_until() == t0 + 24h);
}

TEST_CASE("requests that were under way when a 429 came say nothing new, and shorten nothing") {
  host_pacing aut;
  aut.answered(config, limited(90s), t0, t0 + 5s, middle);
  auto second = aut.answered(config, limited(30s), t0 + 1s, t0 + 6s, middle);
  CHECK(aut.pace() == 2);
  CHECK(second.held == pacing_change::cause::none);
  CHECK(aut.held_until() == t0 + 95s);
  aut.answered(config, limited(300s), t0 + 2s, t0 + 7s, middle);
  CHECK(aut.pace() == 2);
  CHECK(aut.held_until() == t0 + 307s);
  aut.answered(config, limited(1s), t0 + 8s, t0 + 9s, middle);
  CHECK(aut.pace() == 4);
}

TEST_CASE("failures: the third in a row within the window, then each until a success") {
  host_pacing aut;
  CHECK(aut.answered(config, broken, {}, t0, middle).hold == 0s);
  CHECK(aut.answered(config, broken, {}, t0 + 1s, middle).hold == 0s);
  CHECK(aut.answered(config, broken, {}, t0 + 2s, middle).hold == 30s);
  CHECK(aut.answered(config, says(answer_kind::transient, 502), {}, t0 + 40s, middle).hold == 60s);
  CHECK(aut.answered(config, broken, {}, t0 + 2h, middle).hold == 120s);
  aut.answered(config, page, {}, t0 + 3h, middle);
  CHECK(aut.answered(config, broken, {}, t0 + 3h, middle).hold == 0s);
  CHECK(aut.answered(config, broken, {}, t0 + 3h, middle).hold == 0s);
  CHECK(aut.answered(config, broken, {}, t0 + 3h + 301s, middle).hold == 0s); // the others are too long ago
  for (int i = 0; i < 20; ++i)
    aut.answered(config, broken, {}, t0 + 4h, middle);
  CHECK(aut.held_until() == t0 + 5h); // an hour at most
}

TEST_CASE("a worker's own broken network stops nobody else") {
  host_pacing aut;
  for (int i = 0; i < 10; ++i)
    aut.answered(config, says(answer_kind::transient, 0), {}, t0, middle);
  CHECK(aut.is_plain(config, t0));
}

TEST_CASE("what is stored and restored is never laxer; a clock that jumps holds nobody for longer than the most") {
  REQUIRE(rc::check("save and restore", [] {
    host_pacing before;
    auto now = t0;
    auto steps = *rc::gen::inRange(1, 30);
    for (int i = 0; i < steps; ++i) {
      now += duration{*rc::gen::inRange(0, 4000000)};
      auto draw = *rc::gen::inRange(0, 100) / 100.0;
      auto known = *rc::gen::arbitrary<bool>();
      auto asked = known ? optional<duration>{duration{*rc::gen::inRange(0, 200000000)}} : optional<duration>{};
      before.answered(config, *rc::gen::element(limited(asked), page, broken), {}, now, draw);
    }
    host_state row;
    before.save(row, now, wall);
    auto down = duration{*rc::gen::inRange(0, 100000000)};
    auto jump = duration{*rc::gen::inRange(-500000000, 1)};
    host_pacing after;
    auto then = now + down;
    after.restore(config, row, then, wall + down + jump);
    RC_ASSERT(after.pace() == before.pace());
    RC_ASSERT(after.strikes() == before.strikes());
    if (before.held_until() > then) {
      RC_ASSERT((after.held_until() >= before.held_until() || after.held_until() == then + row.held_for));
    }
    // A clock that was set back makes no wait longer than it was at its beginning.
    RC_ASSERT(after.held_until() <= std::max(before.held_until(), then + std::max(row.held_for, duration{0})));
  }));
}

TEST_CASE("a restart forgets no failure: whatever comes, who was restored backs off no later and no shorter") {
  REQUIRE(rc::check("failures are restored into one that has its own", [] {
    auto now = t0;
    auto live = [&](host_pacing& x) {
      for (int i = *rc::gen::inRange(0, 8); i > 0; --i) {
        now += duration{*rc::gen::inRange(0, 400000)};
        x.answered(config, *rc::gen::weightedElement<fetch_report>({{6, broken}, {1, page}}), {}, now, middle);
      }
    };
    host_pacing before, after;
    live(before);
    host_state row;
    before.save(row, now, wall);
    auto stored_at = now;
    auto wall_at = wall;
    live(after);
    auto own = after;
    after.restore(config, row, now, wall_at + std::chrono::duration_cast<duration>(now - stored_at));
    auto joined = own;
    joined.join(before);
    RC_ASSERT(after == joined);
    for (int i = *rc::gen::inRange(1, 6); i > 0; --i) {
      now += duration{*rc::gen::inRange(0, 400000)};
      for (auto* x : {&before, &own, &after})
        x->answered(config, broken, {}, now, middle);
      RC_ASSERT(after.held_until() >= before.held_until());
      RC_ASSERT(after.held_until() >= own.held_until());
    }
  }));
}

TEST_CASE("two failures before a restart and one after it are three; a back-off goes on where it was") {
  host_pacing before;
  before.answered(config, broken, {}, t0, middle);
  before.answered(config, broken, {}, t0 + 1s, middle);
  auto reborn = [](const host_pacing& x, mono_time now) {
    host_state row;
    x.save(row, now, wall);
    host_pacing out;
    out.restore(config, row, now + 5s, wall + 5s);
    return out;
  };
  auto second = reborn(before, t0 + 2s);
  CHECK_FALSE(second.is_plain(config, t0 + 10s));
  CHECK(second.is_plain(config, t0 + 302s));
  CHECK(second.answered(config, broken, {}, t0 + 10s, middle).hold == 30s);
  auto third = reborn(second, t0 + 41s);
  CHECK(third.answered(config, broken, {}, t0 + 50s, middle).hold == 60s);
  auto fourth = reborn(third, t0 + 2h);
  CHECK(fourth.answered(config, broken, {}, t0 + 3h, middle).hold == 120s);
  auto fifth = reborn(fourth, t0 + 4h);
  fifth.answered(config, page, {}, t0 + 5h, middle);
  auto healed = reborn(fifth, t0 + 5h);
  CHECK(healed.is_plain(config, t0 + 5h));
  CHECK(healed.answered(config, broken, {}, t0 + 6h, middle).hold == 0s);
  // A clock that was set back makes no failure one of a time to come.
  host_state row;
  before.save(row, t0 + 2s, wall);
  host_pacing back;
  back.restore(config, row, t0 + 2s, wall - 24h);
  CHECK(back.is_plain(config, t0 + 303s));
}

TEST_CASE("hosts behind one gate that know of the same failures do not count them twice") {
  host_pacing a;
  a.answered(config, broken, {}, t0, middle);
  auto b = a;
  a.join(b);
  CHECK(a.answered(config, broken, {}, t0 + 1s, middle).hold == 0s);
  CHECK(a.answered(config, broken, {}, t0 + 2s, middle).hold == 30s);
}

TEST_CASE("a hold of 5 s is one of 5 s after the clock was set back by a day") {
  host_pacing before;
  before.answered(config, limited(5s), {}, t0, middle);
  host_state row;
  before.save(row, t0 + 1s, wall + 1s);
  host_pacing after;
  after.restore(config, row, t0 + 2s, wall + 2s - 24h);
  CHECK(after.held_until() == t0 + 2s + 5s);
  host_pacing free;
  free.answered(config, limited(0s), {}, t0, middle);
  free.save(row, t0, wall);
  host_pacing later;
  later.restore(config, row, t0, wall - 24h);
  CHECK(later.held_until() <= t0);
}

TEST_CASE("two hosts behind one gate: the stricter of each") {
  host_pacing a, b;
  a.answered(config, limited(90s), {}, t0, middle);
  b.answered(config, limited(), {}, t0, middle);
  b.answered(config, limited(), {}, t0 + 60s, middle);
  a.join(b);
  CHECK(a.pace() == 4);
  CHECK(a.strikes() == 2);
  CHECK(a.held_until() == t0 + 180s);
}

TEST_CASE("bad configurations of pace are named") {
  CHECK(validate(host_pacing_config{}).code == errc::none);
  for (auto spoil : std::vector<std::function<void(host_pacing_config&)>>{
           [](auto& x) { x.slower = 0.5; }, [](auto& x) { x.faster = 1.5; }, [](auto& x) { x.faster = 0; },
           [](auto& x) { x.max_pace = 0; }, [](auto& x) { x.jitter = 1; }, [](auto& x) { x.first_hold = 0s; },
           [](auto& x) { x.failures = 0; }, [](auto& x) { x.max_hold = 0s; }}) {
    host_pacing_config bad;
    spoil(bad);
    CHECK(validate(bad).code == errc::bad_config);
  }
}

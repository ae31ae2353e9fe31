// One channel's pace, alone and against receivers on virtual time.
#include "actors/policy/channel_pacing.hpp"

#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include <functional>
#include <map>
#include <random>
#include <tuple>

using namespace vigie;
using namespace std::chrono_literals;

namespace {

const mono_time t0{std::chrono::hours{1000}};
const wall_time w0 = from_unix_ms(1'800'000'000'000);
constexpr uint32_t many = 16;

struct aut {
  delivery_config delivery;
  channel_pacing_config config;
  channel_pacing pacing;
  std::mt19937_64 dice{1};

  /// One send from its begin to its end.
  channel_news send(errc outcome, mono_time now, optional<duration> asked = {}) {
    return end(pacing.begun(now), outcome, now, asked);
  }
  channel_news end(uint64_t number, errc outcome, mono_time now, optional<duration> asked = {}) {
    return pacing.ended(delivery, config, number, outcome, asked, now, dice());
  }
  uint32_t places(mono_time now) const { return pacing.places(now, many); }
};

} // namespace

TEST_CASE("a channel that works sends as much as there are places") {
  aut x;
  CHECK(x.places(t0) == many);
  CHECK_FALSE(x.send(errc::none, t0).keep);
  CHECK(x.places(t0) == many);
  CHECK_FALSE(x.pacing.next_start(t0));
}

TEST_CASE("a receiver's word holds the whole channel, to the millisecond, and then one send is tried") {
  aut x;
  auto news = x.send(errc::rate_limited, t0, 300s);
  CHECK(news.held);
  CHECK(news.by_its_word);
  CHECK(news.hold == 300s);
  CHECK(x.pacing.next_start(t0).value() == t0 + 300s);
  CHECK(x.places(t0 + 300s - 1ms) == 0);
  CHECK(x.places(t0 + 300s) == 1);
  auto probe = x.pacing.begun(t0 + 300s);
  CHECK(x.places(t0 + 310s) == 0); // until that has ended
  CHECK(x.end(probe, errc::none, t0 + 311s).opened);
  CHECK(x.places(t0 + 311s) == 1); // with a gap between
  x.pacing.begun(t0 + 311s);
  CHECK(x.places(t0 + 311s + 900ms) == 0);
  CHECK(x.places(t0 + 312s) == 1);
}

TEST_CASE("a word counts with any answer, above 24 h, too, up to a week") {
  aut x;
  CHECK(x.send(errc::http_status, t0, 36h).hold == 36h); // 503 with Retry-After
  aut y;
  CHECK(y.send(errc::rate_limited, t0, 24h * 400).hold == 24h * 7);
}

TEST_CASE("sends that were under way when a hold began prolong it at most, and make nothing worse") {
  aut x;
  std::vector<uint64_t> out;
  for (int i = 0; i < 16; ++i)
    out.push_back(x.pacing.begun(t0));
  CHECK(x.end(out[0], errc::network, t0).held);
  CHECK(x.pacing.failures() == 1);
  for (size_t i = 1; i < 14; ++i)
    CHECK_FALSE(x.end(out[i], errc::network, t0).held);
  CHECK(x.pacing.failures() == 1);
  CHECK(x.end(out[14], errc::rate_limited, t0, 60s).held);
  CHECK(x.pacing.gap() == 0s);
  CHECK_FALSE(x.end(out[15], errc::none, t0).opened); // it arrived, but that was before
  CHECK(x.places(t0 + 59s) == 0);
  CHECK(x.places(t0 + 60s) == 1);
}

TEST_CASE("a receiver that is away is tried more and more rarely, each time with one send, up to 15 min") {
  aut x;
  auto now = t0;
  size_t tries = 0;
  duration longest{0};
  while (now < t0 + 24h) {
    REQUIRE(x.places(now) <= (tries == 0 ? many : 1));
    auto news = x.send(errc::network, now);
    ++tries;
    REQUIRE(news.held);
    REQUIRE_FALSE(news.by_its_word);
    longest = std::max(longest, news.hold);
    now += news.hold;
  }
  CHECK(tries < 400);
  CHECK(longest > 13min);
  CHECK(longest <= 15min);
  CHECK(x.pacing.failing_for(23h, now));
  CHECK(x.send(errc::none, now).opened);
  CHECK_FALSE(x.pacing.failing_for(1ms, now));
  CHECK(x.places(now) == many);
  CHECK(x.send(errc::network, now).hold <= 2s); // from the beginning
}

TEST_CASE("what only a person can repair is tried every 5 to 15 min, from the first time") {
  for (auto outcome : {errc::refused, errc::not_found, errc::blocked_address}) {
    aut x;
    for (auto now = t0; now < t0 + 3h;) {
      auto news = x.send(outcome, now);
      REQUIRE(news.hold >= 5min);
      REQUIRE(news.hold <= 15min);
      now += news.hold;
    }
  }
}

TEST_CASE("a message that is refused says nothing of the channel, three in a row do") {
  aut x;
  CHECK_FALSE(x.send(errc::bad_request, t0).held);
  CHECK_FALSE(x.send(errc::bad_request, t0).held);
  CHECK(x.places(t0) == many);
  x.send(errc::none, t0);
  x.send(errc::bad_request, t0);
  x.send(errc::bad_request, t0);
  CHECK(x.send(errc::bad_request, t0).hold >= 5min);
  CHECK(x.places(t0 + 15min) == 1);
  CHECK(x.send(errc::bad_request, t0 + 15min).held);
  CHECK(x.send(errc::none, t0 + 30min).opened);
}

TEST_CASE("a 429 that does not say how long: half a minute at least, more each time") {
  aut x;
  auto now = t0;
  for (auto least : {30s, 60s, 120s, 240s, 450s, 450s}) {
    auto news = x.send(errc::rate_limited, now);
    CHECK(news.hold >= least);
    CHECK(news.hold <= std::min<duration>(2 * least, 15min));
    now += news.hold;
  }
  CHECK(x.pacing.gap() == 32s);
}

TEST_CASE("a word of nothing, or of the past, makes no hot loop") {
  aut x;
  auto now = t0;
  size_t tries = 0;
  for (; now < t0 + 1h; ++tries)
    now += x.send(errc::rate_limited, now, 0s).hold;
  CHECK(tries < 100);
}

TEST_CASE("what is stored holds over a restart, and never for longer than it was to") {
  aut x;
  x.send(errc::rate_limited, t0, 300s);
  channel_state row;
  x.pacing.save(row, t0 + 100s, w0 + 100s);
  auto left = [&](wall_time wall) {
    channel_pacing after;
    after.restore(x.config, row, t0, wall);
    CHECK(after.gap() == 1s);
    CHECK(after.places(t0 + 1h, many) == 1); // a probe
    auto next = after.next_start(t0);
    return next ? std::chrono::duration_cast<duration>(*next - t0) : duration{0};
  };
  CHECK(left(w0 + 100s) == 200s);
  CHECK(left(w0 + 250s) == 50s);
  CHECK(left(w0 + 400s) == 1s);  // only the gap
  CHECK(left(w0 - 24h) == 200s); // the clock was set back
  CHECK(left(w0 - 24h * 400) == 200s);
}

TEST_CASE("since when a channel fails outlives its owner, and is stored as soon as it begins or ends") {
  aut x;
  CHECK(x.send(errc::network, t0).keep);
  for (auto now = t0; now < t0 + 20h; now += 15min)
    x.send(errc::network, now);
  channel_state row;
  x.pacing.save(row, t0 + 20h, w0 + 20h);
  CHECK(row.failing_since == optional<wall_time>{w0});
  auto restored = [&](wall_time wall) {
    channel_pacing out;
    out.restore(x.config, row, t0 + 30h, wall);
    return out;
  };
  CHECK_FALSE(restored(w0 + 24h - 1ms).failing_for(24h, t0 + 30h));
  CHECK(restored(w0 + 24h).failing_for(24h, t0 + 30h));
  CHECK_FALSE(restored(w0 - 24h).failing_for(1ms, t0 + 30h)); // the clock was set back
  CHECK(x.send(errc::none, t0 + 21h).keep);
  x.pacing.save(row, t0 + 21h, w0 + 21h);
  CHECK_FALSE(row.failing_since);
  // A message that is not taken, where others are, is stored, too, and ends with the next delivery.
  CHECK(x.send(errc::bad_request, t0 + 22h).keep);
  CHECK(x.send(errc::none, t0 + 22h).keep);
  CHECK_FALSE(x.send(errc::none, t0 + 22h).keep);
}

TEST_CASE("a configuration of a channel's pace that cannot work is refused") {
  CHECK(validate(channel_pacing_config{}).code == errc::none);
  for (auto spoil : std::vector<std::function<void(channel_pacing_config&)>>{
           [](auto& c) { c.limited_hold = 0ms; }, [](auto& c) { c.longest_hold = 0ms; },
           [](auto& c) { c.first_gap = 0ms; }, [](auto& c) { c.widest_gap = 1ms; }, [](auto& c) { c.slower = 0.9; },
           [](auto& c) { c.faster = 0; }, [](auto& c) { c.faster = 1.1; }, [](auto& c) { c.no_gap = 0ms; },
           [](auto& c) { c.refusals = 0; }}) {
    channel_pacing_config bad;
    spoil(bad);
    CHECK(validate(bad).code == errc::bad_config);
  }
}

namespace {

/// A receiver that takes `limit` messages in each window and says for how long it takes no more.
struct limiting_receiver {
  duration window{60000};
  size_t limit = 30;
  bool says = true;
  mono_time begun = t0;
  size_t taken = 0;
  mono_time closed_until{}; ///< its word, as far as it was heard
  size_t early = 0;         ///< begun before that
  size_t refused = 0;

  std::pair<errc, optional<duration>> hear(mono_time now) {
    early += now < closed_until ? 1 : 0;
    while (now >= begun + window) {
      begun += window;
      taken = 0;
    }
    if (taken < limit) {
      ++taken;
      return {errc::none, {}};
    }
    ++refused;
    if (!says)
      return {errc::rate_limited, {}};
    // As receivers say it: whole seconds.
    return {errc::rate_limited, duration{std::chrono::ceil<std::chrono::seconds>(begun + window - now)}};
  }
};

/// Sends `rows` messages, each send taking `took`; how long it all takes.
duration deliver(aut& x, limiting_receiver& receiver, size_t rows, duration took) {
  std::multimap<mono_time, std::tuple<uint64_t, errc, optional<duration>>> under_way;
  auto now = t0;
  while (rows > 0 || !under_way.empty()) {
    while (!under_way.empty() && under_way.begin()->first <= now) {
      auto [number, code, asked] = under_way.begin()->second;
      under_way.erase(under_way.begin());
      rows += code == errc::none ? 0 : 1;
      if (asked)
        receiver.closed_until = std::max<mono_time>(receiver.closed_until, now + *asked);
      x.end(number, code, now, asked);
    }
    for (auto n = x.pacing.places(now, many); n > 0 && rows > 0 && under_way.size() < many; --n, --rows) {
      auto number = x.pacing.begun(now);
      auto [code, asked] = receiver.hear(now);
      under_way.emplace(now + took, std::tuple{number, code, asked});
    }
    auto next = under_way.empty() ? mono_time::max() : under_way.begin()->first;
    if (auto start = x.pacing.next_start(now); start && rows > 0)
      next = std::min(next, *start);
    if (next == mono_time::max())
      break;
    now = std::max(next, now + 1ms);
  }
  CHECK(rows == 0);
  return std::chrono::duration_cast<duration>(now - t0);
}

} // namespace

TEST_CASE("200 messages to a receiver of 30 a minute: all arrive, none comes before its word, few are refused") {
  aut x;
  limiting_receiver receiver;
  auto took = deliver(x, receiver, 200, 1ms);
  CHECK(receiver.early == 0);
  CHECK(receiver.refused <= 40);
  CHECK(took <= 9min); // 200 / 30 a minute are 7 min at best
}

TEST_CASE("properties of a channel's pace") {
  REQUIRE(rc::check("whatever a receiver's limit is, everything arrives and its word is obeyed", [] {
    aut x;
    x.dice.seed(*rc::gen::arbitrary<uint64_t>());
    limiting_receiver receiver;
    receiver.limit = *rc::gen::inRange<size_t>(1, 100);
    receiver.window = duration{*rc::gen::inRange<int64_t>(500, 120000)};
    receiver.says = *rc::gen::arbitrary<bool>();
    auto rows = *rc::gen::inRange<size_t>(1, 150);
    deliver(x, receiver, rows, duration{*rc::gen::inRange<int64_t>(0, 3000)});
    RC_ASSERT(receiver.early == 0u);
  }));
  REQUIRE(rc::check("nothing begins in a hold; without a delivery there is one at a time", [] {
    aut x;
    auto now = t0;
    std::vector<uint64_t> out;
    mono_time held_until{};
    bool failing = false;
    for (auto steps = *rc::gen::inRange(1, 60); steps > 0; --steps) {
      now += duration{*rc::gen::inRange<int64_t>(0, 100000)};
      if (!out.empty() && *rc::gen::arbitrary<bool>()) {
        auto code = *rc::gen::element(errc::none, errc::network, errc::rate_limited, errc::refused);
        auto asked = *rc::gen::arbitrary<bool>() ? optional<duration>{duration{*rc::gen::inRange(0, 100000)}}
                                                 : optional<duration>{};
        auto news = x.end(out.back(), code, now, asked);
        out.pop_back();
        if (asked && code != errc::none)
          held_until = std::max<mono_time>(held_until, now + *asked);
        failing = x.pacing.failures() > 0;
        RC_ASSERT(!failing || !news.opened);
        continue;
      }
      auto places = x.places(now);
      if (now < held_until)
        RC_ASSERT(places == 0u);
      if (failing && !out.empty())
        RC_ASSERT(places == 0u);
      if (places > 0)
        out.push_back(x.pacing.begun(now));
      RC_ASSERT(places > 0 || x.pacing.next_start(now) || !out.empty());
    }
  }));
}

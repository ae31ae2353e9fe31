// Refusals that main hears of late, and in another order than sites said them.
#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include <algorithm>

#include "actors/policy/ban_ledger.hpp"

using namespace vigie;
using namespace std::chrono_literals;

namespace {

const wall_time t0 = from_unix_ms(1'800'000'000'000);
const host_key site{"site.test"};
const std::vector<worker_id> workers{worker_id{"fr"}, worker_id{"us"}, worker_id{"nl"}};

ban_ledger ledger() {
  ban_config config;
  config.jitter = 0;
  return ban_ledger{config, {{workers[0], "fr"}, {workers[1], "us"}, {workers[2], "nl"}}, 1};
}

optional<verdict> circuit_of(const ban_ledger& x) {
  for (const auto& v : x.all())
    if (v.scope == verdict_scope::host)
      return v;
  return {};
}

/// `said` after t0, heard `late` after that.
struct told {
  worker_id worker;
  duration said{0};
  duration late{0};
};

ban_ledger told_in_order_of_hearing(std::vector<told> all) {
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return a.said + a.late < b.said + b.late; });
  auto out = ledger();
  for (const auto& x : all)
    out.refused({x.worker, site, "HTTP 403", x.late}, t0 + x.said + x.late);
  return out;
}

} // namespace

TEST_CASE("a refusal that is told late bans from when the site said it") {
  auto aut = ledger();
  auto ban = aut.refused({workers[0], site, "HTTP 403", 10min}, t0).ruling.ban;
  CHECK(ban.since == t0 - 10min);
  CHECK(ban.until == t0 + 20min);
  // Told when its ban would be over: it is half-open, and a person sees it.
  auto old = aut.refused({workers[1], site, "HTTP 403", 45min}, t0);
  REQUIRE(old.changes.put.size() == 1);
  CHECK(aut.standing(workers[1], site, t0) == ban_standing::half_open);
  CHECK_FALSE(old.ruling.circuit_open); // its ban was over before the other's began
}

TEST_CASE("a straggler of a ban that is told after its end is no second strike") {
  auto aut = ledger();
  auto first = aut.refused({workers[0], site, "HTTP 403", 0s}, t0).ruling.ban;
  auto straggler = aut.refused({workers[0], site, "HTTP 403", 31min}, t0 + 32min);
  CHECK(straggler.ruling.ban == first);
  CHECK_FALSE(straggler.changes.any());
}

TEST_CASE("the second region is one that was refused while the first one was banned, whenever main hears of it") {
  auto aut = ledger();
  aut.refused({workers[0], site, "HTTP 403", 0s}, t0);
  auto second = aut.refused({workers[1], site, "HTTP 403", 2min}, t0 + 31min);
  CHECK(second.ruling.circuit_open);
  CHECK(aut.standing(workers[2], site, t0 + 31min) == ban_standing::banned);
  // Said without an age first, as a settlement does, and with it then.
  auto twice = ledger();
  twice.refused({workers[0], site, "HTTP 403", 0s}, t0);
  CHECK_FALSE(twice.refused({workers[1], site, "HTTP 403", 0s}, t0 + 31min).ruling.circuit_open);
  CHECK(twice.refused({workers[1], site, "HTTP 403", 2min}, t0 + 31min).ruling.circuit_open);
}

TEST_CASE("ages that cannot be are bounded") {
  auto now = mono_time{} + 1000h;
  CHECK(said_at(duration{-5}, now) == now);
  CHECK(said_at(duration::max(), now) == now - 24h);
  CHECK(said_at(duration::min(), now) == now);
  auto aut = ledger();
  CHECK(aut.refused({workers[0], site, "", duration::min()}, t0).ruling.ban.since == t0);
  CHECK(aut.refused({workers[1], site, "", duration::max()}, t0).ruling.ban.since == t0 - 24h);
}

TEST_CASE("what a circuit stands on does not depend on when and in which order main hears of refusals") {
  REQUIRE(rc::check("late refusals", [] {
    std::vector<told> all;
    for (const auto& w : workers)
      if (*rc::gen::inRange(0, 4) != 0)
        all.push_back({w, duration{*rc::gen::inRange<int64_t>(0, 50 * 60'000)}, duration{0}});
    auto at_once = circuit_of(told_in_order_of_hearing(all));
    auto late = all;
    for (auto& x : late)
      x.late = duration{*rc::gen::inRange<int64_t>(0, 60 * 60'000)};
    auto told_late = circuit_of(told_in_order_of_hearing(late));
    RC_ASSERT(at_once.has_value() == told_late.has_value());
    if (all.size() != 2 || !at_once)
      return;
    RC_ASSERT(at_once->since == told_late->since);
    RC_ASSERT(at_once->until == told_late->until);
  }));
}

#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include <set>

#include "actors/policy/ban_ledger.hpp"

using namespace vigie;
using namespace std::chrono_literals;

namespace {

const wall_time t0 = from_unix_ms(1'800'000'000'000);
const worker_id fr{"worker-fr"}, fr2{"worker-fr2"}, us{"worker-us"}, nl{"worker-nl"};
const host_key site{"site.test"}, other{"other.test"};
const std::map<worker_id, std::string> regions{{fr, "fr"}, {fr2, "fr"}, {us, "us"}, {nl, "nl"}};

ban_config exact() {
  ban_config config;
  config.jitter = 0;
  return config;
}

ban_ledger ledger(ban_config config = exact()) {
  return ban_ledger{config, regions, 1};
}

site_refused refusal(const worker_id& w, const host_key& h = site, duration age = duration{0}) {
  return {w, h, "HTTP 403", age};
}

} // namespace

TEST_CASE("a refusal bans the worker at that host only, for the configured time, then half-open") {
  auto aut = ledger();
  auto out = aut.refused(refusal(fr), t0);
  CHECK(out.ruling.try_elsewhere);
  CHECK_FALSE(out.ruling.circuit_open);
  CHECK(out.ruling.ban.until == t0 + 30min);
  REQUIRE(out.changes.put.size() == 1);
  CHECK(aut.standing(fr, site, t0) == ban_standing::banned);
  CHECK(aut.standing(fr, other, t0) == ban_standing::clear);
  CHECK(aut.standing(us, site, t0) == ban_standing::clear);
  CHECK(aut.standing(fr2, site, t0) == ban_standing::banned); // of the same region
  CHECK(aut.standing(fr2, other, t0) == ban_standing::clear);
  CHECK(aut.standing(fr2, site, t0 + 30min) == ban_standing::clear);
  CHECK(aut.standing(fr, site, t0 + 30min - 1ms) == ban_standing::banned);
  CHECK(aut.standing(fr, site, t0 + 30min) == ban_standing::half_open);
  CHECK(aut.next_end(t0) == optional<wall_time>{t0 + 30min});
  CHECK(aut.ended(t0, t0 + 30min - 1ms).empty());
  CHECK(aut.ended(t0, t0 + 30min).size() == 1);
  CHECK(aut.ended(t0 + 30min, t0 + 40min).empty());
}

TEST_CASE("half-open gives exactly one probe at a time; two answered in a row clear, and only then") {
  auto aut = ledger();
  aut.refused(refusal(fr), t0);
  CHECK_FALSE(aut.take_probe(fr, site, t0 + 29min));
  CHECK_FALSE(aut.answered({fr, site}, t0 + 29min).any()); // a straggler from before the ban
  CHECK(aut.standing(fr, site, t0 + 29min) == ban_standing::banned);
  auto later = t0 + 31min;
  CHECK(aut.take_probe(fr, site, later));
  CHECK_FALSE(aut.take_probe(fr, site, later));
  auto first = aut.answered({fr, site}, later);
  CHECK(first.dropped.empty());
  REQUIRE(first.answered.size() == 1);
  CHECK(first.answered[0].answers == 1);
  CHECK(aut.standing(fr, site, later) == ban_standing::half_open);
  CHECK(aut.take_probe(fr, site, later));
  CHECK_FALSE(aut.take_probe(fr, site, later));
  CHECK(aut.answered({fr, site}, later).dropped.size() == 1);
  CHECK(aut.standing(fr, site, later) == ban_standing::clear);
  CHECK_FALSE(aut.answered({fr, site}, later).any());
}

TEST_CASE("an answer and then a refusal: the ban is renewed, and the count begins anew") {
  auto aut = ledger();
  aut.refused(refusal(fr), t0);
  aut.answered({fr, site}, t0 + 31min);
  auto ban = aut.refused(refusal(fr), t0 + 32min).ruling.ban;
  CHECK(ban.strikes == 2);
  CHECK(ban.answers == 0);
  CHECK(aut.answered({fr, site}, ban.until).dropped.empty());
  CHECK(aut.answered({fr, site}, ban.until).dropped.size() == 1);
}

TEST_CASE("who keeps a copy may take the next probe when it hears of an answer, not before") {
  auto owner = ledger();
  auto copy = ledger();
  owner.refused(refusal(fr), t0);
  auto later = t0 + 31min;
  copy.restore(owner.all());
  CHECK(copy.take_probe(fr, site, later));
  copy.restore(owner.all());
  CHECK_FALSE(copy.take_probe(fr, site, later));
  owner.answered({fr, site}, later);
  copy.restore(owner.all());
  CHECK(copy.take_probe(fr, site, later));
}

TEST_CASE("a probe that was lost may be repeated: after its lease, or when its worker's link broke") {
  auto aut = ledger();
  aut.refused(refusal(fr), t0);
  auto later = t0 + 31min;
  CHECK(aut.take_probe(fr, site, later));
  CHECK_FALSE(aut.take_probe(fr, site, later + 4min - 1ms));
  CHECK(aut.take_probe(fr, site, later + 4min));
  aut.return_probes(us);
  CHECK_FALSE(aut.take_probe(fr, site, later + 5min));
  aut.return_probes(fr);
  CHECK(aut.take_probe(fr, site, later + 5min));
}

TEST_CASE("renewed bans double up to the cap; stragglers do not count") {
  auto aut = ledger();
  auto now = t0;
  auto expected = duration{30min};
  for (uint32_t strike = 1; strike <= 9; ++strike) {
    auto ban = aut.refused(refusal(fr), now).ruling.ban;
    CHECK(ban.strikes == strike);
    CHECK(ban.until - now == expected);
    auto straggler = aut.refused(refusal(fr), now + 1min);
    CHECK(straggler.ruling.ban == ban);
    CHECK_FALSE(straggler.changes.any());
    now = ban.until;
    expected = std::min<duration>(expected * 2, 24h);
  }
}

TEST_CASE("one success does not wipe the strikes; time does") {
  auto aut = ledger();
  aut.refused(refusal(fr), t0);
  aut.answered({fr, site}, t0 + 31min);
  aut.answered({fr, site}, t0 + 31min);
  CHECK(aut.refused(refusal(fr), t0 + 32min).ruling.ban.strikes == 2); // 403 and 200 in turn still add up (T34)
  aut.answered({fr, site}, t0 + 3h);
  aut.answered({fr, site}, t0 + 3h);
  CHECK(aut.refused(refusal(fr), t0 + 3h + 24h).ruling.ban.strikes == 1);
}

TEST_CASE("a ban that ended and was not probed for as long as strikes are remembered is forgiven") {
  for (auto late : {false, true}) {
    auto aut = ledger();
    aut.refused(refusal(fr), t0);
    auto forgiven = t0 + 30min + exact().forgive_after;
    auto again = aut.refused(refusal(fr), late ? forgiven : forgiven - 1ms).ruling.ban;
    CHECK(again.strikes == (late ? 1 : 2));
    CHECK(again.until - again.since == (late ? 30min : 60min));
  }
}

TEST_CASE("the second region opens the circuit; two workers of one region do not") {
  auto aut = ledger();
  CHECK(aut.refused(refusal(fr), t0).ruling.try_elsewhere);
  auto same_region = aut.refused(refusal(fr2), t0 + 1min);
  CHECK_FALSE(same_region.ruling.circuit_open);
  CHECK(same_region.ruling.try_elsewhere);
  auto second = aut.refused(refusal(us), t0 + 2min);
  CHECK(second.ruling.circuit_open);
  CHECK_FALSE(second.ruling.try_elsewhere);
  CHECK(second.changes.put.size() == 2);
  for (const auto& w : {fr, fr2, us, nl})
    CHECK(aut.standing(w, site, t0 + 3min) == ban_standing::banned);
  CHECK(aut.standing(nl, other, t0 + 3min) == ban_standing::clear);
}

TEST_CASE("a second region after the first one's ban has ended is a first one again") {
  auto aut = ledger();
  aut.refused(refusal(fr), t0);
  CHECK_FALSE(aut.refused(refusal(us), t0 + 30min).ruling.circuit_open);
}

TEST_CASE("a half-open circuit is probed once, from a region refused before, and doubles when refused again") {
  auto aut = ledger();
  aut.refused(refusal(fr), t0);
  aut.refused(refusal(us), t0);
  auto later = t0 + 30min;
  CHECK(aut.standing(nl, site, later) == ban_standing::banned); // no third region
  CHECK(aut.standing(fr, site, later) == ban_standing::half_open);
  CHECK(aut.take_probe(fr, site, later));
  CHECK_FALSE(aut.take_probe(us, site, later));
  CHECK_FALSE(aut.take_probe(fr2, site, later));
  auto again = aut.refused(refusal(fr), later);
  CHECK(again.ruling.circuit_open);
  CHECK_FALSE(again.ruling.try_elsewhere);
  CHECK(aut.standing(us, site, later + 59min) == ban_standing::banned);
  CHECK(aut.standing(us, site, later + 60min) == ban_standing::half_open);
  CHECK(aut.take_probe(us, site, later + 60min));
  aut.answered({us, site}, later + 60min);
  CHECK(aut.standing(nl, site, later + 60min) == ban_standing::banned);
  CHECK(aut.take_probe(us, site, later + 60min));
  aut.answered({us, site}, later + 60min);
  CHECK(aut.standing(nl, site, later + 60min) == ban_standing::clear);
  CHECK(aut.standing(us, site, later + 60min) == ban_standing::clear);
  CHECK(aut.standing(fr, site, later + 60min) == ban_standing::half_open); // its own ban is its own
}

TEST_CASE("a third region that was refused before, and is half-open, does not probe a circuit that two others opened") {
  auto aut = ledger();
  aut.refused(refusal(nl), t0);
  auto begin = t0 + 31min;
  aut.answered({nl, site}, begin); // one good answer of two
  CHECK(aut.standing(nl, site, begin) == ban_standing::half_open);
  aut.refused(refusal(fr), begin);
  CHECK(aut.refused(refusal(us), begin + 1min).ruling.circuit_open);
  auto opens = begin + 31min;
  auto others_may = [&](ban_ledger& x, wall_time now) {
    return x.standing(fr, site, now) == ban_standing::half_open && x.standing(us, site, now) == ban_standing::half_open;
  };
  CHECK(others_may(aut, opens));
  CHECK(aut.standing(nl, site, opens) == ban_standing::banned);
  // A refused probe renews what the circuit stands on, and nothing else: both may probe again, in the copies, too.
  auto again = aut.refused(refusal(us), opens);
  auto renewed = opens + 60min;
  CHECK(again.changes.put.size() == 2);
  REQUIRE(again.changes.prolonged.size() == 1);
  CHECK(again.changes.prolonged[0].worker == fr);
  CHECK(again.changes.prolonged[0].strikes == 1); // it was not refused itself
  CHECK(aut.standing(fr, site, renewed - 1ms) == ban_standing::banned);
  auto copy = ledger();
  copy.restore(aut.all());
  for (auto* x : {&aut, &copy}) {
    CHECK(others_may(*x, renewed));
    CHECK(x->standing(nl, site, renewed) == ban_standing::banned);
    x->answered({fr, site}, renewed);
    x->answered({fr, site}, renewed);
    // The circuit is closed: each goes by its own ban.
    CHECK(x->standing(nl, site, renewed) == ban_standing::half_open);
    CHECK(x->standing(us, site, renewed) == ban_standing::half_open);
    CHECK(x->standing(fr, site, renewed) == ban_standing::clear);
  }
}

TEST_CASE("a third region whose request was under way when the circuit opened, and was refused, does not probe it") {
  auto aut = ledger();
  aut.refused(refusal(us), t0);
  CHECK(aut.refused(refusal(nl), t0 + 2s).ruling.circuit_open);
  CHECK(aut.refused(refusal(fr), t0 + 3s).ruling.circuit_open);
  auto opens = t0 + 30min + 3s; // all three bans are over
  CHECK(aut.standing(us, site, opens) == ban_standing::half_open);
  CHECK(aut.standing(nl, site, opens) == ban_standing::half_open);
  CHECK(aut.standing(fr, site, opens) == ban_standing::banned);
  auto again = aut.refused(refusal(us), opens);
  REQUIRE(again.changes.prolonged.size() == 1);
  CHECK(again.changes.prolonged[0].worker == nl);
  auto renewed = opens + 60min;
  CHECK(aut.standing(nl, site, renewed) == ban_standing::half_open);
  CHECK(aut.standing(fr, site, renewed) == ban_standing::banned);
  aut.answered({nl, site}, renewed);
  aut.answered({nl, site}, renewed);
  CHECK(aut.standing(fr, site, renewed) == ban_standing::half_open);
}

TEST_CASE("on_refusal stop opens the circuit at the first refusal") {
  auto config = exact();
  config.on_refusal = refusal_policy::stop;
  auto aut = ledger(config);
  auto out = aut.refused(refusal(fr), t0);
  CHECK(out.ruling.circuit_open);
  CHECK_FALSE(out.ruling.try_elsewhere);
  CHECK(aut.standing(us, site, t0) == ban_standing::banned);
  CHECK(refusal_policy_from_string("stop").value() == refusal_policy::stop);
  CHECK(refusal_policy_from_string("rotate").value() == refusal_policy::rotate);
  CHECK(refusal_policy_from_string("often").error().code == errc::bad_config);
}

TEST_CASE("a person lifts a worker's bans, and the circuit once nobody's refusal is left behind it") {
  auto aut = ledger();
  aut.refused(refusal(fr), t0);
  aut.refused(refusal(us), t0);
  CHECK(aut.lift(fr).dropped.size() == 1);
  CHECK(aut.standing(fr, site, t0) == ban_standing::banned); // by the circuit
  CHECK(aut.lift(us).dropped.size() == 2);
  CHECK(aut.standing(fr, site, t0) == ban_standing::clear);
  CHECK(aut.all().empty());
  // Nor do strikes from before remain.
  aut.refused(refusal(fr), t0);
  aut.answered({fr, site}, t0 + 31min);
  aut.answered({fr, site}, t0 + 31min);
  aut.lift(fr);
  CHECK(aut.refused(refusal(fr), t0 + 32min).ruling.ban.strikes == 1);
}

TEST_CASE("stored verdicts stand again after a restart") {
  auto before = ledger();
  before.refused(refusal(fr), t0);
  before.refused(refusal(us), t0 + 1min);
  auto after = ledger();
  after.restore(before.all());
  CHECK(after.all() == before.all());
  CHECK(after.of(fr).size() == 1);
  CHECK(after.standing(nl, site, t0 + 2min) == ban_standing::banned);
  CHECK(after.standing(fr, site, t0 + 31min) == ban_standing::half_open);
  // The probe stays out over an update that does not touch its verdict.
  CHECK(after.take_probe(fr, site, t0 + 31min));
  after.restore(before.all());
  CHECK_FALSE(after.take_probe(fr, site, t0 + 31min));
}

TEST_CASE("after the clock was set back a ban lasts no longer, from then, than it was to last") {
  auto before = ledger();
  before.refused(refusal(fr), t0);
  auto after = ledger();
  after.restore(before.all());
  CHECK_FALSE(after.bound_ends(t0 + 10min));
  CHECK(after.all() == before.all());
  auto now = t0 - 24h;
  CHECK(after.bound_ends(now));
  CHECK(after.standing(fr, site, now + 30min - 1ms) == ban_standing::banned);
  CHECK(after.standing(fr, site, now + 30min) == ban_standing::half_open);
  CHECK_FALSE(after.bound_ends(now));
}

TEST_CASE("the ledger is bounded") {
  auto config = exact();
  config.max_verdicts = 3;
  auto aut = ledger(config);
  for (int i = 0; i < 10; ++i)
    aut.refused(refusal(fr, host_key{"h" + std::to_string(i)}), t0 + i * 31min);
  CHECK(aut.all().size() == 3);
  // A ban in force is never dropped for it.
  auto strict = ledger(config);
  for (int i = 0; i < 10; ++i)
    strict.refused(refusal(fr, host_key{"h" + std::to_string(i)}), t0 + i * 1min);
  for (int i = 0; i < 10; ++i)
    CHECK(strict.standing(fr, host_key{"h" + std::to_string(i)}, t0 + 10min) == ban_standing::banned);
}

TEST_CASE("bad ban configurations are named") {
  CHECK(validate(ban_config{}).code == errc::none);
  auto bad = exact();
  bad.ban = 25h;
  CHECK(validate(bad).code == errc::bad_config);
  bad = exact();
  bad.jitter = 2;
  CHECK(validate(bad).code == errc::bad_config);
  bad = exact();
  bad.rise = 0;
  CHECK(validate(bad).code == errc::bad_config);
  bad = exact();
  bad.max_verdicts = 0;
  CHECK(validate(bad).code == errc::bad_config);
}

TEST_CASE("whatever happens, a ban never ends early and no host sees a third region before its circuit's probe") {
  REQUIRE(rc::check("ban ledger", [](uint64_t seed) {
    ban_config config;
    ban_ledger aut{config, regions, seed};
    const std::vector<worker_id> workers{fr, fr2, us, nl};
    std::map<worker_id, wall_time> banned_until;
    wall_time circuit_until{};
    std::set<std::string> refused_now; // regions with a ban in force
    std::set<std::string> known;       // that may ask while the circuit stands
    auto now = t0;
    auto steps = *rc::gen::inRange(1, 60);
    for (int i = 0; i < steps; ++i) {
      now += duration{*rc::gen::inRange<int64_t>(0, 40 * 60'000)};
      auto w = workers[*rc::gen::inRange<size_t>(0, workers.size())];
      auto standing = aut.standing(w, site, now);
      if (now < banned_until[w] || now < circuit_until)
        RC_ASSERT(standing == ban_standing::banned);
      auto may =
          standing == ban_standing::clear || (standing == ban_standing::half_open && aut.take_probe(w, site, now));
      if (!may)
        continue;
      if (aut.circuit_stands(site))
        RC_ASSERT(known.contains(regions.at(w)));
      if (*rc::gen::inRange(0, 3) == 0) {
        auto changes = aut.answered({w, site}, now);
        RC_ASSERT((aut.standing(w, site, now) == ban_standing::clear) == changes.answered.empty());
        continue;
      }
      refused_now.clear();
      for (const auto& [x, until] : banned_until)
        if (now < until)
          refused_now.insert(regions.at(x));
      auto stood = aut.circuit_stands(site);
      auto out = aut.refused(refusal(w), now);
      refused_now.insert(regions.at(w));
      if (!stood)
        known = refused_now;
      if (refused_now.size() >= 2)
        RC_ASSERT(out.ruling.circuit_open);
      RC_ASSERT((refused_now.size() <= 2u || regions.at(w) == "fr" || !out.ruling.try_elsewhere));
      RC_ASSERT(out.ruling.circuit_open != out.ruling.try_elsewhere);
      RC_ASSERT(out.ruling.ban.until - now >= config.ban);
      RC_ASSERT(out.ruling.ban.until - now <= config.cap);
      banned_until[w] = out.ruling.ban.until;
      for (const auto& v : aut.all())
        if (v.scope == verdict_scope::host)
          circuit_until = v.until;
    }
  }));
}

#include "actors/policy/cycle_estimate.hpp"

#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include <algorithm>

#include "actors/policy/host_limiter.hpp"
#include "actors/policy/plan_remedies.hpp"

using namespace vigie;
using namespace std::chrono_literals;

namespace {

const host_key site{"site.test"}, other{"other.test"};
const source_id market{"market"}, forum{"forum"};

alert make_alert(int64_t id, const std::string& query, const source_id& source = market) {
  alert a;
  a.id = alert_id{id};
  a.source = source;
  a.query = query;
  return a;
}

std::vector<alert> distinct_alerts(size_t n, const source_id& source = market) {
  std::vector<alert> out;
  for (size_t i = 0; i < n; ++i)
    out.push_back(make_alert(static_cast<int64_t>(i) + 1, "query " + std::to_string(i), source));
  return out;
}

source_table sources(duration min, duration max, uint32_t pages = 1) {
  source_table out;
  for (const auto& [id, host] : {std::pair{market, site}, std::pair{forum, other}}) {
    auto& x = out[id];
    x.host = host;
    x.spec.id = id;
    x.spec.gate.min_interval = min;
    x.spec.gate.max_interval = max;
    if (pages > 1)
      x.spec.paging = {paging_kind::page, 1, 20, pages};
  }
  return out;
}

std::string remedy_text(const gate_estimate& x, remedy_kind kind) {
  for (const auto& r : x.remedies)
    if (r.kind == kind)
      return r.text;
  return {};
}

gate_policy any_policy() {
  gate_policy out;
  out.min_interval = duration{*rc::gen::inRange(1, 5000)};
  out.max_interval = out.min_interval + duration{*rc::gen::inRange(0, 5000)};
  out.max_in_flight = *rc::gen::inRange<uint32_t>(1, 4);
  out.daily_requests = *rc::gen::inRange<uint32_t>(1, 3000);
  return out;
}

/// Alerts of few queries over two sources, so that some share a search.
std::vector<alert> any_alerts(source_table& table) {
  for (auto& [id, x] : table) {
    x.spec.gate = any_policy();
    x.spec.paging = {paging_kind::page, 1, 20, *rc::gen::inRange<uint32_t>(1, 5)};
    x.host = *rc::gen::arbitrary<bool>() ? site : other;
  }
  std::vector<alert> out;
  auto n = *rc::gen::inRange(0, 40);
  for (int i = 0; i < n; ++i)
    out.push_back(make_alert(i + 1, "q" + std::to_string(*rc::gen::inRange(0, 12)), *rc::gen::element(market, forum)));
  return out;
}

estimate_config any_config() {
  return {duration{*rc::gen::inRange(1000, 600'000)}, *rc::gen::inRange<uint32_t>(1, 9)};
}

} // namespace

TEST_CASE("41 searches at one shared gate of 12 to 25 s take 8 to 17 minutes, which do not fit 5") {
  auto plan = estimate_cycle(distinct_alerts(41), sources(12s, 25s), {300s, 4});
  CHECK_FALSE(plan.feasible);
  REQUIRE(plan.gates.size() == 1);
  const auto& gate = plan.gates[0];
  CHECK(gate.requests == 41);
  CHECK(gate.gaps == 40);
  CHECK(gate.takes == time_range{480s, 740s, 1000s});
  CHECK(gate.over_interval);
  CHECK(estimated_deadline(plan) == 1160s);
  REQUIRE(gate.remedies.size() == 3);
  CHECK(gate.remedies[0].interval == 480s);
  CHECK(remedy_text(gate, remedy_kind::longer_interval) ==
        "make [cycle] interval at least \"480s\"; with the longest gaps a cycle takes 16m 40s");
  CHECK(remedy_text(gate, remedy_kind::merge_alerts).find("26 requests fit where the plan has 41") !=
        std::string::npos);
  CHECK(remedy_text(gate, remedy_kind::other_source).find("41 searches") != std::string::npos);
}

TEST_CASE("gates of each worker's own share the work: 11 requests are 10 gaps, 120 to 250 s") {
  auto table = sources(12s, 25s);
  table[market].spec.gate.scope = gate_scope::worker;
  auto plan = estimate_cycle(distinct_alerts(41), table, {300s, 4});
  CHECK(plan.feasible);
  CHECK(plan.gates[0].lanes == 4);
  CHECK(plan.takes == time_range{120s, 185s, 250s});
  CHECK(estimate_cycle(distinct_alerts(41), table, {300s, 2}).takes.shortest == 240s);
}

TEST_CASE("identical searches share one; pages count; hosts work side by side; what does not fit comes first") {
  auto table = sources(5s, 5s, 3);
  table[forum].spec.paging = {};
  auto alerts = distinct_alerts(30, forum);
  for (int64_t i = 0; i < 4; ++i)
    alerts.push_back(make_alert(100 + i, i < 3 ? "same" : "another"));
  alerts.push_back(make_alert(200, "x", source_id{"nobody"}));
  alerts.back().enabled = false;
  alerts.push_back(make_alert(201, "x", source_id{"nobody"}));
  auto plan = estimate_cycle(alerts, table, {60s, 1});
  CHECK(plan.alerts == 34);
  CHECK(plan.searches == 32);
  CHECK(plan.requests == 36);
  CHECK(plan.homeless == std::vector<alert_id>{alert_id{201}});
  REQUIRE(plan.gates.size() == 2);
  CHECK(plan.gates[0].gate == other);
  CHECK(plan.gates[0].takes.shortest == 145s);
  CHECK(plan.gates[1].gate == site);
  CHECK(plan.gates[1].alerts == 4);
  CHECK(plan.gates[1].takes.shortest == 25s);
  CHECK(plan.gates[1].remedies.empty());
  CHECK(plan.takes.shortest == 145s);
  CHECK(estimate_cycle({}, table, {60s, 1}).feasible);
}

TEST_CASE("remedies name the alerts that ask for the same, and the pages that fit") {
  auto table = sources(10s, 10s, 4);
  std::vector<alert> alerts{make_alert(1, "iPhone 13"), make_alert(2, "13  iphone"), make_alert(3, "C++"),
                            make_alert(4, "C#")};
  auto plan = estimate_cycle(alerts, table, {100s, 1});
  REQUIRE(plan.gates.size() == 1);
  REQUIRE(plan.gates[0].remedies.size() == 3);
  const auto& merge = plan.gates[0].remedies[1];
  CHECK(merge.alerts == std::vector<alert_id>{alert_id{1}, alert_id{2}});
  CHECK(merge.requests_saved == 4);
  CHECK(merge.text.find("1 (\"iPhone 13\"), 2 (\"13  iphone\") save 4 requests a cycle") != std::string::npos);
  const auto& pages = plan.gates[0].remedies[2];
  CHECK(pages.kind == remedy_kind::fewer_pages);
  CHECK(pages.pages == 2);
  CHECK(pages.requests_saved == 8);
}

TEST_CASE("the day's budget makes a plan infeasible as well") {
  auto table = sources(1s, 1s);
  table[market].spec.gate.daily_requests = 1000;
  auto plan = estimate_cycle(distinct_alerts(10), table, {300s, 1});
  REQUIRE_FALSE(plan.feasible);
  const auto& gate = plan.gates[0];
  CHECK_FALSE(gate.over_interval);
  CHECK(gate.over_day);
  CHECK(gate.requests_a_day == 2880);
  CHECK(gate.remedies[0].interval == 864s);
  table[market].spec.gate.daily_requests = 9;
  CHECK(estimate_cycle(distinct_alerts(10), table, {0s, 1}).gates[0].remedies[0].text.find("no interval helps") == 0);
  // 1083.99 requests a day are above 1083.
  table[market].spec.gate.daily_requests = 1083;
  auto close = estimate_cycle(distinct_alerts(6), table, {478229ms, 1});
  CHECK_FALSE(close.feasible);
  CHECK(close.gates[0].requests_a_day == 1084);
  CHECK(requests_that_fit(close.gates[0], 478229ms) == 5);
}

TEST_CASE("more workers never change what one shared gate takes") {
  REQUIRE(rc::check("workers", [] {
    auto table = sources(1s, 1s);
    auto alerts = any_alerts(table);
    auto few = any_config();
    auto many = few;
    many.workers += *rc::gen::inRange<uint32_t>(0, 50);
    RC_ASSERT(estimate_cycle(alerts, table, few).gates == estimate_cycle(alerts, table, many).gates);
  }));
}

TEST_CASE("merging two alerts' queries never lengthens a cycle nor makes it infeasible") {
  REQUIRE(rc::check("merging", [] {
    auto table = sources(1s, 1s);
    auto alerts = any_alerts(table);
    RC_PRE(!alerts.empty());
    auto config = any_config();
    auto before = estimate_cycle(alerts, table, config);
    const auto& model = *rc::gen::elementOf(alerts);
    for (auto& a : alerts)
      if (a.source == model.source && *rc::gen::arbitrary<bool>())
        a.query = model.query;
    auto after = estimate_cycle(alerts, table, config);
    RC_ASSERT(after.requests <= before.requests);
    RC_ASSERT(after.takes.shortest <= before.takes.shortest);
    RC_ASSERT(after.takes.longest <= before.takes.longest);
    RC_ASSERT(after.feasible || !before.feasible);
  }));
}

TEST_CASE("the interval of the remedy is enough, and what is said to fit does") {
  REQUIRE(rc::check("remedies", [] {
    auto table = sources(1s, 1s);
    auto alerts = any_alerts(table);
    auto config = any_config();
    auto plan = estimate_cycle(alerts, table, config);
    auto longer = config;
    for (const auto& gate : plan.gates) {
      RC_ASSERT(gate.fits() == gate.remedies.empty());
      RC_ASSERT(gate.fits() == (gate.requests <= requests_that_fit(gate, config.interval)));
      auto needed = interval_needed(gate);
      if (needed == duration{0})
        return; // a single cycle is above the day's budget
      longer.interval = std::max(longer.interval, needed);
    }
    RC_ASSERT(estimate_cycle(alerts, table, longer).feasible);
  }));
}

TEST_CASE("what the host limiter grants is never quicker than the shortest, nor slower than the longest gaps") {
  REQUIRE(rc::check("against the real limiter", [](uint64_t seed) {
    auto table = sources(1s, 1s);
    auto alerts = any_alerts(table);
    for (auto& [id, x] : table)
      x.spec.gate.daily_requests = 100000;
    auto plan = estimate_cycle(alerts, table, {0s, 1});
    const mono_time t0{1h};
    const wall_time today{1800000000000ms};
    host_limiter limiter{{}, seed, t0, 0};
    std::map<host_limiter::ticket, host_key> open;
    for (const auto& gate : plan.gates)
      for (uint32_t i = 0; i < gate.requests; ++i)
        open[limiter.ask(worker_id{"w"}, {gate.gate, gate.policy, 24h}, t0, today)] = gate.gate;
    std::map<host_key, std::pair<mono_time, mono_time>> spans;
    auto now = t0;
    while (!open.empty()) {
      for (const auto& x : limiter.due(now, today)) {
        RC_ASSERT(x.what.id != 0U);
        auto host = open.at(x.whose);
        open.erase(x.whose);
        spans.try_emplace(host, now, now).first->second.second = now;
        limiter.release(worker_id{"w"}, {x.what.id, host, false, {}}, now, today);
      }
      if (auto next = limiter.next_due(now); next && !open.empty())
        now = std::max(*next, now + 1ms);
    }
    for (const auto& gate : plan.gates) {
      auto [first, last] = spans.at(gate.gate);
      RC_ASSERT(last - first >= gate.takes.shortest);
      RC_ASSERT(last - first <= gate.takes.longest + gate.gaps * 1ms);
    }
  }));
}

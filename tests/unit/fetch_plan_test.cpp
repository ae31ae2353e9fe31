#include "actors/policy/fetch_plan.hpp"

#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include <algorithm>
#include <chrono>
#include <set>

using namespace vigie;
using namespace std::chrono_literals;

namespace {

const host_key site{"site.test"}, other{"other.test"};

alert make_alert(int64_t id, const std::string& query, const std::string& source = "market") {
  alert a;
  a.id = alert_id{id};
  a.name = "alert-" + std::to_string(id);
  a.source = source_id{source};
  a.query = query;
  return a;
}

source_table sources() {
  source_table out;
  out[source_id{"market"}].host = site;
  out[source_id{"forum"}].host = other;
  out[source_id{"off"}].host = other;
  out[source_id{"off"}].spec.enabled = false;
  for (auto& [id, s] : out)
    s.spec.id = id;
  return out;
}

std::vector<fetch_plan> distinct_plans(size_t n, const host_key& host = site) {
  std::vector<fetch_plan> out;
  for (size_t i = 0; i < n; ++i)
    out.push_back({source_id{"market"},
                   "q" + std::to_string(i),
                   host,
                   {{make_alert(static_cast<int64_t>(i) + 1, "q" + std::to_string(i)), {}}}});
  return out;
}

std::vector<available_worker> workers(size_t n) {
  std::vector<available_worker> out;
  for (size_t i = 0; i < n; ++i)
    out.push_back({worker_id{"w" + std::to_string(i)}, "r" + std::to_string(i), false});
  return out;
}

bool anyone(const fetch_plan&, const available_worker&) {
  return true;
}

std::vector<size_t> counts(const std::vector<plan_share>& shares) {
  std::vector<size_t> out;
  for (const auto& s : shares)
    out.push_back(s.plans.size());
  return out;
}

} // namespace

TEST_CASE("41 over 4 = 11, 10, 10, 10, the larger one to whoever is preferred, for every order of preference") {
  auto order = workers(4);
  std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return a.worker < b.worker; });
  do {
    std::vector<fetch_plan> unplaced;
    auto shares = split_plans(distinct_plans(41), {{site, order}}, anyone, &unplaced);
    REQUIRE(unplaced.empty());
    REQUIRE(counts(shares) == std::vector<size_t>{11, 10, 10, 10});
    for (size_t i = 0; i < 4; ++i)
      REQUIRE(shares[i].worker == order[i].worker);
  } while (std::next_permutation(order.begin(), order.end(),
                                 [](const auto& a, const auto& b) { return a.worker < b.worker; }));
}

TEST_CASE("any number of plans over any number of workers: each plan once, counts within one") {
  REQUIRE(rc::check("even split", [] {
    auto n = *rc::gen::inRange<size_t>(0, 200);
    auto m = *rc::gen::inRange<size_t>(1, 30);
    std::vector<fetch_plan> unplaced;
    auto shares = split_plans(distinct_plans(n), {{site, workers(m)}}, anyone, &unplaced);
    RC_ASSERT(unplaced.empty());
    std::set<std::string> seen;
    size_t least = n == 0 ? 0 : SIZE_MAX, most = 0;
    for (const auto& s : shares) {
      least = std::min(least, s.plans.size());
      most = std::max(most, s.plans.size());
      for (const auto& p : s.plans)
        RC_ASSERT(seen.insert(p.query).second);
    }
    RC_ASSERT(seen.size() == n);
    RC_ASSERT(shares.size() == std::min(n, m));
    RC_ASSERT(most - least <= 1);
  }));
}

TEST_CASE("hosts, exclusions and probation are kept; what is not placed could not be placed") {
  REQUIRE(rc::check("constrained split", [] {
    auto m = *rc::gen::inRange<size_t>(1, 8);
    open_workers open;
    for (const auto& host : {site, other})
      for (auto& w : workers(m))
        if (*rc::gen::inRange(0, 4) > 0) {
          w.probe_only = *rc::gen::inRange(0, 4) == 0;
          open[host].push_back(w);
        }
    auto plans = distinct_plans(*rc::gen::inRange<size_t>(0, 40));
    for (auto& p : plans)
      p.host = *rc::gen::element(site, other, host_key{"nobody.test"});
    auto salt = *rc::gen::inRange<size_t>(0, 100);
    auto allowed = [&](const fetch_plan& p, const available_worker& w) {
      return std::hash<std::string>{}(p.query + w.worker.value + std::to_string(salt)) % 3 > 0;
    };
    std::vector<fetch_plan> unplaced;
    auto shares = split_plans(plans, open, allowed, &unplaced);
    size_t placed = 0;
    std::map<std::pair<worker_id, host_key>, size_t> given;
    std::set<worker_id> names;
    for (const auto& s : shares) {
      RC_ASSERT(names.insert(s.worker).second);
      RC_ASSERT(!s.plans.empty());
      for (const auto& p : s.plans) {
        ++placed;
        ++given[{s.worker, p.host}];
        auto who =
            std::find_if(open[p.host].begin(), open[p.host].end(), [&](const auto& w) { return w.worker == s.worker; });
        RC_ASSERT(who != open[p.host].end());
        RC_ASSERT(allowed(p, *who));
        RC_ASSERT((!who->probe_only || given[{s.worker, p.host}] == 1u));
      }
    }
    RC_ASSERT(placed + unplaced.size() == plans.size());
    for (const auto& p : unplaced)
      for (const auto& w : open[p.host])
        RC_ASSERT((!allowed(p, w) || (w.probe_only && given[{w.worker, p.host}] == 1u)));
  }));
}

TEST_CASE("who has a part of a share gets that part of the work") {
  open_workers open;
  open[site] = workers(3);
  open[site][0].share = 10;
  open[site][2].share = 50;
  std::map<worker_id, size_t> given;
  std::vector<fetch_plan> unplaced;
  for (const auto& s : split_plans(
           distinct_plans(64), open, [](const auto&, const auto&) { return true; }, &unplaced))
    given[s.worker] = s.plans.size();
  CHECK(unplaced.empty());
  CHECK(given[open[site][1].worker] == 40);
  CHECK(given[open[site][2].worker] == 20);
  CHECK(given[open[site][0].worker] == 4);
}

TEST_CASE("alerts of one source and query share a plan; unknown and disabled sources are told apart") {
  std::vector<alert> homeless;
  auto plans = group_plans({make_alert(1, "a"), make_alert(2, "b"), make_alert(3, "a"), make_alert(4, "a", "forum"),
                            make_alert(5, "a", "off"), make_alert(6, "a", "nowhere")},
                           sources(), &homeless);
  REQUIRE(plans.size() == 3);
  CHECK(plans[0].query == "a");
  CHECK(plans[0].host == site);
  REQUIRE(plans[0].alerts.size() == 2);
  CHECK(plans[0].alerts[1].what.id == alert_id{3});
  CHECK(plans[1].query == "b");
  CHECK(plans[2].host == other);
  REQUIRE(homeless.size() == 2);
  CHECK(homeless[0].id == alert_id{5});
  CHECK(homeless[1].id == alert_id{6});
}

TEST_CASE("a share goes in portions: in order, whole plans, none too large that could be smaller") {
  REQUIRE(rc::check("portions", [] {
    plan_share share{worker_id{"w"}, distinct_plans(*rc::gen::inRange<size_t>(0, 60))};
    for (auto& plan : share.plans)
      plan.alerts.resize(*rc::gen::inRange<size_t>(1, 9));
    auto most = *rc::gen::inRange<size_t>(1, 30);
    std::vector<std::string> queries;
    for (const auto& plan : share.plans)
      queries.push_back(plan.query);
    size_t before = most;
    std::vector<std::string> seen;
    for (const auto& portion : portions_of(share, most)) {
      RC_ASSERT(portion.worker == share.worker);
      RC_ASSERT(!portion.plans.empty());
      size_t alerts = 0;
      for (const auto& plan : portion.plans) {
        seen.push_back(plan.query);
        alerts += plan.alerts.size();
      }
      RC_ASSERT(alerts <= most || portion.plans.size() == 1);
      RC_ASSERT(before + portion.plans.front().alerts.size() > most); // it did not fit the one before
      before = alerts;
    }
    RC_ASSERT(seen == queries);
  }));
}

TEST_CASE("a hundred thousand plans over a thousand workers are split in the time of a sort, not of a product") {
  std::vector<fetch_plan> unplaced;
  size_t asked = 0;
  auto shares = split_plans(
      distinct_plans(100'000), {{site, workers(1000)}},
      [&](const fetch_plan&, const available_worker&) {
        ++asked;
        return true;
      },
      &unplaced);
  REQUIRE(shares.size() == 1000);
  REQUIRE(asked == 100'000);
  for (const auto& s : shares)
    REQUIRE(s.plans.size() == 100);
}

#include "actors/policy/cycle_settlement.hpp"

#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include <algorithm>
#include <chrono>
#include <set>

using namespace vigie;
using namespace std::chrono_literals;

namespace {

const host_key site{"site.test"};
const host_key forum{"forum.test"};
const std::map<worker_id, std::string> regions{{worker_id{"fr1"}, "fr"},
                                               {worker_id{"fr2"}, "fr"},
                                               {worker_id{"us"}, "us"},
                                               {worker_id{"nl"}, "nl"},
                                               {worker_id{"uk"}, "uk"}};

available_worker worker(const std::string& name, bool probe_only = false) {
  return {worker_id{name}, regions.at(worker_id{name}), probe_only};
}

source_table sources() {
  source_table out;
  out[source_id{"market"}].host = site;
  out[source_id{"forum"}].host = forum;
  return out;
}

std::vector<alert> alerts(size_t n, size_t queries = SIZE_MAX) {
  std::vector<alert> out;
  for (size_t i = 0; i < n; ++i) {
    alert a;
    a.id = alert_id{static_cast<int64_t>(i) + 1};
    a.source = source_id{"market"};
    a.query = "q" + std::to_string(i % queries);
    out.push_back(a);
  }
  return out;
}

/// So many alerts, two of the market, two of the forum and so on: each of two workers gets some of both.
std::vector<alert> alerts_of_two(size_t n) {
  auto out = alerts(n);
  for (size_t i = 0; i < n; ++i)
    if (i / 2 % 2 == 1)
      out[i].source = source_id{"forum"};
  return out;
}

/// A ledger with a store that hands out tokens.
struct desk {
  explicit desk(std::vector<alert> all, cycle_limits limits = {}) {
    run_summary run;
    run.id = run_id{7};
    run.alerts = static_cast<uint32_t>(all.size());
    aut = run_ledger{run, all, sources(), limits, regions, now};
  }

  assignment_id hand_out(plan_share share) {
    for (auto& plan : share.plans)
      for (auto& p : plan.alerts)
        p.token = fencing_token{++tokens};
    assignment_id id{share.plans.at(0).alerts.at(0).token.value};
    aut.assigned(id, share, now, 10min);
    for (const auto& plan : share.plans)
      for (const auto& p : plan.alerts)
        latest[p.what.id] = result_of(id, plan, p);
    return id;
  }

  /// Splits over these workers and hands everything out.
  std::vector<assignment_id> give(std::vector<available_worker> to) {
    std::vector<assignment_id> out;
    for (auto& share : aut.split({{site, to}, {forum, to}}))
      out.push_back(hand_out(std::move(share)));
    return out;
  }

  alert_settled result_of(assignment_id id, const fetch_plan& plan, const planned_alert& p, errc problem = errc::none) {
    alert_settled s;
    s.assignment = id;
    s.run = aut.run();
    s.alert = p.what.id;
    s.token = p.token;
    s.source = plan.source;
    s.host = plan.host;
    s.problem.code = problem;
    return s;
  }

  alert_settled newest(int64_t id, errc problem = errc::none) {
    auto s = latest.at(alert_id{id});
    s.problem.code = problem;
    s.http_status = problem == errc::refused ? 403 : 0;
    return s;
  }

  mono_time now = mono_time{} + 1h;
  int64_t tokens = 0;
  run_ledger aut;
  std::map<alert_id, alert_settled> latest;
};

using judgement = run_ledger::judgement;

} // namespace

TEST_CASE("41 alerts over 4 workers, all well: completed") {
  desk d{alerts(41)};
  auto ids = d.give({worker("us"), worker("fr1"), worker("nl"), worker("uk")});
  REQUIRE(ids.size() == 4);
  CHECK(d.aut.out()[0].unfinished == 11);
  CHECK(d.aut.workers() == 4);
  for (const auto& [id, what] : std::map{d.latest}) {
    CHECK(d.aut.judge(what) == judgement::final);
    CHECK(d.aut.settling(id));
    CHECK(d.aut.judge(what) == judgement::repeated);
    CHECK_FALSE(d.aut.finished());
    d.aut.done(id, true);
    CHECK(d.aut.judge(what) == judgement::repeated);
  }
  CHECK(d.aut.finished());
  CHECK(d.aut.ok() == 41);
  CHECK(d.aut.workers_ok() == 4);
  CHECK(d.aut.outcome() == run_state::completed);
  CHECK(d.aut.out().empty());
}

TEST_CASE("an alert that is taken back and then fails waits once, not twice") {
  desk d{alerts(1)};
  auto id = d.give({worker("us")}).at(0);
  auto late = d.newest(1, errc::network);
  CHECK(d.aut.take_back(id, {errc::worker_silent, "", ""}, d.now).again == 1);
  // The silent worker's result comes after all, before anybody else has the alert.
  CHECK(d.aut.judge(late) == judgement::again);
  CHECK_FALSE(d.aut.settling(alert_id{1}));
  CHECK_FALSE(d.aut.has_waiting());
  d.aut.give_back(alert_id{1}, late.token, late.problem, late.http_status, d.now);
  auto shares = d.aut.split({{site, {worker("us"), worker("nl")}}});
  REQUIRE(shares.size() == 1);
  CHECK(shares[0].worker == worker_id{"nl"});
  CHECK_FALSE(d.aut.has_waiting());
}

TEST_CASE("while a new attempt is being made the old one's result is the store's to judge") {
  desk d{alerts(2)};
  auto id = d.give({worker("us")}).at(0);
  auto old = d.newest(1);
  d.aut.take_back(id, {errc::worker_lost, "", ""}, d.now);
  auto shares = d.aut.split({{site, {worker("nl")}}});
  REQUIRE(shares.size() == 1);
  CHECK(d.aut.judge(old) == judgement::stale);
  SECTION("it was in time: the share loses the alert") {
    d.aut.done(alert_id{1}, true);
    CHECK(d.aut.assigned(assignment_id{99}, shares[0], d.now, 10min));
    REQUIRE(shares[0].plans.size() == 1);
    CHECK(shares[0].plans[0].alerts.at(0).what.id == alert_id{2});
    d.aut.done(alert_id{2}, true);
    CHECK_FALSE(d.aut.assigned(assignment_id{100}, shares[0], d.now, 10min));
    CHECK(d.aut.finished());
  }
  SECTION("it was late: nothing changes") {
    d.aut.not_applied(alert_id{1}, old.token);
    d.hand_out(shares[0]);
    CHECK(shares[0].plans.size() == 2);
    CHECK(d.aut.judge(old) == judgement::stale);
    CHECK(d.aut.judge(d.newest(1)) == judgement::final);
  }
  SECTION("the store failed: whether there is a newer attempt is unknown, so the old result is not trusted") {
    d.aut.not_assigned(shares[0], d.now);
    CHECK(d.aut.judge(old) == judgement::stale);
    CHECK(d.aut.next_attempt(alert_id{1}) == 2);
  }
}

TEST_CASE("after a refusal one other region gets the alert, and no third") {
  desk d{alerts(1), {5, 30s, 2s, 60s}};
  d.give({worker("fr1")});
  auto first = d.newest(1, errc::refused);
  CHECK(d.aut.judge(first) == judgement::refused);
  CHECK(d.aut.settling(alert_id{1}));
  CHECK(d.aut.may_try_elsewhere(alert_id{1}));
  d.aut.give_back(alert_id{1}, first.token, first.problem, first.http_status, d.now);
  CHECK(d.aut.split({{site, {worker("fr1"), worker("fr2")}}}).empty());
  d.give({worker("fr2"), worker("us")});
  SECTION("the other region fails for a reason of ours: it stays there") {
    auto second = d.newest(1, errc::network);
    CHECK(d.aut.judge(second) == judgement::again);
    d.aut.settling(alert_id{1});
    d.aut.give_back(alert_id{1}, second.token, second.problem, second.http_status, d.now);
    CHECK(d.aut.split({{site, {worker("nl"), worker("uk"), worker("fr2")}}}).empty());
    auto shares = d.aut.split({{site, {worker("nl"), worker("us")}}});
    REQUIRE(shares.size() == 1);
    CHECK(shares[0].worker == worker_id{"us"});
  }
  SECTION("the other region is refused too: that is the end") {
    CHECK(d.aut.judge(d.newest(1, errc::refused)) == judgement::refused);
    d.aut.settling(alert_id{1});
    CHECK_FALSE(d.aut.may_try_elsewhere(alert_id{1}));
  }
}

TEST_CASE("a permit that the gate denies to a banned worker is no refusal: the alert goes elsewhere") {
  desk d{alerts(1)};
  d.give({worker("fr1")});
  auto denied = d.newest(1, errc::refused);
  denied.http_status = 0;
  CHECK(d.aut.judge(denied) == judgement::again);
  d.aut.settling(alert_id{1});
  d.aut.give_back(alert_id{1}, denied.token, denied.problem, denied.http_status, d.now);
  CHECK(d.aut.may_try_elsewhere(alert_id{1}));
  CHECK(d.aut.split({{site, {worker("fr2")}}}).size() == 1);
}

TEST_CASE("a refusal takes back what that worker has of that host, and nothing else") {
  desk d{alerts_of_two(8), {1, 30s, 2s, 60s}};
  auto ids = d.give({worker("fr1"), worker("us")});
  REQUIRE(ids.size() == 2);
  auto fr = d.aut.holder(ids[0]) == worker_id{"fr1"} ? ids[0] : ids[1];
  auto us = fr == ids[0] ? ids[1] : ids[0];
  REQUIRE(d.aut.assignments_at(site, worker_id{"fr1"}) == std::vector{fr});
  std::set<int64_t> of_fr;
  for (const auto& [id, what] : d.latest)
    if (what.assignment == fr && what.host == site)
      of_fr.insert(id.value);
  REQUIRE(of_fr.size() > 1);
  auto first = *of_fr.begin();
  auto answer = d.newest(first, errc::refused);
  CHECK(d.aut.judge(answer) == judgement::refused);
  d.aut.settling(alert_id{first});
  auto taken = d.aut.take_back(fr, site, d.now);
  CHECK(taken.worker == worker_id{"fr1"});
  CHECK(taken.again == of_fr.size() - 1);
  // Not one of them was asked: not one has used up its only attempt.
  CHECK(taken.exhausted.empty());
  CHECK(d.aut.is_out(fr));
  CHECK(d.aut.heard(fr, d.now));
  CHECK(d.aut.assignments_at(site) == std::vector{us});
  CHECK(d.aut.assignments_at(forum).size() == 2);
  CHECK(d.aut.waiting_hosts() == std::vector{site});
  CHECK(d.aut.take_back(fr, site, d.now).worker.value.empty());
  for (auto id : d.give({worker("us"), worker("nl")}))
    CHECK(d.aut.holder(id) != worker_id{"fr1"});
  for (auto id : of_fr)
    if (id != first)
      CHECK(d.aut.judge(d.newest(id, errc::network)) == judgement::final); // the one attempt that counts
}

TEST_CASE("an alert that is denied or taken back over another's refusal is spared once by each worker") {
  desk d{alerts(1), {1, 30s, 2s, 60s}};
  d.give({worker("us")});
  auto denied = d.newest(1, errc::refused);
  denied.http_status = 0;
  REQUIRE(d.aut.judge(denied) == judgement::again);
  d.aut.settling(alert_id{1});
  d.aut.give_back(alert_id{1}, denied.token, denied.problem, 0, d.now);
  auto again = d.give({worker("us")});
  REQUIRE(again.size() == 1);
  auto second = d.newest(1, errc::refused);
  second.http_status = 0;
  CHECK(d.aut.judge(second) == judgement::final);
  CHECK(d.aut.take_back(again[0], site, d.now).again == 1);
  CHECK(d.aut.take_exhausted({errc::crashed, "", ""}).size() == 1);
}

TEST_CASE("what was taken back over another's refusal has all its attempts left") {
  desk d{alerts(2), {2, 30s, 2s, 60s}};
  auto id = d.give({worker("fr1")}).at(0);
  REQUIRE(d.aut.judge(d.newest(1, errc::refused)) == judgement::refused);
  d.aut.settling(alert_id{1});
  CHECK(d.aut.workers_ok() == 1);
  CHECK(d.aut.take_back(id, site, d.now).again == 1);
  CHECK(d.aut.workers_ok() == 0); // one that was refused is not among those of which all went well
  d.give({worker("us")});
  CHECK(d.aut.judge(d.newest(2, errc::network)) == judgement::again);
}

TEST_CASE("a lease of one host ends with what is taken back of it") {
  desk d{alerts(3)};
  auto id = d.give({worker("us")}).at(0);
  CHECK(d.aut.take_back(id, site, d.now).again == 3);
  CHECK_FALSE(d.aut.is_out(id));
  CHECK_FALSE(d.aut.heard(id, d.now));
}

TEST_CASE(
    "a host falls silent with the third search in a row that times out; an answer between starts the count anew") {
  desk d{alerts(12, 6)}; // two alerts a search
  d.give({worker("us")});
  auto timed_out = [&](int64_t id) { return d.aut.falls_silent(d.newest(id, errc::timed_out)); };
  CHECK_FALSE(timed_out(1));
  CHECK_FALSE(timed_out(7)); // of the same search
  CHECK_FALSE(timed_out(2));
  CHECK_FALSE(d.aut.falls_silent(d.newest(3)));
  CHECK_FALSE(timed_out(4));
  CHECK_FALSE(timed_out(5));
  CHECK_FALSE(d.aut.falls_silent(d.newest(5, errc::network))); // says nothing of the host
  CHECK(timed_out(6));
  CHECK_FALSE(timed_out(12));
  CHECK_FALSE(timed_out(1)); // said once
}

TEST_CASE("open searches are counted by host, until their last alert is done") {
  auto all = alerts(4, 2); // two searches of two alerts
  all[3].source = source_id{"forum"};
  desk d{all};
  CHECK(d.aut.open_searches() == std::map<host_key, uint32_t>{{site, 2}, {forum, 1}});
  d.give({worker("us")});
  for (auto id : {1, 4}) {
    d.aut.settling(alert_id{id});
    d.aut.done(alert_id{id}, true);
  }
  CHECK(d.aut.open_searches() == std::map<host_key, uint32_t>{{site, 2}});
  d.aut.settling(alert_id{3});
  d.aut.done(alert_id{3}, true);
  CHECK(d.aut.open_searches() == std::map<host_key, uint32_t>{{site, 1}});
}

TEST_CASE("a site's own error is not tried elsewhere; what tells of the way to it is") {
  for (auto status : {500, 501, 502, 503, 505, 520, 599, 404, 410})
    CHECK_FALSE(worth_another_attempt(errc::http_status, status));
  for (auto status : {408, 504})
    CHECK(worth_another_attempt(errc::http_status, status));
}

TEST_CASE("attempts run out: taken back alerts are settled as failed under their token") {
  desk d{alerts(2), {2, 30s, 2s, 60s}};
  d.aut.take_back(d.give({worker("us")}).at(0), {errc::worker_lost, "", ""}, d.now);
  auto id = d.give({worker("us")}).at(0);
  auto taken = d.aut.take_back(id, {errc::worker_lost, "gone", ""}, d.now);
  CHECK(taken.worker == worker_id{"us"});
  REQUIRE(taken.exhausted.size() == 2);
  CHECK(taken.exhausted[0].token == d.newest(1).token);
  CHECK(taken.exhausted[0].problem.detail == "gone");
  CHECK(d.aut.judge(d.newest(1)) == judgement::repeated);
  d.aut.done(alert_id{1}, false);
  CHECK_FALSE(d.aut.finished());
  d.aut.not_applied(alert_id{2}, taken.exhausted[1].token); // the store says: this alert was removed
  CHECK(d.aut.finished());
  CHECK(d.aut.failed() == 1);
  CHECK(d.aut.outcome() == run_state::failed);
  CHECK(d.aut.workers_ok() == 0);
}

TEST_CASE("alerts of one query that come back together go out as one plan again") {
  desk d{alerts(6, 2)};
  auto ids = d.give({worker("us")});
  d.aut.settling(alert_id{1});
  d.aut.done(alert_id{1}, true);
  d.aut.take_back(ids.at(0), {errc::worker_lost, "", ""}, d.now);
  auto shares = d.aut.split({{site, {worker("nl"), worker("uk")}}});
  REQUIRE(shares.size() == 2);
  CHECK(shares[0].plans.size() + shares[1].plans.size() == 2);
  CHECK(shares[0].plans[0].alerts.size() + shares[1].plans[0].alerts.size() == 5);
}

TEST_CASE("a worker on probation gets one plan") {
  desk d{alerts(5)};
  auto shares = d.aut.split({{site, {worker("us", true)}}});
  REQUIRE(shares.size() == 1);
  CHECK(shares[0].plans.size() == 1);
  CHECK(d.aut.has_waiting());
}

TEST_CASE("silence, deadline and patience are noticed when they are exceeded, not before") {
  desk d{alerts(2)};
  auto id = d.give({worker("us")}).at(0);
  CHECK(d.aut.silent(d.now + 30s).empty());
  CHECK(d.aut.silent(d.now + 30s + 1ms) == std::vector{id});
  CHECK(d.aut.heard(id, d.now + 20s));
  CHECK(d.aut.silent(d.now + 50s).empty());
  auto graced = 10min + cycle_limits{}.deadline_grace;
  CHECK(d.aut.overdue(d.now + graced).empty());
  CHECK(d.aut.overdue(d.now + graced + 1ms) == std::vector{id});
  CHECK_FALSE(d.aut.heard(assignment_id{99}, d.now));
  d.aut.take_back(id, {errc::worker_silent, "", ""}, d.now);
  CHECK_FALSE(d.aut.heard(id, d.now));
  CHECK(d.aut.take_impatient(d.now + 60s).empty());
  auto orphans = d.aut.take_impatient(d.now + 60s + 1ms);
  REQUIRE(orphans.size() == 2);
  CHECK(orphans[0].host == site);
  CHECK(d.aut.take_impatient(d.now + 1h).empty());
  CHECK(d.aut.failing(orphans[0].what.id, fencing_token{50}));
  CHECK_FALSE(d.aut.failing(orphans[0].what.id, fencing_token{51}));
  d.aut.done(orphans[0].what.id, false);
  CHECK_FALSE(d.aut.failing(orphans[0].what.id, fencing_token{52}));
}

TEST_CASE("alerts without a source are orphans, once") {
  auto all = alerts(2);
  all[1].source = source_id{"nowhere"};
  desk d{all};
  auto orphans = d.aut.take_homeless();
  REQUIRE(orphans.size() == 1);
  CHECK(orphans[0].what.id == alert_id{2});
  CHECK(d.aut.take_homeless().empty());
  CHECK(d.aut.waiting_hosts() == std::vector{site});
}

TEST_CASE("a later life knows the attempts of the earlier one") {
  run_summary run;
  run.id = run_id{7};
  run.alerts = 5;
  run.alerts_ok = 1;
  run.alerts_failed = 1;
  auto all = alerts(3);
  run_ledger aut{run, all, sources(), {2, 30s, 2s, 60s}, regions, mono_time{} + 1h};
  auto row = [&](int64_t alert, int64_t token, const char* by, attempt_state state, errc problem = errc::none) {
    run_alert x;
    x.run = run.id;
    x.alert = alert_id{alert};
    x.token = fencing_token{token};
    x.worker = worker_id{by};
    x.state = state;
    x.problem.code = problem;
    x.problem.place = problem == errc::refused ? "page 1" : "";
    return x;
  };
  aut.remember({row(1, 1, "uk", attempt_state::abandoned), row(2, 2, "us", attempt_state::failed, errc::refused),
                row(9, 3, "nl", attempt_state::settled), row(1, 4, "nl", attempt_state::assigned),
                row(3, 5, "", attempt_state::assigned)});
  CHECK(aut.unfinished() == 3);
  CHECK(aut.workers() == 3);
  alert_settled s;
  s.run = run.id;
  s.alert = alert_id{2};
  s.token = fencing_token{2};
  s.problem.code = errc::refused;
  s.http_status = 403;
  CHECK(aut.judge(s) == judgement::repeated);
  auto exhausted = aut.take_exhausted({errc::crashed, "", ""});
  REQUIRE(exhausted.size() == 1);
  CHECK(exhausted[0].alert == alert_id{1});
  CHECK(exhausted[0].token == fencing_token{4});
  auto shares = aut.split({{site, {worker("us"), worker("nl")}}});
  REQUIRE(shares.size() == 2); // 2 was refused in us, so nl has it; 3 is new
  for (const auto& share : shares)
    CHECK(share.plans.at(0).alerts.at(0).what.id == alert_id{share.worker == worker_id{"nl"} ? 2 : 3});
  for (const auto& id : {1, 2, 3})
    aut.done(alert_id{id}, true);
  CHECK(aut.ok() == 4);
  CHECK(aut.outcome() == run_state::partial);
}

TEST_CASE("a later life spares what the earlier one has spared") {
  run_summary run;
  run.id = run_id{7};
  run.alerts = 2;
  run_ledger aut{run, alerts(2), sources(), {1, 30s, 2s, 60s}, regions, mono_time{} + 1h};
  auto row = [&](int64_t alert, int64_t token, attempt_state state, errc problem) {
    run_alert x;
    x.run = run.id;
    x.alert = alert_id{alert};
    x.token = fencing_token{token};
    x.worker = worker_id{"us"};
    x.state = state;
    x.problem.code = problem;
    return x;
  };
  auto denied = row(1, 1, attempt_state::failed, errc::refused);
  auto refused = row(9, 2, attempt_state::failed, errc::refused);
  refused.problem.place = "http://site.test/1";
  auto taken_back = row(2, 3, attempt_state::abandoned, errc::none);
  SECTION("the site had refused the worker over another alert") {
    aut.remember({denied, refused, taken_back});
    CHECK(aut.take_exhausted({errc::crashed, "", ""}).empty());
  }
  SECTION("nobody had been refused") {
    aut.remember({taken_back});
    CHECK(aut.take_exhausted({errc::crashed, "", ""}).size() == 1);
  }
}

// -- any history
// ---------------------------------------------------------------------------------------------------------

namespace {

/// A store and workers that do anything at any time; the ledger's owner does what the shell does.
struct history {
  static constexpr uint32_t most = 3;

  struct open_attempt {
    alert_settled what;
    worker_id worker;
  };
  struct order {
    alert_settled what;
    bool final = false;
  };

  desk d;
  size_t n;
  std::vector<plan_share> preparing;
  std::vector<run_ledger::orphan> orphans;
  std::vector<open_attempt> at_workers; ///< results that may come, late ones included
  std::vector<order> storing;
  std::map<alert_id, uint32_t> attempts;
  std::map<alert_id, std::set<std::string>> after_refusal;
  std::map<alert_id, std::set<std::string>> refused_in;
  std::map<alert_id, fencing_token> store_newest;
  std::map<alert_id, int> store_done;

  history(size_t count, size_t queries) : d{alerts(count, queries), {most, 30s, 2s, 60s}}, n(count) {}

  // Even over the range from the first case on, not only once cases have grown.
  static size_t pick(size_t below) { return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<size_t>(0, below)); }

  template <class T>
  static T take(std::vector<T>& from) {
    auto i = from.begin() + static_cast<ptrdiff_t>(pick(from.size()));
    auto out = std::move(*i);
    from.erase(i);
    return out;
  }

  void split() {
    std::vector<available_worker> to;
    for (const auto& [w, region] : regions)
      if (pick(2) == 0)
        to.push_back({w, region, pick(5) == 0});
    std::set<alert_id> seen;
    for (auto& share : d.aut.split({{site, to}}))
      preparing.push_back(std::move(share));
    for (const auto& share : preparing)
      for (const auto& plan : share.plans)
        for (const auto& p : plan.alerts)
          RC_ASSERT(seen.insert(p.what.id).second);
  }

  void prepared() {
    if (preparing.empty())
      return;
    auto share = take(preparing);
    auto stored = pick(4) > 0;
    for (auto& plan : share.plans)
      for (auto& p : plan.alerts) {
        p.token = fencing_token{++d.tokens};
        if (stored || pick(2) == 0)
          store_newest[p.what.id] = p.token; // also when the answer is lost
      }
    if (!stored)
      return d.aut.not_assigned(share, d.now);
    assignment_id id{share.plans[0].alerts[0].token.value};
    if (!d.aut.assigned(id, share, d.now, 10min))
      return;
    for (const auto& plan : share.plans)
      for (const auto& p : plan.alerts) {
        ++attempts[p.what.id];
        RC_ASSERT(store_done[p.what.id] == 0);
        if (!refused_in[p.what.id].empty())
          after_refusal[p.what.id].insert(regions.at(share.worker));
        at_workers.push_back({d.result_of(id, plan, p), share.worker});
      }
  }

  void result() {
    if (at_workers.empty())
      return;
    auto x = pick(4) == 0 ? at_workers[pick(at_workers.size())] : take(at_workers);
    x.what.problem.code = *rc::gen::element(errc::none, errc::none, errc::network, errc::refused, errc::bad_page);
    x.what.http_status = x.what.problem.code == errc::refused && pick(3) > 0 ? 403 : 0;
    auto is_storing =
        std::any_of(storing.begin(), storing.end(), [&](const order& o) { return o.what.token == x.what.token; });
    if (is_storing)
      return;
    switch (d.aut.judge(x.what)) {
    case judgement::repeated:
      return;
    case judgement::stale:
      storing.push_back({x.what, x.what.problem.code == errc::none || x.what.problem.code == errc::bad_page});
      return;
    case judgement::final:
      d.aut.settling(x.what.alert);
      storing.push_back({x.what, true});
      return;
    case judgement::again:
      d.aut.settling(x.what.alert);
      storing.push_back({x.what, false});
      return;
    case judgement::refused:
      d.aut.settling(x.what.alert);
      for (auto id : d.aut.assignments_at(x.what.host, x.worker))
        RC_ASSERT(d.aut.take_back(id, x.what.host, d.now).exhausted.empty());
      RC_ASSERT(d.aut.assignments_at(x.what.host, x.worker).empty());
      refused_in[x.what.alert].insert(regions.at(x.worker));
      storing.push_back({x.what, !d.aut.may_try_elsewhere(x.what.alert)});
      return;
    }
  }

  void stored() {
    if (storing.empty())
      return;
    auto x = take(storing);
    auto id = x.what.alert;
    if (store_newest[id] != x.what.token || store_done[id] > 0)
      return d.aut.not_applied(id, x.what.token);
    auto ok = x.what.problem.code == errc::none;
    if (x.final || ok) {
      ++store_done[id];
      return d.aut.done(id, ok);
    }
    d.aut.give_back(id, x.what.token, x.what.problem, x.what.http_status, d.now);
  }

  void lose() {
    auto out = d.aut.out();
    if (out.empty())
      return;
    auto x = out[pick(out.size())];
    for (auto& s : d.aut.take_back(x.id, {errc::worker_lost, "", ""}, d.now).exhausted)
      storing.push_back({s, true});
    RC_ASSERT(!d.aut.is_out(x.id));
  }

  void give_up(std::vector<run_ledger::orphan> more) {
    for (auto& x : more)
      orphans.push_back(std::move(x));
    while (!orphans.empty()) {
      auto x = take(orphans);
      fencing_token token{++d.tokens};
      store_newest[x.what.id] = token;
      if (!d.aut.failing(x.what.id, token))
        continue;
      alert_settled s;
      s.run = d.aut.run();
      s.alert = x.what.id;
      s.token = token;
      s.problem.code = errc::no_capacity;
      storing.push_back({s, true});
    }
  }

  void step() {
    d.now += std::chrono::seconds{pick(5)};
    switch (pick(8)) {
    case 0:
      return split();
    case 1:
    case 2:
      return prepared();
    case 3:
    case 4:
      return result();
    case 5:
    case 6:
      return stored();
    default:
      return pick(4) == 0 ? give_up(d.aut.take_impatient(d.now)) : lose();
    }
  }

  void check() {
    // Those in which the site was not asked do not count, once a worker.
    for (const auto& [id, count] : attempts)
      RC_ASSERT(count <= most + regions.size());
    for (const auto& [id, count] : store_done)
      RC_ASSERT(count <= 1);
    for (const auto& [id, where] : after_refusal)
      RC_ASSERT(where.size() <= 1u);
    uint32_t undone = 0;
    for (size_t i = 1; i <= n; ++i)
      undone += store_done[alert_id{static_cast<int64_t>(i)}] == 0 ? 1 : 0;
    RC_ASSERT(d.aut.unfinished() <= undone + storing.size());
  }

  /// Every assignment ends, the store answers, patience runs out: then the run must end, with every alert stored once.
  void calm() {
    for (int round = 0; round < 50 && !d.aut.finished(); ++round) {
      while (!preparing.empty())
        prepared();
      while (!d.aut.out().empty())
        lose();
      while (!storing.empty())
        stored();
      d.now += 61s;
      give_up(d.aut.take_impatient(d.now));
      while (!storing.empty())
        stored();
    }
    RC_ASSERT(d.aut.finished());
    for (size_t i = 1; i <= n; ++i)
      RC_ASSERT(store_done[alert_id{static_cast<int64_t>(i)}] == 1);
    RC_ASSERT(d.aut.ok() + d.aut.failed() == n);
  }
};

} // namespace

TEST_CASE("whatever happens in whatever order: no alert lost, none settled twice, no attempt too many") {
  for (int batch = 0; batch < 5; ++batch)
    REQUIRE(rc::check("any history", [] {
      history h{1 + history::pick(12), 1 + history::pick(12)};
      auto steps = history::pick(200);
      for (size_t i = 0; i < steps; ++i) {
        h.step();
        h.check();
      }
      h.calm();
      h.check();
    }));
}

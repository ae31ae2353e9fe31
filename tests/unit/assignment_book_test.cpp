#include "actors/policy/assignment_book.hpp"

#include <catch2/catch.hpp>
#include <rapidcheck.h>

using namespace vigie;
using namespace std::chrono_literals;

namespace {

const mono_time t0 = mono_time{} + 1h;
const error crash{errc::crashed, "boom", {}};

source_spec source(std::string id) {
  source_spec out;
  out.id = source_id{std::move(id)};
  out.url = "http://site.example:8080/search?q={query}";
  return out;
}

/// Plans of one source; alert numbers count on over the plans; the token is the alert's number + 1000.
assignment make(int64_t id, std::vector<size_t> alerts_per_plan, std::string of = "shop") {
  assignment out;
  out.id = assignment_id{id};
  out.run = run_id{7};
  int64_t number = id * 100;
  for (auto n : alerts_per_plan) {
    auto& plan = out.plans.emplace_back();
    plan.source = source_id{of};
    plan.query = "q" + std::to_string(number);
    plan.host = host_key{"site.example:8080"};
    for (; n > 0; --n, ++number) {
      auto& x = plan.alerts.emplace_back();
      x.what.id = alert_id{number};
      x.token = fencing_token{number + 1000};
    }
  }
  return out;
}

alert_settled ok(int64_t assignment, int64_t number) {
  alert_settled out;
  out.assignment = assignment_id{assignment};
  out.alert = alert_id{number};
  out.token = fencing_token{number + 1000};
  return out;
}

assignment_book book_of(assignment_limits limits = {}) {
  assignment_book out{limits};
  out.know_sources({source("shop")});
  return out;
}

template <class T>
errc code_of(const result<T>& x) {
  return x ? errc::none : x.error().code;
}

} // namespace

TEST_CASE("an assignment runs plan by plan until every alert is settled once") {
  auto book = book_of();
  auto receipt = book.accept(make(1, {2, 1}), trace_id{"t"}, t0);
  REQUIRE(receipt->accepted == 3);
  auto started = book.start_plans(t0);
  REQUIRE(started.size() == 2);
  REQUIRE(started[0].what.source.id.value == "shop");
  REQUIRE(started[0].what.run == run_id{7});
  REQUIRE(started[0].what.deadline == 0ms);
  REQUIRE(book.settle(ok(1, 100)));
  REQUIRE_FALSE(book.settle(ok(1, 100)));
  REQUIRE_FALSE(book.settle(ok(1, 99)));
  REQUIRE_FALSE(book.settle(ok(2, 101)));
  auto other_token = ok(1, 101);
  other_token.token = fencing_token{5};
  REQUIRE_FALSE(book.settle(other_token));
  REQUIRE(book.unsettled(assignment_id{1}) == 2);
  auto rest = book.end_plan(started[0].plan, crash);
  REQUIRE(rest.size() == 1);
  REQUIRE(rest[0].alert == alert_id{101});
  REQUIRE(rest[0].token == fencing_token{1101});
  REQUIRE(rest[0].problem == crash);
  REQUIRE(rest[0].host.value == "site.example:8080");
  REQUIRE(book.settle(ok(1, 102)));
  REQUIRE(book.end_plan(started[1].plan, crash).empty());
  REQUIRE(book.unsettled() == 0);
  REQUIRE(book.running_plans() == 0);
}

TEST_CASE("a repeated hand-out gets the same receipt and is not done again") {
  auto book = book_of();
  REQUIRE(book.accept(make(1, {2}), {}, t0)->accepted == 2);
  REQUIRE(book.accept(make(1, {2}), {}, t0)->accepted == 2);
  REQUIRE(book.start_plans(t0).size() == 1);
  book.settle(ok(1, 100));
  book.settle(ok(1, 101));
  book.close(assignment_id{1});
  REQUIRE(book.accept(make(1, {2}), {}, t0)->accepted == 2);
  REQUIRE(book.start_plans(t0).empty());
  REQUIRE(book.unsettled() == 0);
}

TEST_CASE("of the finished ones the newest are remembered, so many") {
  auto book = book_of({8, 100, 2, 100ms});
  for (int64_t id = 1; id <= 3; ++id) {
    REQUIRE(book.accept(make(id, {1}), {}, t0));
    REQUIRE(book.start_plans(t0).size() == 1);
    REQUIRE(book.settle(ok(id, id * 100)));
    book.close(assignment_id{id});
  }
  REQUIRE(book.accept(make(3, {1}), {}, t0));
  REQUIRE(book.accept(make(2, {1}), {}, t0));
  REQUIRE(book.start_plans(t0).empty());
  REQUIRE(book.accept(make(1, {1}), {}, t0));
  REQUIRE(book.start_plans(t0).size() == 1);
}

TEST_CASE("nobody is beaten for more often than the floor allows") {
  auto book = book_of({8, 100, 8, 100ms});
  auto often = make(1, {1});
  often.beat_every = 1ms;
  auto seldom = make(2, {1});
  seldom.beat_every = 2s;
  REQUIRE(book.accept(often, {}, t0));
  REQUIRE(book.accept(seldom, {}, t0));
  REQUIRE(book.beat_of(assignment_id{1}) == 100ms);
  REQUIRE(book.beat_of(assignment_id{2}) == 2s);
}

TEST_CASE("what cannot be done is refused whole") {
  auto book = book_of({1, 3, 8, 100ms});
  REQUIRE(code_of(book.accept(make(1, {}), {}, t0)) == errc::bad_request);
  REQUIRE(code_of(book.accept(make(1, {1, 0}), {}, t0)) == errc::bad_request);
  REQUIRE(code_of(book.accept(make(1, {1}, "nowhere"), {}, t0)) == errc::bad_request);
  REQUIRE(code_of(book.accept(make(-1, {1}), {}, t0)) == errc::bad_request);
  auto twice = make(1, {1, 1});
  twice.plans[1].alerts = twice.plans[0].alerts;
  REQUIRE(code_of(book.accept(twice, {}, t0)) == errc::bad_request);
  REQUIRE(code_of(book.accept(make(1, {2, 2}), {}, t0)) == errc::busy);
  REQUIRE(book.unsettled() == 0);
  REQUIRE(book.accept(make(1, {1, 1}), {}, t0));
  REQUIRE(code_of(book.accept(make(2, {2}), {}, t0)) == errc::busy);
  REQUIRE(book.accept(make(2, {1}), {}, t0));
}

TEST_CASE("no more plans run than may") {
  auto book = book_of({2, 100, 8, 100ms});
  REQUIRE(book.accept(make(1, {1, 1, 1}), {}, t0));
  auto first = book.start_plans(t0);
  REQUIRE(first.size() == 2);
  REQUIRE(book.start_plans(t0).empty());
  REQUIRE(book.queued_plans() == 1);
  book.end_plan(first[0].plan, crash);
  REQUIRE(book.start_plans(t0).size() == 1);
}

TEST_CASE("a host with many plans leaves places for others") {
  auto book = book_of({8, 100, 8, 100ms});
  REQUIRE(book.accept(make(1, std::vector<size_t>(20, 1)), {}, t0));
  REQUIRE(book.start_plans(t0).size() == 6);
  auto other = make(2, {1, 1, 1});
  for (auto& plan : other.plans)
    plan.host = host_key{"forum.example"};
  REQUIRE(book.accept(other, {}, t0));
  auto started = book.start_plans(t0);
  REQUIRE(started.size() == 1);
  REQUIRE(started[0].what.plan.host.value == "forum.example");
  // Whoever ends, it is the turn of the host with the least under way.
  book.end_plan(started[0].plan, crash);
  started = book.start_plans(t0);
  REQUIRE(started.size() == 1);
  REQUIRE(started[0].what.plan.host.value == "forum.example");
}

TEST_CASE("a host of which all was taken back has nothing under way: it is its turn again") {
  for (auto expires : {false, true}) {
    auto book = book_of({4, 100, 8, 100ms});
    REQUIRE(book.accept(make(1, {1}), {}, t0));
    REQUIRE(book.start_plans(t0).size() == 1);
    if (expires)
      book.expire(assignment_id{1});
    else
      book.cancel(assignment_id{1});
    auto other = make(2, {1, 1, 1});
    for (auto& plan : other.plans)
      plan.host = host_key{"forum.example"};
    REQUIRE(book.accept(other, {}, t0));
    REQUIRE(book.start_plans(t0).size() == 3);
    REQUIRE(book.accept(make(3, {1}), {}, t0));
    REQUIRE(book.start_plans(t0).size() == 1); // the place that is kept for such hosts
  }
}

TEST_CASE("a plan knows what is left of the deadline") {
  auto book = book_of({1, 100, 8, 100ms});
  auto what = make(1, {1, 1});
  what.deadline = 10s;
  REQUIRE(book.accept(what, {}, t0));
  auto first = book.start_plans(t0);
  REQUIRE(first[0].what.deadline == 10s);
  book.end_plan(first[0].plan, crash);
  REQUIRE(book.start_plans(t0 + 4s)[0].what.deadline == 6s);
}

TEST_CASE("cancelling stops and forgets, expiring settles what is left") {
  auto book = book_of({1, 100, 8, 100ms});
  REQUIRE(book.accept(make(1, {2, 1}), {}, t0));
  REQUIRE(book.accept(make(2, {2, 1}), {}, t0));
  auto running = book.start_plans(t0);
  auto stopped = book.cancel(assignment_id{1});
  REQUIRE(stopped.plans == std::vector<uint64_t>{running[0].plan});
  REQUIRE(stopped.unsettled.empty());
  REQUIRE_FALSE(book.knows(assignment_id{1}));
  REQUIRE(book.unsettled() == 3);
  REQUIRE_FALSE(book.settle(ok(1, 100)));
  running = book.start_plans(t0);
  REQUIRE(book.settle(ok(2, 200)));
  auto expired = book.expire(assignment_id{2});
  REQUIRE(expired.plans == std::vector<uint64_t>{running[0].plan});
  REQUIRE(expired.unsettled.size() == 2);
  for (const auto& x : expired.unsettled)
    REQUIRE(x.problem.code == errc::deadline_exceeded);
  REQUIRE(book.unsettled() == 0);
  REQUIRE(book.knows(assignment_id{2}));
}

TEST_CASE("a page that is being read at the deadline is what takes long") {
  auto book = book_of({2, 100, 8, 100ms});
  REQUIRE(book.accept(make(1, {1, 1, 1}), {}, t0));
  auto running = book.start_plans(t0);
  REQUIRE(running.size() == 2);
  auto expired = book.expire(assignment_id{1}, {running[0].plan});
  REQUIRE(expired.unsettled.size() == 3);
  for (const auto& x : expired.unsettled)
    REQUIRE(x.problem.code ==
            (x.alert == running[0].what.plan.alerts[0].what.id ? errc::bad_page : errc::deadline_exceeded));
}

TEST_CASE("what is cancelled of one host leaves the other hosts' searches as they are") {
  auto book = book_of({2, 100, 8, 100ms});
  auto what = make(1, {2, 1, 1, 1});
  what.plans[1].host = what.plans[3].host = host_key{"forum.example"};
  REQUIRE(book.accept(what, {}, t0));
  auto running = book.start_plans(t0);
  REQUIRE(running.size() == 2);
  REQUIRE(running[0].what.plan.host != running[1].what.plan.host);
  auto stopped = book.cancel(assignment_id{1}, {host_key{"site.example:8080"}});
  REQUIRE(stopped.plans.size() == 1);
  REQUIRE(stopped.unsettled.empty());
  REQUIRE(book.knows(assignment_id{1}));
  REQUIRE(book.unsettled(assignment_id{1}) == 2);
  REQUIRE_FALSE(book.settle(ok(1, 100)));
  auto more = book.start_plans(t0);
  REQUIRE(more.size() == 1);
  REQUIRE(more[0].what.plan.host.value == "forum.example");
  REQUIRE(book.settle(ok(1, 102)));
  REQUIRE(book.settle(ok(1, 104)));
  REQUIRE(book.unsettled() == 0);
  REQUIRE(book.cancel(assignment_id{1}, {host_key{"nowhere"}}).plans.empty());
}

TEST_CASE("a command's alerts are grouped by source and query, and outlive main's") {
  auto book = book_of();
  std::vector<alert> alerts(3);
  for (auto& x : alerts)
    x.source = source_id{"shop"};
  alerts[1].query = "other";
  auto begun = book.accept_command(alerts, {}, 5s, t0);
  REQUIRE(begun);
  REQUIRE(begun->failed.empty());
  auto id = begun->id;
  REQUIRE(assignment_book::is_own(id));
  REQUIRE(book.accept(make(1, {1}), {}, t0));
  auto started = book.start_plans(t0);
  REQUIRE(started.size() == 3);
  REQUIRE(started[0].what.plan.alerts.size() == 2);
  REQUIRE(started[0].what.plan.host.value == "site.example:8080");
  REQUIRE(started[1].what.plan.query == "other");
  auto stopped = book.cancel_main();
  REQUIRE(stopped.plans == std::vector<uint64_t>{started[2].plan});
  REQUIRE(book.unsettled(id) == 3);
  // One that this worker knows no source of takes nothing from the others.
  alerts[1].id = alert_id{8};
  alerts[1].source = source_id{"nowhere"};
  begun = book.accept_command(alerts, {}, 5s, t0);
  REQUIRE(begun);
  REQUIRE(book.unsettled(begun->id) == 2);
  REQUIRE(begun->failed.size() == 1);
  REQUIRE(begun->failed[0].alert == alert_id{8});
  REQUIRE(begun->failed[0].problem.code == errc::bad_request);
  for (auto& x : alerts)
    x.source = source_id{"nowhere"};
  REQUIRE(code_of(book.accept_command(alerts, {}, 5s, t0)) == errc::bad_request);
}

TEST_CASE("whatever happens, every accepted alert is settled at most once and none is forgotten") {
  REQUIRE(rc::check("settled + open = accepted", [] {
    auto book = book_of({3, 40, 4, 100ms});
    std::map<std::pair<int64_t, int64_t>, int> settled;
    std::map<int64_t, uint32_t> accepted;
    std::vector<assignment_book::plan_start> running;
    auto note = [&](const alert_settled& x) { ++settled[{x.assignment.value, x.alert.value}]; };
    int64_t last = 0;
    for (auto step : *rc::gen::container<std::vector<uint8_t>>(rc::gen::arbitrary<uint8_t>())) {
      auto pick = [&](size_t n) { return step / 5 % n; };
      if (step % 5 == 0) {
        if (auto r = book.accept(make(++last, {1 + pick(3), 1 + pick(2)}), {}, t0))
          accepted[last] = r->accepted;
      } else if (step % 5 == 1) {
        auto more = book.start_plans(t0);
        running.insert(running.end(), more.begin(), more.end());
      } else if (step % 5 == 2 && !running.empty()) {
        auto& plan = running[pick(running.size())].what;
        auto& x = plan.plan.alerts[pick(plan.plan.alerts.size())];
        auto s = ok(plan.assignment.value, x.what.id.value);
        if (book.settle(s))
          note(s);
      } else if (step % 5 == 3 && !running.empty()) {
        auto i = pick(running.size());
        for (const auto& x : book.end_plan(running[i].plan, crash))
          note(x);
        running.erase(running.begin() + static_cast<ptrdiff_t>(i));
      } else if (last > 0) {
        for (const auto& x : book.expire(assignment_id{1 + static_cast<int64_t>(pick(last))}).unsettled)
          note(x);
      }
      RC_ASSERT(book.running_plans() <= 3u);
      RC_ASSERT(book.unsettled() <= 40u);
    }
    std::map<int64_t, uint32_t> total;
    for (const auto& [key, times] : settled) {
      RC_ASSERT(times == 1);
      ++total[key.first];
    }
    uint32_t open = 0;
    for (const auto& [id, n] : accepted) {
      RC_ASSERT(total[id] + book.unsettled(assignment_id{id}) == n);
      open += book.unsettled(assignment_id{id});
    }
    RC_ASSERT(open == book.unsettled());
  }));
}

#include "tests/actors/alert_cycle_stage.hpp"

#include <algorithm>

using namespace vigie;
using namespace vigie::test;
using namespace std::chrono_literals;

namespace {

constexpr uint64_t seeds = 50;

template <class Play>
void over_seeds(Play play, size_t alerts = 41) {
  for (uint64_t seed = 1; seed <= seeds; ++seed) {
    INFO("seed " << seed);
    stage s{seed, alerts};
    play(s);
  }
}

/// What must hold after any run that ended well, whatever happened on the way.
void check_complete(stage& s, uint32_t alerts = 41) {
  auto run = s.run();
  REQUIRE(run.state == run_state::completed);
  REQUIRE(run.alerts == alerts);
  REQUIRE(run.alerts_ok == alerts);
  REQUIRE(run.alerts_failed == 0);
  REQUIRE(s.attempts_in(attempt_state::settled) == alerts);
  REQUIRE(s.matches() == alerts);
  REQUIRE(s.until([&] { return s.all_delivered(); }));
  REQUIRE(s.distinct_notifications() == alerts);
  std::map<alert_id, int> settled;
  for (const auto& x : s.attempts()) {
    REQUIRE(x.attempt <= s.config.limits.max_attempts);
    settled[x.alert] += x.state == attempt_state::settled ? 1 : 0;
  }
  for (const auto& [id, count] : settled)
    REQUIRE(count == 1);
}

void begin(stage& s) {
  s.start();
  auto ticket = s.trigger();
  REQUIRE(ticket.has_value());
  REQUIRE(ticket->run == run_id{1});
  REQUIRE_FALSE(ticket->deduplicated);
}

/// So many alerts of the market and as many of the forum ("alert 101" and on): each worker gets some of both.
void add_of_both(stage& s, size_t n) {
  for (size_t i = 1; i <= n; ++i)
    s.add_alert(i, "m" + std::to_string(i));
  for (size_t i = 1; i <= n; ++i)
    s.add_alert(100 + i, "f" + std::to_string(i), "forum");
}

bool of_forum(const run_alert& x) {
  return x.alert_name > "alert 100" && x.alert_name.size() == 9;
}

bool run_one(stage& s) {
  return s.until([&] { return s.ended(); });
}

} // namespace

TEST_CASE("a cycle: 41 alerts over 4 workers are 11, 10, 10, 10; each is settled and notified once") {
  over_seeds([](stage& s) {
    begin(s);
    REQUIRE(run_one(s));
    check_complete(s);
    CHECK(s.run().workers == 4);
    CHECK(s.run().workers_ok == 4);
    CHECK(s.run().resent == 0);
    CHECK(s.shop.rows().size() == 41);
    std::vector<size_t> sizes;
    for (const auto& [id, h] : s.hands) {
      REQUIRE(h.shares.size() == 1);
      sizes.push_back(h.shares[0]);
    }
    std::sort(sizes.rbegin(), sizes.rend());
    CHECK(sizes == std::vector<size_t>{11, 10, 10, 10});
    CHECK(s.in_flight() == 0);
    CHECK(s.log.count("cycle_started") == 1);
    CHECK(s.log.count("cycle_ended") == 1);
    CHECK(s.metrics.counter("vigie_cycles_total", {{"state", "completed"}}) == 1);
  });
}

TEST_CASE("alerts of one query share a plan") {
  over_seeds(
      [](stage& s) {
        for (size_t i = 1; i <= 12; ++i)
          s.add_alert(i, "q" + std::to_string(i % 3));
        begin(s);
        REQUIRE(run_one(s));
        REQUIRE(s.run().alerts_ok == 12);
        size_t plans = 0;
        for (const auto& [id, h] : s.hands)
          for (auto n : h.shares)
            plans += n;
        CHECK(plans == 3);
      },
      0);
}

TEST_CASE("a worker lost in mid-cycle gives back what it has not finished, and nothing else") {
  over_seeds([](stage& s) {
    begin(s);
    s.w.advance(duration{100 + static_cast<int64_t>(s.random(1800))});
    auto& us = s.at("us");
    auto done = us.asked.size();
    REQUIRE(us.shares.size() == 1);
    s.lose("us");
    REQUIRE(run_one(s));
    check_complete(s);
    CHECK(s.run().workers == 4);
    CHECK(s.run().workers_ok == 3);
    // Results that were under way when the link broke may have been lost with it.
    CHECK(s.run().resent >= us.shares[0] - done);
    CHECK(s.run().resent <= us.shares[0]);
    CHECK(s.in_flight() == 0);
  });
}

TEST_CASE("a worker that takes work and says nothing loses it after the silence; what it says then is late") {
  over_seeds([](stage& s) {
    s.at("nl").silent = true;
    begin(s);
    s.w.advance(29s);
    REQUIRE_FALSE(s.ended());
    REQUIRE(s.run().resent == 0);
    REQUIRE(run_one(s));
    check_complete(s);
    CHECK(s.run().resent == s.at("nl").shares.at(0));
    auto counted = s.run().late;
    s.w.advance(1min);
    CHECK(s.run().late == counted + s.at("nl").shares.at(0));
    CHECK(s.matches() == 41);
    check_complete(s);
  });
}

TEST_CASE("a main that was stopped reads what its workers said before it calls one of them silent") {
  over_seeds([](stage& s) {
    begin(s);
    s.w.advance(1s);
    REQUIRE_FALSE(s.ended());
    s.w.scheduler().advance_time(45s);
    REQUIRE(run_one(s));
    check_complete(s);
    CHECK(s.run().resent == 0);
  });
}

TEST_CASE("a worker whose receipt came in time is silent only when it has said nothing for so long since") {
  over_seeds([](stage& s) {
    s.at("nl").receipt_takes = 29500ms;
    s.at("nl").pace = 5s; // its first result comes after its first beat
    begin(s);
    REQUIRE(run_one(s));
    check_complete(s);
    CHECK(s.run().resent == 0);
  });
}

TEST_CASE("a worker that beats and does not finish loses its work at the assignment's deadline") {
  over_seeds([](stage& s) {
    s.at("nl").pace = 24h;
    begin(s);
    REQUIRE(run_one(s));
    check_complete(s);
    CHECK(s.run().resent == s.at("nl").shares.at(0));
    auto told = s.log.events("assignment_taken_back");
    REQUIRE(told.size() == 1);
    CHECK(told[0].field("why").find("deadline") != std::string::npos);
  });
}

TEST_CASE("what is begun ends once for the balancer, and nothing of a cancelled run goes on, whenever that comes") {
  over_seeds([](stage& s) {
    s.config.overlap = overlap_policy::cancel_old;
    s.at("uk").lost = true; // offered all the same: whatever it is given fails at once
    s.start();
    s.w.drain();
    for (int i = 0; i < 2; ++i) {
      caf::anon_send(s.cycle.get(), trigger_run{run_trigger::manual, {}, "test"});
      for (auto steps = i == 0 ? s.random(80) : 0; steps > 0; --steps)
        s.w.step();
    }
    REQUIRE(s.until([&] { return s.runs() == 2 && s.ended(1) && s.ended(2); }));
    s.w.advance(1min, 500ms);
    uint64_t begun = 0;
    for (const auto& [id, h] : s.hands) {
      uint64_t ended = 0;
      for (const auto& [how, n] : h.ended)
        ended += n;
      CHECK(ended == h.begun);
      CHECK(h.open.empty());
      begun += h.begun;
    }
    CHECK(begun >= 41);
  });
}

TEST_CASE("ticks keep their phase: those that were slept through are not caught up") {
  over_seeds(
      [](stage& s) {
        s.config.enabled = true;
        s.config.initial_delay = 1s;
        s.config.interval = 10s;
        s.add_alert(1, "q");
        s.start();
        s.w.advance(5s);
        CHECK(s.runs() == 1);
        s.w.scheduler().advance_time(92s);
        s.w.advance(3s);
        CHECK(s.runs() == 2);
        s.w.advance(2s);
        CHECK(s.runs() == 3);
      },
      0);
}

TEST_CASE("a store that died over a beginning does not double the ticks") {
  over_seeds(
      [](stage& s) {
        s.config.enabled = true;
        s.config.initial_delay = 1s;
        s.config.interval = 10s;
        s.add_alert(1, "q");
        s.start();
        s.w.advance(500ms);
        s.w.stop(s.store_ref.get());
        s.w.advance(3s);
        CHECK(s.runs() == 0);
        s.restart_store();
        s.w.advance(60s);
        CHECK(s.runs() == 7); // the first one late, then every 10 s
        CHECK(s.log.count("cycle_skipped") == 0);
      },
      0);
}

TEST_CASE("a result of an attempt that was never made is refused, and holds up no run") {
  over_seeds([](stage& s) {
    begin(s);
    alert_settled odd;
    odd.run = run_id{1};
    odd.alert = alert_id{1};
    odd.token = fencing_token{999999};
    odd.source = source_id{"market"};
    odd.host = market;
    auto ack = s.w.ask<settle_ack>(s.cycle.get(), worker_id{"worker-fr"}, odd);
    REQUIRE(ack);
    CHECK_FALSE(ack->applied);
    CHECK(s.log.count("settlement_refused") == 1);
    REQUIRE(run_one(s));
    check_complete(s);
  });
}

TEST_CASE("settlements that come several times count once") {
  over_seeds([](stage& s) {
    for (auto& [id, h] : s.hands)
      h.copies = 3;
    begin(s);
    REQUIRE(run_one(s));
    check_complete(s);
    CHECK(s.run().items_checked == 41 * 3);
    CHECK(s.run().late == 0);
    CHECK(s.in_flight() == 0);
  });
}

TEST_CASE("a store that fails for a while delays the cycle and loses nothing") {
  over_seeds([](stage& s) {
    begin(s);
    s.w.advance(duration{static_cast<int64_t>(s.random(2000))});
    s.db.fail_all(errc::store_unavailable);
    s.w.advance(duration{static_cast<int64_t>(s.random(20000))});
    s.db.fail_all(errc::none);
    REQUIRE(run_one(s));
    check_complete(s);
    CHECK(s.in_flight() == 0);
  });
}

TEST_CASE("a store actor that crashes now and then loses answers, and no alert") {
  over_seeds([](stage& s) {
    begin(s);
    for (int i = 0; i < 4; ++i) {
      s.w.advance(duration{static_cast<int64_t>(s.random(700))});
      s.db.hold(); // done, but nobody hears of it
      s.w.advance(duration{static_cast<int64_t>(s.random(300))});
      s.restart_store();
      s.db.release();
    }
    REQUIRE(run_one(s));
    check_complete(s);
    CHECK(s.runs() == 1);
  });
}

TEST_CASE("the cycle killed at any moment: the next one resumes; each alert settled once, nothing notified twice") {
  over_seeds([](stage& s) {
    s.start();
    caf::anon_send(s.cycle.get(), trigger_run{run_trigger::manual, {}, "test"});
    auto kills = 1 + s.random(2);
    for (size_t i = 0; i < kills; ++i) {
      for (auto steps = s.random(400); steps > 0; --steps)
        if (!s.w.step())
          s.w.scheduler().advance_time(50ms);
      s.restart_cycle();
    }
    s.w.advance(5s);
    if (s.runs() == 0) // killed before the trigger was heard
      REQUIRE(s.trigger().has_value());
    REQUIRE(run_one(s));
    check_complete(s);
    CHECK(s.runs() == 1);
    CHECK(s.shop.rows().size() == 41);
  });
}

TEST_CASE("attempts are counted over the lives of the cycle") {
  over_seeds(
      [](stage& s) {
        for (auto& [id, h] : s.hands)
          h.pace = 1min;
        begin(s);
        for (int i = 0; i < 3; ++i) {
          s.w.advance(5s);
          s.restart_cycle();
        }
        REQUIRE(run_one(s));
        CHECK(s.run().state == run_state::failed);
        CHECK(s.run().alerts_failed == 2);
        for (const auto& x : s.attempts())
          CHECK(x.attempt <= 3);
      },
      2);
}

TEST_CASE("overlap skip: the running one is the answer, and a tick that is skipped is a row") {
  over_seeds([](stage& s) {
    s.config.enabled = true;
    s.config.initial_delay = 1s;
    s.config.interval = 1s;
    for (auto& [id, h] : s.hands)
      h.pace = 1s;
    s.start();
    s.w.advance(1500ms);
    REQUIRE(s.runs() == 1);
    auto again = s.trigger();
    REQUIRE(again.has_value());
    CHECK(again->run == run_id{1});
    CHECK(again->deduplicated);
    s.w.advance(3s);
    CHECK(s.runs() == 4);
    CHECK(s.run(2).state == run_state::skipped_overlap);
    REQUIRE(run_one(s));
    check_complete(s);
  });
}

TEST_CASE("overlap queue_one: one waits and runs next, the others get the running one") {
  over_seeds([](stage& s) {
    s.config.overlap = overlap_policy::queue_one;
    begin(s);
    auto second = s.w.self->request(s.cycle.get(), caf::infinite, trigger_run{run_trigger::manual, "k2", "test"});
    auto repeated = s.w.self->request(s.cycle.get(), caf::infinite, trigger_run{run_trigger::manual, "k2", "test"});
    s.w.drain();
    auto third = s.trigger();
    REQUIRE(third.has_value());
    CHECK(third->run == run_id{1});
    CHECK(third->deduplicated);
    REQUIRE(run_one(s));
    REQUIRE(s.until([&] { return s.runs() == 2 && s.ended(2); }));
    auto fail = [](caf::error&) { FAIL("no ticket"); };
    second.receive(
        [](const run_ticket& x) {
          CHECK(x.run == run_id{2});
          CHECK_FALSE(x.deduplicated);
        },
        fail);
    repeated.receive(
        [](const run_ticket& x) {
          CHECK(x.run == run_id{2});
          CHECK(x.deduplicated);
        },
        fail);
    CHECK(s.run(2).state == run_state::completed);
    CHECK(s.run(2).new_matches == 0);
    s.w.advance(10min);
    CHECK(s.runs() == 2);
    check_complete(s);
  });
}

TEST_CASE("overlap cancel_old: the old run ends cancelled, the new one does everything") {
  over_seeds([](stage& s) {
    s.config.overlap = overlap_policy::cancel_old;
    begin(s);
    s.w.advance(duration{static_cast<int64_t>(s.random(1500))});
    auto outage = s.random(2) == 0;
    if (outage)
      s.db.fail_all(errc::store_unavailable);
    auto second = s.w.self->request(s.cycle.get(), caf::infinite, trigger_run{run_trigger::manual, {}, "test"});
    s.w.advance(duration{static_cast<int64_t>(s.random(8000))});
    s.db.fail_all(errc::none);
    REQUIRE(s.until([&] { return s.runs() == 2 && s.ended(2); }));
    second.receive([](const run_ticket& x) { CHECK(x.run == run_id{2}); }, [](caf::error&) { FAIL("no ticket"); });
    CHECK(s.run(1).state == run_state::cancelled);
    CHECK(s.run(1).note.find("a newer trigger came") == 0);
    CHECK(s.run(2).state == run_state::completed);
    CHECK(s.matches() == 41);
    CHECK(s.in_flight() == 0);
    REQUIRE(s.until([&] { return s.all_delivered(); }));
    CHECK(s.shop.rows().size() == 41);
  });
}

TEST_CASE("a cancelled run does not end before what it settles itself is stored") {
  over_seeds([](stage& s) {
    s.config.overlap = overlap_policy::cancel_old;
    for (size_t i = 1; i <= 4; ++i)
      s.add_alert(300 + i, "h" + std::to_string(i), "nowhere");
    s.start();
    s.w.drain();
    for (int i = 0; i < 2; ++i) {
      caf::anon_send(s.cycle.get(), trigger_run{run_trigger::manual, {}, "test"});
      for (auto steps = i == 0 ? s.random(40) : 0; steps > 0; --steps)
        s.w.step();
    }
    REQUIRE(s.until([&] { return s.runs() == 2 && s.ended(1) && s.ended(2); }));
    s.w.advance(1min, 500ms);
    for (const auto& x : s.log.events("late_result"))
      CHECK(x.field("worker") != "");
  });
}

TEST_CASE("a refusal that is being ruled on is stored before its run ends cancelled") {
  over_seeds([](stage& s) {
    s.config.overlap = overlap_policy::cancel_old;
    s.ruling_takes = 2s;
    s.at("fr").refused = true;
    begin(s);
    s.w.advance(500ms);
    caf::anon_send(s.cycle.get(), trigger_run{run_trigger::manual, {}, "test"});
    REQUIRE(s.until([&] { return s.runs() == 2 && s.ended(1) && s.ended(2); }));
    s.w.advance(5s, 500ms);
    size_t refused = 0;
    for (const auto& x : s.attempts(1))
      if (x.problem.code == errc::refused) {
        CHECK(x.state == attempt_state::failed);
        ++refused;
      }
    CHECK(refused > 0);
  });
}

TEST_CASE("a run that has ended in another way is over here, too") {
  over_seeds([](stage& s) {
    begin(s);
    s.w.advance(duration{static_cast<int64_t>(s.random(1500))});
    bool ended = false;
    s.db.end_run(run_id{1}, run_state::cancelled, 0, 0, "by another hand", from_unix_ms(1'800'000'000'000),
                 [&](const result<run_summary>& x) { ended = x.has_value(); });
    REQUIRE(ended);
    s.w.advance(10s, 500ms);
    auto ticket = s.trigger();
    REQUIRE(ticket);
    CHECK(ticket->run == run_id{2});
    REQUIRE(s.until([&] { return s.ended(2); }));
    CHECK(s.run(2).state == run_state::completed);
  });
}

TEST_CASE("an idempotency key gives the same run, while it is on and after") {
  over_seeds(
      [](stage& s) {
        s.start();
        auto one = s.w.self->request(s.cycle.get(), caf::infinite, trigger_run{run_trigger::manual, "k", "test"});
        auto two = s.w.self->request(s.cycle.get(), caf::infinite, trigger_run{run_trigger::manual, "k", "test"});
        s.w.drain();
        auto fail = [](caf::error&) { FAIL("no ticket"); };
        one.receive([](const run_ticket& x) { CHECK_FALSE(x.deduplicated); }, fail);
        two.receive(
            [](const run_ticket& x) {
              CHECK(x.deduplicated);
              CHECK(x.run == run_id{1});
            },
            fail);
        auto skipped = s.trigger("other");
        CHECK(skipped->run == run_id{1});
        REQUIRE(run_one(s));
        CHECK(s.trigger("k")->run == run_id{1});
        CHECK(s.trigger("other")->run == run_id{1});
        CHECK(s.runs() == 1);
        s.w.advance(1h + 1s, 1min);
        auto fresh = s.trigger("k");
        CHECK(fresh->run == run_id{2});
        CHECK_FALSE(fresh->deduplicated);
      },
      4);
}

TEST_CASE("a run of chosen alerts checks these and no others; a key that began it begins none of others") {
  over_seeds(
      [](stage& s) {
        s.start();
        auto choose = [&](std::vector<alert_id> only, std::string key = {}) {
          return s.w.ask<run_ticket>(s.cycle.get(),
                                     trigger_run{run_trigger::manual, std::move(key), "test", std::move(only)});
        };
        REQUIRE(choose({alert_id{2}, alert_id{4}}, "k"));
        REQUIRE(run_one(s));
        CHECK(s.run().alerts == 2);
        CHECK(s.run().alerts_ok == 2);
        for (const auto& x : s.attempts())
          CHECK((x.alert == alert_id{2} || x.alert == alert_id{4}));
        CHECK(choose({alert_id{2}, alert_id{4}}, "k")->run == run_id{1});
        for (const auto& other : {std::vector<alert_id>{}, std::vector<alert_id>{alert_id{2}}}) {
          auto refused = choose(other, "k");
          REQUIRE_FALSE(refused);
          CHECK(refused.error().code == errc::conflict);
          CHECK(refused.error().place == "Idempotency-Key");
        }
        CHECK(choose({alert_id{99}}).error().code == errc::not_found);
        s.db.set_alert_enabled(alert_id{3}, false, [](const result<alert>&) {});
        CHECK(choose({alert_id{1}, alert_id{3}}).error().code == errc::bad_request);
        CHECK(s.runs() == 1);
        CHECK(s.log.count("cycle_not_begun") == 0);
        REQUIRE(s.trigger()->run == run_id{2});
        REQUIRE(s.until([&] { return s.ended(2); }));
        CHECK(s.run(2).alerts == 4);
      },
      5);
}

TEST_CASE("the end of a run names the alerts that failed, what to type next, and what a first run learned") {
  over_seeds(
      [](stage& s) {
        for (size_t i = 10; i < 17; ++i)
          s.add_alert(i, "x", "nowhere");
        s.db.put_alert(
            [] {
              alert a;
              a.name = "learner";
              a.source = source_id{"market"};
              a.query = "learn";
              return a;
            }(),
            [](const result<alert>&) {});
        begin(s);
        REQUIRE(run_one(s));
        REQUIRE(s.until([&] { return s.log.count("cycle_ended") == 1; }));
        auto ended = s.log.events("cycle_ended").at(0);
        CHECK(ended.field("state") == "partial");
        CHECK(ended.field("baseline") == "1 learned, none sent: first run");
        auto failed = ended.field("failed");
        CHECK(failed.find("\"alert 10\": not_found: ") != std::string::npos);
        CHECK(failed.ends_with("; and 2 more"));
        CHECK(ended.field("next") == "vigie runs 1");
      },
      3);
}

TEST_CASE("no workers: the alerts wait out their patience, then fail with no_capacity") {
  over_seeds(
      [](stage& s) {
        for (auto& [id, h] : s.hands)
          h.offered = false;
        begin(s);
        s.w.advance(59s);
        REQUIRE_FALSE(s.ended());
        REQUIRE(run_one(s));
        CHECK(s.run().state == run_state::failed);
        CHECK(s.run().alerts_failed == 5);
        CHECK(s.run().workers == 0);
        for (const auto& x : s.attempts())
          CHECK(x.problem.code == errc::no_capacity);
      },
      5);
}

TEST_CASE("a worker that comes within the patience saves the run") {
  over_seeds(
      [](stage& s) {
        for (auto& [id, h] : s.hands)
          h.offered = false;
        begin(s);
        s.w.advance(50s);
        s.at("uk").offered = true;
        REQUIRE(run_one(s));
        check_complete(s, 5);
      },
      5);
}

TEST_CASE("a refused worker is asked no more; another region does its work") {
  over_seeds([](stage& s) {
    s.at("fr").refused = true;
    begin(s);
    REQUIRE(run_one(s));
    check_complete(s);
    CHECK(s.at("fr").asked.size() == 1);
    CHECK(s.ledger.standing(s.at("fr").id, market, from_unix_ms(1'800'000'001'000)) == ban_standing::banned);
    CHECK(s.in_flight() == 0);
    // Its other alerts were taken back untried: they say nothing of the worker.
    CHECK(s.at("fr").ended[work_outcome::our_fault] == 0);
    CHECK(s.at("fr").ended[work_outcome::outside] == 1);
    CHECK(s.at("fr").ended[work_outcome::untried] == s.at("fr").shares.at(0) - 1);
  });
}

TEST_CASE("a refusal by one host: the others' alerts stay where they are and wait for nothing") {
  over_seeds(
      [](stage& s) {
        add_of_both(s, 12);
        s.at("fr").refused_by = {market};
        s.ruling_takes = 8s;
        begin(s);
        REQUIRE(s.until(
            [&] {
              auto all = s.attempts();
              return std::count_if(all.begin(), all.end(), [&](const auto& x) {
                       return of_forum(x) && x.state == attempt_state::settled;
                     }) == 12;
            },
            5s));
        CHECK_FALSE(s.ended());
        REQUIRE(run_one(s));
        check_complete(s, 24);
        for (const auto& x : s.attempts()) {
          CHECK((!of_forum(x) || x.attempt == 1));
          CHECK((x.problem.code == errc::none || !of_forum(x)));
        }
        CHECK(s.in_flight() == 0);
      },
      0);
}

TEST_CASE("while a refusal is ruled on, what another host has to hand out goes out") {
  over_seeds(
      [](stage& s) {
        add_of_both(s, 8);
        s.at("fr").refused_by = {market};
        s.at("us").pace = 10min;
        s.ruling_takes = 8s;
        begin(s);
        s.w.advance(1s);
        REQUIRE_FALSE(s.ledger.all().empty());
        s.lose("us");
        s.w.advance(5s);
        size_t settled = 0;
        for (const auto& x : s.attempts())
          settled += of_forum(x) && x.state == attempt_state::settled ? 1 : 0;
        CHECK(settled == 8);
        REQUIRE(run_one(s));
        check_complete(s, 16);
      },
      0);
}

TEST_CASE("only the alert that was refused has spent an attempt") {
  over_seeds(
      [](stage& s) {
        s.config.limits.max_attempts = 1;
        s.at("fr").refused = true;
        begin(s);
        REQUIRE(run_one(s));
        CHECK(s.run().alerts_failed == 1);
        CHECK(s.run().alerts_ok == 19);
        CHECK(s.at("fr").asked.size() == 1);
      },
      20);
}

TEST_CASE("two regions refused: the circuit opens, everyone stops, the rest fails with circuit_open") {
  over_seeds([](stage& s) {
    for (size_t i = 1; i <= 8; ++i)
      s.add_alert(100 + i, "f" + std::to_string(i), "forum");
    for (auto& [id, h] : s.hands) {
      h.refused = true;
      h.pace = 100ms + duration{static_cast<int64_t>(s.random(400))};
    }
    begin(s);
    REQUIRE(run_one(s));
    auto run = s.run();
    CHECK(run.alerts_failed == 49);
    CHECK(run.state == run_state::failed);
    std::map<host_key, std::set<std::string>> refusing;
    for (const auto& x : s.attempts()) {
      INFO(to_string(x.problem));
      CHECK((x.problem.code == errc::refused || x.problem.code == errc::circuit_open ||
             x.state == attempt_state::abandoned || x.problem.code == errc::none));
    }
    size_t asked = 0;
    for (const auto& [id, h] : s.hands)
      asked += h.asked.size();
    // Two hosts, two regions each; a third may have asked in the same instant.
    CHECK(asked <= 8);
    CHECK(s.in_flight() == 0);
  });
}

TEST_CASE("a circuit that is open already: nothing is asked of that host") {
  over_seeds(
      [](stage& s) {
        auto now = s.env().wall(s.w.now());
        s.ledger.refused({s.at("fr").id, market, "test"}, now);
        s.ledger.refused({s.at("us").id, market, "test"}, now);
        s.add_alert(100, "f", "forum");
        begin(s);
        REQUIRE(run_one(s));
        CHECK(s.run().state == run_state::partial);
        CHECK(s.run().alerts_ok == 1);
        CHECK(s.run().alerts_failed == 6);
        // At once, and by its name: nobody waits for a worker that may ask.
        CHECK(s.run().ended - s.run().started < 2s);
        for (const auto& x : s.attempts())
          CHECK(x.problem.code == (x.alert == alert_id{7} ? errc::none : errc::circuit_open));
        for (const auto& [id, h] : s.hands)
          for (auto a : h.asked)
            CHECK(a == alert_id{7});
      },
      6);
}

TEST_CASE("an alert whose source is unknown fails with not_found; the others are checked") {
  over_seeds(
      [](stage& s) {
        s.add_alert(100, "x", "nowhere");
        begin(s);
        REQUIRE(run_one(s));
        CHECK(s.run().state == run_state::partial);
        CHECK(s.run().alerts_ok == 3);
        auto rows = s.attempts();
        auto bad = std::find_if(rows.begin(), rows.end(), [](const auto& x) { return x.alert == alert_id{4}; });
        REQUIRE(bad != rows.end());
        CHECK(bad->problem.code == errc::not_found);
      },
      3);
}

TEST_CASE("our own faults are tried again elsewhere, at most max_attempts times; bad pages are not") {
  over_seeds(
      [](stage& s) {
        auto code = s.random(2) == 0 ? errc::network : errc::bad_page;
        for (auto& [id, h] : s.hands)
          h.problem = code;
        begin(s);
        REQUIRE(run_one(s));
        CHECK(s.run().alerts_failed == 6);
        CHECK(s.attempts().size() == (code == errc::network ? 18 : 6));
        std::set<std::pair<alert_id, worker_id>> pairs;
        for (const auto& x : s.attempts())
          CHECK(pairs.emplace(x.alert, x.worker).second);
      },
      6);
}

TEST_CASE("a host that hangs holds up nobody: the others' alerts are checked at every tick") {
  over_seeds(
      [](stage& s) {
        s.config.enabled = true;
        s.config.initial_delay = 1s;
        s.config.interval = 10s;
        add_of_both(s, 8);
        for (auto& [id, h] : s.hands) {
          h.hangs = {market};
          h.hangs_for = 1min;
        }
        s.start();
        s.w.advance(1s);
        s.w.advance(2min, 500ms);
        size_t runs_of_forum = 0;
        for (int64_t i = 1; i <= static_cast<int64_t>(s.runs()); ++i) {
          size_t forum_settled = 0;
          for (const auto& x : s.attempts(i))
            forum_settled += of_forum(x) && x.state == attempt_state::settled ? 1 : 0;
          runs_of_forum += forum_settled == 8 ? 1 : 0;
        }
        CHECK(runs_of_forum >= 12);
        CHECK(s.run(1).alerts == 16);
        CHECK(s.run(2).alerts == 8);
        CHECK(s.run(2).state == run_state::completed);
        auto left_out = s.log.events("host_left_out").at(0);
        CHECK(left_out.field("host") == market.value);
        CHECK(left_out.field("run") == "1");
        CHECK(left_out.field("open_searches") == "8");
        CHECK(left_out.field("since") == to_rfc3339(s.run(1).started));
        CHECK(s.log.count("cycle_skipped") == 0);
        // Three time-outs in a row, then the rest at once.
        CHECK(s.run(1).state == run_state::partial);
        CHECK(s.run(1).alerts_ok == 8);
        auto said = s.log.events("host_silent");
        REQUIRE(said.size() >= 1);
        CHECK(said[0].level == log_level::warn);
        CHECK(said[0].field("run") == "1");
        CHECK(said[0].field("host") == market.value);
        CHECK(said[0].field("timed_out") == "3");
        CHECK(said[0].field("open_searches") == "8");
        CHECK(said[0].trace == s.run(1).trace);
        size_t silent = 0;
        for (const auto& x : s.attempts(1))
          silent += x.problem.code == errc::host_silent ? 1 : 0;
        CHECK(silent >= 5);
        // Also what was on its way out when the host was closed: nothing is asked there for another minute.
        CHECK(s.run(1).ended - s.run(1).started < 1min + 5s);
      },
      0);
}

TEST_CASE("a host that falls silent while a search of it is being handed out is not asked that one either") {
  over_seeds(
      [](stage& s) {
        for (size_t i = 1; i <= 6; ++i)
          s.add_alert(i, "m" + std::to_string(i));
        for (auto& [id, h] : s.hands) {
          h.hangs = {market};
          h.hangs_for = 10min;
        }
        begin(s);
        auto rows = s.attempts();
        REQUIRE(rows.size() == 6);
        auto times_out = [&](const run_alert& x) {
          alert_settled what;
          what.run = run_id{1};
          what.alert = x.alert;
          what.token = x.token;
          what.source = source_id{"market"};
          what.host = market;
          what.problem.code = errc::timed_out;
          caf::anon_send(s.cycle.get(), x.worker, what);
        };
        auto handed_out = [&] {
          size_t out = 0;
          for (const auto& [id, h] : s.hands)
            out += h.shares.size();
          return out;
        };
        auto before = handed_out();
        times_out(rows[0]);
        times_out(rows[1]);
        while (s.attempts().size() == rows.size())
          REQUIRE(s.w.step()); // until an attempt is made anew, of which the cycle has not heard
        times_out(rows[2]);
        s.w.drain();
        CHECK(s.log.count("host_silent") == 1);
        REQUIRE(run_one(s));
        CHECK(handed_out() == before);
      },
      0);
}

TEST_CASE("a worker that is refused while a search of that host is being handed out to it does not get that one") {
  over_seeds(
      [](stage& s) {
        for (size_t i = 1; i <= 8; ++i)
          s.add_alert(i, "m" + std::to_string(i));
        for (auto& [id, h] : s.hands) {
          h.hangs = {market};
          h.hangs_for = 10min;
        }
        begin(s);
        auto rows = s.attempts();
        REQUIRE(rows.size() == 8);
        auto says = [&](const run_alert& x, errc code, int32_t status) {
          alert_settled what;
          what.run = run_id{1};
          what.alert = x.alert;
          what.token = x.token;
          what.source = source_id{"market"};
          what.host = market;
          what.problem.code = code;
          what.http_status = status;
          caf::anon_send(s.cycle.get(), x.worker, what);
        };
        says(rows[0], errc::timed_out, 0);
        while (s.attempts().size() == rows.size())
          REQUIRE(s.w.step());
        auto all = s.attempts();
        auto second = std::find_if(all.begin(), all.end(), [](const auto& x) { return x.attempt == 2; });
        REQUIRE(second != all.end());
        auto of_same =
            std::find_if(rows.begin(), rows.end(), [&](const auto& x) { return x.worker == second->worker; });
        REQUIRE(of_same != rows.end());
        auto& refused = s.hands.at(second->worker);
        auto before = refused.shares.size();
        says(*of_same, errc::refused, 403);
        s.w.advance(30s, 500ms);
        CHECK(refused.shares.size() == before);
      },
      0);
}

TEST_CASE("a tick that finds nothing but hosts at work is skipped, and says which") {
  over_seeds(
      [](stage& s) {
        s.config.enabled = true;
        s.config.initial_delay = 1s;
        s.config.interval = 10s;
        for (auto& [id, h] : s.hands) {
          h.hangs = {market};
          h.hangs_for = 1min;
        }
        s.start();
        s.w.advance(25s, 500ms);
        REQUIRE(s.runs() == 3);
        CHECK(s.run(2).state == run_state::skipped_overlap);
        CHECK(s.run(2).note.find("run 1 was still on: market.test has 5 open searches since ") == 0);
        auto said = s.log.events("cycle_skipped");
        REQUIRE(said.size() == 2);
        CHECK(said[0].field("host") == market.value);
        CHECK(said[0].field("run") == "1");
        CHECK(said[0].field("open_searches") == "5");
        CHECK(said[0].field("since") == to_rfc3339(s.run(1).started));
        CHECK(said[0].field("why") == s.run(2).note);
      },
      5);
}

TEST_CASE("by hand: the run that is on while it is young, after an interval the hosts that are free") {
  over_seeds(
      [](stage& s) {
        s.config.interval = 30s;
        add_of_both(s, 4);
        for (auto& [id, h] : s.hands) {
          h.hangs = {market};
          h.hangs_for = 10min;
        }
        s.config.limits.silence = 20min;
        begin(s);
        s.w.advance(20s, 500ms);
        auto young = s.trigger();
        REQUIRE(young.has_value());
        CHECK(young->run == run_id{1});
        CHECK(young->deduplicated);
        s.w.advance(15s, 500ms);
        auto old = s.trigger();
        REQUIRE(old.has_value());
        CHECK(old->run == run_id{2});
        CHECK_FALSE(old->deduplicated);
        REQUIRE(s.until([&] { return s.ended(2); }, 10s));
        CHECK(s.run(2).alerts_ok == 4);
        CHECK_FALSE(s.ended(1));
      },
      0);
}

TEST_CASE("a run ends at its deadline, whatever its hosts do") {
  over_seeds(
      [](stage& s) {
        s.config.run_deadline = 5min;
        s.config.limits.silence = 10min;
        s.config.limits.beat_every = 2s;
        s.config.limits.patience = 1s;
        for (auto& [id, h] : s.hands) {
          h.hangs = {market};
          h.hangs_for = 1h;
        }
        add_of_both(s, 4);
        begin(s);
        s.w.advance(20min, 5s);
        CHECK_FALSE(s.ended());
        s.w.advance(2min, 1s);
        REQUIRE(s.ended());
        CHECK(s.run().alerts_ok == 4);
        CHECK(s.run().alerts_failed == 4);
        for (const auto& x : s.attempts())
          if (!of_forum(x) && x.state == attempt_state::failed)
            CHECK(x.problem.code == errc::deadline_exceeded);
        auto said = s.log.events("run_deadline_passed");
        REQUIRE(said.size() == 1);
        CHECK(said[0].field("run") == "1");
        CHECK(said[0].field("host") == market.value);
        CHECK(said[0].field("open_searches") == "4");
        CHECK(said[0].field("after") == "20m 1s");
        CHECK(said[0].trace == s.run().trace);
        CHECK(s.in_flight() == 0);
      },
      0);
}

TEST_CASE("main restarted with several runs on: the newest goes on, the older ones end") {
  over_seeds(
      [](stage& s) {
        s.config.enabled = true;
        s.config.initial_delay = 1s;
        s.config.interval = 10s;
        add_of_both(s, 4);
        for (auto& [id, h] : s.hands) {
          h.hangs = {market};
          h.hangs_for = 5min;
          h.pace = 2s;
        }
        s.start();
        s.w.advance(12s, 100ms);
        REQUIRE(s.runs() == 2);
        REQUIRE_FALSE(s.ended(1));
        REQUIRE_FALSE(s.ended(2));
        for (auto& [id, h] : s.hands)
          h.hangs.clear();
        s.restart_cycle();
        REQUIRE(s.until([&] { return s.ended(1) && s.ended(2); }, 1min));
        CHECK(s.run(1).state == run_state::cancelled);
        CHECK(s.run(1).note.find("restarted") != std::string::npos);
        CHECK(s.run(2).state == run_state::completed);
        CHECK(s.run(2).alerts_ok == 4);
        // The next tick asks the host that was left behind.
        REQUIRE(s.until([&] { return s.runs() >= 3 && s.ended(3); }, 1min));
        size_t of_market = 0;
        for (const auto& x : s.attempts(3))
          of_market += !of_forum(x) && x.state == attempt_state::settled ? 1 : 0;
        CHECK(of_market == 4);
      },
      0);
}

TEST_CASE("a site's 500 is not tried by other regions; a 504 is") {
  over_seeds(
      [](stage& s) {
        auto status = s.random(2) == 0 ? 500 : 504;
        for (auto& [id, h] : s.hands) {
          h.problem = errc::http_status;
          h.status = status;
        }
        begin(s);
        REQUIRE(run_one(s));
        CHECK(s.run().alerts_failed == 6);
        CHECK(s.attempts().size() == (status == 504 ? 18 : 6));
      },
      6);
}

TEST_CASE("a refusal that comes late, of a worker that was taken for dead, is told to the ban-timer all the same") {
  over_seeds(
      [](stage& s) {
        s.at("nl").silent = true;
        s.at("nl").refused = true;
        begin(s);
        REQUIRE(run_one(s));
        check_complete(s, 8);
        REQUIRE(s.ledger.all().empty());
        s.w.advance(1min);
        CHECK(s.ledger.standing(s.at("nl").id, market, s.env().wall(s.w.now())) == ban_standing::banned);
        CHECK(s.run().late == s.at("nl").shares.at(0));
      },
      8);
}

TEST_CASE("a plan that cannot be done within the interval is said, with figures and remedies") {
  over_seeds(
      [](stage& s) {
        s.config.enabled = true;
        s.config.interval = 10s;
        s.config.initial_delay = 1h;
        for (auto& [id, source] : s.config.sources)
          source.spec.gate.min_interval = source.spec.gate.max_interval = duration{5000};
        s.add_alert(100, "f", "forum");
        begin(s);
        s.w.drain();
        auto said = s.log.events("plan_infeasible");
        REQUIRE(said.size() == 1); // the forum's one request fits
        CHECK(said[0].level == log_level::warn);
        CHECK(said[0].field("host") == market.value);
        CHECK(said[0].field("requests") == "4");
        CHECK(said[0].field("shortest_ms") == "15000");
        CHECK(said[0].field("interval_ms") == "10000");
        CHECK(said[0].field("requests_a_day") == "23040");
        CHECK(said[0].field("daily_requests") == "20000");
        CHECK(said[0].field("remedies").find("[cycle] interval at least") != std::string::npos);
      },
      4);
}

TEST_CASE("what is said of a run has its figures") {
  over_seeds(
      [](stage& s) {
        s.add_alert(100, "q1"); // shares the search of the first
        s.at("fr").problem = errc::network;
        begin(s);
        s.w.drain();
        auto started = s.log.events("cycle_started").at(0);
        CHECK(started.field("run") == "1");
        CHECK(started.field("alerts") == "13");
        CHECK(started.field("searches") == "12");
        CHECK(started.field("cause") == "test");
        CHECK(started.field("shortest_ms") == "550");
        size_t plans = 0;
        size_t alerts = 0;
        for (const auto& x : s.log.events("assigned")) {
          CHECK(s.hands.contains(worker_id{x.field("worker")}));
          plans += std::stoul(x.field("plans"));
          alerts += std::stoul(x.field("alerts"));
        }
        CHECK(plans == 12);
        CHECK(alerts == 13);
        REQUIRE(run_one(s));
        auto ended = s.log.events("cycle_ended").at(0);
        CHECK(ended.field("run") == "1");
        CHECK(ended.field("state") == "completed");
        CHECK(ended.field("workers") == "4/4");
        CHECK(ended.field("alerts") == "13");
        CHECK(ended.field("matches") == "13");
        CHECK(ended.field("new_matches") == "13");
        CHECK(ended.field("errors") == "0");
        CHECK(ended.field("late") == "0");
        CHECK(std::stod(ended.field("seconds")) * 1000 ==
              Approx(static_cast<double>((s.run().ended - s.run().started).count())).margin(10));
        for (const auto* name : {"cycle_started", "assigned", "cycle_ended"})
          CHECK(s.log.events(name).at(0).trace == s.run().trace);
        auto failed = s.log.events("alert_failed");
        CHECK(failed.size() >= 3);
        std::set<std::string> named;
        for (const auto& x : failed) {
          CHECK(x.field("worker") == "worker-fr");
          CHECK(x.field("final") == "no");
          CHECK(x.field("code") == "network");
          CHECK(x.field("detail") == "as the test wants it");
          CHECK(x.field("place").starts_with("https://market.test/q"));
          CHECK(x.trace == s.run().trace);
          named.insert(x.field("alert"));
        }
        std::set<std::string> meant;
        for (const auto& x : s.attempts())
          if (x.worker.value == "worker-fr")
            meant.insert(std::to_string(x.alert.value));
        CHECK(named == meant);
        CHECK(s.log.events("assignment_taken_back").empty());
      },
      12);
}

TEST_CASE("what is taken back is said, with why and how much") {
  over_seeds(
      [](stage& s) {
        for (auto& [id, h] : s.hands)
          h.pace = 1min;
        begin(s);
        s.w.advance(1s);
        s.lose("us");
        s.w.drain();
        auto taken = s.log.events("assignment_taken_back");
        REQUIRE(taken.size() == 1);
        CHECK(taken[0].field("worker") == "worker-us");
        CHECK(taken[0].field("why") == "worker_lost");
        CHECK(taken[0].field("detail").find("the test cut it") != std::string::npos);
        CHECK(taken[0].field("alerts_again") == "3");
        CHECK(taken[0].field("alerts_failed") == "0");
      },
      12);
}

TEST_CASE("what comes too late, and what counts for nothing, is said with whose it was") {
  over_seeds(
      [](stage& s) {
        s.at("nl").silent = true;
        begin(s);
        REQUIRE(run_one(s));
        s.w.advance(1min);
        std::set<std::string> alerts;
        auto late = s.log.events("late_result");
        for (const auto& x : late) {
          CHECK(x.field("worker") == "worker-nl");
          alerts.insert(x.field("alert"));
        }
        CHECK(late.size() == s.run().late);
        std::set<std::string> of_nl;
        for (const auto& x : s.attempts())
          if (x.worker.value == "worker-nl")
            of_nl.insert(std::to_string(x.alert.value));
        CHECK(alerts == of_nl);
        alert_settled stray;
        stray.run = run_id{77};
        stray.alert = alert_id{1};
        stray.token = fencing_token{4711};
        REQUIRE(s.w.ask<settle_ack>(s.cycle.get(), s.at("us").id, stray).has_value());
        auto refused = s.log.events("settlement_refused");
        REQUIRE(refused.size() == 1);
        CHECK(refused[0].field("worker") == "worker-us");
        CHECK_FALSE(refused[0].field("problem").empty());
      },
      8);
}

TEST_CASE("a page that is gone pauses its alert, and a source that is not believed is told, once, by their names") {
  for (auto gone : {true, false}) {
    stage s{1, 3};
    s.start();
    for (int64_t run = 1; run <= 4; ++run) {
      for (auto& [id, h] : s.hands) {
        h.problem = gone ? errc::http_status : errc::suspicious_empty;
        h.status = gone ? 404 : 200;
      }
      REQUIRE(s.trigger()->run == run_id{run});
      REQUIRE(s.until([&] { return s.ended(run); }));
      auto paused = s.log.events("alert_paused");
      auto told = s.log.events("source_suspicious");
      CHECK(paused.size() == (gone && run >= 3 ? 3 : 0));
      REQUIRE(told.size() == (!gone && run >= 3 ? 1 : 0));
      std::set<std::string> alerts;
      for (const auto& x : paused) {
        alerts.insert(x.field("alert"));
        CHECK(x.level == log_level::warn);
        CHECK(x.field("source") == "market");
        CHECK(x.field("why") == "the page was not found (404), 3 times in a row");
        CHECK(x.field("remedy").find("vigie alerts resume " + x.field("alert")) != std::string::npos);
      }
      CHECK((paused.empty() || alerts == std::set<std::string>{"1", "2", "3"}));
      for (const auto& x : told) {
        CHECK(x.level == log_level::error);
        CHECK(x.field("source") == "market");
        CHECK(x.field("in_a_row") == "3");
        CHECK(x.field("code") == "suspicious_empty");
        CHECK(x.field("detail") == "as the test wants it");
        CHECK(x.field("remedy").find("vigie source test") != std::string::npos);
        CHECK(std::stoi(x.field("alert")) >= 1);
        CHECK(x.trace == s.run(3).trace);
      }
      if (gone && run == 3)
        break; // nothing is left to check
    }
  }
}

TEST_CASE("an alert that is removed while its run is on does not keep the run open") {
  over_seeds(
      [](stage& s) {
        begin(s);
        s.w.advance(duration{static_cast<int64_t>(s.random(400))});
        auto id = alert_id{1 + static_cast<int64_t>(s.random(8))};
        s.db.remove_alert(id, [](const auto&) {});
        REQUIRE(run_one(s));
        CHECK(s.run().state == run_state::completed);
        CHECK(s.run().alerts_ok >= 7);
      },
      8);
}

TEST_CASE("no alerts: a skipped_empty row; no store at the start: it waits and says so") {
  over_seeds(
      [](stage& s) {
        s.db.fail_all(errc::store_unavailable);
        s.start();
        auto early = s.w.self->request(s.cycle.get(), caf::infinite, trigger_run{run_trigger::manual, {}, "test"});
        s.w.advance(10s);
        CHECK(s.log.count("cycle_waits_for_store") >= 9);
        s.db.fail_all(errc::none);
        s.w.advance(2s);
        early.receive([](const run_ticket& x) { CHECK(x.run == run_id{1}); }, [](caf::error&) { FAIL("no ticket"); });
        CHECK(s.run().state == run_state::skipped_empty);
        s.db.fail_next(errc::store_unavailable);
        auto refused = s.trigger();
        REQUIRE_FALSE(refused.has_value());
        CHECK(refused.error().code == errc::store_unavailable);
        CHECK(s.trigger()->run == run_id{2});
      },
      0);
}

TEST_CASE("a run that was begun though nobody heard of it is taken up, not doubled") {
  over_seeds([](stage& s) {
    s.start();
    s.w.drain();
    s.db.hold();
    auto pending = s.w.self->request(s.cycle.get(), caf::infinite, trigger_run{run_trigger::manual, "k", "test"});
    s.w.drain();
    s.restart_store();
    s.db.release();
    REQUIRE(s.until([&] { return s.runs() == 1 && s.ended(); }));
    pending.receive([](const run_ticket& x) { CHECK(x.run == run_id{1}); }, [](caf::error&) { FAIL("no ticket"); });
    check_complete(s);
    CHECK(s.runs() == 1);
    CHECK(s.trigger("k")->run == run_id{1});
  });
}

TEST_CASE("a settlement of which the store has never heard is acknowledged and forgotten") {
  over_seeds(
      [](stage& s) {
        begin(s);
        alert_settled stray;
        stray.run = run_id{77};
        stray.assignment = assignment_id{4711};
        stray.alert = alert_id{1};
        stray.token = fencing_token{4711};
        auto answer = s.w.ask<settle_ack>(s.cycle.get(), s.at("us").id, stray);
        REQUIRE(answer.has_value());
        CHECK_FALSE(answer->applied);
        s.w.drain();
        CHECK(s.at("us").cancelled.contains(assignment_id{4711})); // it need not go on with that
        REQUIRE(run_one(s));
        check_complete(s, 3);
      },
      3);
}

TEST_CASE("ticks keep their phase; the report says when the next one is due") {
  over_seeds(
      [](stage& s) {
        s.config.enabled = true;
        s.config.initial_delay = 10s;
        s.config.interval = 60s;
        s.start();
        s.w.drain();
        auto report = s.w.ask<cycle_report>(s.cycle.get(), get_cycle{});
        REQUIRE(report.has_value());
        CHECK(report->next_in == 10s);
        CHECK_FALSE(report->running);
        s.w.advance(5min);
        CHECK(s.runs() == 5);
        for (int64_t i = 2; i <= 5; ++i)
          CHECK(s.run(i).started - s.run(i - 1).started == 60s);
      },
      2);
}

TEST_CASE("ticks that are spread come later than their phase, each by another time, and drift nowhere") {
  std::set<int64_t> later;
  over_seeds(
      [&](stage& s) {
        s.config.enabled = true;
        s.config.initial_delay = 10s;
        s.config.interval = 60s;
        s.config.spread = 6s;
        auto begun = s.env().wall(s.w.now());
        s.start();
        s.w.advance(10s + 4 * 60s + 7s);
        REQUIRE(s.runs() == 5);
        for (int64_t i = 1; i <= 5; ++i) {
          auto by = s.run(i).started - begun - 10s - (i - 1) * 60s;
          CHECK(by >= 0s);
          CHECK(by <= 6s + 100ms);
          later.insert(by.count());
        }
      },
      4);
  CHECK(later.size() > 10);
}

TEST_CASE("a store that is away while work is being handed out: it is handed out when the store is back") {
  over_seeds(
      [](stage& s) {
        for (auto& [id, h] : s.hands)
          h.offered = false;
        begin(s);
        s.w.advance(3s);
        s.db.fail_all(errc::store_unavailable);
        for (auto& [id, h] : s.hands)
          h.offered = true;
        s.w.advance(5s);
        for (const auto& [id, h] : s.hands)
          REQUIRE(h.shares.empty());
        s.db.fail_all(errc::none);
        REQUIRE(s.until([&] { return s.ended(); }, 1min));
        check_complete(s, 8);
      },
      8);
}

TEST_CASE("what an earlier life of the cycle handed out is cancelled when its worker beats for it") {
  over_seeds(
      [](stage& s) {
        for (auto& [id, h] : s.hands)
          h.pace = 20s;
        begin(s);
        s.w.advance(1s);
        std::map<worker_id, assignment_id> before;
        for (const auto& [id, h] : s.hands) {
          REQUIRE(h.open.size() == 1);
          before[id] = *h.open.begin();
        }
        s.restart_cycle();
        s.w.advance(5s);
        for (const auto& [id, old] : before)
          CHECK(s.hands.at(id).cancelled.contains(old));
        REQUIRE(run_one(s));
      },
      8);
}

TEST_CASE("a match is told as soon as it is stored: the notifier is not waited for to look by itself") {
  over_seeds(
      [](stage& s) {
        begin(s);
        REQUIRE(run_one(s));
        REQUIRE(s.until([&] { return s.all_delivered(); }, 500ms));
        CHECK(s.shop.rows().size() == 3);
      },
      3);
}

TEST_CASE("while a settlement is being stored its repetition is not acknowledged") {
  over_seeds(
      [](stage& s) {
        s.at("fr").offered = s.at("us").offered = s.at("nl").offered = false;
        s.at("uk").pace = 1s;
        begin(s);
        s.w.advance(500ms);
        REQUIRE(s.at("uk").open.size() == 1);
        auto attempts = s.attempts();
        REQUIRE(attempts.size() == 1);
        s.db.fail_all(errc::store_unavailable);
        alert_settled what;
        what.assignment = *s.at("uk").open.begin();
        what.run = run_id{1};
        what.alert = alert_id{1};
        what.token = attempts[0].token;
        what.source = source_id{"market"};
        what.host = market;
        auto first = s.w.self->request(s.cycle.get(), caf::infinite, s.at("uk").id, what);
        s.w.drain();
        auto second = s.w.ask<settle_ack>(s.cycle.get(), s.at("uk").id, what);
        REQUIRE_FALSE(second.has_value());
        CHECK(second.error().code == errc::busy);
        s.db.fail_all(errc::none);
        REQUIRE(run_one(s));
        first.receive([](const settle_ack& x) { CHECK(x.applied); }, [](caf::error&) { FAIL("not stored"); });
        CHECK(s.run().alerts_ok == 1);
      },
      1);
}

TEST_CASE("no more runs are on at once than may, and no more triggers wait") {
  over_seeds(
      [](stage& s) {
        s.config.enabled = true;
        s.config.initial_delay = 1s;
        s.config.interval = 10s;
        s.config.max_runs = 1;
        add_of_both(s, 4);
        for (auto& [id, h] : s.hands) {
          h.hangs = {market};
          h.hangs_for = 10min;
        }
        s.config.limits.silence = 20min;
        s.start();
        s.w.advance(15s, 500ms);
        REQUIRE(s.runs() == 2);
        CHECK_FALSE(s.ended(1));
        CHECK(s.run(2).state == run_state::skipped_overlap); // though the forum is free
      },
      0);
  over_seeds(
      [](stage& s) {
        s.config.enabled = true;
        s.config.initial_delay = 1s;
        s.config.interval = 5s;
        s.config.max_queue = 2;
        s.start();
        s.w.drain();
        s.db.hold();
        s.w.advance(12s, 500ms); // the first tick's run is being begun; one tick stands for the two that came since
        auto first = s.w.self->request(s.cycle.get(), caf::infinite, trigger_run{run_trigger::manual, {}, "test"});
        s.w.drain();
        auto second = s.w.self->request(s.cycle.get(), caf::infinite, trigger_run{run_trigger::manual, {}, "test"});
        s.w.drain();
        s.db.release();
        s.w.advance(2s, 500ms);
        first.receive([](const run_ticket& x) { CHECK(x.run == run_id{1}); }, [](caf::error&) { FAIL("no ticket"); });
        second.receive([](const run_ticket&) { FAIL("it had to wait"); },
                       [](caf::error& e) { CHECK(from_caf(e).code == errc::busy); });
        CHECK(s.log.count("cycle_skipped") == 1);
      },
      2);
}

TEST_CASE("of the idempotency keys the newest are remembered, so many") {
  over_seeds(
      [](stage& s) {
        s.config.max_keys = 2;
        s.start();
        for (const auto* key : {"a", "b", "c"}) {
          REQUIRE(s.trigger(key).has_value());
          REQUIRE(s.until([&] { return s.ended(static_cast<int64_t>(s.runs())); }));
        }
        CHECK(s.trigger("b")->run == run_id{2});
        CHECK(s.trigger("c")->run == run_id{3});
        CHECK(s.trigger("a")->run == run_id{4});
      },
      2);
}

TEST_CASE("a configuration that cannot work is refused") {
  alert_cycle_config good;
  CHECK(validate(good).has_value());
  auto bad = good;
  bad.interval = 999ms;
  CHECK_FALSE(validate(bad).has_value());
  bad = good;
  bad.spread = bad.interval;
  CHECK_FALSE(validate(bad).has_value());
  bad = good;
  bad.limits.silence = bad.limits.beat_every;
  CHECK_FALSE(validate(bad).has_value());
  bad = good;
  bad.limits.max_attempts = 0;
  CHECK_FALSE(validate(bad).has_value());
}

// What every implementation of the database port must do, except for what a settlement does: database_settlements.hpp
// has that, and database_histories.hpp random sequences of it. To be called inside a TEST_CASE; the sections are
// Catch's.
#pragma once

#include "tests/contract/database_home.hpp"

namespace vigie::testing {

inline alert alert_with_everything() {
  auto out = alert_named("étui \"XL\"", {"log", "shop-hook", "log2"});
  out.query = std::string{"caf\xc3\xa9 \x00 'drop'", 15};
  out.when.all = {"phone", "~case", "b", "a"};
  out.when.any = {"red", "blue"};
  out.when.none = {"broken"};
  out.when.price_min = -5;
  out.when.price_max = 119999;
  out.when.currency = "EUR";
  out.when.conditions = {"new", "like new"};
  out.when.brands = {"ACME; --", ""};
  out.when.sizes = {"XL"};
  out.when.fold_accents = true;
  out.baseline = true;
  return out;
}

inline void check_alert_rows(const make_database_home& make) {
  auto home = make();
  database_caller db{home->open()};

  SECTION("an alert comes back as it was put, also after opening anew") {
    auto stored = db.must(&database::put_alert, alert_with_everything());
    REQUIRE(stored.id.value > 0);
    auto expected = alert_with_everything();
    expected.id = stored.id;
    CHECK(stored == expected);
    auto plain = db.must(&database::put_alert, alert_named("plain", {}));
    database_caller again{home->open()};
    CHECK(again.must(&database::list_alerts) == std::vector<alert>{expected, plain});
  }
  SECTION("another put replaces it, lists and all, but not baseline_done") {
    auto stored = db.must(&database::put_alert, alert_with_everything());
    auto changed = alert_named("other name", {"mail"});
    changed.id = stored.id;
    changed.enabled = false;
    changed.baseline_done = true;
    auto answer = db.must(&database::put_alert, changed);
    changed.baseline_done = false;
    CHECK(answer == changed);
    CHECK(db.must(&database::list_alerts) == std::vector<alert>{changed});
  }
  SECTION("a change of what is not so any more changes nothing") {
    auto seen = db.must(&database::put_alert, alert_with_everything());
    auto mine = seen;
    mine.when.price_max = 100;
    auto theirs = seen;
    theirs.query = "theirs";
    CHECK(db.must(&database::change_alert, theirs, seen) == theirs);
    auto late = db.ask(&database::change_alert, mine, seen);
    REQUIRE(!late);
    CHECK(late.error().code == errc::conflict);
    CHECK(late.error().place == database::changed_meanwhile);
    CHECK(db.must(&database::list_alerts) == std::vector<alert>{theirs});
    mine.query = theirs.query;
    CHECK(db.must(&database::change_alert, mine, theirs) == mine);
    auto other = db.must(&database::put_alert, alert_named("other"));
    auto taken = other;
    taken.name = mine.name;
    auto refused = db.ask(&database::change_alert, taken, other);
    REQUIRE(!refused);
    CHECK(refused.error().code == errc::conflict);
    CHECK(refused.error().place == "/name");
    db.must(&database::remove_alert, other.id);
    CHECK(db.code(&database::change_alert, taken, other) == errc::not_found);
  }
  SECTION("what vigie made of an alert meanwhile is a change, too") {
    auto seen = db.must(&database::put_alert, alert_named("a"));
    auto off = db.must(&database::set_alert_enabled, seen.id, false);
    auto mine = seen;
    mine.query = "mine";
    CHECK(db.code(&database::change_alert, mine, seen) == errc::conflict);
    CHECK(db.must(&database::list_alerts) == std::vector<alert>{off});
  }
  SECTION("a name is unique") {
    auto first = db.must(&database::put_alert, alert_named("a"));
    auto second = db.must(&database::put_alert, alert_named("b"));
    CHECK(db.code(&database::put_alert, alert_named("a")) == errc::conflict);
    second.name = "a";
    CHECK(db.code(&database::put_alert, second) == errc::conflict);
    first.query = "same name, same alert";
    CHECK(db.code(&database::put_alert, first) == errc::none);
  }
  SECTION("what is not there is not found") {
    auto ghost = alert_named("ghost");
    ghost.id = alert_id{77};
    CHECK(db.code(&database::put_alert, ghost) == errc::not_found);
    CHECK(db.code(&database::remove_alert, alert_id{77}) == errc::not_found);
    CHECK(db.code(&database::set_alert_enabled, alert_id{77}, true) == errc::not_found);
    CHECK(db.must(&database::list_alerts).empty());
  }
}

inline void check_alert_changes(const make_database_home& make) {
  auto home = make();
  database_caller db{home->open()};

  SECTION("an import happens wholly or not at all") {
    db.must(&database::put_alert, alert_named("taken"));
    std::vector<alert> bad{alert_named("x"), alert_named("taken"), alert_named("y")};
    CHECK(db.code(&database::import_alerts, bad) == errc::conflict);
    CHECK(db.must(&database::list_alerts).size() == 1);
    std::vector<alert> twice{alert_named("x"), alert_named("x")};
    CHECK(db.code(&database::import_alerts, twice) == errc::conflict);
    CHECK(db.must(&database::list_alerts).size() == 1);
    std::vector<alert> good{alert_named("x"), alert_named("y")};
    CHECK(db.must(&database::import_alerts, good) == 2);
    CHECK(db.must(&database::list_alerts).size() == 3);
    CHECK(db.must(&database::import_alerts, std::vector<alert>{}) == 0);
  }
  SECTION("an id never comes again") {
    auto first = db.must(&database::put_alert, alert_named("a"));
    db.must(&database::remove_alert, first.id);
    auto second = db.must(&database::put_alert, alert_named("a"));
    CHECK(second.id > first.id);
    CHECK(db.code(&database::remove_alert, first.id) == errc::not_found);
  }
  SECTION("an alert is switched off and on") {
    auto stored = db.must(&database::put_alert, alert_with_everything());
    stored.enabled = false;
    CHECK(db.must(&database::set_alert_enabled, stored.id, false) == stored);
    CHECK(db.must(&database::list_alerts) == std::vector<alert>{stored});
    stored.enabled = true;
    CHECK(db.must(&database::set_alert_enabled, stored.id, true) == stored);
  }
  SECTION("operations of one caller are done in order") {
    auto& port = home->open();
    database_caller caller{port};
    for (int i = 0; i < 200; ++i)
      port.put_alert(alert_named("a" + std::to_string(i)), [](result<alert>) {});
    auto all = caller.must(&database::list_alerts);
    REQUIRE(all.size() == 200);
    for (size_t i = 0; i < all.size(); ++i)
      CHECK(all[i].name == "a" + std::to_string(i));
  }
}

inline void check_run_rows(const make_database_home& make) {
  auto home = make();
  database_caller db{home->open()};
  auto begin_without = [&](std::vector<source_id> without) {
    return db.must(&database::begin_run,
                   begin_run{run_trigger::manual, trace_id{"0123456789abcdef"}, std::move(without)}, noon);
  };
  auto begin = [&] { return begin_without({}); };

  SECTION("with nothing to check a run is a skipped one") {
    auto off = alert_named("off");
    off.enabled = false;
    db.must(&database::put_alert, off);
    auto begun = begin();
    CHECK(begun.run.state == run_state::skipped_empty);
    CHECK(begun.run.ended == noon);
    CHECK(begun.alerts.empty());
    CHECK(db.must(&database::get_run, begun.run.id).state == run_state::skipped_empty);
    CHECK(db.code(&database::find_unfinished_run) == errc::not_found);
  }
  SECTION("a run has the enabled alerts, with their lists") {
    auto a = db.must(&database::put_alert, alert_with_everything());
    auto off = alert_named("off");
    off.enabled = false;
    db.must(&database::put_alert, off);
    auto c = db.must(&database::put_alert, alert_named("c"));
    auto begun = begin();
    CHECK(begun.alerts == std::vector<alert>{a, c});
    CHECK(begun.run.alerts == 2);
    CHECK(begun.run.state == run_state::running);
    CHECK(begun.run.trigger == run_trigger::manual);
    CHECK(begun.run.trace == trace_id{"0123456789abcdef"});
    CHECK(begun.run.started == noon);
    database_caller again{home->open()};
    auto found = again.must(&database::find_unfinished_run);
    CHECK(found.run.id == begun.run.id);
    CHECK(found.run.trace == begun.run.trace);
    CHECK(found.alerts == begun.alerts);
  }
  SECTION("alerts of sources that are left out are no part of the run; with no other there is none") {
    auto a = alert_named("a");
    a.source = source_id{"slow"};
    a = db.must(&database::put_alert, a);
    auto b = db.must(&database::put_alert, alert_named("b"));
    auto begun = begin_without({source_id{"slow"}, source_id{"nowhere"}});
    CHECK(begun.alerts == std::vector<alert>{b});
    CHECK(begun.run.alerts == 1);
    begin_run nothing{run_trigger::timer, {}, {a.source, b.source}};
    CHECK(db.code(&database::begin_run, nothing, noon) == errc::conflict);
    CHECK(db.must(&database::list_runs, 10u).size() == 1);
    CHECK(db.code(&database::begin_attempts, begun.run.id, std::vector<attempt_request>{{a.id, worker_id{"us"}, 1}},
                  noon) == errc::not_found);
  }
  SECTION("a run of chosen alerts has these and no others; one that is off, or that there is not, begins none") {
    auto a = db.must(&database::put_alert, alert_named("a"));
    auto b = db.must(&database::put_alert, alert_named("b"));
    auto c = db.must(&database::put_alert, alert_named("c"));
    auto choose = [](std::vector<alert_id> only) { return begin_run{run_trigger::manual, {}, {}, std::move(only)}; };
    auto begun = db.must(&database::begin_run, choose({c.id, a.id, c.id}), noon);
    CHECK(begun.alerts == std::vector<alert>{a, c});
    CHECK(begun.run.alerts == 2);
    CHECK(db.must(&database::find_unfinished_run).alerts == std::vector<alert>{a, c});
    CHECK(db.code(&database::begin_attempts, begun.run.id, std::vector<attempt_request>{{b.id, worker_id{"us"}, 1}},
                  noon) == errc::not_found);
    db.must(&database::set_alert_enabled, b.id, false);
    auto off = db.ask(&database::begin_run, choose({a.id, b.id}), noon);
    REQUIRE(!off);
    CHECK(off.error().code == errc::bad_request);
    CHECK(off.error().detail.find("alert " + std::to_string(b.id.value) + " \"b\" is switched off") == 0);
    CHECK(db.code(&database::begin_run, choose({a.id, alert_id{77}}), noon) == errc::not_found);
    CHECK(db.must(&database::list_runs, 10u).size() == 1);
    auto left_out = choose({a.id});
    left_out.without = {a.source};
    CHECK(db.code(&database::begin_run, left_out, noon) == errc::conflict);
  }
  SECTION("the newest running one is found") {
    db.must(&database::put_alert, alert_named("a"));
    auto first = begin();
    auto second = begin();
    CHECK(db.must(&database::find_unfinished_run).run.id == second.run.id);
    db.must(&database::end_run, second.run.id, run_state::cancelled, 0u, 0u, "", noon);
    CHECK(db.must(&database::find_unfinished_run).run.id == first.run.id);
  }
  SECTION("a skipped tick is a row, and rows come newest first") {
    db.must(&database::put_alert, alert_named("a"));
    auto first = begin();
    auto skipped =
        db.must(&database::record_skipped_run, run_trigger::timer, run_state::skipped_overlap, "run 1 is on", after(5));
    CHECK(skipped.state == run_state::skipped_overlap);
    CHECK(skipped.note == "run 1 is on");
    CHECK(skipped.started == after(5));
    auto all = db.must(&database::list_runs, 10u);
    REQUIRE(all.size() == 2);
    CHECK(all[0].id == skipped.id);
    CHECK(all[0].note == "run 1 is on");
    CHECK(all[1].id == first.run.id);
    CHECK(db.must(&database::list_runs, 1u).size() == 1);
    CHECK(db.must(&database::find_unfinished_run).run.id == first.run.id);
    CHECK(db.code(&database::record_skipped_run, run_trigger::timer, run_state::running, "", noon) ==
          errc::bad_request);
  }
}

inline void check_attempts(const make_database_home& make) {
  running_fleet fleet{make, {alert_named("a"), alert_named("b")}};
  auto a = fleet.alerts[0];
  auto b = fleet.alerts[1];
  auto request = [](alert_id id) { return std::vector<attempt_request>{{id, worker_id{"worker-fr"}, 1}}; };

  SECTION("tokens come in order and grow, over runs and openings") {
    std::vector<attempt_request> both{{b.id, worker_id{"worker-fr"}, 1}, {a.id, worker_id{"worker-us"}, 1}};
    auto tokens = fleet.db.must(&database::begin_attempts, fleet.run, both, noon);
    REQUIRE(tokens.size() == 2);
    CHECK(tokens[0] < tokens[1]);
    auto rows = fleet.attempts();
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].alert == b.id);
    CHECK(rows[0].alert_name == "b");
    CHECK(rows[0].worker == worker_id{"worker-fr"});
    CHECK(rows[0].state == attempt_state::assigned);
    CHECK(rows[1].token == tokens[1]);
    fleet.db = database_caller{fleet.home->open()};
    fleet.begin_another_run();
    CHECK(fleet.attempt(a) > tokens[1]);
  }
  SECTION("a new attempt abandons the open one and is counted as resent") {
    fleet.attempt(a);
    fleet.attempt(a, 2, "worker-us");
    auto rows = fleet.attempts();
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].state == attempt_state::abandoned);
    CHECK(rows[1].state == attempt_state::assigned);
    CHECK(rows[1].attempt == 2);
    CHECK(fleet.summary().resent == 1);
  }
  SECTION("an attempt needs a running run that has the alert; all or none") {
    std::vector<attempt_request> mixed{{a.id, worker_id{"w"}, 1}, {alert_id{99}, worker_id{"w"}, 1}};
    CHECK(fleet.db.code(&database::begin_attempts, fleet.run, mixed, noon) == errc::not_found);
    CHECK(fleet.attempts().empty());
    CHECK(fleet.db.code(&database::begin_attempts, run_id{99}, request(a.id), noon) == errc::not_found);
    fleet.db.must(&database::end_run, fleet.run, run_state::failed, 1u, 0u, "no", noon);
    CHECK(fleet.db.code(&database::begin_attempts, fleet.run, request(a.id), noon) == errc::conflict);
  }
  SECTION("ending a run keeps its words and abandons what is open") {
    fleet.attempt(a);
    auto ended = fleet.db.must(&database::end_run, fleet.run, run_state::partial, 4u, 3u, "a note", after(9));
    CHECK(ended.state == run_state::partial);
    CHECK(ended.workers == 4);
    CHECK(ended.workers_ok == 3);
    CHECK(ended.note == "a note");
    CHECK(ended.ended == after(9));
    CHECK(fleet.attempts().at(0).state == attempt_state::abandoned);
    CHECK(fleet.db.code(&database::end_run, fleet.run, run_state::partial, 4u, 3u, "", noon) == errc::none);
    CHECK(fleet.db.code(&database::end_run, fleet.run, run_state::failed, 4u, 3u, "", noon) == errc::conflict);
    CHECK(fleet.summary().ended == after(9));
  }
  SECTION("what cannot be ended or is not there") {
    CHECK(fleet.db.code(&database::end_run, fleet.run, run_state::running, 0u, 0u, "", noon) == errc::bad_request);
    CHECK(fleet.db.code(&database::end_run, run_id{99}, run_state::failed, 0u, 0u, "", noon) == errc::not_found);
    CHECK(fleet.db.code(&database::get_run, run_id{99}) == errc::not_found);
    CHECK(fleet.db.code(&database::list_run_alerts, run_id{99}) == errc::not_found);
  }
}

inline void check_workers_and_verdicts(const make_database_home& make) {
  auto home = make();
  database_caller db{home->open()};

  SECTION("of a worker only what outlives the process is kept") {
    worker_status fr{worker_id{"fr"}, "worker-fr", "fr",       "127.0.0.1:7701", link_state::up, true, 3, 11, 42, 40, 2,
                     12.75,           "boom",      {verdict{}}};
    auto us = fr;
    us.id = worker_id{"us"};
    us.requests = 1ull << 40;
    db.must(&database::save_worker_status, std::vector<worker_status>{us, fr});
    fr.requests = 43;
    db.must(&database::save_worker_status, std::vector<worker_status>{fr});
    database_caller again{home->open()};
    auto rows = again.must(&database::load_worker_status);
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].id == fr.id);
    CHECK(rows[0].name == "worker-fr");
    CHECK(rows[0].region == "fr");
    CHECK(rows[0].address == "127.0.0.1:7701");
    CHECK(rows[0].requests == 43);
    CHECK(rows[0].successes == 40);
    CHECK(rows[0].errors == 2);
    CHECK(rows[0].ewma_ms == 12.75);
    CHECK(rows[0].last_error == "boom");
    CHECK(rows[0].link == link_state::connecting);
    CHECK(rows[0].in_flight == 0);
    CHECK(rows[0].bans.empty());
    CHECK(rows[1].requests == 1ull << 40);
  }
  SECTION("verdicts are replaced and dropped by their key") {
    verdict ban{verdict_scope::worker_host,
                worker_id{"fr"},
                host_key{"shop:80"},
                errc::refused,
                "HTTP 403",
                noon,
                after(1800000),
                1};
    verdict circuit{verdict_scope::host, worker_id{}, host_key{"shop:80"}, errc::circuit_open, "", noon, after(1), 2};
    db.must(&database::put_verdict, ban);
    db.must(&database::put_verdict, circuit);
    ban.strikes = 2;
    ban.until = after(3600000);
    db.must(&database::put_verdict, ban);
    database_caller again{home->open()};
    auto rows = again.must(&database::load_verdicts);
    REQUIRE(rows.size() == 2);
    CHECK(((rows[0] == ban && rows[1] == circuit) || (rows[0] == circuit && rows[1] == ban)));
    again.must(&database::drop_verdict, ban.scope, ban.worker, ban.host);
    again.must(&database::drop_verdict, ban.scope, ban.worker, ban.host);
    CHECK(again.must(&database::load_verdicts) == std::vector<verdict>{circuit});
  }
}

} // namespace vigie::testing

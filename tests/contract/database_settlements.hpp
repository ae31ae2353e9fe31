// What a settlement does in every implementation of the database port.
#pragma once

#include "adapters/json/json_reader.hpp"
#include "tests/contract/database_home.hpp"

namespace vigie::testing {

inline void check_applied_settlements(const make_database_home& make) {
  running_fleet fleet{make, {alert_named("a", {"log", "hook"}), alert_named("b", {})}};
  auto a = fleet.alerts[0];
  auto b = fleet.alerts[1];

  SECTION("everything at once: attempt, matches, outbox, counters") {
    auto token = fleet.attempt(a);
    auto receipt = fleet.settle(settled(fleet.run, a.id, token, {"1", "2"}));
    CHECK(receipt.applied);
    CHECK(receipt.new_matches == 2);
    CHECK(receipt.outbox_rows == 4);
    auto run = fleet.summary();
    CHECK(run.alerts == 2);
    CHECK(run.alerts_ok == 1);
    CHECK(run.alerts_failed == 0);
    CHECK(run.items_checked == 10);
    CHECK(run.matches == 2);
    CHECK(run.new_matches == 2);
    CHECK(run.late == 0);
    auto row = fleet.attempts().at(0);
    CHECK(row.state == attempt_state::settled);
    CHECK(row.items_checked == 10);
    CHECK(row.matches == 2);
    CHECK(row.took == duration{5});
    CHECK(fleet.outbox().size() == 4);
    CHECK(fleet.db.must(&database::find_unfinished_run).alerts == std::vector<alert>{b});
  }
  SECTION("what the readers left out or mended stays with the attempt, however it ended") {
    CHECK(fleet.attempt(a).value > 0);
    auto failure = failed(fleet.run, a.id, fleet.attempt(a, 2));
    failure.notes = {"a title was mended"};
    fleet.settle(failure, false);
    auto late = settled(fleet.run, a.id, fleet.attempts().at(0).token, {});
    late.notes = {"came late"};
    fleet.settle(late);
    auto success = settled(fleet.run, a.id, fleet.attempt(a, 3), {});
    success.notes = {"2 items without a title were left out", "line\nend"};
    fleet.settle(success);
    fleet.settle(settled(fleet.run, b.id, fleet.attempt(b), {}));
    auto rows = fleet.attempts();
    REQUIRE(rows.size() == 4);
    CHECK(rows[0].notes == "came late");
    CHECK(rows[1].notes == "a title was mended");
    CHECK(rows[2].notes == "2 items without a title were left out\nline end");
    CHECK(rows[3].notes.empty());
  }
  SECTION("what the search was answered stays with the attempt, however it ended") {
    CHECK(fleet.attempt(a).value > 0);
    auto failure = failed(fleet.run, a.id, fleet.attempt(a, 2));
    failure.answers = {{{0, 1}, {503, 2}}, 7, duration{900}};
    fleet.settle(failure, false);
    auto late = settled(fleet.run, a.id, fleet.attempts().at(0).token, {});
    late.answers = {{{200, 3}}, 1ull << 40, duration{1}};
    late.source = source_id{"asked"};
    fleet.settle(late);
    auto success = settled(fleet.run, a.id, fleet.attempt(a, 3), {});
    success.answers = {{{200, 12}, {304, 30}}, 4096, duration{60000}};
    fleet.settle(success);
    fleet.settle(settled(fleet.run, b.id, fleet.attempt(b), {}));
    CHECK(fleet.attempt(a, 4).value > 0);
    auto rows = fleet.attempts();
    REQUIRE(rows.size() == 5);
    CHECK(rows[0].answers == late.answers);
    CHECK(rows[0].source == source_id{"asked"});
    CHECK(rows[1].answers == failure.answers);
    CHECK(rows[2].answers == success.answers);
    CHECK(rows[3].answers == answer_counts{});
    CHECK(rows[4].source == a.source);
    CHECK(rows[4].answers == answer_counts{});
  }
  SECTION("an alert without channels has matches all the same") {
    auto receipt = fleet.settle(settled(fleet.run, b.id, fleet.attempt(b), {"1"}));
    CHECK(receipt.new_matches == 1);
    CHECK(receipt.outbox_rows == 0);
    CHECK(fleet.matches().at(0).delivery.empty());
  }
  SECTION("an item is new once for an alert, over runs, and for each alert") {
    fleet.settle(settled(fleet.run, a.id, fleet.attempt(a), {"1", "2", "1"}));
    fleet.settle(settled(fleet.run, b.id, fleet.attempt(b), {"1"}));
    CHECK(fleet.summary().matches == 3);
    fleet.begin_another_run();
    auto receipt = fleet.settle(settled(fleet.run, a.id, fleet.attempt(a), {"2", "3"}));
    CHECK(receipt.new_matches == 1);
    CHECK(receipt.outbox_rows == 2);
    CHECK(fleet.summary().matches == 2);
    CHECK(fleet.summary().new_matches == 1);
    CHECK(fleet.matches().size() == 4);
    CHECK(fleet.outbox().size() == 6);
  }
  SECTION("the first success of an alert with a baseline only learns") {
    auto learner = alert_named("learner");
    learner.baseline = true;
    learner = fleet.db.must(&database::put_alert, learner);
    fleet.begin_another_run();
    fleet.settle(failed(fleet.run, learner.id, fleet.attempt(learner)), false);
    auto receipt = fleet.settle(settled(fleet.run, learner.id, fleet.attempt(learner), {"1", "2"}));
    CHECK(receipt.applied);
    CHECK(receipt.new_matches == 0);
    CHECK(receipt.outbox_rows == 0);
    CHECK(fleet.matches().empty());
    CHECK(fleet.outbox().empty());
    CHECK(fleet.summary().matches == 2);
    CHECK(fleet.db.must(&database::list_alerts).at(2).baseline_done);
    CHECK(fleet.summary().learned == 2);
    CHECK_FALSE(fleet.attempts().at(0).learned);
    CHECK(fleet.attempts().at(1).learned);
    fleet.settle(settled(fleet.run, a.id, fleet.attempt(a), {"1"}));
    CHECK(fleet.summary().learned == 2);
    CHECK(fleet.db.must(&database::list_runs, 1u).at(0).learned == 2);
    fleet.begin_another_run();
    CHECK(fleet.settle(settled(fleet.run, learner.id, fleet.attempt(learner), {"1", "3"})).new_matches == 1);
    CHECK(fleet.matches().at(0).pair.what.id == item_id{"3"});
    CHECK(fleet.summary().learned == 0);
    CHECK_FALSE(fleet.attempts().at(0).learned);
  }
}

inline void check_failed_and_late_settlements(const make_database_home& make) {
  running_fleet fleet{make, {alert_named("a", {"log"})}};
  auto a = fleet.alerts[0];

  SECTION("a failure that will be tried again leaves the alert unfinished") {
    auto token = fleet.attempt(a);
    CHECK(fleet.settle(failed(fleet.run, a.id, token), false).applied);
    auto row = fleet.attempts().at(0);
    CHECK(row.state == attempt_state::failed);
    CHECK(row.problem == error{errc::refused, "HTTP 403", "/results/3"});
    CHECK(fleet.summary().alerts_failed == 0);
    CHECK(fleet.db.must(&database::find_unfinished_run).alerts.size() == 1);
    SECTION("and may be said to be the last after all, once") {
      CHECK(fleet.settle(failed(fleet.run, a.id, token), true).applied);
      CHECK(fleet.settle(failed(fleet.run, a.id, token), true).applied);
      CHECK(fleet.summary().alerts_failed == 1);
      CHECK(fleet.db.must(&database::find_unfinished_run).alerts.empty());
    }
    SECTION("but not after a newer attempt was begun") {
      auto newer = fleet.attempt(a, 2);
      CHECK(fleet.settle(failed(fleet.run, a.id, token), true).applied);
      CHECK(fleet.summary().alerts_failed == 0);
      CHECK(fleet.settle(settled(fleet.run, a.id, newer, {"1"})).applied);
      CHECK(fleet.summary().alerts_ok == 1);
    }
    SECTION("a success of the same attempt comes too late") {
      CHECK_FALSE(fleet.settle(settled(fleet.run, a.id, token, {"1"})).applied);
      CHECK(fleet.summary().late == 1);
      CHECK(fleet.matches().empty());
    }
  }
  SECTION("a final failure counts") {
    fleet.settle(failed(fleet.run, a.id, fleet.attempt(a)), true);
    CHECK(fleet.summary().alerts_failed == 1);
    CHECK(fleet.summary().alerts_ok == 0);
    CHECK(fleet.db.must(&database::find_unfinished_run).alerts.empty());
  }
  SECTION("a result of an older attempt is late, once, and the newer one is applied") {
    auto old_token = fleet.attempt(a, 1, "worker-fr");
    auto new_token = fleet.attempt(a, 2, "worker-us");
    for (int i = 0; i < 2; ++i)
      CHECK_FALSE(fleet.settle(settled(fleet.run, a.id, old_token, {"1"})).applied);
    CHECK(fleet.attempts().at(0).state == attempt_state::late);
    CHECK(fleet.attempts().at(0).matches == 1);
    CHECK(fleet.attempts().at(1).state == attempt_state::assigned);
    CHECK(fleet.summary().late == 1);
    CHECK(fleet.summary().alerts_ok == 0);
    CHECK(fleet.matches().empty());
    CHECK(fleet.settle(settled(fleet.run, a.id, new_token, {"1"})).applied);
    CHECK(fleet.outbox().size() == 1);
  }
}

inline void check_repeated_settlements(const make_database_home& make) {
  running_fleet fleet{make, {alert_named("a", {"log"})}};
  auto a = fleet.alerts[0];

  SECTION("a repetition changes nothing and answers as the first time") {
    auto token = fleet.attempt(a);
    auto what = settled(fleet.run, a.id, token, {"1"});
    fleet.settle(what);
    fleet.db = database_caller{fleet.home->open()};
    auto receipt = fleet.settle(what);
    CHECK(receipt.applied);
    CHECK(receipt.new_matches == 1);
    CHECK(receipt.outbox_rows == 1);
    CHECK(fleet.summary().alerts_ok == 1);
    CHECK(fleet.summary().items_checked == 10);
    CHECK(fleet.outbox().size() == 1);
    CHECK_FALSE(fleet.settle(failed(fleet.run, a.id, token)).applied);
    CHECK(fleet.attempts().at(0).state == attempt_state::settled);
  }
  SECTION("a finished alert is not done twice") {
    fleet.settle(settled(fleet.run, a.id, fleet.attempt(a), {"1"}));
    CHECK_FALSE(fleet.settle(settled(fleet.run, a.id, fleet.attempt(a, 2), {"1", "2"})).applied);
    CHECK(fleet.summary().alerts_ok == 1);
    CHECK(fleet.matches().size() == 1);
  }
}

inline void check_settlements_of_things_gone(const make_database_home& make) {
  running_fleet fleet{make, {alert_named("a", {"log"}), alert_named("b", {"log"})}};
  auto a = fleet.alerts[0];
  auto b = fleet.alerts[1];
  auto token = fleet.attempt(a);

  SECTION("after the end of the run a result is late") {
    fleet.db.must(&database::end_run, fleet.run, run_state::cancelled, 1u, 0u, "", noon);
    CHECK_FALSE(fleet.settle(settled(fleet.run, a.id, token, {"1"})).applied);
    CHECK(fleet.attempts().at(0).state == attempt_state::late);
    CHECK(fleet.matches().empty());
  }
  SECTION("of a removed alert a result is late, and the run does not wait for it") {
    fleet.db.must(&database::remove_alert, a.id);
    CHECK_FALSE(fleet.settle(settled(fleet.run, a.id, token, {"1"})).applied);
    CHECK_FALSE(fleet.settle(failed(fleet.run, a.id, token)).applied);
    CHECK(fleet.attempts().at(0).alert_name == "a");
    CHECK(fleet.matches().empty());
    CHECK(fleet.db.must(&database::find_unfinished_run).alerts == std::vector<alert>{b});
  }
  SECTION("an alert that is switched off is finished, but not resumed") {
    fleet.db.must(&database::set_alert_enabled, a.id, false);
    CHECK(fleet.db.must(&database::find_unfinished_run).alerts == std::vector<alert>{b});
    CHECK(fleet.settle(settled(fleet.run, a.id, token, {"1"})).applied);
  }
  SECTION("matches and notifications outlive their alert") {
    fleet.settle(settled(fleet.run, a.id, token, {"1"}));
    fleet.db.must(&database::remove_alert, a.id);
    CHECK(fleet.matches().at(0).alert_name == "a");
    CHECK(fleet.db.must(&database::claim_outbox, claim_outbox{10}, after(100)).size() == 1);
  }
  SECTION("a token that was never handed out for this is not found") {
    CHECK(fleet.db.code(&database::settle, settled(fleet.run, a.id, fencing_token{999}, {}), true, noon) ==
          errc::not_found);
    CHECK(fleet.db.code(&database::settle, settled(fleet.run, b.id, token, {}), true, noon) == errc::not_found);
    CHECK(fleet.db.code(&database::settle, settled(run_id{99}, a.id, token, {}), true, noon) == errc::not_found);
    CHECK(fleet.attempts().at(0).state == attempt_state::assigned);
    CHECK(fleet.summary().late == 0);
  }
}

inline void check_what_pauses(const make_database_home& make) {
  running_fleet fleet{make, {alert_named("a", {"log"})}};
  auto a = fleet.alerts[0];
  auto forbidden = failed(fleet.run, a.id, {});
  forbidden.problem = {errc::robots_disallowed, "the rule, its line and its time", "page 1 https://s/robots.txt:3"};
  auto deny = [&] {
    forbidden.run = fleet.run;
    forbidden.token = fleet.attempt(a);
    return fleet.settle(forbidden).paused_why;
  };

  SECTION("what robots.txt forbids from now on, until somebody resumes it") {
    fleet.settle(settled(fleet.run, a.id, fleet.attempt(a), {"1"}));
    fleet.begin_another_run();
    CHECK(deny() == forbidden.problem.detail);
    auto paused = fleet.db.must(&database::list_alerts).at(0);
    CHECK_FALSE(paused.enabled);
    CHECK(paused.paused_why == forbidden.problem.detail);
    CHECK(fleet.db.must(&database::set_alert_enabled, a.id, true).paused_why.empty());
    fleet.begin_another_run();
    CHECK(deny() == forbidden.problem.detail);
  }
  SECTION("not what it never allowed") {
    CHECK(deny().empty());
    CHECK(fleet.db.must(&database::list_alerts).at(0).enabled);
  }
}

inline item item_with_everything() {
  auto out = item_of("id:1/é %\n");
  out.title = "Ph\"one\" \\ <b> \x01 é";
  out.price = 14299;
  out.currency = std::string{"EUR"};
  out.brand = std::string{"ACME"};
  out.size = std::string{"XL"};
  out.condition = std::string{"like new"};
  out.url = std::string{"https://shop.example/1"};
  return out;
}

inline void check_what_is_told(const make_database_home& make) {
  running_fleet fleet{make, {alert_named("café \"x\"", {"a:b"})}};
  auto a = fleet.alerts[0];
  auto what = settled(fleet.run, a.id, fleet.attempt(a), {});
  what.matches.push_back({a.id, item_with_everything()});
  auto cheap = item_of("2");
  cheap.price = 5;
  what.matches.push_back({a.id, cheap});
  fleet.settle(what);

  SECTION("a match comes back as it was found") {
    auto all = fleet.matches();
    REQUIRE(all.size() == 2);
    CHECK(all[0].pair.what == cheap);
    CHECK(all[1].pair == match{a.id, item_with_everything()});
    CHECK(all[1].alert_name == a.name);
    CHECK(all[1].source == source_id{"shop"});
    CHECK(all[1].run == fleet.run);
    CHECK(all[1].found == after(100));
    CHECK(all[1].delivery == "a:b:pending");
    auto count = [&](optional<run_id> run, optional<alert_id> alert, uint32_t limit) {
      return fleet.db.must(&database::list_matches, match_filter{run, alert, limit}).size();
    };
    CHECK(count(fleet.run, {}, 10) == 2);
    CHECK(count(run_id{99}, {}, 10) == 0);
    CHECK(count({}, a.id, 1) == 1);
    CHECK(count(fleet.run, a.id, 10) == 2);
    CHECK(count(fleet.run, alert_id{99}, 10) == 0);
  }
  SECTION("a notification's key can be read, its body is JSON with everything in it") {
    auto rows = fleet.outbox();
    REQUIRE(rows.size() == 2);
    auto id = std::to_string(a.id.value);
    const auto head = "alert-" + id + "-";
    const std::string tail = ":a%3Ab:id%3A1%2F%C3%A9%20%25%0A";
    REQUIRE(rows[1].key.size() == head.size() + 16 + tail.size());
    CHECK(rows[1].key.starts_with(head));
    CHECK(rows[1].key.ends_with(tail));
    CHECK(rows[1].key.substr(head.size(), 16).find_first_not_of("0123456789abcdef") == std::string::npos);
    auto body = parse_json(rows[1].body);
    REQUIRE(body);
    auto root = body->root();
    auto text = [](json_node from, std::string_view name) { return std::string{from.find(name)->as_string().value()}; };
    CHECK(root.find("alert")->find("id")->as_int() == a.id.value);
    CHECK(text(*root.find("alert"), "name") == a.name);
    CHECK(text(root, "source") == "shop");
    CHECK(root.find("run")->as_int() == fleet.run.value);
    CHECK(text(root, "found") == to_rfc3339(after(100)));
    CHECK(text(root, "key") == rows[1].key);
    auto thing = *root.find("item");
    CHECK(text(thing, "id") == "id:1/é %\n");
    CHECK(text(thing, "title") == item_with_everything().title);
    CHECK(thing.find("price")->as_double() == 142.99);
    CHECK(text(thing, "currency") == "EUR");
    CHECK(text(thing, "brand") == "ACME");
    CHECK(text(thing, "size") == "XL");
    CHECK(text(thing, "condition") == "like new");
    CHECK(text(thing, "url") == "https://shop.example/1");
    CHECK(thing.find("photo")->is_null());
    auto other = parse_json(rows[0].body);
    REQUIRE(other);
    CHECK(other->root().find("item")->find("price")->as_double() == 0.05);
  }
}

} // namespace vigie::testing

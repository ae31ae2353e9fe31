// What every implementation of the database port must do with what has been lying there: notifications that wait for a
// person, and old runs. To be called inside a TEST_CASE; the sections are Catch's.
#pragma once

#include "tests/contract/database_home.hpp"

namespace vigie::testing {

inline void check_retried_notifications(const make_database_home& make) {
  running_fleet fleet{make, {alert_named("a", {"log"})}};
  const auto& a = fleet.alerts[0];
  fleet.settle(settled(fleet.run, a.id, fleet.attempt(a), {"1", "2", "3", "4", "5"})); // at after(100)
  auto rows = fleet.db.must(&database::claim_outbox, claim_outbox{4}, after(100));
  REQUIRE(rows.size() == 4);
  auto finish = [&](size_t i, delivery_state how) {
    fleet.db.must(&database::finish_outbox, rows.at(i).id, how, after(100), "why");
  };
  finish(0, delivery_state::dead);
  finish(1, delivery_state::ambiguous);
  finish(2, delivery_state::dead);
  finish(3, delivery_state::sent);
  using ids = std::vector<outbox_id>;
  using states = std::vector<delivery_state>;
  auto counts = [&] { return fleet.db.must(&database::count_outbox); };
  auto retry = [&](const ids& which, const states& all) {
    return fleet.db.ask(&database::retry_outbox, which, all, after(1000));
  };
  CHECK(counts().pending == 1);
  CHECK(counts().sending == 0);
  CHECK(counts().sent == 1);
  CHECK(counts().ambiguous == 1);
  CHECK(counts().dead == 2);

  SECTION("one row is due again at once, as if it had never been tried, under its key") {
    CHECK(retry({rows[0].id, rows[0].id}, {}) == 1u);
    CHECK(counts().dead == 1);
    auto again = fleet.db.must(&database::claim_outbox, claim_outbox{10}, after(1000));
    REQUIRE(again.size() == 2);
    CHECK(again[1].id == rows[0].id);
    CHECK(again[1].attempts == 1);
    CHECK(again[1].key == rows[0].key);
    CHECK(again[1].body == rows[0].body);
    CHECK(again[1].last_error == "why");
    CHECK(again[1].since == after(1000)); // it may fail for another day
    CHECK(fleet.db.must(&database::claim_outbox, claim_outbox{10}, after(999)).empty());
  }
  SECTION("all of a state, also with rows named beside it") {
    CHECK(retry({rows[0].id}, {delivery_state::dead}) == 2u);
    CHECK(counts().dead == 0);
    CHECK(counts().ambiguous == 1);
    CHECK(retry({}, {delivery_state::dead, delivery_state::ambiguous}) == 1u);
    CHECK(counts().pending == 4);
  }
  SECTION("what waits for nobody is refused, and then nothing is changed") {
    CHECK(retry({rows[0].id, rows[3].id}, {}).error().code == errc::conflict); // sent
    CHECK(retry({rows[0].id, outbox_id{999}}, {}).error().code == errc::not_found);
    CHECK(retry({rows[0].id}, {delivery_state::sent}).error().code == errc::bad_request);
    CHECK(counts().dead == 2);
    CHECK(counts().pending == 1);
  }
}

inline void check_pruned_runs(const make_database_home& make) {
  running_fleet fleet{make, {alert_named("a", {"log"})}};
  const auto& a = fleet.alerts[0];
  auto first = fleet.run;
  fleet.settle(settled(fleet.run, a.id, fleet.attempt(a), {"1"}));
  fleet.begin_another_run(); // the first ended at after(200)
  auto second = fleet.run;
  auto late = fleet.attempt(a);
  fleet.begin_another_run();
  auto on = fleet.run;
  auto skipped = fleet.db.must(&database::record_skipped_run, run_trigger::timer, run_state::skipped_overlap, "", noon);
  auto prune = [&](wall_time before, uint32_t limit) { return fleet.db.must(&database::prune_runs, before, limit); };
  auto ids = [&] {
    std::vector<run_id> out;
    for (const auto& x : fleet.db.must(&database::list_runs, 10u))
      out.push_back(x.id);
    return out;
  };

  SECTION("only what ended before is forgotten, with its attempts; matches, notifications and seen items stay") {
    CHECK(prune(noon, 10) == 0);
    CHECK(prune(after(200), 10) == 1);
    CHECK(ids() == std::vector<run_id>{on, second, first});
    CHECK(prune(after(100000), 10) == 2);
    CHECK(ids() == std::vector<run_id>{on});
    CHECK(fleet.db.code(&database::get_run, first) == errc::not_found);
    CHECK(fleet.db.code(&database::list_run_alerts, first) == errc::not_found);
    CHECK(fleet.matches().size() == 1);
    CHECK(fleet.outbox().size() == 1);
    CHECK(fleet.db.must(&database::find_unfinished_run).run.id == on);
    // Seen before: no second match, no second notification.
    CHECK(fleet.settle(settled(on, a.id, fleet.attempt(a), {"1"})).new_matches == 0);
    CHECK(fleet.outbox().size() == 1);
  }
  SECTION("the oldest first, a batch at a time") {
    CHECK(prune(after(100000), 1) == 1);
    CHECK(ids() == std::vector<run_id>{skipped.id, on, second});
    CHECK(prune(after(100000), 1) == 1);
    CHECK(prune(after(100000), 1) == 1);
    CHECK(prune(after(100000), 1) == 0);
    CHECK(ids() == std::vector<run_id>{on});
  }
  SECTION("a result of a forgotten run is of no attempt") {
    prune(after(100000), 10);
    CHECK(fleet.db.code(&database::settle, settled(second, a.id, late, {"9"}), true, noon) == errc::not_found);
    CHECK(fleet.matches().size() == 1);
  }
}

} // namespace vigie::testing

// The contract on SQLite, and what only a thread and a queue can do wrong. Files that are in the way:
// sqlite_file_test.cpp.
#include <atomic>
#include <thread>

#include "tests/contract/database_conduct.hpp"
#include "tests/contract/database_contract.hpp"
#include "tests/contract/database_histories.hpp"
#include "tests/contract/database_outbox.hpp"
#include "tests/contract/database_settlements.hpp"
#include "tests/contract/database_upkeep.hpp"
#include "tests/contract/sqlite_home.hpp"

using namespace vigie;
using namespace vigie::testing;

TEST_CASE("sqlite database: alerts") {
  check_alert_rows(in_sqlite);
  check_alert_changes(in_sqlite);
}
TEST_CASE("sqlite database: runs") {
  check_run_rows(in_sqlite);
  check_attempts(in_sqlite);
}
TEST_CASE("sqlite database: settlements") {
  check_applied_settlements(in_sqlite);
  check_failed_and_late_settlements(in_sqlite);
  check_repeated_settlements(in_sqlite);
  check_settlements_of_things_gone(in_sqlite);
  check_what_pauses(in_sqlite);
  check_what_is_told(in_sqlite);
}
TEST_CASE("sqlite database: notifications that wait for a person") {
  check_retried_notifications(in_sqlite);
}
TEST_CASE("sqlite database: runs are forgotten") {
  check_pruned_runs(in_sqlite);
}
TEST_CASE("sqlite database: outbox, workers, verdicts") {
  check_outbox(in_sqlite);
  check_claims_of_channels(in_sqlite);
  check_keys_of_databases(in_sqlite);
  check_workers_and_verdicts(in_sqlite);
}
TEST_CASE("sqlite database: gates and robots.txt") {
  check_gates_and_robots(in_sqlite);
}
TEST_CASE("sqlite database: the conduct ledger") {
  check_conduct_ledger(in_sqlite);
}
TEST_CASE("sqlite database: histories") {
  check_histories(in_sqlite);
}

TEST_CASE("sqlite database: settings are checked") {
  CHECK(validate(config_for("x")).code == errc::none);
  CHECK(why_not(config_for("")).code == errc::bad_config);
  auto config = config_for("x");
  config.max_pending = 0;
  CHECK(why_not(config).code == errc::bad_config);
  config = config_for("x");
  config.busy_timeout = duration{-1};
  CHECK(why_not(config).code == errc::bad_config);
  config = config_for("x");
  config.drain_timeout = duration{-1};
  CHECK(why_not(config).code == errc::bad_config);
  CHECK_FALSE(std::filesystem::exists("x"));
}

TEST_CASE("sqlite database: callbacks come on its thread, and above the limit at once on the caller's") {
  test_folder folder;
  auto config = config_for(folder.file());
  config.max_pending = 3;
  auto db = open_or_fail(config);
  std::promise<void> entered, leave;
  auto may_leave = leave.get_future().share();
  std::atomic<int> answered{0}, elsewhere{0};
  db->list_alerts([&](result<std::vector<alert>>) {
    entered.set_value();
    may_leave.wait();
    ++answered;
  });
  entered.get_future().wait(); // its thread is held in that callback: nothing is taken from the queue now
  auto note = [&, here = std::this_thread::get_id()](result<alert> x) {
    ++answered;
    elsewhere += std::this_thread::get_id() == here || !x ? 0 : 1;
  };
  db->put_alert(alert_named("a"), note);
  db->put_alert(alert_named("b"), note);
  CHECK(answered == 0);
  optional<error> refused;
  db->put_alert(alert_named("c"), [&](result<alert> x) { refused = x.error(); });
  REQUIRE(refused.has_value());
  CHECK(refused->code == errc::busy);
  CHECK_THAT(refused->detail, Catch::Contains("3"));
  leave.set_value();
  database_caller caller{*db};
  std::vector<alert> all;
  while (true) { // the slot of an answered operation is free a moment after its answer
    auto answer = caller.ask(&database::list_alerts);
    if (answer) {
      all = *answer;
      break;
    }
    REQUIRE(answer.error().code == errc::busy);
  }
  CHECK(all.size() == 2);
  CHECK(answered == 3);
  CHECK(elsewhere == 2);
}

TEST_CASE("sqlite database: closing does what was accepted") {
  test_folder folder;
  std::atomic<int> done{0};
  auto db = open_or_fail(config_for(folder.file()));
  for (int i = 0; i < 500; ++i)
    db->put_alert(alert_named(std::to_string(i)), [&](result<alert> x) { done += x ? 1 : 0; });
  db.reset();
  CHECK(done == 500);
  db = open_or_fail(config_for(folder.file()));
  CHECK(database_caller{*db}.must(&database::list_alerts).size() == 500);
}

TEST_CASE("sqlite database: many callers at once") {
  test_folder folder;
  auto db = open_or_fail(config_for(folder.file()));
  std::atomic<int> stored{0};
  std::vector<std::thread> callers;
  for (int t = 0; t < 4; ++t)
    callers.emplace_back([&, t] {
      for (int i = 0; i < 100; ++i)
        db->put_alert(alert_named(std::to_string(t) + "/" + std::to_string(i)),
                      [&](result<alert> x) { stored += x ? 1 : 0; });
    });
  for (auto& x : callers)
    x.join();
  CHECK(database_caller{*db}.must(&database::list_alerts).size() == 400);
  CHECK(stored == 400);
}

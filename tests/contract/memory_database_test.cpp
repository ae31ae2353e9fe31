#include "tests/contract/database_conduct.hpp"
#include "tests/contract/database_contract.hpp"
#include "tests/contract/database_histories.hpp"
#include "tests/contract/database_outbox.hpp"
#include "tests/contract/database_settlements.hpp"
#include "tests/contract/database_upkeep.hpp"
#include "tests/fakes/memory_database.hpp"

using namespace vigie;
using namespace vigie::testing;

namespace {

/// Memory does not outlive a restart, so opening it anew is the same one.
class memory_home final : public database_home {
public:
  explicit memory_home(uint64_t seed) : db_(seed) {}
  database& open() override { return db_; }

private:
  memory_database db_;
};

std::unique_ptr<database_home> in_memory() {
  static uint64_t last = 0;
  return std::make_unique<memory_home>(++last);
}

} // namespace

TEST_CASE("memory database: alerts") {
  check_alert_rows(in_memory);
  check_alert_changes(in_memory);
}
TEST_CASE("memory database: runs") {
  check_run_rows(in_memory);
  check_attempts(in_memory);
}
TEST_CASE("memory database: settlements") {
  check_applied_settlements(in_memory);
  check_failed_and_late_settlements(in_memory);
  check_repeated_settlements(in_memory);
  check_settlements_of_things_gone(in_memory);
  check_what_pauses(in_memory);
  check_what_is_told(in_memory);
}
TEST_CASE("memory database: notifications that wait for a person") {
  check_retried_notifications(in_memory);
}
TEST_CASE("memory database: runs are forgotten") {
  check_pruned_runs(in_memory);
}
TEST_CASE("memory database: outbox, workers, verdicts") {
  check_outbox(in_memory);
  check_claims_of_channels(in_memory);
  check_keys_of_databases(in_memory);
  check_workers_and_verdicts(in_memory);
}
TEST_CASE("memory database: gates and robots.txt") {
  check_gates_and_robots(in_memory);
}
TEST_CASE("memory database: the conduct ledger") {
  check_conduct_ledger(in_memory);
}
TEST_CASE("memory database: histories") {
  check_histories(in_memory);
}

TEST_CASE("memory database: faults come when asked for") {
  memory_database db;
  database_caller caller{db};
  db.fail_next(errc::store_unavailable, 2);
  CHECK(caller.code(&database::put_alert, alert_named("a")) == errc::store_unavailable);
  CHECK(caller.code(&database::list_alerts) == errc::store_unavailable);
  CHECK(caller.must(&database::list_alerts).empty());
  db.fail_all(errc::busy);
  for (int i = 0; i < 3; ++i)
    CHECK(caller.code(&database::list_alerts) == errc::busy);
  db.fail_all(errc::none);
  CHECK(caller.must(&database::list_alerts).empty());
  CHECK(db.operations() == 7);
}

TEST_CASE("memory database: answers can be held") {
  std::vector<int> answered;
  {
    memory_database db;
    db.hold();
    for (int i = 0; i < 4; ++i)
      db.put_alert(alert_named(std::to_string(i)), [&answered, i](result<alert> x) {
        REQUIRE(x);
        answered.push_back(i);
      });
    CHECK(answered.empty());
    CHECK(db.held() == 4);
    CHECK(db.release_some(1) == 1);
    CHECK(answered == std::vector<int>{0});
    db.release();
    CHECK(answered == std::vector<int>{0, 1, 2, 3});
    db.put_alert(alert_named("at once"), [&answered](result<alert>) { answered.push_back(4); });
    CHECK(answered.size() == 5);
    db.hold();
    db.put_alert(alert_named("kept"), [&answered](result<alert>) { answered.push_back(5); });
  }
  CHECK(answered.size() == 6);
}

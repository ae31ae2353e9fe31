// What every implementation of the database port must do with notifications on their way out. To be called inside a
// TEST_CASE; the sections are Catch's.
#pragma once

#include <algorithm>
#include <set>

#include "tests/contract/database_home.hpp"

namespace vigie::testing {

inline void check_outbox(const make_database_home& make) {
  running_fleet fleet{make, {alert_named("a", {"log", "hook"})}};
  fleet.settle(settled(fleet.run, fleet.alerts[0].id, fleet.attempt(fleet.alerts[0]), {"1", "2"})); // at after(100)
  auto claim = [&](uint32_t limit, wall_time now) {
    return fleet.db.must(&database::claim_outbox, claim_outbox{limit, {}, duration{1000}}, now);
  };
  auto finish = [&](outbox_id id, delivery_state how, wall_time next) {
    return fleet.db.code(&database::finish_outbox, id, how, next, "why");
  };

  SECTION("due rows are claimed once, the longest due first, up to the limit") {
    auto first = claim(3, after(100));
    REQUIRE(first.size() == 3);
    CHECK(first[0].state == delivery_state::sending);
    CHECK(first[0].attempts == 1);
    CHECK(first[0].id < first[1].id);
    CHECK(claim(3, after(100)).size() == 1);
    CHECK(claim(3, after(100)).empty());
    CHECK(finish(first[2].id, delivery_state::pending, after(500)) == errc::none);
    CHECK(finish(first[0].id, delivery_state::pending, after(600)) == errc::none);
    CHECK(claim(10, after(499)).empty());
    auto again = claim(10, after(700));
    REQUIRE(again.size() == 2);
    CHECK(again[0].id == first[2].id);
    CHECK(again[0].attempts == 2);
    CHECK(again[0].last_error == "why");
    CHECK(again[0].key == first[2].key);
    CHECK(again[0].body == first[2].body);
  }
  SECTION("what was sent stays sent") {
    auto rows = claim(1, after(100));
    CHECK(finish(rows.at(0).id, delivery_state::sent, after(100)) == errc::none);
    CHECK(finish(rows.at(0).id, delivery_state::sent, after(100)) == errc::none);
    CHECK(finish(rows.at(0).id, delivery_state::pending, after(100)) == errc::conflict);
    CHECK(finish(rows.at(0).id, delivery_state::sending, after(100)) == errc::bad_request);
    CHECK(finish(outbox_id{999}, delivery_state::sent, after(100)) == errc::not_found);
    CHECK(claim(10, after(100)).size() == 3);
  }
  SECTION("a dead process's sends become pending or ambiguous") {
    auto rows = claim(3, after(100)); // 1:log, 1:hook, 2:log
    finish(rows.at(0).id, delivery_state::sent, after(100));
    fleet.db = database_caller{fleet.home->open()};
    auto moved = fleet.db.must(&database::recover_outbox, recover_outbox{{channel_id{"hook"}}, "main died"});
    REQUIRE(moved.size() == 2);
    for (const auto& x : moved)
      CHECK(x.state == (x.channel == channel_id{"hook"} ? delivery_state::pending : delivery_state::ambiguous));
    auto in = [&](delivery_state state) { return fleet.db.must(&database::list_outbox, std::vector{state}, 10u); };
    CHECK(in(delivery_state::sent).size() == 1);
    CHECK(in(delivery_state::sending).empty());
    REQUIRE(in(delivery_state::ambiguous).size() == 1);
    CHECK(in(delivery_state::ambiguous)[0].channel == channel_id{"log"});
    CHECK(in(delivery_state::ambiguous)[0].last_error == "main died");
    auto pending = in(delivery_state::pending);
    REQUIRE(pending.size() == 2);
    CHECK(pending[0].id > pending[1].id);
    CHECK(fleet.outbox().size() == 4);
    CHECK(fleet.db.must(&database::list_outbox, std::vector<delivery_state>{}, 3u).size() == 3);
    CHECK(fleet.matches().at(0).delivery == "log:ambiguous, hook:pending");
    CHECK(fleet.matches().at(1).delivery == "log:sent, hook:pending");
  }
}

inline void check_claims_of_channels(const make_database_home& make) {
  running_fleet fleet{make, {alert_named("a", {"log", "hook", "mail"})}};
  const auto& a = fleet.alerts[0];
  fleet.settle(settled(fleet.run, a.id, fleet.attempt(a), {"1", "2", "3"})); // at after(100)
  const channel_id log{"log"}, hook{"hook"}, mail{"mail"};
  auto claim = [&](claim_outbox which, wall_time now) { return fleet.db.must(&database::claim_outbox, which, now); };
  auto count = [](const std::vector<outbox_row>& rows, const channel_id& channel) {
    return std::count_if(rows.begin(), rows.end(), [&](const auto& x) { return x.channel == channel; });
  };

  SECTION("a channel gets as many as it may, one that is not named as many as there are") {
    auto rows = claim({10, {{log, 2}, {hook, 0}}, duration{1000}}, after(100));
    CHECK(rows.size() == 5);
    CHECK(count(rows, log) == 2);
    CHECK(count(rows, mail) == 3);
    CHECK(rows[0].alert_name == "a");
    CHECK(rows[0].since == after(100));
    CHECK(claim({2, {{mail, 5}}, duration{1000}}, after(100)).size() == 2);
  }
  SECTION("what was claimed and not sent is as before") {
    auto rows = claim({1, {}, duration{1000}}, after(100));
    fleet.db.must(&database::return_outbox, rows.at(0).id);
    fleet.db.must(&database::return_outbox, rows.at(0).id); // no row of this state any more
    auto again = claim({1, {}, duration{1000}}, after(100));
    CHECK(again.at(0).id == rows.at(0).id);
    CHECK(again.at(0).attempts == 1);
    CHECK(again.at(0).last_error.empty());
  }
  SECTION("a clock that was set back: nothing new waits at all, nothing else longer than it may") {
    auto early = after(100) - std::chrono::hours{24};
    auto rows = claim({10, {}, duration{1000}}, early);
    REQUIRE(rows.size() == 9);
    fleet.db.must(&database::finish_outbox, rows[0].id, delivery_state::pending, after(500), "why");
    CHECK(claim({10, {}, duration{1000}}, early).empty());
    CHECK(claim({10, {}, duration{1000}}, early + duration{999}).empty());
    CHECK(claim({10, {}, duration{1000}}, early + duration{1000}).size() == 1);
  }
  SECTION("what waits for a channel is given up by age, a bounded number at a time; the others are not") {
    claim({1, {{hook, 0}, {mail, 0}}, duration{1000}}, after(100)); // it is being sent
    auto give_up = [&](wall_time before) {
      return fleet.db.must(&database::give_up_outbox, give_up_outbox{log, duration{0}, "away", 1}, before);
    };
    CHECK(give_up(after(99)).empty());
    auto gone = give_up(after(100));
    REQUIRE(gone.size() == 1);
    CHECK(gone[0].state == delivery_state::dead);
    CHECK(gone[0].last_error == "away");
    CHECK(gone[0].alert_name == "a");
    CHECK(give_up(after(100)).size() == 1);
    CHECK(give_up(after(100)).empty());
    CHECK(fleet.db.must(&database::count_outbox).dead == 2);
    CHECK(fleet.db.must(&database::count_outbox).pending == 6);
  }
  SECTION("what is known of channels, one row each") {
    CHECK(fleet.db.must(&database::load_channel_states).empty());
    channel_state state{log, after(900), after(100), duration{1000}, 3, "away", after(50)};
    fleet.db.must(&database::put_channel_state, state);
    fleet.db.must(&database::put_channel_state, channel_state{hook, {}, after(1), duration{0}, 0, ""});
    state.failures = 4;
    fleet.db.must(&database::put_channel_state, state);
    fleet.db = database_caller{fleet.home->open()};
    auto rows = fleet.db.must(&database::load_channel_states);
    REQUIRE(rows.size() == 2);
    CHECK(rows[1] == state);
    CHECK_FALSE(rows[0].failing_since);
  }
}

/// Two databases, as one that was made anew or restored: what has gone out under a key must never go out under it for
/// something else.
inline void check_keys_of_databases(const make_database_home& make) {
  std::set<std::string> keys;
  for (int i = 0; i < 2; ++i) {
    running_fleet fleet{make, {alert_named("a"), alert_named("b")}};
    for (const auto& x : fleet.alerts)
      fleet.settle(settled(fleet.run, x.id, fleet.attempt(x), {"1", "2"}));
    for (const auto& row : fleet.outbox())
      CHECK(keys.insert(row.key).second);
  }
  CHECK(keys.size() == 8);
}

} // namespace vigie::testing

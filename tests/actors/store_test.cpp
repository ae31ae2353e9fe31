#include "actors/store.hpp"

#include "tests/fakes/fake_event_log.hpp"
#include "tests/fakes/memory_database.hpp"
#include "tests/fakes/null_metrics.hpp"
#include "tests/support/world.hpp"

using namespace vigie;
using namespace std::chrono_literals;

namespace {

struct shop {
  explicit shop(uint64_t seed = 1, store_config config = {}) : w(seed) {
    aut = w.system.spawn(store, &db, w.env(log, metrics), config);
  }

  ~shop() { w.stop(aut); }

  test::world w;
  fake_event_log log;
  null_metrics metrics;
  memory_database db;
  store_actor aut;
};

alert an_alert(const std::string& name) {
  alert a;
  a.name = name;
  a.source = source_id{"market"};
  a.baseline = false;
  a.channels = {channel_id{"shop"}};
  return a;
}

} // namespace

TEST_CASE("every message is its operation: a run from its alerts to its notifications") {
  shop s;
  auto& w = s.w;
  auto stored = w.ask<alert>(s.aut, put_alert{an_alert("one")});
  REQUIRE(stored.has_value());
  CHECK(w.ask<uint32_t>(s.aut, import_alerts{{an_alert("two"), an_alert("three")}}) == 2u);
  CHECK(w.ask<alert>(s.aut, enable_alert{alert_id{2}, false})->enabled == false);
  CHECK(w.ask<caf::unit_t>(s.aut, remove_alert{alert_id{3}}).has_value());
  CHECK(w.ask<std::vector<alert>>(s.aut, get_alerts{})->size() == 2);
  CHECK(w.ask<begun_run>(s.aut, find_unfinished_run{}).error().code == errc::not_found);

  auto begun = w.ask<begun_run>(s.aut, begin_run{run_trigger::manual, trace_id{"t"}});
  REQUIRE(begun.has_value());
  CHECK(begun->alerts.size() == 1);
  CHECK(begun->run.started == from_unix_ms(1'800'000'000'000));
  CHECK(w.ask<begun_run>(s.aut, find_unfinished_run{})->run.id == begun->run.id);
  auto tokens = w.ask<std::vector<fencing_token>>(
      s.aut, begin_attempts{begun->run.id, {{alert_id{1}, worker_id{"worker-fr"}, 1}}});
  REQUIRE(tokens->size() == 1);
  alert_settled result;
  result.run = begun->run.id;
  result.alert = alert_id{1};
  result.token = tokens->at(0);
  match found;
  found.alert = alert_id{1};
  found.what.id = item_id{"i1"};
  found.what.title = "thing";
  result.matches = {found};
  auto receipt = w.ask<settle_receipt>(s.aut, settle_alert{result, true});
  REQUIRE(receipt.has_value());
  CHECK(receipt->applied);
  CHECK(receipt->outbox_rows == 1);
  w.advance(5s);
  auto ended = w.ask<run_summary>(s.aut, end_run{begun->run.id, run_state::completed, 1, 1, ""});
  CHECK(ended->ended == from_unix_ms(1'800'000'005'000));
  CHECK(w.ask<run_summary>(s.aut, record_skipped_run{run_trigger::timer, run_state::skipped_overlap, "why"})->note ==
        "why");
  CHECK(w.ask<std::vector<run_summary>>(s.aut, get_runs{10})->size() == 2);
  CHECK(w.ask<run_summary>(s.aut, get_run{begun->run.id})->alerts_ok == 1);
  CHECK(w.ask<std::vector<run_alert>>(s.aut, get_run_alerts{begun->run.id})->at(0).state == attempt_state::settled);
  CHECK(w.ask<std::vector<stored_match>>(s.aut, get_matches{})->at(0).delivery == "shop:pending");
}

TEST_CASE("the outbox: claimed when due by the actor's clock, given back for later, recovered") {
  shop s;
  auto& w = s.w;
  auto begun = (w.ask<alert>(s.aut, put_alert{an_alert("one")}), w.ask<begun_run>(s.aut, begin_run{}));
  auto tokens = w.ask<std::vector<fencing_token>>(s.aut, begin_attempts{begun->run.id, {{alert_id{1}, {}, 1}}});
  alert_settled result;
  result.run = begun->run.id;
  result.alert = alert_id{1};
  result.token = tokens->at(0);
  result.matches.resize(1);
  result.matches[0].alert = alert_id{1};
  result.matches[0].what.id = item_id{"i1"};
  REQUIRE(w.ask<settle_receipt>(s.aut, settle_alert{result, true})->outbox_rows == 1);

  auto claimed = w.ask<std::vector<outbox_row>>(s.aut, claim_outbox{10, {}, 1min});
  REQUIRE(claimed->size() == 1);
  auto id = claimed->at(0).id;
  CHECK(w.ask<std::vector<outbox_row>>(s.aut, claim_outbox{10, {}, 1min})->empty());
  CHECK(w.ask<caf::unit_t>(s.aut, finish_outbox{id, delivery_state::pending, 10s, "not now"}).has_value());
  w.advance(9900ms);
  CHECK(w.ask<std::vector<outbox_row>>(s.aut, claim_outbox{10, {}, 1min})->empty());
  w.advance(100ms);
  REQUIRE(w.ask<std::vector<outbox_row>>(s.aut, claim_outbox{10, {}, 1min})->size() == 1);
  CHECK(w.ask<std::vector<outbox_row>>(s.aut, recover_outbox{})->size() == 1);
  auto rows = w.ask<std::vector<outbox_row>>(s.aut, get_outbox{{delivery_state::ambiguous}, 10});
  REQUIRE(rows->size() == 1);
  CHECK(rows->at(0).attempts == 2);
}

TEST_CASE("workers and verdicts are kept") {
  shop s;
  auto& w = s.w;
  worker_status row;
  row.id = worker_id{"worker-fr"};
  row.requests = 7;
  CHECK(w.ask<caf::unit_t>(s.aut, save_worker_status{{row}}).has_value());
  CHECK(w.ask<std::vector<worker_status>>(s.aut, get_worker_status{})->at(0).requests == 7);
  verdict v{verdict_scope::worker_host, row.id, host_key{"h"}, errc::refused, "HTTP 403", {}, {}, 1};
  CHECK(w.ask<caf::unit_t>(s.aut, put_verdict{v}).has_value());
  CHECK(w.ask<std::vector<verdict>>(s.aut, get_verdicts{})->size() == 1);
  CHECK(w.ask<caf::unit_t>(s.aut, drop_verdict{v.scope, v.worker, v.host}).has_value());
  CHECK(w.ask<std::vector<verdict>>(s.aut, get_verdicts{})->empty());
}

TEST_CASE("what is known of channels is kept, and what waits for one that does not work is given up by age") {
  shop s;
  auto& w = s.w;
  channel_state state;
  state.channel = channel_id{"log"};
  state.failures = 3;
  CHECK(w.ask<caf::unit_t>(s.aut, put_channel_state{state}).has_value());
  CHECK(w.ask<std::vector<channel_state>>(s.aut, get_channel_states{}) == std::vector<channel_state>{state});
  CHECK(w.ask<std::vector<outbox_row>>(s.aut, give_up_outbox{state.channel, duration{1000}, "away"})->empty());
  CHECK(w.ask<caf::unit_t>(s.aut, return_outbox{outbox_id{1}}).has_value());
}

TEST_CASE("what is known of other people's servers is kept") {
  shop s;
  auto& w = s.w;
  host_state gate{host_key{"h"}};
  gate.strikes = 2;
  CHECK(w.ask<caf::unit_t>(s.aut, add_conduct{{}, {gate}}).has_value());
  CHECK(w.ask<std::vector<host_state>>(s.aut, get_host_states{}) == std::vector<host_state>{gate});
  stored_robots robots{"http://h", {}};
  robots.copy.standing = robots_standing::unavailable;
  CHECK(w.ask<caf::unit_t>(s.aut, put_robots{robots}).has_value());
  CHECK(w.ask<std::vector<stored_robots>>(s.aut, get_robots{}) == std::vector<stored_robots>{robots});
  conduct_row row{host_key{"h"}};
  row.requests = 3;
  CHECK(w.ask<caf::unit_t>(s.aut, add_conduct{{row}}).has_value());
  CHECK(w.ask<caf::unit_t>(s.aut, add_conduct{{row}}).has_value());
  auto rows = w.ask<std::vector<conduct_row>>(s.aut, get_conduct{});
  REQUIRE(rows.has_value());
  REQUIRE(rows->size() == 1);
  CHECK(rows->front().requests == 6);
}

TEST_CASE("a database that fails is an error of its code, and only for as long as it fails") {
  shop s;
  s.db.fail_all(errc::store_unavailable);
  CHECK(s.w.ask<std::vector<alert>>(s.aut, get_alerts{}).error().code == errc::store_unavailable);
  CHECK(s.w.ask<alert>(s.aut, put_alert{an_alert("one")}).error().code == errc::store_unavailable);
  CHECK(s.w.ask<caf::unit_t>(s.aut, remove_alert{alert_id{1}}).error().code == errc::store_unavailable);
  s.db.fail_all(errc::none);
  CHECK(s.w.ask<std::vector<alert>>(s.aut, get_alerts{})->empty());
  CHECK(s.w.ask<caf::unit_t>(s.aut, remove_alert{alert_id{1}}).error().code == errc::not_found);
}

TEST_CASE("requests in flight at a crash fail at once with crashed; what the database had begun still happens") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    INFO("seed " << seed);
    shop s{seed};
    s.db.hold();
    auto one = s.w.self->request(s.aut, caf::infinite, put_alert{an_alert("one")});
    auto two = s.w.self->request(s.aut, caf::infinite, get_alerts{});
    auto three = s.w.self->request(s.aut, caf::infinite, remove_alert{alert_id{99}});
    s.w.drain();
    REQUIRE(s.db.held() == 3);
    auto queued = s.w.self->request(s.aut, caf::infinite, get_alerts{}); // not looked at before the crash
    caf::anon_send(caf::actor_cast<caf::actor>(s.aut), crash_now{"test"});
    auto behind = s.w.self->request(s.aut, caf::infinite, get_alerts{});
    auto before = s.w.now();
    s.w.drain();
    CHECK(s.w.now() == before);
    auto is_crashed = [](caf::error& e) { CHECK(from_caf(e).code == errc::crashed); };
    one.receive([](const alert&) { FAIL("answered"); }, is_crashed);
    two.receive([](const std::vector<alert>&) { FAIL("answered"); }, is_crashed);
    three.receive([] { FAIL("answered"); }, is_crashed);
    queued.receive([](const std::vector<alert>&) { FAIL("answered"); }, is_crashed);
    behind.receive([](const std::vector<alert>&) { FAIL("answered"); }, is_crashed);
    s.db.release(); // to nobody: must not be heard by the next incarnation
    s.aut = s.w.system.spawn(store, &s.db, s.w.env(s.log, s.metrics), store_config{});
    CHECK(s.w.ask<std::vector<alert>>(s.aut, get_alerts{})->size() == 1);
  }
}

TEST_CASE("runs are forgotten once a day, batch by batch, when they have been over for long enough") {
  store_config config;
  config.keep_runs = 48h;
  config.prune_batch = 3;
  shop s{1, config};
  auto skip = [&] {
    REQUIRE(s.w.ask<run_summary>(s.aut, record_skipped_run{run_trigger::timer, run_state::skipped_overlap, {}}));
  };
  auto runs = [&] { return s.w.ask<std::vector<run_summary>>(s.aut, get_runs{100})->size(); };
  REQUIRE(s.w.ask<alert>(s.aut, put_alert{an_alert("one")}));
  auto on = s.w.ask<begun_run>(s.aut, begin_run{run_trigger::timer, {}});
  REQUIRE(on.has_value());
  for (int i = 0; i < 7; ++i)
    skip();
  s.w.advance(25h, 1h);
  skip();
  CHECK(runs() == 9);
  s.w.advance(24h, 1h); // the first ones are 49 h old now
  CHECK(runs() == 2);
  CHECK(s.w.ask<run_summary>(s.aut, get_run{on->run.id}).has_value()); // still on
  CHECK(s.log.count("runs_pruned") == 1);
  // A store that is away is asked again the next day.
  s.db.fail_next(errc::store_unavailable);
  s.w.advance(24h, 1h);
  CHECK(s.log.count("runs_not_pruned") == 1);
  CHECK(runs() == 2);
  s.w.advance(24h, 1h);
  CHECK(runs() == 1);
}

TEST_CASE("hours of the conduct ledger are forgotten once a day, batch by batch") {
  store_config config;
  config.keep_conduct = 48h;
  config.conduct_batch = 3;
  shop s{1, config};
  std::vector<conduct_row> rows;
  for (int i = 0; i < 30; ++i)
    rows.push_back({host_key{"h"}, from_unix_ms(1'799'996'400'000) + i * 1h}); // the hour before the test begins
  REQUIRE(s.w.ask<caf::unit_t>(s.aut, add_conduct{rows}).has_value());
  auto left = [&] { return s.w.ask<std::vector<conduct_row>>(s.aut, get_conduct{})->size(); };
  s.db.fail_next(errc::store_unavailable, 1);
  s.w.advance(25h, 1h);
  CHECK(s.log.count("conduct_not_pruned") == 1);
  s.w.advance(24h, 1h); // 48 h and a minute after the start: the first hour was over 48 h ago
  CHECK(left() == 29);
  s.w.advance(24h, 1h);
  CHECK(left() == 5);
  CHECK(s.log.count("conduct_pruned") == 2);
}

TEST_CASE("without a limit runs are kept for ever") {
  shop s;
  REQUIRE(s.w.ask<run_summary>(s.aut, record_skipped_run{run_trigger::timer, run_state::skipped_overlap, {}}));
  s.w.advance(std::chrono::hours{24 * 400}, 24h);
  CHECK(s.w.ask<std::vector<run_summary>>(s.aut, get_runs{100})->size() == 1);
  CHECK(s.db.operations() == 2);
}

TEST_CASE("what a store cannot be run with is refused") {
  CHECK(validate(store_config{}).code == errc::none);
  store_config config;
  config.keep_runs = duration{-1};
  CHECK(validate(config).code == errc::bad_config);
  config = {};
  config.prune_batch = 0;
  CHECK(validate(config).code == errc::bad_config);
  config = {};
  config.keep_conduct = duration{-1};
  CHECK(validate(config).code == errc::bad_config);
}

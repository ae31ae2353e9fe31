#include "actors/host_gates.hpp"

#include <algorithm>

#include "actors/ban_timer.hpp"
#include "actors/store.hpp"
#include "tests/fakes/fake_event_log.hpp"
#include "tests/fakes/fleet_fakes.hpp"
#include "tests/fakes/memory_database.hpp"
#include "tests/fakes/null_metrics.hpp"

using namespace vigie;
using namespace vigie::test;
using namespace std::chrono_literals;

namespace {

const worker_id fr{"worker-fr"}, us{"worker-us"}, nl{"worker-nl"};
const host_key site{"site.test"};

struct fixture {
  explicit fixture(uint64_t seed) : w(seed) {
    ban_links.host_gates = self_ref;
    ban_links.store.set(w.system.spawn(store, &db, w.env(log, metrics), store_config{}));
    links.store = ban_links.store;
    start_ban_timer();
    start();
  }

  /// Periodic timers would keep the world from ending.
  ~fixture() {
    for (const auto& x : askers)
      w.stop(x);
    w.stop(aut, links.ban_timer.get(), links.store.get());
  }

  void start_ban_timer() {
    ban_timer_config config;
    config.regions = regions;
    links.ban_timer.set(w.system.spawn(ban_timer, config, w.env(log, metrics), ban_links));
  }

  void start() {
    host_gates_config config;
    config.regions = regions;
    aut = w.system.spawn(host_gates, config, w.env(log, metrics), links);
    self_ref.set(aut);
    w.drain();
  }

  void refuse(const worker_id& by, uint64_t id) { caf::anon_send(aut, by, permit_release{id, site, true, "HTTP 403"}); }

  /// Each worker says that it holds nothing.
  void say_held() {
    for (const auto& [by, region] : regions)
      caf::anon_send(aut, by, permits_held{});
    w.drain();
  }

  permit_request wants(gate_policy policy, duration patience = 60s) { return {site, policy, patience}; }

  const std::map<worker_id, std::string> regions{{fr, "fr"}, {us, "us"}, {nl, "nl"}};
  fake_event_log log;
  null_metrics metrics;
  memory_database db;
  world w;
  ban_timer_links ban_links;
  host_gates_links links;
  actor_ref<host_gates_actor> self_ref;
  host_gates_actor aut;
  std::vector<caf::actor> askers;
};

/// What all askers saw: when requests began and ended.
struct traffic {
  std::vector<mono_time> starts;
  uint32_t now = 0;
  uint32_t most = 0;
  uint32_t denied = 0;
};

/// Asks, works for a while, releases, asks again.
struct asker {
  caf::event_based_actor* self;
  host_gates_actor gates;
  worker_id worker;
  gate_policy policy;
  traffic* seen;
  std::shared_ptr<std::mt19937_64> random;

  void ask() const {
    auto me = *this;
    self->request(gates, caf::infinite, worker, permit_request{site, policy, 40s})
        .then(
            [me](const permit& x) {
              if (x.id == 0) {
                ++me.seen->denied;
                return me.pause(5s, [me] { me.ask(); });
              }
              me.seen->starts.push_back(me.self->clock().now());
              me.seen->most = std::max(me.seen->most, ++me.seen->now);
              auto works = duration{(*me.random)() % 9000};
              me.pause(works, [me, id = x.id] {
                --me.seen->now;
                me.self->send(me.gates, me.worker, permit_release{id, site, false, {}});
                me.ask();
              });
            },
            [](caf::error&) {});
  }

  void pause(duration d, std::function<void()> f) const { self->delayed_send(self, d, continuation{std::move(f)}); }
};

caf::behavior asking(caf::event_based_actor* self, host_gates_actor gates, worker_id worker, gate_policy policy,
                     traffic* seen, uint64_t seed) {
  asker{self, gates, worker, policy, seen, std::make_shared<std::mt19937_64>(seed)}.ask();
  return {[](const continuation& x) { x.run(); }};
}

} // namespace

TEST_CASE("over the whole fleet: never closer than the gap, never more at once than the limit, in any order") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    INFO("seed " << seed);
    fixture f{seed};
    gate_policy policy{1s, 3s, static_cast<uint32_t>(1 + seed % 3), 20000};
    traffic seen;
    auto born = f.w.now();
    for (int i = 0; i < 6; ++i)
      f.askers.push_back(
          f.w.system.spawn(asking, f.aut, worker_id{"w" + std::to_string(i % 3)}, policy, &seen, seed * 10 + i));
    f.w.advance(120s, 500ms);
    REQUIRE(seen.starts.size() >= 10);
    CHECK(seen.starts.front() >= born + 3s);
    for (size_t i = 1; i < seen.starts.size(); ++i)
      CHECK(seen.starts[i] - seen.starts[i - 1] >= 1s);
    CHECK(seen.most <= policy.max_in_flight);
  }
}

TEST_CASE("at a host of several places a word that a request was sent makes the next turn come, a gap after that") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    gate_policy policy{1s, 1s, 2, 1000};
    f.say_held();
    later<permit> first{f.w, f.aut, fr, f.wants(policy)};
    f.w.advance(1100ms, 50ms);
    REQUIRE(first.here());
    later<permit> second{f.w, f.aut, us, f.wants(policy)};
    f.w.advance(3s, 50ms);
    REQUIRE_FALSE(second.here()); // the first one's worker may be stopped
    caf::anon_send(f.aut, fr, permits_held{{{first.get()->id, site, policy, 600ms}}});
    f.w.advance(350ms, 50ms);
    REQUIRE_FALSE(second.here());
    f.w.advance(110ms, 10ms);
    REQUIRE(second.here());
    REQUIRE(second.get()->id != 0);
  }
}

TEST_CASE("an owner that was restarted shortens no gap") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    later<permit> first{f.w, f.aut, fr, f.wants({5s, 5s, 4, 100})};
    f.w.advance(6s, 100ms);
    REQUIRE(first.get()->id != 0);
    later<permit> waiting{f.w, f.aut, us, f.wants({5s, 5s, 4, 100})};
    f.w.drain();
    f.w.stop(f.aut);
    REQUIRE(waiting.here());
    CHECK(waiting.get().error().code == errc::crashed); // at once, not after its patience
    f.start();
    f.say_held();
    later<permit> second{f.w, f.aut, us, f.wants({5s, 5s, 4, 100})};
    f.w.advance(4900ms, 100ms);
    CHECK_FALSE(second.here());
    f.w.advance(200ms, 100ms);
    REQUIRE(second.here());
    CHECK(second.get()->id > first.get()->id);
  }
}

TEST_CASE("an owner that was restarted waits for the word of all workers, but not for ever") {
  for (auto silent : {false, true}) {
    fixture f{1};
    later<permit> first{f.w, f.aut, fr, f.wants({1s, 1s, 1, 100})};
    f.w.advance(2s, 100ms);
    REQUIRE(first.get()->id != 0);
    f.w.stop(f.aut);
    f.start();
    later<permit> second{f.w, f.aut, us, f.wants({1s, 1s, 1, 100})};
    caf::anon_send(f.aut, us, permits_held{});
    caf::anon_send(f.aut, nl, permits_held{});
    f.w.advance(10s, 100ms);
    CHECK_FALSE(second.here()); // worker-fr may still be asking the site
    if (!silent)
      caf::anon_send(f.aut, fr, permits_held{{{first.get()->id, site, {1s, 1s, 1, 100}, 12s}}});
    f.w.advance(6s, 100ms);
    // It does: there is one place. Who says nothing for so long holds nothing.
    CHECK(second.here() == silent);
    if (silent)
      continue;
    caf::anon_send(f.aut, fr, permit_release{first.get()->id, site, false, {}});
    f.w.advance(1s, 100ms);
    CHECK(second.here());
  }
}

TEST_CASE("the first owner ends during an outage of the store: the next one still knows that somebody may be asking") {
  for (auto later_outage : {false, true}) {
    fixture f{1};
    gate_policy policy{1s, 1s, 1, 100};
    auto away = [&](bool x) { f.db.fail_all(x ? errc::store_unavailable : errc::none); };
    away(!later_outage);
    later<permit> first{f.w, f.aut, fr, f.wants(policy)};
    f.w.advance(500ms, 100ms);
    away(true);
    f.w.advance(5s, 100ms);
    REQUIRE(first.here() == later_outage); // as long as nothing can be stored nobody asks
    f.w.stop(f.aut);
    f.start();
    f.w.advance(2s, 100ms);
    away(false);
    later<permit> second{f.w, f.aut, us, f.wants(policy)};
    f.w.advance(3s, 100ms);
    CHECK(second.here() != later_outage); // where nothing was given, nobody is waited for
    f.w.advance(12s, 100ms);
    CHECK(second.here());
  }
}

TEST_CASE("a refusal and a 429 are acknowledged when they are stored, and count once however often they are said") {
  fixture f{1};
  gate_policy policy{1s, 1s, 4, 100};
  later<permit> first{f.w, f.aut, fr, f.wants(policy)};
  f.w.advance(2s, 100ms);
  REQUIRE(first.get()->id != 0);
  permit_release limited{first.get()->id, site, false, {}, {}, {answer_kind::rate_limited, 429, 30s}};
  f.db.fail_all(errc::store_unavailable);
  later<void> unheard{f.w, f.aut, fr, limited};
  f.w.advance(2s, 100ms);
  CHECK_FALSE(unheard.here());
  f.db.fail_all(errc::none);
  f.w.advance(3s, 100ms);
  CHECK(unheard.here());
  later<void> again{f.w, f.aut, fr, limited};
  f.w.drain();
  CHECK(again.here());
  CHECK(f.log.count("host_held") == 1);
  // A new owner knows it from the store.
  f.w.stop(f.aut);
  f.start();
  f.say_held();
  later<permit> held{f.w, f.aut, us, f.wants(policy)};
  f.w.advance(24s, 100ms);
  CHECK_FALSE(held.here());
  f.w.advance(5s, 100ms);
  CHECK(held.here());
}

TEST_CASE("what is acknowledged is in the ledger, whenever its owner dies; what is not is counted by the next one") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    gate_policy policy{1s, 1s, 4, 20000};
    std::vector<permit_release> said;
    std::mt19937_64 random{seed};
    for (int i = 0; i < 12; ++i) {
      later<permit> leave{f.w, f.aut, fr, f.wants(policy)};
      f.w.advance(20s, 500ms);
      REQUIRE(leave.here());
      REQUIRE(leave.get()->id != 0);
      // Told, and told again to the next owner where this one died before it said that it has heard.
      permit_release back{leave.get()->id, site, false, {}, {}, {answer_kind::page, 200, {}, 100}};
      for (bool acknowledged = false; !acknowledged;) {
        later<void> word{f.w, f.aut, fr, back};
        for (auto steps = random() % 12; steps > 0; --steps)
          f.w.step();
        acknowledged = word.here() && word.get().has_value();
        if (!acknowledged || random() % 2 == 0) {
          auto away = random() % 3 == 0;
          if (away)
            f.db.fail_all(errc::store_unavailable);
          f.w.stop(f.aut);
          f.start();
          f.say_held();
          if (away) {
            // Before the next owner has read what this one knew; it may end without having read it.
            later<void> early{f.w, f.aut, fr, back};
            f.w.drain();
            f.db.fail_all(errc::none);
            if (random() % 2 == 0) {
              f.w.stop(f.aut);
              f.start();
              f.say_held();
            }
            f.w.advance(3s, 500ms);
          }
        }
      }
      said.push_back(back);
      auto rows = f.w.ask<std::vector<conduct_row>>(f.links.store.get(), get_conduct{{}, {}, 0ms});
      REQUIRE(rows);
      REQUIRE(rows->size() == 1);
      CHECK(rows->at(0).requests == said.size());
      CHECK(rows->at(0).bytes == 100 * said.size());
    }
  }
}

TEST_CASE("a pause that a person ends is over, for the next owner, too, and that is told") {
  fixture f{1};
  gate_policy policy{1s, 1s, 4, 100};
  later<permit> first{f.w, f.aut, fr, f.wants(policy)};
  f.w.advance(2s, 100ms);
  REQUIRE(first.get()->id != 0);
  caf::anon_send(f.aut, fr,
                 permit_release{first.get()->id, site, false, {}, {}, {answer_kind::rate_limited, 429, 72h}});
  f.w.advance(2s, 100ms);
  REQUIRE(f.log.count("host_paused") == 1);
  auto holds = f.w.ask<std::vector<host_hold>>(f.aut, get_holds{});
  REQUIRE(holds);
  REQUIRE(holds->size() == 1);
  CHECK(holds->at(0).host == site);
  CHECK(holds->at(0).pause);
  CHECK(f.w.ask<std::vector<host_hold>>(f.aut, lift_holds{host_key{"other.test"}}).error().code == errc::not_found);
  f.db.fail_all(errc::store_unavailable);
  later<std::vector<host_hold>> lifted{f.w, f.aut, lift_holds{site}};
  f.w.advance(2s, 100ms);
  CHECK_FALSE(lifted.here()); // it would come back with the next owner
  f.db.fail_all(errc::none);
  f.w.advance(3s, 100ms);
  REQUIRE(lifted.here());
  CHECK(lifted.get() == holds);
  CHECK(f.log.count("host_hold_lifted") == 1);
  f.w.stop(f.aut);
  f.start();
  f.say_held();
  CHECK(f.w.ask<std::vector<host_hold>>(f.aut, get_holds{})->empty());
  later<permit> next{f.w, f.aut, us, f.wants(policy)};
  f.w.advance(20s, 100ms);
  REQUIRE(next.here());
  CHECK(next.get()->id != 0);
}

TEST_CASE("a lost worker's permit is out until its request must be over, or its next word shows that it is") {
  for (auto speaks : {false, true}) {
    fixture f{1};
    gate_policy policy{1s, 1s, 1, 100};
    caf::anon_send(f.aut, fr, permits_held{{}, {}, 7, false});
    later<permit> first{f.w, f.aut, fr, f.wants(policy)};
    f.w.advance(2s);
    auto id = first.get()->id;
    REQUIRE(id != 0);
    later<permit> second{f.w, f.aut, us, f.wants(policy, 10min)};
    caf::anon_send(f.aut, worker_lost{fr, 1, "gone"});
    f.w.advance(5s, 1s);
    CHECK_FALSE(second.here());
    if (!speaks) {
      f.w.advance(23s, 1s);
      CHECK_FALSE(second.here());
      f.w.advance(2s, 1s);
      CHECK(second.here());
      // What the site said comes late, but it comes.
      caf::anon_send(f.aut, fr, permit_release{id, site, false, {}, {}, {answer_kind::rate_limited, 429, 90s}});
      f.w.drain();
      CHECK(f.log.count("host_held") == 1);
      continue;
    }
    // It is attached again, and its request goes on.
    caf::anon_send(f.aut, fr, permits_held{{{id, site, policy, 6s}}, {}, 7, false});
    caf::anon_send(f.aut, fr, permits_held{{}, {id}, 7, true}); // over, but its release is not here
    f.w.drain();
    CHECK_FALSE(second.here());
    caf::anon_send(f.aut, fr, permits_held{{}, {}, 7, true});
    f.w.drain();
    CHECK(second.here());
  }
}

TEST_CASE("an owner that was stopped over a lease's end reads what was said before it gives the place again") {
  enum class said { nothing, held, back };
  for (auto what : {said::nothing, said::held, said::back}) {
    fixture f{1};
    gate_policy policy{1s, 1s, 1, 100};
    later<permit> first{f.w, f.aut, fr, f.wants(policy)};
    f.w.advance(2s);
    auto id = first.get()->id;
    REQUIRE(id != 0);
    later<permit> second{f.w, f.aut, us, f.wants(policy, 10min)};
    f.w.advance(110s, 1s);
    // Its timers fire before anything is read.
    f.w.scheduler().advance_time(30s);
    f.w.drain();
    CHECK_FALSE(second.here());
    if (what != said::nothing)
      caf::anon_send(f.aut, fr, permits_held{{{id, site, policy, 100s}}, {}, 7, false});
    f.w.drain();
    CHECK_FALSE(second.here());
    if (what == said::back)
      caf::anon_send(f.aut, fr, permit_release{id, site, false, {}});
    f.w.advance(9s, 1s);
    CHECK(second.here() == (what == said::back));
    f.w.advance(2s, 1s);
    CHECK(second.here());
  }
}

TEST_CASE("a request of a worker that died is in the ledger as soon as its next process has spoken") {
  fixture f{1};
  gate_policy policy{1s, 1s, 1, 100};
  caf::anon_send(f.aut, fr, permits_held{{}, {}, 7, false});
  later<permit> first{f.w, f.aut, fr, f.wants(policy)};
  f.w.advance(2s, 100ms);
  REQUIRE(first.get()->id != 0);
  caf::anon_send(f.aut, fr, permits_held{{}, {}, 8, false});
  caf::anon_send(f.aut, fr, permits_held{{}, {}, 8, true});
  f.w.drain();
  f.w.stop(f.aut); // as kill -9
  auto rows = f.w.ask<std::vector<conduct_row>>(f.links.store.get(), get_conduct{{}, {}, 0ms});
  REQUIRE(rows);
  REQUIRE(rows->size() == 1);
  CHECK(rows->at(0).requests == 1);
  CHECK(rows->at(0).failed == 1);
}

TEST_CASE("a lease ends, Retry-After holds, a denial is an answer") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    gate_policy policy{1s, 1s, 1, 100};
    later<permit> first{f.w, f.aut, fr, f.wants(policy)};
    f.w.advance(2s);
    REQUIRE(first.get()->id != 0);
    later<permit> second{f.w, f.aut, us, f.wants(policy, 10min)};
    f.w.advance(10s, 1s);
    CHECK_FALSE(second.here());
    caf::anon_send(f.aut, fr, permit_release{first.get()->id, site, false, {}});
    f.w.drain();
    REQUIRE(second.here());
    later<permit> third{f.w, f.aut, fr, f.wants(policy, 10min)};
    f.w.advance(119s, 1s);
    CHECK_FALSE(third.here());
    f.w.advance(2s, 1s);
    REQUIRE(third.here());
    caf::anon_send(f.aut, fr,
                   permit_release{third.get()->id, site, false, {}, {}, {answer_kind::rate_limited, 429, 90s}});
    f.w.drain();
    CHECK(f.log.count("host_held") == 1);
    later<permit> denied{f.w, f.aut, us, f.wants(policy, 60s)};
    f.w.drain();
    CHECK(denied.get()->id == 0);
    CHECK(denied.get()->why.code == errc::rate_limited);
    later<permit> fourth{f.w, f.aut, us, f.wants(policy, 10min)};
    f.w.advance(89s, 1s);
    CHECK_FALSE(fourth.here());
    f.w.advance(2s, 1s);
    CHECK(fourth.get()->id != 0);
  }
}

TEST_CASE("work handed out before a ban does not reach the site after it: no third region, in any order") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    INFO("seed " << seed);
    fixture f{seed};
    gate_policy policy{1s, 1s, 1, 100};
    later<permit> first{f.w, f.aut, fr, f.wants(policy, 10min)};
    f.w.advance(2s);
    REQUIRE(first.get()->id != 0);
    later<permit> same{f.w, f.aut, fr, f.wants(policy, 10min)};
    f.w.drain();
    later<permit> second{f.w, f.aut, us, f.wants(policy, 10min)};
    f.w.drain();
    later<permit> third{f.w, f.aut, nl, f.wants(policy, 10min)};
    f.w.drain();
    f.refuse(fr, first.get()->id);
    f.w.advance(2s);
    CHECK(same.get()->why.code == errc::refused); // it is banned for that host now
    REQUIRE(second.get()->id != 0);               // one other region may try
    CHECK_FALSE(third.here());
    f.refuse(us, second.get()->id);
    f.w.advance(5s);
    CHECK(third.get()->id == 0);
    CHECK(third.get()->why.code == errc::circuit_open);
    later<permit> late{f.w, f.aut, nl, f.wants(policy, 10min)};
    f.w.drain();
    CHECK(late.get()->why.code == errc::circuit_open);
    // Half-open: for the regions that were refused, not for a third one.
    f.w.advance(30min, 30s);
    later<permit> probe{f.w, f.aut, fr, f.wants(policy)};
    later<permit> other{f.w, f.aut, nl, f.wants(policy)};
    f.w.advance(2s);
    CHECK(probe.get()->id != 0);
    CHECK(other.get()->why.code == errc::circuit_open);
  }
}

TEST_CASE("while a refusal waits for its ruling nobody gets a permit, also if the ban-timer is down") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    gate_policy policy{1s, 1s, 3, 100};
    later<permit> first{f.w, f.aut, fr, f.wants(policy, 10min)};
    f.w.advance(2s);
    REQUIRE(first.get()->id != 0);
    f.w.stop(f.links.ban_timer.get());
    auto said = f.w.env(f.log, f.metrics).wall(f.w.now()) - 5min;
    permit_release told_late{first.get()->id, site, true, "HTTP 403"};
    told_late.age = 5min;
    caf::anon_send(f.aut, fr, told_late);
    f.w.drain();
    later<permit> second{f.w, f.aut, us, f.wants(policy, 10min)};
    f.w.advance(20s, 1s);
    CHECK_FALSE(second.here());
    f.start_ban_timer();
    f.w.advance(3s, 500ms);
    REQUIRE(second.here());
    CHECK(second.get()->id != 0);
    auto bans = f.w.ask<std::vector<verdict>>(f.links.ban_timer.get(), get_bans{});
    REQUIRE(bans->size() == 1);
    CHECK(bans->at(0).since == said); // whenever it was ruled on
  }
}

TEST_CASE("a ban that is answered at once counts as a denial") {
  fixture f{1};
  gate_policy policy{1s, 1s, 1, 100};
  caf::anon_send(f.links.ban_timer.get(), site_refused{fr, site, "HTTP 403"});
  f.w.drain();
  later<permit> banned{f.w, f.aut, fr, f.wants(policy)};
  f.w.drain();
  REQUIRE(banned.here());
  CHECK(banned.get()->why.code == errc::refused);
  CHECK(f.metrics.counter_sum("vigie_permits_denied_total") == 1);
  CHECK(f.metrics.counter_sum("vigie_permits_given_total") == 0);
}

TEST_CASE("a restarted owner gives no permit before it knows the bans; patience still ends") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    gate_policy policy{1s, 1s, 1, 100};
    caf::anon_send(f.links.ban_timer.get(), site_refused{fr, site, "HTTP 403"});
    f.w.drain();
    f.w.stop(f.aut, f.links.ban_timer.get());
    f.start();
    later<permit> banned{f.w, f.aut, fr, f.wants(policy, 10min)};
    later<permit> hasty{f.w, f.aut, us, f.wants(policy, 3s)};
    later<permit> patient{f.w, f.aut, us, f.wants(policy, 10min)};
    f.w.advance(10s, 500ms);
    CHECK_FALSE(banned.here());
    CHECK(hasty.get()->why.code == errc::busy);
    CHECK_FALSE(patient.here());
    f.start_ban_timer();
    f.w.advance(3s, 500ms);
    CHECK(banned.get()->why.code == errc::refused);
    CHECK(patient.get()->id != 0);
  }
}

#include "actors/ban_timer.hpp"

#include <set>

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
    links.balancer.set(w.system.spawn(fake_balancer, &seen));
    links.store.set(w.system.spawn(store, &db, w.env(log, metrics), store_config{}));
    start();
  }

  /// Periodic timers would keep the world from ending.
  ~fixture() { w.stop(aut); }

  void start() {
    ban_timer_config config;
    config.max_parked = 3;
    config.regions = {{fr, "fr"}, {us, "us"}, {nl, "nl"}};
    auto env = w.env(log, metrics);
    env.wall = [this, plain = env.wall](mono_time now) { return plain(now) + clock_set; };
    aut = w.system.spawn(ban_timer, config, env, links);
    w.drain();
  }

  std::vector<verdict> stored() {
    std::vector<verdict> out;
    db.load_verdicts([&](result<std::vector<verdict>> x) { out = std::move(x.value()); });
    return out;
  }

  duration clock_set{0}; ///< the time of day was set by so much
  fake_event_log log;
  null_metrics metrics;
  memory_database db;
  fleet_tape seen;
  world w;
  ban_timer_links links;
  ban_timer_actor aut;
};

} // namespace

TEST_CASE("a refusal is ruled on, stored, told and logged; its end comes on time, never early") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    INFO("seed " << seed);
    fixture f{seed};
    auto at = f.w.now();
    auto ruling = f.w.ask<refusal_ruling>(f.aut, site_refused{fr, site, "HTTP 403"});
    REQUIRE(ruling);
    CHECK(ruling->try_elsewhere);
    CHECK_FALSE(ruling->circuit_open);
    REQUIRE(f.stored().size() == 1);
    CHECK(f.stored()[0] == ruling->ban);
    CHECK(f.log.events("worker_banned").at(0).field("worker") == "worker-fr");
    auto told = f.seen.bans.size();
    f.w.advance(30min - 1s, 10s);
    CHECK(f.seen.bans.size() == told);
    f.w.advance(2s, 100ms);
    REQUIRE(f.seen.bans.size() == told + 1);
    CHECK(f.seen.bans.back().at >= at + 30min);
    CHECK(f.log.count("ban_half_open") == 1);
    caf::anon_send(f.aut, site_answered{fr, site});
    f.w.drain();
    REQUIRE(f.seen.bans.back().what.verdicts.size() == 1);
    CHECK(f.seen.bans.back().what.verdicts[0].answers == 1);
    CHECK(f.stored().at(0).answers == 1);
    CHECK(f.log.count("probe_answered") == 1);
    CHECK(f.log.count("worker_banned") == 1);
    caf::anon_send(f.aut, site_answered{fr, site});
    f.w.drain();
    CHECK(f.seen.bans.back().what.verdicts.empty());
    CHECK(f.stored().empty());
    CHECK(f.log.count("worker_unbanned") == 1);
  }
}

TEST_CASE("two regions open the circuit, and all of it survives a restart") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    f.w.ask<refusal_ruling>(f.aut, site_refused{fr, site, "HTTP 403"});
    auto second = f.w.ask<refusal_ruling>(f.aut, site_refused{us, site, "HTTP 403"});
    CHECK(second->circuit_open);
    CHECK_FALSE(second->try_elsewhere);
    CHECK(f.log.count("circuit_opened") == 1);
    CHECK(f.stored().size() == 3);
    f.w.stop(f.aut);
    f.start();
    CHECK(f.seen.bans.back().what.verdicts.size() == 3); // the balancer is told again
    auto third = f.w.ask<refusal_ruling>(f.aut, site_refused{nl, site, "HTTP 403"});
    CHECK(third->circuit_open);
    caf::anon_send(f.aut, lift_bans{fr});
    caf::anon_send(f.aut, lift_bans{us});
    caf::anon_send(f.aut, lift_bans{nl});
    f.w.drain();
    CHECK(f.stored().empty());
    CHECK(f.log.count("circuit_closed") == 1);
  }
}

TEST_CASE("a refused probe renews the circuit, and what it stands on: stored and told") {
  fixture f{1};
  f.w.ask<refusal_ruling>(f.aut, site_refused{fr, site, "HTTP 403"});
  f.w.ask<refusal_ruling>(f.aut, site_refused{us, site, "HTTP 403"});
  f.w.advance(31min, 10s);
  f.w.ask<refusal_ruling>(f.aut, site_refused{us, site, "HTTP 403"});
  REQUIRE(f.stored().size() == 3);
  std::set<wall_time> ends;
  for (const auto& v : f.stored())
    if (v.worker != us)
      ends.insert(v.until); // the circuit's, and that of the other region
  CHECK(ends.size() == 1);
  CHECK(f.log.events("ban_prolonged").at(0).field("worker") == "worker-fr");
  CHECK(f.log.count("worker_banned") == 3);
  CHECK(f.seen.bans.back().what.verdicts.size() == 3);
}

TEST_CASE("nothing is answered before the stored verdicts are back, and waiting is bounded") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    f.w.ask<refusal_ruling>(f.aut, site_refused{fr, site, "HTTP 403"});
    f.w.stop(f.aut);
    f.db.fail_all(errc::store_unavailable);
    f.start();
    later<std::vector<verdict>> first{f.w, f.aut, get_bans{}};
    f.w.drain();
    auto said = f.w.env(f.log, f.metrics).wall(f.w.now()) - 1min;
    later<refusal_ruling> ruling{f.w, f.aut, site_refused{us, site, "HTTP 403", 1min}};
    f.w.drain();
    later<std::vector<verdict>> third{f.w, f.aut, get_bans{}};
    f.w.drain();
    later<std::vector<verdict>> fourth{f.w, f.aut, get_bans{}};
    f.w.advance(5s, 500ms);
    CHECK_FALSE(first.here());
    CHECK(fourth.get().error().code == errc::busy);
    f.db.fail_all(errc::none);
    f.w.advance(2s, 500ms);
    CHECK(first.get()->size() == 1);
    CHECK(ruling.get()->circuit_open); // by the verdict of before
    CHECK(ruling.get()->ban.since == said);
    CHECK(third.get()->size() == 3);
  }
}

TEST_CASE(
    "what the store refuses is stored later, only the newest word of it; a ruling is given when its ban is stored") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    f.db.fail_all(errc::store_unavailable);
    later<refusal_ruling> first{f.w, f.aut, site_refused{fr, site, "HTTP 403"}};
    later<refusal_ruling> second{f.w, f.aut, site_refused{us, host_key{"other.test"}, "HTTP 403"}};
    f.w.advance(3s, 500ms);
    // In force at once, but whoever hears the ruling forgets the refusal: a ban-timer that died now would not know it.
    CHECK(f.w.ask<std::vector<verdict>>(f.aut, get_bans{})->size() == 2);
    CHECK_FALSE(first.here());
    CHECK_FALSE(second.here());
    caf::anon_send(f.aut, lift_bans{fr});
    f.w.advance(3s, 500ms);
    CHECK(f.log.count("verdict_not_stored") >= 3);
    f.db.fail_all(errc::none);
    f.w.advance(3s, 500ms);
    REQUIRE(f.stored().size() == 1);
    CHECK(f.stored()[0].worker == us);
    CHECK(first.get()->try_elsewhere);
    CHECK(second.get()->try_elsewhere);
  }
}

TEST_CASE("what changes while it is being stored is stored as it is then") {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    fixture f{seed};
    f.db.hold(); // stored, but not heard of yet
    later<refusal_ruling> ruling{f.w, f.aut, site_refused{fr, site, "HTTP 403"}};
    f.w.drain();
    caf::anon_send(f.aut, lift_bans{fr});
    f.w.drain();
    f.db.release();
    f.w.advance(3s, 500ms);
    CHECK(f.stored().empty());
    CHECK(ruling.here());
  }
}

TEST_CASE("the clock is set back during a ban: it lasts as long as it was to last from then, and its end is told") {
  fixture f{1};
  REQUIRE(f.w.ask<refusal_ruling>(f.aut, site_refused{fr, site, "HTTP 403"}));
  f.w.advance(10min, 10s);
  f.clock_set = -24h;
  f.w.advance(21min, 10s); // it looks when the ban was to end, and sees that the clock was set
  CHECK(f.log.count("ban_half_open") == 0);
  auto told = f.seen.bans.size();
  f.w.advance(31min, 10s);
  CHECK(f.log.count("ban_half_open") == 1);
  CHECK(f.seen.bans.size() > told);
}

TEST_CASE("evidence is cut") {
  fixture f{1};
  auto ruling = f.w.ask<refusal_ruling>(f.aut, site_refused{fr, site, std::string(5000, 'x')});
  CHECK(ruling->ban.evidence.size() == 200);
}

TEST_CASE("a ban-timer that dies fails who waits for it at once") {
  fixture f{1};
  f.w.stop(f.aut);
  f.db.fail_all(errc::store_unavailable);
  f.start();
  later<std::vector<verdict>> waiting{f.w, f.aut, get_bans{}};
  f.w.drain();
  caf::anon_send(caf::actor_cast<caf::actor>(f.aut), crash_now{"on purpose"});
  f.w.drain();
  CHECK(waiting.get().error().code == errc::crashed);
}

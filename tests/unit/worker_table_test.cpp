#include <catch2/catch.hpp>

#include "actors/policy/worker_table.hpp"

using namespace vigie;
using namespace std::chrono_literals;

namespace {

const mono_time now{std::chrono::hours{1}};
const wall_time wall = from_unix_ms(1'800'000'000'000);
const worker_id fr{"worker-fr"}, us{"worker-us"}, nl{"worker-nl"};
const host_key site{"site.test"};

worker_table table() {
  worker_table out{
      {{fr, "France", "fr", "h:1"}, {us, "America", "us", "h:2"}, {nl, "Holland", "nl", "h:3"}}, {}, {}, 1};
  for (const auto& w : {fr, us, nl})
    out.link({w, link_state::up, 1, {}});
  return out;
}

std::set<std::string> names(const availability& x) {
  std::set<std::string> out;
  for (const auto& w : x.workers)
    out.insert(w.worker.value + (w.probe_only ? "?" : ""));
  return out;
}

verdict ban(const worker_id& w, wall_time until) {
  return {verdict_scope::worker_host, w, site, errc::refused, "HTTP 403", wall - 30min, until, 1};
}

} // namespace

TEST_CASE("a link that is up is enough until the health-monitor judged otherwise") {
  auto aut = table();
  CHECK(names(aut.available({site}, {}, now, wall)).size() == 3);
  aut.health({fr, false, "3 probes failed"});
  auto out = aut.available({site}, {}, now, wall);
  CHECK(names(out) == std::set<std::string>{"worker-nl", "worker-us"});
  REQUIRE(out.causes.size() == 1);
  CHECK(out.causes[0] == "worker-fr: unhealthy: 3 probes failed");
  // Nothing is known of a new incarnation.
  aut.link({fr, link_state::up, 2, {}});
  CHECK(names(aut.available({site}, {}, now, wall)).size() == 3);
}

TEST_CASE("only links that are up get work") {
  auto aut = table();
  aut.link({fr, link_state::draining, 1, {}});
  aut.link({us, link_state::suspect, 1, {}});
  aut.link({nl, link_state::down, 1, "connection refused"});
  auto out = aut.available({}, {}, now, wall);
  CHECK(out.workers.empty());
  CHECK(out.causes == std::vector<std::string>{"worker-fr: draining", "worker-nl: down", "worker-us: suspect"});
  CHECK(aut.status(now).at(1).last_error == "connection refused");
}

TEST_CASE("banned for a host is not banned for another; half-open comes last and only once") {
  auto aut = table();
  aut.bans({ban(fr, wall + 1ms), ban(us, wall)}, now);
  CHECK(names(aut.available({site}, {}, now, wall)) == std::set<std::string>{"worker-nl", "worker-us?"});
  CHECK(aut.available({site}, {}, now, wall).workers.back().worker == us);
  CHECK(names(aut.available({host_key{"other"}}, {}, now, wall)).size() == 3);
  CHECK(names(aut.available({}, {}, now, wall)).size() == 3);
  CHECK(aut.take_probe(us, {site}, wall));
  CHECK_FALSE(aut.take_probe(us, {site}, wall));
  aut.link({us, link_state::down, 1, {}});
  aut.link({us, link_state::up, 2, {}});
  CHECK(aut.take_probe(us, {site}, wall)); // its probe went down with the link
}

TEST_CASE("a worker that was killed or stopped is not healthy, whatever was judged before") {
  auto aut = table();
  auto healthy = [&] { return aut.status(now).at(0).healthy; };
  aut.health({fr, true, {}});
  CHECK(healthy());
  aut.link({fr, link_state::suspect, 1, {}}); // one missed heartbeat is no judgement
  CHECK(healthy());
  aut.link({fr, link_state::down, 1, "connection closed"});
  CHECK_FALSE(healthy());
  aut.link({fr, link_state::connecting, 1, {}});
  CHECK_FALSE(healthy());
  aut.link({fr, link_state::up, 2, {}});
  CHECK(healthy());
  aut.health({fr, false, "3 probes failed"});
  CHECK_FALSE(healthy());
  aut.link({us, link_state::draining, 1, {}});
  aut.health({us, true, {}});
  CHECK(aut.status(now).at(2).healthy);
}

TEST_CASE("back from a ban a worker has a tenth of its share of that host, and its whole one after a while") {
  auto aut = table();
  auto share = [&](const host_key& host, mono_time at) {
    for (const auto& x : aut.available({host}, {}, at, wall).workers)
      if (x.worker == fr)
        return x.share;
    return 0U;
  };
  aut.bans({ban(fr, wall)}, now);
  CHECK(share(site, now) == 100); // half-open: a probe is one anyway
  aut.bans({}, now + 1min);
  CHECK(share(site, now + 1min) == 10);
  CHECK(share(site, now + 6min) == 55);
  CHECK(share(site, now + 11min) == 100);
  CHECK(share(host_key{"other.test"}, now + 1min) == 100);
  // Of commands it is given fewer in the same way.
  int first = 0;
  for (int i = 0; i < 3000; ++i)
    first += aut.available({site}, {}, now + 1min, wall).workers.front().worker == fr ? 1 : 0;
  CHECK(first > 30);
  CHECK(first < 300);
}

TEST_CASE("what was tried is left out") {
  auto aut = table();
  CHECK(names(aut.available({}, {fr}, now, wall)) == std::set<std::string>{"worker-nl", "worker-us"});
}

TEST_CASE("counters: a site's refusal is a request, and neither a success nor an error") {
  auto aut = table();
  aut.begun({fr, 3}, now);
  aut.ended({fr, work_outcome::success, 10ms, {}}, now);
  aut.ended({fr, work_outcome::outside, 10ms, "refused"}, now);
  auto row = aut.status(now).at(0);
  CHECK(row.in_flight == 1);
  aut.ended({fr, work_outcome::our_fault, 10ms, "worker_lost"}, now);
  row = aut.status(now).at(0);
  CHECK(row.requests == 3);
  CHECK(row.successes == 1);
  CHECK(row.errors == 1);
  CHECK(row.in_flight == 0);
  CHECK(row.ewma_ms == Approx(10));
  aut.ended({fr, work_outcome::our_fault, 10ms, "once too often"}, now);
  CHECK(aut.status(now).at(0).in_flight == 0);
}

TEST_CASE("what a lost worker had in flight ended with its link") {
  auto aut = table();
  aut.begun({fr, 3}, now);
  aut.begun({us, 2}, now);
  aut.link({fr, link_state::down, 1, "killed"});
  CHECK(aut.status(now).at(0).in_flight == 0);
  CHECK(aut.status(now).at(2).in_flight == 2);
  aut.link({fr, link_state::up, 2, {}});
  CHECK(aut.status(now).at(0).in_flight == 0);
}

TEST_CASE("what was under way when its owner crashed is a request when it ends: never more successes than requests") {
  auto before = table();
  before.begun({fr, 3}, now);
  before.ended({fr, work_outcome::success, 10ms, {}}, now);
  CHECK(before.status(now).at(0).requests == 3);
  CHECK(before.ended_work(now).at(0).requests == 1);
  for (bool saved : {true, false}) {
    auto aut = table();
    aut.restore(saved ? before.ended_work(now) : std::vector<worker_status>{});
    for (int i = 0; i < 2; ++i) {
      auto row = aut.status(now).at(0);
      CHECK(row.successes <= row.requests);
      aut.ended({fr, work_outcome::success, 10ms, {}}, now);
    }
    CHECK(aut.status(now).at(0).requests == (saved ? 3 : 2));
    CHECK(aut.status(now).at(0).successes == (saved ? 3 : 2));
  }
}

TEST_CASE("work that was not tried leaves no trace in a worker's record") {
  auto aut = table();
  aut.begun({fr, 2}, now);
  aut.ended({fr, work_outcome::success, 10ms, {}}, now);
  aut.ended({fr, work_outcome::untried, 0ms, "unknown_command: it has none of that name"}, now);
  auto row = aut.status(now).at(0);
  CHECK(row.requests == 1);
  CHECK(row.successes == 1);
  CHECK(row.errors == 0);
  CHECK(row.in_flight == 0);
  CHECK(row.last_error.empty());
  CHECK(row.ewma_ms == Approx(10));
}

TEST_CASE("stored counters are added, strangers are ignored, changes are seen once") {
  auto aut = table();
  CHECK(aut.take_changed());
  CHECK_FALSE(aut.take_changed());
  worker_status stored;
  stored.id = fr;
  stored.requests = 42;
  stored.successes = 40;
  stored.errors = 2;
  aut.begun({fr, 1}, now);
  aut.restore({stored});
  CHECK(aut.status(now).at(0).requests == 43);
  CHECK(aut.take_changed());
  aut.link({worker_id{"stranger"}, link_state::up, 1, {}});
  aut.begun({worker_id{"stranger"}, 1}, now);
  CHECK_FALSE(aut.take_changed());
  CHECK_FALSE(aut.knows(worker_id{"stranger"}));
}

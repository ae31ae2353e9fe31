#include "actors/health_monitor.hpp"

#include "tests/fakes/fake_event_log.hpp"
#include "tests/fakes/fleet_fakes.hpp"
#include "tests/fakes/null_metrics.hpp"

using namespace vigie;
using namespace vigie::test;
using namespace std::chrono_literals;

namespace {

const worker_id fr{"worker-fr"};

/// How the proxy answers a probe.
struct patient {
  enum class mood { well, not_ready, no_link, silent } how = mood::well;
  tape<probe_worker> probes;
};

struct fake_proxy_state {
  static inline const char* name = "fake-proxy";
  std::vector<reply<worker_health>> silent;
};

worker_proxy_actor::behavior_type fake_proxy(shell<worker_proxy_actor, fake_proxy_state>* self, patient* p) {
  return {[](const envelope&, const alert_settled&) { return settle_ack{}; },
          [](const envelope&, const assignment_beat&) {},
          [](const envelope&, const assignment_finished&) {},
          [](const envelope&, const permit_request&) { return permit{}; },
          [](const envelope&, const permit_release&) {},
          [](const envelope&, const permits_held&) {},
          [](const envelope&, const assignment&) { return assign_receipt{}; },
          [](const envelope&, const cancel_assignment&) {},
          [](const envelope&, const worker_command&) { return command_result{}; },
          [=](const probe_worker& m) -> promise<worker_health> {
            p->probes.push_back({self->clock().now(), m});
            auto answer = self->owe<worker_health>();
            if (p->how == patient::mood::silent)
              self->state.silent.push_back(answer);
            else if (p->how == patient::mood::no_link)
              answer.fail({errc::worker_lost, "no link", {}});
            else
              answer.keep(worker_health{fr, "1", 1s, 0, 0, {{"fetch", p->how == patient::mood::well}}});
            return answer;
          },
          [](const get_node&) { return node_row{}; },
          [](const crash_order&) {},
          [](const set_draining&) {}};
}

struct fixture {
  explicit fixture(uint64_t seed) : w(seed) {
    links.balancer.set(w.system.spawn(fake_balancer, &seen));
    links.proxies[fr].set(w.system.spawn(fake_proxy, &p));
  }

  /// Periodic timers would keep the world from ending, and what the proxy holds back keeps the proxy.
  ~fixture() { w.stop(aut, links.proxies[fr].get()); }

  void start() {
    aut = w.system.spawn(health_monitor, health_monitor_config{}, w.env(log, metrics), links);
    w.drain();
  }

  void link(link_state state, uint64_t epoch) {
    caf::anon_send(aut, link_changed{fr, state, epoch, {}});
    w.drain();
  }

  fake_event_log log;
  null_metrics metrics;
  fleet_tape seen;
  patient p;
  world w;
  health_monitor_links links;
  health_monitor_actor aut;
};

} // namespace

TEST_CASE("all are probed at once at start, then every interval, and the balancer hears each judgement") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    f.start();
    CHECK(f.p.probes.size() == 1);
    REQUIRE(f.seen.judged.size() == 1);
    CHECK(f.seen.judged[0].what.healthy);
    f.w.advance(5min, 1s);
    CHECK(f.p.probes.size() >= 5);
    CHECK(f.p.probes.size() <= 7);
    CHECK(f.log.count("worker_healthy") == 1);
  }
}

TEST_CASE(
    "three failures in a row, then unhealthy; quick probes while there is doubt; back after two and the hold-down") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    f.start();
    f.p.how = patient::mood::not_ready;
    f.w.advance(58s, 1s);
    f.w.advance(30s, 1s); // one slow interval at most, then fast ones
    REQUIRE(f.log.count("worker_unhealthy") == 1);
    CHECK_FALSE(f.seen.judged.back().what.healthy);
    CHECK(f.seen.judged.back().what.why == "not ready: fetch");
    f.p.how = patient::mood::well;
    f.w.advance(60s, 1s);
    CHECK(f.log.count("worker_healthy") == 2);
  }
}

TEST_CASE("a worker that does not answer is a failure after the time-out") {
  fixture f{3};
  f.p.how = patient::mood::silent;
  f.start();
  f.w.advance(14s, 1s);
  CHECK(f.p.probes.size() == 1);
  f.w.advance(90s, 1s);
  CHECK(f.log.count("worker_unhealthy") == 1);
}

TEST_CASE("a broken link is no bad health; a new one is probed at once and judged anew") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    f.p.how = patient::mood::no_link;
    f.start();
    f.w.advance(60s, 1s);
    CHECK(f.seen.judged.empty());
    f.p.how = patient::mood::not_ready;
    f.w.advance(30s, 1s);
    CHECK(f.log.count("worker_unhealthy") == 1);
    f.p.how = patient::mood::well;
    auto probes = f.p.probes.size();
    f.link(link_state::up, 7);
    CHECK(f.p.probes.size() == probes + 1);
    CHECK(f.seen.judged.back().what.healthy); // no hold-down of the former incarnation
    f.link(link_state::up, 7);                // the proxy only repeats itself
    CHECK(f.p.probes.size() == probes + 1);
  }
}

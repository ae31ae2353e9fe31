#include "actors/worker_proxy.hpp"

#include "tests/fakes/fake_event_log.hpp"
#include "tests/fakes/fleet_fakes.hpp"
#include "tests/fakes/null_metrics.hpp"

using namespace vigie;
using namespace vigie::test;
using namespace std::chrono_literals;

namespace {

const worker_id fr{"worker-fr"};
const host_key site{"site.test"};

struct fixture {
  explicit fixture(uint64_t seed, bool reachable = true) : w(seed) {
    config.worker = fr;
    config.address = "127.0.0.1:1";
    config.window = 3;
    links.balancer.set(w.system.spawn(fake_balancer, &seen));
    links.health_monitor.set(w.system.spawn(fake_health_monitor, &seen));
    links.alert_cycle.set(w.system.spawn(fake_alert_cycle, &seen));
    links.host_gates.set(w.system.spawn(fake_host_gates, &seen));
    if (reachable)
      gateway_up();
  }

  /// Periodic timers would keep the world from ending.
  ~fixture() {
    w.stop(aut);
    // No handle may outlive the system, and what the gateway holds back keeps the gateway.
    script.main = main_endpoint_actor{};
    gateway_down();
  }

  void gateway_up() { dial.gateway = w.system.spawn(fake_gateway, &script); }

  void gateway_down() {
    auto old = std::exchange(dial.gateway, worker_gateway_actor{});
    if (old)
      w.stop(old);
  }

  void start() {
    aut = w.system.spawn(worker_proxy, config, w.env(log, metrics), &dial, links);
    w.drain();
  }

  link_state state() { return seen.links.back().what.state; }
  envelope from_worker() { return {{}, "test", 0ms, script.epoch}; }

  later<command_result> command(duration deadline = 0ms) {
    return {w, aut, envelope{trace_id{"t"}, "test", deadline, 0}, worker_command{}};
  }

  fake_event_log log;
  null_metrics metrics;
  fleet_tape seen;
  gateway_script script;
  fake_dialler dial;
  world w;
  worker_proxy_config config;
  worker_proxy_links links;
  worker_proxy_actor aut;
};

} // namespace

TEST_CASE("dials, attaches under an epoch of the time of day, comes up, and says so") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    f.config.sources.resize(2);
    f.start();
    CHECK(f.seen.states() == std::vector<link_state>{link_state::connecting, link_state::up});
    CHECK(f.script.attached == 1);
    CHECK(f.script.epoch >= 1'800'000'000'000);
    CHECK(f.seen.health_links.back().what.state == link_state::up);
    CHECK(f.seen.health_links.back().what.epoch == f.script.epoch);
    CHECK(f.seen.lost.size() == 1); // whatever a former incarnation had out
    CHECK(f.seen.lost[0].what.epoch < f.script.epoch);
    // It repeats itself, so that a balancer that was restarted learns the state.
    auto news = f.seen.links.size();
    f.w.advance(10s, 500ms);
    CHECK(f.seen.links.size() >= news + 4);
    CHECK(f.state() == link_state::up);
  }
}

TEST_CASE("a command that the worker could not begin does not count as work of it") {
  for (auto code : {errc::no_credential_provider, errc::unknown_command, errc::bad_request, errc::busy}) {
    fixture f{1};
    f.start();
    f.script.answer = [code](const worker_command&) {
      command_result out;
      out.problem = {code, "not begun", {}};
      return out;
    };
    auto answer = f.command();
    f.w.drain();
    REQUIRE(answer.here());
    REQUIRE(f.seen.ended.size() == 1);
    CHECK(f.seen.ended[0].what.how == work_outcome::untried);
  }
}

TEST_CASE("a broken link fails everything outstanding at once, tells who must know, and comes back as a new epoch") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    INFO("seed " << seed);
    fixture f{seed};
    f.start();
    f.script.hold = true;
    auto first = f.command();
    auto second = f.command();
    f.w.drain();
    auto epoch = f.script.epoch;
    f.gateway_down();
    REQUIRE(first.here());
    CHECK(first.get().error().code == errc::worker_lost);
    CHECK(second.get().error().code == errc::worker_lost);
    CHECK(f.seen.lost.back().what.epoch == epoch);
    CHECK(f.seen.gates_lost.back().what.worker == fr);
    CHECK(f.state() == link_state::down);
    CHECK(f.seen.begun.size() == 2);
    REQUIRE(f.seen.ended.size() == 2);
    CHECK(f.seen.ended[0].what.how == work_outcome::our_fault);
    auto refused = f.command();
    f.w.drain();
    CHECK(refused.get().error().code == errc::worker_lost);
    f.w.advance(3s);
    auto dials = f.dial.dials;
    CHECK(dials >= 2);
    f.script.hold = false;
    f.gateway_up();
    f.w.advance(15s);
    CHECK(f.state() == link_state::up);
    CHECK(f.script.epoch > epoch);
    auto third = f.command();
    f.w.drain();
    CHECK(third.get());
    CHECK(f.script.envelopes.back().epoch == f.script.epoch);
  }
}

TEST_CASE("silence: suspect after the first miss, down after the third, everything fails then") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    f.start();
    f.script.hold = true;
    auto waiting = f.command(10min);
    f.w.advance(100ms);
    f.script.mute = true;
    auto since = f.w.now();
    while (f.state() == link_state::up)
      f.w.advance(100ms);
    CHECK(f.state() == link_state::suspect);
    CHECK_FALSE(waiting.here());
    auto refused = f.command();
    f.w.drain();
    CHECK(refused.get().error().code == errc::worker_silent); // no new work for a suspect
    while (f.state() == link_state::suspect)
      f.w.advance(100ms);
    CHECK(f.w.now() - since <= 9s);
    CHECK(f.w.now() - since >= 4s);
    REQUIRE(waiting.here());
    CHECK(waiting.get().error().code == errc::worker_silent);
    CHECK(f.seen.lost.size() == 2);
    // It wakes up: the late answer of the old link disturbs nobody.
    f.script.mute = false;
    f.w.advance(20s);
    CHECK(f.state() == link_state::up);
    CHECK(f.seen.ended.size() == f.seen.begun.size());
  }
}

TEST_CASE("a miss that is made up for is no end") {
  fixture f{2};
  f.start();
  f.script.mute = true;
  while (f.state() == link_state::up)
    f.w.advance(100ms);
  f.script.mute = false;
  f.w.advance(3s);
  CHECK(f.state() == link_state::up);
  CHECK(f.script.attached == 1);
}

TEST_CASE("the window is bounded, every command has an end in time, and each is reported once") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    f.start();
    f.script.hold = true;
    std::vector<later<command_result>> all;
    for (int i = 0; i < 5; ++i)
      all.push_back(f.command(4s));
    f.w.advance(1s);
    auto busy = std::count_if(all.begin(), all.end(), [](auto& x) { return x.here(); });
    CHECK(busy == 2);
    for (auto& x : all)
      if (x.here())
        CHECK(x.get().error().code == errc::busy);
    f.w.advance(4s);
    for (auto& x : all)
      if (x.get().error().code != errc::busy)
        CHECK(x.get().error().code == errc::worker_silent);
    CHECK(f.seen.begun.size() == 3);
    CHECK(f.seen.ended.size() == 3);
    f.script.hold = false;
    auto after = f.command();
    f.w.drain();
    CHECK(after.get());
    CHECK(f.script.envelopes.back().deadline == 30s);
  }
}

TEST_CASE("what the worker says reaches main with its name, and nothing of an older epoch does") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    f.start();
    auto main = f.script.main;
    alert_settled done;
    done.alert = alert_id{7};
    CHECK(f.w.ask<settle_ack>(main, f.from_worker(), done)->applied);
    REQUIRE(f.seen.settled.size() == 1);
    CHECK(f.seen.settled[0].first == fr);
    CHECK(f.w.ask<permit>(main, f.from_worker(), permit_request{site, {}, 1s})->id == 1);
    CHECK(f.seen.permits[0].first == fr);
    later<void> beat{f.w, main, f.from_worker(), assignment_beat{assignment_id{1}, 3}};
    later<void> end{f.w, main, f.from_worker(), assignment_finished{assignment_id{1}}};
    later<void> back{f.w, main, f.from_worker(), permit_release{1, site, false, {}}};
    f.w.drain();
    CHECK(beat.get().has_value());
    CHECK(f.seen.beats == 1);
    CHECK(f.seen.finished == 1);
    CHECK(f.seen.released == 1);
    auto old = f.from_worker();
    old.epoch -= 1;
    CHECK(f.w.ask<settle_ack>(main, old, done).error().code == errc::stale_epoch);
    auto other = f.from_worker();
    other.contract = 99;
    CHECK(f.w.ask<settle_ack>(main, other, done).error().code == errc::contract_mismatch);
    CHECK(f.seen.settled.size() == 1);
    // Main's part is down: the worker is told and repeats.
    f.w.stop(f.links.alert_cycle.get());
    CHECK(f.w.ask<settle_ack>(main, f.from_worker(), done).error().code == errc::crashed);
    auto before = f.from_worker();
    f.gateway_down();
    CHECK(f.w.ask<permit>(main, before, permit_request{site, {}, 1s}).error().code == errc::stale_epoch);
  }
}

TEST_CASE("assignments, cancels and probes go to the worker; draining refuses new work and keeps the link") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    f.start();
    envelope e{trace_id{"t"}, "test", 0ms, 0};
    assignment work;
    work.id = assignment_id{5};
    CHECK(f.w.ask<assign_receipt>(f.aut, e, work)->id == assignment_id{5});
    CHECK(f.script.envelopes.back().epoch == f.script.epoch);
    CHECK(f.seen.begun.empty()); // alerts are reported by the alert-cycle
    CHECK(f.w.ask<worker_health>(f.aut, probe_worker{})->worker == fr);
    caf::anon_send(f.aut, set_draining{true});
    f.w.drain();
    CHECK(f.state() == link_state::draining);
    CHECK(f.w.ask<assign_receipt>(f.aut, e, work).error().code == errc::busy);
    later<void> cancel{f.w, f.aut, e, cancel_assignment{assignment_id{5}}};
    f.w.drain();
    CHECK(cancel.get().has_value());
    CHECK(f.script.cancelled == 1);
    caf::anon_send(f.aut, set_draining{false});
    f.w.drain();
    CHECK(f.w.ask<assign_receipt>(f.aut, e, work));
  }
}

TEST_CASE("a node of another contract or another name is never used") {
  for (auto wrong_name : {true, false}) {
    fixture f{1};
    if (wrong_name)
      f.script.hello.worker = worker_id{"worker-us"};
    else
      f.script.hello.contract = 99;
    f.start();
    CHECK(f.state() == link_state::down);
    CHECK(f.seen.lost.size() == 1); // nothing was lost with it
    auto refused = f.command();
    f.w.drain();
    CHECK(refused.get().error().code == errc::worker_lost);
  }
}

TEST_CASE("nobody there: dials back off, are never closer than 100 ms, and never end") {
  fixture f{4, false};
  f.start();
  f.w.advance(10s, 10ms);
  auto early = f.dial.dials;
  CHECK(early >= 4);
  CHECK(early <= 60);
  f.w.advance(200s, 100ms);
  CHECK(f.dial.dials - early >= 15);
  f.gateway_up();
  f.w.advance(15s);
  CHECK(f.state() == link_state::up);
}

TEST_CASE("an attach that is never answered, and a worker that knows a later epoch") {
  fixture silent{1};
  silent.script.mute = true;
  silent.start();
  CHECK(silent.state() == link_state::connecting);
  silent.w.advance(6s);
  CHECK(silent.dial.dials >= 2);
  fixture ahead{1};
  ahead.script.known_epoch = 1'800'000'000'000 + 3'600'000; // main's clock went back by an hour
  ahead.start();
  ahead.w.advance(120s);
  CHECK(ahead.state() == link_state::up);
  CHECK(ahead.script.epoch > ahead.script.known_epoch);
}

TEST_CASE("a proxy that crashes fails its requests at once; the next one has a larger epoch") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    f.start();
    f.script.hold = true;
    auto waiting = f.command();
    f.w.drain();
    auto epoch = f.script.epoch;
    f.w.advance(1s);
    caf::anon_send(caf::actor_cast<caf::actor>(f.aut), crash_now{"on purpose"});
    f.w.drain();
    CHECK(waiting.get().error().code == errc::crashed);
    f.start();
    CHECK(f.script.epoch > epoch);
    CHECK(f.seen.lost.back().what.epoch < f.script.epoch);
    CHECK(f.seen.lost.back().what.epoch >= epoch);
  }
}

TEST_CASE("bad proxy configurations are named") {
  worker_proxy_config config;
  CHECK(validate(config).code == errc::bad_config);
  config.worker = fr;
  config.address = "a:1";
  CHECK(validate(config).code == errc::none);
  config.window = 0;
  CHECK(validate(config).code == errc::bad_config);
}

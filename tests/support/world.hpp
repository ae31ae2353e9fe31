// Actors on virtual time: any ready actor may run next, drawn from the seed. Same seed, same run.
#pragma once

#include <caf/all.hpp>
#include <caf/scheduler/test_coordinator.hpp>

#include <catch2/catch.hpp>

#include <random>

#include "actors/actor.hpp"
#include "actors/environment.hpp"
#include "messages/registration.hpp"

namespace vigie::test {

struct world_config : caf::actor_system_config {
  world_config() {
    register_messages(*this);
    set("scheduler.policy", caf::atom("testing"));
    set("logger.verbosity", caf::atom("quiet"));
  }
};

class world {
public:
  explicit world(uint64_t seed = 1) : system(config), self(system, true), rng(seed), seed_(seed) {
    // An epoch of zero would make "never" and "at start" look alike.
    scheduler().clock().current_time += std::chrono::hours{1};
    start_ = scheduler().clock().current_time;
  }

  ~world() { finish(); }

  /// Runs one ready actor, drawn from the seed. False if none is ready.
  bool step() {
    auto& jobs = scheduler().jobs;
    if (jobs.empty())
      return false;
    std::uniform_int_distribution<size_t> pick(0, jobs.size() - 1);
    std::swap(jobs[0], jobs[pick(rng)]);
    return scheduler().try_run_once();
  }

  /// Runs ready actors until none is ready.
  size_t drain() {
    size_t steps = 0;
    while (step())
      REQUIRE(++steps < 10'000'000);
    return steps;
  }

  /// Lets time pass in steps of at most `step`, draining after each, so that timers fire near their time.
  void advance(duration span, duration step = duration{50}) {
    while (span > duration{0}) {
      auto part = std::min(span, step);
      scheduler().advance_time(part);
      drain();
      span -= part;
    }
  }

  /// Sends a request and drains; the answer or the error of it. T is caf::unit_t where the answer has no content.
  template <class T, class Handle, class... Args>
  result<T> ask(const Handle& whom, Args&&... args) {
    auto pending = self->request(whom, caf::infinite, std::forward<Args>(args)...);
    drain();
    result<T> out = fail(errc::none, "no answer");
    auto failed = [&](caf::error& e) { out = tl::unexpected<error>(from_caf(e)); };
    if constexpr (std::is_same_v<T, caf::unit_t>)
      pending.receive([&] { out = caf::unit; }, failed);
    else
      pending.receive([&](T& x) { out = std::move(x); }, failed);
    return out;
  }

  /// Ends these actors and everything that becomes ready by it.
  template <class... Handles>
  void stop(const Handles&... all) {
    (self->send_exit(all, caf::exit_reason::kill), ...);
    drain();
  }

  environment env(event_log& log, metrics_sink& metrics) {
    return {&log, &metrics,
            [start = start_](mono_time now) {
              return from_unix_ms(1'800'000'000'000 +
                                  std::chrono::duration_cast<std::chrono::milliseconds>(now - start).count());
            },
            seed_};
  }

  mono_time now() { return scheduler().clock().current_time; }

  caf::scheduler::test_coordinator& scheduler() {
    return dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler());
  }

  world_config config;
  caf::actor_system system;
  caf::scoped_actor self;
  std::mt19937_64 rng;

private:
  void finish() {
    drain();
    // Timers of actors that have ended must not keep the system waiting.
    system.await_actors_before_shutdown(false);
  }

  uint64_t seed_;
  mono_time start_;
};

} // namespace vigie::test

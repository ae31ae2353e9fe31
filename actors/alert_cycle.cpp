#include "actors/alert_cycle.hpp"

#include <algorithm>

namespace vigie {

using namespace std::chrono_literals;

result<alert_cycle_config> validate(alert_cycle_config config) {
  if (config.interval < 1s || config.interval > 8760h)
    return fail(errc::bad_config,
                "cycle.interval must be between 1s and 365d; to switch the timer off set cycle.enabled = false");
  if (config.spread < duration{0} || config.spread >= config.interval)
    return fail(errc::bad_config, "ticks must be spread by less than the interval");
  if (config.limits.silence < 2 * config.limits.beat_every)
    return fail(errc::bad_config, "cycle.silence must be at least twice the workers' heartbeat");
  if (config.alerts_per_message == 0)
    return fail(errc::bad_config, "an assignment must have room for an alert");
  if (config.max_runs == 0 || config.limits.host_timeouts == 0)
    return fail(errc::bad_config, "cycle.host_timeouts and the runs that may be on must be at least 1");
  if (config.run_deadline <= duration{0})
    return fail(errc::bad_config, "cycle.run_deadline must be above 0");
  if (config.limits.max_attempts == 0)
    return fail(errc::bad_config, "cycle.max_retries must be at least 1");
  return config;
}

void alert_cycle_state::start() {
  next_tick = self->clock().now() + config.initial_delay;
  chance.seed(env.seed ^ std::hash<std::string>{}(name));
  resume();
  watch();
}

void alert_cycle_state::arm_tick() {
  if (!config.enabled || tick_armed)
    return;
  tick_armed = true;
  auto now = self->clock().now();
  auto wait = std::max(next_tick - now, mono_time::duration::zero());
  // A site must not see the same second of each hour.
  auto later = std::uniform_int_distribution<duration::rep>{0, config.spread.count()}(chance);
  self->after(wait + duration{later}, [this] {
    tick_armed = false;
    auto at = self->clock().now();
    // Ticks keep their phase; those that were slept through are not caught up.
    while (next_tick <= at)
      next_tick += config.interval;
    trigger({{run_trigger::timer, {}, "timer"}, nullptr});
    arm_tick();
  });
}

void alert_cycle_state::watch(bool was_held_up) {
  auto round = std::min<duration>(1s, config.limits.silence / 4);
  self->after(round, [this, was_held_up, due = self->clock().now() + round] {
    auto now = self->clock().now();
    // This process was stopped: what its workers have said meanwhile is read before any of them is called silent.
    auto held_up = now - due > 1s && !was_held_up;
    for (const auto& [id, run] : std::map{runs}) {
      if (!run->at_work() || held_up)
        continue;
      auto& ledger = run->ledger;
      for (const auto& x : ledger.silent(now))
        take_back(run, x, {errc::worker_silent, ledger.holder(x).value + " said nothing for too long", {}});
      for (const auto& x : ledger.overdue(now))
        take_back(run, x, {errc::deadline_exceeded, ledger.holder(x).value + " passed the assignment's deadline", {}});
      if (now >= run->deadline)
        pass_deadline(run);
      dispatch(run);
    }
    show_state();
    watch(held_up);
  });
}

alert_cycle_actor::behavior_type alert_cycle(alert_cycle_ptr self, alert_cycle_config config, alert_cycle_links links,
                                             environment env) {
  auto& st = self->state;
  st.self = self;
  st.config = std::move(config);
  st.links = std::move(links);
  st.env = std::move(env);
  st.start();
  return {
      [&st](const trigger_run& what) -> promise<run_ticket> {
        auto answer = std::make_shared<reply<run_ticket>>(st.self->owe<run_ticket>());
        st.trigger({what, answer});
        return *answer;
      },
      [&st](get_cycle) {
        auto wait = std::chrono::duration_cast<duration>(st.next_tick - st.self->clock().now());
        uint32_t unfinished = 0;
        for (const auto& [id, run] : st.runs)
          unfinished += run->ledger.unfinished();
        return cycle_report{!st.runs.empty(), st.newest, unfinished,
                            st.config.enabled ? std::max(wait, duration{1}) : duration{0}, st.last_problem};
      },
      [&st](const worker_id& worker, const alert_settled& what) -> promise<settle_ack> {
        auto ack = std::make_shared<reply<settle_ack>>(st.self->owe<settle_ack>());
        st.settle(what, worker, ack);
        return *ack;
      },
      [&st](const worker_id& worker, const assignment_beat& beat) {
        auto now = st.self->clock().now();
        auto heard = std::any_of(st.runs.begin(), st.runs.end(),
                                 [&](const auto& x) { return x.second->ledger.heard(beat.id, now); });
        // Work of an earlier life of this actor, or of a run that is over: nobody waits for it.
        if (!heard && !st.starting)
          st.tell_cancelled(nullptr, worker, beat.id);
      },
      [&st](const worker_id& worker, const assignment_finished& end) {
        // It says so after its last settlement: what is not here by now will not come.
        for (const auto& [id, run] : std::map{st.runs})
          if (run->at_work() && run->ledger.is_out(end.id))
            st.take_back(run, end.id,
                         {errc::worker_silent, worker.value + " finished without settling everything", {}});
      },
      [&st](const worker_lost& lost) {
        for (const auto& [id, run] : std::map{st.runs}) {
          if (!run->at_work())
            continue;
          for (const auto& x : run->ledger.assignments_of(lost.worker))
            st.take_back(run, x, {errc::worker_lost, lost.worker.value + ": " + lost.why, {}});
          st.dispatch(run);
        }
      },
  };
}

} // namespace vigie

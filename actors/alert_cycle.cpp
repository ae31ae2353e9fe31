#include "actors/alert_cycle.hpp"

#include <algorithm>

namespace vigie {

using namespace std::chrono_literals;

result<alert_cycle_config> validate(alert_cycle_config config) {
  if (config.interval < 1s || config.interval > 8760h)
    return fail(errc::bad_config,
                "cycle.interval must be between 1s and 365d; to switch the timer off set cycle.enabled = false");
  if (config.limits.silence < 2 * config.limits.beat_every)
    return fail(errc::bad_config, "cycle.silence must be at least twice the workers' heartbeat");
  if (config.limits.max_attempts == 0)
    return fail(errc::bad_config, "cycle.max_retries must be at least 1");
  return config;
}

void alert_cycle_state::say(log_level level, std::string_view event_name,
                            std::vector<std::pair<std::string, std::string>> fields) {
  if (env.log->enabled(level))
    env.log->emit({level, event_name, trace, std::move(fields)});
}

void alert_cycle_state::show_state() {
  if (running)
    self->show("run " + std::to_string(run.id.value) + ", " + std::to_string(ledger.unfinished()) + " of " +
               std::to_string(run.alerts) + " alerts unfinished");
  else
    self->show(starting ? "waiting for the store" : "idle");
}

void alert_cycle_state::start() {
  next_tick = self->clock().now() + config.initial_delay;
  resume();
  watch();
}

void alert_cycle_state::arm_tick() {
  if (!config.enabled || tick_armed)
    return;
  tick_armed = true;
  auto now = self->clock().now();
  auto wait = std::max(next_tick - now, mono_time::duration::zero());
  self->after(wait, [this] {
    tick_armed = false;
    auto at = self->clock().now();
    // Ticks keep their phase; those that were slept through are not caught up.
    while (next_tick <= at)
      next_tick += config.interval;
    trigger({{run_trigger::timer, {}, "timer"}, nullptr});
    arm_tick();
  });
}

void alert_cycle_state::trigger(waiting_trigger t) {
  auto now = self->clock().now();
  std::erase_if(keys, [&](const auto& k) { return now - k.second.second > config.key_window; });
  if (!t.what.idempotency_key.empty()) {
    auto known =
        std::find_if(keys.begin(), keys.end(), [&](const auto& k) { return k.first == t.what.idempotency_key; });
    if (known != keys.end()) {
      if (t.answer)
        t.answer->keep(run_ticket{known->second.first, true});
      return;
    }
  }
  if (starting) {
    // A timer's tick can be dropped here (the run it would start is being started); a person's request waits.
    if (t.answer && queue.size() < 64)
      queue.push_back(std::move(t));
    else if (t.answer)
      t.answer->fail({errc::busy, "too many triggers wait for the store", {}});
    return;
  }
  if (!running)
    return begin(std::move(t));
  if (config.overlap == overlap_policy::cancel_old) {
    queue.push_back(std::move(t));
    return cancel_run("a newer trigger came (overlap = cancel_old)");
  }
  if (config.overlap == overlap_policy::queue_one && queue.empty()) {
    queue.push_back(std::move(t));
    return;
  }
  if (t.answer) {
    t.answer->keep(run_ticket{run.id, true});
    return;
  }
  auto note = "run " + std::to_string(run.id.value) + " was still on";
  say(log_level::warn, "cycle_skipped", {{"why", note}});
  env.metrics->count("vigie_cycles_total", {{"state", "skipped_overlap"}});
  self->request(links.store.get(), 30s, record_skipped_run{t.what.trigger, run_state::skipped_overlap, note})
      .then([](const run_summary&) {}, [this](caf::error& e) { last_problem = to_string(from_caf(e)); });
}

void alert_cycle_state::watch() {
  self->after(std::min<duration>(1s, config.limits.silence / 4), [this] {
    if (running && !cancelled) {
      auto now = self->clock().now();
      for (const auto& id : ledger.silent(now))
        take_back(id, {errc::worker_silent, ledger.holder(id).value + " said nothing for too long", {}});
      for (const auto& id : ledger.overdue(now))
        take_back(id, {errc::deadline_exceeded, ledger.holder(id).value + " passed the assignment's deadline", {}});
      give_up();
      dispatch();
      show_state();
    }
    watch();
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
        return cycle_report{st.running, st.run.id, st.running ? st.ledger.unfinished() : 0,
                            st.config.enabled ? std::max(wait, duration{1}) : duration{0}, st.last_problem};
      },
      [&st](const worker_id& worker, const alert_settled& what) -> promise<settle_ack> {
        auto ack = std::make_shared<reply<settle_ack>>(st.self->owe<settle_ack>());
        st.settle(what, worker, ack);
        return *ack;
      },
      [&st](const worker_id&, const assignment_beat& beat) { st.ledger.heard(beat.id, st.self->clock().now()); },
      [&st](const worker_id&, const assignment_finished& end) { st.ledger.heard(end.id, st.self->clock().now()); },
      [&st](const worker_lost& lost) {
        for (const auto& id : st.ledger.assignments_of(lost.worker))
          st.take_back(id, {errc::worker_lost, lost.worker.value + ": " + lost.why, {}});
        st.dispatch();
      },
  };
}

} // namespace vigie

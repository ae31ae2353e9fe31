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

bool alert_cycle_state::answer_known_key(waiting_trigger& t) {
  auto now = self->clock().now();
  std::erase_if(keys, [&](const auto& k) { return now - k.second.second > config.key_window; });
  const auto& key = t.what.idempotency_key;
  auto known = std::find_if(keys.begin(), keys.end(), [&](const auto& k) { return k.first == key; });
  if (key.empty() || known == keys.end())
    return false;
  if (t.answer)
    t.answer->keep(run_ticket{known->second.first, true});
  return true;
}

void alert_cycle_state::remember_key(const trigger_run& what, run_id id) {
  if (what.idempotency_key.empty())
    return;
  keys.emplace_back(what.idempotency_key, std::pair{id, self->clock().now()});
  if (keys.size() > config.max_keys)
    keys.pop_front();
}

void alert_cycle_state::put_in_queue(waiting_trigger t) {
  // One tick that waits stands for all that come meanwhile.
  if (!t.answer && std::any_of(queue.begin(), queue.end(), [](const auto& x) { return !x.answer; }))
    return;
  if (!t.answer || queue.size() < config.max_queue)
    queue.push_back(std::move(t));
  else
    t.answer->fail({errc::busy, std::to_string(queue.size()) + " triggers wait already", {}});
}

void alert_cycle_state::trigger(waiting_trigger t) {
  if (answer_known_key(t))
    return;
  if (starting)
    return put_in_queue(std::move(t));
  if (!running)
    return begin(std::move(t));
  if (config.overlap == overlap_policy::cancel_old) {
    put_in_queue(std::move(t));
    return cancel_run("a newer trigger came (overlap = cancel_old)");
  }
  auto same_key_waits = !t.what.idempotency_key.empty() && std::any_of(queue.begin(), queue.end(), [&](const auto& x) {
    return x.what.idempotency_key == t.what.idempotency_key;
  });
  if (config.overlap == overlap_policy::queue_one && (queue.empty() || same_key_waits))
    return put_in_queue(std::move(t));
  skip(std::move(t));
}

void alert_cycle_state::skip(waiting_trigger t) {
  if (t.answer) {
    remember_key(t.what, run.id);
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
    if (at_work()) {
      auto now = self->clock().now();
      for (const auto& id : ledger.silent(now))
        take_back(id, {errc::worker_silent, ledger.holder(id).value + " said nothing for too long", {}});
      for (const auto& id : ledger.overdue(now))
        take_back(id, {errc::deadline_exceeded, ledger.holder(id).value + " passed the assignment's deadline", {}});
      give_up();
      dispatch();
      show_state();
    }
    finish_if_done();
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
      [&st](const worker_id& worker, const assignment_beat& beat) {
        // Work of an earlier life of this actor, or of a run that is over: nobody waits for it.
        if (!st.ledger.heard(beat.id, st.self->clock().now()) && !st.starting)
          st.tell_cancelled(worker, beat.id);
      },
      [&st](const worker_id& worker, const assignment_finished& end) {
        // It says so after its last settlement: what is not here by now will not come.
        if (st.at_work() && st.ledger.is_out(end.id))
          st.take_back(end.id, {errc::worker_silent, worker.value + " finished without settling everything", {}});
      },
      [&st](const worker_lost& lost) {
        if (!st.at_work())
          return;
        for (const auto& id : st.ledger.assignments_of(lost.worker))
          st.take_back(id, {errc::worker_lost, lost.worker.value + ": " + lost.why, {}});
        st.dispatch();
      },
  };
}

} // namespace vigie

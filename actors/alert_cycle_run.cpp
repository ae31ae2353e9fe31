// The life of one run: begun or resumed, and ended.
#include <algorithm>

#include "actors/alert_cycle.hpp"

namespace vigie {

using namespace std::chrono_literals;

void alert_cycle_state::resume() {
  self->request(links.store.get(), 30s, find_unfinished_run{})
      .then(
          [this](const begun_run& b) {
            arm_tick();
            begun(b, "resume");
          },
          [this](caf::error& e) {
            auto problem = from_caf(e);
            if (problem.code == errc::not_found) {
              starting = false;
              show_state();
              arm_tick();
              if (!queue.empty()) {
                auto t = std::move(queue.front());
                queue.pop_front();
                trigger(std::move(t));
              }
              return;
            }
            last_problem = to_string(problem);
            say(log_level::warn, "cycle_waits_for_store", {{"problem", last_problem}});
            self->after(1s, [this] { resume(); });
          });
}

void alert_cycle_state::begin(waiting_trigger t) {
  starting = true;
  show_state();
  auto now = self->clock().now();
  char id[20];
  std::snprintf(id, sizeof id, "%016llx",
                static_cast<unsigned long long>(to_unix_ms(env.wall(now)) * 0x9e3779b97f4a7c15ULL ^ env.seed));
  trace = trace_id{id};
  self->request(links.store.get(), 30s, begin_run{t.what.trigger, trace})
      .then(
          [this, t](const begun_run& b) mutable {
            if (!t.what.idempotency_key.empty()) {
              keys.emplace_back(t.what.idempotency_key, std::pair{b.run.id, self->clock().now()});
              if (keys.size() > config.max_keys)
                keys.pop_front();
            }
            if (t.answer)
              t.answer->keep(run_ticket{b.run.id, false});
            begun(b, t.what.cause);
          },
          [this, t](caf::error& e) mutable {
            starting = false;
            auto problem = from_caf(e);
            last_problem = to_string(problem);
            say(log_level::error, "cycle_not_begun", {{"problem", last_problem}});
            if (t.answer)
              t.answer->fail(problem);
            show_state();
          });
}

void alert_cycle_state::begun(const begun_run& b, const std::string& why) {
  run = b.run;
  trace = b.run.trace;
  cause = why;
  starting = false;
  run_started = self->clock().now();
  if (b.run.state == run_state::skipped_empty) {
    say(log_level::debug, "cycle_skipped", {{"why", "no active alert"}});
    env.metrics->count("vigie_cycles_total", {{"state", "skipped_empty"}});
    return ended(b.run);
  }
  running = true;
  cancelled = false;
  closed.clear();
  storing.clear();
  ledger = run_ledger{b.run.id, b.alerts, config.sources, config.limits, run_started};
  std::vector<alert> none;
  auto loads = estimate_load(group_plans(b.alerts, config.sources, &none), config.sources);
  auto shortest = shortest_duration(loads);
  assignment_deadline = std::max<duration>(shortest * 3 / 2, 2 * config.limits.silence) + config.limits.patience;
  say(log_level::info, "cycle_started",
      {{"run", std::to_string(run.id.value)},
       {"alerts", std::to_string(b.alerts.size())},
       {"cause", why},
       {"shortest_ms", std::to_string(shortest.count())}});
  if (config.enabled && shortest > config.interval)
    warn_if_infeasible(loads);
  show_state();
  settle_homeless();
  ask_circuits();
}

void alert_cycle_state::warn_if_infeasible(const std::vector<host_load>& loads) {
  for (const auto& load : loads)
    if (load.shortest > config.interval)
      say(log_level::warn, "plan_infeasible",
          {{"host", load.host.value},
           {"requests", std::to_string(load.requests)},
           {"shortest_ms", std::to_string(load.shortest.count())},
           {"interval_ms", std::to_string(config.interval.count())},
           {"remedies", "lengthen cycle.interval; let alerts share a query; use an official API or feed"}});
}

void alert_cycle_state::ask_circuits() {
  self->request(links.bans.get(), 5s, get_bans{})
      .then(
          [this](const std::vector<verdict>& all) {
            auto now = env.wall(self->clock().now());
            for (const auto& v : all)
              if (v.scope == verdict_scope::host && v.until > now)
                closed.insert(v.host);
            dispatch();
          },
          [this](caf::error&) { dispatch(); });
}

void alert_cycle_state::cancel_run(const std::string& why) {
  if (cancelled)
    return;
  cancelled = true;
  for (const auto& [id, worker] : ledger.out())
    if (auto proxy = links.workers.find(worker); proxy != links.workers.end())
      caf::anon_send(proxy->second.get(), make_envelope(), cancel_assignment{id});
  run.note = why;
  finish_if_done();
}

void alert_cycle_state::finish_if_done() {
  if (!running || starting || !(ledger.finished() || cancelled) || !storing.empty() || preparing > 0)
    return;
  starting = true;
  auto how = cancelled ? run_state::cancelled : ledger.outcome();
  self->request(links.store.get(), 30s, end_run{run.id, how, ledger.workers(), ledger.workers_ok(), run.note})
      .then([this](const run_summary& s) { ended(s); },
            [this](caf::error& e) {
              last_problem = to_string(from_caf(e));
              starting = false;
              self->after(1s, [this] { finish_if_done(); });
            });
}

void alert_cycle_state::ended(const run_summary& summary) {
  auto was_running = running;
  running = false;
  starting = false;
  if (was_running)
    announce_end(summary);
  show_state();
  next_in_queue();
}

void alert_cycle_state::next_in_queue() {
  if (queue.empty())
    return;
  auto next = std::move(queue.front());
  queue.pop_front();
  trigger(std::move(next));
}

void alert_cycle_state::announce_end(const run_summary& summary) {
  auto took = std::chrono::duration<double>(self->clock().now() - run_started).count();
  env.metrics->count("vigie_cycles_total", {{"state", std::string{to_string(summary.state)}}});
  env.metrics->observe_seconds("vigie_cycle_seconds", {}, took);
  char seconds[32];
  std::snprintf(seconds, sizeof seconds, "%.2f", took);
  say(log_level::info, "cycle_ended",
      {{"run", std::to_string(summary.id.value)},
       {"state", std::string{to_string(summary.state)}},
       {"seconds", seconds},
       {"workers", std::to_string(summary.workers_ok) + "/" + std::to_string(summary.workers)},
       {"alerts", std::to_string(summary.alerts)},
       {"matches", std::to_string(summary.matches)},
       {"new_matches", std::to_string(summary.new_matches)},
       {"errors", std::to_string(summary.alerts_failed)},
       {"late", std::to_string(summary.late)}});
}

} // namespace vigie

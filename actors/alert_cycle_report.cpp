// What the cycle says of itself: log, figures, the line for the inspector.
#include <algorithm>

#include "actors/alert_cycle.hpp"

namespace vigie {

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

/// Also says what the budget makes of it.
void alert_cycle_state::announce_begin(const begun_run& b) {
  std::vector<alert> none;
  auto loads = estimate_load(group_plans(b.alerts, config.sources, &none), config.sources);
  auto shortest = shortest_duration(loads);
  assignment_deadline = std::max<duration>(shortest * 3 / 2, 2 * config.limits.silence) + config.limits.patience;
  say(log_level::info, "cycle_started",
      {{"run", std::to_string(run.id.value)},
       {"alerts", std::to_string(b.alerts.size())},
       {"cause", cause},
       {"shortest_ms", std::to_string(shortest.count())}});
  if (!config.enabled)
    return;
  for (const auto& load : loads)
    if (load.shortest > config.interval)
      say(log_level::warn, "plan_infeasible",
          {{"host", load.host.value},
           {"requests", std::to_string(load.requests)},
           {"shortest_ms", std::to_string(load.shortest.count())},
           {"interval_ms", std::to_string(config.interval.count())},
           {"remedies", "lengthen cycle.interval; let alerts share a query; use an official API or feed"}});
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

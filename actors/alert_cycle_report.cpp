// What the cycle says of itself: log, figures, the line for the inspector.
#include <algorithm>

#include "actors/alert_cycle.hpp"
#include "actors/policy/cycle_estimate.hpp"

namespace vigie {

void alert_cycle_state::say(log_level level, std::string_view event_name,
                            std::vector<std::pair<std::string, std::string>> fields, const trace_id& trace) {
  if (env.log->enabled(level))
    env.log->emit({level, event_name, trace, std::move(fields)});
}

void alert_cycle_state::show_state() {
  std::string text;
  for (auto i = runs.rbegin(); i != runs.rend(); ++i)
    text += (text.empty() ? "run " : "; run ") + std::to_string(i->first.value) + ", " +
            std::to_string(i->second->ledger.unfinished()) + " of " + std::to_string(i->second->row.alerts) +
            " alerts unfinished";
  self->show(!text.empty() ? text : starting ? "waiting for the store" : "idle");
}

void alert_cycle_state::announce_taken(const cycle_run_ptr& run, const run_ledger::taken& taken, const error& why) {
  auto exhausted = static_cast<uint32_t>(taken.exhausted.size());
  say(log_level::warn, "assignment_taken_back",
      {{"worker", taken.worker.value},
       {"why", std::string{to_string(why.code)}},
       {"detail", why.detail},
       {"alerts_again", std::to_string(taken.again)},
       {"alerts_failed", std::to_string(exhausted)}},
      run->trace);
  report_work(taken.worker, why, 0, duration{0}, taken.again + exhausted);
}

void alert_cycle_state::announce_left_out(const std::map<host_key, busy_host>& busy) {
  for (const auto& [host, x] : busy)
    say(log_level::warn, "host_left_out",
        {{"host", host.value},
         {"run", std::to_string(x.run.value)},
         {"open_searches", std::to_string(x.searches)},
         {"since", to_rfc3339(x.since)}});
}

void alert_cycle_state::announce_settled(const trace_id& trace, const alert_settled& what, const worker_id& worker,
                                         bool final, const settle_receipt& receipt) {
  auto number = std::to_string(what.alert.value);
  if (what.problem.code != errc::none)
    say(log_level::warn, "alert_failed",
        {{"alert", number},
         {"worker", worker.value},
         {"final", final ? "yes" : "no"},
         {"code", std::string{to_string(what.problem.code)}},
         {"detail", what.problem.detail},
         {"place", what.problem.place}},
        trace);
  if (!receipt.paused_why.empty())
    say(log_level::warn, "alert_paused",
        {{"alert", number},
         {"source", what.source.value},
         {"why", receipt.paused_why},
         {"remedy", "correct its source or query, then vigie alerts resume " + number}},
        trace);
  if (!final && what.problem.code != errc::none)
    return;
  if (auto row = suspicion.note(what); row > 0)
    say(log_level::error, "source_suspicious",
        {{"source", what.source.value},
         {"alert", number},
         {"in_a_row", std::to_string(row)},
         {"code", std::string{to_string(what.problem.code)}},
         {"detail", what.problem.detail},
         {"remedy", "look at the page with vigie source test; what was known is kept"}},
        trace);
}

/// Also says what the budget makes of it.
void alert_cycle_state::announce_begin(const cycle_run_ptr& run, const std::vector<alert>& alerts) {
  estimate_config timer{config.enabled ? config.interval : duration{0}, static_cast<uint32_t>(config.regions.size())};
  auto plan = estimate_cycle(alerts, config.sources, timer);
  run->assignment_deadline =
      std::max<duration>(estimated_deadline(plan), 2 * config.limits.silence) + config.limits.patience;
  run->deadline = run->started + std::max(config.run_deadline, run->assignment_deadline);
  say(log_level::info, "cycle_started",
      {{"run", std::to_string(run->row.id.value)},
       {"alerts", std::to_string(alerts.size())},
       {"searches", std::to_string(plan.searches)},
       {"cause", run->cause},
       {"shortest_ms", std::to_string(plan.takes.shortest.count())}},
      run->trace);
  constexpr size_t most_named = 10;
  size_t named = 0;
  for (const auto& gate : plan.gates) {
    if (gate.fits() || named == most_named)
      break; // those that do not fit come first
    ++named;
    std::string remedies;
    for (const auto& x : gate.remedies)
      remedies += (remedies.empty() ? "" : "; ") + x.text;
    say(log_level::warn, "plan_infeasible",
        {{"host", gate.gate.value},
         {"requests", std::to_string(gate.requests)},
         {"shortest_ms", std::to_string(gate.takes.shortest.count())},
         {"interval_ms", std::to_string(plan.interval.count())},
         {"requests_a_day", std::to_string(gate.requests_a_day)},
         {"daily_requests", std::to_string(gate.policy.daily_requests)},
         {"remedies", remedies}},
        run->trace);
  }
}

void alert_cycle_state::announce_end(const cycle_run_ptr& run, const run_summary& summary) {
  auto took = std::chrono::duration<double>(self->clock().now() - run->started).count();
  env.metrics->count("vigie_cycles_total", {{"state", std::string{to_string(summary.state)}}});
  env.metrics->observe_seconds("vigie_cycle_seconds", {}, took);
  char seconds[32];
  std::snprintf(seconds, sizeof seconds, "%.2f", took);
  std::vector<std::pair<std::string, std::string>> fields{
      {"run", std::to_string(summary.id.value)},
      {"state", std::string{to_string(summary.state)}},
      {"seconds", seconds},
      {"workers", std::to_string(summary.workers_ok) + "/" + std::to_string(summary.workers)},
      {"alerts", std::to_string(summary.alerts)},
      {"matches", std::to_string(summary.matches)},
      {"new_matches", std::to_string(summary.new_matches)},
      {"errors", std::to_string(summary.alerts_failed)},
      {"late", std::to_string(summary.late)}};
  if (auto learned = learned_words(summary.learned); !learned.empty())
    fields.emplace_back("baseline", std::move(learned));
  if (summary.alerts_failed > 0) {
    fields.emplace_back("failed", failure_words(run->failed, summary.alerts_failed));
    fields.emplace_back("next", next_commands(summary.id, run->failed).back());
  }
  say(log_level::info, "cycle_ended", std::move(fields), run->trace);
}

} // namespace vigie

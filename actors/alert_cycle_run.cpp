// The life of one run: begun or resumed, and ended.
#include "actors/alert_cycle.hpp"
#include "actors/policy/store_outage.hpp"

namespace vigie {

using namespace std::chrono_literals;

void alert_cycle_state::resume() {
  auto retry = [this](const error& why) {
    last_problem = to_string(why);
    say(log_level::warn, "cycle_waits_for_store", {{"problem", last_problem}});
    self->after(1s, [this] { resume(); });
  };
  self->request(links.store.get(), 30s, find_unfinished_run{})
      .then(
          [this, retry](const begun_run& b) {
            self->request(links.store.get(), 30s, get_run_alerts{b.run.id})
                .then(
                    [this, b](const std::vector<run_alert>& earlier) {
                      arm_tick();
                      begun(b, "resume", earlier);
                    },
                    [retry](caf::error& e) { retry(from_caf(e)); });
          },
          [this, retry](caf::error& e) {
            if (from_caf(e).code != errc::not_found)
              return retry(from_caf(e));
            starting = false;
            show_state();
            arm_tick();
            next_in_queue();
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
          [this, t](const begun_run& b) {
            remember_key(t.what, b.run.id);
            if (t.answer)
              t.answer->keep(run_ticket{b.run.id, false});
            begun(b, t.what.cause, {});
          },
          [this, t](caf::error& e) { not_begun(t, from_caf(e)); });
}

void alert_cycle_state::not_begun(waiting_trigger t, const error& why) {
  last_problem = to_string(why);
  say(log_level::error, "cycle_not_begun", {{"problem", last_problem}});
  if (may_be_stored(why.code)) {
    // The run may be there all the same; a second one beside it would leave it on for ever.
    queue.push_front(std::move(t));
    self->after(1s, [this] { resume(); });
    return;
  }
  starting = false;
  if (t.answer)
    t.answer->fail(why);
  show_state();
  next_in_queue();
}

void alert_cycle_state::begun(const begun_run& b, const std::string& why, const std::vector<run_alert>& earlier) {
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
  ledger = run_ledger{b.run, b.alerts, config.sources, config.limits, config.regions, run_started};
  ledger.remember(earlier);
  pages = b.pages;
  announce_begin(b);
  show_state();
  for (auto& s : ledger.take_exhausted({errc::crashed, "main was restarted during the last attempt", {}}))
    store(std::move(s), {}, true, nullptr);
  settle_here(ledger.take_homeless(), {errc::not_found, "no enabled source has the name that the alert gives", {}});
  ask_circuits();
  // Whoever triggered meanwhile meets the run that is on.
  for (auto& t : std::exchange(queue, {}))
    trigger(std::move(t));
}

void alert_cycle_state::ask_circuits() {
  self->request(links.bans.get(), 5s, get_bans{})
      .then(
          [this](const std::vector<verdict>& all) {
            auto now = env.wall(self->clock().now());
            for (const auto& v : all)
              if (v.scope == verdict_scope::host && v.until > now)
                close_host(v.host);
            dispatch();
          },
          [this](caf::error&) { dispatch(); });
}

void alert_cycle_state::cancel_run(const std::string& why) {
  if (cancelled)
    return;
  cancelled = true;
  for (const auto& x : ledger.out()) {
    tell_cancelled(x.worker, x.id);
    report_work(x.worker, {errc::cancelled, why, {}}, 0, 0ms, x.unfinished);
  }
  run.note = why;
  finish_if_done();
}

void alert_cycle_state::finish_if_done() {
  if (!running || starting || !(ledger.finished() || cancelled) || !storing.empty() || preparing > 0)
    return;
  starting = true;
  run.state = cancelled ? run_state::cancelled : ledger.outcome();
  self->request(links.store.get(), 30s, end_run{run.id, run.state, ledger.workers(), ledger.workers_ok(), run.note})
      .then([this](const run_summary& s) { ended(s); },
            [this](caf::error& e) {
              auto why = from_caf(e);
              last_problem = to_string(why);
              // It ended already in another way (an end of which the answer was lost, then a cancel).
              if (!is_store_outage(why.code))
                return ended(run);
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

} // namespace vigie

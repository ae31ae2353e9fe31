// How a run begins, or is resumed.
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
  auto nothing = [this] {
    starting = false;
    show_state();
    arm_tick();
    next_in_queue();
  };
  self->request(links.store.get(), 30s, find_unfinished_run{})
      .then(
          [this, retry, nothing](const begun_run& b) {
            if (runs.contains(b.run.id))
              return nothing();
            self->request(links.store.get(), 30s, get_run_alerts{b.run.id})
                .then(
                    [this, b](const std::vector<run_alert>& earlier) {
                      arm_tick();
                      end_others(b.run.id);
                      begun(b, "resume", earlier);
                    },
                    [retry](caf::error& e) { retry(from_caf(e)); });
          },
          [retry, nothing](caf::error& e) {
            if (from_caf(e).code == errc::not_found)
              nothing();
            else
              retry(from_caf(e));
          });
}

/// The runs that were on beside the newest: what they waited for died with the earlier life, and the next tick asks
/// those hosts anyway.
void alert_cycle_state::end_others(run_id resumed) {
  constexpr uint32_t most_rows = 10000;
  self->request(links.store.get(), 30s, get_runs{most_rows})
      .then(
          [this, resumed](const std::vector<run_summary>& rows) {
            for (const auto& x : rows)
              if (x.state == run_state::running && x.id < resumed && !runs.contains(x.id))
                end_stored(x.id);
          },
          [this, resumed](caf::error& e) {
            last_problem = to_string(from_caf(e));
            self->after(1s, [this, resumed] { end_others(resumed); });
          });
}

void alert_cycle_state::end_stored(run_id id) {
  self->request(links.store.get(), 30s,
                end_run{id, run_state::cancelled, 0, 0, "main was restarted while it waited for slow hosts"})
      .then([](const run_summary&) {},
            [this, id](caf::error& e) {
              last_problem = to_string(from_caf(e));
              if (is_store_outage(from_caf(e).code))
                self->after(1s, [this, id] { end_stored(id); });
            });
}

void alert_cycle_state::begin(waiting_trigger t) {
  starting = true;
  show_state();
  auto now = self->clock().now();
  char id[20];
  std::snprintf(id, sizeof id, "%016llx",
                static_cast<unsigned long long>(to_unix_ms(env.wall(now)) * 0x9e3779b97f4a7c15ULL ^ env.seed));
  begin_run what{t.what.trigger, trace_id{id}, {}, t.what.only};
  auto busy = busy_hosts();
  for (const auto& [source, x] : config.sources)
    if (busy.contains(x.host))
      what.without.push_back(source);
  self->request(links.store.get(), 30s, std::move(what))
      .then(
          [this, t, busy](const begun_run& b) {
            keys.remember(t.what, b.run.id, self->clock().now(), config.max_keys);
            if (t.answer)
              t.answer->keep(run_ticket{b.run.id, false});
            announce_left_out(busy);
            begun(b, t.what.cause, {});
          },
          [this, t](caf::error& e) { not_begun(t, from_caf(e)); });
}

void alert_cycle_state::not_begun(waiting_trigger t, const error& why) {
  if (why.code == errc::conflict) { // nothing to do but at hosts that are left out
    starting = false;
    skip(std::move(t));
    return next_in_queue();
  }
  // What somebody wanted checked cannot be: that is their matter alone.
  if (auto theirs = why.code == errc::not_found || why.code == errc::bad_request; !theirs || !t.answer) {
    last_problem = to_string(why);
    say(log_level::error, "cycle_not_begun", {{"problem", last_problem}});
  }
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
  starting = false;
  newest = b.run.id;
  auto run = std::make_shared<cycle_run>();
  run->row = b.run;
  run->trace = b.run.trace;
  run->cause = why;
  run->started = self->clock().now();
  if (b.run.state == run_state::skipped_empty) {
    say(log_level::debug, "cycle_skipped", {{"why", "no active alert"}}, run->trace);
    env.metrics->count("vigie_cycles_total", {{"state", "skipped_empty"}});
    show_state();
    return next_in_queue();
  }
  runs[b.run.id] = run;
  run->ledger = run_ledger{b.run, b.alerts, config.sources, config.limits, config.regions, run->started};
  run->ledger.remember(earlier);
  run->pages = b.pages;
  announce_begin(run, b.alerts);
  show_state();
  for (auto& s : run->ledger.take_exhausted({errc::crashed, "main was restarted during the last attempt", {}}))
    store(std::move(s), {}, true, nullptr);
  settle_here(run, run->ledger.take_homeless(),
              {errc::not_found, "no enabled source has the name that the alert gives", {}});
  ask_circuits(run);
  // Whoever triggered meanwhile meets the run that is on.
  for (auto& t : std::exchange(queue, {}))
    trigger(std::move(t));
}

void alert_cycle_state::ask_circuits(const cycle_run_ptr& run) {
  self->request(links.bans.get(), 5s, get_bans{})
      .then(
          [this, run](const std::vector<verdict>& all) {
            auto now = env.wall(self->clock().now());
            for (const auto& v : all)
              if (v.scope == verdict_scope::host && v.until > now)
                close_host(run, v.host, open_circuit());
            dispatch(run);
          },
          [this, run](caf::error&) { dispatch(run); });
}

} // namespace vigie

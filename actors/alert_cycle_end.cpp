// How a run ends: done, cancelled, out of time.
#include <algorithm>

#include "actors/alert_cycle.hpp"
#include "actors/policy/cycle_estimate.hpp"
#include "actors/policy/store_outage.hpp"

namespace vigie {

using namespace std::chrono_literals;

void alert_cycle_state::cancel_runs(const std::string& why) {
  for (const auto& [id, run] : std::map{runs}) {
    if (!run->at_work())
      continue;
    run->cancelled = true;
    for (const auto& x : run->ledger.out()) {
      tell_cancelled(run, x.worker, x.id);
      report_work(x.worker, {errc::cancelled, why, {}}, 0, 0ms, x.unfinished);
    }
    run->row.note = why;
    finish_if_done(run);
  }
}

/// What is open settles as it is: a run has an end, whatever its hosts do.
void alert_cycle_state::pass_deadline(const cycle_run_ptr& run) {
  auto open = run->ledger.open_searches();
  if (open.empty())
    return;
  auto after = duration_words(std::chrono::duration_cast<duration>(run->deadline - run->started));
  for (const auto& [host, searches] : open) {
    if (run->closed.contains(host))
      continue;
    say(log_level::warn, "run_deadline_passed",
        {{"run", std::to_string(run->row.id.value)},
         {"host", host.value},
         {"open_searches", std::to_string(searches)},
         {"after", after}},
        run->trace);
    close_host(run, host, {errc::deadline_exceeded, "the run's deadline passed after " + after, {}});
  }
}

void alert_cycle_state::finish_if_done(const cycle_run_ptr& run) {
  auto is_storing = [&] {
    return std::any_of(storing.begin(), storing.end(), [&](const auto& x) { return x.second == run->row.id; });
  };
  if (!runs.contains(run->row.id) || run->ending || !(run->ledger.finished() || run->cancelled) || run->preparing > 0 ||
      is_storing())
    return;
  run->ending = true;
  auto how = run->cancelled ? run_state::cancelled : run->ledger.outcome();
  self->request(links.store.get(), 30s,
                end_run{run->row.id, how, run->ledger.workers(), run->ledger.workers_ok(), run->row.note})
      .then([this, run](const run_summary& s) { ended(run, s); },
            [this, run, how](caf::error& e) {
              auto why = from_caf(e);
              last_problem = to_string(why);
              run->row.state = how;
              // It ended already in another way (an end of which the answer was lost, then a cancel).
              if (!is_store_outage(why.code))
                return ended(run, run->row);
              run->ending = false;
              self->after(1s, [this, run] { finish_if_done(run); });
            });
}

void alert_cycle_state::ended(const cycle_run_ptr& run, const run_summary& summary) {
  runs.erase(run->row.id);
  announce_end(run, summary);
  show_state();
  next_in_queue();
}

} // namespace vigie

// Taking back what does not come or must not go on, giving up what nobody will do.
#include "actors/alert_cycle.hpp"

namespace vigie {

using namespace std::chrono_literals;

error open_circuit() {
  return {errc::circuit_open, "the host refused two regions; nobody asks it for a while", {}};
}

/// Failed without (another) try: each still gets a token, so that the store counts it.
void alert_cycle_state::settle_here(const cycle_run_ptr& run, std::vector<run_ledger::orphan> orphans,
                                    const error& why) {
  if (orphans.empty())
    return;
  std::vector<attempt_request> attempts;
  for (const auto& x : orphans)
    attempts.push_back({x.what.id, worker_id{}, run->ledger.next_attempt(x.what.id)});
  ++run->preparing;
  self->request(links.store.get(), 30s, begin_attempts{run->row.id, std::move(attempts)})
      .then(
          [this, run, orphans, why](const std::vector<fencing_token>& tokens) {
            --run->preparing;
            for (size_t i = 0; i < orphans.size(); ++i) {
              const auto& [what, host] = orphans[i];
              if (!run->ledger.failing(what.id, tokens.at(i)))
                continue;
              alert_settled s;
              s.run = run->row.id;
              s.alert = what.id;
              s.token = tokens.at(i);
              s.source = what.source;
              s.host = host;
              s.problem = why;
              store(std::move(s), {}, true, nullptr);
            }
            finish_if_done(run);
          },
          [this, run, orphans, why](caf::error& e) {
            last_problem = to_string(from_caf(e));
            self->after(1s, [=, this] {
              --run->preparing;
              settle_here(run, orphans, why);
            });
          });
}

void alert_cycle_state::tell_cancelled(const cycle_run_ptr& run, const worker_id& worker, assignment_id id,
                                       std::vector<host_key> hosts) {
  if (auto proxy = links.workers.find(worker); proxy != links.workers.end())
    caf::anon_send(proxy->second.get(), make_envelope(run), cancel_assignment{id, std::move(hosts)});
}

void alert_cycle_state::take_back(const cycle_run_ptr& run, assignment_id id, const error& why) {
  auto taken = run->ledger.take_back(id, why, self->clock().now());
  if (taken.worker.value.empty())
    return;
  tell_cancelled(run, taken.worker, id);
  announce_taken(run, taken, why);
  for (auto& s : taken.exhausted)
    store(std::move(s), taken.worker, true, nullptr);
}

/// The assignment's searches of other hosts go on where they are.
void alert_cycle_state::take_back_from_host(const cycle_run_ptr& run, assignment_id id, const host_key& host,
                                            const error& why) {
  auto taken = run->ledger.take_back(id, host, self->clock().now());
  if (taken.worker.value.empty())
    return;
  tell_cancelled(run, taken.worker, id, {host});
  announce_taken(run, taken, why);
}

/// Nobody asks the host (any more) in this run: what is open there settles with this error.
void alert_cycle_state::close_host(const cycle_run_ptr& run, const host_key& host, const error& why) {
  run->closed.emplace(host, why);
  for (const auto& id : run->ledger.assignments_at(host))
    take_back_from_host(run, id, host, why);
  give_up(run);
}

/// It keeps each request until the time-out: the rest of this run does not wait for that as well.
void alert_cycle_state::close_silent(const cycle_run_ptr& run, const host_key& host) {
  auto open = run->ledger.open_searches();
  auto times = std::to_string(config.limits.host_timeouts);
  say(log_level::warn, "host_silent",
      {{"run", std::to_string(run->row.id.value)},
       {"host", host.value},
       {"timed_out", times},
       {"open_searches", std::to_string(open[host])}},
      run->trace);
  close_host(run, host, {errc::host_silent, host.value + " let " + times + " searches in a row time out", {}});
}

void alert_cycle_state::give_up(const cycle_run_ptr& run) {
  for (const auto& [host, why] : run->closed)
    settle_here(run, run->ledger.take_waiting_of(host), why);
  settle_here(run, run->ledger.take_impatient(self->clock().now()),
              {errc::no_capacity, "no worker was available in time; `vigie workers` says why", {}});
}

} // namespace vigie

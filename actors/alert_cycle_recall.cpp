// Taking back what does not come or must not go on, giving up what nobody will do.
#include "actors/alert_cycle.hpp"

namespace vigie {

using namespace std::chrono_literals;

/// Failed without (another) try: each still gets a token, so that the store counts it.
void alert_cycle_state::settle_here(std::vector<run_ledger::orphan> orphans, const error& why) {
  if (orphans.empty())
    return;
  std::vector<attempt_request> attempts;
  for (const auto& x : orphans)
    attempts.push_back({x.what.id, worker_id{}, ledger.next_attempt(x.what.id)});
  ++preparing;
  self->request(links.store.get(), 30s, begin_attempts{run.id, std::move(attempts)})
      .then(
          [this, orphans, why](const std::vector<fencing_token>& tokens) {
            --preparing;
            for (size_t i = 0; i < orphans.size(); ++i) {
              const auto& [what, host] = orphans[i];
              if (!ledger.failing(what.id, tokens.at(i)))
                continue;
              alert_settled s;
              s.run = run.id;
              s.alert = what.id;
              s.token = tokens.at(i);
              s.source = what.source;
              s.host = host;
              s.problem = why;
              store(std::move(s), {}, true, nullptr);
            }
            finish_if_done();
          },
          [this, orphans, why](caf::error& e) {
            last_problem = to_string(from_caf(e));
            self->after(1s, [=, this] {
              --preparing;
              settle_here(orphans, why);
            });
          });
}

void alert_cycle_state::tell_cancelled(const worker_id& worker, assignment_id id, std::vector<host_key> hosts) {
  if (auto proxy = links.workers.find(worker); proxy != links.workers.end())
    caf::anon_send(proxy->second.get(), make_envelope(), cancel_assignment{id, std::move(hosts)});
}

void alert_cycle_state::take_back(assignment_id id, const error& why) {
  auto taken = ledger.take_back(id, why, self->clock().now());
  if (taken.worker.value.empty())
    return;
  tell_cancelled(taken.worker, id);
  announce_taken(taken, why);
  for (auto& s : taken.exhausted)
    store(std::move(s), taken.worker, true, nullptr);
}

/// The assignment's searches of other hosts go on where they are.
void alert_cycle_state::take_back_from_host(assignment_id id, const host_key& host, const error& why) {
  auto taken = ledger.take_back(id, host, self->clock().now());
  if (taken.worker.value.empty())
    return;
  tell_cancelled(taken.worker, id, {host});
  announce_taken(taken, why);
}

/// The host's circuit is open: everyone stops there.
void alert_cycle_state::close_host(const host_key& host) {
  closed.insert(host);
  for (const auto& id : ledger.assignments_at(host))
    take_back_from_host(id, host, {errc::circuit_open, host.value + " refused two regions", {}});
  give_up();
}

void alert_cycle_state::give_up() {
  settle_here(ledger.take_waiting_of(closed),
              {errc::circuit_open, "the host refused two regions; nobody asks it for a while", {}});
  settle_here(ledger.take_impatient(self->clock().now()), {errc::no_capacity, "no worker was available in time", {}});
}

} // namespace vigie

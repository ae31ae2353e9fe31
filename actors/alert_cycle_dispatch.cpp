// Handing plans out, taking back what does not come, giving up what nobody will do.
#include "actors/alert_cycle.hpp"

namespace vigie {

using namespace std::chrono_literals;

envelope alert_cycle_state::make_envelope() const {
  envelope e;
  e.trace = trace;
  e.cause = cause;
  return e;
}

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

void alert_cycle_state::dispatch() {
  // A host whose refusal is being ruled on must not be given to the refused worker again: the ruling comes first.
  if (!at_work() || dispatching || ruling > 0 || !ledger.has_waiting())
    return finish_if_done();
  dispatching = true;
  auto hosts = ledger.waiting_hosts();
  auto open = std::make_shared<open_workers>();
  auto left = std::make_shared<size_t>(hosts.size());
  for (const auto& host : hosts) {
    auto arrived = [this, open, left, asked_in = turn] {
      if (--*left == 0)
        place(*open, asked_in);
    };
    self->request(links.balancer.get(), 10s, get_available{host})
        .then(
            [open, host, arrived](const std::vector<available_worker>& workers) {
              (*open)[host] = workers;
              arrived();
            },
            [this, arrived](caf::error& e) {
              last_problem = to_string(from_caf(e));
              arrived();
            });
  }
}

void alert_cycle_state::place(const open_workers& open, uint64_t asked_in) {
  dispatching = false;
  if (asked_in != turn)
    return dispatch();
  if (!at_work() || ruling > 0)
    return;
  for (auto& share : ledger.split(open))
    for (auto& portion : portions_of(std::move(share), config.alerts_per_message))
      hand_out(std::move(portion));
  give_up();
  finish_if_done();
}

void alert_cycle_state::hand_out(plan_share share) {
  std::vector<attempt_request> attempts;
  for (const auto& plan : share.plans)
    for (const auto& p : plan.alerts)
      attempts.push_back({p.what.id, share.worker, ledger.next_attempt(p.what.id)});
  ++preparing;
  self->request(links.store.get(), 30s, begin_attempts{run.id, std::move(attempts)})
      .then(
          [this, share, asked_in = turn](const std::vector<fencing_token>& tokens) mutable {
            --preparing;
            size_t next = 0;
            for (auto& plan : share.plans)
              for (auto& p : plan.alerts)
                p.token = tokens.at(next++);
            ledger.prune(share);
            // A refusal since then may have been this worker's.
            if (asked_in != turn || ruling > 0)
              ledger.not_assigned(share, self->clock().now());
            else if (!cancelled && !share.plans.empty())
              send_assignment(std::move(share));
            dispatch();
          },
          [this, share](caf::error& e) {
            --preparing;
            last_problem = to_string(from_caf(e));
            // The watch dispatches again, by which time the store may be back.
            ledger.not_assigned(share, self->clock().now());
            finish_if_done();
          });
}

void alert_cycle_state::send_assignment(plan_share share) {
  // The first token is unique over the store's life, so it names the assignment too.
  assignment_id id{share.plans.at(0).alerts.at(0).token.value};
  auto now = self->clock().now();
  ledger.assigned(id, share, now, assignment_deadline);
  uint32_t alerts = 0;
  for (auto& plan : share.plans) {
    alerts += static_cast<uint32_t>(plan.alerts.size());
    if (auto source = config.sources.find(plan.source); source != config.sources.end())
      plan.known = shared_pages(plan, pages, source->second.spec);
  }
  say(log_level::info, "assigned",
      {{"worker", share.worker.value},
       {"plans", std::to_string(share.plans.size())},
       {"alerts", std::to_string(alerts)}});
  caf::anon_send(links.balancer.get(), work_begun{share.worker, alerts});
  assignment a{id, run.id, share.plans, config.limits.beat_every, assignment_deadline};
  auto proxy = links.workers.find(share.worker);
  if (proxy == links.workers.end())
    return take_back(id, {errc::worker_lost, "no worker named " + share.worker.value, {}});
  self->request(proxy->second.get(), config.limits.silence, make_envelope(), std::move(a))
      .then([this, id](const assign_receipt&) { ledger.heard(id, self->clock().now()); },
            [this, id](caf::error& e) {
              // The watch hands out again, not at once: a worker that refuses must not be asked in a tight loop.
              if (at_work())
                take_back(id, from_caf(e));
            });
}

void alert_cycle_state::tell_cancelled(const worker_id& worker, assignment_id id) {
  if (auto proxy = links.workers.find(worker); proxy != links.workers.end())
    caf::anon_send(proxy->second.get(), make_envelope(), cancel_assignment{id});
}

void alert_cycle_state::take_back(assignment_id id, const error& why) {
  auto taken = ledger.take_back(id, why, self->clock().now());
  if (taken.worker.value.empty())
    return;
  auto exhausted = static_cast<uint32_t>(taken.exhausted.size());
  say(log_level::warn, "assignment_taken_back",
      {{"worker", taken.worker.value},
       {"why", std::string{to_string(why.code)}},
       {"detail", why.detail},
       {"alerts_again", std::to_string(taken.again)},
       {"alerts_failed", std::to_string(exhausted)}});
  tell_cancelled(taken.worker, id);
  report_work(taken.worker, why, 0, 0ms, taken.again + exhausted);
  for (auto& s : taken.exhausted)
    store(std::move(s), taken.worker, true, nullptr);
}

/// The host's circuit is open: everyone stops there.
void alert_cycle_state::close_host(const host_key& host) {
  closed.insert(host);
  for (const auto& id : ledger.assignments_at(host))
    take_back(id, {errc::circuit_open, host.value + " refused two regions", {}});
  give_up();
}

void alert_cycle_state::give_up() {
  settle_here(ledger.take_waiting_of(closed),
              {errc::circuit_open, "the host refused two regions; nobody asks it for a while", {}});
  settle_here(ledger.take_impatient(self->clock().now()), {errc::no_capacity, "no worker was available in time", {}});
}

} // namespace vigie

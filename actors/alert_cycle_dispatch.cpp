// Handing plans out.
#include "actors/alert_cycle.hpp"

namespace vigie {

using namespace std::chrono_literals;

envelope alert_cycle_state::make_envelope() const {
  envelope e;
  e.trace = trace;
  e.cause = cause;
  return e;
}

void alert_cycle_state::dispatch() {
  if (!at_work() || dispatching || !ledger.has_waiting())
    return finish_if_done();
  struct asked {
    open_workers open;
    host_turns turns;
    size_t left = 0;
  };
  auto x = std::make_shared<asked>();
  // A host whose refusal is being ruled on must not be given to the refused worker again: the ruling comes first.
  for (const auto& host : ledger.waiting_hosts())
    if (!rulings.under_way(host))
      x->turns[host] = rulings.turn(host);
  x->left = x->turns.size();
  if (x->left == 0)
    return;
  dispatching = true;
  auto arrived = [this, x] {
    if (--x->left == 0)
      place(std::move(x->open), x->turns);
  };
  for (const auto& [host, turn] : x->turns)
    self->request(links.balancer.get(), 10s, get_available{host})
        .then(
            [x, host = host, arrived](const std::vector<available_worker>& workers) {
              x->open[host] = workers;
              arrived();
            },
            [this, arrived](caf::error& e) {
              last_problem = to_string(from_caf(e));
              arrived();
            });
}

void alert_cycle_state::place(open_workers open, const host_turns& asked_in) {
  dispatching = false;
  if (!at_work())
    return;
  auto outdated = std::erase_if(open, [&](const auto& x) { return !rulings.stands(x.first, asked_in.at(x.first)); });
  for (auto& share : ledger.split(open))
    for (auto& portion : portions_of(std::move(share), config.alerts_per_message))
      hand_out(std::move(portion));
  give_up();
  finish_if_done();
  if (outdated > 0)
    dispatch();
}

void alert_cycle_state::hand_out(plan_share share) {
  std::vector<attempt_request> attempts;
  host_turns turns;
  for (const auto& plan : share.plans) {
    turns[plan.host] = rulings.turn(plan.host);
    for (const auto& p : plan.alerts)
      attempts.push_back({p.what.id, share.worker, ledger.next_attempt(p.what.id)});
  }
  ++preparing;
  self->request(links.store.get(), 30s, begin_attempts{run.id, std::move(attempts)})
      .then(
          [this, share, turns](const std::vector<fencing_token>& tokens) mutable {
            --preparing;
            size_t next = 0;
            for (auto& plan : share.plans)
              for (auto& p : plan.alerts)
                p.token = tokens.at(next++);
            prepared(std::move(share), turns);
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

/// A host that refused somebody meanwhile may have refused this worker: that part waits again, the rest goes out.
void alert_cycle_state::prepared(plan_share share, const host_turns& asked_in) {
  ledger.prune(share);
  plan_share outdated{share.worker, {}};
  std::erase_if(share.plans, [&](fetch_plan& plan) {
    if (rulings.stands(plan.host, asked_in.at(plan.host)))
      return false;
    outdated.plans.push_back(std::move(plan));
    return true;
  });
  ledger.not_assigned(outdated, self->clock().now());
  if (!cancelled && !share.plans.empty())
    send_assignment(std::move(share));
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

} // namespace vigie

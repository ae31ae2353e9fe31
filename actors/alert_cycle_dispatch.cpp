// Handing plans out.
#include "actors/alert_cycle.hpp"

namespace vigie {

using namespace std::chrono_literals;

envelope alert_cycle_state::make_envelope(const cycle_run_ptr& run) const {
  envelope e;
  if (run) {
    e.trace = run->trace;
    e.cause = run->cause;
  }
  return e;
}

void alert_cycle_state::dispatch(const cycle_run_ptr& run) {
  if (run->at_work())
    give_up(run);
  if (!run->at_work() || run->dispatching || !run->ledger.has_waiting())
    return finish_if_done(run);
  struct asked {
    open_workers open;
    host_turns turns;
    size_t left = 0;
  };
  auto x = std::make_shared<asked>();
  // A host whose refusal is being ruled on must not be given to the refused worker again: the ruling comes first.
  for (const auto& host : run->ledger.waiting_hosts())
    if (!rulings.under_way(host))
      x->turns[host] = rulings.turn(host);
  x->left = x->turns.size();
  if (x->left == 0)
    return;
  run->dispatching = true;
  auto arrived = [this, run, x] {
    if (--x->left == 0)
      place(run, std::move(x->open), x->turns);
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

void alert_cycle_state::place(const cycle_run_ptr& run, open_workers open, const host_turns& asked_in) {
  run->dispatching = false;
  if (!run->at_work())
    return;
  auto outdated = std::erase_if(open, [&](const auto& x) { return !rulings.stands(x.first, asked_in.at(x.first)); });
  for (auto& share : run->ledger.split(open))
    for (auto& portion : portions_of(std::move(share), config.alerts_per_message))
      hand_out(run, std::move(portion));
  finish_if_done(run);
  if (outdated > 0)
    dispatch(run);
}

void alert_cycle_state::hand_out(const cycle_run_ptr& run, plan_share share) {
  std::vector<attempt_request> attempts;
  host_turns turns;
  for (const auto& plan : share.plans) {
    turns[plan.host] = rulings.turn(plan.host);
    for (const auto& p : plan.alerts)
      attempts.push_back({p.what.id, share.worker, run->ledger.next_attempt(p.what.id)});
  }
  ++run->preparing;
  self->request(links.store.get(), 30s, begin_attempts{run->row.id, std::move(attempts)})
      .then(
          [this, run, share, turns](const std::vector<fencing_token>& tokens) mutable {
            --run->preparing;
            size_t next = 0;
            for (auto& plan : share.plans)
              for (auto& p : plan.alerts)
                p.token = tokens.at(next++);
            prepared(run, std::move(share), turns);
            dispatch(run);
          },
          [this, run, share](caf::error& e) {
            --run->preparing;
            last_problem = to_string(from_caf(e));
            // The watch dispatches again, by which time the store may be back.
            run->ledger.not_assigned(share, self->clock().now());
            finish_if_done(run);
          });
}

/// A host that refused somebody meanwhile may have refused this worker: that part waits again, the rest goes out.
void alert_cycle_state::prepared(const cycle_run_ptr& run, plan_share share, const host_turns& asked_in) {
  plan_share outdated{share.worker, {}};
  std::erase_if(share.plans, [&](fetch_plan& plan) {
    if (rulings.stands(plan.host, asked_in.at(plan.host)) && !run->closed.contains(plan.host))
      return false;
    outdated.plans.push_back(std::move(plan));
    return true;
  });
  run->ledger.not_assigned(outdated, self->clock().now());
  if (!run->cancelled && !share.plans.empty())
    send_assignment(run, std::move(share));
}

void alert_cycle_state::send_assignment(const cycle_run_ptr& run, plan_share share) {
  // The first token is unique over the store's life, so it names the assignment too.
  assignment_id id{share.plans.at(0).alerts.at(0).token.value};
  auto now = self->clock().now();
  if (!run->ledger.assigned(id, share, now, run->assignment_deadline))
    return;
  uint32_t alerts = 0;
  for (auto& plan : share.plans) {
    alerts += static_cast<uint32_t>(plan.alerts.size());
    if (auto source = config.sources.find(plan.source); source != config.sources.end())
      plan.known = shared_pages(plan, run->pages, source->second.spec);
  }
  say(log_level::info, "assigned",
      {{"worker", share.worker.value},
       {"plans", std::to_string(share.plans.size())},
       {"alerts", std::to_string(alerts)}},
      run->trace);
  caf::anon_send(links.balancer.get(), work_begun{share.worker, alerts});
  assignment a{id, run->row.id, share.plans, config.limits.beat_every, run->assignment_deadline};
  auto proxy = links.workers.find(share.worker);
  if (proxy == links.workers.end())
    return take_back(run, id, {errc::worker_lost, "no worker named " + share.worker.value, {}});
  self->request(proxy->second.get(), config.limits.silence, make_envelope(run), std::move(a))
      .then([this, run, id](const assign_receipt&) { run->ledger.heard(id, self->clock().now()); },
            [this, run, id](caf::error& e) {
              // The watch hands out again, not at once: a worker that refuses must not be asked in a tight loop.
              if (run->at_work())
                take_back(run, id, from_caf(e));
            });
}

} // namespace vigie

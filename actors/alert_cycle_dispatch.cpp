// Handing plans out, storing what comes back, taking back what does not.
#include "actors/alert_cycle.hpp"

namespace vigie {

using namespace std::chrono_literals;

envelope alert_cycle_state::make_envelope() const {
  envelope e;
  e.trace = trace;
  e.cause = cause;
  return e;
}

void alert_cycle_state::settle_homeless() {
  for (const auto& a : ledger.homeless())
    settle_here({a.source, a.query, {}, {}}, a,
                {errc::not_found, "no enabled source named \"" + a.source.value + "\"", {}});
}

void alert_cycle_state::settle_here(const fetch_plan& plan, const alert& what, const error& why) {
  ++preparing;
  self->request(links.store.get(), 30s, begin_attempts{run.id, {{what.id, worker_id{}, ledger.next_attempt(what.id)}}})
      .then(
          [this, plan, what, why](const std::vector<fencing_token>& tokens) {
            --preparing;
            alert_settled s;
            s.run = run.id;
            s.alert = what.id;
            s.token = tokens.at(0);
            s.source = plan.source;
            s.host = plan.host;
            s.problem = why;
            store(std::move(s), {}, true, {}, nullptr);
          },
          [this, plan, what, why](caf::error& e) {
            last_problem = to_string(from_caf(e));
            self->after(1s, [=, this] {
              --preparing;
              settle_here(plan, what, why);
            });
          });
}

void alert_cycle_state::dispatch() {
  if (!running || cancelled || dispatching || !ledger.has_waiting())
    return finish_if_done();
  dispatching = true;
  auto hosts = ledger.waiting_hosts();
  auto open = std::make_shared<open_workers>();
  auto left = std::make_shared<size_t>(hosts.size());
  for (const auto& host : hosts) {
    auto arrived = [this, open, left] {
      if (--*left == 0)
        place(*open);
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

void alert_cycle_state::place(const open_workers& open) {
  dispatching = false;
  if (!running || cancelled)
    return;
  for (auto& share : ledger.split(open))
    hand_out(std::move(share));
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
          [this, share](const std::vector<fencing_token>& tokens) mutable {
            --preparing;
            size_t next = 0;
            for (auto& plan : share.plans)
              for (auto& p : plan.alerts)
                p.token = tokens.at(next++);
            ledger.prune(share);
            if (!cancelled && !share.plans.empty())
              send_assignment(std::move(share));
            finish_if_done();
          },
          [this, share](caf::error& e) {
            --preparing;
            last_problem = to_string(from_caf(e));
            // The watch dispatches again, by which time the store may be back.
            ledger.not_assigned(share, self->clock().now());
          });
}

void alert_cycle_state::send_assignment(plan_share share) {
  // The first token is unique over the store's life, so it names the assignment too.
  assignment_id id{share.plans.at(0).alerts.at(0).token.value};
  auto now = self->clock().now();
  ledger.assigned(id, share, now, assignment_deadline);
  uint32_t alerts = 0;
  for (const auto& plan : share.plans)
    alerts += static_cast<uint32_t>(plan.alerts.size());
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
              take_back(id, from_caf(e));
              // Not at once: a worker that refuses must not be asked in a tight loop.
            });
}

void alert_cycle_state::take_back(assignment_id id, const error& why) {
  auto taken = ledger.take_back(id, why, self->clock().now());
  if (taken.worker.value.empty())
    return;
  say(log_level::warn, "assignment_taken_back",
      {{"worker", taken.worker.value},
       {"why", std::string{to_string(why.code)}},
       {"detail", why.detail},
       {"alerts_again", std::to_string(taken.again)},
       {"alerts_failed", std::to_string(taken.exhausted.size())}});
  if (auto proxy = links.workers.find(taken.worker); proxy != links.workers.end())
    caf::anon_send(proxy->second.get(), make_envelope(), cancel_assignment{id});
  for (uint32_t i = 0; i < taken.again; ++i)
    caf::anon_send(links.balancer.get(), work_ended{taken.worker, why.code != errc::refused, 0ms, why.detail});
  for (auto& s : taken.exhausted) {
    ledger.settling(s.alert);
    store(std::move(s), taken.worker, true, {}, nullptr);
  }
}

void alert_cycle_state::give_up() {
  for (auto& plan : ledger.give_up(self->clock().now(), closed)) {
    error why = closed.contains(plan.host)
                    ? error{errc::circuit_open, plan.host.value + " refused two regions", {}}
                    : error{errc::no_capacity, "no worker was available for " + plan.host.value + " in time", {}};
    for (const auto& p : plan.alerts)
      settle_here(plan, p.what, why);
  }
}

} // namespace vigie

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
  for (const auto& a : ledger.homeless()) {
    self->request(links.store.get(), 30s, begin_attempts{run.id, {{a.id, worker_id{}, 1}}})
        .then(
            [this, a](const std::vector<fencing_token>& tokens) {
              alert_settled s;
              s.run = run.id;
              s.alert = a.id;
              s.token = tokens.at(0);
              s.source = a.source;
              s.problem = {errc::not_found, "no enabled source named \"" + a.source.value + "\"", {}};
              store(std::move(s), {}, true, {}, nullptr);
            },
            [this](caf::error& e) {
              last_problem = to_string(from_caf(e));
              self->after(1s, [this] { settle_homeless(); });
            });
  }
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

void alert_cycle_state::settle(alert_settled what, worker_id worker, std::shared_ptr<reply<settle_ack>> ack) {
  auto now = self->clock().now();
  ledger.heard(what.assignment, now);
  if (!running && starting)
    return ack->fail({errc::busy, "the cycle is starting", {}});
  switch (ledger.judge(what)) {
  case run_ledger::judgement::repeated:
    if (storing.contains(what.alert))
      return ack->fail({errc::busy, "it is being stored", {}});
    return ack->keep(settle_ack{true});
  case run_ledger::judgement::stale:
    return store(std::move(what), std::move(worker), true, {}, std::move(ack));
  case run_ledger::judgement::final:
    ledger.settling(what.alert);
    return store(std::move(what), std::move(worker), true, {}, std::move(ack));
  case run_ledger::judgement::again:
    ledger.settling(what.alert);
    return store(std::move(what), std::move(worker), false, {}, std::move(ack));
  case run_ledger::judgement::refused:
    ledger.settling(what.alert);
    return rule_on_refusal(std::move(what), std::move(worker), std::move(ack));
  }
}

void alert_cycle_state::rule_on_refusal(alert_settled what, worker_id worker, std::shared_ptr<reply<settle_ack>> ack) {
  storing.insert(what.alert);
  site_refused refusal{worker, what.host,
                       "HTTP " + std::to_string(what.http_status) + " on run " + std::to_string(run.id.value) +
                           ", alert " + std::to_string(what.alert.value)};
  self->request(links.bans.get(), 10s, std::move(refusal))
      .then(
          [this, what, worker, ack](const refusal_ruling& ruling) {
            if (ruling.circuit_open)
              closed.insert(what.host);
            auto elsewhere = ruling.try_elsewhere && !ruling.circuit_open && ledger.may_try_again(what.alert);
            auto region = config.regions.find(worker);
            store(what, worker, !elsewhere,
                  elsewhere && region != config.regions.end() ? region->second : std::string{}, ack);
            // Nothing more of this host may be asked by this worker: what it still has goes to others.
            if (what.assignment.value != 0 && ledger.holder(what.assignment) == worker)
              take_back(what.assignment, {errc::refused, worker.value + " was refused by " + what.host.value, {}});
          },
          [this, what, worker, ack](caf::error&) {
            // Without a ruling the careful answer is to stop.
            store(what, worker, true, {}, ack);
          });
}

void alert_cycle_state::store(alert_settled what, worker_id worker, bool final, std::string refused_region,
                              std::shared_ptr<reply<settle_ack>> ack) {
  storing.insert(what.alert);
  self->request(links.store.get(), 30s, settle_alert{what, final})
      .then(
          [this, what, worker, final, refused_region, ack](const settle_receipt& receipt) {
            storing.erase(what.alert);
            stored(what, worker, final, refused_region, receipt);
            if (ack)
              ack->keep(settle_ack{receipt.applied});
            dispatch();
          },
          [this, what, worker, final, refused_region, ack](caf::error& e) {
            last_problem = to_string(from_caf(e));
            self->after(1s, [=, this] { store(what, worker, final, refused_region, ack); });
          });
}

void alert_cycle_state::stored(const alert_settled& what, const worker_id& worker, bool final,
                               const std::string& refused_region, const settle_receipt& receipt) {
  if (!worker.value.empty()) {
    auto our_fault = worth_another_worker(what.problem.code, what.http_status);
    caf::anon_send(links.balancer.get(),
                   work_ended{worker, our_fault, what.took, our_fault ? to_string(what.problem) : std::string{}});
    if (what.problem.code == errc::none || what.problem.code == errc::bad_page)
      caf::anon_send(links.bans.get(), site_answered{worker, what.host});
  }
  if (!receipt.applied) {
    say(log_level::info, "late_result", {{"alert", std::to_string(what.alert.value)}, {"worker", worker.value}});
    return;
  }
  if (receipt.outbox_rows > 0)
    caf::anon_send(links.notifier.get(), outbox_grew{receipt.outbox_rows});
  auto ok = what.problem.code == errc::none;
  if (!ok)
    say(log_level::warn, "alert_failed",
        {{"alert", std::to_string(what.alert.value)},
         {"worker", worker.value},
         {"final", final ? "yes" : "no"},
         {"code", std::string{to_string(what.problem.code)}},
         {"detail", what.problem.detail},
         {"place", what.problem.place}});
  env.metrics->count("vigie_alerts_settled_total",
                     {{"worker", worker.value}, {"code", std::string{to_string(what.problem.code)}}});
  if (!final && ledger.give_back(what.alert, refused_region, self->clock().now()))
    return;
  ledger.done(what.alert, ok);
  show_state();
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
    for (const auto& p : plan.alerts) {
      ++preparing;
      self->request(links.store.get(), 30s,
                    begin_attempts{run.id, {{p.what.id, worker_id{}, ledger.next_attempt(p.what.id)}}})
          .then(
              [this, id = p.what.id, plan, why](const std::vector<fencing_token>& tokens) {
                --preparing;
                alert_settled s;
                s.run = run.id;
                s.alert = id;
                s.token = tokens.at(0);
                s.source = plan.source;
                s.host = plan.host;
                s.problem = why;
                store(std::move(s), {}, true, {}, nullptr);
              },
              [this, plan](caf::error& e) {
                --preparing;
                last_problem = to_string(from_caf(e));
                ledger.not_assigned({{}, {plan}}, self->clock().now() - config.limits.patience);
              });
    }
  }
}

} // namespace vigie

// What comes back is judged, stored, and only then acknowledged.
#include "actors/alert_cycle.hpp"

namespace vigie {

using namespace std::chrono_literals;

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

} // namespace vigie

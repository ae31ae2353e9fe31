// What comes back is judged, stored, and only then acknowledged.
#include "actors/alert_cycle.hpp"
#include "actors/policy/retry_policy.hpp"
#include "actors/policy/store_outage.hpp"

namespace vigie {

using namespace std::chrono_literals;

void alert_cycle_state::settle(alert_settled what, worker_id worker, std::shared_ptr<reply<settle_ack>> ack) {
  auto run = find_run(what.run);
  if (!run && starting)
    return ack->fail({errc::busy, "the cycle is starting", {}});
  if (storing.contains(what.token))
    return ack->fail({errc::busy, "it is being stored", {}});
  auto given = run && run->ledger.heard(what.assignment, self->clock().now());
  switch (run ? run->ledger.judge(what) : run_ledger::judgement::stale) {
  case run_ledger::judgement::repeated:
    return ack->keep(settle_ack{true});
  case run_ledger::judgement::stale:
    if (!given)
      tell_cancelled(run, worker, what.assignment);
    return settle_stale(std::move(what), std::move(worker), std::move(ack));
  case run_ledger::judgement::final:
    begin_settling(run, what, worker);
    return store(std::move(what), std::move(worker), true, std::move(ack));
  case run_ledger::judgement::again:
    begin_settling(run, what, worker);
    return store(std::move(what), std::move(worker), false, std::move(ack));
  case run_ledger::judgement::refused:
    begin_settling(run, what, worker);
    return rule_on_refusal(std::move(what), std::move(worker), std::move(ack));
  }
}

/// Whether it still counts, the store knows; what it says of the site is true in any case.
void alert_cycle_state::settle_stale(alert_settled what, worker_id worker, std::shared_ptr<reply<settle_ack>> ack) {
  auto refused = is_refusal_of_site(what.problem.code, what.http_status);
  if (refused)
    caf::anon_send(links.bans.get(), site_refused{worker, what.host, "HTTP 403, a late answer"});
  auto final = !refused && !worth_another_attempt(what.problem.code, what.http_status);
  store(std::move(what), std::move(worker), final, std::move(ack));
}

void alert_cycle_state::begin_settling(const cycle_run_ptr& run, const alert_settled& what, const worker_id& worker) {
  if (run->ledger.settling(what.alert))
    report_work(worker, what.problem, what.http_status, what.took);
  if (run->ledger.falls_silent(what))
    close_silent(run, what.host);
  if (is_answer_of_site(what.problem.code))
    caf::anon_send(links.bans.get(), site_answered{worker, what.host});
}

void alert_cycle_state::report_work(const worker_id& worker, const error& problem, int32_t http_status, duration took,
                                    uint32_t pieces) {
  auto text = problem.code == errc::none ? std::string{} : to_string(problem);
  for (uint32_t i = 0; i < pieces; ++i)
    caf::anon_send(links.balancer.get(), work_ended{worker, outcome_of_work(problem.code, http_status), took, text});
}

void alert_cycle_state::rule_on_refusal(alert_settled what, worker_id worker, std::shared_ptr<reply<settle_ack>> ack) {
  storing[what.token] = what.run;
  rulings.begin(what.host);
  // Nothing more of this host may be asked by this worker: what it still has of it goes to others.
  for (const auto& [number, run] : std::map{runs})
    for (const auto& id : run->ledger.assignments_at(what.host, worker))
      take_back_from_host(run, id, what.host, {errc::refused, worker.value + " was refused by " + what.host.value, {}});
  site_refused refusal{worker, what.host,
                       "HTTP " + std::to_string(what.http_status) + " on run " + std::to_string(what.run.value) +
                           ", alert " + std::to_string(what.alert.value)};
  self->request(links.bans.get(), 10s, std::move(refusal))
      .then([this, what, worker, ack](const refusal_ruling& x) { ruled(what, worker, x, ack); },
            [this, what, worker, ack](caf::error& e) {
              last_problem = to_string(from_caf(e));
              self->after(1s, [=, this] {
                rulings.end(what.host);
                rule_on_refusal(what, worker, ack);
              });
            });
}

void alert_cycle_state::ruled(const alert_settled& what, const worker_id& worker, const refusal_ruling& ruling,
                              std::shared_ptr<reply<settle_ack>> ack) {
  rulings.end(what.host);
  auto elsewhere = ruling.try_elsewhere && !ruling.circuit_open;
  for (const auto& [id, run] : std::map{runs}) {
    if (ruling.circuit_open)
      close_host(run, what.host, open_circuit());
    if (id == what.run)
      elsewhere = elsewhere && run->ledger.may_try_elsewhere(what.alert);
  }
  // Stored, it dispatches: what waited for the ruling goes on then.
  store(what, worker, !elsewhere, std::move(ack));
}

void alert_cycle_state::store(alert_settled what, worker_id worker, bool final,
                              std::shared_ptr<reply<settle_ack>> ack) {
  storing[what.token] = what.run;
  self->request(links.store.get(), 30s, settle_alert{what, final})
      .then(
          [this, what, worker, final, ack](const settle_receipt& receipt) {
            stored(what, worker, final, receipt);
            if (ack)
              ack->keep(settle_ack{receipt.applied});
            if (auto run = find_run(what.run))
              dispatch(run);
          },
          [this, what, worker, final, ack](caf::error& e) {
            auto why = from_caf(e);
            last_problem = to_string(why);
            if (is_store_outage(why.code)) {
              self->after(1s, [=, this] { store(what, worker, final, ack); });
              return;
            }
            // No such attempt: there is nothing that it could count for.
            say(log_level::warn, "settlement_refused", {{"worker", worker.value}, {"problem", last_problem}});
            stored(what, worker, final, {});
            if (ack)
              ack->keep(settle_ack{false});
            if (auto run = find_run(what.run))
              dispatch(run);
          });
}

void alert_cycle_state::stored(const alert_settled& what, const worker_id& worker, bool final,
                               const settle_receipt& receipt) {
  storing.erase(what.token);
  auto now = self->clock().now();
  auto run = find_run(what.run);
  auto trace = run ? run->trace : trace_id{};
  if (!receipt.applied) {
    say(log_level::info, "late_result", {{"alert", std::to_string(what.alert.value)}, {"worker", worker.value}}, trace);
    if (run)
      run->ledger.not_applied(what.alert, what.token);
    return;
  }
  if (receipt.outbox_rows > 0)
    caf::anon_send(links.notifier.get(), outbox_grew{receipt.outbox_rows});
  auto ok = what.problem.code == errc::none;
  announce_settled(trace, what, worker, final, receipt);
  env.metrics->count("vigie_alerts_settled_total",
                     {{"worker", worker.value}, {"code", std::string{to_string(what.problem.code)}}});
  if (!run)
    return;
  if (!ok && final && run->failed.size() < named_failures)
    run->failed.push_back({what.alert, run->ledger.name_of(what.alert), what.source, what.problem});
  if (final || ok)
    run->ledger.done(what.alert, ok);
  else
    run->ledger.give_back(what.alert, what.token, what.problem, what.http_status, now);
  show_state();
}

} // namespace vigie

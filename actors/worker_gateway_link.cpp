// The worker-gateway's side of the link: who may speak, permits, and settlements on their way to main.
#include "actors/worker_gateway.hpp"

#include <algorithm>

#include "actors/policy/contact_rule.hpp"

namespace vigie {

namespace {

permit denied(std::string why) {
  return {0, duration{0}, {errc::permit_denied, std::move(why), {}}};
}

error refuse_contract(const envelope& env) {
  if (env.contract == contract_version)
    return {};
  return {errc::contract_mismatch,
          "this worker speaks contract " + std::to_string(contract_version) + ", the peer " +
              std::to_string(env.contract),
          {}};
}

} // namespace

error worker_gateway_state::check_link(const envelope& env) const {
  if (auto refusal = refuse_contract(env); refusal.code != errc::none)
    return refusal;
  if (main && env.epoch == epoch)
    return {};
  return {errc::stale_epoch,
          "a message of epoch " + std::to_string(env.epoch) +
              (main ? ", the link is " + std::to_string(epoch) : std::string{", no main is attached"}),
          {}};
}

error worker_gateway_state::check_asker(const envelope& env) const {
  return env.epoch == 0 ? refuse_contract(env) : check_link(env);
}

caf::result<worker_hello> worker_gateway_state::attach_main(const envelope& env, const attach& what,
                                                            const main_endpoint_actor& who) {
  if (auto refusal = refuse_contract(env); refusal.code != errc::none)
    return to_caf(refusal);
  if (!who || what.epoch == 0)
    return to_caf({errc::bad_request, "a link needs an endpoint and an epoch above 0", {}});
  if (auto refusal = refuse_sources(env, what); refusal.code != errc::none)
    return to_caf(refusal);
  bool repeated = main && what.epoch == epoch && who == main;
  if (main && what.epoch <= epoch && !repeated)
    return to_caf({errc::stale_epoch, "the link of epoch " + std::to_string(epoch) + " is newer", {}});
  if (!repeated) {
    detach(link_end::replaced);
    main = who;
    epoch = what.epoch;
    self->monitor(main);
    parts.env.log->emit(
        {log_level::info, "main_attached", env.trace, {{"main", what.main_name}, {"epoch", std::to_string(epoch)}}});
  }
  know_sources(what.sources);
  show_state();
  return worker_hello{config.worker, config.region, config.version, contract_version};
}

error worker_gateway_state::refuse_sources(const envelope& env, const attach& what) {
  auto refusal = check_contact(what.sources, config.has_contact);
  if (refusal.detail != refusal_said && refusal.code != errc::none)
    parts.env.log->emit(
        {log_level::warn, "main_refused", env.trace, {{"main", what.main_name}, {"why", refusal.detail}}});
  refusal_said = refusal.detail;
  return refusal;
}

void worker_gateway_state::detach(link_end how) {
  if (!main)
    return;
  const std::string why = how == link_end::ordered    ? "main ended in order"
                          : how == link_end::replaced ? "main attached anew"
                                                      : "the link to main broke";
  self->demonitor(main.address());
  main = nullptr;
  outbox.drop_all();
  auto dropped = book.unsettled();
  stop(book.cancel_main());
  for (auto& [number, owed] : std::exchange(permits, {}))
    owed.keep(denied(why));
  for (auto& [number, owed] : std::exchange(tells, {}))
    owed.fail({errc::worker_lost, why, {}});
  parts.env.log->emit({how == link_end::ordered ? log_level::info : log_level::warn,
                       "main_detached",
                       {},
                       {{"why", why},
                        {"epoch", std::to_string(epoch)},
                        {"alerts_dropped", std::to_string(dropped - book.unsettled())}}});
  show_state();
}

envelope worker_gateway_state::seal(const trace_id& trace, duration deadline) const {
  return {trace, "worker:" + config.worker.value, deadline, epoch, contract_version};
}

promise<permit> worker_gateway_state::ask_permit(const permit_request& what) {
  auto owed = self->owe<permit>();
  if (!main) {
    owed.keep(denied("no main is attached that owns the gates"));
    return owed;
  }
  auto number = ++last_gate_message;
  permits.emplace(number, owed);
  auto limit = what.patience + config.permit_grace;
  self->request(main, limit, seal({}, limit), what)
      .then([this, number](const permit& leave) { answer_permit(number, leave); },
            [this, number](const caf::error& e) {
              answer_permit(number, {0, duration{0}, from_caf(e)});
            });
  return owed;
}

void worker_gateway_state::answer_permit(uint64_t number, const permit& leave) {
  // Gone when the link broke in the meantime: nobody uses such a permit, and main learns it from what is held.
  if (auto waiting = permits.extract(number))
    waiting.mapped().keep(leave);
}

template <class T>
promise<void> worker_gateway_state::tell_gates(const T& what) {
  auto owed = self->owe<void>();
  if (!main) {
    owed.fail({errc::worker_lost, "no main is attached that owns the gates", {}});
    return owed;
  }
  auto number = ++last_gate_message;
  tells.emplace(number, owed);
  auto end = [this, number](const error& problem) {
    auto told = tells.extract(number);
    if (!told)
      return;
    if (problem.code == errc::none)
      told.mapped().keep();
    else
      told.mapped().fail(problem);
  };
  self->request(main, config.resend.timeout, seal({}, config.resend.timeout), what)
      .then([end] { end({}); }, [end](const caf::error& e) { end(from_caf(e)); });
  return owed;
}

template promise<void> worker_gateway_state::tell_gates(const permit_release& what);
template promise<void> worker_gateway_state::tell_gates(const permits_held& what);

void worker_gateway_state::send_settlements() {
  if (!main)
    return;
  for (auto& x : outbox.take_due(self->clock().now())) {
    auto number = x.number;
    auto id = x.what.assignment;
    self->request(main, config.resend.timeout, seal(book.trace_of(id), config.resend.timeout), std::move(x.what))
        .then([this, number, id](const settle_ack&) { settlement_answered(number, id, {}); },
              [this, number, id](const caf::error& e) { settlement_answered(number, id, from_caf(e)); });
  }
  arm_pump();
}

void worker_gateway_state::arm_pump() {
  auto due = outbox.next_due();
  auto now = self->clock().now();
  if (!due || *due >= pump_armed)
    return;
  pump_armed = *due;
  self->after(std::max(*due - now, mono_time::duration{std::chrono::milliseconds{1}}), [this] {
    pump_armed = mono_time::max();
    send_settlements();
  });
}

void worker_gateway_state::settlement_answered(uint64_t number, assignment_id id, const error& outcome) {
  auto verdict = outbox.answered(number, outcome.code, self->clock().now(), random());
  if (outcome.code != errc::none) {
    auto lost = verdict == resend_verdict::given_up;
    parts.env.metrics->count("vigie_settlements_resent_total", {{"why", std::string{to_string(outcome.code)}}});
    parts.env.log->emit({lost ? log_level::error : log_level::debug,
                         lost ? "settlement_given_up" : "settlement_not_stored",
                         book.trace_of(id),
                         {{"assignment", std::to_string(id.value)}, {"why", to_string(outcome)}}});
  }
  finish_if_complete(id);
  send_settlements();
}

} // namespace vigie

#include "actors/worker_gateway.hpp"

namespace vigie {

namespace {

/// Passes a question on to a part of this node that may be missing just now.
template <class T, class Handle, class Message>
caf::result<T> pass_on(worker_gateway_ptr self, const error& refusal, const Handle& to, const Message& what) {
  if (refusal.code != errc::none)
    return to_caf(refusal);
  if (!to)
    return to_caf({errc::crashed, "the inspector is being restarted", {}});
  return self->delegate(to, what);
}

} // namespace

error validate(const worker_gateway_config& config) {
  if (config.worker.value.empty())
    return {errc::bad_config, "a worker needs an id", {}};
  if (config.max_commands == 0 || config.max_result_bytes == 0 || config.command_deadline <= duration{0} ||
      config.permit_grace <= duration{0})
    return {errc::bad_config, "the worker-gateway's limits must be positive", {}};
  if (auto problem = validate(config.limits); problem.code != errc::none)
    return problem;
  return validate(config.resend);
}

worker_gateway_actor::behavior_type worker_gateway(worker_gateway_ptr self, worker_gateway_config config,
                                                   worker_gateway_parts parts) {
  auto& s = self->state;
  s.self = self;
  s.started = self->clock().now();
  s.pump_armed = mono_time::max();
  s.random.seed(parts.env.seed ^ std::hash<std::string>{}(config.worker.value));
  s.book = assignment_book{config.limits};
  s.outbox = resend_queue{config.resend};
  s.config = std::move(config);
  s.parts = std::move(parts);
  s.know_sources(s.config.sources);
  s.show_state();
  self->set_down_handler([&s](const caf::down_msg& what) {
    if (s.main && what.source == s.main.address())
      s.detach(what.reason == caf::exit_reason::user_shutdown ? link_end::ordered : link_end::broken);
    else
      s.scraper_down(what);
  });
  return {
      [&s](const envelope& env, const attach& what, const main_endpoint_actor& who) {
        return s.attach_main(env, what, who);
      },
      [&s](const envelope& env, const assignment& what) { return s.assign(env, what); },
      [&s](const envelope& env, const cancel_assignment& what) -> caf::result<void> {
        if (auto refusal = s.check_link(env); refusal.code != errc::none)
          return to_caf(refusal);
        s.cancel(what);
        return caf::unit;
      },
      [&s](const envelope& env, const worker_command& what) { return s.run_command(env, what); },
      [&s](const envelope& env, const heartbeat& what) -> caf::result<heartbeat> {
        if (auto refusal = s.check_link(env); refusal.code != errc::none)
          return to_caf(refusal);
        return what;
      },
      [&s](const envelope& env, const get_health&) -> caf::result<worker_health> {
        if (auto refusal = s.check_asker(env); refusal.code != errc::none)
          return to_caf(refusal);
        return s.health();
      },
      [&s](const envelope& env, const get_node& what) {
        return pass_on<node_row>(s.self, s.check_asker(env), s.parts.inspector.get(), what);
      },
      [&s](const envelope& env, const crash_order& what) {
        return pass_on<void>(s.self, s.check_asker(env), s.parts.inspector.get(), what);
      },
      [&s](const alert_settled& what) { s.settled(what); },
      [&s](const permit_request& what) { return s.ask_permit(what); },
      [&s](const permit_release& what) { return s.tell_gates(what); },
      [&s](const permits_held& what) { return s.tell_gates(what); },
  };
}

} // namespace vigie

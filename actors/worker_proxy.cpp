#include "actors/worker_proxy.hpp"

#include "actors/policy/retry_policy.hpp"
#include "actors/worker_proxy_link.hpp"
#include "actors/worker_proxy_traffic.hpp"

namespace vigie {

using self_ptr = worker_proxy_shell*;

error validate(const worker_proxy_config& config) {
  if (config.worker.value.empty() || config.address.empty())
    return {errc::bad_config, "a worker needs a name and an address", {}};
  if (config.window == 0 || config.inbound_window == 0 || config.permit_window == 0)
    return {errc::bad_config, "the windows of a link must be above 0", {}};
  for (auto x : {config.attach_timeout, config.request_timeout, config.max_deadline, config.local_timeout})
    if (x <= duration{0})
      return {errc::bad_config, "time-outs of a link must be above 0", {}};
  return validate(config.link);
}

namespace {

/// The report of one command to the balancer; alerts are reported by the alert-cycle.
auto report_command(self_ptr self) {
  const auto& worker = self->state.config.worker;
  auto begun = self->clock().now();
  self->send(self->state.links.balancer.get(), work_begun{worker, 1});
  return [self, worker, begun](const error& problem, int32_t http_status) {
    auto took = std::chrono::duration_cast<duration>(self->clock().now() - begun);
    self->send(self->state.links.balancer.get(), work_ended{worker, outcome_of_work(problem.code, http_status), took,
                                                            problem.code == errc::none ? "" : to_string(problem)});
  };
}

auto no_report() {
  return [](const error&, int32_t) {};
}

template <class T, class... Args>
promise<T> control(self_ptr self, const envelope& from, duration patience, Args... args) {
  return ask_worker<T>(self, proxy_traffic::control, from, patience, no_report, std::move(args)...);
}

/// Main's own small requests have no envelope of their own.
envelope own(const char* cause) {
  return {{}, cause, duration{0}, 0};
}

} // namespace

worker_proxy_actor::behavior_type worker_proxy(self_ptr self, worker_proxy_config config, environment env,
                                               dialler* dial, worker_proxy_links links) {
  auto& st = self->state;
  auto seed = env.seed ^ std::hash<std::string>{}(worker_proxy_state::name + config.worker.value);
  st.machine = link_machine{config.link, seed};
  st.config = std::move(config);
  st.env = std::move(env);
  st.dial = dial;
  st.links = std::move(links);
  self->set_down_handler([self](const caf::down_msg& what) { end_link(self, what); });
  start_link(self);
  auto local = st.config.local_timeout;
  auto remote = st.config.request_timeout;
  return {
      [=, &st](const envelope& from, const alert_settled& m) {
        return pass_on<settle_ack>(self, from, st.links.alert_cycle, local, m);
      },
      [=, &st](const envelope& from, const assignment_beat& m) {
        return pass_on<void>(self, from, st.links.alert_cycle, local, m);
      },
      [=, &st](const envelope& from, const assignment_finished& m) {
        return pass_on<void>(self, from, st.links.alert_cycle, local, m);
      },
      [=, &st](const envelope& from, const permit_request& m) {
        auto patience = std::clamp(m.patience, duration{0}, st.config.max_deadline) + local;
        return pass_on<permit>(self, from, st.links.host_gates, patience, m);
      },
      [=, &st](const envelope& from, const permit_release& m) {
        return pass_on<void>(self, from, st.links.host_gates, local, m);
      },
      [=, &st](const envelope& from, const permits_held& m) {
        return pass_on<void>(self, from, st.links.host_gates, local, m);
      },
      [=](const envelope& from, const assignment& m) {
        return ask_worker<assign_receipt>(self, proxy_traffic::work, from, remote, no_report, m);
      },
      [=](const envelope& from, const cancel_assignment& m) { return control<void>(self, from, remote, m); },
      [=](const envelope& from, const worker_command& m) {
        auto begin = [self] { return report_command(self); };
        return ask_worker<command_result>(self, proxy_traffic::work, from, patience_of(self, from), begin, m);
      },
      [=](probe_worker) { return control<worker_health>(self, own("probe"), remote, get_health{}); },
      [=](get_node m) { return control<node_row>(self, own("inspector"), remote, m); },
      [=](const crash_order& m) { return control<void>(self, own("crash"), remote, m); },
      [=](const set_draining& m) { drain_link(self, m.draining); },
  };
}

} // namespace vigie

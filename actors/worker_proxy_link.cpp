#include "actors/worker_proxy_link.hpp"

#include "actors/worker_proxy_traffic.hpp"

namespace vigie {

using self_ptr = worker_proxy_shell*;

namespace {

void dial(self_ptr self);

void show(self_ptr self) {
  auto& st = self->state;
  self->show(std::string{to_string(st.machine.state())} + ", " + std::to_string(st.work_out) + " in flight, epoch " +
             std::to_string(st.machine.epoch()) + (st.why.empty() ? "" : ", " + st.why));
}

/// Also repeated with each beat: a balancer or a health-monitor that was restarted learns it so.
void announce(self_ptr self) {
  auto& st = self->state;
  link_changed news{st.config.worker, st.machine.state(), st.machine.epoch(), st.why};
  self->send(st.links.balancer.get(), news);
  self->send(st.links.health_monitor.get(), news);
  show(self);
}

void tell_lost(self_ptr self, uint64_t epoch, const std::string& why) {
  auto& st = self->state;
  self->send(st.links.alert_cycle.get(), worker_lost{st.config.worker, epoch, why});
  self->send(st.links.host_gates.get(), worker_lost{st.config.worker, epoch, why});
}

void log_change(self_ptr self, const error& why) {
  auto& st = self->state;
  auto state = st.machine.state();
  auto bad = state == link_state::down || state == link_state::suspect;
  st.env.log->emit({bad ? log_level::warn : log_level::info,
                    "link_changed",
                    {},
                    {{"worker", st.config.worker.value},
                     {"state", std::string{to_string(state)}},
                     {"epoch", std::to_string(st.machine.epoch())},
                     {"why", why.code == errc::none ? "" : to_string(why)}}});
  st.env.metrics->gauge("vigie_link_up", {{"worker", st.config.worker.value}}, state == link_state::up ? 1 : 0);
}

/// Does what the state machine asks for.
void enact(self_ptr self, const link_step& step, const error& why) {
  auto& st = self->state;
  if (step.changed) {
    st.why = why.detail;
    log_change(self, why);
  }
  if (step.redial_in > duration{0}) {
    auto turn = ++st.attempt; // timers and answers of this link mean nothing from now on
    if (st.gateway)
      self->demonitor(st.gateway.address());
    st.gateway = worker_gateway_actor{};
    self->after(step.redial_in, [self, turn] {
      if (turn == self->state.attempt)
        dial(self);
    });
  }
  if (step.broken) {
    fail_requests(self, why);
    tell_lost(self, st.machine.epoch(), why.detail);
  }
  if (step.changed)
    announce(self);
}

void beat(self_ptr self, uint64_t turn) {
  auto& st = self->state;
  if (turn != st.attempt)
    return;
  envelope to{{}, "heartbeat", st.config.link.heartbeat, st.machine.epoch()};
  self->request(st.gateway, st.config.link.heartbeat, to, heartbeat{++st.beats})
      .then(
          [self, turn](const heartbeat&) {
            if (turn != self->state.attempt)
              return;
            enact(self, self->state.machine.beat(), {});
            announce(self);
          },
          [self, turn](caf::error& e) {
            if (turn != self->state.attempt)
              return;
            auto why = blame_worker(e, self->state.config.worker);
            auto& machine = self->state.machine;
            enact(self, why.code == errc::stale_epoch ? machine.lost() : machine.missed(), why);
          });
  self->after(st.config.link.heartbeat, [self, turn] { beat(self, turn); });
}

/// A peer that may not be used, whatever it says.
error refuse_peer(self_ptr self, const worker_hello& hello) {
  const auto& expected = self->state.config.worker;
  if (hello.contract != contract_version)
    return {errc::contract_mismatch,
            hello.worker.value + " speaks contract " + std::to_string(hello.contract) + ", main speaks " +
                std::to_string(contract_version),
            {}};
  if (hello.worker != expected)
    return {errc::conflict, "the node at this address calls itself " + hello.worker.value, {}};
  return {};
}

void attach_to(self_ptr self, worker_gateway_actor gateway) {
  auto& st = self->state;
  auto turn = st.attempt;
  st.gateway = std::move(gateway);
  self->monitor(st.gateway);
  auto epoch = st.machine.dialled(st.env.wall(self->clock().now()));
  auto me = caf::actor_cast<main_endpoint_actor>(self->ctrl());
  self->request(st.gateway, st.config.attach_timeout, envelope{{}, "attach", st.config.attach_timeout, epoch},
                attach{st.config.main_name, epoch, st.config.sources}, me)
      .then(
          [self, turn](const worker_hello& hello) {
            if (turn != self->state.attempt)
              return;
            auto problem = refuse_peer(self, hello);
            auto ok = problem.code == errc::none;
            enact(self, ok ? self->state.machine.attached() : self->state.machine.lost(), problem);
            if (ok)
              beat(self, turn);
          },
          [self, turn](caf::error& e) {
            if (turn != self->state.attempt)
              return;
            auto why = blame_worker(e, self->state.config.worker);
            if (why.code == errc::stale_epoch)
              self->state.machine.outdated();
            enact(self, self->state.machine.lost(), why);
          });
}

void dial(self_ptr self) {
  auto& st = self->state;
  auto turn = ++st.attempt;
  enact(self, st.machine.redial(), {errc::none, st.why, {}});
  st.dial->dial(st.config.address, self->bridge([self, turn](result<worker_gateway_actor> x) {
    if (turn != self->state.attempt)
      return;
    if (x)
      attach_to(self, std::move(*x));
    else
      enact(self, self->state.machine.lost(), x.error());
  }));
}

} // namespace

void end_link(self_ptr self, const caf::down_msg& what) {
  auto& st = self->state;
  if (!st.gateway || what.source != st.gateway.address())
    return; // an earlier link's
  enact(self, st.machine.lost(), {errc::worker_lost, "the link broke: " + from_caf(what.reason).detail, {}});
}

void start_link(self_ptr self) {
  auto& st = self->state;
  // What a former incarnation of this proxy had out will not come back to anyone.
  auto before = static_cast<uint64_t>(std::max<int64_t>(to_unix_ms(st.env.wall(self->clock().now())) - 1, 0));
  tell_lost(self, before, "its proxy has started");
  announce(self);
  dial(self);
}

void drain_link(self_ptr self, bool on) {
  enact(self, self->state.machine.drain(on), {errc::none, on ? "drained by order" : "", {}});
}

} // namespace vigie

#include "actors/gate_client.hpp"

namespace vigie {

namespace {

void give_back(gate_client_ptr self, uint64_t id, const host_key& host) {
  self->send(self->state.gateway.get(), permit_release{id, host, duration{0}, false, {}});
}

void holder_down(gate_client_ptr self, const caf::actor_addr& who) {
  auto i = self->state.held.find(who);
  if (i == self->state.held.end())
    return;
  for (const auto& [id, host] : i->second)
    give_back(self, id, host);
  self->state.held.erase(i);
}

void show_state(gate_client_ptr self) {
  size_t held = 0;
  for (const auto& [who, permits] : self->state.held)
    held += permits.size();
  self->show(std::to_string(held) + " permits held, " + std::to_string(self->state.waiting) + " callers waiting");
}

/// The caller may have died while it waited: then its permit goes straight back.
void granted(gate_client_ptr self, const caf::actor_addr& who, const host_key& host, const permit& leave) {
  if (leave.id == 0)
    return;
  auto i = self->state.held.find(who);
  if (i == self->state.held.end())
    give_back(self, leave.id, host);
  else
    i->second.emplace(leave.id, host);
}

/// From its first request on, a caller's death is noticed.
caf::actor_addr watch(gate_client_ptr self, const caf::strong_actor_ptr& caller) {
  auto who = caf::actor_cast<caf::actor_addr>(caller);
  if (caller && self->state.held.try_emplace(who).second)
    self->monitor(caller->get(), caf::message_priority::normal);
  return who;
}

void ask(gate_client_ptr self, const caf::actor_addr& who, const permit_request& what, reply<permit> owed) {
  ++self->state.waiting;
  // The gateway answers in any case: it has a time-out of its own, and its death is noticed at once.
  self->request(self->state.gateway.get(), caf::infinite, what)
      .then(
          [self, who, host = what.host, owed](const permit& leave) mutable {
            --self->state.waiting;
            granted(self, who, host, leave);
            owed.keep(leave);
            show_state(self);
          },
          [self, owed](const caf::error& e) mutable {
            --self->state.waiting;
            auto why = from_caf(e);
            owed.keep(permit{0, duration{0}, {errc::permit_denied, "nobody owns the gate now: " + to_string(why), {}}});
            show_state(self);
          });
}

} // namespace

error validate(const gate_client_config& config) {
  if (config.max_waiting == 0)
    return {errc::bad_config, "the limit of callers that wait for a permit must be positive", {}};
  return {};
}

gate_client_actor::behavior_type gate_client(gate_client_ptr self, gate_client_config config, environment env,
                                             actor_ref<worker_gateway_actor> gateway) {
  self->state.config = config;
  self->state.env = env;
  self->state.gateway = std::move(gateway);
  self->set_down_handler([self](const caf::down_msg& what) { holder_down(self, what.source); });
  return {
      [self](const permit_request& what) -> promise<permit> {
        auto caller = self->current_sender(); // owe() takes it out of the message
        auto owed = self->owe<permit>();
        if (self->state.waiting >= self->state.config.max_waiting) {
          owed.fail({errc::busy, std::to_string(self->state.waiting) + " callers wait for permits already", {}});
          return owed;
        }
        ask(self, watch(self, caller), what, owed);
        return owed;
      },
      [self](const permit_release& what) {
        for (auto& [who, permits] : self->state.held)
          permits.erase(what.id);
        self->send(self->state.gateway.get(), what);
        show_state(self);
      },
  };
}

} // namespace vigie

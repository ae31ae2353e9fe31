#include "actors/gate_client.hpp"

#include <algorithm>

namespace vigie {

namespace {

/// From its first request on, a caller's death is noticed.
caf::actor_addr watch(gate_client_ptr self, const caf::strong_actor_ptr& caller) {
  auto who = caf::actor_cast<caf::actor_addr>(caller);
  if (caller && self->state.alive.insert(who).second)
    self->monitor(caller->get(), caf::message_priority::normal);
  return who;
}

/// For this permit, and for those that could not be used, and the host's robots.txt before it.
void note_wait(gate_client_ptr self, gate_client_state::asker& x) {
  x.waited = std::chrono::floor<duration>(self->clock().now() - x.came);
}

void deny(gate_client_ptr self, uint64_t asker, error why) {
  --self->state.waiting;
  note_wait(self, self->state.askers.at(asker));
  answer_asker(self, asker, {std::move(why), {}, {}});
  show_held(self);
}

} // namespace

void ask_again(gate_client_ptr self, uint64_t number, duration pause, error why) {
  auto& x = self->state.askers.at(number);
  auto left = std::chrono::floor<duration>(x.until - self->clock().now()) - pause;
  if (left <= duration{0})
    return deny(self, number, std::move(why));
  x.what.leave.patience = left;
  if (pause == duration{0})
    return ask_gate(self, number);
  self->after(pause, [self, number] { ask_gate(self, number); });
}

duration fresh_for(const gate_client_state& s) {
  if (s.ways.empty())
    return s.config.permit_keeps;
  // The quickest of the last words is what the way takes: one that took longer waited for something else.
  auto way = *std::min_element(s.ways.begin(), s.ways.end());
  return std::min(way + s.config.permit_fresh, s.config.permit_keeps);
}

namespace {

/// Since main gave it, or a little longer. By the wall, too: a machine that slept has missed as much as a process that
/// was stopped.
duration age_of(gate_client_ptr self, const gate_client_state::asker& x, const permit& leave) {
  auto now = self->clock().now();
  auto passed = std::chrono::floor<duration>(now - x.asked);
  return std::max(passed, self->state.env.wall(now) - x.asked_wall) - leave.wait;
}

void permit_came(gate_client_ptr self, uint64_t number, const permit& leave) {
  auto& s = self->state;
  auto& x = s.askers.at(number);
  if (leave.id == 0) {
    // The owner of the gates died over the request. Its successor is there in a moment, and a caller that hears of it
    // would only be handed on to another worker that meets the same.
    if (leave.why.code == errc::crashed)
      return ask_again(self, number, s.config.owner_pause, leave.why);
    return deny(self, number, leave.why);
  }
  auto on_its_way = age_of(self, x, leave);
  if (!s.alive.contains(x.who)) {
    report_release(self, {leave.id, x.what.leave.host, false, {}});
    return deny(self, number, {errc::cancelled, "whoever asked has died", {}});
  }
  if (on_its_way > fresh_for(s)) {
    report_release(self, {leave.id, x.what.leave.host, false, {}});
    return ask_again(self, number, duration{0},
                     {errc::busy, "the permit was " + std::to_string(on_its_way.count()) + " ms on its way", {}});
  }
  if (!leave.robots_url.empty())
    return fetch_robots(self, leave, number);
  --s.waiting;
  note_wait(self, x);
  fetch_page(self, leave, number);
}

} // namespace

void ask_gate(gate_client_ptr self, uint64_t number) {
  auto& x = self->state.askers.at(number);
  x.asked = self->clock().now();
  x.asked_wall = self->state.env.wall(x.asked);
  // On the same way, so that main hears first what it has to know.
  say_reports(self);
  // Main that has heard of this process can tell later that a permit it does not name was not used.
  if (!self->state.word_answered && !self->state.word_out)
    say_held(self);
  x.stops_told = self->state.air->stops_told();
  // The gateway answers in any case: it has a time-out of its own, and its death is noticed at once.
  self->request(self->state.gateway.get(), caf::infinite, x.what.leave)
      .then([self, number](const permit& leave) { permit_came(self, number, leave); },
            [self, number](const caf::error& e) {
              auto why = "nobody owns the gate now: " + to_string(from_caf(e));
              deny(self, number, {errc::permit_denied, std::move(why), {}});
            });
}

void answer_asker(gate_client_ptr self, uint64_t number, gated_answer answer) {
  auto x = self->state.askers.extract(number);
  if (!x)
    return;
  answer.waited = x.mapped().waited;
  x.mapped().answer.keep(std::move(answer));
}

void show_held(gate_client_ptr self) {
  auto& s = self->state;
  auto unheard = s.air->reports().size();
  self->show(std::to_string(s.air->size()) + " permits held, " + std::to_string(s.waiting) + " callers waiting" +
             (unheard > 0 ? ", " + std::to_string(unheard) + " releases to acknowledge" : ""));
}

error validate(const gate_client_config& config) {
  if (config.max_waiting == 0 || config.max_robots_bytes == 0 || config.robots_bytes == 0 ||
      config.tell_every <= duration{0} || config.owner_pause <= duration{0} || config.permit_keeps <= duration{0} ||
      config.permit_fresh <= duration{0})
    return {errc::bad_config, "the limits of the gate client must be positive", {}};
  return {};
}

gate_client_actor::behavior_type gate_client(gate_client_ptr self, gate_client_config config, environment env,
                                             actor_ref<worker_gateway_actor> gateway, actor_ref<fetcher_actor> fetcher,
                                             std::shared_ptr<flights> air) {
  auto& s = self->state;
  s.config = std::move(config);
  s.env = std::move(env);
  s.gateway = std::move(gateway);
  s.fetcher = std::move(fetcher);
  s.air = std::move(air);
  s.alive.insert(caf::actor_addr{});
  self->set_down_handler([self](const caf::down_msg& what) { self->state.alive.erase(what.source); });
  adopt_flights(self);
  tell_gates_later(self);
  show_held(self);
  return {
      [self](gated_fetch& what) -> promise<gated_answer> {
        auto& s = self->state;
        auto caller = self->current_sender(); // owe() takes it out of the message
        auto owed = self->owe<gated_answer>();
        if (s.waiting >= s.config.max_waiting) {
          owed.fail({errc::busy, std::to_string(s.waiting) + " callers wait for permits already", {}});
          return owed;
        }
        ++s.waiting;
        auto now = self->clock().now();
        auto until = now + what.leave.patience;
        what.leave.time_out = what.request.timeout;
        s.askers.emplace(++s.last_asker,
                         gate_client_state::asker{watch(self, caller), std::move(what), until, now, {}, owed, 0, now});
        ask_gate(self, s.last_asker);
        return owed;
      },
  };
}

} // namespace vigie

// What the callers of a gate-client hold, and what main must hear of it.
#include <algorithm>

#include "actors/gate_client.hpp"

namespace vigie {

namespace {

/// The site wants something of the whole fleet.
bool matters(const permit_release& what) {
  return what.refused || what.report.kind == answer_kind::rate_limited;
}

/// As if it were said now: a Retry-After counts from when it came.
permit_release said_now(const gate_client_state::unheard& x, mono_time now) {
  auto out = x.what;
  auto ago = std::chrono::duration_cast<duration>(now - x.since);
  if (out.report.retry_after)
    *out.report.retry_after = std::max(*out.report.retry_after - ago, duration{0});
  out.report.took += ago;
  return out;
}

void say(gate_client_ptr self, const gate_client_state::unheard& x) {
  self->request(self->state.gateway.get(), caf::infinite, said_now(x, self->clock().now()))
      .then([self, id = x.what.id] { self->state.unheard_releases.erase(id); },
            [](const caf::error&) {}); // it is said again
}

void keep_unheard(gate_client_ptr self, const permit_release& what) {
  auto& all = self->state.unheard_releases;
  if (all.size() >= self->state.config.max_unheard)
    all.erase(std::min_element(all.begin(), all.end(),
                               [](const auto& a, const auto& b) { return a.second.since < b.second.since; }));
  all[what.id] = {what, self->clock().now()};
}

void tell_gates(gate_client_ptr self) {
  auto& s = self->state;
  auto now = self->clock().now();
  std::erase_if(s.unheard_releases, [&](const auto& x) {
    auto wanted = x.second.what.report.retry_after.value_or(duration{0});
    return now - x.second.since > std::max(wanted, s.config.unheard_for);
  });
  // First what an owner may have missed; whoever has said what it holds has said everything.
  for (const auto& [id, x] : s.unheard_releases)
    say(self, x);
  permits_held all;
  for (const auto& [who, permits] : s.holders)
    for (const auto& [id, x] : permits)
      all.rows.push_back({id, x.host, x.policy, std::chrono::duration_cast<duration>(now - x.since)});
  self->send(s.gateway.get(), std::move(all));
}

/// Its holder is dead and its request over.
void orphans_over(gate_client_ptr self, const caf::actor_addr& who) {
  auto gone = self->state.holders.extract(who);
  if (!gone)
    return;
  for (const auto& [id, x] : gone.mapped())
    self->send(self->state.gateway.get(), permit_release{id, x.host, false, {}});
  show_held(self);
}

} // namespace

void hold_permit(gate_client_ptr self, const caf::actor_addr& who, uint64_t id, const permit_request& what) {
  auto& s = self->state;
  // The caller may have died while it waited: then its permit goes straight back.
  if (auto i = s.holders.find(who); i != s.holders.end())
    i->second[id] = {what.host, what.policy, self->clock().now()};
  else
    self->send(s.gateway.get(), permit_release{id, what.host, false, {}});
}

void release_permit(gate_client_ptr self, permit_release what) {
  auto& s = self->state;
  if (what.report.kind != answer_kind::none_asked)
    what.report.user_agent = s.config.user_agent;
  for (auto& [who, permits] : s.holders)
    permits.erase(what.id);
  if (matters(what)) {
    keep_unheard(self, what);
    say(self, s.unheard_releases.at(what.id));
  } else {
    self->send(s.gateway.get(), what);
  }
  show_held(self);
}

void holder_down(gate_client_ptr self, const caf::actor_addr& who) {
  auto& s = self->state;
  auto i = s.holders.find(who);
  if (i == s.holders.end())
    return;
  if (i->second.empty()) {
    s.holders.erase(i);
    return;
  }
  // The site does not know that its asker has died: until the request is over, its place is taken.
  self->request(s.fetcher.get(), caf::infinite, await_requests{who.id()})
      .then([self, who] { orphans_over(self, who); },
            [self, who](const caf::error&) {
              self->after(self->state.config.orphan_hold, [self, who] { orphans_over(self, who); });
            });
}

void tell_gates_later(gate_client_ptr self) {
  self->after(self->state.config.tell_every, [self] {
    tell_gates(self);
    tell_gates_later(self);
  });
}

void show_held(gate_client_ptr self) {
  size_t held = 0;
  for (const auto& [who, permits] : self->state.holders)
    held += permits.size();
  auto unheard = self->state.unheard_releases.size();
  self->show(std::to_string(held) + " permits held, " + std::to_string(self->state.waiting) + " callers waiting" +
             (unheard > 0 ? ", " + std::to_string(unheard) + " releases to repeat" : ""));
}

} // namespace vigie

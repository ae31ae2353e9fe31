// Permits that come back: what the site said is ruled on, counted and stored, and then acknowledged.
#include "actors/host_gates.hpp"

namespace vigie {

using self_ptr = host_gates_shell*;

namespace {

wall_time wall(self_ptr self) {
  return self->state.env.wall(self->clock().now());
}

/// The host is closed until the ban-timer has ruled; its bans_changed arrives before its ruling.
void ask_ruling(self_ptr self, site_refused what, mono_time said, uint64_t permit_id, std::function<void()> ruled) {
  auto again = [=] { ask_ruling(self, what, said, permit_id, ruled); };
  what.age = std::chrono::duration_cast<duration>(self->clock().now() - said);
  self->request(self->state.links.ban_timer.get(), self->state.config.local_timeout, what)
      .then(
          [=](const refusal_ruling&) {
            self->state.limiter.open(what.host);
            self->state.ruled_on.erase(permit_id);
            ruled();
            serve_gates(self);
          },
          [=](caf::error&) { self->after(self->state.config.ask_again, again); });
}

/// What the ledger keeps of it.
permit_release without_body(const permit_release& what) {
  permit_release out{what.id, what.host, what.refused, {}, {}, what.report};
  if (what.robots)
    out.robots.emplace();
  return out;
}

} // namespace

promise<void> release_permit(self_ptr self, const worker_id& by, const permit_release& what) {
  auto& st = self->state;
  auto answer = self->owe<void>();
  // Whether a former owner has counted it stands in the store. Nobody gets a permit before that is read, either.
  if (!st.states_known) {
    answer.fail({errc::busy, "what a former owner of the gates knew is being read", {}});
    return answer;
  }
  if (st.ruled_on.contains(what.id)) {
    answer.fail({errc::busy, "the refusal is being ruled on", {}});
    return answer;
  }
  auto fresh = !st.limiter.heard(what.id);
  auto fresh_refusal = what.refused && fresh;
  if (fresh_refusal && st.ruled_on.insert(what.id).second)
    st.limiter.close(what.host);
  auto known = st.config.policies.find(what.host);
  auto key = known == st.config.policies.end() ? gate_key_kind::domain : known->second.key;
  st.limiter.release(by, what, self->clock().now(), wall(self), key);
  // Stored in one transaction: what the next owner must know of it, and its row in the ledger. Until then it is
  // repeated, perhaps to the next owner, who counts it unless it is stored.
  auto count = [=, today = wall(self), counted = without_body(what)]() mutable {
    if (fresh) {
      self->state.conduct.came_back(by, counted, today);
      self->state.limiter.acknowledged(counted, self->clock().now(), today, key);
    }
    when_stored(self, [answer]() mutable { answer.keep(); });
  };
  if (fresh_refusal)
    ask_ruling(self, {by, what.host, what.evidence}, said_at(what.age, self->clock().now()), what.id, count);
  else
    count();
  robots_permit_back(self, by, what);
  serve_gates(self);
  return answer;
}

} // namespace vigie

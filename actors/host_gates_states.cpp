// What outlives host-gates: what it stores, and what its workers say.
#include "actors/host_gates.hpp"

namespace vigie {

using self_ptr = host_gates_shell*;

namespace {

wall_time wall(self_ptr self) {
  return self->state.env.wall(self->clock().now());
}

void warn(self_ptr self, const char* event, const caf::error& e) {
  self->state.env.log->emit({log_level::warn, event, {}, {{"problem", to_string(from_caf(e))}}});
}

void store_later(self_ptr self) {
  self->after(self->state.config.store_every, [self] {
    say_uncounted(self);
    store_states(self, true);
    store_later(self);
  });
}

} // namespace

void read_states(self_ptr self) {
  auto& st = self->state;
  self->request(st.links.store.get(), caf::infinite, get_host_states{})
      .then(
          [self](const std::vector<host_state>& rows) {
            auto& st = self->state;
            st.limiter.restore(rows, self->clock().now(), wall(self));
            st.states_known = true;
            store_later(self);
            open_gates(self);
          },
          [self](const caf::error& e) {
            warn(self, "host_states_not_read", e);
            self->after(self->state.config.ask_again, [self] { read_states(self); });
          });
}

void store_states(self_ptr self, bool all) {
  auto& st = self->state;
  // Before the stored states are known, a row would replace one that says more.
  if (!st.states_known || st.storing)
    return;
  all = all || !st.unstored.empty();
  if (!all && !st.limiter.has_urgent_changes())
    return;
  auto now = self->clock().now();
  add_conduct what;
  if (all)
    what.rows = st.conduct.take(st.config.ledger_batch, now);
  // What does not fit into this transaction is in the next one; whoever waits for it waits on.
  auto waiting = st.conduct.rows() > 0 ? std::vector<std::function<void()>>{} : std::exchange(st.unstored, {});
  what.states = st.limiter.changed_states(now, wall(self));
  if (what.rows.empty() && what.states.empty()) {
    for (auto& call : waiting)
      call();
    return;
  }
  st.storing = true;
  auto states = what.states;
  self->request(st.links.store.get(), caf::infinite, std::move(what))
      .then(
          [self, waiting, any = !states.empty()]() mutable {
            self->state.storing = false;
            self->state.conduct.stored();
            if (any)
              self->state.limiter.recorded();
            for (auto& call : waiting)
              call();
            serve_gates(self); // which stores what changed meanwhile
          },
          [self, waiting, states](const caf::error& e) {
            auto& st = self->state;
            warn(self, "conduct_not_stored", e);
            st.conduct.not_stored();
            st.limiter.changed_again(states);
            st.unstored.insert(st.unstored.begin(), waiting.begin(), waiting.end());
            self->after(st.config.ask_again, [self] {
              self->state.storing = false;
              store_states(self, true);
            });
          });
}

void when_stored(self_ptr self, std::function<void()> call) {
  self->state.unstored.push_back(std::move(call));
  store_states(self, false);
}

void hear_held(self_ptr self, const worker_id& by, const permits_held& what) {
  auto& st = self->state;
  for (const auto& x : what.rows) {
    auto row = x;
    if (auto known = st.config.policies.find(x.host); known != st.config.policies.end())
      row.policy = known->second;
    st.limiter.adopt(by, row, self->clock().now(), wall(self));
  }
  auto meaning = st.words.hear(by, what, st.limiter.newest_permit());
  if (meaning.over > 0) {
    std::set<uint64_t> named{what.unreported.begin(), what.unreported.end()};
    for (const auto& x : what.rows)
      named.insert(x.id);
    st.limiter.over(by, meaning.over, named, self->clock().now());
    if (st.conduct.over(by, meaning.over, meaning.used, named))
      when_stored(self, [] {});
    robots_over(self, by, meaning.over, named);
  }
  // Who still has something to report has not said everything.
  if (what.unreported.empty() && st.config.regions.contains(by) && st.heard.insert(by).second &&
      st.heard.size() == st.config.regions.size()) {
    st.limiter.heard_all();
  }
  // Others may have waited for what was named as sent.
  serve_gates(self);
}

error ended_exception(self_ptr self, const host_key& host) {
  auto& st = self->state;
  auto known = st.config.exceptions.find(host);
  if (known == st.config.exceptions.end() || wall(self) < known->second.until)
    return {};
  const auto& x = known->second;
  if (st.ended.insert(host).second)
    st.env.log->emit({log_level::error,
                      "exception_ended",
                      {},
                      {{"source", x.source.value}, {"host", host.value}, {"why", ended_text(x)}}});
  return {errc::permit_denied, ended_text(x), {}};
}

} // namespace vigie

// What outlives host-gates, and what it tells of its hosts.
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
    store_states(self, true);
    store_later(self);
  });
}

std::string seconds(duration x) {
  return std::to_string(x.count() / 1000) + " s";
}

const char* word_of(pacing_change::cause x) {
  switch (x) {
  case pacing_change::cause::asked:
    return "the site said how long";
  case pacing_change::cause::not_said:
    return "the site did not say how long";
  case pacing_change::cause::failures:
    return "too many failures in a row";
  default:
    return "none";
  }
}

event held_record(const gate_notice& x, wall_time now) {
  event out{log_level::warn,
            x.change.pause ? "host_paused" : "host_held",
            {},
            {{"host", x.gate.value},
             {"for", seconds(x.change.hold)},
             {"why", word_of(x.change.held)},
             {"status", std::to_string(x.status)},
             {"asked", x.asked ? seconds(*x.asked) : "not said"}}};
  if (x.change.pause) {
    out.fields.push_back({"until", to_rfc3339(now + x.change.hold)});
    out.fields.push_back({"remedy", "nothing is asked there before; take its sources out, or ask the site's owner"});
  }
  return out;
}

std::string times(double pace) {
  auto hundredths = std::to_string(static_cast<int64_t>(pace * 100 + 0.5));
  hundredths.insert(0, hundredths.size() < 3 ? 3 - hundredths.size() : 0, '0');
  return hundredths.insert(hundredths.size() - 2, ".");
}

event record_of(const gate_notice& x, wall_time now) {
  switch (x.what) {
  case gate_notice::about::held:
    return held_record(x, now);
  case gate_notice::about::paced:
    return {log_level::info, "host_paced", {}, {{"host", x.gate.value}, {"gap_times", times(x.pace)}}};
  case gate_notice::about::day_budget_spent:
    break;
  }
  return {log_level::warn, "day_budget_spent", {}, {{"host", x.gate.value}, {"requests", std::to_string(x.requests)}}};
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
  auto waiting = std::exchange(st.unstored, {});
  if (!(all ? st.limiter.has_changes() : st.limiter.has_urgent_changes())) {
    for (auto& call : waiting)
      call();
    return;
  }
  auto rows = st.limiter.changed_states(self->clock().now(), wall(self));
  st.storing = true;
  self->request(st.links.store.get(), caf::infinite, put_host_states{rows})
      .then(
          [self, waiting, any = !rows.empty()]() mutable {
            self->state.storing = false;
            if (any)
              self->state.limiter.recorded();
            for (auto& call : waiting)
              call();
            serve_gates(self); // which stores what changed meanwhile
          },
          [self, waiting, rows](const caf::error& e) {
            auto& st = self->state;
            warn(self, "host_states_not_stored", e);
            st.limiter.changed_again(rows);
            st.unstored.insert(st.unstored.end(), waiting.begin(), waiting.end());
            self->after(st.config.ask_again, [self] {
              self->state.storing = false;
              store_states(self, true);
            });
          });
}

void when_stored(self_ptr self, std::function<void()> call) {
  auto& st = self->state;
  if (!st.states_known || st.storing || st.limiter.has_urgent_changes())
    st.unstored.push_back(std::move(call));
  else
    call();
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
    st.conduct.over(by, meaning.over, meaning.used, named);
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

void tell_notices(self_ptr self) {
  auto& st = self->state;
  auto& metrics = *st.env.metrics;
  for (const auto& x : st.limiter.take_notices()) {
    st.env.log->emit(record_of(x, wall(self)));
    if (x.what == gate_notice::about::held)
      metrics.count("vigie_host_holds_total", {});
  }
  auto seen = std::make_pair(st.limiter.held(self->clock().now()), st.limiter.slowed());
  if (st.last_seen == seen)
    return;
  st.last_seen = seen;
  metrics.gauge("vigie_hosts_held", {}, static_cast<double>(seen.first));
  metrics.gauge("vigie_hosts_slowed", {}, static_cast<double>(seen.second));
}

} // namespace vigie

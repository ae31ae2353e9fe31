// Hosts that are left alone: how it is told, and how a person ends it.
#include <algorithm>
#include <tuple>

#include "actors/host_gates.hpp"

namespace vigie {

using self_ptr = host_gates_shell*;

namespace {

wall_time wall(self_ptr self) {
  return self->state.env.wall(self->clock().now());
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
    out.fields.push_back({"remedy", "nothing is asked there before; take its sources out, or ask the site's owner: if "
                                    "that agrees, `vigie conduct HOST --lift`"});
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

void tell_lifted(self_ptr self, const host_hold& x) {
  event out{log_level::warn, "host_hold_lifted", {}, {{"host", x.host.value}, {"until", to_rfc3339(x.until)}}};
  if (!x.robots.empty())
    out.fields.push_back({"robots", x.robots});
  self->state.env.log->emit(out);
}

} // namespace

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

std::vector<host_hold> holds_now(self_ptr self) {
  auto& st = self->state;
  auto out = st.limiter.holds(self->clock().now(), wall(self));
  for (auto& x : st.robots.holds(wall(self)))
    out.push_back(std::move(x));
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) {
    return std::tie(b.until, a.host, a.robots) < std::tie(a.until, b.host, b.robots);
  });
  return out;
}

promise<std::vector<host_hold>> lift_hold(self_ptr self, const host_key& host) {
  auto& st = self->state;
  auto answer = self->owe<std::vector<host_hold>>();
  // What a former owner stored would come back.
  if (!st.states_known || !st.robots_known) {
    answer.fail({errc::busy, "what is held is being read from the store", {}});
    return answer;
  }
  auto lifted = st.limiter.lift(host, self->clock().now(), wall(self));
  for (auto& x : st.robots.lift(host, wall(self)))
    lifted.push_back(std::move(x));
  if (lifted.empty()) {
    answer.fail({errc::not_found, host.value + " is not left alone: nothing holds it", {}});
    return answer;
  }
  for (const auto& x : lifted)
    tell_lifted(self, x);
  save_robots(self);
  serve_gates(self);
  when_stored(self, [answer, lifted]() mutable { answer.keep(std::move(lifted)); });
  return answer;
}

} // namespace vigie

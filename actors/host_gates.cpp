#include "actors/host_gates.hpp"

namespace vigie {

using self_ptr = host_gates_shell*;

error validate(const host_gates_config& config) {
  return validate(config.limits);
}

namespace {

wall_time wall(self_ptr self) {
  return self->state.env.wall(self->clock().now());
}

void serve(self_ptr self);

void arm(self_ptr self) {
  auto& st = self->state;
  auto now = self->clock().now();
  auto turn = ++st.timer;
  if (auto next = st.limiter.next_due(now))
    self->after(std::max(std::chrono::ceil<duration>(*next - now), duration{1}), [self, turn] {
      if (turn == self->state.timer)
        serve(self);
    });
}

/// Answers whoever can be answered now.
void serve(self_ptr self) {
  auto& st = self->state;
  for (auto& answer : st.limiter.due(self->clock().now(), wall(self))) {
    auto waiting = st.waiting.extract(answer.whose);
    auto given = answer.what.id != 0;
    st.env.metrics->count(given ? "vigie_permits_given_total" : "vigie_permits_denied_total", {});
    if (given)
      st.env.metrics->observe_seconds("vigie_permit_wait_seconds", {},
                                      std::chrono::duration<double>(answer.what.wait).count());
    waiting.mapped().keep(std::move(answer.what));
  }
  self->show(std::to_string(st.limiter.hosts()) + " hosts, " + std::to_string(st.limiter.in_flight()) +
             " permits out, " + std::to_string(st.limiter.waiting()) + " waiting");
  arm(self);
}

void hold_event(self_ptr self, const worker_id& by, const permit_release& what) {
  if (what.retry_after > duration{0})
    self->state.env.log->emit({log_level::warn,
                               "host_held",
                               {},
                               {{"host", what.host.value},
                                {"worker", by.value},
                                {"seconds", std::to_string(what.retry_after.count() / 1000)}}});
}

} // namespace

host_gates_actor::behavior_type host_gates(self_ptr self, host_gates_config config, environment env) {
  auto& st = self->state;
  st.env = std::move(env);
  auto now = self->clock().now();
  auto seed = st.env.seed ^ std::hash<std::string>{}(host_gates_state::name);
  // Ids of a former owner are all smaller: it cannot have given a million permits in each of its milliseconds.
  auto first_id = static_cast<uint64_t>(std::max<int64_t>(to_unix_ms(wall(self)), 0)) << 20;
  st.limiter = host_limiter{config.limits, seed, now, first_id};
  self->show("no host yet");
  return {
      [self](const worker_id& by, const permit_request& what) -> promise<permit> {
        auto answer = self->owe<permit>();
        auto ticket = self->state.limiter.ask(by, what, self->clock().now(), wall(self));
        self->state.waiting.emplace(ticket, answer);
        serve(self);
        return answer;
      },
      [self](const worker_id& by, const permit_release& what) {
        self->state.limiter.release(by, what, self->clock().now(), wall(self));
        hold_event(self, by, what);
        serve(self);
      },
      [self](const worker_lost& what) {
        self->state.limiter.lost(what.worker, self->clock().now());
        serve(self);
      },
  };
}

} // namespace vigie

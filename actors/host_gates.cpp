#include "actors/host_gates.hpp"

namespace vigie {

using self_ptr = host_gates_shell*;

error validate(const host_gates_config& config) {
  for (auto x : {config.ask_again, config.local_timeout, config.store_every})
    if (x <= duration{0} || config.ledger_batch == 0)
      return {errc::bad_config, "times and the ledger's batch must be above 0", {}};
  for (auto problem :
       {validate(config.limits), validate(config.bans), validate(config.robots), validate(config.conduct)})
    if (problem.code != errc::none)
      return problem;
  return {};
}

namespace {

wall_time wall(self_ptr self) {
  return self->state.env.wall(self->clock().now());
}

void arm(self_ptr self) {
  auto& st = self->state;
  auto now = self->clock().now();
  auto turn = ++st.timer;
  if (auto next = st.limiter.next_due(now))
    self->after(std::max(std::chrono::ceil<duration>(*next - now), duration{1}), [self, turn] {
      if (turn == self->state.timer)
        serve_gates(self);
    });
}

} // namespace

void serve_gates(self_ptr self) {
  auto& st = self->state;
  for (auto& answer : st.limiter.due(self->clock().now(), wall(self))) {
    auto asker = std::move(st.waiting.extract(answer.whose).mapped());
    answer.what.wait = std::chrono::ceil<duration>(self->clock().now() - asker.arrived);
    if (!asker.authority.empty())
      robots_permit_answered(self, asker, answer.what);
    count_permit(self, asker, answer.what);
    answer_asker(self, asker.answer, std::move(answer.what));
  }
  end_lapsed(self);
  tell_notices(self);
  store_states(self, false);
  self->show(std::to_string(st.limiter.hosts()) + " hosts, " + std::to_string(st.limiter.in_flight()) +
             " permits out, " + std::to_string(st.limiter.waiting()) + " waiting, " +
             std::to_string(st.limiter.held(self->clock().now())) + " held, " + std::to_string(st.limiter.slowed()) +
             " slowed");
  arm(self);
}

namespace {

/// Why this worker gets no permit for this host; errc::none = it may.
error banned(self_ptr self, const worker_id& worker, const host_key& host) {
  auto& bans = self->state.bans;
  if (bans.standing(worker, host, wall(self)) != ban_standing::banned)
    return {};
  auto circuit = bans.circuit_stands(host);
  return {circuit ? errc::circuit_open : errc::refused, worker.value + " is banned for " + host.value, {}};
}

} // namespace

void open_gates(self_ptr self) {
  auto& st = self->state;
  if (!st.bans_known || !st.states_known)
    return;
  st.limiter.close_all(false);
  st.limiter.deny_if([self](const worker_id& w, const host_key& h) { return banned(self, w, h); }, self->clock().now());
  serve_gates(self);
}

namespace {

void learn_bans(self_ptr self, const std::vector<verdict>& verdicts) {
  auto& st = self->state;
  st.bans.restore(verdicts);
  st.bans_known = true;
  open_gates(self);
}

void ask_bans(self_ptr self) {
  if (self->state.bans_known)
    return;
  self->request(self->state.links.ban_timer.get(), self->state.config.local_timeout, get_bans{})
      .then([self](const std::vector<verdict>& x) { learn_bans(self, x); },
            [self](caf::error&) { self->after(self->state.config.ask_again, [self] { ask_bans(self); }); });
}

} // namespace

void ask_gate(self_ptr self, const worker_id& by, permit_request what, reply<permit>& answer, mono_time arrived) {
  auto& st = self->state;
  if (auto known = st.config.policies.find(what.host); known != st.config.policies.end())
    what.policy = known->second;
  if (auto why = banned(self, by, what.host); why.code != errc::none)
    return answer_asker(self, answer, permit{0, duration{0}, why});
  if (auto queued = heed_robots(self, by, what, answer, arrived)) {
    queued->arrived = arrived;
    queued->host = what.host;
    queued->retry = what.retry;
    st.waiting.emplace(st.limiter.ask(by, what, self->clock().now(), wall(self)), std::move(*queued));
  }
}

host_gates_actor::behavior_type host_gates(self_ptr self, host_gates_config config, environment env,
                                           host_gates_links links) {
  auto& st = self->state;
  st.env = std::move(env);
  st.links = std::move(links);
  auto now = self->clock().now();
  auto seed = st.env.seed ^ std::hash<std::string>{}(host_gates_state::name);
  // Ids of a former owner are all smaller: it cannot have given a million permits in each of its milliseconds.
  auto first_id = static_cast<uint64_t>(std::max<int64_t>(to_unix_ms(wall(self)), 0)) << 20;
  st.limiter = host_limiter{config.limits, seed, now, first_id};
  st.limiter.close_all(true);
  st.bans = ban_ledger{config.bans, config.regions, seed};
  st.robots = robots_book{config.robots};
  st.conduct = conduct_book{config.conduct, first_id};
  st.config = std::move(config);
  self->show("waiting for the bans and for what a former owner stored");
  ask_bans(self);
  read_states(self);
  open_ledger(self);
  return {
      [self](const worker_id& by, const permit_request& what) -> promise<permit> {
        auto answer = self->owe<permit>();
        ask_gate(self, by, what, answer, self->clock().now());
        serve_gates(self);
        return answer;
      },
      [self](const worker_id& by, const permit_release& what) { return release_permit(self, by, what); },
      [self](const worker_id& by, const permits_held& what) { hear_held(self, by, what); },
      [self](const worker_lost& what) {
        self->state.limiter.lost(what.worker, self->clock().now());
        robots_worker_lost(self, what.worker);
        serve_gates(self);
      },
      [self](const bans_changed& what) { learn_bans(self, what.verdicts); },
      [self](get_holds) { return holds_now(self); },
      [self](const lift_holds& what) { return lift_hold(self, what.host); },
  };
}

} // namespace vigie

#include "actors/health_monitor.hpp"

namespace vigie {

using self_ptr = health_monitor_shell*;

error validate(const health_monitor_config& config) {
  return validate(config.health);
}

namespace {

void examine(self_ptr self, const worker_id& worker);

void show(self_ptr self) {
  size_t healthy = 0;
  size_t unknown = 0;
  for (const auto& [id, p] : self->state.patients) {
    healthy += p.health.healthy() ? 1 : 0;
    unknown += p.health.known() ? 0 : 1;
  }
  self->show(std::to_string(healthy) + " healthy, " + std::to_string(unknown) + " unknown, of " +
             std::to_string(self->state.patients.size()));
}

void schedule(self_ptr self, const worker_id& worker) {
  auto& patient = self->state.patients.at(worker);
  auto turn = patient.turn;
  self->after(patient.health.next_delay(), [self, worker, turn] {
    if (turn == self->state.patients.at(worker).turn)
      examine(self, worker);
  });
}

/// A probe ended: `problem` is empty when the worker is able to work.
void ended(self_ptr self, const worker_id& worker, const std::string& problem) {
  auto& st = self->state;
  auto& patient = st.patients.at(worker);
  auto changed = patient.health.probed(problem.empty(), self->clock().now());
  st.env.metrics->count("vigie_probes_total",
                        {{"worker", worker.value}, {"outcome", problem.empty() ? "ok" : "failed"}});
  if (changed)
    st.env.log->emit({*changed ? log_level::info : log_level::warn,
                      *changed ? "worker_healthy" : "worker_unhealthy",
                      {},
                      {{"worker", worker.value}, {"why", problem}, {"flaps", std::to_string(patient.health.flaps())}}});
  // Also when nothing changed: a balancer that was restarted learns it so.
  if (patient.health.known())
    self->send(st.links.balancer.get(), health_judged{worker, patient.health.healthy(), problem});
  show(self);
  schedule(self, worker);
}

/// Able to answer is not able to work (T15).
std::string not_ready(const worker_health& x) {
  auto fetch = x.ready.find("fetch");
  return fetch != x.ready.end() && !fetch->second ? "not ready: fetch" : "";
}

void examine(self_ptr self, const worker_id& worker) {
  auto& st = self->state;
  auto turn = ++st.patients.at(worker).turn;
  auto current = [self, worker, turn] { return turn == self->state.patients.at(worker).turn; };
  self->request(st.links.proxies.at(worker).get(), st.config.health.timeout, probe_worker{})
      .then(
          [self, worker, current](const worker_health& x) {
            if (current())
              ended(self, worker, not_ready(x));
          },
          [self, worker, current](caf::error& e) {
            if (!current())
              return;
            auto problem = from_caf(e);
            // No link, no proxy: that says nothing about health, and is said by the link's state.
            if (problem.code == errc::worker_lost || problem.code == errc::crashed)
              schedule(self, worker);
            else
              ended(self, worker, to_string(problem));
          });
}

void link_news(self_ptr self, const link_changed& what) {
  auto i = self->state.patients.find(what.worker);
  if (i == self->state.patients.end())
    return;
  auto& patient = i->second;
  auto fresh = what.state == link_state::up && patient.epoch != what.epoch;
  if (!fresh)
    return;
  patient.epoch = what.epoch;
  patient.health.start_over();
  examine(self, what.worker);
}

} // namespace

health_monitor_actor::behavior_type health_monitor(self_ptr self, health_monitor_config config, environment env,
                                                   health_monitor_links links) {
  auto& st = self->state;
  st.config = config;
  st.env = std::move(env);
  st.links = std::move(links);
  for (const auto& [worker, proxy] : st.links.proxies) {
    auto seed = st.env.seed ^ std::hash<std::string>{}(health_monitor_state::name + worker.value);
    st.patients.emplace(worker, health_monitor_state::patient{health_hysteresis{config.health, seed}, 0, 0});
    examine(self, worker);
  }
  show(self);
  return {
      [self](const link_changed& what) { link_news(self, what); },
  };
}

} // namespace vigie

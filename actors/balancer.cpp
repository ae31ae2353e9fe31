#include "actors/balancer.hpp"

#include <set>

#include "actors/command_carrier.hpp"
#include "actors/policy/url_template.hpp"

namespace vigie {

using self_ptr = balancer_shell*;

error validate(const balancer_config& config) {
  std::set<worker_id> names;
  for (const auto& x : config.workers)
    if (x.id.value.empty() || !names.insert(x.id).second)
      return {errc::bad_config, "every worker needs a name of its own, not \"" + x.id.value + "\" twice", {}};
  if (config.max_retries == 0 || config.max_commands == 0 || config.max_parked == 0)
    return {errc::bad_config, "max_retries, max_commands and max_parked must be above 0", {}};
  for (auto x : {config.request_timeout, config.save_every, config.ask_again, config.local_timeout})
    if (x <= duration{0})
      return {errc::bad_config, "times of the balancer must be above 0", {}};
  for (auto problem : {validate(config.balancing), validate(config.bans), validate(config.retries)})
    if (problem.code != errc::none)
      return problem;
  return {};
}

namespace {

wall_time wall(self_ptr self) {
  return self->state.env.wall(self->clock().now());
}

void show(self_ptr self) {
  auto& st = self->state;
  self->show((st.bans_known ? "" : "waiting for the bans, ") + std::to_string(st.commands) + " commands, " +
             std::to_string(st.parked.size()) + " parked");
}

void learn_bans(self_ptr self, const std::vector<verdict>& verdicts) {
  auto& st = self->state;
  st.table.bans(verdicts, self->clock().now());
  st.bans_known = true;
  for (auto& f : std::exchange(st.parked, {}))
    f();
  show(self);
}

void ask_bans(self_ptr self) {
  auto& st = self->state;
  if (st.bans_known)
    return;
  self->request(st.links.ban_timer.get(), st.config.local_timeout, get_bans{})
      .then([self](const std::vector<verdict>& x) { learn_bans(self, x); },
            [self](caf::error&) { self->after(self->state.config.ask_again, [self] { ask_bans(self); }); });
}

void ask_counters(self_ptr self) {
  auto& st = self->state;
  self->request(st.links.store.get(), st.config.local_timeout, get_worker_status{})
      .then(
          [self](const std::vector<worker_status>& rows) {
            self->state.table.restore(rows);
            self->state.counters_known = true;
          },
          [self](caf::error&) { self->after(self->state.config.ask_again, [self] { ask_counters(self); }); });
}

void save(self_ptr self) {
  auto& st = self->state;
  self->after(st.config.save_every, [self] { save(self); });
  if (!st.counters_known || st.saving)
    return;
  st.unsaved = st.table.take_changed() || st.unsaved;
  if (!st.unsaved)
    return;
  st.saving = true;
  st.unsaved = false;
  self->request(st.links.store.get(), st.config.local_timeout,
                save_worker_status{st.table.ended_work(self->clock().now())})
      .then([self] { self->state.saving = false; },
            [self](caf::error&) {
              self->state.saving = false;
              self->state.unsaved = true;
            });
}

/// The store ends after this actor, and has until then what it is told now.
void save_and_quit(self_ptr self, caf::error reason) {
  auto& st = self->state;
  auto store = st.links.store.get();
  if (!store || !st.counters_known || !(st.table.take_changed() || st.unsaved))
    return self->quit(std::move(reason));
  auto quit = [self, reason] { self->quit(reason); };
  self->request(store, st.config.local_timeout, save_worker_status{st.table.ended_work(self->clock().now())})
      .then(quit, [quit](caf::error&) { quit(); });
}

/// `f(answer)` now, or when the bans are known.
template <class T, class F>
promise<T> when_ready(self_ptr self, F f) {
  auto& st = self->state;
  auto answer = self->template owe<T>();
  if (st.bans_known)
    f(answer);
  else if (st.parked.size() >= st.config.max_parked)
    answer.fail({errc::busy, "too many requests wait for the bans", {}});
  else
    st.parked.emplace_back([f, answer]() mutable { f(answer); });
  return answer;
}

std::vector<available_worker> available(self_ptr self, const host_key& host) {
  std::vector<host_key> hosts;
  if (!host.value.empty())
    hosts.push_back(host);
  auto found = self->state.table.available(hosts, {}, self->clock().now(), wall(self)).workers;
  std::erase_if(
      found, [&](const auto& x) { return x.probe_only && !self->state.table.take_probe(x.worker, hosts, wall(self)); });
  return found;
}

std::map<source_id, host_key> hosts_of(const std::vector<source_spec>& sources) {
  std::map<source_id, host_key> out;
  for (const auto& x : sources)
    if (auto url = url_template::parse(x.url))
      out[x.id] = url->host();
  return out;
}

promise<command_result> execute(self_ptr self, const envelope& from, const worker_command& what) {
  return when_ready<command_result>(self, [self, from, what](reply<command_result>& answer) {
    auto& st = self->state;
    if (st.commands >= st.config.max_commands)
      return answer.fail({errc::busy, std::to_string(st.commands) + " commands are being carried", {}});
    carry_command(self, from, what, answer);
    show(self);
  });
}

} // namespace

balancer_actor::behavior_type balancer(self_ptr self, balancer_config config, environment env, balancer_links links) {
  auto& st = self->state;
  auto seed = env.seed ^ std::hash<std::string>{}(balancer_state::name);
  st.table = worker_table{config.workers, config.balancing, config.bans, seed};
  st.retries = retry_budget{config.retries, self->clock().now()};
  st.hosts = hosts_of(config.sources);
  st.config = std::move(config);
  st.env = std::move(env);
  st.links = std::move(links);
  ask_bans(self);
  ask_counters(self);
  save(self);
  show(self);
  self->set_exit_handler([self](caf::exit_msg& why) { save_and_quit(self, why.reason); });
  return {
      [&st](const link_changed& m) { st.table.link(m); },
      [&st](const health_judged& m) { st.table.health(m); },
      [self](const bans_changed& m) { learn_bans(self, m.verdicts); },
      [self, &st](const work_begun& m) { st.table.begun(m, self->clock().now()); },
      [self, &st](const work_ended& m) { st.table.ended(m, self->clock().now()); },
      [self](const get_available& m) {
        return when_ready<std::vector<available_worker>>(
            self, [self, host = m.host](reply<std::vector<available_worker>>& answer) {
              answer.keep(available(self, host));
            });
      },
      [self, &st](get_workers) { return st.table.status(self->clock().now()); },
      [self](const envelope& from, const worker_command& m) { return execute(self, from, m); },
  };
}

} // namespace vigie

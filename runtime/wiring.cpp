#include "runtime/wiring.hpp"

#include <algorithm>

#include "actors/alert_cycle.hpp"
#include "actors/balancer.hpp"
#include "actors/ban_timer.hpp"
#include "actors/health_monitor.hpp"
#include "actors/host_gates.hpp"
#include "actors/notifier.hpp"
#include "actors/policy/contact_rule.hpp"
#include "actors/policy/url_template.hpp"
#include "actors/store.hpp"
#include "actors/worker_proxy.hpp"
#include "runtime/wiring_worker.hpp"

namespace vigie {

namespace {

class local_dialler : public dialler {
public:
  explicit local_dialler(actor_ref<worker_gateway_actor> gateway) : gateway_(std::move(gateway)) {}

  void dial(const std::string&, callback done) override {
    auto gateway = gateway_.get();
    if (gateway)
      done(std::move(gateway));
    else
      done(fail(errc::worker_lost, "this process's worker has not started yet"));
  }

private:
  actor_ref<worker_gateway_actor> gateway_;
};

std::map<worker_id, std::string> regions_of(const node_config& config) {
  std::map<worker_id, std::string> out;
  for (const auto& w : config.workers)
    out.emplace(w.id, w.region);
  return out;
}

ban_config bans_of(const node_config& config) {
  ban_config out;
  out.ban = config.bans.length;
  out.cap = config.bans.cap;
  out.rise = config.bans.rise;
  out.slow_start = config.bans.slow_start;
  out.on_refusal = config.bans.stop_on_refusal ? refusal_policy::stop : refusal_policy::rotate;
  return out;
}

child_spec store_child(const node_config& config, const node_adapters& adapters, const node_refs& refs,
                       const environment& env) {
  store_config c;
  c.keep_runs = config.cycle.keep_runs;
  c.keep_conduct = config.store.keep_conduct;
  return child("store", refs.api.store,
               [c, db = adapters.db.get(), env](caf::local_actor* self) { return self->spawn(store, db, env, c); });
}

child_spec balancer_child(const node_config& config, const node_refs& refs, const environment& env) {
  balancer_config c;
  for (const auto& w : config.workers)
    c.workers.push_back({w.id, w.name, w.region, w.local ? std::string{"local"} : to_string(w.address)});
  c.sources = config.sources;
  c.balancing.strategy = config.balancing.strategy;
  c.bans = bans_of(config);
  c.max_retries = config.cycle.max_retries;
  c.request_timeout = config.cycle.silence;
  balancer_links links{refs.api.proxies, refs.api.bans, refs.api.store};
  return child("balancer", refs.api.balancer,
               [c, env, links](caf::local_actor* self) { return self->spawn(balancer, c, env, links); });
}

child_spec ban_timer_child(const node_config& config, const node_refs& refs, const environment& env) {
  ban_timer_config c;
  c.bans = bans_of(config);
  c.regions = regions_of(config);
  ban_timer_links links{refs.api.store, refs.api.balancer, refs.api.gates};
  return child("ban-timer", refs.api.bans,
               [c, env, links](caf::local_actor* self) { return self->spawn(ban_timer, c, env, links); });
}

child_spec health_child(const node_config& config, const node_refs& refs, const environment& env) {
  health_monitor_config c;
  c.health.rise = config.health.rise;
  c.health.fall = config.health.fall;
  c.health.interval = config.health.interval;
  c.health.fast_interval = std::min(config.health.fast_interval, config.health.interval);
  c.health.timeout = config.health.timeout;
  health_monitor_links links{refs.api.proxies, refs.api.balancer};
  return child("health-monitor", refs.health,
               [c, env, links](caf::local_actor* self) { return self->spawn(health_monitor, c, env, links); });
}

child_spec proxy_child(const node_config& config, const worker_entry& worker, const node_refs& refs,
                       const environment& env, dialler& remote, dialler& local) {
  worker_proxy_config c;
  c.worker = worker.id;
  c.address = worker.local ? std::string{"local"} : to_string(worker.address);
  c.main_name = config.name;
  c.sources = config.sources;
  c.link.heartbeat = config.link.heartbeat;
  c.link.missed = config.link.missed;
  c.link.backoff_base = config.link.redial_min;
  c.link.backoff_cap = config.link.redial_max;
  c.request_timeout = config.cycle.silence;
  worker_proxy_links links{refs.api.balancer, refs.health, refs.api.cycle, refs.api.gates};
  auto* dial = worker.local ? &local : &remote;
  return child(
      "worker-proxy/" + worker.id.value, refs.api.proxies.at(worker.id),
      [c, env, dial, links](caf::local_actor* self) { return self->spawn(worker_proxy, c, env, dial, links); });
}

child_spec fleet_child(const node_config& config, const node_refs& refs, const environment& env, dialler& remote,
                       dialler& local) {
  supervisor_config c;
  c.name = "fleet";
  c.limits.max_restarts = config.limits.restart_intensity;
  c.limits.period = config.limits.restart_period;
  // The ban-timer first: the balancer asks it for the bans, the proxies tell the balancer.
  std::vector<child_spec> children{ban_timer_child(config, refs, env), balancer_child(config, refs, env),
                                   health_child(config, refs, env)};
  for (const auto& w : config.workers)
    children.push_back(proxy_child(config, w, refs, env, remote, local));
  return child(
      "fleet", actor_ref<supervisor_actor>{},
      [c, env, children](caf::local_actor* self) { return self->spawn(supervisor, env, c, children); },
      restart_mode::permanent, config.limits.shutdown);
}

/// Of each host that a source names; where several name one host, the most careful word counts.
std::map<host_key, gate_policy> policies_of(const node_config& config) {
  std::map<host_key, gate_policy> out;
  for (const auto& s : config.sources) {
    auto host = host_key_of(s.url);
    if (!host)
      continue;
    auto [i, fresh] = out.try_emplace(*host, s.gate);
    auto& x = i->second;
    x.min_interval = std::max(x.min_interval, s.gate.min_interval);
    x.max_interval = std::max(x.max_interval, s.gate.max_interval);
    x.max_in_flight = std::min(x.max_in_flight, s.gate.max_in_flight);
    x.daily_requests = std::min(x.daily_requests, s.gate.daily_requests);
    x.obey_robots = x.obey_robots || s.gate.obey_robots;
  }
  return out;
}

child_spec gates_child(const node_config& config, const node_adapters& adapters, const node_refs& refs,
                       const environment& env) {
  host_gates_config c;
  c.robots.product_token = config.fetch.product_token;
  c.limits.max_waiting = config.limits.permits_waiting;
  c.limits.domain_of = adapters.domain_of;
  c.bans = bans_of(config);
  c.regions = regions_of(config);
  for (const auto& x : config.workers)
    if (x.local)
      c.own_workers.insert(x.id);
  c.policies = policies_of(config);
  for (const auto& x : config.exceptions)
    if (auto [known, fresh] = c.exceptions.try_emplace(x.host, x); !fresh && x.until < known->second.until)
      known->second = x;
  host_gates_links links{refs.api.bans, refs.api.store};
  return child("host-gates", refs.api.gates,
               [c, env, links](caf::local_actor* self) { return self->spawn(host_gates, c, env, links); });
}

child_spec cycle_child(const node_config& config, const node_refs& refs, const environment& env) {
  alert_cycle_config c;
  c.enabled = config.cycle.enabled;
  c.interval = config.cycle.interval;
  c.initial_delay = config.cycle.initial_delay;
  if (std::any_of(config.sources.begin(), config.sources.end(),
                  [](const auto& x) { return x.enabled && needs_contact(x.url); }))
    c.spread = config.cycle.interval / 10;
  c.overlap = config.cycle.overlap;
  c.limits.max_attempts = config.cycle.max_retries;
  c.limits.silence = config.cycle.silence;
  c.limits.host_timeouts = config.cycle.host_timeouts;
  c.run_deadline = config.cycle.run_deadline;
  c.limits.beat_every = config.link.heartbeat;
  c.sources = sources_of(config);
  c.regions = regions_of(config);
  alert_cycle_links links{refs.api.store, refs.api.balancer, refs.api.bans, refs.notifier, refs.api.proxies};
  return child("alert-cycle", refs.api.cycle,
               [c, env, links](caf::local_actor* self) { return self->spawn(alert_cycle, c, links, env); });
}

child_spec notifier_child(const node_config& config, const node_adapters& adapters, const node_refs& refs,
                          const environment& env) {
  notifier_config c;
  c.max_in_flight = config.limits.notify_in_flight;
  c.delivery.notify_for = config.limits.notify_for;
  c.delivery.min_attempts = config.limits.notify_attempts;
  c.end_wait = config.limits.shutdown / 2; // the store must still be asked, and other parts end, too
  std::map<channel_id, notify_channel*> channels;
  for (const auto& [id, channel] : adapters.channels)
    channels.emplace(id, channel.get());
  return child(
      "notifier", refs.notifier,
      [c, channels, store = refs.api.store, env](caf::local_actor* self) {
        return self->spawn(notifier, c, channels, store, env);
      },
      restart_mode::permanent, config.limits.shutdown);
}

child_spec inspector_child(const node_config& config, const node_refs& refs) {
  inspector_config c;
  c.node = config.name;
  c.role = config.is_main ? (config.is_worker ? "main+worker" : "main") : "worker";
  std::vector<fleet_member> fleet;
  for (const auto& w : config.workers)
    if (!w.local)
      fleet.push_back({w.id.value, refs.api.proxies.at(w.id)});
  return child("inspector", refs.api.inspector,
               [c, fleet](caf::local_actor* self) { return self->spawn(inspector, c, &read_process, fleet); });
}

} // namespace

source_table sources_of(const node_config& config) {
  source_table out;
  for (const auto& s : config.sources)
    // load_config has refused URLs without a host.
    out.emplace(s.id, planned_source{s, host_key_of(s.url).value_or(host_key{})});
  return out;
}

estimate_config estimate_config_of(const node_config& config) {
  return {config.cycle.enabled ? config.cycle.interval : duration{0}, static_cast<uint32_t>(config.workers.size())};
}

std::unique_ptr<dialler> make_local_dialler(actor_ref<worker_gateway_actor> gateway) {
  return std::make_unique<local_dialler>(std::move(gateway));
}

node_refs make_refs(const node_config& config) {
  node_refs refs;
  if (config.is_main)
    for (const auto& w : config.workers)
      refs.api.proxies.emplace(w.id, actor_ref<worker_proxy_actor>{});
  return refs;
}

environment make_environment(const node_adapters& adapters, uint64_t seed) {
  return {adapters.log.get(), adapters.metrics.get(),
          [](mono_time) {
            return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
          },
          seed};
}

std::vector<child_spec> make_tree(const node_config& config, const node_adapters& adapters, const node_refs& refs,
                                  environment env, dialler& remote, dialler& local) {
  std::vector<child_spec> tree;
  tree.push_back(inspector_child(config, refs));
  if (config.is_worker)
    for (auto& spec : make_worker_children(config, adapters, refs, env))
      tree.push_back(std::move(spec));
  if (config.is_main) {
    tree.push_back(store_child(config, adapters, refs, env));
    tree.push_back(gates_child(config, adapters, refs, env));
    tree.push_back(notifier_child(config, adapters, refs, env));
    tree.push_back(cycle_child(config, refs, env));
    tree.push_back(fleet_child(config, refs, env, remote, local));
  }
  tree.push_back(child("http-api", refs.api.http_api, [](caf::local_actor* self) { return self->spawn(api_bridge); }));
  return tree;
}

} // namespace vigie

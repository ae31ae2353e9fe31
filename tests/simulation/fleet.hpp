// One main and four worker nodes in one process, on virtual time: real actors everywhere, fakes only at the ports.
#pragma once

#include <map>
#include <memory>

#include "actors/alert_cycle.hpp"
#include "actors/balancer.hpp"
#include "actors/ban_timer.hpp"
#include "actors/command_runner.hpp"
#include "actors/fetcher.hpp"
#include "actors/gate_client.hpp"
#include "actors/health_monitor.hpp"
#include "actors/host_gates.hpp"
#include "actors/notifier.hpp"
#include "actors/scraper.hpp"
#include "actors/store.hpp"
#include "actors/supervisor.hpp"
#include "actors/worker_gateway.hpp"
#include "actors/worker_proxy.hpp"
#include "adapters/extract/extractors.hpp"
#include "tests/fakes/fake_notify_channel.hpp"
#include "tests/fakes/memory_database.hpp"
#include "tests/fakes/null_metrics.hpp"
#include "tests/simulation/site.hpp"
#include "tests/support/world.hpp"

namespace vigie::simulation {

struct fleet_options {
  overlap_policy overlap = overlap_policy::skip;
  /// Assignments pass their deadline after two silences and the patience, if their plan needs no longer.
  duration silence{30000};
  duration patience{60000};
};

class fleet {
public:
  fleet(uint64_t seed, workload work, fleet_options options = {})
      : w(seed), offered(std::move(work)), log([this] { return wall(); }), seed_(seed), options_(options),
        table_(offered.source_table_of()) {
    web.offered = &offered;
    web.log = &log;
    web.now = [this] { return wall(); };
    web.dice.seed(seed);
    w.system.spawn([this](clockwork* self) -> notifier_actor::behavior_type {
      web.clock = self;
      clock_ = notifier_actor{self};
      return {[](const outbox_grew&) {}};
    });
    w.drain();
    for (auto a : offered.alerts())
      db.put_alert(a, [](const result<alert>& x) { REQUIRE(x.has_value()); });
    for (auto* region : {"fr", "us", "nl", "uk"}) {
      worker_id id{std::string{"worker-"} + region};
      regions_.emplace(id, region);
      auto& n = nodes_[id.value];
      n.web = std::make_unique<slow_web>(&web, id);
      wire.gateways[id.value] = n.gateway;
      proxies_.emplace(id, actor_ref<worker_proxy_actor>{});
    }
    for (auto& [id, region] : regions_)
      start_node(id.value);
    start_node("main");
    w.drain();
  }

  ~fleet() {
    for (auto& [name, root] : roots_)
      w.stop(root);
    w.stop(clock_);
  }

  // -- nodes
  // ------------------------------------------------------------------------------------------------------
  void start_node(const std::string& name) {
    auto children = name == "main" ? main_children() : worker_children(name);
    supervisor_config c;
    c.name = "root/" + name;
    auto root = w.system.spawn(supervisor, env(name), c, std::move(children));
    actor_directory::instance().label(root.id(), c.name, {}, 0, {});
    auto down = std::make_shared<bool>(false);
    root->attach_functor([down] { *down = true; });
    roots_[name] = root;
    down_[name] = down;
  }

  /// As kill -9: nothing of the node lives on.
  void kill_node(const std::string& name) {
    log.struck("kill", name);
    w.stop(roots_.at(name));
    end_requests(name);
  }

  /// In order, as SIGTERM; it takes its time.
  void stop_node(const std::string& name) {
    log.struck("stop", name);
    w.self->send_exit(roots_.at(name), caf::exit_reason::user_shutdown);
    until([&] { return is_down(name); }, std::chrono::minutes{1});
    end_requests(name);
  }

  /// It makes no request and hears no answer until it goes on.
  void pause_node(const std::string& name) {
    log.struck("pause", name);
    nodes_.at(name).web->stop();
  }
  void resume_node(const std::string& name) {
    auto n = nodes_.find(name);
    if (n == nodes_.end() || !n->second.web->stopped())
      return;
    log.struck("resume", name);
    n->second.web->go_on();
  }

  bool is_down(const std::string& name) const { return *down_.at(name); }

  std::vector<std::string> node_names() const {
    std::vector<std::string> out;
    for (const auto& [name, root] : roots_)
      out.push_back(name);
    return out;
  }

  // -- time
  // -------------------------------------------------------------------------------------------------------
  wall_time wall() { return from_unix_ms(start_ms + std::chrono::duration_cast<duration>(w.now() - started_).count()); }

  /// To the next timer of anybody, but not beyond `end`, and everything that follows from it. False at the end.
  bool forward(wall_time end) {
    w.drain();
    if (!skip(end))
      return false;
    w.drain();
    return true;
  }

  /// The next timer and so many steps of what follows from it: a moment in the middle of things.
  void stir(size_t steps) {
    w.drain();
    skip(wall() + std::chrono::seconds{10});
    while (steps > 0 && w.step())
      --steps;
  }

  template <class Condition>
  bool until(Condition met, duration limit) {
    auto end = wall() + limit;
    while (!met())
      if (!forward(end))
        return met();
    return true;
  }

  // -- what people do and see
  // -------------------------------------------------------------------------------------
  void trigger() { caf::anon_send(cycle_.get(), trigger_run{run_trigger::manual, {}, "simulation"}); }

  /// The command of that name, for a page of the workload.
  void scrape(const std::string& url) {
    worker_command what;
    what.kind = command_kind::scrape;
    what.url = url;
    caf::anon_send(balancer_.get(), envelope{{}, "simulation"}, what);
  }

  size_t workers_up() {
    auto rows = w.ask<std::vector<worker_status>>(balancer_.get(), get_workers{});
    return rows ? static_cast<size_t>(
                      std::count_if(rows->begin(), rows->end(), [](const auto& x) { return x.link == link_state::up; }))
                : 0;
  }

  std::vector<run_summary> runs() {
    std::vector<run_summary> out;
    db.list_runs(1000,
                 [&](const result<std::vector<run_summary>>& x) { out = x.value_or(std::vector<run_summary>{}); });
    return out;
  }

  environment env(const std::string& node) {
    auto& to = logs_.try_emplace(node, &log, node).first->second;
    return {&to, &metrics, [this](mono_time) { return wall(); }, seed_};
  }

  /// Requests that the sites have not answered.
  size_t open_requests() const {
    size_t out = 0;
    for (const auto& [name, n] : nodes_)
      out += n.web->open();
    return out;
  }

  test::world w;
  workload offered;
  trace log;
  null_metrics metrics;
  memory_database db;
  fake_notify_channel shop{true};
  fake_notify_channel mail{false};
  sites web;
  short_wire wire;

private:
  static constexpr int64_t start_ms = 1'800'000'000'000;

  /// Fires what is due next; nothing at `end`.
  bool skip(wall_time end) {
    auto left = end - wall();
    if (left <= duration{0})
      return false;
    const auto& timers = w.scheduler().clock().schedule();
    auto next = timers.empty() ? mono_time::max() : timers.begin()->first;
    auto step = std::max(next - w.now(), mono_time::duration::zero());
    w.scheduler().advance_time(std::min<mono_time::duration>(step, left));
    return true;
  }

  struct node {
    std::unique_ptr<slow_web> web;
    actor_ref<worker_gateway_actor> gateway;
    actor_ref<gate_client_actor> gate;
    actor_ref<fetcher_actor> fetcher;
    actor_ref<command_runner_actor> runner;
  };

  /// The connections of a process end with it.
  void end_requests(const std::string& name) {
    if (auto n = nodes_.find(name); n != nodes_.end())
      n->second.web->die();
  }

  std::vector<child_spec> main_children() {
    auto e = env("main");
    ban_timer_config bans;
    bans.regions = regions_;
    host_gates_config gates;
    gates.regions = regions_;
    alert_cycle_config cycle;
    cycle.enabled = false;
    cycle.overlap = options_.overlap;
    cycle.limits.silence = options_.silence;
    cycle.limits.patience = options_.patience;
    cycle.sources = table_;
    cycle.regions = regions_;
    alert_cycle_links cycle_links{store_, balancer_, bans_, notifier_, proxies_};
    std::map<channel_id, notify_channel*> channels{{channel_id{"shop"}, &shop_way_}, {channel_id{"mail"}, &mail_way_}};
    supervisor_config fleet;
    fleet.name = "fleet";
    std::vector<child_spec> all;
    all.push_back(
        child("store", store_, [e, d = &db](caf::local_actor* s) { return s->spawn(store, d, e, store_config{}); }));
    all.push_back(child("host-gates", gates_, [=, l = host_gates_links{bans_, store_}](caf::local_actor* s) {
      return s->spawn(host_gates, gates, e, l);
    }));
    all.push_back(child("notifier", notifier_, [=, st = store_](caf::local_actor* s) {
      return s->spawn(notifier, notifier_config{}, channels, st, e);
    }));
    all.push_back(child("alert-cycle", cycle_,
                        [=](caf::local_actor* s) { return s->spawn(alert_cycle, cycle, cycle_links, e); }));
    all.push_back(child("fleet", actor_ref<supervisor_actor>{}, [=, in = fleet_children()](caf::local_actor* s) {
      return s->spawn(supervisor, e, fleet, in);
    }));
    return all;
  }

  std::vector<child_spec> fleet_children() {
    auto e = env("main");
    ban_timer_config bans;
    bans.regions = regions_;
    balancer_config balancing;
    balancing.sources = offered.sources();
    for (const auto& [id, region] : regions_)
      balancing.workers.push_back({id, id.value, region, id.value});
    std::vector<child_spec> all;
    all.push_back(child("ban-timer", bans_, [=, l = ban_timer_links{store_, balancer_, gates_}](caf::local_actor* s) {
      return s->spawn(ban_timer, bans, e, l);
    }));
    all.push_back(child("balancer", balancer_, [=, l = balancer_links{proxies_, bans_, store_}](caf::local_actor* s) {
      return s->spawn(balancer, balancing, e, l);
    }));
    all.push_back(
        child("health-monitor", health_, [=, l = health_monitor_links{proxies_, balancer_}](caf::local_actor* s) {
          return s->spawn(health_monitor, health_monitor_config{}, e, l);
        }));
    for (auto& [id, proxy] : proxies_) {
      worker_proxy_config c;
      c.worker = id;
      c.address = id.value;
      c.sources = offered.sources();
      worker_proxy_links l{balancer_, health_, cycle_, gates_};
      all.push_back(child("worker-proxy/" + id.value, proxy,
                          [=, this](caf::local_actor* s) { return s->spawn(worker_proxy, c, e, &wire, l); }));
    }
    return all;
  }

  std::vector<child_spec> worker_children(const std::string& name) {
    auto e = env(name);
    auto& n = nodes_.at(name);
    worker_gateway_config c;
    c.worker = worker_id{name};
    c.region = regions_.at(c.worker);
    c.version = "simulation";
    scraper_parts scraping{e, n.gate, n.gateway, &make_extractor, nullptr, {}};
    // A node's process: what it holds outlives its actors, but not the node.
    auto air = std::make_shared<flights>(++processes_, report_book_config{}, [this] { return w.now(); });
    worker_gateway_parts parts;
    parts.env = e;
    parts.runner = n.runner;
    command_runner_config commands;
    commands.worker = c.worker;
    commands.fetch_timeout = offered.sources().at(0).timeout;
    command_runner_parts running{e, n.gate, nullptr};
    parts.ways = running.ways;
    parts.new_scraper = [scraping](caf::actor_system& system, auto reading) {
      auto its = scraping;
      its.reading = std::move(reading);
      return system.spawn(scraper, scraper_config{}, std::move(its));
    };
    std::vector<child_spec> all;
    all.push_back(child("fetcher/" + name, n.fetcher, [e, air, web = n.web.get()](caf::local_actor* s) {
      return s->spawn(fetcher, fetcher_config{}, e, web, air);
    }));
    all.push_back(child("gate-client/" + name, n.gate, [e, air, g = n.gateway, f = n.fetcher](caf::local_actor* s) {
      return s->spawn(gate_client, gate_client_config{}, e, g, f, air);
    }));
    all.push_back(child("command-runner/" + name, n.runner, [commands, running](caf::local_actor* s) {
      return s->spawn(command_runner, commands, running);
    }));
    all.push_back(child("worker-gateway/" + name, n.gateway,
                        [c, parts](caf::local_actor* s) { return s->spawn(worker_gateway, c, parts); }));
    return all;
  }

  slow_channel shop_way_{&web, &shop};
  slow_channel mail_way_{&web, &mail};
  uint64_t seed_;
  fleet_options options_;
  std::map<std::string, node_log> logs_;
  source_table table_;
  uint64_t processes_ = 0;
  mono_time started_ = w.now();
  std::map<worker_id, std::string> regions_;
  std::map<std::string, node> nodes_;
  std::map<std::string, supervisor_actor> roots_;
  std::map<std::string, std::shared_ptr<bool>> down_;
  notifier_actor clock_;
  std::map<worker_id, actor_ref<worker_proxy_actor>> proxies_;
  actor_ref<store_actor> store_;
  actor_ref<host_gates_actor> gates_;
  actor_ref<notifier_actor> notifier_;
  actor_ref<alert_cycle_actor> cycle_;
  actor_ref<ban_timer_actor> bans_;
  actor_ref<balancer_actor> balancer_;
  actor_ref<health_monitor_actor> health_;
};

} // namespace vigie::simulation

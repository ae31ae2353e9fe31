// Puts a node together: the concrete adapters, the tree of actors, and what each is given. The only place that knows
// both a port and its adapter.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "actors/dialler.hpp"
#include "actors/environment.hpp"
#include "actors/inspector.hpp"
#include "actors/policy/gate_keys.hpp"
#include "actors/supervisor.hpp"
#include "adapters/ports/child_process.hpp"
#include "adapters/ports/database.hpp"
#include "adapters/ports/event_log.hpp"
#include "adapters/ports/http_client.hpp"
#include "adapters/ports/metrics_sink.hpp"
#include "adapters/ports/notify_channel.hpp"
#include "adapters/ports/page_reader.hpp"
#include "runtime/backend.hpp"
#include "runtime/config.hpp"

namespace vigie {

/// The adapters of one node, in the order in which they must outlive each other: destroyed from the last to the first,
/// after the actors. Those of a role that the node does not have stay empty.
struct node_adapters {
  std::unique_ptr<event_log> log;
  std::unique_ptr<metrics_sink> metrics;
  std::unique_ptr<database> db;
  std::unique_ptr<http_client> web;   ///< sites
  std::unique_ptr<http_client> hooks; ///< webhooks and Telegram
  std::unique_ptr<child_process> children;
  std::unique_ptr<page_reader> pages; ///< worker
  domain_lookup domain_of;            ///< main: whose gates hosts share
  std::map<channel_id, std::unique_ptr<notify_channel>> channels;
};

/// Opens files and starts the adapters' threads.
result<node_adapters> make_adapters(const node_config& config);

/// What the actors of one node are reached by.
struct node_refs {
  backend_links api;
  actor_ref<notifier_actor> notifier;
  actor_ref<health_monitor_actor> health;
  actor_ref<fetcher_actor> fetcher;
  actor_ref<gate_client_actor> gate_client;
  actor_ref<command_runner_actor> runner;
};

/// The sources as the planner sees them.
source_table sources_of(const node_config& config);
/// What the length of a cycle is judged by.
estimate_config estimate_config_of(const node_config& config);

/// Makes the refs of all workers of `config`; the tree fills them.
node_refs make_refs(const node_config& config);

environment make_environment(const node_adapters& adapters, uint64_t seed);

/// The children of the node's root supervisor, in start order. `remote` dials workers of other processes.
std::vector<child_spec> make_tree(const node_config& config, const node_adapters& adapters, const node_refs& refs,
                                  environment env, dialler& remote, dialler& local);

/// Reaches the worker-gateway of this very process.
std::unique_ptr<dialler> make_local_dialler(actor_ref<worker_gateway_actor> gateway);

process_facts read_process();

} // namespace vigie

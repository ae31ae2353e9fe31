// Answers what a node's actors are doing, and makes one of them crash on request.
//
// One per process. On main it also asks the other processes, each through its worker-proxy, all at the same time; one
// that does not answer becomes a row that says why. Reads counters that the actors write themselves (actors/probe.hpp),
// so that asking disturbs nobody.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "actors/actor.hpp"
#include "actors/environment.hpp"

namespace vigie {

/// What the operating system says of this process.
struct process_facts {
  int64_t pid = 0;
  uint64_t rss_bytes = 0;
  double cpu_seconds = 0; ///< user and system, all threads
  duration uptime{0};
};

/// Must be quick (it runs in the inspector's context); reading /proc is.
using read_process_facts = std::function<process_facts()>;

/// A worker in another process. A worker of this very process is no fleet member: its actors are in this node's row.
struct fleet_member {
  std::string node; ///< the worker's id: what crash_order::node names
  actor_ref<worker_proxy_actor> proxy;
};

struct inspector_config {
  std::string node; ///< this node's name
  std::string role; ///< "main", "worker", "main+worker"
  duration ask_timeout{2000};
};

struct inspector_state {
  const char* name = "inspector";
  inspector_config config;
  read_process_facts facts;
  std::vector<fleet_member> fleet;
};

using inspector_ptr = shell<inspector_actor, inspector_state>*;

/// get_fleet answers this node first, then the fleet in the order given. A crash_order with an empty node, or this
/// node's name, is for this process. Errors: not_found (no such node or actor), and what the proxy answers.
inspector_actor::behavior_type inspector(inspector_ptr self, inspector_config config, read_process_facts facts,
                                         std::vector<fleet_member> fleet);

/// This process's row, as get_node answers it; also what a worker-gateway answers for its own node.
node_row describe_node(const std::string& node, const std::string& role, const process_facts& facts);

/// Makes the live actor of that name throw at its next message and wakes it with one. Error: not_found.
result<void> crash_local_actor(const std::string& name);

} // namespace vigie

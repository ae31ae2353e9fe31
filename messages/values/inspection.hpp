// What the inspector knows of one actor and of one node.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "messages/values/time.hpp"

namespace vigie {

/// A moment's picture of one actor. Counters are since the actor (this incarnation) started.
struct actor_row {
  uint64_t id = 0;
  std::string name;     ///< "worker-proxy/worker-fr"; the same in tree, log and metrics
  std::string parent;   ///< name of its supervisor; empty = root
  std::string state;    ///< one line of its own: "up, 11 in flight"
  uint64_t mailbox = 0; ///< messages waiting
  uint64_t handled = 0;
  uint64_t busy_ns = 0; ///< time spent in turns that handled messages
  uint64_t max_ns = 0;  ///< the longest handler; under load of up to 8 together
  uint32_t restarts = 0;
  std::string last_crash; ///< reason of the latest crash; empty = none
  bool alive = true;
};

struct node_row {
  std::string node; ///< "main", "worker-fr"
  std::string role; ///< "main", "worker", "main+worker"
  int64_t pid = 0;
  uint64_t rss_bytes = 0;
  double cpu_seconds = 0;
  duration uptime{0};
  std::vector<actor_row> actors;
  std::string unreachable; ///< why there are no actors to show; empty = reachable
};

} // namespace vigie

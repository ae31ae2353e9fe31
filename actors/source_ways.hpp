// How the hosts of this worker's sources are reached. The worker-gateway is told of the sources, by its configuration
// or by main; the command-runner asks, so that a `scrape` shows a site nothing that its source does not.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "messages/values/fetch.hpp"
#include "messages/values/ids.hpp"
#include "messages/values/optional.hpp"

namespace vigie {

/// What a source says of its host.
struct source_way {
  source_id source;
  gate_policy gate;
  std::string proxy;
  std::string ca_pem;
};

/// Shared by actors of one node. Thread-safe.
class source_ways {
public:
  /// Instead of all that was known.
  void know(const std::vector<source_spec>& sources);
  /// Of several sources of a host, the first that has a proxy, else the first that has certificates of its own.
  optional<source_way> to(const host_key& host) const;

private:
  mutable std::mutex mutex_;
  std::map<host_key, source_way> ways_;
};

} // namespace vigie

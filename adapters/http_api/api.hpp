// The HTTP API of a node: paths, keys, JSON and limits over the api_backend port.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "actors/policy/conduct_exception.hpp"
#include "adapters/http_api/alert_json.hpp"
#include "adapters/http_api/key_ring.hpp"
#include "adapters/ports/api_backend.hpp"
#include "adapters/ports/http_server.hpp"

namespace vigie {

struct api_config {
  bool serves_main = false;   ///< the paths of a main node
  bool serves_worker = false; ///< the paths of a worker; both for a node that is both
  std::string node = "vigie"; ///< its name, shown by /api/health
  std::string version = "0.0.0";
  std::vector<std::string> hosts; ///< what it may be called in Host, besides the names of loopback; others are 421
  size_t max_commands_outstanding = 256;    ///< execute calls under way; more are answered 429 with Retry-After
  duration command_deadline{300000};        ///< goes into the envelope of an execute call
  uint32_t max_failed_keys_per_minute = 20; ///< per peer address; more are answered 429
  size_t max_failed_key_peers = 4096;       ///< addresses remembered for that
  uint32_t default_list = 100;              ///< rows of a list without ?limit=
  uint32_t max_list = 1000;                 ///< a larger ?limit= is 400
  uint32_t max_conduct_hosts = 10000;       ///< of the conduct ledger within one period; more are 400
  uint32_t max_conduct_hours = 10000;       ///< rows of the ledger's hours in one answer; more are 400
  size_t max_idempotency_key = 200;         ///< characters of an Idempotency-Key
  uint32_t retry_after_seconds = 1;         ///< said with 429 and 503
  alert_limits limits;
  std::vector<conduct_exception> exceptions; ///< in force when the node started
  std::function<mono_time()> clock = [] { return std::chrono::steady_clock::now(); };
  std::function<wall_time()> wall = [] {
    return std::chrono::time_point_cast<duration>(std::chrono::system_clock::now());
  };
};

/// The handler to give to serve_http. `backend` must live until the server has been destroyed. Answers of the backend
/// may come on any thread. Keys can be replaced at run time through `keys`.
///
/// GET is also served as HEAD. Health, /livez and /readyz need no key; everything else does (read for looking, run for
/// making it work, admin for custom commands, workers, crashes and the log level).
http_server::handler make_api(api_config config, api_backend& backend, std::shared_ptr<key_ring> keys);

} // namespace vigie

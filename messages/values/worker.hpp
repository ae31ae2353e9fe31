// Workers as main sees them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "messages/values/error.hpp"
#include "messages/values/fetch.hpp"
#include "messages/values/ids.hpp"
#include "messages/values/run.hpp"
#include "messages/values/time.hpp"
#include "messages/values/verdict.hpp"

namespace vigie {

/// The one state machine of a worker's link; its owner is the worker-proxy. Drawn in actors/policy/link_state.hpp.
enum class link_state : uint8_t { connecting, up, suspect, down, draining };
std::string_view to_string(link_state x);

enum class balancing_strategy : uint8_t { random, round_robin, least_used, health_based, p2c };
/// "random", "round-robin", "least-used", "health-based", "p2c": the words of LB_STRATEGY.
std::string_view to_string(balancing_strategy x);
result<balancing_strategy> balancing_strategy_from_string(std::string_view x);

/// What a worker answers to a health probe. Liveness is answering at all; readiness is per capability.
struct worker_health {
  worker_id worker;
  std::string version;
  duration uptime{0};
  uint32_t running_plans = 0;
  uint64_t rss_bytes = 0;
  std::map<std::string, bool> ready; ///< fetch, solver, credential:<source>
};

/// What the balancer keeps of one worker; counters are over the store's life (table worker_status).
struct worker_status {
  worker_id id;
  std::string name;
  std::string region;
  std::string address;
  link_state link = link_state::connecting;
  bool healthy = false; ///< by the hysteresis of the health-monitor
  uint64_t epoch = 0;
  uint32_t in_flight = 0; ///< commands and alerts out
  uint64_t requests = 0;
  uint64_t successes = 0;
  uint64_t errors = 0; ///< our own faults only; a site's refusal does not lower a worker's health (T29)
  double ewma_ms = 0;
  std::string last_error;
  std::vector<verdict> bans;
};

} // namespace vigie

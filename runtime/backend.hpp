// The HTTP API's way to the actors: each call of the port becomes a request, made by the `http-api` actor.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "actors/actor.hpp"
#include "actors/environment.hpp"
#include "actors/policy/alert_review.hpp"
#include "actors/policy/cycle_estimate.hpp"
#include "actors/policy/redaction.hpp"
#include "adapters/ports/api_backend.hpp"

namespace vigie {

struct backend_config {
  std::string node;
  bool is_main = false;
  bool is_worker = false;
  size_t max_calls = 4096;          ///< outstanding; more are `busy`
  duration answer_timeout{30000};   ///< of a query; then deadline_exceeded
  duration command_timeout{300000}; ///< of execute
  std::vector<host_key> hosts;      ///< of the enabled sources
  source_table sources;             ///< what the plan is made of
  estimate_config timer;
  alert_review alerts; ///< what alerts are judged by
  redactor secrets;    ///< what no answer shows
  /// main: whether the store can be written to, past the actors; null = not judged.
  std::function<void(database::done<database::unit>)> check_writing;
  duration writing_known{1000}; ///< so long an answer to that is good for the next who asks
};

/// What the backend asks. Those of a role that the node does not have stay empty.
struct backend_links {
  actor_ref<caf::actor> http_api; ///< spawned by api_bridge
  actor_ref<inspector_actor> inspector;
  actor_ref<store_actor> store;
  actor_ref<balancer_actor> balancer;
  actor_ref<ban_timer_actor> bans;
  actor_ref<alert_cycle_actor> cycle;
  actor_ref<host_gates_actor> gates;
  actor_ref<worker_gateway_actor> gateway;
  std::map<worker_id, actor_ref<worker_proxy_actor>> proxies;

  /// True when every part that serves a call of this node's API runs.
  bool all_running(bool is_main, bool is_worker) const {
    auto of_main = !is_main || (store.get() && balancer.get() && bans.get() && cycle.get() && gates.get());
    return http_api.get() && inspector.get() && of_main && (!is_worker || gateway.get());
  }
};

/// The actor that makes the requests; it only runs what the backend gives it.
struct api_bridge_state {
  static inline const char* name = "http-api";
};
using api_bridge_shell = caf::stateful_actor<api_bridge_state, instrumented<caf::event_based_actor>>;
caf::behavior api_bridge(api_bridge_shell* self);

/// Thread-safe. `env` and its parts outlive it.
std::unique_ptr<api_backend> make_backend(backend_config config, backend_links links, environment env);

} // namespace vigie

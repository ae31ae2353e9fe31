// The worker's end of links: accepts main and gives it the worker-gateway.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "messages/protocols.hpp"
#include "messages/values/error.hpp"
#include "runtime/link/link_config.hpp"

namespace vigie {

/// Make and destroy it on the main thread, inside the life of the actor system. Links that were accepted end with it.
class link_listener {
public:
  virtual ~link_listener() = default;

  virtual uint16_t port() const = 0;

  /// Accepts nobody any more and cuts every link, within milliseconds. For the beginning of a shutdown; the destructor
  /// does it too. Idempotent, any thread.
  virtual void stop() = 0;
};

/// Asked at each accepted link, on a foreign thread, so that a restarted gateway is never missed (actor_ref::get).
using gateway_provider = std::function<worker_gateway_actor()>;

/// `address` is "127.0.0.1:7700" or "[::1]:7700"; port 0 takes a free one. Errors: those of link_streams::listen.
result<std::unique_ptr<link_listener>> listen(caf::actor_system& system, const std::string& address,
                                              const link_transport_config& config, gateway_provider gateway);

} // namespace vigie

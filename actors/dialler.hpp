// How a worker-proxy reaches its worker. CAF handles are spoken here, so it is no port of adapters/; runtime/link
// implements it over the network, and one process with both roles answers with its own gateway.
#pragma once

#include <functional>
#include <string>

#include "messages/protocols.hpp"
#include "messages/values/error.hpp"

namespace vigie {

/// Thread-safe. Opens one link; the handle's DOWN is the end of the link.
class dialler {
public:
  using callback = std::function<void(result<worker_gateway_actor>)>;

  virtual ~dialler() = default;

  /// `done` is called exactly once, on any thread, within the dial time-out of the implementation. The address is
  /// "host:port". Errors: worker_lost (nobody there, closed, timed out), contract_mismatch, blocked_address.
  virtual void dial(const std::string& address, callback done) = 0;
};

} // namespace vigie

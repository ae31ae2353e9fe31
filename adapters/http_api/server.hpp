// The http_server port on Boost.Beast.
#pragma once

#include <memory>

#include "adapters/ports/http_server.hpp"

namespace vigie {

/// Binds and listens, so that the port is this process's; serve() starts the one thread that serves. Connections are
/// further capped to three quarters of the process's descriptor limit, so that a flood leaves descriptors for the rest
/// of the node.
///
/// Requests of one connection are served in order, one at a time. The handler sees HEAD as "HEAD"; whatever body it
/// answers is left out. Each answer carries X-Request-Id: the client's own, where that is 1-64 of [A-Za-z0-9._-], else
/// a new one. drain() blocks until done and must not be called by the handler.
///
/// Errors: bad_config (not an address, or a limit of 0), conflict (the port is taken), network (it cannot be bound).
result<std::unique_ptr<http_server>> listen_http(http_server_config config);
/// The same, and serves at once.
result<std::unique_ptr<http_server>> serve_http(http_server_config config, http_server::handler on_request);

} // namespace vigie

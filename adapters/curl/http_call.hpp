// One HTTP request that is waited for: for command line tools, never for an actor.
#pragma once

#include "messages/values/error.hpp"
#include "messages/values/fetch.hpp"

namespace vigie {

/// As the http_client port does it (adapters/ports/http_client.hpp), but with any address: the URL is the user's own.
/// Blocks until the answer or the request's time-out. Thread-safe.
result<http_response> http_call(http_request request);

} // namespace vigie

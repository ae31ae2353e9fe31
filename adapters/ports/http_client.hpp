// Port: fetching over HTTP.
#pragma once

#include <functional>
#include <string_view>

#include "messages/values/error.hpp"
#include "messages/values/fetch.hpp"

namespace vigie {

/// Fetches URLs. Thread-safe. Bounded: above its limit of requests in flight `done` gets errc::busy at once.
///
/// An HTTP status of any kind is a success of this port. Errors: network, timed_out, body_too_large, blocked_address,
/// bad_request (not a URL we fetch), busy, cancelled (the client is being destroyed). Where network or timed_out came
/// before there was a connection, `place` is `never_connected`: nothing of the request can have arrived. Only a sender
/// that must not send twice needs to know.
class http_client {
public:
  static constexpr std::string_view never_connected = "connect";

  using callback = std::function<void(result<http_response>)>;

  virtual ~http_client() = default;

  /// Starts one request. `done` is called exactly once, on the adapter's thread or, for an immediate refusal, on the
  /// caller's; it must not block. Redirects are not followed: a 3xx is an answer.
  virtual void fetch(http_request request, callback done) = 0;
};

} // namespace vigie

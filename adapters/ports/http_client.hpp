// Port: fetching over HTTP.
#pragma once

#include <functional>
#include <string_view>
#include <utility>

#include "messages/values/error.hpp"
#include "messages/values/fetch.hpp"

namespace vigie {

/// Fetches URLs. Thread-safe. Bounded: above its limit of requests in flight `done` gets errc::busy at once.
///
/// An HTTP status of any kind is a success of this port. Errors: network, timed_out, bad_certificate, body_too_large
/// (the detail says which limit), bad_page (the body is packed in a way that is not known, is damaged, or does not
/// end), blocked_address, bad_request (not a URL we fetch, or a proxy that is not http://host:port), busy, cancelled
/// (the client is being destroyed). Where network, timed_out or bad_certificate came before there was a connection,
/// `place` is `never_connected`: nothing of the request can have arrived. Only a sender that must not send twice needs
/// to know.
///
/// A body matters to a 2xx only. Any other answer is one as soon as its headers are there: if its body is cut, silent,
/// too large or cannot be unpacked, what came of it is its body. So no refusal and no Retry-After is lost for its page.
/// With `head_suffices` that goes for a 2xx, too.
///
/// A request's `proxy` and `ca_pem` are its own: no connection that was made for one of another proxy or other
/// certificates serves it. With a proxy the address that must be allowed is the proxy's.
class http_client {
public:
  static constexpr std::string_view never_connected = "connect";

  using callback = std::function<void(result<http_response>)>;
  /// Asked once, on the adapter's thread, with a connection at hand, before the request is sent. False: not sent,
  /// errc::cancelled. Must not block.
  using departure = std::function<bool()>;

  virtual ~http_client() = default;

  /// Starts one request. `done` is called exactly once, on a thread of the adapter or, for an immediate refusal, on the
  /// caller's; it must not block and may fetch again. Redirects are not followed: a 3xx is an answer. Without `leave`
  /// it is always sent. It is sent once, also if a kept connection breaks under it: that is errc::network.
  virtual void fetch(http_request request, callback done, departure leave) = 0;
  void fetch(http_request request, callback done) { fetch(std::move(request), std::move(done), {}); }
};

} // namespace vigie

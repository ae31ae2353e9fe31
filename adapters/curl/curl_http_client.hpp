// The http_client port on libcurl: some threads, an event loop each.
#pragma once

#include <memory>
#include <string>

#include "actors/policy/address_guard.hpp"
#include "adapters/ports/http_client.hpp"

namespace vigie {

struct curl_http_config {
  size_t loops = 2;                       ///< event loops; a host always has the same one
  size_t max_in_flight = 256;             ///< requests accepted and not answered; more are errc::busy
  size_t max_connections_per_host = 64;   ///< more requests wait for one, within their own time-out
  size_t max_idle_connections = 64;       ///< kept open for the next request, over all hosts
  size_t max_header_bytes = 64 << 10;     ///< of one answer; more is errc::network
  uint64_t max_unpacked_bytes = 20 << 20; ///< of a packed body (gzip, br, zstd, deflate), besides the request's cap
  uint32_t max_unpack_ratio = 100;        ///< a packed body of 1 MiB or more is at most so many times its wire size
  duration dns_cache{60000};              ///< how long a name's addresses are used again; whole seconds, 0 = not at all
  duration connect_timeout{10000};        ///< name, connection and TLS; never more than the request's own time-out
  std::string user_agent = "vigie/" VIGIE_VERSION;
  address_guard guard; ///< asked for every connection, with the address it goes to; as it stands here it blocks all
};

/// HTTP/1.1, and HTTP/2 over TLS; keep-alive; bodies packed by gzip, deflate, br and zstd are unpacked; certificates
/// are verified; no cookies, no redirects, and nothing of the environment. A page shorter than announced is
/// errc::network
/// ("closed after 100 of 200 bytes"), and one whose packing does not end is errc::bad_page, never a short body.
///
/// The request's max_body_bytes holds for a body as it comes and as it is unpacked; the detail of body_too_large says
/// which limit it was.
///
/// With a proxy the guard is asked for the proxy's address: where the site is, the proxy finds out. `https` goes
/// through it end to end (CONNECT). A connection made by one proxy, or under one request's certificates, serves no
/// request of another.
///
/// A request that is neither GET nor HEAD gets a new connection: on a kept one, libcurl would silently send it a second
/// time if the server closed in between. A header name may not be Host, Content-Length or Transfer-Encoding
/// (bad_request).
///
/// Callbacks come on the threads of the loops. Destroying the client (not from a callback) answers whoever waits with
/// errc::cancelled.
result<std::unique_ptr<http_client>> make_curl_http_client(curl_http_config config);

} // namespace vigie

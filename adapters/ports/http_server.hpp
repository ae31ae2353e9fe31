// Port: serving HTTP.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "messages/values/error.hpp"
#include "messages/values/time.hpp"

namespace vigie {

struct served_request {
  std::string method;
  std::string path; ///< percent-decoded but for the slash (%2F), without the query: to show and to compare
  std::vector<std::string> segments;          ///< of the path, percent-decoded, a slash in one of them included
  std::map<std::string, std::string> query;   ///< percent-decoded; the last of equal names
  std::map<std::string, std::string> headers; ///< names in lower case; "host" is the target's, where it has one
  std::string body;
  std::string peer; ///< "127.0.0.1:40312"
  std::string request_id;

  std::string_view header(const std::string& name) const {
    auto i = headers.find(name);
    return i == headers.end() ? std::string_view{} : std::string_view{i->second};
  }
};

/// `faults` exist for the sample site, which plays a misbehaving server.
struct served_response {
  int status = 200;
  std::string content_type = "application/json";
  std::map<std::string, std::string> headers;
  std::string body;
  duration delay{0};             ///< wait before the first byte
  bool close_unanswered = false; ///< close the connection without a byte
  size_t truncate_at = SIZE_MAX; ///< declare the whole length, send this much of the body, close
};

struct http_server_config {
  std::string address = "127.0.0.1";
  uint16_t port = 0;                    ///< 0 = any free one
  size_t max_connections = 1024;        ///< more are answered 503 and closed
  size_t max_body_bytes = 1 << 20;      ///< more is answered 413
  size_t max_header_bytes = 16 << 10;   ///< more is answered 431; of a chunk's head or the trailers, 413
  size_t max_header_fields = 128;       ///< more is answered 431
  size_t max_buffered_bytes = 32 << 20; ///< of requests in memory, over all connections; more is answered 503
  size_t max_pending = 4096;    ///< requests whose answer is outstanding; more are answered 429 with Retry-After
  duration read_timeout{15000}; ///< from the first byte of a request to its last; idle keep-alive connections likewise,
                                ///< and the client's taking of an answer
  std::string server_name = "vigie";
};

/// HTTP/1.1 with keep-alive. One thread. Protocol errors, limits and time-outs are answered here as problem+json with a
/// request id; the handler sees only whole requests.
class http_server {
public:
  using responder = std::function<void(served_response)>;
  /// Called on the server's thread; must not block. The responder may be called from any thread, once; a responder that
  /// is destroyed uncalled answers 500.
  using handler = std::function<void(served_request, responder)>;

  virtual ~http_server() = default; ///< stops; open connections are closed

  virtual uint16_t port() const = 0;
  /// From now on clients are taken in; those who came before have waited. At most once.
  virtual void serve(handler on_request) = 0;
  /// Stops accepting, lets answers under way finish until `deadline`, then closes.
  virtual void drain(duration deadline) = 0;
};

} // namespace vigie

// One connection of the HTTP server. Everything here belongs to the server's thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "adapters/ports/http_server.hpp"

namespace boost::asio {
class io_context;
}

namespace vigie {

/// idle -> reading -> answering -> writing -> idle | lingering -> closed. Lingering: the answer is out, the client may
/// still be sending; closing with unread bytes would reset the connection, and the reset may overtake the answer.
enum class connection_phase : uint8_t { idle, reading, answering, writing, lingering, closed };

/// What a connection needs of its server.
class connection_owner {
public:
  virtual const http_server_config& limits() const = 0;
  /// Hands a whole request to the handler; the answer comes back through connection::answer.
  virtual void serve(uint64_t connection, served_request request) = 0;
  virtual std::string next_request_id() = 0;
  virtual std::string_view date() = 0;
  virtual bool draining() const = 0;
  /// The connection closed; it is to be forgotten.
  virtual void closed(uint64_t connection) = 0;
  /// The connection has nothing under way any more.
  virtual void settled() = 0;

  size_t pending = 0;  ///< requests whose answer is outstanding
  size_t buffered = 0; ///< bytes of requests held, read or not

protected:
  ~connection_owner() = default;
};

class connection {
public:
  virtual ~connection() = default;

  virtual void begin() = 0;                                     ///< reads requests
  virtual void linger() = 0;                                    ///< waits a moment for the client to close, then closes
  virtual void answer(std::optional<served_response> what) = 0; ///< nothing = the responder was dropped: 500
  virtual void expire() = 0;                                    ///< its deadline passed
  virtual void close() = 0;
  virtual connection_phase now_in() const = 0;
  virtual bool past_deadline(mono_time now) const = 0;
};

/// Owns `descriptor`, a connected stream socket of address family `family`.
std::shared_ptr<connection> make_connection(boost::asio::io_context& io, int descriptor, int family,
                                            connection_owner& owner, uint64_t id, std::string peer);

} // namespace vigie

// Opens and accepts the streams that links run over: plain TCP on loopback, with a handshake of one fixed-size hello
// each way (adapters/link/hello.hpp).
//
// Nothing of a stranger reaches the actor system: a stream is handed over only after its hello was read, checked and
// admitted. One thread serves everything. A transport with certificates is another implementation of link_streams that
// hands over the same link_stream.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/link/stream.hpp"
#include "messages/values/command.hpp"
#include "messages/values/error.hpp"
#include "messages/values/time.hpp"

namespace vigie {

struct link_streams_config {
  link_identity self;
  std::vector<std::string> peer_roles;  ///< roles that a peer may have; others are denied
  bool insecure_loopback = false;       ///< false: listen and dial are refused, since nothing here encrypts
  uint32_t contract = contract_version; ///< a peer with another one is refused
  duration handshake_deadline{3000};    ///< from accept to the end of the hello
  duration dial_deadline{3000};         ///< from dial to the first byte of the protocol above
  uint32_t max_pending = 64;            ///< accepted, hello outstanding; above it the oldest is closed
  uint32_t max_admitted = 64;           ///< streams handed over and not yet closed; above it peers are told `full`
  uint32_t max_admitted_per_peer = 2;   ///< of one name: 2, so that a redial can pass a half-open link
  uint32_t max_dials = 256;             ///< outstanding; more fail at once with busy
};

/// What happened to a connection that was not handed over; for the log. `why` holds no bytes of the peer.
using stream_refused = std::function<void(const std::string& address, const std::string& why)>;

/// Thread-safe. Callbacks run on its thread and must not block; none runs after the destructor has returned.
class link_streams {
public:
  using accepted = std::function<void(link_stream)>;
  using dialled = std::function<void(result<link_stream>)>;

  /// Closes the listening socket and everything pending; dials under way end with worker_lost. Does not touch streams
  /// that were handed over.
  virtual ~link_streams() = default;

  /// At most once. "127.0.0.1:7700", "[::1]:7700", "localhost:7700"; port 0 takes a free one. The port listened on.
  /// Errors: blocked_address (not loopback, or insecure_loopback is off), conflict (another process has the port),
  /// bad_config (the address cannot be used).
  virtual result<uint16_t> listen(const std::string& address, accepted on_stream, stream_refused on_refused) = 0;

  /// `done` is called exactly once, with a stream on which the peer has already begun to speak. Errors:
  /// blocked_address, contract_mismatch, busy (the peer's or our own cap), worker_lost (nobody there, closed, denied,
  /// no answer in time).
  virtual void dial(const std::string& address, dialled done) = 0;

  /// Connections accepted whose hello is outstanding.
  virtual size_t pending() const = 0;
};

std::unique_ptr<link_streams> make_plain_streams(link_streams_config config);

} // namespace vigie

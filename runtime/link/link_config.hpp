#pragma once

#include <cstdint>
#include <string>

#include "adapters/ports/event_log.hpp"
#include "messages/values/time.hpp"
#include "runtime/config.hpp"

namespace vigie {

/// What the two ends of a link need. The peers' caps (pending, admitted) are adapters/link/plain_streams.hpp's.
struct link_transport_config {
  std::string node;                      ///< this node's name, told to the peer
  bool insecure_loopback = false;        ///< plain TCP, loopback only
  duration handshake_deadline{3000};     ///< listener: from accept to the end of the hello
  duration dial_deadline{3000};          ///< dialler: connect, hello and the exchange of handles together
  uint64_t max_message_bytes = 8 << 20;  ///< a longer announced message closes the link, before anything is allocated
  uint64_t send_buffer_bytes = 32 << 20; ///< unsent bytes; more closes the link (peak memory is about twice that)
  duration linger{500};                  ///< a link that is closed with unsent bytes is cut after this
  event_log* log = nullptr;              ///< outlives the listener and the dialler
};

/// From a node's configuration.
inline link_transport_config make_link_config(const std::string& node, const link_settings& x, event_log* log) {
  link_transport_config out;
  out.node = node;
  out.insecure_loopback = x.insecure_loopback;
  out.dial_deadline = x.dial_timeout;
  out.max_message_bytes = x.max_message_bytes;
  out.send_buffer_bytes = x.send_buffer_bytes;
  out.log = log;
  return out;
}

} // namespace vigie

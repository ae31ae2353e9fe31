// A byte stream to another node whose handshake is done: the only thing of a link that the CAF half ever sees.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "adapters/ports/unique_fd.hpp"

namespace vigie {

/// Who a node says it is on a link.
struct link_identity {
  std::string name; ///< 1..64 bytes
  std::string role; ///< 1..64 bytes: "main" dials, "worker" is dialled

  friend bool operator==(const link_identity&, const link_identity&) = default;
};

/// Ready for the first byte of the protocol above. Non-blocking, close-on-exec, TCP_NODELAY.
struct link_stream {
  unique_fd fd;
  link_identity peer;
  std::string address; ///< of the peer, "127.0.0.1:40312"
  /// Accepted streams: counts against max_admitted until the last copy is gone. Keep it as long as the descriptor.
  std::shared_ptr<void> seat;
};

} // namespace vigie

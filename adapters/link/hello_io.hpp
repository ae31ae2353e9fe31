// Hellos over a non-blocking socket.
#pragma once

#include "adapters/link/hello.hpp"

namespace vigie {

/// False: the connection is broken.
bool send_hello(int fd, const hello& x);

enum class read_outcome : uint8_t { more, complete, closed, noise };

/// Reads what is there, never a byte beyond the frame.
read_outcome read_hello(int fd, hello_reader& in);

/// No waiting for more bytes before sending.
void send_at_once(int fd);

} // namespace vigie

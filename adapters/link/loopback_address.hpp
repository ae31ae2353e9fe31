#pragma once

#include <sys/socket.h>

#include <string>

#include "messages/values/error.hpp"

namespace vigie {

struct socket_address {
  sockaddr_storage storage{};
  socklen_t length = 0;

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

/// "127.0.0.1:7700", "[::1]:7700", "localhost:7700" (that is 127.0.0.1). No name is looked up. Errors: blocked_address
/// for anything that is not loopback, bad_config for anything that is no address.
result<socket_address> parse_loopback(const std::string& text);

std::string to_string(const socket_address& x);
uint16_t port_of(const socket_address& x);

} // namespace vigie

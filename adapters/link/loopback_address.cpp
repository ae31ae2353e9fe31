#include "adapters/link/loopback_address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <charconv>
#include <cstring>

namespace vigie {

result<socket_address> parse_loopback(const std::string& text) {
  auto colon = text.rfind(':');
  uint16_t port = 0;
  const auto* end = text.data() + text.size();
  auto bad = fail(errc::bad_config, "\"" + text + "\" is no address of the form host:port");
  if (colon == std::string::npos)
    return bad;
  auto [stop, problem] = std::from_chars(text.data() + colon + 1, end, port);
  if (problem != std::errc{} || stop != end)
    return bad;
  auto host = text.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  if (host == "localhost")
    host = "127.0.0.1";

  socket_address out;
  auto& v4 = reinterpret_cast<sockaddr_in&>(out.storage);
  auto& v6 = reinterpret_cast<sockaddr_in6&>(out.storage);
  auto refused = fail(errc::blocked_address, text + " is not on loopback, and links are not encrypted");
  if (::inet_pton(AF_INET, host.c_str(), &v4.sin_addr) == 1) {
    if (ntohl(v4.sin_addr.s_addr) >> 24 != 127)
      return refused;
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    out.length = sizeof v4;
    return out;
  }
  if (::inet_pton(AF_INET6, host.c_str(), &v6.sin6_addr) == 1) {
    if (!IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr))
      return refused;
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    out.length = sizeof v6;
    return out;
  }
  return host.empty() ? bad : refused;
}

uint16_t port_of(const socket_address& x) {
  if (x.storage.ss_family == AF_INET6)
    return ntohs(reinterpret_cast<const sockaddr_in6&>(x.storage).sin6_port);
  return ntohs(reinterpret_cast<const sockaddr_in&>(x.storage).sin_port);
}

std::string to_string(const socket_address& x) {
  char text[INET6_ADDRSTRLEN] = "?";
  auto port = ":" + std::to_string(port_of(x));
  if (x.storage.ss_family == AF_INET6) {
    ::inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6&>(x.storage).sin6_addr, text, sizeof text);
    return "[" + std::string{text} + "]" + port;
  }
  ::inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in&>(x.storage).sin_addr, text, sizeof text);
  return text + port;
}

} // namespace vigie

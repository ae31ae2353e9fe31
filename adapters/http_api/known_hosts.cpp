#include "adapters/http_api/known_hosts.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>

namespace vigie {

namespace {

bool is_port_or_nothing(std::string_view x) {
  return x.empty() || (x[0] == ':' && std::all_of(x.begin() + 1, x.end(), [](char c) { return c >= '0' && c <= '9'; }));
}

/// In lower case, without port, brackets and the dot of the root; empty if it is none.
std::string bare_host(std::string_view x) {
  auto bracket = x.starts_with('[') ? x.find(']') : 0;
  if (bracket == std::string_view::npos)
    return {};
  auto host = bracket > 0 ? x.substr(1, bracket - 1) : x.substr(0, x.find(':'));
  if (!is_port_or_nothing(x.substr(bracket > 0 ? bracket + 1 : host.size())))
    return {};
  if (host.ends_with('.'))
    host.remove_suffix(1);
  std::string out{host};
  for (auto& c : out)
    if (c >= 'A' && c <= 'Z')
      c = static_cast<char>(c - 'A' + 'a');
  return out;
}

bool is_loopback(const std::string& host) {
  in_addr v4{};
  if (::inet_pton(AF_INET, host.c_str(), &v4) == 1)
    return (ntohl(v4.s_addr) >> 24) == 127;
  in6_addr v6{};
  return ::inet_pton(AF_INET6, host.c_str(), &v6) == 1 && std::memcmp(&v6, &in6addr_loopback, sizeof v6) == 0;
}

} // namespace

bool is_known_host(std::string_view host, const std::vector<std::string>& names) {
  auto bare = bare_host(host);
  if (bare == "localhost" || is_loopback(bare))
    return true;
  return !bare.empty() && std::any_of(names.begin(), names.end(),
                                      [&](const std::string& x) { return bare_host("[" + x + "]") == bare; });
}

bool is_host_name(std::string_view name) {
  in6_addr v6{};
  if (::inet_pton(AF_INET6, std::string{name}.c_str(), &v6) == 1)
    return true;
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '-' ||
           c == '_';
  });
}

} // namespace vigie

// What may be connected to: the policy against server-side request forgery. Pure; the fetcher asks it with the address
// that it is about to connect to, after names were resolved.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "actors/policy/ip_address.hpp"
#include "messages/values/error.hpp"

namespace vigie {

enum class address_class : uint8_t {
  global, ///< none of the others
  this_network,
  private_use,
  shared_space, ///< carrier-grade NAT
  loopback,
  link_local, ///< cloud metadata services live here
  protocol_assignments,
  documentation,
  relay_6to4,
  benchmarking,
  multicast,
  reserved,
  broadcast,
  unspecified,
  discard_only,
};
/// "link-local", "private", …
std::string_view to_string(address_class x);

/// Addresses that carry an IPv4 address (mapped, NAT64, 6to4) are of the class of that one.
address_class classify(const ip_address& x);

/// One entry of allow_private.
struct allowed_range {
  subnet range;
  optional<uint16_t> port; ///< nothing = any
};

/// "10.1.2.3/32:8080", "127.0.0.1", "127.0.0.0/8:18080", "::1", "[::1]:80", "[fd00::]/8:80". bad_config for everything
/// else, for bits behind the prefix ("10.1.2.3/8"), and for /0.
result<allowed_range> parse_allowed_range(std::string_view text);

enum class guard_mode : uint8_t {
  allow_listed_only, ///< nothing but what allow_private lists
  global_and_listed, ///< besides that, global addresses on ports 80 and 443
};

class address_guard {
public:
  /// Blocks everything.
  address_guard() = default;
  explicit address_guard(std::vector<allowed_range> allowed, guard_mode mode = guard_mode::allow_listed_only)
      : allowed_(std::move(allowed)), mode_(mode) {}

  static result<address_guard> parse(const std::vector<std::string>& allow_private,
                                     guard_mode mode = guard_mode::allow_listed_only);

  /// errc::none = go ahead; else blocked_address, whose detail names address, port and class.
  error decide(const ip_address& address, uint16_t port) const;

private:
  std::vector<allowed_range> allowed_;
  guard_mode mode_ = guard_mode::allow_listed_only;
};

} // namespace vigie

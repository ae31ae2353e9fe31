// What may be connected to: the policy against server-side request forgery. Pure; the fetcher asks it with the address
// that it is about to connect to, after names were resolved, for every connection of every hop.
//
//   the unspecified address ─────────────────────────────▶ blocked, always: it is this host under another name
//   one of the fleet's own endpoints ────────────────────▶ blocked, unless allow_private has exactly it, with its port
//   no contact, and not loopback ────────────────────────▶ blocked
//   carries an IPv4 address ─── not in allow_private ────▶ blocked; else the inner address is judged as well
//   in allow_private ────────────────────────────────────▶ allowed
//   global, on a public port (80, 443, allow_ports) ─────▶ allowed, if the mode opens the internet
//   everything else ─────────────────────────────────────▶ blocked
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
  carries_ipv4, ///< an IPv6 address around a global IPv4 one
};
/// "link-local", "private", …
std::string_view to_string(address_class x);

/// An IPv6 address with an IPv4 address inside (mapped, NAT64, 6to4) is of the class of that one, or carries_ipv4. Of
/// the IPv6 addresses only those of 2000::/3 are global: nothing else has been given to anybody.
address_class classify(const ip_address& x);

/// True for what is loopback by its text: 127.0.0.0/8, ::1 and "localhost". Other names are not looked up.
bool is_loopback_host(std::string_view host);

/// One entry of allow_private or forbid.
struct address_range {
  subnet range;
  optional<uint16_t> port; ///< nothing = any

  bool contains(const ip_address& address, uint16_t at) const {
    return range.contains(address) && (!port || *port == at);
  }
  /// One address and one port.
  bool is_exact() const { return port && range.bits == range.base.bits(); }
};

/// "10.1.2.3/32:8080", "127.0.0.1", "127.0.0.0/8:18080", "::1", "[::1/128]:80", "[fd00::]/8:80". bad_config for
/// everything else, for bits behind the prefix ("10.1.2.3/8"), for /0, and for 0.0.0.0 and :: alone.
result<address_range> parse_address_range(std::string_view text);
/// With prefix: "10.1.2.3/32:8080", "::1/128", "[::1/128]:80".
std::string to_string(const address_range& x);

enum class guard_mode : uint8_t {
  allow_listed_only, ///< nothing but what allow_private lists
  global_and_listed, ///< besides that, global addresses on the public ports
};

struct guard_rules {
  guard_mode mode = guard_mode::allow_listed_only;
  std::vector<address_range> allowed;          ///< allow_private
  std::vector<uint16_t> public_ports{80, 443}; ///< of global addresses
  std::vector<address_range> own;              ///< endpoints of the fleet
  bool anonymous = false;                      ///< there is no contact to tell: loopback only
};

class address_guard {
public:
  /// Blocks everything.
  address_guard() = default;
  explicit address_guard(guard_rules rules) : rules_(std::move(rules)) {}

  static result<address_guard> parse(const std::vector<std::string>& allow_private,
                                     guard_mode mode = guard_mode::allow_listed_only);

  /// errc::none = go ahead; else blocked_address, whose detail names address, port and class.
  error decide(const ip_address& address, uint16_t port) const;

  const guard_rules& rules() const { return rules_; }

private:
  guard_rules rules_;
};

} // namespace vigie

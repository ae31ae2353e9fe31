// IP addresses as values: text to bytes and back, and subnets. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "messages/values/optional.hpp"

namespace vigie {

struct ip_address {
  bool is_v6 = false;
  std::array<uint8_t, 16> bytes{}; ///< network order; an IPv4 address has the first four

  unsigned bits() const { return is_v6 ? 128 : 32; }
  friend bool operator==(const ip_address&, const ip_address&) = default;
};

constexpr ip_address ipv4(uint8_t a, uint8_t b, uint8_t c, uint8_t d) {
  return ip_address{false, {a, b, c, d}};
}

/// Four decimal numbers without leading zeros, or RFC 4291 without zone. Nothing for everything else: 0x7f.1 and
/// 2130706433 are names here, which a resolver may turn into addresses that are then seen as such.
optional<ip_address> parse_ip(std::string_view text);

/// RFC 5952 for IPv6.
std::string to_string(const ip_address& x);

struct subnet {
  ip_address base;
  unsigned bits = 0;

  bool contains(const ip_address& x) const;
};

} // namespace vigie

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

/// Four decimal numbers without leading zeros, or RFC 4291 without zone. Nothing for everything else; for the other
/// spellings that a URL's host may have there is parse_numeric_host.
optional<ip_address> parse_ip(std::string_view text);

/// True if the last label of a URL's host is a number, decimal or 0x…: such a host is an IPv4 address or nothing, never
/// a name (the rule of the WHATWG URL standard).
bool ends_in_number(std::string_view host);

/// The address that a host means which ends in a number: one to four parts, each decimal, octal (0…) or hexadecimal
/// (0x…), of which the last one fills all bytes that are left: "127.1", "0x7f000001", "017700000001", "10.0x10203".
/// Nothing if a part is no number or too large.
optional<ip_address> parse_numeric_host(std::string_view host);

/// RFC 5952 for IPv6.
std::string to_string(const ip_address& x);

struct subnet {
  ip_address base;
  unsigned bits = 0;

  bool contains(const ip_address& x) const;
};

} // namespace vigie

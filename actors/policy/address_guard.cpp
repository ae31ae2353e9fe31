#include "actors/policy/address_guard.hpp"

#include <algorithm>
#include <charconv>

namespace vigie {

namespace {

struct special_range {
  subnet range;
  address_class what;
};

constexpr ip_address v6(uint16_t first, uint16_t second = 0, uint16_t last = 0) {
  auto high = [](uint16_t x) { return static_cast<uint8_t>(x >> 8); };
  auto low = [](uint16_t x) { return static_cast<uint8_t>(x); };
  return ip_address{
      true, {high(first), low(first), high(second), low(second), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, high(last), low(last)}};
}

// The registries of special addresses (IANA), the more special ones first.
const std::vector<special_range>& special_ranges() {
  using enum address_class;
  static const std::vector<special_range> list{
      {{ipv4(255, 255, 255, 255), 32}, broadcast},
      {{ipv4(0, 0, 0, 0), 8}, this_network},
      {{ipv4(10, 0, 0, 0), 8}, private_use},
      {{ipv4(100, 64, 0, 0), 10}, shared_space},
      {{ipv4(127, 0, 0, 0), 8}, loopback},
      {{ipv4(169, 254, 0, 0), 16}, link_local},
      {{ipv4(172, 16, 0, 0), 12}, private_use},
      {{ipv4(192, 0, 0, 0), 24}, protocol_assignments},
      {{ipv4(192, 0, 2, 0), 24}, documentation},
      {{ipv4(192, 88, 99, 0), 24}, relay_6to4},
      {{ipv4(192, 168, 0, 0), 16}, private_use},
      {{ipv4(198, 18, 0, 0), 15}, benchmarking},
      {{ipv4(198, 51, 100, 0), 24}, documentation},
      {{ipv4(203, 0, 113, 0), 24}, documentation},
      {{ipv4(224, 0, 0, 0), 4}, multicast},
      {{ipv4(240, 0, 0, 0), 4}, reserved},
      {{v6(0), 128}, unspecified},
      {{v6(0, 0, 1), 128}, loopback},
      {{v6(0x0064, 0xff9b), 32}, private_use}, // NAT64 of one's own; the well-known one is looked into
      {{v6(0x0100), 64}, discard_only},
      {{v6(0x2001, 0x0db8), 32}, documentation},
      {{v6(0x2001), 23}, protocol_assignments},
      {{v6(0x3fff), 20}, documentation},
      {{v6(0x5f00), 16}, private_use}, // segments of somebody's own network
      {{v6(0xfc00), 7}, private_use},
      {{v6(0xfe80), 10}, link_local},
      {{v6(0xfec0), 10}, private_use}, // site-local, given up
      {{v6(0xff00), 8}, multicast},
  };
  return list;
}

/// The IPv4 address inside an IPv6 one that a translator or a tunnel would go to.
optional<ip_address> inner_ipv4(const ip_address& x) {
  auto inner = [&](size_t at) { return ipv4(x.bytes[at], x.bytes[at + 1], x.bytes[at + 2], x.bytes[at + 3]); };
  static const auto mapped = *parse_ip("::ffff:0:0");
  static const auto nat64 = *parse_ip("64:ff9b::");
  if (subnet{mapped, 96}.contains(x) || subnet{nat64, 96}.contains(x))
    return inner(12);
  if (subnet{v6(0x2002), 16}.contains(x))
    return inner(2);
  return std::nullopt;
}

bool is_unspecified(const ip_address& x) {
  return x == ip_address{x.is_v6, {}};
}

tl::unexpected<error> bad_range(std::string_view text, const std::string& why) {
  return fail(errc::bad_config, "\"" + std::string{text} + "\" " + why);
}

optional<unsigned> small_number(std::string_view text, unsigned max) {
  unsigned out = 0;
  auto end = text.data() + text.size();
  auto read = std::from_chars(text.data(), end, out);
  if (text.empty() || text.size() > 5 || read.ec != std::errc{} || read.ptr != end || out > max)
    return std::nullopt;
  return out;
}

ip_address masked(ip_address x, unsigned bits) {
  for (unsigned bit = bits; bit < x.bits(); ++bit)
    x.bytes[bit / 8] = static_cast<uint8_t>(x.bytes[bit / 8] & ~(0x80u >> (bit % 8)));
  return x;
}

/// Takes "/24" from the front of `rest`; false if it is there and wrong.
bool take_bits(std::string_view& rest, unsigned max, unsigned& out) {
  if (rest.empty() || rest[0] != '/')
    return true;
  auto end = std::min(rest.find(':'), rest.size());
  auto bits = small_number(rest.substr(1, end - 1), max);
  rest.remove_prefix(end);
  out = bits.value_or(0);
  return out != 0;
}

} // namespace

std::string_view to_string(address_class x) {
  static constexpr std::string_view names[] = {
      "global",        "this network", "private",      "shared",    "loopback", "link-local", "protocol assignments",
      "documentation", "6to4 relay",   "benchmarking", "multicast", "reserved", "broadcast",  "unspecified",
      "discard only",  "carries IPv4"};
  return names[static_cast<size_t>(x)];
}

address_class classify(const ip_address& x) {
  if (auto inner = inner_ipv4(x)) {
    auto what = classify(*inner);
    return what == address_class::global ? address_class::carries_ipv4 : what;
  }
  for (const auto& special : special_ranges())
    if (special.range.contains(x))
      return special.what;
  return x.is_v6 && !subnet{v6(0x2000), 3}.contains(x) ? address_class::reserved : address_class::global;
}

bool is_loopback_host(std::string_view host) {
  auto address = parse_ip(host);
  if (!address)
    return host == "localhost";
  return classify(*address) == address_class::loopback && !inner_ipv4(*address);
}

result<address_range> parse_address_range(std::string_view text) {
  auto rest = text;
  std::string_view address;
  std::string_view inside; // "/128" of "[::1/128]"
  if (!rest.empty() && rest[0] == '[') {
    auto close = rest.find(']');
    if (close == std::string_view::npos)
      return bad_range(text, "has a [ without its ]");
    address = rest.substr(1, close - 1);
    inside = address.substr(std::min(address.find('/'), address.size()));
    address.remove_suffix(inside.size());
    rest.remove_prefix(close + 1);
  } else {
    bool bare_v6 = std::count(rest.begin(), rest.end(), ':') > 1;
    address = rest.substr(0, rest.find_first_of(bare_v6 ? "/" : "/:"));
    rest.remove_prefix(address.size());
  }
  auto parsed = parse_ip(address);
  if (!parsed)
    return bad_range(text, "does not begin with an IP address (write IPv6 with a port as [::1/128]:80)");
  address_range out{{*parsed, parsed->bits()}, {}};
  bool twice = !inside.empty() && rest.starts_with('/');
  if (twice || !take_bits(inside, parsed->bits(), out.range.bits) || !inside.empty() ||
      !take_bits(rest, parsed->bits(), out.range.bits))
    return bad_range(text, "has a prefix that is not a number from 1 to " + std::to_string(parsed->bits()));
  if (auto base = masked(*parsed, out.range.bits); base != *parsed)
    return bad_range(text, "has bits behind its prefix; the range begins at " + to_string(base));
  if (out.range.bits == parsed->bits() && is_unspecified(*parsed))
    return bad_range(text, "is never connected to; write the address that is meant, as 127.0.0.1");
  if (rest.empty())
    return out;
  auto port = small_number(rest.substr(1), 65535);
  if (rest[0] != ':' || !port || *port == 0)
    return bad_range(text, "has something behind the address that is no /bits and no :port");
  out.port = static_cast<uint16_t>(*port);
  return out;
}

std::string to_string(const address_range& x) {
  auto range = to_string(x.range.base) + "/" + std::to_string(x.range.bits);
  if (!x.port)
    return range;
  return (x.range.base.is_v6 ? "[" + range + "]" : range) + ":" + std::to_string(*x.port);
}

result<address_guard> address_guard::parse(const std::vector<std::string>& allow_private, guard_mode mode) {
  guard_rules rules;
  rules.mode = mode;
  for (const auto& text : allow_private) {
    auto range = parse_address_range(text);
    if (!range)
      return tl::unexpected<error>(range.error());
    rules.allowed.push_back(*range);
  }
  return address_guard{std::move(rules)};
}

error address_guard::decide(const ip_address& address, uint16_t port) const {
  auto what = classify(address);
  auto refuse = [&](const char* why) {
    return error{errc::blocked_address,
                 to_string(address) + " port " + std::to_string(port) + " (" + std::string{to_string(what)} + ") " +
                     why,
                 {}};
  };
  auto in = [&](const address_range& x) { return x.contains(address, port); };
  auto exactly = [&](const address_range& x) { return x.is_exact() && in(x); };
  bool listed = std::any_of(rules_.allowed.begin(), rules_.allowed.end(), in);
  if (is_unspecified(address))
    return refuse("is this host under another name and never connected to");
  if (std::any_of(rules_.own.begin(), rules_.own.end(), in) &&
      std::none_of(rules_.allowed.begin(), rules_.allowed.end(), exactly))
    return refuse("belongs to this fleet; only exactly this address and port in allow_private opens it");
  if (rules_.anonymous && what != address_class::loopback)
    return refuse("is not loopback, and [fetch] contact, which every other host is told, is empty");
  if (auto inner = inner_ipv4(address))
    return listed ? decide(*inner, port) : refuse("has an IPv4 address inside and is not in allow_private");
  if (listed)
    return {};
  if (what != address_class::global || rules_.mode == guard_mode::allow_listed_only)
    return refuse("is not in allow_private");
  const auto& ports = rules_.public_ports;
  return std::find(ports.begin(), ports.end(), port) != ports.end()
             ? error{}
             : refuse("is not in allow_private, and the port not in allow_ports");
}

} // namespace vigie

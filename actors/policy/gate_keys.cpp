#include "actors/policy/gate_keys.hpp"

#include <algorithm>

#include "actors/policy/ip_address.hpp"

namespace vigie {

std::string_view name_of(const host_key& host) {
  std::string_view all = host.value;
  if (all.starts_with('['))
    return all.substr(1, std::min(all.find(']'), all.size()) - 1);
  return all.substr(0, all.find(':'));
}

bool is_loopback_address(std::string_view address) {
  auto parsed = parse_ip(address);
  if (!parsed)
    return true;
  static const subnet v4{ipv4(127, 0, 0, 0), 8};
  static const subnet v6{*parse_ip("::1"), 128};
  static const subnet mapped{*parse_ip("::ffff:127.0.0.0"), 104};
  return v4.contains(*parsed) || v6.contains(*parsed) || mapped.contains(*parsed);
}

gate_keys::gate_keys(domain_lookup domain_of, size_t max_names)
    : domain_of_(std::move(domain_of)), max_names_(max_names) {}

host_key gate_keys::gate_of(const host_key& host, gate_key_kind kind) const {
  if (kind == gate_key_kind::ip) {
    auto known = by_host_.find(host);
    return known == by_host_.end() ? host : known->second;
  }
  auto name = name_of(host);
  if (name.ends_with('.'))
    name.remove_suffix(1);
  if (kind == gate_key_kind::host || !domain_of_ || name.find('.') == name.npos || parse_ip(name))
    return host;
  auto domain = domain_of_(name);
  return domain.empty() ? host : host_key{std::move(domain)};
}

std::vector<gate_keys::joined> gate_keys::learn(const host_key& host, const std::string& address) {
  if (address.empty())
    return {};
  auto known = by_host_.find(host);
  auto taken = by_address_.find(address);
  bool fresh = known == by_host_.end() || taken == by_address_.end();
  if (fresh && by_host_.size() + by_address_.size() >= max_names_)
    return {};
  auto gate =
      taken == by_address_.end() ? (known == by_host_.end() ? host_key{address} : known->second) : taken->second;
  by_address_.emplace(address, gate);
  if (known == by_host_.end()) {
    by_host_.emplace(host, gate);
    return host == gate ? std::vector<joined>{} : std::vector<joined>{{host, gate}};
  }
  if (known->second == gate)
    return {};
  // A host with two addresses, of which each had a gate.
  auto from = known->second;
  for (auto& [name, x] : by_host_)
    if (x == from)
      x = gate;
  for (auto& [name, x] : by_address_)
    if (x == from)
      x = gate;
  return {{from, gate}};
}

std::vector<host_key> gate_keys::members(const host_key& gate) const {
  std::vector<host_key> out;
  for (const auto& [host, x] : by_host_)
    if (x == gate && host != gate)
      out.push_back(host);
  return out;
}

} // namespace vigie

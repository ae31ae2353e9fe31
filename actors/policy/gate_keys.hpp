// Which gate a host stands behind (gate_policy::key). Pure.
//
//   domain  the registrable domain: www.shop.example.co.uk and api.example.co.uk are example.co.uk
//   host    the host and its port
//   ip      the address that answered for it, with whatever other names that address answers for; until an answer has
//           named one, the host and its port
//
// An address as a name (127.0.0.1:8080), a name of one label (localhost:8080) and a public suffix have no registrable
// domain: their gate is the host's own.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "messages/values/fetch.hpp"

namespace vigie {

/// The registrable domain of a name without port by the Public Suffix List; empty where it has none.
using domain_lookup = std::function<std::string(std::string_view name)>;

/// "shop.example" of "shop.example:8080", "::1" of "[::1]:8080".
std::string_view name_of(const host_key& host);
/// An address of this machine, or no address.
bool is_loopback_address(std::string_view address);

class gate_keys {
public:
  /// Two gates that turned out to be one: everything of `from` belongs to `into` now.
  struct joined {
    host_key from;
    host_key into;
  };

  /// Without a lookup no name has a domain. Above `max_names` no more addresses are remembered: those hosts keep gates
  /// of their own.
  explicit gate_keys(domain_lookup domain_of = {}, size_t max_names = 20000);

  host_key gate_of(const host_key& host, gate_key_kind kind) const;
  /// `address` answered for this host, whose gate is one of kind ip.
  std::vector<joined> learn(const host_key& host, const std::string& address);
  /// The hosts behind a gate of kind ip, whose states have to be known by their own names after a restart.
  std::vector<host_key> members(const host_key& gate) const;

private:
  domain_lookup domain_of_;
  size_t max_names_;
  std::map<host_key, host_key> by_host_;
  std::map<std::string, host_key> by_address_;
};

} // namespace vigie

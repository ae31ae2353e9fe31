// What a node may connect to for sources, robots.txt, webhooks and Telegram, from its configuration: [fetch]
// allow_private, allow_ports, forbid and contact, and the endpoints of the fleet that it knows.
#pragma once

#include <string>
#include <vector>

#include "actors/policy/address_guard.hpp"
#include "runtime/config.hpp"

namespace vigie {

/// The listeners of this node, the workers that it dials, and [fetch] forbid. "localhost" counts as 127.0.0.1 and ::1;
/// no name is looked up.
std::vector<address_range> own_endpoints(const node_config& config);

/// bad_config where an entry of allow_private or forbid is none; a loaded configuration without errors has none such.
result<address_guard> guard_of(const node_config& config);

/// For people: "public addresses on ports 80 and 443; of the others 127.0.0.1/32:18080; never 127.0.0.1/32:3000".
std::string describe(const address_guard& guard);

} // namespace vigie

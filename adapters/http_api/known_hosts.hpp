// By which names the API may be called: a page in a browser on this machine reaches loopback, too, under the page's own
// name (DNS rebinding), and that name stands in Host.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace vigie {

/// A Host header's value: "localhost", an address of loopback, or one of `names`, each with any port or none.
bool is_known_host(std::string_view host, const std::vector<std::string>& names);

/// What may stand among those names: a name or an address, without scheme, port and brackets.
bool is_host_name(std::string_view name);

} // namespace vigie

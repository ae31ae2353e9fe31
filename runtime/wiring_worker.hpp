#pragma once

#include <vector>

#include "runtime/wiring.hpp"

namespace vigie {

/// The worker's part of a node's tree, in start order.
std::vector<child_spec> make_worker_children(const node_config& config, const node_adapters& adapters,
                                             const node_refs& refs, const environment& env);

} // namespace vigie

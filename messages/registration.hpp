#pragma once

#include <caf/fwd.hpp>

namespace vigie {

/// Teaches a CAF configuration the contract's types and the text of vigie's errors. Call before the actor system is
/// made.
void register_messages(caf::actor_system_config& config);

} // namespace vigie

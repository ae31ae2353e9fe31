#pragma once

#include <caf/fwd.hpp>

namespace vigie {

/// Everything that vigie sets on a CAF configuration, each with its reason in the .cpp: the contract's types, the
/// scheduler, the middleman and its heartbeats. Call once, before the actor system is made. Linking this file also
/// replaces CAF's idea of a host's identity (two containers on one machine would get the same node id).
void configure(caf::actor_system_config& config);

} // namespace vigie

// Main's end of links: the dialler of the worker-proxies, over the network.
#pragma once

#include <memory>

#include "actors/dialler.hpp"
#include "runtime/link/link_config.hpp"

namespace vigie {

/// Make and destroy it on the main thread, inside the life of the actor system. Links that were dialled end with it.
/// Besides the errors of actors/dialler.hpp: busy (the worker has no room for another link).
class link_dialler : public dialler {
public:
  /// Cuts every link and fails dials under way, within milliseconds; later dials fail at once with worker_lost. For the
  /// beginning of a shutdown; the destructor does it too. Idempotent, any thread.
  virtual void stop() = 0;
};

std::unique_ptr<link_dialler> make_link_dialler(caf::actor_system& system, const link_transport_config& config);

} // namespace vigie

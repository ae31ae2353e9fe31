// A link's stream as CAF's network layer drives it: a scribe of our own over a descriptor that was accepted elsewhere.
#pragma once

#include <caf/actor_system.hpp>
#include <caf/io/scribe.hpp>

#include <functional>
#include <memory>

#include "adapters/link/stream.hpp"
#include "runtime/link/basp_filter.hpp"
#include "runtime/link/link_hub.hpp"

namespace vigie {

/// Takes over the descriptor. To be sent to CAF's BASP broker; everything it does then runs on CAF's network thread.
caf::io::scribe_ptr make_link_scribe(caf::actor_system& system, link_stream stream,
                                     std::shared_ptr<link_connection> connection,
                                     std::shared_ptr<const link_contract> contract,
                                     const link_transport_config& config);

/// `f` on CAF's network thread, after everything that thread has begun or put off until now. CAF buries the proxies of
/// a lost link in two steps, and the second one ends whatever proxy has the name by then; a new link to the same
/// process must not come between.
void after_burials(caf::actor_system& system, std::function<void()> f);

/// CAF's broker for its own network protocol. From the main thread.
caf::actor basp_broker(caf::actor_system& system);

} // namespace vigie

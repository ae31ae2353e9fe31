// What the contract of messages/protocols.hpp lets each end of a link send.
#pragma once

#include <caf/actor_system.hpp>

#include <memory>

#include "runtime/link/basp_filter.hpp"

namespace vigie {

/// From the two interfaces that meet over a link: all their messages that begin with an envelope, and the answers.
std::shared_ptr<const link_contract> make_link_contract(caf::actor_system& system, link_side side);

} // namespace vigie

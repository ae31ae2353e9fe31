// What actors send to themselves only (docs/decisions/0001-closures-for-internal-messages.md).
#pragma once

#include <functional>
#include <string>

#include <caf/allowed_unsafe_message_type.hpp>

namespace vigie {

/// A closure on its way to the actor that owns what it touches. Never leaves the process.
struct continuation {
  std::function<void()> run;
};

/// Asks an actor's base to throw (fault injection).
struct crash_now {
  std::string why;
};

} // namespace vigie

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(vigie::continuation)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(vigie::crash_now)

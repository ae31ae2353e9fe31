// Between vigie's errors and CAF's.
#pragma once

#include "messages/compat.hpp"
#include "messages/values/error.hpp"

CAF_ERROR_CODE_ENUM(vigie::errc, "vigie")

namespace vigie {

/// A vigie error as an answer of an actor; detail and place travel in its context.
caf::error to_caf(const error& e);

/// What a requester received, as a vigie error: a dead receiver is `crashed`, a broken link `worker_lost`, a time-out
/// `deadline_exceeded`.
error from_caf(const caf::error& e);

} // namespace vigie

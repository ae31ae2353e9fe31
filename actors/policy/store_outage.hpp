// What a failed request to the store means to whoever made it.
#pragma once

#include "messages/values/error.hpp"

namespace vigie {

/// The store is away or was restarted: the same request may succeed later. Anything else is its last word.
constexpr bool is_store_outage(errc code) {
  return code == errc::store_unavailable || code == errc::crashed || code == errc::deadline_exceeded ||
         code == errc::busy;
}

/// The request may have been carried out all the same: only its answer was lost.
constexpr bool may_be_stored(errc code) {
  return code == errc::crashed || code == errc::deadline_exceeded;
}

} // namespace vigie

// What a failed HTTP call means for a delivery.
#pragma once

#include "adapters/ports/http_client.hpp"
#include "messages/values/error.hpp"

namespace vigie {

/// A call that never began can be tried again or, as bad_request, never. All others may have
/// arrived: ambiguous, the client's own code in the detail.
inline error delivery_error(const error& from_client) {
  switch (from_client.code) {
  case errc::busy:
  case errc::bad_request:
  case errc::blocked_address:
    return {from_client.code, from_client.detail, {}};
  default:
    break;
  }
  if (from_client.place == http_client::never_connected) // also by a time-out, which is doubtful elsewhere
    return {errc::network, from_client.detail, {}};
  return {errc::ambiguous, std::string{to_string(from_client.code)} + ": " + from_client.detail, {}};
}

} // namespace vigie

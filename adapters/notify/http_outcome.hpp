// What an HTTP call, or an answer's wish to be left alone, means for a delivery.
#pragma once

#include <chrono>

#include "actors/policy/fetch_outcome.hpp"
#include "adapters/ports/http_client.hpp"
#include "messages/values/error.hpp"

namespace vigie {

/// Retry-After, as seconds or as a date.
inline optional<duration> asked_for(const http_response& answer) {
  return retry_after_of(answer, std::chrono::floor<duration>(std::chrono::system_clock::now()));
}

/// A call that never began can be tried again. All others may have arrived: ambiguous, the client's own code in the
/// detail.
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

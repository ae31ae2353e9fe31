// Port: telling somebody about a match.
#pragma once

#include <functional>
#include <string>

#include "messages/values/error.hpp"
#include "messages/values/run.hpp"

namespace vigie {

/// One way out. Thread-safe.
class notify_channel {
public:
  /// errc::none = delivered. Anything that may or may not have arrived is errc::ambiguous; a definite refusal that
  /// another try cannot change is bad_request; everything else may be tried again.
  using callback = std::function<void(error)>;

  virtual ~notify_channel() = default;

  /// True if the receiver drops a second send with the same key, so that a doubtful send may be repeated.
  virtual bool idempotent() const = 0;

  /// Sends row.body with row.key. `done` is called exactly once, on the adapter's thread or the caller's.
  virtual void send(const outbox_row& row, callback done) = 0;
};

} // namespace vigie

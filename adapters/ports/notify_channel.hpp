// Port: telling somebody about a match.
#pragma once

#include <functional>
#include <string>
#include <utility>

#include "messages/values/error.hpp"
#include "messages/values/optional.hpp"
#include "messages/values/run.hpp"

namespace vigie {

/// How a send ended.
struct send_outcome {
  send_outcome(error why = {}, optional<duration> how_long = {}) : problem(std::move(why)), asked(how_long) {}

  /// errc::none = delivered. ambiguous: it may or may not have arrived. rate_limited: the receiver wants less.
  /// bad_request: it does not take this message, or there is none to be made of this row; refused: it takes nothing
  /// from this channel until somebody repairs it (its address, its key). Everything else did not arrive and may the
  /// next time.
  error problem;
  optional<duration> asked; ///< the receiver's word: nobody shall come to it for so long
};

/// One way out. Thread-safe.
class notify_channel {
public:
  using callback = std::function<void(send_outcome)>;

  virtual ~notify_channel() = default;

  /// True if the receiver drops a second send with the same key, so that a doubtful send may be repeated.
  virtual bool idempotent() const = 0;

  /// Sends row.body with row.key. `done` is called exactly once, on the adapter's thread or the caller's.
  virtual void send(const outbox_row& row, callback done) = 0;
};

} // namespace vigie

// A notify_channel whose outcomes the test writes.
#pragma once

#include <deque>
#include <mutex>
#include <utility>
#include <vector>

#include "adapters/ports/notify_channel.hpp"

namespace vigie {

/// Answers at once on the caller's thread with the next scripted outcome, or with success when none is left. While
/// held, sends are kept until release(). Thread-safe.
class fake_notify_channel : public notify_channel {
public:
  explicit fake_notify_channel(bool idempotent = true) : idempotent_(idempotent) {}

  bool idempotent() const override { return idempotent_; }
  void send(const outbox_row& row, callback done) override;

  /// The next send that has no outcome yet ends with this.
  void script(send_outcome outcome);
  void script(errc outcome) { script(send_outcome{error{outcome, "scripted", {}}}); }
  /// From now on sends are recorded but not answered.
  void hold();
  /// Answers what was held, in order, and stops holding.
  void release();

  std::vector<outbox_row> rows() const; ///< every row that was sent, in order, repetitions included
  size_t delivered() const;             ///< sends answered with success

private:
  send_outcome next_outcome();

  const bool idempotent_;
  mutable std::mutex mutex_;
  bool held_ = false;
  size_t delivered_ = 0;
  std::deque<send_outcome> script_;
  std::vector<outbox_row> rows_;
  std::vector<callback> waiting_;
};

} // namespace vigie

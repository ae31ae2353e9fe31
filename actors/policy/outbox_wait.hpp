// How long a process that is about to end waits for its outbox. Pure.
#pragma once

#include "messages/values/optional.hpp"
#include "messages/values/outbox.hpp"
#include "messages/values/time.hpp"

namespace vigie {

/// Waits while rows are being sent or will soon be tried, and gives up when nothing can come of it within `patience`:
/// what is left waits for a far retry, or for a receiver that takes nothing.
class outbox_wait {
public:
  enum class verdict : uint8_t { wait, empty, given_up };

  /// `patience`: how long without a row that got its last word (sent, dead, ambiguous).
  outbox_wait(duration patience, mono_time now) : patience_(patience), last_word_(now) {}

  /// `next_try`: of the pending rows, the one tried first; absent = not known.
  verdict look(const outbox_counts& counts, const optional<wall_time>& next_try, mono_time now, wall_time wall) {
    if (counts.pending + counts.sending == 0)
      return verdict::empty;
    if (auto ended = counts.sent + counts.dead + counts.ambiguous; ended != ended_) {
      ended_ = ended;
      last_word_ = now;
    }
    auto left = patience_ - std::chrono::duration_cast<duration>(now - last_word_);
    auto too_far = counts.sending == 0 && next_try && *next_try > wall + left;
    return left <= duration{0} || too_far ? verdict::given_up : verdict::wait;
  }

private:
  duration patience_;
  mono_time last_word_;
  uint64_t ended_ = 0;
};

} // namespace vigie

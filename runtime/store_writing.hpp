// Whether the store can be written to, asked seldom, however often somebody wants to know.
#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <utility>

#include "adapters/ports/database.hpp"
#include "messages/values/optional.hpp"

namespace vigie {

/// Thread-safe. Outlives the answers of `check`.
class store_writing {
public:
  using check_fn = std::function<void(database::done<database::unit>)>;

  /// `check` writes, and may be null: then writing is never in doubt. An answer is good for `known`; who asks while one
  /// is on its way hears the last.
  store_writing(check_fn check, duration known) : check_(std::move(check)), known_(known) {}

  /// `then` gets errc::none, or why nothing can be stored; at once, or on the database's thread.
  void ask(std::function<void(const error&)> then) {
    if (!check_ || !is_due())
      return then(last());
    check_([this, then](const result<database::unit>& x) {
      {
        std::lock_guard guard{mutex_};
        last_ = x ? error{} : x.error();
      }
      then(last());
    });
  }

private:
  bool is_due() {
    std::lock_guard guard{mutex_};
    auto now = std::chrono::steady_clock::now();
    if (asked_ && now - *asked_ < known_)
      return false;
    asked_ = now;
    return true;
  }

  error last() {
    std::lock_guard guard{mutex_};
    return last_;
  }

  check_fn check_;
  duration known_;
  std::mutex mutex_;
  optional<mono_time> asked_;
  error last_;
};

} // namespace vigie

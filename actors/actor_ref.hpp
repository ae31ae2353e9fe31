// How an actor is found by others over its restarts.
#pragma once

#include <memory>
#include <mutex>
#include <utility>

namespace vigie {

/// A name that survives restarts: the supervisor points it at each new incarnation. Copies share it; thread-safe.
/// Between a crash and the restart it gives the dead handle, so that a request fails at once instead of waiting.
template <class Handle>
class actor_ref {
public:
  actor_ref() : cell_(std::make_shared<cell>()) {}

  Handle get() const {
    std::lock_guard guard{cell_->mutex};
    return cell_->handle;
  }

  void set(Handle x) {
    std::lock_guard guard{cell_->mutex};
    cell_->handle = std::move(x);
  }

private:
  struct cell {
    std::mutex mutex;
    Handle handle;
  };

  std::shared_ptr<cell> cell_;
};

} // namespace vigie

// Who has how many streams: the caps of admitted peers.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace vigie {

/// Thread-safe. Seats outlive it.
class admission {
public:
  admission(uint32_t most, uint32_t most_per_peer) : state_(std::make_shared<state>()) {
    state_->most = most;
    state_->most_per_peer = most_per_peer;
  }

  /// A seat for that peer, free again when the last copy is gone; null when there is none.
  std::shared_ptr<void> seat(const std::string& peer) {
    std::lock_guard guard{state_->mutex};
    auto& own = state_->by_peer[peer];
    if (state_->taken >= state_->most || own >= state_->most_per_peer)
      return nullptr;
    ++own;
    ++state_->taken;
    return {static_cast<void*>(state_.get()), [s = state_, peer](void*) {
              std::lock_guard guard{s->mutex};
              --s->taken;
              if (--s->by_peer[peer] == 0)
                s->by_peer.erase(peer);
            }};
  }

private:
  struct state {
    std::mutex mutex;
    uint32_t most = 0;
    uint32_t most_per_peer = 0;
    uint32_t taken = 0;
    std::map<std::string, uint32_t> by_peer;
  };

  std::shared_ptr<state> state_;
};

} // namespace vigie

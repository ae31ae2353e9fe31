// Answers that an actor owes, and their failure when it dies first.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <utility>

#include "messages/failure.hpp"
#include "messages/protocols.hpp"

namespace vigie {

/// Promises not yet kept; owned by an actor's base, used only from its context.
class open_replies {
public:
  template <class T>
  uint64_t add(promise<T> p) {
    caf::response_promise& untyped = p;
    open_.emplace(++last_, untyped);
    return last_;
  }

  /// Empty when it was kept before.
  bool take(uint64_t id) { return open_.erase(id) > 0; }

  void fail_all(const error& why) {
    auto all = std::exchange(open_, {});
    for (auto& [id, p] : all)
      if (!p.async())
        p.deliver(to_caf(why));
  }

private:
  uint64_t last_ = 0;
  std::unordered_map<uint64_t, caf::response_promise> open_;
};

/// An answer owed to a requester. Copies share it: the first to keep it wins. Only for use in the context of the actor
/// that made it (closures given to run() and after() are).
template <class T>
class reply {
public:
  reply(open_replies& owner, promise<T> p) : owner_(&owner), id_(owner.add(p)), promise_(std::move(p)) {}

  template <class... Args>
  void keep(Args&&... value) {
    if (!owner_->take(id_) || nobody_waits())
      return;
    if constexpr (sizeof...(Args) == 0)
      static_cast<caf::response_promise&>(promise_).deliver(caf::unit);
    else
      promise_.deliver(std::forward<Args>(value)...);
  }

  void fail(const error& why) {
    if (owner_->take(id_) && !nobody_waits())
      promise_.deliver(to_caf(why));
  }

  /// What a handler returns.
  operator promise<T>() const { return promise_; }

private:
  /// The message was sent, not requested. CAF would send the answer all the same, as a message of its own; an error
  /// among them ends the actor that gets it.
  bool nobody_waits() { return static_cast<caf::response_promise&>(promise_).async(); }

  open_replies* owner_;
  uint64_t id_;
  promise<T> promise_;
};

} // namespace vigie

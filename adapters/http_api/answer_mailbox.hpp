// How answers get from whatever thread makes them to the server's thread, also when the server is gone.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "adapters/ports/http_server.hpp"

namespace vigie {

struct answer_letter {
  uint64_t connection = 0;
  std::optional<served_response> answer; ///< nothing = the responder was dropped
};

/// Thread-safe. `wake` is called under the lock, when the first letter comes in; never after close().
class answer_mailbox {
public:
  explicit answer_mailbox(std::function<void()> wake) : wake_(std::move(wake)) {}

  void deliver(answer_letter x) {
    std::lock_guard lock{guard_};
    if (!wake_)
      return;
    letters_.push_back(std::move(x));
    if (letters_.size() == 1)
      wake_();
  }

  std::vector<answer_letter> take() {
    std::lock_guard lock{guard_};
    return std::exchange(letters_, {});
  }

  void close() {
    std::lock_guard lock{guard_};
    wake_ = nullptr;
    letters_.clear();
  }

private:
  std::mutex guard_;
  std::function<void()> wake_;
  std::vector<answer_letter> letters_;
};

/// One request's right to one answer. Destroyed unused, it hands in "no answer".
class answer_slip {
public:
  answer_slip(std::shared_ptr<answer_mailbox> to, uint64_t connection) : to_(std::move(to)), connection_(connection) {}
  answer_slip(const answer_slip&) = delete;
  answer_slip& operator=(const answer_slip&) = delete;
  ~answer_slip() { hand_in(std::nullopt); }

  void hand_in(std::optional<served_response> answer) {
    if (!used_.exchange(true))
      to_->deliver({connection_, std::move(answer)});
  }

private:
  std::shared_ptr<answer_mailbox> to_;
  uint64_t connection_;
  std::atomic<bool> used_{false};
};

} // namespace vigie

// One child from its start to its outcome.
#pragma once

#include <poll.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "adapters/ports/child_process.hpp"
#include "adapters/process/spawn.hpp"
#include "messages/values/time.hpp"

namespace vigie {

/// Driven by the loop of posix_child_process: tell it what to poll, let it work, ask if it is done. Not thread-safe.
///
///   running --time-out--> ending (TERM) --kill_after--> ending (KILL)
///      \______________________\______ ended: group killed, reaped; reads until both pipes close or drain_grace passes
class running_child {
public:
  running_child(child_request request, child_process::callback done, spawned parts, duration drain_grace,
                mono_time now);
  running_child(const running_child&) = delete;
  running_child& operator=(const running_child&) = delete;
  /// Kills and reaps what is still there.
  ~running_child();

  /// Appends what it waits for.
  void watch(std::vector<pollfd>& fds) const;
  /// Does all that can be done without waiting.
  void work(mono_time now);
  /// When work() is due even if nothing comes in.
  mono_time due() const;
  bool finished() const;

  /// Gives the outcome to the callback; once, when finished.
  void answer(mono_time now);
  /// Kills the group, reaps it and answers cancelled; instead of answer().
  void cancel();

private:
  struct stream {
    unique_fd fd;
    std::string text;
  };

  void feed();
  void drain(stream& from);
  void signal_group(int signal) const;
  void reap(mono_time now);
  void press(mono_time now);
  void end_group();

  child_request request_;
  child_process::callback done_;
  spawned parts_;
  duration drain_grace_;
  mono_time started_;
  stream output_;
  stream errors_;
  size_t fed_ = 0;
  std::optional<mono_time> termed_; ///< when TERM was sent
  bool killed_ = false;
  bool truncated_ = false;
  int exit_status_ = 0;
  std::optional<error> lost_; ///< somebody else reaped it
  mono_time ended_{};
};

} // namespace vigie

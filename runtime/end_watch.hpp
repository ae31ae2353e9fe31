// The end of the process, whatever hangs.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <thread>

#include "adapters/ports/unique_fd.hpp"
#include "messages/values/time.hpp"

namespace vigie {

/// The process did not end in order within limits.shutdown; a line on standard error names what hung.
inline constexpr int exit_hung = 4;

/// The actors that have something to do and do not come to it, or do not come back from it: for people.
std::string waiting_parts();

/// Receives INT, TERM and HUP on a thread of its own, which waits for nothing else: a main thread that is stuck in a
/// file, an actor that never comes back, or a store that cannot be closed do not keep the process. From the first
/// signal, or from `begin`, the process has so long until this is destroyed; then it ends with exit_hung. Nothing that
/// was stored is lost by that: it is what a `kill -9` would do.
class end_watch {
public:
  /// The signals are blocked in all threads. `on_signal` is called for each, on this watch's thread. `who_waits` is
  /// asked at the bitter end what the parts are waiting for.
  end_watch(duration patience, std::function<void()> on_signal, std::function<std::string()> who_waits);
  end_watch(const end_watch&) = delete;
  end_watch& operator=(const end_watch&) = delete;
  /// The end was an orderly one.
  ~end_watch();

  /// The end begins without a signal. Thread-safe.
  void begin();
  /// What the main thread is at, for the last line. A literal. Thread-safe.
  void doing(const char* what) { doing_.store(what); }

private:
  void run();
  [[noreturn]] void give_up();
  void order(uint64_t what);

  const duration patience_;
  const std::function<void()> on_signal_;
  const std::function<std::string()> who_waits_;
  std::atomic<const char*> doing_{"running"};
  unique_fd signals_;
  unique_fd orders_;
  std::thread thread_;
};

} // namespace vigie

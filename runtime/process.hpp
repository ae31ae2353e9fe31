// The process itself: signals, limits, what the kernel says of it.
#pragma once

#include <atomic>
#include <csignal>
#include <cstdint>

namespace vigie {

/// Opens /dev/null for whichever of standard input, output and error is closed. Call before anything else is opened.
void open_standard_streams();

/// Blocks SIGINT, SIGTERM and SIGHUP for all threads to come and ignores SIGPIPE, SIGXFSZ, SIGUSR1 and SIGUSR2; no core
/// dumps (they would hold secrets); files are for their owner only. Call first in main, before any thread is made.
void prepare_process();

/// Those that end a node in order.
sigset_t ending_signals();

/// Wakes the main thread for a signal (end_watch receives them) or for `notify`, from any thread.
class wake_up {
public:
  wake_up();
  ~wake_up();
  wake_up(const wake_up&) = delete;
  wake_up& operator=(const wake_up&) = delete;

  /// Thread-safe.
  void notify();
  /// The same; `wait` says `signal`, once for each.
  void signalled();

  enum class reason : uint8_t { signal, notified, timeout };
  /// Waits at most `timeout_ms` (-1 = no limit).
  reason wait(int timeout_ms);

private:
  std::atomic<int> signals_{0};
  int event_ = -1;
};

} // namespace vigie

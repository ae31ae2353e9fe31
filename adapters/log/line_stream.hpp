// A descriptor that takes whole lines, and a thread for those that somebody waits for. Internal to adapters/log.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "messages/values/error.hpp"

namespace vigie {

/// Whole lines, one after the other, from any thread. Thread-safe.
class line_stream {
public:
  /// `own`: closes it at the end.
  line_stream(int fd, bool own) : fd_(fd), own_(own) {}
  ~line_stream();
  line_stream(const line_stream&) = delete;
  line_stream& operator=(const line_stream&) = delete;

  enum class patience : uint8_t {
    until_closing, ///< waits for a reader that has stopped reading until `close_soon`
    a_moment,      ///< waits for it a second
    none,
  };
  /// The line with its end. errc::none: all of it was taken. Else store_unavailable and why.
  error write(std::string_view line, patience how);
  /// From now on a line that nobody takes waits a second, and the others not at all until one is taken again.
  void close_soon() { closing_ = true; }

private:
  /// An error number; 0 = it was taken.
  int put(std::string_view bytes, patience how, bool& anything);
  bool has_room(patience how);

  const int fd_;
  const bool own_;
  std::atomic<bool> closing_{false};
  std::timed_mutex mutex_;
  bool gave_up_ = false;    ///< a line of the closing has waited in vain
  bool unfinished_ = false; ///< the last line was taken in part only
};

/// Writes lines on a thread of its own and says how that went.
class line_writer {
public:
  using written = std::function<void(error)>;

  line_writer(std::shared_ptr<line_stream> to, size_t max_queued);
  /// Writes what is queued.
  ~line_writer();

  /// `done` is called once: at once with `busy` if too many lines wait, else on the thread.
  void write(std::string line, written done);

private:
  struct job {
    std::string line;
    written done;
  };

  void loop();

  std::shared_ptr<line_stream> to_;
  const size_t max_queued_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<job> queue_;
  bool stopping_ = false;
  std::thread thread_;
};

} // namespace vigie

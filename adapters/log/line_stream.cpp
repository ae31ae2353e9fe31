#include "adapters/log/line_stream.hpp"

#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace vigie {

namespace {

constexpr int stuck_stream_ms = 1000; ///< a stream that takes nothing for so long does not get the line
/// A pipe that has room has room for this much: a write of it never waits, whatever kind of descriptor it is.
constexpr size_t chunk_bytes = PIPE_BUF;

error not_taken(int problem) {
  auto why = problem == EAGAIN ? "nobody reads it" : std::strerror(problem);
  return {errc::store_unavailable, std::string{"the log does not take the line: "} + why, {}};
}

} // namespace

line_stream::~line_stream() {
  if (own_)
    ::close(fd_);
}

bool line_stream::has_room(patience how) {
  while (true) {
    bool last = closing_ || how != patience::until_closing;
    pollfd room{fd_, POLLOUT, 0};
    auto got = ::poll(&room, 1, how == patience::none || (last && gave_up_) ? 0 : stuck_stream_ms);
    if (got > 0)
      return true;
    if (got < 0 && errno == EINTR)
      continue;
    if (!last)
      continue;
    gave_up_ = closing_;
    return false;
  }
}

int line_stream::put(std::string_view bytes, patience how, bool& anything) {
  while (!bytes.empty()) {
    if (!has_room(how))
      return EAGAIN;
    auto wrote = ::write(fd_, bytes.data(), std::min(bytes.size(), chunk_bytes));
    if (wrote > 0) {
      bytes.remove_prefix(static_cast<size_t>(wrote));
      anything = true;
      gave_up_ = false;
    } else if (wrote < 0 && errno != EINTR && errno != EAGAIN) {
      return errno;
    } else if (wrote == 0) {
      return EIO;
    }
  }
  return 0;
}

error line_stream::write(std::string_view line, patience how) {
  std::unique_lock lock{mutex_, std::defer_lock};
  if (how == patience::until_closing)
    lock.lock();
  else if (!lock.try_lock_for(std::chrono::milliseconds{stuck_stream_ms}))
    return not_taken(EAGAIN); // behind a line that nobody reads
  bool anything = false;
  if (unfinished_) {
    if (auto problem = put("\n", how, anything); problem != 0)
      return not_taken(problem);
    unfinished_ = anything = false;
  }
  auto problem = put(line, how, anything);
  unfinished_ = problem != 0 && anything;
  return problem == 0 ? error{} : not_taken(problem);
}

line_writer::line_writer(std::shared_ptr<line_stream> to, size_t max_queued)
    : to_(std::move(to)), max_queued_(max_queued) {
  // A reader that went away, or a limit on the file's size, must not end us by a signal.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread{[this] { loop(); }};
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

line_writer::~line_writer() {
  {
    std::lock_guard guard{mutex_};
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void line_writer::write(std::string line, written done) {
  {
    std::lock_guard guard{mutex_};
    if (queue_.size() < max_queued_) {
      queue_.push_back({std::move(line), std::move(done)});
      wake_.notify_one();
      return;
    }
  }
  done({errc::busy, std::to_string(max_queued_) + " lines wait for the log", {}});
}

void line_writer::loop() {
  std::unique_lock lock{mutex_};
  while (true) {
    wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (queue_.empty())
      return;
    auto next = std::move(queue_.front());
    queue_.pop_front();
    auto how = stopping_ ? line_stream::patience::none : line_stream::patience::a_moment;
    lock.unlock();
    next.done(to_->write(next.line, how));
    lock.lock();
  }
}

} // namespace vigie

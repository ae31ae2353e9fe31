// Which descriptors the kernel watches for a loop. Internal to adapters/curl.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include <sys/epoll.h>

#include "adapters/ports/unique_fd.hpp"

namespace vigie {

/// An epoll instance that costs no system call where nothing changes.
///
/// A client of kept connections asks for "readable" at each request and takes it back at each answer. For sockets that
/// we opened ourselves, and of whose end we hear, the taking back is only noted: the registration stays until the next
/// request finds it there. If the kernel then reports something that nobody waits for (the server closed an idle
/// connection), the socket is taken out, or the loop would spin on it.
///
/// Not thread-safe.
class socket_watch {
public:
  socket_watch();
  /// False: the kernel gave no descriptor.
  explicit operator bool() const { return static_cast<bool>(epoll_); }

  /// A socket that we opened; `closed` will follow.
  void opened(int fd);
  /// Just before it is closed.
  void closed(int fd);
  /// What is waited for from now on, EPOLLIN and EPOLLOUT; 0 = nothing.
  void want(int fd, uint32_t events);

  /// Waits at most so long (-1 = for ever) and calls f(fd, events) for each descriptor on which something that is
  /// wanted happened. An error or a hang-up counts as whatever is wanted: reading or writing then tells which it was.
  template <class F>
  void wait(int timeout_ms, F f) {
    auto count = ::epoll_wait(epoll_.get(), ready_.data(), static_cast<int>(ready_.size()), timeout_ms);
    for (int i = 0; i < count; ++i) {
      auto fd = static_cast<int>(ready_[static_cast<size_t>(i)].data.u64 & 0xffffffff);
      if (auto events = wanted_of(ready_[static_cast<size_t>(i)]))
        f(fd, events);
    }
  }

  /// Changes told to the kernel so far.
  uint64_t changes() const { return changes_; }

private:
  struct entry {
    uint32_t wanted = 0;
    uint32_t registered = 0;
    uint32_t generation = 0; ///< tells an event of a closed socket from one of its successor with the same number
    bool ours = false;
  };

  entry& at(int fd);
  uint32_t wanted_of(const epoll_event& x);
  bool tell(int operation, int fd, const entry& x);
  void take_out(int fd, entry& x);

  unique_fd epoll_;
  std::vector<entry> entries_; ///< by descriptor
  std::array<epoll_event, 128> ready_{};
  uint64_t changes_ = 0;
};

} // namespace vigie

#include "adapters/curl/socket_watch.hpp"

#include <cerrno>

namespace vigie {

socket_watch::socket_watch() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {}

socket_watch::entry& socket_watch::at(int fd) {
  auto index = static_cast<size_t>(fd);
  if (entries_.size() <= index)
    entries_.resize(index + 1);
  return entries_[index];
}

void socket_watch::opened(int fd) {
  auto& x = at(fd);
  x = entry{0, 0, x.generation, true};
}

void socket_watch::closed(int fd) {
  // The kernel forgets it with the close.
  auto& x = at(fd);
  x = entry{0, 0, x.generation + 1, false};
}

void socket_watch::want(int fd, uint32_t events) {
  auto& x = at(fd);
  x.wanted = events;
  if (events == x.registered)
    return;
  if (events == 0) {
    if (!x.ours)
      take_out(fd, x);
    return;
  }
  bool known = x.registered != 0;
  if (!known)
    ++x.generation;
  if (tell(known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, x) ||
      (errno == (known ? ENOENT : EEXIST) && tell(known ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd, x)))
    x.registered = events;
  else
    x.registered = 0;
}

uint32_t socket_watch::wanted_of(const epoll_event& x) {
  auto fd = static_cast<int>(x.data.u64 & 0xffffffff);
  auto& known = at(fd);
  if (known.generation != static_cast<uint32_t>(x.data.u64 >> 32))
    return 0;
  if (known.wanted == 0) {
    take_out(fd, known);
    return 0;
  }
  bool broken = (x.events & (EPOLLERR | EPOLLHUP)) != 0;
  return broken ? known.wanted : x.events & known.wanted;
}

bool socket_watch::tell(int operation, int fd, const entry& x) {
  ++changes_;
  epoll_event event{};
  event.events = x.wanted;
  event.data.u64 = (uint64_t{x.generation} << 32) | static_cast<uint32_t>(fd);
  return ::epoll_ctl(epoll_.get(), operation, fd, &event) == 0;
}

void socket_watch::take_out(int fd, entry& x) {
  if (x.registered != 0)
    tell(EPOLL_CTL_DEL, fd, x);
  x.registered = 0;
}

} // namespace vigie

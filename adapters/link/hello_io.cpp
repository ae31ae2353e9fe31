#include "adapters/link/hello_io.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>

namespace vigie {

bool send_hello(int fd, const hello& x) {
  auto frame = encode(x);
  // The socket's buffer is empty: it takes the whole frame or something is wrong.
  return ::send(fd, frame.data(), frame.size(), MSG_NOSIGNAL | MSG_DONTWAIT) == static_cast<ssize_t>(frame.size());
}

read_outcome read_hello(int fd, hello_reader& in) {
  auto n = ::recv(fd, in.space(), in.room(), MSG_DONTWAIT);
  if (n < 0)
    return errno == EAGAIN || errno == EINTR ? read_outcome::more : read_outcome::closed;
  if (n == 0)
    return read_outcome::closed;
  if (!in.advance(static_cast<size_t>(n)))
    return read_outcome::noise;
  return in.complete() ? read_outcome::complete : read_outcome::more;
}

void send_at_once(int fd) {
  int one = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

} // namespace vigie

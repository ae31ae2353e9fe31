#include "tests/fakes/raw_http_server.hpp"

#include <algorithm>
#include <stdexcept>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace vigie::fakes {

namespace {

const std::string gzipped{
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x2b\x48\x4c\xce\x4e\x4d\x51\x28\x48\x4c\x4f\x05\x00\xeb\xe5\x8b"
    "\xfd\x0b\x00\x00\x00",
    31};

const std::string gzipped_100k{
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xed\xc1\x31\x01\x00\x00\x00\xc2\xa0\xac\xeb\x5f\xc2\x1a\x1e\x40"
    "\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
    "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
    "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
    "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xaf\x06\x87\xfa\xe2\x1b\xa0"
    "\x86\x01\x00",
    133};

bool send_all(int fd, const std::string& text) {
  for (size_t sent = 0; sent < text.size();) {
    auto n = ::send(fd, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
    if (n <= 0)
      return false;
    sent += static_cast<size_t>(n);
  }
  return true;
}

std::string from_hex(const std::string& digits) {
  std::string out;
  for (size_t i = 0; i + 1 < digits.size(); i += 2)
    out += static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16));
  return out;
}

std::string reply(int status, const std::string& body, const std::string& headers = {}) {
  return "HTTP/1.1 " + std::to_string(status) + " Text\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         headers + "\r\n" + body;
}

/// One request from `buffer` and the socket; false at the end of the connection.
bool read_request(int fd, std::string& buffer, std::string& head, std::string& body) {
  auto more = [&] {
    char chunk[4096];
    auto n = ::recv(fd, chunk, sizeof chunk, 0);
    if (n > 0)
      buffer.append(chunk, static_cast<size_t>(n));
    return n > 0;
  };
  size_t end;
  while ((end = buffer.find("\r\n\r\n")) == std::string::npos)
    if (!more())
      return false;
  head = buffer.substr(0, end + 4);
  buffer.erase(0, end + 4);
  auto length = head.find("Content-Length: ");
  size_t bytes = length == std::string::npos ? 0 : std::stoul(head.substr(length + 16));
  while (buffer.size() < bytes)
    if (!more())
      return false;
  body = buffer.substr(0, bytes);
  buffer.erase(0, bytes);
  return true;
}

} // namespace

raw_http_server::raw_http_server(const std::string& address) : address_(address) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  ::inet_pton(AF_INET, address.c_str(), &at.sin_addr);
  socklen_t size = sizeof at;
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&at), size) != 0 || ::listen(listener_, 512) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&at), &size) != 0)
    throw std::runtime_error("cannot listen on " + address);
  port_ = ntohs(at.sin_port);
  acceptor_ = std::thread{[this] { accept_all(); }};
}

raw_http_server::~raw_http_server() {
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  ::close(listener_);
  {
    std::lock_guard guard{mutex_};
    stopping_ = true;
    for (int fd : open_)
      ::shutdown(fd, SHUT_RDWR);
  }
  changed_.notify_all();
  for (auto& x : threads_)
    x.join();
}

std::string raw_http_server::url(const std::string& path) const {
  return "http://" + address_ + ":" + std::to_string(port_) + path;
}

void raw_http_server::let_go() {
  {
    std::lock_guard guard{mutex_};
    let_go_ = true;
  }
  changed_.notify_all();
}

/// Waits for it; false at the end.
bool raw_http_server::is_let_go() {
  std::unique_lock guard{mutex_};
  changed_.wait(guard, [this] { return let_go_ || stopping_; });
  return !stopping_;
}

void raw_http_server::accept_all() {
  for (;;) {
    int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0)
      return;
    ++connections_;
    std::lock_guard guard{mutex_};
    open_.push_back(fd);
    threads_.emplace_back([this, fd] { serve(fd); });
  }
}

void raw_http_server::serve(int fd) {
  std::string buffer;
  std::string head;
  std::string body;
  while (read_request(fd, buffer, head, body)) {
    ++requests_;
    auto goes_on = answer(fd, head, body);
    ++answers_;
    if (!goes_on)
      break;
  }
  std::lock_guard guard{mutex_};
  open_.erase(std::find(open_.begin(), open_.end(), fd));
  ::close(fd);
}

/// Bytes to and from 127.0.0.1 and the port of `where`, until one side ends. False, as `answer`.
bool raw_http_server::tunnel(int fd, const std::string& where) {
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  at.sin_port = htons(static_cast<uint16_t>(std::stoi(where.substr(where.rfind(':') + 1))));
  int there = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  bool open = ::connect(there, reinterpret_cast<sockaddr*>(&at), sizeof at) == 0 &&
              send_all(fd, "HTTP/1.1 200 Established\r\nX-Proxy: 1\r\n\r\n");
  while (open) {
    pollfd both[2] = {{fd, POLLIN, 0}, {there, POLLIN, 0}};
    open = ::poll(both, 2, -1) > 0;
    for (int i = 0; open && i < 2; ++i) {
      char chunk[16384];
      if (both[i].revents == 0)
        continue;
      auto n = ::recv(both[i].fd, chunk, sizeof chunk, 0);
      open = n > 0 && send_all(both[1 - i].fd, {chunk, static_cast<size_t>(n)});
    }
  }
  ::close(there);
  return false;
}

/// False = close the connection.
bool raw_http_server::answer(int fd, const std::string& head, const std::string& body) {
  auto begin = head.find(' ') + 1;
  auto path = head.substr(begin, head.find(' ', begin) - begin);
  if (head.rfind("CONNECT ", 0) == 0)
    return tunnel(fd, path);
  // As a proxy: the whole URL stands there, and its host is us.
  if (path.rfind("http://", 0) == 0)
    path.erase(0, path.find('/', 7));
  if (path.rfind("/held/", 0) == 0) {
    path.erase(0, 5);
    if (!is_let_go())
      return false;
  }
  if (path == "/ok")
    return send_all(fd, reply(200, "hello", "X-Thing:  A \r\nx-twice: 1\r\nX-Twice: 2\r\n"));
  if (path == "/echo")
    return send_all(fd, reply(200, head + body));
  if (path == "/empty")
    return send_all(fd, reply(200, ""));
  if (path.rfind("/status/", 0) == 0)
    return send_all(fd, reply(std::stoi(path.substr(8)), "why"));
  if (path.rfind("/bytes/", 0) == 0)
    return send_all(fd, reply(200, std::string(std::stoul(path.substr(7)), 'x')));
  if (path == "/redirect")
    return send_all(fd, reply(302, "", "Location: /ok\r\n"));
  if (path == "/interim")
    return send_all(fd, "HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n" + reply(200, "late"));
  if (path == "/chunked")
    return send_all(fd, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n4\r\n two\r\n0\r\n\r\n");
  if (path == "/gzip")
    return send_all(fd, reply(200, gzipped, "Content-Encoding: gzip\r\n"));
  if (path == "/bomb")
    return send_all(fd, reply(200, gzipped_100k, "Content-Encoding: gzip\r\n"));
  if (path == "/silent")
    return true;
  if (path.rfind("/say/", 0) == 0)
    return send_all(fd, from_hex(path.substr(5)));
  if (path.rfind("/last/", 0) == 0)
    send_all(fd, from_hex(path.substr(6)));
  else if (path == "/cut")
    send_all(fd, "HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\n" + std::string(100, 'x'));
  else if (path == "/cut-chunked")
    send_all(fd, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n");
  else if (path == "/garbage")
    send_all(fd, "this is no HTTP\r\n\r\n");
  else if (path == "/bad-gzip")
    send_all(fd, reply(200, "not packed at all", "Content-Encoding: gzip\r\n"));
  else if (path == "/headers")
    send_all(fd, "HTTP/1.1 200 OK\r\n");
  for (int i = 0; path == "/headers" && i < 1000; ++i)
    if (!send_all(fd, "X-" + std::to_string(i) + ": " + std::string(1000, 'h') + "\r\n"))
      break;
  return false; // "/close" and whatever else
}

} // namespace vigie::fakes

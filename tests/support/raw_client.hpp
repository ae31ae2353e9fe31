// A blocking HTTP client of bare bytes, for tests that must send what no library would.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace vigie::test {

struct raw_answer {
  int status = 0;                             ///< 0 = none came
  std::map<std::string, std::string> headers; ///< names in lower case
  std::string body;
  bool whole = false; ///< the body is as long as declared
};

class raw_client {
public:
  explicit raw_client(uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(port);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = fd_ >= 0 && ::connect(fd_, reinterpret_cast<sockaddr*>(&at), sizeof at) == 0;
  }
  raw_client(raw_client&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)), connected_(other.connected_), got_(std::move(other.got_)) {}
  raw_client& operator=(raw_client&&) = delete;
  ~raw_client() { close(); }

  bool connected() const { return connected_; }
  void close() {
    if (fd_ >= 0)
      ::close(std::exchange(fd_, -1));
  }
  void finish_sending() { ::shutdown(fd_, SHUT_WR); }

  /// False if the server has closed.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      auto n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0)
        return false;
      bytes.remove_prefix(static_cast<size_t>(n));
    }
    return true;
  }

  /// The next answer, waiting up to `patience` between bytes.
  raw_answer read_answer(bool head_only = false, std::chrono::milliseconds patience = std::chrono::seconds{30}) {
    raw_answer out;
    size_t end;
    while ((end = got_.find("\r\n\r\n")) == std::string::npos)
      if (!more(patience))
        return out;
    parse_head(out, got_.substr(0, end));
    got_.erase(0, end + 4);
    if (out.status == 100)
      return out;
    auto length = head_only || out.headers["content-length"].empty() ? 0 : std::stoul(out.headers["content-length"]);
    while (got_.size() < length && more(patience)) {
    }
    out.whole = got_.size() >= length;
    out.body = got_.substr(0, length);
    got_.erase(0, std::min<size_t>(length, got_.size()));
    return out;
  }

  raw_answer ask(std::string_view bytes, bool head_only = false) {
    send(bytes);
    return read_answer(head_only);
  }

  /// True if the server closes, without further bytes, within `patience`.
  bool is_closed(std::chrono::milliseconds patience = std::chrono::seconds{30}) {
    return got_.empty() && !more(patience) && !timed_out_ && got_.empty();
  }

private:
  bool more(std::chrono::milliseconds patience) {
    pollfd p{fd_, POLLIN, 0};
    timed_out_ = ::poll(&p, 1, static_cast<int>(patience.count())) == 0;
    if (timed_out_)
      return false;
    char buffer[65536];
    auto n = ::recv(fd_, buffer, sizeof buffer, 0);
    if (n <= 0)
      return false;
    got_.append(buffer, static_cast<size_t>(n));
    return true;
  }

  static void parse_head(raw_answer& out, std::string_view head) {
    if (head.size() > 12)
      out.status = std::atoi(std::string{head.substr(9, 3)}.c_str());
    while (!head.empty()) {
      auto end = std::min(head.find("\r\n"), head.size());
      auto line = head.substr(0, end);
      head.remove_prefix(std::min(end + 2, head.size()));
      auto colon = line.find(": ");
      if (colon == std::string_view::npos)
        continue;
      std::string name{line.substr(0, colon)};
      std::transform(name.begin(), name.end(), name.begin(),
                     [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      out.headers[name] = std::string{line.substr(colon + 2)};
    }
  }

  int fd_;
  bool connected_ = false;
  bool timed_out_ = false;
  std::string got_;
};

/// "GET /x HTTP/1.1" with Host and what else is given ("x-api-key: k\r\n").
inline std::string request_text(std::string_view method, std::string_view target, std::string_view headers = {},
                                std::string_view body = {}) {
  std::string out{method};
  out += ' ';
  out += target;
  out += " HTTP/1.1\r\nHost: localhost\r\n";
  out += headers;
  if (!body.empty() || method == "POST" || method == "PUT")
    out += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  out += "\r\n";
  out += body;
  return out;
}

} // namespace vigie::test

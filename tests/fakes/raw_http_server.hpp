// A server of raw bytes for tests of HTTP clients: every path is one behaviour, good or bad.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace vigie::fakes {

/// Listens on a loopback address, any free port; a thread a connection. Paths:
///   /ok /chunked /gzip /interim /redirect /empty /status/404 /bytes/N /echo (the request as received)  well-behaved
///   /silent (reads, never answers) /close /cut /cut-chunked /garbage /bad-gzip /bomb (100 kB packed) /headers (1 MB of
///   them) /last/HEX (these bytes, then the connection closes) /say/HEX (these bytes) /held/PATH (as /PATH, when it is
///   let go)
/// It is a proxy as well: a whole URL is answered by its path, whatever its host; CONNECT leads to its port on
/// 127.0.0.1.
class raw_http_server {
public:
  explicit raw_http_server(const std::string& address = "127.0.0.1");
  ~raw_http_server();

  int port() const { return port_; }
  std::string url(const std::string& path) const;
  int connections() const { return connections_; } ///< accepted so far
  int requests() const { return requests_; }       ///< read so far
  int answers() const { return answers_; }         ///< sent whole so far, those that are none by design included
  void let_go();                                   ///< what waits at /held, and what comes there from now on

private:
  void accept_all();
  void serve(int fd);
  bool tunnel(int fd, const std::string& where);
  bool answer(int fd, const std::string& head, const std::string& body);
  bool is_let_go();

  std::string address_;
  int port_ = 0;
  int listener_ = -1;
  std::atomic<int> connections_{0};
  std::atomic<int> requests_{0};
  std::atomic<int> answers_{0};
  std::mutex mutex_;
  std::condition_variable changed_;
  bool let_go_ = false;
  std::vector<int> open_;
  std::vector<std::thread> threads_;
  bool stopping_ = false;
  std::thread acceptor_;
};

} // namespace vigie::fakes

// One event loop of the HTTP client: a thread with a libcurl multi handle of its own. Internal to adapters/curl.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "adapters/curl/curl_easy.hpp"
#include "adapters/curl/curl_transfer.hpp"
#include "adapters/curl/socket_watch.hpp"
#include "adapters/ports/http_client.hpp"
#include "messages/values/time.hpp"

namespace vigie {

/// The share of one loop.
struct curl_loop_limits {
  size_t max_connections = 256;
  size_t max_connections_per_host = 64;
  size_t max_idle = 64; ///< connections and handles kept for the next request
};

/// Runs transfers until it is stopped; then whoever waits gets errc::cancelled.
class curl_loop {
public:
  /// `in_flight` is counted down before each callback; it and the client's settings outlive the loop.
  static result<std::unique_ptr<curl_loop>> make(transfer_rules rules, const curl_loop_limits& limits,
                                                 std::atomic<size_t>& in_flight);
  ~curl_loop();

  /// Thread-safe. False once the loop is stopping; `done` is then untouched.
  bool add(std::unique_ptr<curl_transfer>& transfer, http_client::callback& done);

  /// Thread-safe; returns at once.
  void stop();
  /// After stop: until all callbacks have been called. Not from the loop's own thread.
  void join();

private:
  struct job {
    std::unique_ptr<curl_transfer> transfer;
    http_client::callback done;
    std::unique_ptr<curl_easy> easy;
    size_t place = 0; ///< in running_
  };
  struct multi_deleter {
    void operator()(void* x) const;
  };

  curl_loop(transfer_rules rules, const curl_loop_limits& limits, std::atomic<size_t>& in_flight);
  error open();

  void run();
  void wake();
  bool take_waiting();
  void start(std::unique_ptr<job> x);
  int time_to_wait();
  void run_timers();
  void wait();
  void finish_transfers();
  void end(std::unique_ptr<job> x, result<http_response> outcome);
  void cancel_all();
  std::unique_ptr<job> take_running(void* easy);
  std::unique_ptr<curl_easy> take_easy();
  void give_back(std::unique_ptr<curl_easy> easy);

  static int on_socket(void* easy, int fd, int what, void* self, void* of_socket);
  static int on_timer(void* multi, long timeout_ms, void* self);

  transfer_rules rules_;
  const curl_loop_limits limits_;
  std::atomic<size_t>& in_flight_;
  socket_watch watch_;
  unique_fd wake_;
  std::unique_ptr<void, multi_deleter> multi_; ///< closes its sockets through watch_

  std::mutex mutex_;
  std::vector<std::unique_ptr<job>> waiting_;
  bool stopping_ = false;
  bool asleep_ = false; ///< nobody looks at waiting_ until the thread is woken

  // Of the thread.
  std::vector<std::unique_ptr<job>> taken_;
  std::vector<std::unique_ptr<job>> running_;
  std::vector<std::unique_ptr<curl_easy>> idle_;
  bool timer_set_ = false;
  mono_time timer_at_{};
  std::thread thread_;
};

} // namespace vigie

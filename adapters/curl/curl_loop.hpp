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

/// A loop that looks so much later than a request's time-out was held up: its process was stopped, or a callback took
/// long. What the site has said meanwhile may still lie in the socket, or be on its way.
constexpr duration held_up_from{200};
/// A request whose time-out passed while the loop was held up has so long, from when the loop looks again, to be
/// answered. Short of the 10 s for which main keeps a request's place at its gate beyond its time-out.
constexpr duration held_up_grace{1000};

/// Runs transfers until it is stopped; then whoever waits gets errc::cancelled.
///
/// The time-out of a whole request is the loop's: libcurl would look at it before it looks into the socket, and throw
/// away an answer that came in time for a loop which is late. Here a request ends with its time-out when all sockets
/// were looked at since. A time-out before there is a connection is libcurl's: nobody can have answered yet.
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
    size_t place = 0;     ///< in running_
    mono_time deadline{}; ///< its time-out, and once a grace
    bool graced = false;
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
  void look(int patience);
  void end_overdue(mono_time looked);
  void finish_transfers();
  void finish(void* easy, int code);
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
  mono_time next_deadline_ = mono_time::max(); ///< none in running_ is earlier
  std::thread thread_;
};

} // namespace vigie

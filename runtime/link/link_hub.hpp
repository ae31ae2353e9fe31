// All live links of one listener or dialler: can cut each of them, from any thread, and all of them at once.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "adapters/link/stream.hpp"
#include "runtime/link/link_config.hpp"

namespace vigie {

class link_hub;

/// One link. Shared by its scribe and the hub; thread-safe.
class link_connection {
public:
  link_connection(std::weak_ptr<link_hub> hub, uint64_t id, int fd, link_identity peer, std::shared_ptr<void> seat)
      : id(id), peer(std::move(peer)), hub_(std::move(hub)), fd_(fd), seat_(std::move(seat)) {}

  /// Ends the link: CAF sees a broken connection within a moment. The first reason stays.
  void cut(const std::string& why);
  /// CAF has closed it but may have unsent bytes: cut it after the linger.
  void linger();
  /// By the scribe's end, before its descriptor is closed.
  void closed();

  bool dead() const { return dead_.load(std::memory_order_relaxed); }

  const uint64_t id; ///< never used twice in a process, unlike a descriptor
  const link_identity peer;

private:
  std::weak_ptr<link_hub> hub_;
  std::atomic<bool> dead_{false};
  std::mutex mutex_;
  int fd_;
  std::string why_;
  std::shared_ptr<void> seat_;
};

class link_hub : public std::enable_shared_from_this<link_hub> {
public:
  static std::shared_ptr<link_hub> make(const link_transport_config& config);
  ~link_hub();

  /// Null when stopped; then the stream is to be dropped.
  std::shared_ptr<link_connection> add(link_stream& stream);
  /// Cuts all links and admits no more. The log is not used after it.
  void stop();

  void report(log_level level, std::string_view name, const std::string& peer, const std::string& why);

  const link_transport_config& config() const { return config_; }

private:
  friend class link_connection;
  using time_point = std::chrono::steady_clock::time_point;

  explicit link_hub(const link_transport_config& config) : config_(config), reaper_([this] { reap(); }) {}

  void remove(const link_connection& x, const std::string& why);
  void linger(uint64_t id);
  void reap();

  const link_transport_config config_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopped_ = false;
  std::map<uint64_t, std::shared_ptr<link_connection>> live_;
  std::map<uint64_t, time_point> lingering_;
  std::thread reaper_; // last: everything it uses is there
};

} // namespace vigie

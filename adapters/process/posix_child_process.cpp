#include "adapters/process/posix_child_process.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <cerrno>
#include <deque>
#include <list>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "adapters/process/running_child.hpp"
#include "adapters/process/spawn.hpp"

namespace vigie {

namespace {

struct queued_child {
  child_request request;
  child_process::callback done;
};

class posix_child_process : public child_process {
public:
  explicit posix_child_process(child_process_config config)
      : config_(config), wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!wake_)
      throw std::system_error(errno, std::generic_category(), "eventfd");
    thread_ = std::thread{[this] { loop(); }};
  }

  ~posix_child_process() override {
    {
      std::lock_guard guard{mutex_};
      stopping_ = true;
    }
    wake();
    thread_.join();
  }

  void run(child_request request, callback done) override {
    errc refusal = errc::none;
    {
      std::lock_guard guard{mutex_};
      if (stopping_)
        refusal = errc::cancelled;
      else if (queue_.size() >= config_.max_queued + (config_.max_children - std::min(config_.max_children, running_)))
        refusal = errc::busy;
      else
        queue_.push_back({std::move(request), std::move(done)});
    }
    if (refusal == errc::none)
      wake();
    else if (refusal == errc::cancelled)
      done(fail(errc::cancelled, "child processes are being shut down"));
    else
      done(fail(errc::busy, "max_children run and max_queued wait: " + std::to_string(config_.max_queued)));
  }

private:
  void wake() {
    uint64_t one = 1;
    // A full counter (EAGAIN) wakes as well.
    if (::write(wake_.get(), &one, sizeof one) < 0)
      return;
  }

  void loop() {
    sigset_t all;
    ::sigfillset(&all); // signals are for other threads; a write to a child that is gone gives EPIPE
    ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
    while (!stopping()) {
      start_queued();
      wait();
      auto now = std::chrono::steady_clock::now();
      for (auto child = children_.begin(); child != children_.end();) {
        child->work(now);
        child = child->finished() ? retire(child, now) : std::next(child);
      }
    }
    cancel_all();
  }

  bool stopping() {
    std::lock_guard guard{mutex_};
    return stopping_;
  }

  std::list<running_child>::iterator retire(std::list<running_child>::iterator child, mono_time now) {
    std::list<running_child> ended;
    auto next = std::next(child);
    ended.splice(ended.begin(), children_, child);
    set_running();
    ended.front().answer(now);
    return next;
  }

  void set_running() {
    std::lock_guard guard{mutex_};
    running_ = children_.size();
  }

  void start_queued() {
    while (children_.size() < config_.max_children) {
      queued_child next;
      {
        std::lock_guard guard{mutex_};
        if (stopping_ || queue_.empty())
          return;
        next = std::move(queue_.front());
        queue_.pop_front();
        ++running_;
      }
      auto now = std::chrono::steady_clock::now();
      if (auto parts = spawn(next.request)) {
        children_.emplace_back(std::move(next.request), std::move(next.done), std::move(*parts), config_.drain_grace,
                               now);
      } else {
        set_running();
        next.done(tl::unexpected<error>(std::move(parts.error())));
      }
    }
  }

  void wait() {
    fds_.assign(1, pollfd{wake_.get(), POLLIN, 0});
    auto due = mono_time::max();
    for (const auto& child : children_) {
      child.watch(fds_);
      due = std::min(due, child.due());
    }
    ::poll(fds_.data(), fds_.size(), wait_ms(due));
    uint64_t count = 0;
    if (::read(wake_.get(), &count, sizeof count) < 0)
      return; // nobody woke us
  }

  /// Rounded up, so that it does not wake a moment too early; -1 = for ever.
  static int wait_ms(mono_time due) {
    if (due == mono_time::max())
      return -1;
    auto left = std::chrono::ceil<duration>(due - std::chrono::steady_clock::now());
    return static_cast<int>(std::clamp<int64_t>(left.count(), 0, 3600 * 1000));
  }

  void cancel_all() {
    for (auto& child : children_)
      child.cancel();
    children_.clear();
    std::deque<queued_child> left;
    {
      std::lock_guard guard{mutex_};
      left.swap(queue_);
    }
    for (auto& child : left)
      child.done(fail(errc::cancelled, "the child was not started because this node stops"));
  }

  const child_process_config config_;
  unique_fd wake_;
  std::mutex mutex_;
  bool stopping_ = false;             ///< under the mutex
  size_t running_ = 0;                ///< under the mutex: children_.size(), for callers
  std::deque<queued_child> queue_;    ///< under the mutex
  std::list<running_child> children_; ///< of the thread
  std::vector<pollfd> fds_;           ///< of the thread
  std::thread thread_;
};

} // namespace

std::unique_ptr<child_process> make_posix_child_process(child_process_config config) {
  config.max_children = std::max<size_t>(config.max_children, 1);
  return std::make_unique<posix_child_process>(config);
}

} // namespace vigie

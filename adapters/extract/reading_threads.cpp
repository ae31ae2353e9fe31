#include "adapters/extract/reading_threads.hpp"

#include <pthread.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <vector>

namespace vigie {

namespace {

using steady = std::chrono::steady_clock;
using callback = std::function<void(error)>;

std::atomic<uint32_t> left_behind{0};

/// Of a thread that does nothing useful any more. In Linux a thread has a niceness of its own.
constexpr int lowest_priority = 19;

struct page_job {
  source_id source;
  std::function<void()> read;
  callback done;
};

struct page_at_work {
  source_id source;
  callback done; ///< empty: it has had its time
  steady::time_point since;
  pid_t thread = 0;
};

/// What the threads share. It outlives the reader, for those that come back late.
class reading_board : public std::enable_shared_from_this<reading_board> {
public:
  explicit reading_board(const reading_config& config) : config_(config) {}

  void read(page_job job) {
    std::unique_lock lock{mutex_};
    if (auto refusal = refuse(job.source); refusal.code != errc::none) {
      lock.unlock();
      return job.done(std::move(refusal));
    }
    waiting_.push_back(std::move(job));
    if (!start_threads()) {
      auto done = std::move(waiting_.back().done);
      waiting_.pop_back();
      lock.unlock();
      return done({errc::busy, "no thread can be started to read the page", {}});
    }
    for_readers_.notify_one();
  }

  void end() {
    std::unique_lock lock{mutex_};
    over_ = true;
    waiting_.clear();
    for (auto& [number, x] : at_work_)
      x.done = {};
    left_behind += static_cast<uint32_t>(at_work_.size());
    for_readers_.notify_all();
    for_watch_.notify_all();
    ended_.wait(lock, [&] { return idle_ == 0 && telling_ == 0 && !watched_; });
  }

private:
  error overdue_of(const page_at_work& x) const {
    return {errc::bad_page,
            "the page takes longer to be read than limits.page_time (" + std::to_string(config_.page_time.count()) +
                " ms); make the selectors of source " + x.source.value + " say more, as //li[@class='item'] does",
            {}};
  }

  error refuse(const source_id& source) const {
    uint32_t overdue = 0;
    for (const auto& [number, x] : at_work_) {
      if (x.done)
        continue;
      ++overdue;
      if (x.source == source)
        return overdue_of(x);
    }
    if (overdue >= config_.overdue)
      return {errc::busy, std::to_string(overdue) + " pages take longer to be read than limits.page_time", {}};
    if (waiting_.size() >= config_.waiting)
      return {errc::busy, std::to_string(waiting_.size()) + " pages wait to be read", {}};
    return {};
  }

  /// False: there is none that would come to what waits.
  bool start_threads() {
    try {
      if (!watched_)
        std::thread{[self = shared_from_this()] { self->watch(); }}.detach();
      watched_ = true;
      while (idle_ < waiting_.size() && readers_ < config_.threads) {
        std::thread{[self = shared_from_this()] { self->work(); }}.detach();
        ++readers_;
        ++idle_;
      }
    } catch (const std::system_error&) {
      return readers_ > 0 && watched_;
    }
    return true;
  }

  void work() {
    ::pthread_setname_np(::pthread_self(), "vigie.pages");
    std::unique_lock lock{mutex_};
    for (;;) {
      for_readers_.wait(lock, [&] { return over_ || !waiting_.empty(); });
      --idle_;
      if (over_)
        break;
      if (!read_one(lock))
        return;
      ++idle_;
    }
    ended_.notify_all();
  }

  /// False: the page has had its time, and this thread another in its place.
  bool read_one(std::unique_lock<std::mutex>& lock) {
    auto job = std::move(waiting_.front());
    waiting_.pop_front();
    auto number = ++last_;
    at_work_[number] = {std::move(job.source), std::move(job.done), steady::now(),
                        static_cast<pid_t>(::syscall(SYS_gettid))};
    for_watch_.notify_one();
    lock.unlock();
    error outcome;
    try {
      job.read();
    } catch (const std::exception& e) {
      outcome = {errc::crashed, e.what(), {}};
    }
    job.read = {};
    lock.lock();
    auto done = std::move(at_work_.extract(number).mapped().done);
    if (!done) {
      if (over_)
        --left_behind;
      return false;
    }
    ++telling_;
    lock.unlock();
    done(std::move(outcome));
    done = {};
    lock.lock();
    --telling_;
    return true;
  }

  void watch() {
    std::unique_lock lock{mutex_};
    while (!over_) {
      auto first = steady::time_point::max();
      for (const auto& [number, x] : at_work_)
        if (x.done)
          first = std::min(first, x.since + config_.page_time);
      if (first == steady::time_point::max())
        for_watch_.wait(lock);
      else if (for_watch_.wait_until(lock, first) == std::cv_status::timeout)
        give_up(lock);
    }
    watched_ = false;
    ended_.notify_all();
  }

  void give_up(std::unique_lock<std::mutex>& lock) {
    std::vector<std::pair<callback, error>> told;
    auto now = steady::now();
    for (auto& [number, x] : at_work_) {
      if (!x.done || now < x.since + config_.page_time)
        continue;
      auto why = overdue_of(x);
      told.emplace_back(std::exchange(x.done, {}), why);
      --readers_;
      ::setpriority(PRIO_PROCESS, static_cast<id_t>(x.thread), lowest_priority);
      for (auto i = waiting_.begin(); i != waiting_.end();) {
        auto job = i++;
        if (job->source != x.source)
          continue;
        told.emplace_back(std::move(job->done), why);
        waiting_.erase(job);
      }
    }
    start_threads();
    lock.unlock();
    for (auto& [done, why] : told)
      done(std::move(why));
    told.clear();
    lock.lock();
  }

  const reading_config config_;
  std::mutex mutex_;
  std::condition_variable for_readers_;
  std::condition_variable for_watch_;
  std::condition_variable ended_;
  std::list<page_job> waiting_;
  std::map<uint64_t, page_at_work> at_work_;
  uint64_t last_ = 0;
  uint32_t readers_ = 0; ///< threads, but for those whose page has had its time
  uint32_t idle_ = 0;
  uint32_t telling_ = 0; ///< threads that call somebody's `done`
  bool watched_ = false;
  bool over_ = false;
};

class reading_threads : public page_reader {
public:
  explicit reading_threads(const reading_config& config) : board_(std::make_shared<reading_board>(config)) {}
  ~reading_threads() override { board_->end(); }

  void read(const source_id& source, std::function<void()> read, std::function<void(error)> done) override {
    board_->read({source, std::move(read), std::move(done)});
  }

private:
  std::shared_ptr<reading_board> board_;
};

} // namespace

std::unique_ptr<page_reader> make_reading_threads(const reading_config& config) {
  return std::make_unique<reading_threads>(config);
}

uint32_t pages_left_behind() {
  return left_behind;
}

} // namespace vigie

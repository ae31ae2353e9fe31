// CAF's scheduler with another clock. CAF's own clock is a thread with a queue: every timer that is set or taken back,
// each request with a time-out, and each actor that ends wake that thread, which costs two context switches and, on
// few cores, the place of the thread that does the work. This one keeps its timers in a table behind a lock, and its
// thread is woken only for a timer that is due earlier than what it already waits for.
#pragma once

#include <caf/detail/thread_safe_actor_clock.hpp>
#include <caf/policy/work_sharing.hpp>
#include <caf/scheduler/coordinator.hpp>

#include <condition_variable>
#include <mutex>
#include <thread>

namespace vigie {

/// Thread-safe. Timers fire on its thread, outside of its lock.
class thrifty_clock : public caf::detail::thread_safe_actor_clock {
public:
  using timers = caf::detail::simple_actor_clock;

  void start(caf::actor_system& system);
  /// Ends the thread and drops what is not due yet.
  void stop();
  /// Timers set and not yet due.
  size_t size() const;

  void set_ordinary_timeout(time_point t, caf::abstract_actor* self, caf::atom_value type, uint64_t id) override;
  void set_multi_timeout(time_point t, caf::abstract_actor* self, caf::atom_value type, uint64_t id) override;
  void set_request_timeout(time_point t, caf::abstract_actor* self, caf::message_id id) override;
  void cancel_ordinary_timeout(caf::abstract_actor* self, caf::atom_value type) override;
  void cancel_request_timeout(caf::abstract_actor* self, caf::message_id id) override;
  void cancel_timeouts(caf::abstract_actor* self) override;
  void schedule_message(time_point t, caf::strong_actor_ptr receiver, caf::mailbox_element_ptr content) override;
  void schedule_message(time_point t, caf::group target, caf::strong_actor_ptr sender, caf::message content) override;
  void cancel_all() override;

private:
  template <class F>
  void add(F&& insert);
  void run();
  void fire(std::unique_lock<std::mutex>& lock, time_point now);

  mutable std::mutex mutex_; ///< guards the timers of the base and what follows
  std::condition_variable earlier_;
  time_point waits_until_ = time_point::min(); ///< min = it looks at the timers before it waits again
  bool ending_ = false;
  std::thread thread_;
};

class thrifty_scheduler : public caf::scheduler::coordinator<caf::policy::work_sharing> {
public:
  using super = caf::scheduler::coordinator<caf::policy::work_sharing>;

  explicit thrifty_scheduler(caf::actor_system& system) : super(system) {}

  static caf::actor_system::module* make(caf::actor_system& system, caf::detail::type_list<>) {
    return new thrifty_scheduler(system);
  }

  thrifty_clock& clock() noexcept override { return clock_; }

protected:
  void start() override;
  void stop() override;

private:
  thrifty_clock clock_;
};

} // namespace vigie

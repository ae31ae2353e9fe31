#include "runtime/link/thrifty_scheduler.hpp"

#include <caf/all.hpp>

#include <pthread.h>

#include <utility>
#include <vector>

namespace vigie {

void thrifty_clock::start(caf::actor_system& system) {
  thread_ = std::thread{[this, &system] {
    ::pthread_setname_np(::pthread_self(), "vigie.clock");
    system.thread_started();
    run();
    system.thread_terminates();
  }};
}

void thrifty_clock::stop() {
  {
    std::lock_guard lock{mutex_};
    ending_ = true;
  }
  earlier_.notify_one();
  if (thread_.joinable())
    thread_.join();
  cancel_all();
}

size_t thrifty_clock::size() const {
  std::lock_guard lock{mutex_};
  return schedule_.size();
}

template <class F>
void thrifty_clock::add(F&& insert) {
  {
    std::lock_guard lock{mutex_};
    insert();
    auto first = schedule_.begin()->first;
    if (first >= waits_until_)
      return;
    waits_until_ = first; // it is told once
  }
  earlier_.notify_one();
}

void thrifty_clock::set_ordinary_timeout(time_point t, caf::abstract_actor* self, caf::atom_value type, uint64_t id) {
  add([&] { timers::set_ordinary_timeout(t, self, type, id); });
}

void thrifty_clock::set_multi_timeout(time_point t, caf::abstract_actor* self, caf::atom_value type, uint64_t id) {
  add([&] { timers::set_multi_timeout(t, self, type, id); });
}

void thrifty_clock::set_request_timeout(time_point t, caf::abstract_actor* self, caf::message_id id) {
  add([&] { timers::set_request_timeout(t, self, id); });
}

void thrifty_clock::schedule_message(time_point t, caf::strong_actor_ptr receiver, caf::mailbox_element_ptr content) {
  add([&] { timers::schedule_message(t, std::move(receiver), std::move(content)); });
}

void thrifty_clock::schedule_message(time_point t, caf::group target, caf::strong_actor_ptr sender,
                                     caf::message content) {
  add([&] { timers::schedule_message(t, std::move(target), std::move(sender), std::move(content)); });
}

// What is taken back may hold a reference to its actor, but never the last one: the actor itself is asking. So nothing
// is destroyed under the lock that would come back here.

void thrifty_clock::cancel_ordinary_timeout(caf::abstract_actor* self, caf::atom_value type) {
  std::lock_guard lock{mutex_};
  timers::cancel_ordinary_timeout(self, type);
}

void thrifty_clock::cancel_request_timeout(caf::abstract_actor* self, caf::message_id id) {
  std::lock_guard lock{mutex_};
  timers::cancel_request_timeout(self, id);
}

void thrifty_clock::cancel_timeouts(caf::abstract_actor* self) {
  std::lock_guard lock{mutex_};
  timers::cancel_timeouts(self);
}

void thrifty_clock::cancel_all() {
  schedule_map dropped; // may hold last references, so it goes after the lock
  std::lock_guard lock{mutex_};
  actor_lookup_.clear();
  dropped.swap(schedule_);
}

void thrifty_clock::run() {
  std::unique_lock lock{mutex_};
  while (!ending_) {
    auto now = clock_type::now();
    if (schedule_.empty()) {
      waits_until_ = time_point::max();
      earlier_.wait(lock);
    } else if (auto first = schedule_.begin()->first; first > now) {
      waits_until_ = first;
      earlier_.wait_until(lock, first);
    } else {
      fire(lock, now);
    }
    waits_until_ = time_point::min();
  }
}

void thrifty_clock::fire(std::unique_lock<std::mutex>& lock, time_point now) {
  std::vector<unique_delayed_event_ptr> due;
  waits_until_ = time_point::min();
  while (!schedule_.empty() && schedule_.begin()->first <= now) {
    auto first = schedule_.begin();
    due.push_back(std::move(first->second));
    schedule_.erase(first);
    if (due.back()->backlink != actor_lookup_.end())
      actor_lookup_.erase(due.back()->backlink);
  }
  lock.unlock();
  for (auto& event : due)
    ship(*event);
  due.clear();
  lock.lock();
}

void thrifty_scheduler::start() {
  clock_.start(system());
  super::start();
}

void thrifty_scheduler::stop() {
  super::stop();
  clock_.stop();
}

} // namespace vigie

// The base of every actor of vigie: counted, timed, and unable to leave a requester without an answer.
//
// A shell is `shell<x_actor, x_state>`: a function `x_actor::behavior_type x(x_ptr self, x_config, ...)` gives its
// behaviour. On top of CAF's actors it has:
//  - run(f): f as a message to itself, from any thread (the continuation of a port);
//  - after(delay, f): f as a message to itself later (a timer); dropped when the actor has ended;
//  - reply<T>: a promise that is failed with errc::crashed when the actor dies before it is kept;
//  - counters for the inspector (actors/probe.hpp).
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "actors/actor_ref.hpp"
#include "actors/answer_handlers.hpp"
#include "actors/continuation.hpp"
#include "actors/probe.hpp"
#include "actors/reply.hpp"
#include "messages/failure.hpp"
#include "messages/protocols.hpp"
#include "messages/type_ids.hpp"

namespace vigie {

template <class Base>
class instrumented : public Base {
public:
  template <class... Ts>
  explicit instrumented(caf::actor_config& cfg, Ts&&... xs)
      : Base(cfg, std::forward<Ts>(xs)...), probe_(std::make_shared<probe>()) {
    probe_->wake = [me = caf::actor_cast<caf::weak_actor_ptr>(this->ctrl())] {
      if (auto target = caf::actor_cast<caf::strong_actor_ptr>(me))
        target->enqueue(nullptr, caf::make_message_id(), caf::make_message(crash_now{"crashed on request"}), nullptr);
    };
    actor_directory::instance().add(this->id(), probe_);
    this->set_exception_handler([](std::exception_ptr& e) -> caf::error {
      try {
        std::rethrow_exception(e);
      } catch (const std::exception& x) {
        return to_caf({errc::crashed, x.what(), {}});
      } catch (...) {
        return to_caf({errc::crashed, "an exception of unknown type", {}});
      }
    });
    // What nobody understands is an error for whoever asked, and nothing for whoever only sent (see
    // reply::nobody_waits).
    this->set_default_handler([this](caf::scheduled_actor*, caf::message_view&) -> caf::result<caf::message> {
      if (this->current_mailbox_element()->mid.is_request())
        return caf::sec::unexpected_message;
      return caf::message{};
    });
  }

  ~instrumented() override { actor_directory::instance().remove(this->id()); }

  void launch(caf::execution_unit* where, bool lazy, bool hide) override {
    actor_directory::instance().set_kind(this->id(), this->name());
    Base::launch(where, lazy, hide);
  }

  void enqueue(caf::mailbox_element_ptr what, caf::execution_unit* where) override {
    probe_->received.fetch_add(1, std::memory_order_relaxed);
    Base::enqueue(std::move(what), where);
  }

  caf::resumable::resume_result resume(caf::execution_unit* where, size_t max_messages) override {
    stopwatch watch{std::chrono::steady_clock::now(), 0};
    watch_ = &watch;
    auto outcome = Base::resume(where, max_messages);
    // Another thread may run this actor already: nothing is touched from here on but the watch and atomics.
    if (watch.unseen > 0)
      look(watch);
    return outcome;
  }

  caf::invoke_message_result consume(caf::mailbox_element& x) override {
    auto outcome = consume_own(x) ? caf::invoke_message_result::consumed : Base::consume(x);
    if (outcome != caf::invoke_message_result::skipped) {
      // Only this actor's context writes it: a plain store is enough and cheaper than a locked add.
      probe_->handled.store(probe_->handled.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
      if (++watch_->unseen == probe::messages_per_look)
        look(*watch_);
    }
    return outcome;
  }

  bool cleanup(caf::error&& why, caf::execution_unit* where) override {
    answer_handlers_.clear();
    replies_.fail_all({errc::crashed, why ? caf::to_string(why) : "the actor ended", {}});
    actor_directory::instance().remove(this->id());
    return Base::cleanup(std::move(why), where);
  }

  /// As CAF's own, but thousands may be outstanding; only then() may be called on what it gives.
  template <class Handle, class Timeout, class... Ts>
  auto request(const Handle& to, Timeout patience, Ts&&... xs) {
    return remember(Base::request(to, patience, std::forward<Ts>(xs)...));
  }

  /// For request() above.
  void add_multiplexed_response_handler(caf::message_id answer, caf::behavior handler) {
    answer_handlers_.add(answer, std::move(handler));
  }

  /// A reply to the message being handled, failed with `crashed` if this actor dies first.
  template <class T>
  reply<T> owe() {
    return reply<T>{replies_, this->template make_response_promise<promise<T>>()};
  }

  /// A callable for other threads: gives its argument to `f` in this actor's context, or drops it when the actor is
  /// gone. Holds no strong reference, so a forgotten callback keeps nothing alive.
  template <class F>
  auto bridge(F f) {
    auto me = caf::actor_cast<caf::weak_actor_ptr>(this->ctrl());
    return [me, f = std::move(f)](auto value) mutable {
      if (auto target = caf::actor_cast<caf::strong_actor_ptr>(me))
        target->enqueue(nullptr, caf::make_message_id(),
                        caf::make_message(continuation{
                            [f = std::move(f), value = std::move(value)]() mutable { f(std::move(value)); }}),
                        nullptr);
    };
  }

  /// `f` in this actor's context after `delay` of the actor's clock.
  template <class Rep, class Period, class F>
  void after(std::chrono::duration<Rep, Period> delay, F f) {
    this->clock().schedule_message(
        this->clock().now() + delay, this->ctrl(),
        caf::make_mailbox_element(nullptr, caf::make_message_id(), {}, continuation{std::move(f)}));
  }

  /// One line for the inspector: "up, 11 in flight".
  void show(std::string state) { actor_directory::instance().set_state(this->id(), std::move(state)); }

private:
  template <class Requester, class Answer>
  auto remember(const caf::response_handle<Requester, Answer, false>& sent) {
    return caf::response_handle<instrumented, Answer, false>{sent.id(), this};
  }

  /// Of one turn on a thread, on that thread's stack.
  struct stopwatch {
    std::chrono::steady_clock::time_point last;
    uint32_t unseen; ///< messages handled since
  };

  /// The clock costs as much as everything else here, so a busy actor looks at it once in a few messages.
  void look(stopwatch& watch) {
    auto now = std::chrono::steady_clock::now();
    auto spent = static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(now - watch.last).count());
    watch = {now, 0};
    probe_->busy_ns.fetch_add(spent, std::memory_order_relaxed);
    auto longest = probe_->max_ns.load(std::memory_order_relaxed);
    while (spent > longest && !probe_->max_ns.compare_exchange_weak(longest, spent, std::memory_order_relaxed))
      ;
  }

  bool consume_own(caf::mailbox_element& x) {
    // CAF answers the request that was under way when an actor throws; it must not look at an earlier one.
    this->current_element_ = &x;
    if (probe_->crash_next.load(std::memory_order_relaxed)) {
      probe_->crash_next.store(false, std::memory_order_relaxed);
      throw std::runtime_error("crashed on request");
    }
    if (x.mid.is_response())
      return answer_handlers_.consume(x);
    if (!x.mid.is_async())
      return false;
    const auto& content = x.content();
    if (content.template match_elements<continuation>()) {
      content.template get_as<continuation>(0).run();
      return true;
    }
    if (content.template match_elements<crash_now>())
      throw std::runtime_error(content.template get_as<crash_now>(0).why);
    return false;
  }

  std::shared_ptr<probe> probe_;
  stopwatch* watch_ = nullptr; ///< of the turn that is under way
  open_replies replies_;
  answer_handlers answer_handlers_;
};

template <class Handle, class State>
using shell = caf::stateful_actor<State, instrumented<typename Handle::base>>;

} // namespace vigie

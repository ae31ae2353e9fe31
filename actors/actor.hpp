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
#include <mutex>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <utility>

#include "actors/probe.hpp"
#include "messages/failure.hpp"
#include "messages/protocols.hpp"
#include "messages/type_ids.hpp"

namespace vigie {

/// A closure on its way to the actor that owns what it touches. Never leaves the process.
struct continuation {
  std::function<void()> run;
};

/// Asks an actor's base to throw (fault injection).
struct crash_now {
  std::string why;
};

} // namespace vigie

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(vigie::continuation)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(vigie::crash_now)

namespace vigie {

/// Promises not yet kept; owned by an actor's base, used only from its context.
class open_replies {
public:
  template <class T>
  uint64_t add(promise<T> p) {
    caf::response_promise& untyped = p;
    open_.emplace(++last_, untyped);
    return last_;
  }

  /// Empty when it was kept before.
  bool take(uint64_t id) { return open_.erase(id) > 0; }

  void fail_all(const error& why) {
    auto all = std::exchange(open_, {});
    for (auto& [id, p] : all)
      if (!p.async())
        p.deliver(to_caf(why));
  }

private:
  uint64_t last_ = 0;
  std::unordered_map<uint64_t, caf::response_promise> open_;
};

/// An answer owed to a requester. Copies share it: the first to keep it wins. Only for use in the context of the actor
/// that made it (closures given to run() and after() are).
template <class T>
class reply {
public:
  reply(open_replies& owner, promise<T> p) : owner_(&owner), id_(owner.add(p)), promise_(std::move(p)) {}

  template <class... Args>
  void keep(Args&&... value) {
    if (!owner_->take(id_) || nobody_waits())
      return;
    if constexpr (sizeof...(Args) == 0)
      static_cast<caf::response_promise&>(promise_).deliver(caf::unit);
    else
      promise_.deliver(std::forward<Args>(value)...);
  }

  void fail(const error& why) {
    if (owner_->take(id_) && !nobody_waits())
      promise_.deliver(to_caf(why));
  }

  /// What a handler returns.
  operator promise<T>() const { return promise_; }

private:
  /// The message was sent, not requested. CAF would send the answer all the same, as a message of its own; an error
  /// among them ends the actor that gets it.
  bool nobody_waits() { return static_cast<caf::response_promise&>(promise_).async(); }

  open_replies* owner_;
  uint64_t id_;
  promise<T> promise_;
};

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

  caf::invoke_message_result consume(caf::mailbox_element& x) override {
    auto begin = std::chrono::steady_clock::now();
    auto outcome = consume_own(x) ? caf::invoke_message_result::consumed : Base::consume(x);
    auto spent = static_cast<uint64_t>(
        std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now() - begin).count());
    if (outcome != caf::invoke_message_result::skipped) {
      // Only this thread writes: a plain store is enough and cheaper than a locked add.
      constexpr auto relaxed = std::memory_order_relaxed;
      probe_->handled.store(probe_->handled.load(relaxed) + 1, relaxed);
      probe_->busy_ns.store(probe_->busy_ns.load(relaxed) + spent, relaxed);
      if (spent > probe_->max_ns.load(relaxed))
        probe_->max_ns.store(spent, relaxed);
    }
    return outcome;
  }

  bool cleanup(caf::error&& why, caf::execution_unit* where) override {
    replies_.fail_all({errc::crashed, why ? caf::to_string(why) : "the actor ended", {}});
    actor_directory::instance().remove(this->id());
    return Base::cleanup(std::move(why), where);
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
  bool consume_own(caf::mailbox_element& x) {
    // CAF answers the request that was under way when an actor throws; it must not look at an earlier one.
    this->current_element_ = &x;
    if (probe_->crash_next.load(std::memory_order_relaxed)) {
      probe_->crash_next.store(false, std::memory_order_relaxed);
      throw std::runtime_error("crashed on request");
    }
    const auto& content = x.content();
    if (x.mid.is_async() && content.template match_elements<continuation>()) {
      content.template get_as<continuation>(0).run();
      return true;
    }
    if (x.mid.is_async() && content.template match_elements<crash_now>())
      throw std::runtime_error(content.template get_as<crash_now>(0).why);
    return false;
  }

  std::shared_ptr<probe> probe_;
  open_replies replies_;
};

template <class Handle, class State>
using shell = caf::stateful_actor<State, instrumented<typename Handle::base>>;

/// A name that survives restarts: the supervisor points it at each new incarnation. Copies share it; thread-safe.
/// Between a crash and the restart it gives the dead handle, so that a request fails at once instead of waiting.
template <class Handle>
class actor_ref {
public:
  actor_ref() : cell_(std::make_shared<cell>()) {}

  Handle get() const {
    std::lock_guard guard{cell_->mutex};
    return cell_->handle;
  }

  void set(Handle x) {
    std::lock_guard guard{cell_->mutex};
    cell_->handle = std::move(x);
  }

private:
  struct cell {
    std::mutex mutex;
    Handle handle;
  };

  std::shared_ptr<cell> cell_;
};

} // namespace vigie

// The API's calls as requests of the `http-api` actor: bounded, and each answered exactly once.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "actors/policy/redaction.hpp"
#include "runtime/answer_once.hpp"
#include "runtime/backend.hpp"

namespace vigie {

/// Thread-safe. It outlives the http-api actor.
class actor_calls {
protected:
  /// Above `max_calls` outstanding they are `busy`.
  actor_calls(actor_ref<caf::actor> http_api, size_t max_calls, redactor secrets, environment env)
      : http_api_(std::move(http_api)), max_calls_(max_calls), secrets_(std::move(secrets)), log_(env.log) {}

  size_t outstanding() const { return open_.load(std::memory_order_relaxed); }

  /// Errors repeat what they are about: a URL, a header, what a program printed.
  void hide(std::string& text) const { text = secrets_.mask(text); }

  template <class T, class Handle, class... Message>
  void ask(const actor_ref<Handle>& whom, duration timeout, api_backend::done<T> cb, Message... message) {
    auto target = whom.get();
    if (!target)
      return cb(fail(errc::crashed, "the part that serves this is not running yet"));
    auto once = std::make_shared<answer_once<T>>(cb, open_);
    auto refused = post([once, target, timeout, message...](api_bridge_shell* self) {
      self->request(target, timeout, message...)
          .then([once](T& x) { (*once)(std::move(x)); },
                [once](caf::error& e) { (*once)(tl::unexpected<error>(from_caf(e))); });
    });
    if (refused.code != errc::none) {
      open_.fetch_add(1, std::memory_order_relaxed); // `once` takes it away again
      (*once)(tl::unexpected<error>(refused));
    }
  }

  /// What changes something is not taken back when its caller has given up: what becomes of it then is told.
  template <class T, class Handle, class... Message>
  void change(const char* call, const actor_ref<Handle>& whom, duration timeout, api_backend::done<T> cb,
              Message... message) {
    auto target = whom.get();
    if (!target)
      return cb(fail(errc::crashed, "the part that serves this is not running yet"));
    auto once = std::make_shared<answer_once<T>>(std::move(cb), open_);
    auto outcome = [this, once, call, timeout](result<T> x) {
      if (once->answered())
        tell_late(call, timeout, x ? error{} : x.error());
      (*once)(std::move(x));
    };
    auto refused = post([once, outcome, target, timeout, message...](api_bridge_shell* self) {
      auto failed = [outcome](caf::error& e) { outcome(tl::unexpected<error>(from_caf(e))); };
      auto asked = self->request(target, caf::infinite, message...);
      if constexpr (std::is_same_v<T, database::unit>)
        asked.then([outcome] { outcome(database::unit{}); }, failed);
      else
        asked.then([outcome](T& x) { outcome(std::move(x)); }, failed);
      self->after(timeout, [once = std::weak_ptr{once}] {
        if (auto waits = once.lock())
          (*waits)(tl::unexpected<error>(from_caf(make_error(caf::sec::request_timeout))));
      });
    });
    if (refused.code != errc::none) {
      open_.fetch_add(1, std::memory_order_relaxed);
      (*once)(tl::unexpected<error>(refused));
    }
  }

private:
  /// Runs `f(self)` in the http-api actor. False when there is none or too much is outstanding.
  template <class F>
  error post(F f) {
    if (open_.fetch_add(1, std::memory_order_relaxed) >= max_calls_) {
      open_.fetch_sub(1, std::memory_order_relaxed);
      return {errc::busy, "more than " + std::to_string(max_calls_) + " API calls are outstanding", {}};
    }
    auto bridge = http_api_.get();
    if (!bridge) {
      open_.fetch_sub(1, std::memory_order_relaxed);
      return {errc::crashed, "the http-api actor is not running", {}};
    }
    auto* self = static_cast<api_bridge_shell*>(caf::actor_cast<caf::abstract_actor*>(bridge));
    caf::anon_send(bridge, continuation{[self, f = std::move(f)] { f(self); }});
    return {};
  }

  void tell_late(const char* call, duration timeout, const error& why) {
    auto outcome = why.code == errc::none ? std::string{"done"} : to_string(why);
    hide(outcome);
    log_->emit({log_level::warn,
                "late_outcome",
                {},
                {{"call", call},
                 {"outcome", std::move(outcome)},
                 {"why", "its caller was answered 504 after " + std::to_string(timeout.count()) + " ms"}}});
  }

  const actor_ref<caf::actor> http_api_;
  const size_t max_calls_;
  const redactor secrets_;
  event_log* const log_;
  std::atomic<size_t> open_{0};
};

} // namespace vigie

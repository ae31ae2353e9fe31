// What passes through a worker-proxy while its link is up: main's requests to the worker, the worker's to main.
#pragma once

#include "actors/worker_proxy.hpp"

namespace vigie {

/// Work is bounded by the window and given only to a link that is up; control passes also while suspect or draining.
enum class proxy_traffic : uint8_t { work, control };

/// Why the worker cannot be asked now; errc::none = it can.
error refuse_outbound(worker_proxy_shell* self, proxy_traffic kind);
/// Why this message of the worker is not taken, where `under_way` of the same kind are; errc::none = it is.
error refuse_inbound(worker_proxy_shell* self, const envelope& from, uint32_t under_way, uint32_t window);
/// Registers how a request in flight is failed; gives its number.
uint64_t begin_request(worker_proxy_shell* self, proxy_traffic kind, std::function<void(const error&)> fail);
/// True if the request had not been failed meanwhile.
bool end_request(worker_proxy_shell* self, uint64_t id, proxy_traffic kind);
/// The link broke: everything outstanding fails now.
void fail_requests(worker_proxy_shell* self, const error& why);
/// How long to wait for the worker: the envelope's deadline, within limits.
duration patience_of(worker_proxy_shell* self, const envelope& from);
/// A request's error as main sees it: time-outs are the worker's silence.
error blame_worker(const caf::error& e, const worker_id& worker);

/// ok(value), or ok() for requests without an answer's content.
template <class T, class Request, class Ok, class Bad>
void on_answer(Request request, Ok ok, Bad bad) {
  if constexpr (std::is_void_v<T>)
    request.then([ok]() mutable { ok(); }, bad);
  else
    request.then([ok](T& x) mutable { ok(std::move(x)); }, bad);
}

/// Asks the worker under the present epoch. If the request is sent at all, `begin` is called, and what it gives is told
/// the outcome once: the problem and the site's status.
template <class T, class Begin, class... Args>
promise<T> ask_worker(worker_proxy_shell* self, proxy_traffic kind, envelope from, duration patience, Begin begin,
                      Args... args) {
  auto answer = self->template owe<T>();
  if (auto problem = refuse_outbound(self, kind); problem.code != errc::none) {
    answer.fail(problem);
    return answer;
  }
  auto ended = begin();
  auto fail = [answer, ended](const error& why) mutable {
    ended(why, 0);
    answer.fail(why);
  };
  auto id = begin_request(self, kind, fail);
  from.epoch = self->state.machine.epoch();
  from.deadline = patience;
  on_answer<T>(
      self->request(self->state.gateway, patience, from, std::move(args)...),
      [self, id, kind, answer, ended](auto... value) mutable {
        if (!end_request(self, id, kind))
          return;
        if constexpr (std::is_same_v<T, command_result>)
          (ended(value.problem, value.http_status), ...);
        else
          ended(error{}, 0);
        answer.keep(std::move(value)...);
      },
      [self, id, kind, fail](caf::error& e) mutable {
        if (end_request(self, id, kind))
          fail(blame_worker(e, self->state.config.worker));
      });
  return answer;
}

/// Hands a message of the worker to the actor of main that it is for, with the worker's name.
template <class T, class Handle, class... Args>
promise<T> pass_on(worker_proxy_shell* self, const envelope& from, const actor_ref<Handle>& to, duration patience,
                   Args... args) {
  auto answer = self->template owe<T>();
  constexpr bool waits_for_host = std::is_same_v<T, permit>;
  auto under_way = waits_for_host ? &worker_proxy_state::permits_asked : &worker_proxy_state::inbound;
  auto window = waits_for_host ? self->state.config.permit_window : self->state.config.inbound_window;
  if (auto problem = refuse_inbound(self, from, self->state.*under_way, window); problem.code != errc::none) {
    answer.fail(problem);
    return answer;
  }
  ++(self->state.*under_way);
  on_answer<T>(
      self->request(to.get(), patience, self->state.config.worker, std::move(args)...),
      [self, answer, under_way](auto... value) mutable {
        --(self->state.*under_way);
        answer.keep(std::move(value)...);
      },
      [self, answer, under_way](caf::error& e) mutable {
        --(self->state.*under_way);
        answer.fail(from_caf(e));
      });
  return answer;
}

} // namespace vigie

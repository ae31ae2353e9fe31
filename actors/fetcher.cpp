#include "actors/fetcher.hpp"

namespace vigie {

namespace {

/// "2xx" … "5xx", or the error's name.
std::string outcome_of(const result<http_response>& answer) {
  return answer ? std::to_string(answer->status / 100) + "xx" : std::string{to_string(answer.error().code)};
}

void record(const environment& env, const result<http_response>& answer, mono_time begun, mono_time now) {
  env.metrics->count("vigie_fetch_requests_total", {{"outcome", outcome_of(answer)}});
  env.metrics->observe_seconds("vigie_fetch_seconds", {}, std::chrono::duration<double>(now - begun).count());
  if (answer)
    env.metrics->count("vigie_fetch_bytes_total", {}, static_cast<double>(answer->body.size()));
}

void set_in_flight(fetcher_ptr self, const environment& env, uint32_t n) {
  self->state.in_flight = n;
  self->show(std::to_string(n) + " in flight");
  env.metrics->gauge("vigie_fetch_in_flight", {}, n);
}

void one_less(fetcher_ptr self, uint64_t asker) {
  auto& s = self->state;
  auto i = s.by_asker.find(asker);
  if (--i->second > 0)
    return;
  s.by_asker.erase(i);
  if (auto waiting = s.awaited.extract(asker))
    for (auto& x : waiting.mapped())
      x.keep();
}

} // namespace

error validate(const fetcher_config& config) {
  if (config.max_in_flight == 0)
    return {errc::bad_config, "the limit of requests in flight must be positive", {}};
  return {};
}

fetcher_actor::behavior_type fetcher(fetcher_ptr self, fetcher_config config, environment env, http_client* client) {
  self->state.config = config;
  set_in_flight(self, env, 0);
  return {
      [self, env, client](http_request& request) -> promise<http_response> {
        auto caller = self->current_sender(); // owe() takes it out of the message
        auto asker = caller ? caller->id() : 0;
        auto owed = self->owe<http_response>();
        auto& s = self->state;
        if (s.in_flight >= s.config.max_in_flight) {
          env.metrics->count("vigie_fetch_requests_total", {{"outcome", "busy"}});
          owed.fail({errc::busy, std::to_string(s.in_flight) + " requests are in flight, the limit of this node", {}});
          return owed;
        }
        set_in_flight(self, env, s.in_flight + 1);
        ++s.by_asker[asker];
        auto begun = self->clock().now();
        client->fetch(std::move(request), self->bridge([=](result<http_response> answer) mutable {
          set_in_flight(self, env, self->state.in_flight - 1);
          one_less(self, asker);
          record(env, answer, begun, self->clock().now());
          if (answer)
            owed.keep(std::move(*answer));
          else
            owed.fail(answer.error());
        }));
        return owed;
      },
      [self](const await_requests& what) -> promise<void> {
        auto owed = self->owe<void>();
        if (self->state.by_asker.contains(what.asker))
          self->state.awaited[what.asker].push_back(owed);
        else
          owed.keep();
        return owed;
      },
  };
}

} // namespace vigie

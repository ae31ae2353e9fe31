#include "actors/fetcher.hpp"

namespace vigie {

namespace {

/// From any thread, and after the actor's end.
void show_in_flight(uint64_t actor, metrics_sink& metrics, size_t n) {
  actor_directory::instance().set_state(actor, std::to_string(n) + " in flight");
  metrics.gauge("vigie_fetch_in_flight", {}, static_cast<double>(n));
}

} // namespace

error validate(const fetcher_config& config) {
  if (config.max_in_flight == 0)
    return {errc::bad_config, "the limit of requests in flight must be positive", {}};
  return {};
}

fetcher_actor::behavior_type fetcher(fetcher_ptr self, fetcher_config config, environment env, http_client* client,
                                     std::shared_ptr<flights> air) {
  self->state.config = config;
  show_in_flight(self->id(), *env.metrics, air->under_way());
  return {
      [self, metrics = env.metrics, client, air](begin_fetch& what) -> caf::result<void> {
        auto most = self->state.config.max_in_flight;
        if (auto problem = air->begin(what.permit, most, self->clock().now()); problem.code != errc::none)
          return to_caf(problem);
        show_in_flight(self->id(), *metrics, air->under_way());
        client->fetch(
            std::move(what.request),
            [air, metrics, permit = what.permit, me = self->id()](result<http_response> answer) {
              air->land(permit, std::move(answer));
              show_in_flight(me, *metrics, air->under_way());
            },
            [air, permit = what.permit] { return air->leave(permit); });
        return caf::unit;
      },
  };
}

} // namespace vigie

#include "actors/notifier.hpp"

#include <algorithm>

#include "actors/policy/store_outage.hpp"

namespace vigie {

using namespace std::chrono_literals;

result<notifier_config> validate(notifier_config config) {
  if (auto problem = validate(config.delivery); problem.code != errc::none)
    return tl::unexpected<error>(problem);
  if (config.batch == 0 || config.max_in_flight == 0)
    return fail(errc::bad_config, "notifier: batch and max_in_flight must be at least 1");
  return config;
}

void notifier_state::show_state() {
  self->show(std::to_string(in_flight) + " in flight, " + std::to_string(sent) + " sent, " + std::to_string(failed) +
             " failed tries");
}

void notifier_state::recover() {
  if (recovering || in_flight > 0)
    return;
  recovering = true;
  // Rows of a former incarnation may have been sent. Later on, with nothing in flight, a row is `sending` only because
  // the answer to a claim was lost: it was surely not sent, whatever its channel.
  std::vector<channel_id> repeatable;
  for (const auto& [id, channel] : channels)
    if (!first_recovery || channel->idempotent())
      repeatable.push_back(id);
  self->request(store.get(), 30s, recover_outbox{std::move(repeatable)})
      .then(
          [this](uint32_t rows) {
            recovering = false;
            recovered = true;
            first_recovery = false;
            if (rows > 0)
              env.log->emit({log_level::warn, "outbox_recovered", {}, {{"rows", std::to_string(rows)}}});
            claim();
          },
          [this](caf::error&) {
            self->after(1s, [this] {
              recovering = false;
              recover();
            });
          });
}

void notifier_state::poll() {
  claim();
  self->after(config.poll, [this] { poll(); });
}

void notifier_state::claim() {
  more = true;
  if (!recovered || claiming || in_flight >= config.max_in_flight)
    return;
  claiming = true;
  more = false;
  auto limit = std::min(config.batch, config.max_in_flight - in_flight);
  self->request(store.get(), 30s, claim_outbox{limit})
      .then(
          [this, limit](const std::vector<outbox_row>& rows) {
            claiming = false;
            more = more || rows.size() >= limit;
            in_flight += static_cast<uint32_t>(rows.size());
            for (const auto& row : rows)
              send(row);
            show_state();
            if (more)
              claim();
          },
          [this](caf::error& e) { claim_lost(from_caf(e)); });
}

void notifier_state::claim_lost(const error& why) {
  claiming = false;
  more = true; // the poll asks again
  if (!may_be_stored(why.code))
    return;
  recovered = false;
  recover();
}

void notifier_state::send(outbox_row row) {
  auto channel = channels.find(row.channel);
  if (channel == channels.end())
    return outcome(row, {errc::not_found, "no channel named \"" + row.channel.value + "\" in the configuration", {}},
                   true);
  auto idempotent = channel->second->idempotent();
  channel->second->send(row, self->bridge([this, row, idempotent](error e) { outcome(row, e, idempotent); }));
}

void notifier_state::outcome(const outbox_row& row, const error& what, bool idempotent) {
  auto decision = decide_delivery(config.delivery, what.code, row.attempts, idempotent, rng());
  env.metrics->count("vigie_notifications_total",
                     {{"channel", row.channel.value}, {"state", std::string{to_string(decision.state)}}});
  ++(decision.state == delivery_state::sent ? sent : failed);
  if (decision.state != delivery_state::sent)
    env.log->emit({log_level::warn,
                   "notification_not_sent",
                   {},
                   {{"channel", row.channel.value},
                    {"key", row.key},
                    {"state", std::string{to_string(decision.state)}},
                    {"retry_in_ms", std::to_string(decision.wait.count())},
                    {"problem", to_string(what)}}});
  finish(row.id, decision, decision.state == delivery_state::sent ? std::string{} : to_string(what));
}

void notifier_state::finish(outbox_id id, delivery_decision decision, std::string problem) {
  self->request(store.get(), 30s, finish_outbox{id, decision.state, decision.wait, problem})
      .then(
          [this, decision] {
            if (decision.state == delivery_state::pending)
              self->after(decision.wait, [this] { claim(); });
            finished();
          },
          [this, id, decision, problem](caf::error& e) {
            if (!is_store_outage(from_caf(e).code))
              return finished(); // the row is gone, or was finished by a request of which the answer was lost
            // Else it would stay `sending`: what became of it must be written down.
            self->after(1s, [=, this] { finish(id, decision, problem); });
          });
}

void notifier_state::finished() {
  --in_flight;
  show_state();
  if (!recovered)
    recover();
  else if (more)
    claim();
}

notifier_actor::behavior_type notifier(notifier_ptr self, notifier_config config,
                                       std::map<channel_id, notify_channel*> channels, actor_ref<store_actor> store,
                                       environment env) {
  auto& st = self->state;
  st.self = self;
  st.config = config;
  st.channels = std::move(channels);
  st.store = std::move(store);
  st.rng.seed(env.seed ^ std::hash<std::string>{}(notifier_state::name));
  st.env = std::move(env);
  st.recover();
  st.poll();
  return {
      [&st](const outbox_grew&) { st.claim(); },
  };
}

} // namespace vigie

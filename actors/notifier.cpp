#include "actors/notifier.hpp"

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
  self->show(std::to_string(in_flight) + " in flight, " + std::to_string(waiting.size()) + " waiting, " +
             std::to_string(sent) + " sent, " + std::to_string(failed) + " failed tries");
}

void notifier_state::recover() {
  std::vector<channel_id> idempotent;
  for (const auto& [id, channel] : channels)
    if (channel->idempotent())
      idempotent.push_back(id);
  self->request(store.get(), 30s, recover_outbox{std::move(idempotent)})
      .then(
          [this](uint32_t rows) {
            recovered = true;
            if (rows > 0)
              env.log->emit({log_level::warn, "outbox_recovered", {}, {{"rows", std::to_string(rows)}}});
            claim();
          },
          [this](caf::error&) { self->after(1s, [this] { recover(); }); });
}

void notifier_state::poll() {
  claim();
  self->after(config.poll, [this] { poll(); });
}

void notifier_state::claim() {
  if (!recovered || claiming || !waiting.empty()) {
    more = true;
    return;
  }
  claiming = true;
  more = false;
  self->request(store.get(), 30s, claim_outbox{config.batch})
      .then(
          [this](const std::vector<outbox_row>& rows) {
            claiming = false;
            more = more || rows.size() == config.batch;
            waiting.insert(waiting.end(), rows.begin(), rows.end());
            send_next();
          },
          [this](caf::error&) { claiming = false; });
}

void notifier_state::send_next() {
  while (in_flight < config.max_in_flight && !waiting.empty()) {
    auto row = std::move(waiting.front());
    waiting.pop_front();
    send(std::move(row));
  }
  show_state();
  if (waiting.empty() && more)
    claim();
}

void notifier_state::send(outbox_row row) {
  ++in_flight;
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
            --in_flight;
            if (decision.state == delivery_state::pending)
              self->after(decision.wait, [this] { claim(); });
            send_next();
          },
          [this, id, decision, problem](caf::error& e) {
            // The row would stay `sending`: what became of it must be written down.
            if (from_caf(e).code == errc::not_found) {
              --in_flight;
              return send_next();
            }
            self->after(1s, [=, this] { finish(id, decision, problem); });
          });
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

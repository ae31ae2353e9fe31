#include "actors/notifier.hpp"

#include <algorithm>

#include "actors/policy/store_outage.hpp"

namespace vigie {

using namespace std::chrono_literals;

result<notifier_config> validate(notifier_config config) {
  for (auto problem : {validate(config.delivery), validate(config.pacing)})
    if (problem.code != errc::none)
      return tl::unexpected<error>(problem);
  if (config.batch == 0 || config.max_in_flight == 0)
    return fail(errc::bad_config, "notifier: batch and max_in_flight must be at least 1");
  return config;
}

void notifier_state::show_state() {
  auto now = self->clock().now();
  auto held = std::count_if(ways.begin(), ways.end(), [&](const auto& x) { return x.second.pacing.is_held(now); });
  self->show(std::to_string(in_flight) + " in flight, " + std::to_string(sent) + " sent, " + std::to_string(failed) +
             " failed tries" + (held > 0 ? ", " + std::to_string(held) + " channels held" : "") +
             (ending ? ", ending" : ""));
}

/// What a former incarnation knew of the channels: a receiver's word is obeyed over a restart.
void notifier_state::read_states() {
  self->request(store.get(), 30s, get_channel_states{})
      .then(
          [this](const std::vector<channel_state>& rows) {
            auto now = self->clock().now();
            for (const auto& row : rows) {
              auto& way = ways[row.channel];
              way.pacing.restore(config.pacing, row, now, env.wall(now));
              way.problem = row.problem;
            }
            recover();
          },
          [this](caf::error&) { self->after(1s, [this] { read_states(); }); });
}

void notifier_state::recover() {
  if (recovering || in_flight > 0)
    return;
  recovering = true;
  // Rows of a former incarnation may have been sent. Later on, with nothing in flight, a row is `sending` only because
  // the answer to a claim was lost: it was surely not sent, whatever its channel.
  recover_outbox what{{}, "this node or its notifier ended while it was being sent; it may have arrived"};
  for (const auto& [id, way] : ways)
    if (!first_recovery || (way.channel != nullptr && way.channel->idempotent()))
      what.idempotent.push_back(id);
  self->request(store.get(), 30s, std::move(what))
      .then(
          [this](const std::vector<outbox_row>& rows) {
            recovering = false;
            recovered = true;
            first_recovery = false;
            tell_recovered(rows);
            claim(true);
          },
          [this](caf::error&) {
            self->after(1s, [this] {
              recovering = false;
              recover();
            });
          });
}

void notifier_state::poll() {
  claim(true);
  self->after(config.poll, [this] { poll(); });
}

void notifier_state::claim(bool all) {
  more = true;
  if (!recovered || claiming || ending || in_flight >= config.max_in_flight)
    return;
  arm();
  auto now = self->clock().now();
  auto limit = std::min(config.batch, config.max_in_flight - in_flight);
  claim_outbox which{limit, {}, config.delivery.cap};
  for (const auto& [id, way] : ways) {
    which.of.push_back({id, way.pacing.places(now, limit)});
    all = all || which.of.back().limit > 0;
  }
  if (!all)
    return;
  claiming = true;
  more = false;
  self->request(store.get(), 30s, std::move(which))
      .then(
          [this, limit](const std::vector<outbox_row>& rows) {
            claiming = false;
            more = more || rows.size() >= limit;
            take(rows);
            show_state();
            if (more)
              claim();
            else
              arm();
          },
          [this](caf::error& e) { claim_lost(from_caf(e)); });
}

void notifier_state::claim_lost(const error& why) {
  claiming = false;
  more = true; // the poll asks again
  if (ending)
    return finished();
  if (!may_be_stored(why.code))
    return;
  recovered = false;
  recover();
}

/// A channel may have been held since they were claimed.
void notifier_state::take(const std::vector<outbox_row>& rows) {
  in_flight += static_cast<uint32_t>(rows.size());
  for (const auto& row : rows)
    if (!ending && ways[row.channel].pacing.places(self->clock().now(), 1) > 0)
      send(row);
    else
      give_back(row.id);
  if (ending && rows.empty())
    finished();
}

void notifier_state::give_back(outbox_id id) {
  self->request(store.get(), 30s, return_outbox{id})
      .then([this] { --in_flight, finished(); },
            [this, id](caf::error& e) {
              if (!is_store_outage(from_caf(e).code))
                return --in_flight, finished();
              self->after(1s, [this, id] { give_back(id); });
            });
}

/// Looks again when a channel may send again by itself.
void notifier_state::arm() {
  auto now = self->clock().now();
  optional<mono_time> next;
  for (const auto& [id, way] : ways)
    if (auto at = way.pacing.next_start(now); at && (!next || *at < *next))
      next = at;
  if (!next || (armed && *armed <= *next))
    return;
  armed = next;
  self->after(std::max(std::chrono::ceil<duration>(*next - now), 1ms), [this, at = *next] {
    if (armed && *armed == at)
      armed.reset();
    claim();
  });
}

void notifier_state::send(const outbox_row& row) {
  auto& way = ways[row.channel];
  auto number = way.pacing.begun(self->clock().now());
  if (way.channel == nullptr)
    return outcome(row, number,
                   error{errc::not_found, "no channel named \"" + row.channel.value + "\" in the configuration", {}});
  way.channel->send(row, self->bridge([this, row, number](const send_outcome& x) { outcome(row, number, x); }));
}

void notifier_state::end(caf::error reason) {
  if (ending)
    return;
  ending = true;
  end_reason = std::move(reason);
  self->after(config.end_wait, [this] { self->quit(end_reason); });
  finished();
}

notifier_actor::behavior_type notifier(notifier_ptr self, notifier_config config,
                                       std::map<channel_id, notify_channel*> channels, actor_ref<store_actor> store,
                                       environment env) {
  auto& st = self->state;
  st.self = self;
  st.config = config;
  for (const auto& [id, channel] : channels)
    st.ways[id].channel = channel;
  st.store = std::move(store);
  st.rng.seed(env.seed ^ std::hash<std::string>{}(notifier_state::name));
  st.env = std::move(env);
  self->set_exit_handler([&st](caf::exit_msg& x) { st.end(std::move(x.reason)); });
  st.read_states();
  st.poll();
  return {
      [&st](const outbox_grew&) { st.claim(); },
  };
}

} // namespace vigie

// What comes of a send: for the row, for its channel, and for whoever reads the log.
#include "actors/notifier.hpp"

#include "actors/policy/store_outage.hpp"

namespace vigie {

using namespace std::chrono_literals;

namespace {

std::string seconds(duration x) {
  return std::to_string(std::chrono::ceil<std::chrono::seconds>(x).count()) + " s";
}

/// Without the remedy of the code, which speaks of sites.
std::string problem_of(const error& what) {
  auto out = std::string{to_string(what.code)};
  return what.detail.empty() ? out : out + ": " + what.detail;
}

} // namespace

void notifier_state::outcome(const outbox_row& row, uint64_t number, const send_outcome& what) {
  auto& way = ways[row.channel];
  auto now = self->clock().now();
  auto idempotent = way.channel == nullptr || way.channel->idempotent();
  auto age = env.wall(now) - row.since;
  auto decision = decide_delivery(config.delivery, what.problem.code, row.attempts, age, idempotent, rng());
  auto delivered = decision.state == delivery_state::sent;
  auto problem = delivered ? std::string{} : problem_of(what.problem);
  auto news = way.pacing.ended(config.delivery, config.pacing, number, what.problem.code, what.asked, now, rng());
  if (!delivered || news.opened)
    way.problem = problem;
  more = more || news.opened;
  ++(delivered ? sent : failed);
  env.metrics->count("vigie_notifications_total",
                     {{"channel", row.channel.value}, {"state", std::string{to_string(decision.state)}}});
  if (!delivered)
    env.log->emit({log_level::warn,
                   "notification_not_sent",
                   {},
                   {{"channel", row.channel.value},
                    {"key", row.key},
                    {"state", std::string{to_string(decision.state)}},
                    {"retry_in_ms", std::to_string(decision.wait.count())},
                    {"problem", problem}}});
  tell_end(row, decision.state, problem);
  channel_changed(row.channel, news); // stored before the row's end: whoever finds that, finds the hold, too
  finish(row.id, decision, problem);
  if (!delivered && way.pacing.failing_for(config.delivery.notify_for, now))
    give_up(row.channel, problem);
}

void notifier_state::finish(outbox_id id, delivery_decision decision, std::string problem) {
  self->request(store.get(), 30s, finish_outbox{id, decision.state, decision.wait, problem})
      .then(
          [this, decision] {
            if (decision.state == delivery_state::pending)
              self->after(decision.wait, [this] { claim(); });
            --in_flight;
            finished();
          },
          [this, id, decision, problem](caf::error& e) {
            if (!is_store_outage(from_caf(e).code))
              return --in_flight, finished(); // it is gone, or was finished by a request whose answer was lost
            // Else it would stay `sending`: what became of it must be written down.
            self->after(1s, [=, this] { finish(id, decision, problem); });
          });
}

void notifier_state::finished() {
  show_state();
  if (ending) {
    if (in_flight == 0 && !claiming)
      self->quit(end_reason);
    return;
  }
  if (!recovered)
    recover();
  else if (more)
    claim();
  else
    arm();
}

void notifier_state::channel_changed(const channel_id& id, const channel_news& news) {
  const auto& way = ways[id];
  if (news.held)
    env.log->emit({log_level::warn,
                   "channel_held",
                   {},
                   {{"channel", id.value},
                    {"for", seconds(news.hold)},
                    {"why", news.by_its_word ? "the receiver said how long" : "it is tried more rarely until it works"},
                    {"failures", std::to_string(way.pacing.failures())},
                    {"problem", way.problem}}});
  if (news.opened)
    env.log->emit({log_level::info, "channel_works_again", {}, {{"channel", id.value}}});
  if (news.held || news.opened)
    env.metrics->gauge("vigie_channel_held", {{"channel", id.value}}, news.held ? 1 : 0);
  if (news.keep)
    keep_state(id);
}

/// One write at a time, so that the newest word on a channel is also the last one.
void notifier_state::keep_state(const channel_id& id) {
  auto& way = ways[id];
  way.unstored = true;
  if (way.storing)
    return;
  way.storing = true;
  way.unstored = false;
  auto now = self->clock().now();
  channel_state what;
  what.channel = id;
  what.problem = way.problem;
  way.pacing.save(what, now, env.wall(now));
  self->request(store.get(), 30s, put_channel_state{what})
      .then(
          [this, id] {
            ways[id].storing = false;
            if (ways[id].unstored)
              keep_state(id);
          },
          [this, id](caf::error&) {
            self->after(1s, [this, id] {
              ways[id].storing = false;
              keep_state(id);
            });
          });
}

/// The rows that wait behind the one that is tried; what fails now is asked for again after the next failure.
void notifier_state::give_up(const channel_id& id, const std::string& problem) {
  self->request(store.get(), 30s, give_up_outbox{id, config.delivery.notify_for, problem, config.batch})
      .then(
          [this, id, problem](const std::vector<outbox_row>& rows) {
            for (const auto& row : rows) {
              env.metrics->count("vigie_notifications_total", {{"channel", id.value}, {"state", "dead"}});
              tell_end(row, delivery_state::dead, problem);
            }
            if (rows.size() >= config.batch)
              give_up(id, problem);
          },
          [](caf::error&) {});
}

/// A row that nobody sends any more unless a person says so.
void notifier_state::tell_end(const outbox_row& row, delivery_state state, const std::string& why) {
  auto dead = state == delivery_state::dead;
  if (!dead && state != delivery_state::ambiguous)
    return;
  auto age = env.wall(self->clock().now()) - row.since;
  env.log->emit({dead ? log_level::error : log_level::warn,
                 dead ? "notification_dead" : "notification_ambiguous",
                 {},
                 {{"notification", std::to_string(row.id.value)},
                  {"alert", row.alert_name},
                  {"alert_id", std::to_string(row.alert.value)},
                  {"item", row.item.value},
                  {"channel", row.channel.value},
                  {"why", why},
                  {"tries", std::to_string(row.attempts)},
                  {"waited", seconds(age)},
                  {"retry", "vigie outbox retry " + std::to_string(row.id.value)}}});
}

void notifier_state::tell_recovered(const std::vector<outbox_row>& rows) {
  if (rows.empty())
    return;
  env.log->emit({log_level::warn, "outbox_recovered", {}, {{"rows", std::to_string(rows.size())}}});
  for (const auto& row : rows)
    tell_end(row, row.state, row.last_error);
}

} // namespace vigie

#include "adapters/sql/repository.hpp"

#include <algorithm>

#include "adapters/json/json_writer.hpp"

namespace vigie::repository {

namespace {

/// RFC 3986's unreserved characters stay: the parts of a key cannot run into each other, and it is fit for a header.
std::string percent_encoded(std::string_view text) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string out;
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    auto letter = (byte | 0x20) >= 'a' && (byte | 0x20) <= 'z';
    if (letter || (byte >= '0' && byte <= '9') || c == '-' || c == '.' || c == '_' || c == '~')
      out += c;
    else
      out += {'%', hex[byte >> 4], hex[byte & 15]};
  }
  return out;
}

std::string key_of(const stored_match& found, const channel_id& channel) {
  return "alert-" + std::to_string(found.pair.alert.value) + ":" + percent_encoded(channel.value) + ":" +
         percent_encoded(found.pair.what.id.value);
}

json_value price_of(const item& x) {
  return x.price ? json_value{static_cast<double>(*x.price) / 100} : json_value{};
}

std::string body_of(const stored_match& found, const std::string& key) {
  const auto& it = found.pair.what;
  auto thing = json_value::object({{"id", it.id.value},
                                   {"title", it.title},
                                   {"price", price_of(it)},
                                   {"currency", it.currency},
                                   {"brand", it.brand},
                                   {"size", it.size},
                                   {"condition", it.condition},
                                   {"url", it.url},
                                   {"photo", it.photo}});
  auto owner = json_value::object({{"id", found.pair.alert.value}, {"name", found.alert_name}});
  return json_value::object({{"alert", std::move(owner)},
                             {"source", found.source.value},
                             {"item", std::move(thing)},
                             {"run", found.run.value},
                             {"found", to_rfc3339(found.found)},
                             {"key", key}})
      .dump();
}

#define VIGIE_OUTBOX_COLUMNS                                                                                           \
  "id, alert_id, item_id, channel, idempotency_key, body, state, attempts, next_attempt_ms, last_error"

std::vector<outbox_row> read_outbox(sql_rows& rows) {
  std::vector<outbox_row> out;
  for (std::string state; rows.next();) {
    auto& x = out.emplace_back();
    rows.read(x.id, x.alert, x.item, x.channel, x.key, x.body, state, x.attempts, x.next_attempt, x.last_error);
    x.state = parse_word(rows, delivery_state_from_string(state));
  }
  return out;
}

} // namespace

uint32_t notify(sql_session& db, const stored_match& found, const std::vector<channel_id>& channels) {
  int64_t made = 0;
  for (const auto& channel : channels) {
    auto key = key_of(found, channel);
    made += db.execute("INSERT INTO outbox (alert_id, item_id, channel, idempotency_key, body, state, attempts, "
                       "next_attempt_ms, last_error) VALUES ($1, $2, $3, $4, $5, $6, 0, $7, '') "
                       "ON CONFLICT (alert_id, item_id, channel) DO NOTHING",
                       found.pair.alert, found.pair.what.id, channel, key, body_of(found, key), delivery_state::pending,
                       found.found);
  }
  return static_cast<uint32_t>(made);
}

result<std::vector<outbox_row>> claim_outbox(sql_session& db, uint32_t limit, wall_time now) {
  auto rows = db.query("SELECT " VIGIE_OUTBOX_COLUMNS " FROM outbox WHERE state = $1 AND next_attempt_ms <= $2 "
                       "ORDER BY next_attempt_ms, id LIMIT $3",
                       delivery_state::pending, now, limit);
  auto out = read_outbox(*rows);
  rows.reset();
  for (auto& x : out) {
    x.state = delivery_state::sending;
    ++x.attempts;
    db.execute("UPDATE outbox SET state = $1, attempts = $2 WHERE id = $3", x.state, x.attempts, x.id);
  }
  return out;
}

result<unit> finish_outbox(sql_session& db, outbox_id id, delivery_state how, wall_time next_attempt,
                           const std::string& problem) {
  if (how == delivery_state::sending)
    return fail(errc::bad_request, "a send cannot finish as sending");
  std::string state;
  if (auto rows = db.query("SELECT state FROM outbox WHERE id = $1", id); rows->next())
    rows->read(state);
  if (state.empty())
    return fail(errc::not_found, "no notification " + std::to_string(id.value));
  if (state == to_string(delivery_state::sent)) {
    if (how != delivery_state::sent)
      return fail(errc::conflict, "notification " + std::to_string(id.value) + " was sent");
    return unit{};
  }
  db.execute("UPDATE outbox SET state = $1, next_attempt_ms = $2, last_error = $3 WHERE id = $4", how, next_attempt,
             problem, id);
  return unit{};
}

result<uint32_t> recover_outbox(sql_session& db, const std::vector<channel_id>& idempotent) {
  int64_t moved = 0;
  for (const auto& channel : idempotent)
    moved += db.execute("UPDATE outbox SET state = $1 WHERE state = $2 AND channel = $3", delivery_state::pending,
                        delivery_state::sending, channel);
  moved +=
      db.execute("UPDATE outbox SET state = $1 WHERE state = $2", delivery_state::ambiguous, delivery_state::sending);
  return static_cast<uint32_t>(moved);
}

result<outbox_counts> count_outbox(sql_session& db) {
  outbox_counts out;
  auto rows = db.query("SELECT state, COUNT(*) FROM outbox GROUP BY state");
  for (std::string word; rows->next();) {
    uint64_t count = 0;
    rows->read(word, count);
    switch (parse_word(*rows, delivery_state_from_string(word))) {
    case delivery_state::pending:
      out.pending = count;
      break;
    case delivery_state::sending:
      out.sending = count;
      break;
    case delivery_state::sent:
      out.sent = count;
      break;
    case delivery_state::ambiguous:
      out.ambiguous = count;
      break;
    case delivery_state::dead:
      out.dead = count;
      break;
    }
  }
  return out;
}

result<uint32_t> retry_outbox(sql_session& db, const std::vector<outbox_id>& ids,
                              const std::vector<delivery_state>& states, wall_time now) {
  int64_t moved = 0;
  for (const auto& id : ids) {
    std::string state;
    if (auto rows = db.query("SELECT state FROM outbox WHERE id = $1", id); rows->next())
      rows->read(state);
    if (state.empty())
      return fail(errc::not_found, "no notification " + std::to_string(id.value));
    if (state != to_string(delivery_state::dead) && state != to_string(delivery_state::ambiguous))
      return fail(errc::conflict, "notification " + std::to_string(id.value) + " is " + state);
  }
  for (const auto& id : ids)
    moved +=
        db.execute("UPDATE outbox SET state = $1, attempts = 0, next_attempt_ms = $2 WHERE id = $3 AND state <> $4",
                   delivery_state::pending, now, id, delivery_state::pending);
  for (auto state : states) {
    if (state != delivery_state::dead && state != delivery_state::ambiguous)
      return fail(errc::bad_request, "only dead and ambiguous notifications wait for a person");
    moved += db.execute("UPDATE outbox SET state = $1, attempts = 0, next_attempt_ms = $2 WHERE state = $3",
                        delivery_state::pending, now, state);
  }
  return static_cast<uint32_t>(moved);
}

result<std::vector<outbox_row>> list_outbox(sql_session& db, const std::vector<delivery_state>& states,
                                            uint32_t limit) {
  auto wanted = [&](delivery_state x) {
    return states.empty() || std::find(states.begin(), states.end(), x) != states.end() ? to_string(x) : "";
  };
  auto rows = db.query("SELECT " VIGIE_OUTBOX_COLUMNS " FROM outbox WHERE state IN ($1, $2, $3, $4, $5) "
                       "ORDER BY id DESC LIMIT $6",
                       wanted(delivery_state::pending), wanted(delivery_state::sending), wanted(delivery_state::sent),
                       wanted(delivery_state::ambiguous), wanted(delivery_state::dead), limit);
  return read_outbox(*rows);
}

} // namespace vigie::repository

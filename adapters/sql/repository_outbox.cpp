#include "adapters/sql/repository.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>

#include "actors/policy/not_before.hpp"
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

std::string key_of(const stored_match& found, const std::string& key_part, const channel_id& channel) {
  return "alert-" + std::to_string(found.pair.alert.value) + "-" + key_part + ":" + percent_encoded(channel.value) +
         ":" + percent_encoded(found.pair.what.id.value);
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

#define VIGIE_OUTBOX_ROWS                                                                                              \
  "SELECT o.id, o.alert_id, o.item_id, o.channel, o.idempotency_key, o.body, o.state, o.attempts, o.next_attempt_ms, " \
  "o.last_error, coalesce(m.alert_name, ''), o.since_ms FROM outbox o "                                                \
  "LEFT JOIN matches m ON m.alert_id = o.alert_id AND m.item_id = o.item_id "

std::vector<outbox_row> read_outbox(sql_rows& rows) {
  std::vector<outbox_row> out;
  for (std::string state; rows.next();) {
    auto& x = out.emplace_back();
    rows.read(x.id, x.alert, x.item, x.channel, x.key, x.body, state, x.attempts, x.next_attempt, x.last_error,
              x.alert_name, x.since);
    x.state = parse_word(rows, delivery_state_from_string(state));
  }
  return out;
}

/// Those that have pending rows, by name; a look-up in the index each, however many rows there are.
std::vector<channel_id> channels_that_wait(sql_session& db) {
  std::vector<channel_id> out;
  for (channel_id last;; out.push_back(last)) {
    auto rows = db.query("SELECT coalesce(min(channel), '') FROM outbox WHERE state = $1 AND channel > $2",
                         delivery_state::pending, last);
    last.value.clear();
    if (rows->next())
      rows->read(last);
    if (last.value.empty())
      return out;
  }
}

/// A clock that was set back must not keep a row waiting for longer than it was meant to.
void bound_waits(sql_session& db, const channel_id& channel, duration longest, wall_time now) {
  auto latest = [&](duration wait) { return not_before(wall_time::max(), wait, now); };
  db.execute("UPDATE outbox SET next_attempt_ms = $1 WHERE state = $2 AND channel = $3 AND next_attempt_ms > $1 "
             "AND attempts = 0",
             latest(duration{0}), delivery_state::pending, channel);
  db.execute("UPDATE outbox SET next_attempt_ms = $1 WHERE state = $2 AND channel = $3 AND next_attempt_ms > $1",
             latest(longest), delivery_state::pending, channel);
}

/// These rows in another state, and in the store.
std::vector<outbox_row> moved(sql_session& db, std::vector<outbox_row> rows, delivery_state to,
                              const std::string& why) {
  for (auto& x : rows) {
    x.state = to;
    x.last_error = why.empty() ? x.last_error : why;
    db.execute("UPDATE outbox SET state = $1, last_error = $2 WHERE id = $3", x.state, x.last_error, x.id);
  }
  return rows;
}

} // namespace

uint32_t notify(sql_session& db, const stored_match& found, const std::string& key_part,
                const std::vector<channel_id>& channels) {
  int64_t made = 0;
  for (const auto& channel : channels) {
    auto key = key_of(found, key_part, channel);
    made += db.execute("INSERT INTO outbox (alert_id, item_id, channel, idempotency_key, body, state, attempts, "
                       "next_attempt_ms, last_error, since_ms) VALUES ($1, $2, $3, $4, $5, $6, 0, $7, '', $7) "
                       "ON CONFLICT (alert_id, item_id, channel) DO NOTHING",
                       found.pair.alert, found.pair.what.id, channel, key, body_of(found, key), delivery_state::pending,
                       found.found);
  }
  return static_cast<uint32_t>(made);
}

result<std::vector<outbox_row>> claim_outbox(sql_session& db, const vigie::claim_outbox& which, wall_time now) {
  std::vector<outbox_row> out;
  for (const auto& channel : channels_that_wait(db)) {
    auto known = std::find_if(which.of.begin(), which.of.end(), [&](const auto& x) { return x.channel == channel; });
    auto limit = known == which.of.end() ? which.limit : std::min(known->limit, which.limit);
    if (limit == 0)
      continue;
    bound_waits(db, channel, which.longest_wait, now);
    auto rows = db.query(VIGIE_OUTBOX_ROWS "WHERE o.state = $1 AND o.channel = $2 AND o.next_attempt_ms <= $3 "
                                           "ORDER BY o.next_attempt_ms, o.id LIMIT $4",
                         delivery_state::pending, channel, now, limit);
    auto due = read_outbox(*rows);
    std::move(due.begin(), due.end(), std::back_inserter(out));
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) {
    return std::tie(a.next_attempt, a.id) < std::tie(b.next_attempt, b.id);
  });
  out.resize(std::min<size_t>(out.size(), which.limit));
  for (auto& x : out) {
    x.state = delivery_state::sending;
    ++x.attempts;
    db.execute("UPDATE outbox SET state = $1, attempts = $2 WHERE id = $3", x.state, x.attempts, x.id);
  }
  return out;
}

result<unit> return_outbox(sql_session& db, outbox_id id) {
  db.execute("UPDATE outbox SET state = $1, attempts = attempts - 1 WHERE id = $2 AND state = $3",
             delivery_state::pending, id, delivery_state::sending);
  return unit{};
}

result<std::vector<outbox_row>> give_up_outbox(sql_session& db, const vigie::give_up_outbox& which, wall_time before) {
  auto rows = db.query(VIGIE_OUTBOX_ROWS "WHERE o.state = $1 AND o.channel = $2 AND o.since_ms <= $3 "
                                         "ORDER BY o.id LIMIT $4",
                       delivery_state::pending, which.channel, before, which.limit);
  auto old = read_outbox(*rows);
  rows.reset();
  return moved(db, std::move(old), delivery_state::dead, which.problem);
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

result<std::vector<outbox_row>> recover_outbox(sql_session& db, const vigie::recover_outbox& which) {
  auto rows = db.query(VIGIE_OUTBOX_ROWS "WHERE o.state = $1 ORDER BY o.id", delivery_state::sending);
  auto left = read_outbox(*rows);
  rows.reset();
  auto again = std::stable_partition(left.begin(), left.end(), [&](const auto& x) {
    return std::find(which.idempotent.begin(), which.idempotent.end(), x.channel) == which.idempotent.end();
  });
  auto repeated = moved(db, {again, left.end()}, delivery_state::pending, {});
  left.erase(again, left.end());
  auto out = moved(db, std::move(left), delivery_state::ambiguous, which.why);
  out.insert(out.end(), repeated.begin(), repeated.end());
  return out;
}

result<std::vector<channel_state>> load_channel_states(sql_session& db) {
  std::vector<channel_state> out;
  auto rows = db.query(
      "SELECT channel, held_until_ms, stored_ms, gap_ms, failures, problem, failing_since_ms FROM channel_states "
      "ORDER BY channel");
  while (rows->next()) {
    auto& x = out.emplace_back();
    rows->read(x.channel, x.held_until, x.stored, x.gap, x.failures, x.problem, x.failing_since);
  }
  return out;
}

result<unit> put_channel_state(sql_session& db, const channel_state& x) {
  db.execute(
      "INSERT INTO channel_states (channel, held_until_ms, stored_ms, gap_ms, failures, problem, failing_since_ms) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (channel) DO UPDATE SET "
      "held_until_ms = excluded.held_until_ms, stored_ms = excluded.stored_ms, gap_ms = excluded.gap_ms, "
      "failures = excluded.failures, problem = excluded.problem, failing_since_ms = excluded.failing_since_ms",
      x.channel, x.held_until, x.stored, x.gap, x.failures, x.problem, x.failing_since);
  return unit{};
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
    moved += db.execute(
        "UPDATE outbox SET state = $1, attempts = 0, next_attempt_ms = $2, since_ms = $2 WHERE id = $3 AND state <> $4",
        delivery_state::pending, now, id, delivery_state::pending);
  for (auto state : states) {
    if (state != delivery_state::dead && state != delivery_state::ambiguous)
      return fail(errc::bad_request, "only dead and ambiguous notifications wait for a person");
    moved +=
        db.execute("UPDATE outbox SET state = $1, attempts = 0, next_attempt_ms = $2, since_ms = $2 WHERE state = $3",
                   delivery_state::pending, now, state);
  }
  return static_cast<uint32_t>(moved);
}

result<std::vector<outbox_row>> list_outbox(sql_session& db, const std::vector<delivery_state>& states,
                                            uint32_t limit) {
  auto wanted = [&](delivery_state x) {
    return states.empty() || std::find(states.begin(), states.end(), x) != states.end() ? to_string(x) : "";
  };
  auto rows = db.query(VIGIE_OUTBOX_ROWS "WHERE o.state IN ($1, $2, $3, $4, $5) ORDER BY o.id DESC LIMIT $6",
                       wanted(delivery_state::pending), wanted(delivery_state::sending), wanted(delivery_state::sent),
                       wanted(delivery_state::ambiguous), wanted(delivery_state::dead), limit);
  return read_outbox(*rows);
}

} // namespace vigie::repository

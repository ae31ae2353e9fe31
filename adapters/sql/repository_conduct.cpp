// What the fleet must not forget of other people's servers: gates, copies of robots.txt, and the conduct ledger.
#include <sstream>

#include "actors/policy/conduct_rows.hpp"
#include "adapters/sql/repository.hpp"

namespace vigie::repository {

namespace {

/// "17 18 23"
template <class Number>
std::string text_of(const std::vector<Number>& numbers) {
  std::string out;
  for (auto x : numbers)
    out += (out.empty() ? "" : " ") + std::to_string(x);
  return out;
}

template <class Number>
std::vector<Number> numbers_of(const std::string& text) {
  std::vector<Number> out;
  std::istringstream words{text};
  for (Number x = 0; words >> x;)
    out.push_back(x);
  return out;
}

/// In ms since 1970.
std::string text_of(const std::vector<wall_time>& times) {
  std::vector<int64_t> ms;
  for (auto t : times)
    ms.push_back(to_unix_ms(t));
  return text_of(ms);
}

std::vector<wall_time> times_of(const std::string& text) {
  std::vector<wall_time> out;
  for (auto ms : numbers_of<int64_t>(text))
    out.push_back(from_unix_ms(ms));
  return out;
}

} // namespace

result<std::vector<host_state>> load_host_states(sql_session& db) {
  std::vector<host_state> out;
  auto rows = db.query("SELECT gate, held_until_ms, held_for_ms, pace, strikes, last_strike_ms, widest_gap_ms, day, "
                       "today, acknowledged, failed, backed_off FROM host_states ORDER BY gate");
  for (std::string permits, failed; rows->next();) {
    auto& x = out.emplace_back();
    rows->read(x.gate, x.held_until, x.held_for, x.pace, x.strikes, x.last_strike, x.widest_gap, x.day, x.today,
               permits, failed, x.backed_off);
    x.acknowledged = numbers_of<uint64_t>(permits);
    x.failed = times_of(failed);
  }
  return out;
}

result<unit> put_host_states(sql_session& db, const std::vector<host_state>& rows) {
  for (const auto& x : rows)
    db.execute(
        "INSERT INTO host_states (gate, held_until_ms, held_for_ms, pace, strikes, last_strike_ms, widest_gap_ms, day, "
        "today, acknowledged, failed, backed_off) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) "
        "ON CONFLICT (gate) DO UPDATE SET held_until_ms = excluded.held_until_ms, "
        "held_for_ms = excluded.held_for_ms, pace = excluded.pace, strikes = excluded.strikes, "
        "last_strike_ms = excluded.last_strike_ms, widest_gap_ms = excluded.widest_gap_ms, "
        "day = excluded.day, today = excluded.today, acknowledged = excluded.acknowledged, "
        "failed = excluded.failed, backed_off = excluded.backed_off",
        x.gate, x.held_until, x.held_for, x.pace, x.strikes, x.last_strike, x.widest_gap, x.day, x.today,
        text_of(x.acknowledged), text_of(x.failed), x.backed_off);
  return unit{};
}

result<std::vector<stored_robots>> load_robots(sql_session& db) {
  std::vector<stored_robots> out;
  auto rows = db.query("SELECT authority, standing, has_body, body, settled_ms, next_fetch_ms, unreachable_since_ms, "
                       "failures, status, problem FROM robots ORDER BY authority");
  for (std::string standing, problem; rows->next();) {
    auto& x = out.emplace_back();
    auto& c = x.copy;
    rows->read(x.authority, standing, c.has_body, c.body, c.settled, c.next_fetch, c.unreachable_since, c.failures,
               c.status, problem);
    c.standing = parse_word(*rows, robots_standing_from_string(standing));
    c.problem = errc_from_string(problem);
  }
  return out;
}

result<unit> put_robots(sql_session& db, const stored_robots& what) {
  const auto& c = what.copy;
  if (c.standing == robots_standing::unknown)
    db.execute("DELETE FROM robots WHERE authority = $1", what.authority);
  else
    db.execute("INSERT INTO robots (authority, standing, has_body, body, settled_ms, next_fetch_ms, "
               "unreachable_since_ms, failures, status, problem) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) "
               "ON CONFLICT (authority) DO UPDATE SET standing = excluded.standing, has_body = excluded.has_body, "
               "body = excluded.body, settled_ms = excluded.settled_ms, next_fetch_ms = excluded.next_fetch_ms, "
               "unreachable_since_ms = excluded.unreachable_since_ms, failures = excluded.failures, "
               "status = excluded.status, problem = excluded.problem",
               what.authority, c.standing, c.has_body, c.body, c.settled, c.next_fetch, c.unreachable_since, c.failures,
               c.status, c.problem);
  return unit{};
}

result<std::vector<conduct_row>> list_conduct(sql_session& db, const get_conduct& which) {
  // An hour counts as long as any moment of it does.
  auto since = which.since - std::chrono::hours{1};
  std::string sql = "SELECT host, hour_ms, requests, robots_requests, retries, bytes, unchanged, rate_limited, "
                    "refused, failed, robots_denied, waited_ms, robots_version, user_agent FROM conduct_ledger "
                    "WHERE hour_ms > $1 ";
  auto rows = which.host.value.empty() ? db.query(sql + "ORDER BY host, hour_ms", since)
                                       : db.query(sql + "AND host = $2 ORDER BY hour_ms", since, which.host);
  conduct_fold fold{which};
  for (conduct_row x; rows->next();) {
    rows->read(x.host, x.hour, x.requests, x.robots_requests, x.retries, x.bytes, x.unchanged, x.rate_limited,
               x.refused, x.failed, x.robots_denied, x.waited, x.robots_version, x.user_agent);
    if (!fold.take(x))
      break;
  }
  return std::move(fold).rows();
}

result<unit> add_conduct(sql_session& db, const std::vector<conduct_row>& rows) {
  for (const auto& x : rows)
    db.execute(
        "INSERT INTO conduct_ledger AS l (host, hour_ms, requests, robots_requests, retries, bytes, unchanged, "
        "rate_limited, refused, failed, robots_denied, waited_ms, robots_version, user_agent) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) ON CONFLICT (host, hour_ms) DO UPDATE "
        "SET "
        "requests = l.requests + excluded.requests, robots_requests = l.robots_requests + excluded.robots_requests, "
        "retries = l.retries + excluded.retries, bytes = l.bytes + excluded.bytes, "
        "unchanged = l.unchanged + excluded.unchanged, rate_limited = l.rate_limited + excluded.rate_limited, "
        "refused = l.refused + excluded.refused, failed = l.failed + excluded.failed, "
        "robots_denied = l.robots_denied + excluded.robots_denied, waited_ms = l.waited_ms + excluded.waited_ms, "
        "robots_version = CASE WHEN excluded.robots_version = '' THEN l.robots_version "
        "ELSE excluded.robots_version END, "
        "user_agent = CASE WHEN excluded.user_agent = '' THEN l.user_agent ELSE excluded.user_agent END",
        x.host, x.hour, x.requests, x.robots_requests, x.retries, x.bytes, x.unchanged, x.rate_limited, x.refused,
        x.failed, x.robots_denied, x.waited, x.robots_version, x.user_agent);
  return unit{};
}

result<uint32_t> prune_conduct(sql_session& db, wall_time before, uint32_t limit) {
  auto gone = db.execute("DELETE FROM conduct_ledger WHERE (host, hour_ms) IN (SELECT host, hour_ms FROM "
                         "conduct_ledger WHERE hour_ms < $1 ORDER BY hour_ms, host LIMIT $2)",
                         before - std::chrono::hours{1}, limit);
  return static_cast<uint32_t>(gone);
}

result<uint32_t> prune_host_states(sql_session& db, wall_time before) {
  auto day = std::chrono::floor<std::chrono::days>(before).time_since_epoch().count();
  auto gone =
      db.execute("DELETE FROM host_states WHERE held_until_ms < $1 AND last_strike_ms < $1 AND day < $2", before, day);
  return static_cast<uint32_t>(gone);
}

} // namespace vigie::repository

// Workers' counters and verdicts: what a restarted main node must know before it hands out anything.
#include "adapters/sql/repository.hpp"

namespace vigie::repository {

result<std::vector<worker_status>> load_worker_status(sql_session& db) {
  std::vector<worker_status> out;
  auto rows = db.query("SELECT id, name, region, address, requests, successes, errors, ewma_ms, last_error "
                       "FROM worker_status ORDER BY id");
  while (rows->next()) {
    auto& x = out.emplace_back();
    rows->read(x.id, x.name, x.region, x.address, x.requests, x.successes, x.errors, x.ewma_ms, x.last_error);
  }
  return out;
}

result<unit> save_worker_status(sql_session& db, const std::vector<worker_status>& rows) {
  for (const auto& x : rows)
    db.execute(
        "INSERT INTO worker_status (id, name, region, address, requests, successes, errors, ewma_ms, last_error) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO UPDATE SET name = excluded.name, "
        "region = excluded.region, address = excluded.address, requests = excluded.requests, "
        "successes = excluded.successes, errors = excluded.errors, ewma_ms = excluded.ewma_ms, "
        "last_error = excluded.last_error",
        x.id, x.name, x.region, x.address, x.requests, x.successes, x.errors, x.ewma_ms, x.last_error);
  return unit{};
}

result<std::vector<verdict>> load_verdicts(sql_session& db) {
  std::vector<verdict> out;
  auto rows =
      db.query("SELECT scope, worker, host, cause, evidence, since_ms, until_ms, strikes, answers FROM verdicts "
               "ORDER BY scope, worker, host");
  for (std::string scope, cause; rows->next();) {
    auto& x = out.emplace_back();
    rows->read(scope, x.worker, x.host, cause, x.evidence, x.since, x.until, x.strikes, x.answers);
    x.scope = parse_word(*rows, verdict_scope_from_string(scope));
    x.cause = errc_from_string(cause);
  }
  return out;
}

result<unit> put_verdict(sql_session& db, const verdict& v) {
  db.execute("INSERT INTO verdicts (scope, worker, host, cause, evidence, since_ms, until_ms, strikes, answers) "
             "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (scope, worker, host) DO UPDATE SET "
             "cause = excluded.cause, evidence = excluded.evidence, since_ms = excluded.since_ms, "
             "until_ms = excluded.until_ms, strikes = excluded.strikes, answers = excluded.answers",
             v.scope, v.worker, v.host, v.cause, v.evidence, v.since, v.until, v.strikes, v.answers);
  return unit{};
}

result<unit> drop_verdict(sql_session& db, verdict_scope scope, const worker_id& worker, const host_key& host) {
  db.execute("DELETE FROM verdicts WHERE scope = $1 AND worker = $2 AND host = $3", scope, worker, host);
  return unit{};
}

} // namespace vigie::repository

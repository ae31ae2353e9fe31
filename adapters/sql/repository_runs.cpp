#include "adapters/sql/repository.hpp"

#include <set>

#include "actors/policy/answer_tally.hpp"

namespace vigie::repository {

namespace {

#define VIGIE_RUN_COLUMNS                                                                                              \
  "SELECT id, trace, \"trigger\", state, started_ms, ended_ms, alerts, alerts_ok, alerts_failed, workers, "            \
  "workers_ok, items_checked, matches, new_matches, late, resent, note, learned FROM alert_runs "

std::vector<run_summary> read_runs(sql_rows& rows) {
  std::vector<run_summary> out;
  for (std::string trigger, state; rows.next();) {
    auto& x = out.emplace_back();
    rows.read(x.id, x.trace, trigger, state, x.started, x.ended, x.alerts, x.alerts_ok, x.alerts_failed, x.workers,
              x.workers_ok, x.items_checked, x.matches, x.new_matches, x.late, x.resent, x.note, x.learned);
    x.trigger = parse_word(rows, run_trigger_from_string(trigger));
    x.state = parse_word(rows, run_state_from_string(state));
  }
  return out;
}

result<run_summary> the_run(sql_rows& rows, const std::string& missing) {
  auto found = read_runs(rows);
  if (found.empty())
    return fail(errc::not_found, missing);
  return found.front();
}

/// A run without counts; the id is filled in.
void insert_run(sql_session& db, run_summary& x) {
  auto rows = db.query("INSERT INTO alert_runs (trace, \"trigger\", state, started_ms, ended_ms, alerts, alerts_ok, "
                       "alerts_failed, workers, workers_ok, items_checked, matches, new_matches, late, resent, note) "
                       "VALUES ($1, $2, $3, $4, $5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, $6) RETURNING id",
                       x.trace, x.trigger, x.state, x.started, x.ended, x.note);
  if (rows->next())
    rows->read(x.id);
}

bool has_plan(sql_session& db, run_id run, alert_id alert) {
  return db.query("SELECT 1 FROM run_plan WHERE run_id = $1 AND alert_id = $2", run, alert)->next();
}

fencing_token insert_attempt(sql_session& db, run_id run, const attempt_request& x, wall_time now) {
  auto rows =
      db.query("INSERT INTO run_alerts (run_id, alert_id, attempt, worker, state, error_code, error_detail, "
               "error_place, items_checked, matches, new_matches, outbox_rows, begun_ms, ended_ms, took_ms, source) "
               "VALUES ($1, $2, $3, $4, $5, $6, '', '', 0, 0, 0, 0, $7, 0, 0, "
               "coalesce((SELECT source FROM alerts WHERE id = $2), '')) RETURNING token",
               run, x.alert, x.attempt, x.worker, attempt_state::assigned, errc::none, now);
  fencing_token out;
  if (rows->next())
    rows->read(out);
  return out;
}

/// Gives back the open attempt, if there is one. True if there was any attempt before.
bool abandon_earlier(sql_session& db, run_id run, alert_id alert, wall_time now) {
  db.execute("UPDATE run_alerts SET state = $1, ended_ms = $2 WHERE run_id = $3 AND alert_id = $4 AND state = $5",
             attempt_state::abandoned, now, run, alert, attempt_state::assigned);
  return db.query("SELECT 1 FROM run_alerts WHERE run_id = $1 AND alert_id = $2 LIMIT 1", run, alert)->next();
}

/// How many.
int64_t plan_alerts(sql_session& db, run_id run, const std::vector<alert_id>& only) {
#define VIGIE_PLAN_ALERTS                                                                                              \
  "INSERT INTO run_plan (run_id, alert_id, alert_name, done, revision) "                                               \
  "SELECT $1, id, name, 0, revision FROM alerts WHERE enabled = 1"
  if (only.empty())
    return db.execute(VIGIE_PLAN_ALERTS, run);
  int64_t planned = 0;
  for (const auto& id : std::set<alert_id>{only.begin(), only.end()})
    planned += db.execute(VIGIE_PLAN_ALERTS " AND id = $2", run, id);
  return planned;
}

std::string delivery_of(sql_session& db, const match& pair) {
  std::string out;
  auto rows = db.query("SELECT channel, state FROM outbox WHERE alert_id = $1 AND item_id = $2 ORDER BY id", pair.alert,
                       pair.what.id);
  for (std::string channel, state; rows->next();) {
    rows->read(channel, state);
    out += (out.empty() ? "" : ", ") + channel + ":" + state;
  }
  return out;
}

std::unique_ptr<sql_rows> query_matches(sql_session& db, const match_filter& filter) {
#define VIGIE_MATCH_COLUMNS                                                                                            \
  "SELECT alert_id, alert_name, item_id, title, price, currency, brand, size, \"condition\", url, photo, source, "     \
  "run_id, found_ms FROM matches "
  if (filter.run && filter.alert)
    return db.query(VIGIE_MATCH_COLUMNS "WHERE run_id = $1 AND alert_id = $2 ORDER BY id DESC LIMIT $3", filter.run,
                    filter.alert, filter.limit);
  if (filter.run)
    return db.query(VIGIE_MATCH_COLUMNS "WHERE run_id = $1 ORDER BY id DESC LIMIT $2", filter.run, filter.limit);
  if (filter.alert)
    return db.query(VIGIE_MATCH_COLUMNS "WHERE alert_id = $1 ORDER BY id DESC LIMIT $2", filter.alert, filter.limit);
  return db.query(VIGIE_MATCH_COLUMNS "ORDER BY id DESC LIMIT $1", filter.limit);
}

} // namespace

result<begun_run> find_unfinished_run(sql_session& db) {
  auto run = the_run(*db.query(VIGIE_RUN_COLUMNS "WHERE state = 'running' ORDER BY id DESC LIMIT 1"), "no run is on");
  if (!run)
    return tl::unexpected(run.error());
  return begun_run{*run, unfinished_alerts(db, run->id), pages_of_run(db, run->id)};
}

result<begun_run> begin_run(sql_session& db, const vigie::begin_run& which, wall_time now) {
  if (auto no = refusal_of(db, which.only); no.code != errc::none)
    return tl::unexpected<error>(std::move(no));
  begun_run out;
  out.run.trace = which.trace;
  out.run.trigger = which.trigger;
  out.run.started = now;
  insert_run(db, out.run);
  auto alerts = plan_alerts(db, out.run.id, which.only);
  for (const auto& source : which.without)
    alerts -= db.execute("DELETE FROM run_plan WHERE run_id = $1 AND alert_id IN "
                         "(SELECT id FROM alerts WHERE source = $2)",
                         out.run.id, source);
  if (alerts == 0 && !which.without.empty())
    return fail(errc::conflict, "all that there is to check is left out");
  out.run.alerts = static_cast<uint32_t>(alerts);
  if (alerts == 0) {
    out.run.state = run_state::skipped_empty;
    out.run.ended = now;
  }
  db.execute("UPDATE alert_runs SET alerts = $1, state = $2, ended_ms = $3 WHERE id = $4", out.run.alerts,
             out.run.state, out.run.ended, out.run.id);
  out.alerts = unfinished_alerts(db, out.run.id);
  out.pages = pages_of_run(db, out.run.id);
  return out;
}

result<run_summary> record_skipped_run(sql_session& db, run_trigger trigger, run_state why, const std::string& note,
                                       wall_time now) {
  if (why == run_state::running)
    return fail(errc::bad_request, "a skipped run cannot be running");
  run_summary out;
  out.trigger = trigger;
  out.state = why;
  out.started = now;
  out.ended = now;
  out.note = note;
  insert_run(db, out);
  return out;
}

result<std::vector<fencing_token>> begin_attempts(sql_session& db, run_id run, const std::vector<attempt_request>& what,
                                                  wall_time now) {
  auto summary = get_run(db, run);
  if (!summary)
    return tl::unexpected(summary.error());
  if (summary->state != run_state::running)
    return fail(errc::conflict, "run " + std::to_string(run.value) + " has ended");
  std::vector<fencing_token> tokens;
  int64_t resent = 0;
  for (const auto& x : what) {
    if (!has_plan(db, run, x.alert))
      return fail(errc::not_found, "alert " + std::to_string(x.alert.value) + " is no part of this run");
    resent += abandon_earlier(db, run, x.alert, now) ? 1 : 0;
    tokens.push_back(insert_attempt(db, run, x, now));
  }
  db.execute("UPDATE alert_runs SET resent = resent + $1 WHERE id = $2", resent, run);
  return tokens;
}

result<run_summary> end_run(sql_session& db, run_id id, run_state how, uint32_t workers, uint32_t workers_ok,
                            const std::string& note, wall_time now) {
  auto run = get_run(db, id);
  if (!run)
    return run;
  if (how == run_state::running)
    return fail(errc::bad_request, "a run cannot end as running");
  if (run->state == how)
    return run;
  if (run->state != run_state::running)
    return fail(errc::conflict, "run " + std::to_string(id.value) + " is " + std::string{to_string(run->state)});
  db.execute("UPDATE run_alerts SET state = $1, ended_ms = $2 WHERE run_id = $3 AND state = $4",
             attempt_state::abandoned, now, id, attempt_state::assigned);
  db.execute("UPDATE alert_runs SET state = $1, ended_ms = $2, workers = $3, workers_ok = $4, note = $5 WHERE id = $6",
             how, now, workers, workers_ok, note, id);
  return get_run(db, id);
}

result<std::vector<run_summary>> list_runs(sql_session& db, uint32_t limit) {
  return read_runs(*db.query(VIGIE_RUN_COLUMNS "ORDER BY id DESC LIMIT $1", limit));
}

result<run_summary> get_run(sql_session& db, run_id id) {
  return the_run(*db.query(VIGIE_RUN_COLUMNS "WHERE id = $1", id), "no run " + std::to_string(id.value));
}

result<std::vector<run_alert>> list_run_alerts(sql_session& db, run_id run) {
  if (auto known = get_run(db, run); !known)
    return tl::unexpected(known.error());
  std::vector<run_alert> out;
  auto rows =
      db.query("SELECT t.run_id, t.alert_id, p.alert_name, t.attempt, t.token, t.worker, t.state, t.error_code, "
               "t.error_detail, t.error_place, t.items_checked, t.matches, t.took_ms, t.notes, t.source, t.statuses, "
               "t.bytes, t.waited_ms, t.learned FROM run_alerts t "
               "JOIN run_plan p ON p.run_id = t.run_id AND p.alert_id = t.alert_id "
               "WHERE t.run_id = $1 ORDER BY t.token",
               run);
  for (std::string state, code, statuses; rows->next();) {
    auto& x = out.emplace_back();
    rows->read(x.run, x.alert, x.alert_name, x.attempt, x.token, x.worker, state, code, x.problem.detail,
               x.problem.place, x.items_checked, x.matches, x.took, x.notes, x.source, statuses, x.answers.bytes,
               x.answers.waited, x.learned);
    x.answers.by_status = statuses_of(statuses);
    x.state = parse_word(*rows, attempt_state_from_string(state));
    x.problem.code = errc_from_string(code);
  }
  return out;
}

result<uint32_t> prune_runs(sql_session& db, wall_time before, uint32_t limit) {
  // run_plan and run_alerts go with their run.
  auto gone = db.execute("DELETE FROM alert_runs WHERE id IN (SELECT id FROM alert_runs "
                         "WHERE state <> $1 AND ended_ms < $2 ORDER BY id LIMIT $3)",
                         run_state::running, before, limit);
  return static_cast<uint32_t>(gone);
}

result<std::vector<stored_match>> list_matches(sql_session& db, const match_filter& filter) {
  std::vector<stored_match> out;
  {
    auto rows = query_matches(db, filter);
    while (rows->next()) {
      auto& x = out.emplace_back();
      auto& it = x.pair.what;
      rows->read(x.pair.alert, x.alert_name, it.id, it.title, it.price, it.currency, it.brand, it.size, it.condition,
                 it.url, it.photo, x.source, x.run, x.found);
    }
  }
  for (auto& x : out)
    x.delivery = delivery_of(db, x.pair);
  return out;
}

} // namespace vigie::repository

// The settlement: where an attempt's fence is checked, and all that a result changes, changed at once.
#include "adapters/sql/repository.hpp"

#include <set>

#include "actors/policy/answer_tally.hpp"
#include "actors/policy/page_notes.hpp"

namespace vigie::repository {

namespace {

/// What the store knows of the attempt that a settlement names, of its run and of its alert.
struct known_attempt {
  attempt_state state = attempt_state::assigned;
  settle_receipt receipt{true, 0, 0}; ///< of when it was applied
  bool run_is_on = false;
  bool alert_done = false;
  bool newest = false;
};

struct alert_owner {
  bool exists = false;
  std::string name;
  source_id source;
  bool learning = false; ///< this settlement is the baseline
  std::string key_part;  ///< of its notifications' keys
  std::vector<channel_id> channels;
};

optional<known_attempt> find_attempt(sql_session& db, const alert_settled& what) {
  auto rows = db.query("SELECT t.state, t.new_matches, t.outbox_rows, r.state, p.done, "
                       "NOT EXISTS (SELECT 1 FROM run_alerts n WHERE n.run_id = t.run_id AND n.alert_id = t.alert_id "
                       "AND n.token > t.token) "
                       "FROM run_alerts t JOIN alert_runs r ON r.id = t.run_id "
                       "JOIN run_plan p ON p.run_id = t.run_id AND p.alert_id = t.alert_id "
                       "WHERE t.token = $1 AND t.run_id = $2 AND t.alert_id = $3",
                       what.token, what.run, what.alert);
  if (!rows->next())
    return {};
  known_attempt out;
  std::string attempt, run;
  rows->read(attempt, out.receipt.new_matches, out.receipt.outbox_rows, run, out.alert_done, out.newest);
  out.state = parse_word(*rows, attempt_state_from_string(attempt));
  out.run_is_on = run == to_string(run_state::running);
  return out;
}

alert_owner find_owner(sql_session& db, alert_id id) {
  alert_owner out;
  {
    auto rows =
        db.query("SELECT name, source, baseline = 1 AND baseline_done = 0, key_part FROM alerts WHERE id = $1", id);
    out.exists = rows->next();
    if (!out.exists)
      return out;
    rows->read(out.name, out.source, out.learning, out.key_part);
  }
  auto rows = db.query("SELECT word FROM alert_words WHERE alert_id = $1 AND kind = 'channel' ORDER BY position", id);
  while (rows->next())
    rows->read(out.channels.emplace_back());
  return out;
}

void write_attempt(sql_session& db, const alert_settled& what, attempt_state state, size_t matches,
                   const settle_receipt& receipt, wall_time now) {
  db.execute("UPDATE run_alerts SET state = $1, error_code = $2, error_detail = $3, error_place = $4, "
             "items_checked = $5, matches = $6, new_matches = $7, outbox_rows = $8, ended_ms = $9, took_ms = $10, "
             "notes = $11, statuses = $12, bytes = $13, waited_ms = $14, "
             "source = CASE WHEN $15 = '' THEN source ELSE $15 END WHERE token = $16",
             state, what.problem.code, what.problem.detail, what.problem.place, what.items_checked, matches,
             receipt.new_matches, receipt.outbox_rows, now, what.took, to_lines(what.notes),
             to_text(what.answers.by_status), what.answers.bytes, what.answers.waited, what.source, what.token);
}

void finish_alert(sql_session& db, const alert_settled& what) {
  db.execute("UPDATE run_plan SET done = 1 WHERE run_id = $1 AND alert_id = $2", what.run, what.alert);
}

settle_receipt keep_late(sql_session& db, const alert_settled& what, attempt_state was, wall_time now) {
  // What was applied stays as it is; what is late already is counted.
  if (was == attempt_state::settled || was == attempt_state::late)
    return {};
  write_attempt(db, what, attempt_state::late, what.matches.size(), {}, now);
  db.execute("UPDATE alert_runs SET late = late + 1 WHERE id = $1", what.run);
  return {};
}

/// Not empty: why that paused the alert.
std::string fail_for_good(sql_session& db, const alert_settled& what) {
  finish_alert(db, what);
  db.execute("UPDATE alert_runs SET alerts_failed = alerts_failed + 1 WHERE id = $1", what.run);
  return note_outcome(db, what);
}

settle_receipt apply_failure(sql_session& db, const alert_settled& what, bool final, wall_time now) {
  write_attempt(db, what, attempt_state::failed, what.matches.size(), {}, now);
  settle_receipt receipt{true, 0, 0};
  if (final)
    receipt.paused_why = fail_for_good(db, what);
  return receipt;
}

/// True for the first time.
bool mark_seen(sql_session& db, alert_id alert, const item_id& item, wall_time now) {
  return db.execute("INSERT INTO seen_items (alert_id, item_id, first_seen_ms) VALUES ($1, $2, $3) "
                    "ON CONFLICT (alert_id, item_id) DO NOTHING",
                    alert, item, now) == 1;
}

void write_match(sql_session& db, const stored_match& x) {
  const auto& it = x.pair.what;
  db.execute("INSERT INTO matches (alert_id, alert_name, item_id, title, price, currency, brand, size, \"condition\", "
             "url, photo, source, run_id, found_ms) "
             "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
             x.pair.alert, x.alert_name, it.id, it.title, it.price, it.currency, it.brand, it.size, it.condition,
             it.url, it.photo, x.source, x.run, x.found);
}

settle_receipt apply_success(sql_session& db, const alert_settled& what, const alert_owner& owner, wall_time now) {
  settle_receipt receipt{true, 0, 0};
  std::set<std::string_view> distinct;
  uint32_t learned = 0;
  for (const auto& x : what.matches) {
    distinct.insert(x.what.id.value);
    auto is_new = mark_seen(db, what.alert, x.what.id, now);
    learned += is_new && owner.learning ? 1 : 0;
    if (!is_new || owner.learning)
      continue;
    stored_match found{{what.alert, x.what}, owner.name, what.source, what.run, now, {}};
    if (found.source.value.empty())
      found.source = owner.source;
    write_match(db, found);
    ++receipt.new_matches;
    receipt.outbox_rows += notify(db, found, owner.key_part, owner.channels);
  }
  if (owner.learning) {
    db.execute("UPDATE alerts SET baseline_done = 1 WHERE id = $1", what.alert);
    db.execute("UPDATE run_alerts SET learned = 1 WHERE token = $1", what.token);
  }
  keep_pages(db, what);
  note_outcome(db, what);
  write_attempt(db, what, attempt_state::settled, distinct.size(), receipt, now);
  finish_alert(db, what);
  db.execute("UPDATE alert_runs SET alerts_ok = alerts_ok + 1, items_checked = items_checked + $1, "
             "matches = matches + $2, new_matches = new_matches + $3, learned = learned + $4 WHERE id = $5",
             what.items_checked, distinct.size(), receipt.new_matches, learned, what.run);
  return receipt;
}

} // namespace

result<settle_receipt> settle(sql_session& db, const alert_settled& what, bool final, wall_time now) {
  auto attempt = find_attempt(db, what);
  if (!attempt)
    return fail(errc::not_found, "no attempt with token " + std::to_string(what.token.value));
  auto success = what.problem.code == errc::none;
  auto open = attempt->run_is_on && !attempt->alert_done && attempt->newest;
  if (attempt->state == attempt_state::settled && success)
    return attempt->receipt;
  if (attempt->state == attempt_state::failed && !success) {
    // Said again, or said now to be the last try.
    if (final && open)
      attempt->receipt.paused_why = fail_for_good(db, what);
    return attempt->receipt;
  }
  if (attempt->state != attempt_state::assigned || !open)
    return keep_late(db, what, attempt->state, now);
  auto owner = find_owner(db, what.alert);
  if (!owner.exists)
    return keep_late(db, what, attempt->state, now);
  return success ? apply_success(db, what, owner, now) : apply_failure(db, what, final, now);
}

} // namespace vigie::repository

// What is remembered of an alert's pages: as they were when it was last matched against them, and how often they were
// not there.
#include "actors/policy/alert_pauses.hpp"
#include "adapters/sql/repository.hpp"

namespace vigie::repository {

namespace {

#define VIGIE_PAGE_COLUMNS "g.url, g.etag, g.last_modified, g.items, g.next, g.newest_ms, g.reading FROM alert_pages g "

void read_page(sql_rows& rows, alert_id& alert, page_record& x) {
  rows.read(alert, x.url, x.etag, x.last_modified, x.items, x.next, x.newest, x.reading);
}

std::vector<page_record> pages_of(sql_session& db, alert_id id) {
  std::vector<page_record> out;
  auto rows = db.query("SELECT g.alert_id, " VIGIE_PAGE_COLUMNS "WHERE g.alert_id = $1 ORDER BY g.position", id);
  while (rows->next())
    read_page(*rows, id, out.emplace_back());
  return out;
}

/// It was edited after the run gave it out.
bool edited_since(sql_session& db, run_id run, alert_id alert) {
  return !db.query("SELECT 1 FROM run_plan p JOIN alerts a ON a.id = p.alert_id "
                   "WHERE p.run_id = $1 AND p.alert_id = $2 AND p.revision = a.revision",
                   run, alert)
              ->next();
}

} // namespace

void forget_pages(sql_session& db, alert_id alert) {
  db.execute("DELETE FROM alert_pages WHERE alert_id = $1", alert);
}

void keep_pages(sql_session& db, const alert_settled& what) {
  auto wanted = edited_since(db, what.run, what.alert) ? std::vector<page_record>{} : what.pages;
  // Most pages of most cycles are as they were: nothing to write.
  if (pages_of(db, what.alert) == wanted)
    return;
  forget_pages(db, what.alert);
  for (size_t i = 0; i < wanted.size(); ++i) {
    const auto& x = wanted[i];
    db.execute(
        "INSERT INTO alert_pages (alert_id, position, url, etag, last_modified, items, next, newest_ms, reading) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        what.alert, i, x.url, x.etag, x.last_modified, x.items, x.next, x.newest, x.reading);
  }
}

std::map<alert_id, std::vector<page_record>> pages_of_run(sql_session& db, run_id run) {
  std::map<alert_id, std::vector<page_record>> out;
  auto rows = db.query("SELECT g.alert_id, " VIGIE_PAGE_COLUMNS "JOIN run_plan p ON p.alert_id = g.alert_id "
                       "WHERE p.run_id = $1 AND p.done = 0 ORDER BY g.alert_id, g.position",
                       run);
  alert_id alert;
  for (page_record page; rows->next();) {
    read_page(*rows, alert, page);
    out[alert].push_back(page);
  }
  return out;
}

std::string note_outcome(sql_session& db, const alert_settled& what) {
  alert_past before;
  {
    auto rows = db.query("SELECT gone_in_a_row, answered FROM alerts WHERE id = $1", what.alert);
    if (rows->next())
      rows->read(before.not_found, before.answered);
  }
  auto ruling = rule_on_pause(what, before);
  if (ruling.past != before)
    db.execute("UPDATE alerts SET gone_in_a_row = $1, answered = $2 WHERE id = $3", ruling.past.not_found,
               ruling.past.answered, what.alert);
  if (!ruling.paused_why.empty())
    db.execute("UPDATE alerts SET enabled = 0, paused_why = $1 WHERE id = $2", ruling.paused_why, what.alert);
  return ruling.paused_why;
}

} // namespace vigie::repository

#include "adapters/sql/repository.hpp"

#include <array>

#include "actors/policy/run_words.hpp"

namespace vigie::repository {

namespace {

/// Where each kind of alert_words lives in an alert.
struct word_list {
  std::string_view kind;
  std::vector<std::string> match_conditions::*words;
};

constexpr std::array word_lists{
    word_list{"all", &match_conditions::all},      word_list{"any", &match_conditions::any},
    word_list{"none", &match_conditions::none},    word_list{"condition", &match_conditions::conditions},
    word_list{"brand", &match_conditions::brands}, word_list{"size", &match_conditions::sizes},
};

void add_word(alert& to, std::string_view kind, std::string word) {
  for (const auto& list : word_lists)
    if (list.kind == kind)
      (to.when.*list.words).push_back(std::move(word));
  if (kind == "channel")
    to.channels.emplace_back(std::move(word));
}

void read_alert(sql_rows& rows, alert& x) {
  rows.read(x.id, x.name, x.source, x.query, x.when.price_min, x.when.price_max, x.when.currency, x.when.fold_accents,
            x.enabled, x.baseline, x.baseline_done, x.paused_why);
}

/// Alerts of one query, and their words of another, both by alert id: one pass, whatever their number.
template <class... Args>
std::vector<alert> read_alerts(sql_session& db, std::string_view alerts, std::string_view words, const Args&... args) {
  std::vector<alert> out;
  {
    auto rows = db.query(alerts, args...);
    while (rows->next())
      read_alert(*rows, out.emplace_back());
  }
  auto rows = db.query(words, args...);
  auto at = out.begin();
  alert_id id;
  for (std::string kind, word; rows->next();) {
    rows->read(id, kind, word);
    while (at != out.end() && at->id < id)
      ++at;
    if (at != out.end() && at->id == id)
      add_word(*at, kind, std::move(word));
  }
  return out;
}

#define VIGIE_ALERT_COLUMNS                                                                                            \
  "SELECT a.id, a.name, a.source, a.query, a.price_min, a.price_max, a.currency, a.fold_accents, a.enabled, "          \
  "a.baseline, a.baseline_done, a.paused_why FROM alerts a "
#define VIGIE_WORD_COLUMNS "SELECT w.alert_id, w.kind, w.word FROM alert_words w "
#define VIGIE_WORD_ORDER "ORDER BY w.alert_id, w.kind, w.position"

result<alert> get_alert(sql_session& db, alert_id id) {
  auto found = read_alerts(db, VIGIE_ALERT_COLUMNS "WHERE a.id = $1",
                           VIGIE_WORD_COLUMNS "WHERE w.alert_id = $1 " VIGIE_WORD_ORDER, id);
  if (found.empty())
    return fail(errc::not_found, "no alert " + std::to_string(id.value));
  return found.front();
}

void write_words(sql_session& db, const alert& x) {
  db.execute("DELETE FROM alert_words WHERE alert_id = $1", x.id);
  auto write = [&](std::string_view kind, size_t position, const std::string& word) {
    db.execute("INSERT INTO alert_words (alert_id, kind, position, word) VALUES ($1, $2, $3, $4)", x.id, kind, position,
               word);
  };
  for (const auto& list : word_lists)
    for (size_t i = 0; i < (x.when.*list.words).size(); ++i)
      write(list.kind, i, (x.when.*list.words)[i]);
  for (size_t i = 0; i < x.channels.size(); ++i)
    write("channel", i, x.channels[i].value);
}

bool name_is_taken(sql_session& db, const alert& by) {
  return db.query("SELECT id FROM alerts WHERE name = $1 AND id <> $2", by.name, by.id)->next();
}

void insert(sql_session& db, alert& x, const std::string& key_part) {
  auto rows =
      db.query("INSERT INTO alerts (name, source, query, price_min, price_max, currency, fold_accents, enabled, "
               "baseline, baseline_done, key_part) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) "
               "RETURNING id, paused_why",
               x.name, x.source, x.query, x.when.price_min, x.when.price_max, x.when.currency, x.when.fold_accents,
               x.enabled, x.baseline, x.baseline_done, key_part);
  if (rows->next())
    rows->read(x.id, x.paused_why);
}

/// False if there is no such alert. baseline_done and paused_why are what settlements made them; to enable an alert is
/// to take it up again.
bool update(sql_session& db, alert& x) {
  auto rows = db.query("UPDATE alerts SET name = $1, source = $2, query = $3, price_min = $4, price_max = $5, "
                       "currency = $6, fold_accents = $7, enabled = $8, baseline = $9, "
                       "revision = revision + 1, paused_why = CASE WHEN $8 THEN '' ELSE paused_why END, "
                       "gone_in_a_row = CASE WHEN $8 THEN 0 ELSE gone_in_a_row END WHERE id = $10 "
                       "RETURNING baseline_done, paused_why",
                       x.name, x.source, x.query, x.when.price_min, x.when.price_max, x.when.currency,
                       x.when.fold_accents, x.enabled, x.baseline, x.id);
  if (!rows->next())
    return false;
  rows->read(x.baseline_done, x.paused_why);
  return true;
}

} // namespace

result<std::vector<alert>> list_alerts(sql_session& db) {
  return read_alerts(db, VIGIE_ALERT_COLUMNS "ORDER BY a.id", VIGIE_WORD_COLUMNS VIGIE_WORD_ORDER);
}

result<alert> put_alert(sql_session& db, alert what, const random_part& draw) {
  if (name_is_taken(db, what))
    return fail(errc::conflict, "an alert named \"" + what.name + "\" exists", "/name");
  if (what.id.value == 0)
    insert(db, what, draw());
  else if (!update(db, what))
    return fail(errc::not_found, "no alert " + std::to_string(what.id.value));
  else
    forget_pages(db, what.id); // what it was matched against says nothing of what it looks for now
  write_words(db, what);
  return what;
}

result<alert> change_alert(sql_session& db, const alert& what, const alert& before, const random_part& draw) {
  auto now = get_alert(db, what.id);
  if (!now)
    return now;
  if (*now != before)
    return fail(errc::conflict, "alert " + std::to_string(what.id.value) + " was changed meanwhile",
                std::string{database::changed_meanwhile});
  return put_alert(db, what, draw);
}

result<uint32_t> import_alerts(sql_session& db, const std::vector<alert>& what, const random_part& draw) {
  for (const auto& x : what)
    if (auto put = put_alert(db, x, draw); !put)
      return tl::unexpected(put.error());
  return static_cast<uint32_t>(what.size());
}

result<unit> remove_alert(sql_session& db, alert_id id) {
  if (db.execute("DELETE FROM alerts WHERE id = $1", id) == 0)
    return fail(errc::not_found, "no alert " + std::to_string(id.value));
  return unit{};
}

result<alert> set_alert_enabled(sql_session& db, alert_id id, bool enabled) {
  db.execute("UPDATE alerts SET enabled = $1, paused_why = CASE WHEN $1 THEN '' ELSE paused_why END, "
             "gone_in_a_row = CASE WHEN $1 THEN 0 ELSE gone_in_a_row END WHERE id = $2",
             enabled, id);
  return get_alert(db, id);
}

error refusal_of(sql_session& db, const std::vector<alert_id>& chosen) {
  for (const auto& id : chosen) {
    auto x = get_alert(db, id);
    if (!x)
      return x.error();
    if (!x->enabled)
      return {errc::bad_request, switched_off_words(*x), {}};
  }
  return {};
}

std::vector<alert> unfinished_alerts(sql_session& db, run_id run) {
  return read_alerts(db,
                     VIGIE_ALERT_COLUMNS "JOIN run_plan p ON p.alert_id = a.id "
                                         "WHERE p.run_id = $1 AND p.done = 0 AND a.enabled = 1 ORDER BY a.id",
                     VIGIE_WORD_COLUMNS "JOIN run_plan p ON p.alert_id = w.alert_id "
                                        "WHERE p.run_id = $1 AND p.done = 0 " VIGIE_WORD_ORDER,
                     run);
}

} // namespace vigie::repository

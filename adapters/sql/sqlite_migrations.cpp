// Times are milliseconds since 1970 (_ms), money is in hundredths, states are the words of messages/values.
#include "adapters/sql/migrations.hpp"

namespace vigie {

namespace {

// AUTOINCREMENT where an id must never come again: an alert that is removed must not leave its notifications to the
// next one, and a token that came twice would let a dead worker's result in.
constexpr const char* first_tables = R"sql(
CREATE TABLE schema_migrations (
  version INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  applied_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE alerts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  source TEXT NOT NULL,
  query TEXT NOT NULL,
  price_min INTEGER,
  price_max INTEGER,
  currency TEXT NOT NULL,
  fold_accents INTEGER NOT NULL,
  enabled INTEGER NOT NULL,
  baseline INTEGER NOT NULL,
  baseline_done INTEGER NOT NULL
) STRICT;

-- The lists of an alert: its keywords, the values a field may have, its channels.
CREATE TABLE alert_words (
  alert_id INTEGER NOT NULL REFERENCES alerts (id) ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK (kind IN ('all', 'any', 'none', 'condition', 'brand', 'size', 'channel')),
  position INTEGER NOT NULL,
  word TEXT NOT NULL,
  PRIMARY KEY (alert_id, kind, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE seen_items (
  alert_id INTEGER NOT NULL REFERENCES alerts (id) ON DELETE CASCADE,
  item_id TEXT NOT NULL,
  first_seen_ms INTEGER NOT NULL,
  PRIMARY KEY (alert_id, item_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE alert_runs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  trace TEXT NOT NULL,
  "trigger" TEXT NOT NULL,
  state TEXT NOT NULL,
  started_ms INTEGER NOT NULL,
  ended_ms INTEGER NOT NULL,
  alerts INTEGER NOT NULL,
  alerts_ok INTEGER NOT NULL,
  alerts_failed INTEGER NOT NULL,
  workers INTEGER NOT NULL,
  workers_ok INTEGER NOT NULL,
  items_checked INTEGER NOT NULL,
  matches INTEGER NOT NULL,
  new_matches INTEGER NOT NULL,
  late INTEGER NOT NULL,
  resent INTEGER NOT NULL,
  note TEXT NOT NULL
) STRICT;
CREATE INDEX alert_runs_running ON alert_runs (id) WHERE state = 'running';

-- What a run has to check, fixed when it begins; done = settled, or failed for good. The name outlives the alert.
CREATE TABLE run_plan (
  run_id INTEGER NOT NULL REFERENCES alert_runs (id) ON DELETE CASCADE,
  alert_id INTEGER NOT NULL,
  alert_name TEXT NOT NULL,
  done INTEGER NOT NULL,
  PRIMARY KEY (run_id, alert_id)
) STRICT, WITHOUT ROWID;

-- One row an attempt; the token is its fence.
CREATE TABLE run_alerts (
  token INTEGER PRIMARY KEY AUTOINCREMENT,
  run_id INTEGER NOT NULL,
  alert_id INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  worker TEXT NOT NULL,
  state TEXT NOT NULL,
  error_code TEXT NOT NULL,
  error_detail TEXT NOT NULL,
  error_place TEXT NOT NULL,
  items_checked INTEGER NOT NULL,
  matches INTEGER NOT NULL,
  new_matches INTEGER NOT NULL,
  outbox_rows INTEGER NOT NULL,
  begun_ms INTEGER NOT NULL,
  ended_ms INTEGER NOT NULL,
  took_ms INTEGER NOT NULL,
  FOREIGN KEY (run_id, alert_id) REFERENCES run_plan (run_id, alert_id) ON DELETE CASCADE
) STRICT;
CREATE INDEX run_alerts_by_run ON run_alerts (run_id, alert_id);

-- Matches and notifications outlive their alert.
CREATE TABLE matches (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  alert_id INTEGER NOT NULL,
  alert_name TEXT NOT NULL,
  item_id TEXT NOT NULL,
  title TEXT NOT NULL,
  price INTEGER,
  currency TEXT,
  brand TEXT,
  size TEXT,
  "condition" TEXT,
  url TEXT,
  photo TEXT,
  source TEXT NOT NULL,
  run_id INTEGER NOT NULL,
  found_ms INTEGER NOT NULL,
  UNIQUE (alert_id, item_id)
) STRICT;
CREATE INDEX matches_by_run ON matches (run_id);

CREATE TABLE outbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  alert_id INTEGER NOT NULL,
  item_id TEXT NOT NULL,
  channel TEXT NOT NULL,
  idempotency_key TEXT NOT NULL UNIQUE,
  body TEXT NOT NULL,
  state TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  next_attempt_ms INTEGER NOT NULL,
  last_error TEXT NOT NULL,
  UNIQUE (alert_id, item_id, channel)
) STRICT;
CREATE INDEX outbox_due ON outbox (state, next_attempt_ms, id);

CREATE TABLE worker_status (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  region TEXT NOT NULL,
  address TEXT NOT NULL,
  requests INTEGER NOT NULL,
  successes INTEGER NOT NULL,
  errors INTEGER NOT NULL,
  ewma_ms REAL NOT NULL,
  last_error TEXT NOT NULL
) STRICT;

CREATE TABLE verdicts (
  scope TEXT NOT NULL,
  worker TEXT NOT NULL,
  host TEXT NOT NULL,
  cause TEXT NOT NULL,
  evidence TEXT NOT NULL,
  since_ms INTEGER NOT NULL,
  until_ms INTEGER NOT NULL,
  strikes INTEGER NOT NULL,
  PRIMARY KEY (scope, worker, host)
) STRICT;
)sql";

// The body of a robots.txt is whatever octets a site sent.
constexpr const char* conduct_tables = R"sql(
CREATE TABLE host_states (
  gate TEXT PRIMARY KEY,
  held_until_ms INTEGER NOT NULL,
  pace REAL NOT NULL,
  strikes INTEGER NOT NULL,
  last_strike_ms INTEGER NOT NULL,
  widest_gap_ms INTEGER NOT NULL,
  day INTEGER NOT NULL,
  today INTEGER NOT NULL
) STRICT;

CREATE TABLE robots (
  authority TEXT PRIMARY KEY,
  standing TEXT NOT NULL,
  has_body INTEGER NOT NULL,
  body TEXT NOT NULL,
  settled_ms INTEGER NOT NULL,
  next_fetch_ms INTEGER NOT NULL,
  unreachable_since_ms INTEGER NOT NULL,
  failures INTEGER NOT NULL,
  status INTEGER NOT NULL,
  problem TEXT NOT NULL
) STRICT;

CREATE TABLE conduct_ledger (
  host TEXT NOT NULL,
  hour_ms INTEGER NOT NULL,
  requests INTEGER NOT NULL,
  robots_requests INTEGER NOT NULL,
  retries INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  unchanged INTEGER NOT NULL,
  rate_limited INTEGER NOT NULL,
  refused INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  robots_denied INTEGER NOT NULL,
  waited_ms INTEGER NOT NULL,
  robots_version TEXT NOT NULL,
  user_agent TEXT NOT NULL,
  PRIMARY KEY (host, hour_ms)
) STRICT, WITHOUT ROWID;
CREATE INDEX conduct_by_hour ON conduct_ledger (hour_ms, host);
)sql";

// Pages that an alert was matched against, as they were then. An edit of the alert (revision) drops them; a run that
// began before the edit must not bring them back, so its plan remembers which revision it gave out.
constexpr const char* pages_of_alerts = R"sql(
ALTER TABLE alerts ADD COLUMN paused_why TEXT NOT NULL DEFAULT '';
ALTER TABLE alerts ADD COLUMN gone_in_a_row INTEGER NOT NULL DEFAULT 0;
ALTER TABLE alerts ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
ALTER TABLE run_plan ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;

CREATE TABLE alert_pages (
  alert_id INTEGER NOT NULL REFERENCES alerts (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  url TEXT NOT NULL,
  etag TEXT NOT NULL,
  last_modified TEXT NOT NULL,
  items INTEGER NOT NULL,
  next TEXT NOT NULL,
  newest_ms INTEGER NOT NULL,
  reading INTEGER NOT NULL,
  PRIMARY KEY (alert_id, position)
) STRICT, WITHOUT ROWID;
)sql";

// How long a host asked to be left alone, so that a clock which was set back makes no wait longer. Whether an alert was
// answered once: what robots.txt forbids from then on pauses it.
constexpr const char* holds_and_pauses = R"sql(
ALTER TABLE host_states ADD COLUMN held_for_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE alerts ADD COLUMN answered INTEGER NOT NULL DEFAULT 0;
UPDATE alerts SET answered = baseline_done;
)sql";

constexpr const char* probes_of_verdicts = R"sql(
ALTER TABLE verdicts ADD COLUMN answers INTEGER NOT NULL DEFAULT 0;
)sql";

// An id comes again in a new or restored database; the random part of an alert does not, and with it no key of its
// notifications. A row waits since it was made, which is when its match was found.
constexpr const char* notifications_given_up_by_age = R"sql(
ALTER TABLE alerts ADD COLUMN key_part TEXT NOT NULL DEFAULT '';
UPDATE alerts SET key_part = lower(hex(randomblob(8)));

ALTER TABLE outbox ADD COLUMN since_ms INTEGER NOT NULL DEFAULT 0;
UPDATE outbox SET since_ms = coalesce(
  (SELECT m.found_ms FROM matches m WHERE m.alert_id = outbox.alert_id AND m.item_id = outbox.item_id),
  next_attempt_ms);
DROP INDEX outbox_due;
CREATE INDEX outbox_due ON outbox (state, channel, next_attempt_ms, id);

CREATE TABLE channel_states (
  channel TEXT PRIMARY KEY,
  held_until_ms INTEGER NOT NULL,
  stored_ms INTEGER NOT NULL,
  gap_ms INTEGER NOT NULL,
  failures INTEGER NOT NULL,
  problem TEXT NOT NULL
) STRICT;
)sql";

// A worker that did not hear the acknowledgement of a release repeats it to the next owner of the gates.
constexpr const char* acknowledged_releases = R"sql(
ALTER TABLE host_states ADD COLUMN acknowledged TEXT NOT NULL DEFAULT '';
)sql";

constexpr const char* notes_of_attempts = R"sql(
ALTER TABLE run_alerts ADD COLUMN notes TEXT NOT NULL DEFAULT '';
)sql";

// A receiver that is away for longer than a process lives is given up all the same.
constexpr const char* failing_channels = R"sql(
ALTER TABLE channel_states ADD COLUMN failing_since_ms INTEGER;
)sql";

// A restart of main forgets neither that a host fails nor what a run was answered.
constexpr const char* failures_and_answers = R"sql(
ALTER TABLE host_states ADD COLUMN failed TEXT NOT NULL DEFAULT '';
ALTER TABLE host_states ADD COLUMN backed_off INTEGER NOT NULL DEFAULT 0;

ALTER TABLE run_alerts ADD COLUMN source TEXT NOT NULL DEFAULT '';
ALTER TABLE run_alerts ADD COLUMN statuses TEXT NOT NULL DEFAULT '';
ALTER TABLE run_alerts ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE run_alerts ADD COLUMN waited_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE run_alerts ADD COLUMN learned INTEGER NOT NULL DEFAULT 0;

ALTER TABLE alert_runs ADD COLUMN learned INTEGER NOT NULL DEFAULT 0;
)sql";

constexpr migration all[] = {
    {1, "first tables", first_tables},
    {2, "conduct towards other people's servers", conduct_tables},
    {3, "pages of alerts, and why an alert is paused", pages_of_alerts},
    {4, "how long hosts are held, and what robots.txt pauses", holds_and_pauses},
    {5, "probes that a half-open host has answered", probes_of_verdicts},
    {6, "notifications are given up by age, channels are left alone", notifications_given_up_by_age},
    {7, "releases that were acknowledged", acknowledged_releases},
    {8, "what readers left out or mended", notes_of_attempts},
    {9, "since when channels fail", failing_channels},
    {10, "failures of hosts, and what runs were answered", failures_and_answers},
};

} // namespace

std::span<const migration> sqlite_migrations() {
  return all;
}

} // namespace vigie

// What the database port asks, as SQL that every driver takes. Each function is to be called inside in_transaction and
// says what the port's comment says of its namesake; errors of the session stick there and are not looked at here.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "adapters/ports/database.hpp"
#include "adapters/sql/sql_session.hpp"

namespace vigie::repository {

using unit = database::unit;

// -- migrations.cpp --------------------------------------------------------------------------------
result<unit> check_writing(sql_session& db);

// -- repository_alerts.cpp ------------------------------------------------------------------------
result<std::vector<alert>> list_alerts(sql_session& db);
/// What is random, in a text of letters and digits; another one at each call.
using random_part = std::function<std::string()>;
result<alert> put_alert(sql_session& db, alert what, const random_part& draw);
result<alert> change_alert(sql_session& db, const alert& what, const alert& before, const random_part& draw);
result<uint32_t> import_alerts(sql_session& db, const std::vector<alert>& what, const random_part& draw);
result<unit> remove_alert(sql_session& db, alert_id id);
result<alert> set_alert_enabled(sql_session& db, alert_id id, bool enabled);
/// errc::none if each of them is there and enabled.
error refusal_of(sql_session& db, const std::vector<alert_id>& chosen);
/// The enabled alerts of a run that are not done, by id.
std::vector<alert> unfinished_alerts(sql_session& db, run_id run);

// -- repository_runs.cpp --------------------------------------------------------------------------
result<begun_run> find_unfinished_run(sql_session& db);
result<begun_run> begin_run(sql_session& db, const vigie::begin_run& which, wall_time now);
result<run_summary> record_skipped_run(sql_session& db, run_trigger trigger, run_state why, const std::string& note,
                                       wall_time now);
result<std::vector<fencing_token>> begin_attempts(sql_session& db, run_id run, const std::vector<attempt_request>& what,
                                                  wall_time now);
result<run_summary> end_run(sql_session& db, run_id run, run_state how, uint32_t workers, uint32_t workers_ok,
                            const std::string& note, wall_time now);
result<std::vector<run_summary>> list_runs(sql_session& db, uint32_t limit);
result<run_summary> get_run(sql_session& db, run_id id);
result<std::vector<run_alert>> list_run_alerts(sql_session& db, run_id run);
result<uint32_t> prune_runs(sql_session& db, wall_time before, uint32_t limit);
result<std::vector<stored_match>> list_matches(sql_session& db, const match_filter& filter);

// -- repository_settlement.cpp --------------------------------------------------------------------
result<settle_receipt> settle(sql_session& db, const alert_settled& what, bool final, wall_time now);

// -- repository_pages.cpp -------------------------------------------------------------------------
void forget_pages(sql_session& db, alert_id alert);
/// Those of a success, unless the alert was edited while the run was on.
void keep_pages(sql_session& db, const alert_settled& what);
/// Of the alerts of a run that are not done.
std::map<alert_id, std::vector<page_record>> pages_of_run(sql_session& db, run_id run);
/// The last word about an alert in a run: what is remembered of it, and not empty: why the alert is paused now.
std::string note_outcome(sql_session& db, const alert_settled& what);

// -- repository_outbox.cpp ------------------------------------------------------------------------
/// One row a channel that has none yet for this pair; how many were made. Key and body are written here and never
/// again. `key_part` is the alert's.
uint32_t notify(sql_session& db, const stored_match& found, const std::string& key_part,
                const std::vector<channel_id>& channels);
result<std::vector<outbox_row>> claim_outbox(sql_session& db, const vigie::claim_outbox& which, wall_time now);
result<unit> return_outbox(sql_session& db, outbox_id id);
result<std::vector<outbox_row>> give_up_outbox(sql_session& db, const vigie::give_up_outbox& which, wall_time before);
result<unit> finish_outbox(sql_session& db, outbox_id id, delivery_state how, wall_time next_attempt,
                           const std::string& problem);
result<std::vector<outbox_row>> recover_outbox(sql_session& db, const vigie::recover_outbox& which);
result<std::vector<channel_state>> load_channel_states(sql_session& db);
result<unit> put_channel_state(sql_session& db, const channel_state& what);
result<outbox_counts> count_outbox(sql_session& db);
result<uint32_t> retry_outbox(sql_session& db, const std::vector<outbox_id>& ids,
                              const std::vector<delivery_state>& states, wall_time now);
result<std::vector<outbox_row>> list_outbox(sql_session& db, const std::vector<delivery_state>& states, uint32_t limit);

// -- repository_workers.cpp -----------------------------------------------------------------------
result<std::vector<worker_status>> load_worker_status(sql_session& db);
result<unit> save_worker_status(sql_session& db, const std::vector<worker_status>& rows);
result<std::vector<verdict>> load_verdicts(sql_session& db);
result<unit> put_verdict(sql_session& db, const verdict& v);
result<unit> drop_verdict(sql_session& db, verdict_scope scope, const worker_id& worker, const host_key& host);

// -- repository_conduct.cpp -----------------------------------------------------------------------
result<std::vector<host_state>> load_host_states(sql_session& db);
result<unit> put_host_states(sql_session& db, const std::vector<host_state>& rows);
result<std::vector<stored_robots>> load_robots(sql_session& db);
result<unit> put_robots(sql_session& db, const stored_robots& what);
result<std::vector<conduct_row>> list_conduct(sql_session& db, const get_conduct& which);
result<unit> add_conduct(sql_session& db, const std::vector<conduct_row>& rows);
result<uint32_t> prune_conduct(sql_session& db, wall_time before, uint32_t limit);
result<uint32_t> prune_host_states(sql_session& db, wall_time before);

} // namespace vigie::repository

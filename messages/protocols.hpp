// Every actor's interface, on one page: what can I say to it, and what does it answer?
//
// sig<answer, message...>; void = an acknowledgement. A request to an actor that dies is answered at once with
// errc::crashed (actors/actor.hpp). Timers and the continuations of ports are no messages of the contract: they are
// closures that an actor sends to itself (docs/decisions/0001-closures-for-internal-messages.md).
#pragma once

#include "messages/compat.hpp"
#include "messages/inspect.hpp"

namespace vigie {

// == both kinds of node
// ===================================================================================================

using inspector_actor = caf::typed_actor<
    // This node's actors, live.
    sig<node_row, get_node>,
    // All nodes' (main asks each worker through its proxy; an unreachable one is a row that says so).
    sig<std::vector<node_row>, get_fleet>,
    // Fault injection.
    sig<void, crash_order>>;

// == main: state
// ==========================================================================================================

// The one door to the database. Each message is one transaction.
using store_actor = caf::typed_actor<
    sig<std::vector<alert>, get_alerts>, sig<alert, put_alert>, sig<uint32_t, import_alerts>, sig<void, remove_alert>,
    sig<alert, enable_alert>, sig<begun_run, find_unfinished_run>, sig<begun_run, begin_run>,
    sig<run_summary, record_skipped_run>, sig<std::vector<fencing_token>, begin_attempts>,
    sig<settle_receipt, settle_alert>, sig<run_summary, end_run>, sig<std::vector<run_summary>, get_runs>,
    sig<run_summary, get_run>, sig<std::vector<run_alert>, get_run_alerts>, sig<std::vector<stored_match>, get_matches>,
    sig<std::vector<outbox_row>, claim_outbox>, sig<void, return_outbox>, sig<void, finish_outbox>,
    sig<std::vector<outbox_row>, give_up_outbox>, sig<std::vector<outbox_row>, recover_outbox>,
    sig<std::vector<channel_state>, get_channel_states>, sig<void, put_channel_state>,
    sig<std::vector<outbox_row>, get_outbox>, sig<outbox_counts, count_outbox>, sig<uint32_t, retry_outbox>,
    sig<std::vector<worker_status>, get_worker_status>, sig<void, save_worker_status>,
    sig<std::vector<verdict>, get_verdicts>, sig<void, put_verdict>, sig<void, drop_verdict>,
    sig<std::vector<host_state>, get_host_states>, sig<std::vector<stored_robots>, get_robots>, sig<void, put_robots>,
    sig<std::vector<conduct_row>, get_conduct>, sig<void, add_conduct>>;

// == main: fleet
// ==========================================================================================================

// Knows every worker's state and picks who gets work; carries commands with retries elsewhere.
using balancer_actor = caf::typed_actor<
    // From the owners of each fact: proxies, health-monitor, ban-timer.
    sig<void, link_changed>, sig<void, health_judged>, sig<void, bans_changed>, sig<void, work_begun>,
    sig<void, work_ended>,
    // Available workers, the one to prefer first.
    sig<std::vector<available_worker>, get_available>, sig<std::vector<worker_status>, get_workers>,
    // One command on one worker, at most max_retries attempts, each elsewhere.
    sig<command_result, envelope, worker_command>>;

// Owns the ban ledger; lifts bans on time, never early.
using ban_timer_actor = caf::typed_actor<sig<refusal_ruling, site_refused>, sig<void, site_answered>,
                                         sig<void, lift_bans>, sig<std::vector<verdict>, get_bans>>;

// Probes every worker and judges with hysteresis. Has no callers: it tells the balancer.
using health_monitor_actor = caf::typed_actor<
    // A link that comes up is probed at once.
    sig<void, link_changed>>;

// What a worker node may say to main over its link; the only handle of main that a worker ever has.
using main_endpoint_actor = caf::typed_actor<
    // Answered once the settlement is stored; the worker repeats it until then.
    sig<settle_ack, envelope, alert_settled>, sig<void, envelope, assignment_beat>,
    sig<void, envelope, assignment_finished>, sig<permit, envelope, permit_request>,
    // Answered once a restarted owner of the gates would know it, too; the worker repeats what matters until then.
    sig<void, envelope, permit_release>, sig<void, envelope, permits_held>>;

// One per worker: owns its link (dial, attach, heartbeats, epochs) and fails everything outstanding at once when it
// breaks.
using worker_proxy_actor = main_endpoint_actor::extend<
    // Answered when the worker has accepted; settlements come later.
    sig<assign_receipt, envelope, assignment>, sig<void, envelope, cancel_assignment>,
    sig<command_result, envelope, worker_command>, sig<worker_health, probe_worker>, sig<node_row, get_node>,
    sig<void, crash_order>, sig<void, set_draining>>;

// == main: politeness
// =====================================================================================================

// One politeness owner per host for the whole fleet. A permit is leave to start one request.
using host_gates_actor =
    caf::typed_actor<sig<permit, worker_id, permit_request>, sig<void, worker_id, permit_release>,
                     // What a restarted owner does not know; what is not named is over.
                     sig<void, worker_id, permits_held>,
                     // Its requests go on: their places are taken until they must be over.
                     sig<void, worker_lost>,
                     // From the ban-timer: who gets no permit for which host.
                     sig<void, bans_changed>,
                     // A person looks, and may say that a host is to be asked again.
                     sig<std::vector<host_hold>, get_holds>, sig<std::vector<host_hold>, lift_holds>>;

// == main: the cycle
// ======================================================================================================

// Plan, dispatch, settle: one run at a time.
using alert_cycle_actor =
    caf::typed_actor<sig<run_ticket, trigger_run>, sig<cycle_report, get_cycle>,
                     // From the proxies.
                     sig<settle_ack, worker_id, alert_settled>, sig<void, worker_id, assignment_beat>,
                     sig<void, worker_id, assignment_finished>, sig<void, worker_lost>>;

// Empties the outbox into the channels.
using notifier_actor = caf::typed_actor<sig<void, outbox_grew>>;

// == worker
// ===============================================================================================================

// The only actor of a worker that main can reach.
using worker_gateway_actor = caf::typed_actor<
    // First message of a link; takes the place of an earlier link, whose work is dropped.
    sig<worker_hello, envelope, attach, main_endpoint_actor>,
    // Answered at once; `busy` above the limit of plans.
    sig<assign_receipt, envelope, assignment>, sig<void, envelope, cancel_assignment>,
    sig<command_result, envelope, worker_command>, sig<heartbeat, envelope, heartbeat>,
    sig<worker_health, envelope, get_health>, sig<node_row, envelope, get_node>, sig<void, envelope, crash_order>,
    // From the scrapers of this node.
    sig<void, alert_settled>,
    // From this node's gate-client, towards main.
    sig<permit, permit_request>, sig<void, permit_release>, sig<void, permits_held>>;

// One request under a permit of main's host-gates (no owner, no permit), its answer judged and reported.
using gate_client_actor = caf::typed_actor<sig<gated_answer, gated_fetch>>;

// Hands requests to the HTTP port, bounded. Answered when the request has begun.
using fetcher_actor = caf::typed_actor<sig<void, begin_fetch>>;

// One per running fetch plan: pages, items, matches; a settlement per alert.
using scraper_actor = caf::typed_actor<sig<void, run_plan>>;

// scrape and custom: commands that are no alert check.
using command_runner_actor = caf::typed_actor<sig<command_result, envelope, worker_command>>;

} // namespace vigie

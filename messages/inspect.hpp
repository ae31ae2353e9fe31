// How CAF reads and writes every value of the contract. A struct's line says how many fields it has: a forgotten field
// does not compile. The order of fields is the wire format (contract_version).
#pragma once

#include <caf/meta/load_callback.hpp>
#include <caf/meta/type_name.hpp>
#include <caf/none.hpp>

#include "messages/values/requests.hpp"

namespace vigie {

template <class Inspector, class Tag, class Rep>
auto inspect(Inspector& f, strong_id<Tag, Rep>& x) {
  return f(x.value);
}

template <class Inspector, class T>
auto inspect(Inspector& f, optional<T>& x) {
  bool present = x.has_value();
  T value = present ? *x : T{};
  auto load = [&]() -> caf::error {
    if (present)
      x = value;
    else
      x.reset();
    return caf::none;
  };
  return f(present, value, caf::meta::load_callback(load));
}

// clang-format off
#define VIGIE_INSPECT_1(type) template <class Inspector> auto inspect(Inspector& f, type& x) { auto& [m1] = x; return f(caf::meta::type_name(#type), m1); }
#define VIGIE_INSPECT_2(type) template <class Inspector> auto inspect(Inspector& f, type& x) { auto& [m1, m2] = x; return f(caf::meta::type_name(#type), m1, m2); }
#define VIGIE_INSPECT_3(type) template <class Inspector> auto inspect(Inspector& f, type& x) { auto& [m1, m2, m3] = x; return f(caf::meta::type_name(#type), m1, m2, m3); }
#define VIGIE_INSPECT_4(type) template <class Inspector> auto inspect(Inspector& f, type& x) { auto& [m1, m2, m3, m4] = x; return f(caf::meta::type_name(#type), m1, m2, m3, m4); }
#define VIGIE_INSPECT_5(type) template <class Inspector> auto inspect(Inspector& f, type& x) { auto& [m1, m2, m3, m4, m5] = x; return f(caf::meta::type_name(#type), m1, m2, m3, m4, m5); }
#define VIGIE_INSPECT_6(type) template <class Inspector> auto inspect(Inspector& f, type& x) { auto& [m1, m2, m3, m4, m5, m6] = x; return f(caf::meta::type_name(#type), m1, m2, m3, m4, m5, m6); }
#define VIGIE_INSPECT_7(type) template <class Inspector> auto inspect(Inspector& f, type& x) { auto& [m1, m2, m3, m4, m5, m6, m7] = x; return f(caf::meta::type_name(#type), m1, m2, m3, m4, m5, m6, m7); }
#define VIGIE_INSPECT_8(type) template <class Inspector> auto inspect(Inspector& f, type& x) { auto& [m1, m2, m3, m4, m5, m6, m7, m8] = x; return f(caf::meta::type_name(#type), m1, m2, m3, m4, m5, m6, m7, m8); }
#define VIGIE_INSPECT_9(type) template <class Inspector> auto inspect(Inspector& f, type& x) { auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9] = x; return f(caf::meta::type_name(#type), m1, m2, m3, m4, m5, m6, m7, m8, m9); }
#define VIGIE_INSPECT_10(type) template <class Inspector> auto inspect(Inspector& f, type& x) { auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10] = x; return f(caf::meta::type_name(#type), m1, m2, m3, m4, m5, m6, m7, m8, m9, m10); }
#define VIGIE_INSPECT_11(type) template <class Inspector> auto inspect(Inspector& f, type& x) { auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11] = x; return f(caf::meta::type_name(#type), m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11); }
#define VIGIE_INSPECT_12(type) template <class Inspector> auto inspect(Inspector& f, type& x) { auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12] = x; return f(caf::meta::type_name(#type), m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12); }
#define VIGIE_INSPECT_13(type) template <class Inspector> auto inspect(Inspector& f, type& x) { auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13] = x; return f(caf::meta::type_name(#type), m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13); }
#define VIGIE_INSPECT_14(type) template <class Inspector> auto inspect(Inspector& f, type& x) { auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14] = x; return f(caf::meta::type_name(#type), m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14); }
#define VIGIE_INSPECT_15(type) template <class Inspector> auto inspect(Inspector& f, type& x) { auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15] = x; return f(caf::meta::type_name(#type), m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15); }
#define VIGIE_INSPECT_16(type) template <class Inspector> auto inspect(Inspector& f, type& x) { auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16] = x; return f(caf::meta::type_name(#type), m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16); }
#define VIGIE_INSPECT_17(type) template <class Inspector> auto inspect(Inspector& f, type& x) { auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17] = x; return f(caf::meta::type_name(#type), m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17); }
#define VIGIE_INSPECT_18(type) template <class Inspector> auto inspect(Inspector& f, type& x) { auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18] = x; return f(caf::meta::type_name(#type), m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18); }
#define VIGIE_INSPECT_19(type) template <class Inspector> auto inspect(Inspector& f, type& x) { auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19] = x; return f(caf::meta::type_name(#type), m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19); }
#define VIGIE_INSPECT_20(type) template <class Inspector> auto inspect(Inspector& f, type& x) { auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20] = x; return f(caf::meta::type_name(#type), m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20); }
#define VIGIE_INSPECT_21(type) template <class Inspector> auto inspect(Inspector& f, type& x) { auto& [m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21] = x; return f(caf::meta::type_name(#type), m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21); }
// clang-format on

#define VIGIE_INSPECT(type, fields) VIGIE_INSPECT_##fields(type)

// messages/values/error.hpp
VIGIE_INSPECT(error, 3)

// messages/values/alert.hpp
VIGIE_INSPECT(match_conditions, 10)
VIGIE_INSPECT(alert, 10)

// messages/values/item.hpp
VIGIE_INSPECT(item, 9)

// messages/values/fetch.hpp
VIGIE_INSPECT(paging_spec, 5)
VIGIE_INSPECT(extract_spec, 11)
VIGIE_INSPECT(sanity_rules, 6)
VIGIE_INSPECT(gate_policy, 7)
VIGIE_INSPECT(source_spec, 14)
VIGIE_INSPECT(http_request, 9)
VIGIE_INSPECT(http_response, 5)
VIGIE_INSPECT(page_record, 7)
VIGIE_INSPECT(fetch_outcome, 6)
VIGIE_INSPECT(fetch_report, 7)
VIGIE_INSPECT(answer_counts, 3)
VIGIE_INSPECT(permit, 4)
VIGIE_INSPECT(robots_report, 3)

// messages/values/conduct.hpp
VIGIE_INSPECT(robots_copy, 9)
VIGIE_INSPECT(stored_robots, 2)
VIGIE_INSPECT(host_state, 12)
VIGIE_INSPECT(host_hold, 4)
VIGIE_INSPECT(conduct_row, 14)

// messages/values/run.hpp
VIGIE_INSPECT(match, 2)
VIGIE_INSPECT(alert_settled, 15)
VIGIE_INSPECT(run_summary, 18)
VIGIE_INSPECT(run_alert, 15)
VIGIE_INSPECT(stored_match, 6)
VIGIE_INSPECT(outbox_row, 12)
VIGIE_INSPECT(channel_state, 7)

// messages/values/verdict.hpp
VIGIE_INSPECT(verdict, 9)

// messages/values/worker.hpp
VIGIE_INSPECT(worker_health, 6)
VIGIE_INSPECT(worker_status, 14)

// messages/values/command.hpp
VIGIE_INSPECT(envelope, 5)
VIGIE_INSPECT(planned_alert, 2)
VIGIE_INSPECT(fetch_plan, 5)
VIGIE_INSPECT(assignment, 5)
VIGIE_INSPECT(worker_command, 5)
VIGIE_INSPECT(alert_failure, 3)
VIGIE_INSPECT(command_result, 9)
VIGIE_INSPECT(attach, 3)
VIGIE_INSPECT(worker_hello, 4)

// messages/values/inspection.hpp
VIGIE_INSPECT(actor_row, 11)
VIGIE_INSPECT(node_row, 8)

// messages/values/permits.hpp
VIGIE_INSPECT(permit_request, 6)
VIGIE_INSPECT(permit_release, 7)
VIGIE_INSPECT(held_permit, 5)
VIGIE_INSPECT(permits_held, 4)
VIGIE_INSPECT(gated_fetch, 4)
VIGIE_INSPECT(gated_answer, 4)
VIGIE_INSPECT(begin_fetch, 2)

// messages/values/requests.hpp
VIGIE_INSPECT(begun_run, 3)
VIGIE_INSPECT(attempt_request, 3)
VIGIE_INSPECT(settle_receipt, 4)
VIGIE_INSPECT(match_filter, 3)
VIGIE_INSPECT(get_alerts, 1)
VIGIE_INSPECT(put_alert, 2)
VIGIE_INSPECT(import_alerts, 1)
VIGIE_INSPECT(remove_alert, 1)
VIGIE_INSPECT(enable_alert, 2)
VIGIE_INSPECT(find_unfinished_run, 1)
VIGIE_INSPECT(begin_run, 4)
VIGIE_INSPECT(record_skipped_run, 3)
VIGIE_INSPECT(begin_attempts, 2)
VIGIE_INSPECT(settle_alert, 2)
VIGIE_INSPECT(end_run, 5)
VIGIE_INSPECT(get_runs, 1)
VIGIE_INSPECT(get_run, 1)
VIGIE_INSPECT(get_run_alerts, 1)
VIGIE_INSPECT(get_matches, 1)
VIGIE_INSPECT(channel_claim, 2)
VIGIE_INSPECT(claim_outbox, 3)
VIGIE_INSPECT(return_outbox, 1)
VIGIE_INSPECT(give_up_outbox, 4)
VIGIE_INSPECT(get_channel_states, 1)
VIGIE_INSPECT(put_channel_state, 1)
VIGIE_INSPECT(finish_outbox, 4)
VIGIE_INSPECT(recover_outbox, 2)
VIGIE_INSPECT(get_outbox, 2)
VIGIE_INSPECT(count_outbox, 1)
VIGIE_INSPECT(outbox_counts, 5)
VIGIE_INSPECT(retry_outbox, 2)
VIGIE_INSPECT(get_worker_status, 1)
VIGIE_INSPECT(save_worker_status, 1)
VIGIE_INSPECT(get_verdicts, 1)
VIGIE_INSPECT(put_verdict, 1)
VIGIE_INSPECT(drop_verdict, 3)
VIGIE_INSPECT(get_host_states, 1)
VIGIE_INSPECT(get_robots, 1)
VIGIE_INSPECT(put_robots, 1)
VIGIE_INSPECT(get_conduct, 4)
VIGIE_INSPECT(add_conduct, 2)
VIGIE_INSPECT(link_changed, 4)
VIGIE_INSPECT(health_judged, 3)
VIGIE_INSPECT(bans_changed, 1)
VIGIE_INSPECT(work_ended, 4)
VIGIE_INSPECT(work_begun, 2)
VIGIE_INSPECT(get_workers, 1)
VIGIE_INSPECT(get_available, 1)
VIGIE_INSPECT(available_worker, 4)
VIGIE_INSPECT(probe_worker, 1)
VIGIE_INSPECT(set_draining, 1)
VIGIE_INSPECT(site_refused, 4)
VIGIE_INSPECT(refusal_ruling, 3)
VIGIE_INSPECT(site_answered, 2)
VIGIE_INSPECT(lift_bans, 1)
VIGIE_INSPECT(get_holds, 1)
VIGIE_INSPECT(lift_holds, 1)
VIGIE_INSPECT(get_bans, 1)
VIGIE_INSPECT(trigger_run, 4)
VIGIE_INSPECT(run_ticket, 2)
VIGIE_INSPECT(assign_receipt, 2)
VIGIE_INSPECT(cancel_assignment, 2)
VIGIE_INSPECT(assignment_beat, 2)
VIGIE_INSPECT(assignment_finished, 1)
VIGIE_INSPECT(settle_ack, 1)
VIGIE_INSPECT(worker_lost, 3)
VIGIE_INSPECT(get_cycle, 1)
VIGIE_INSPECT(cycle_report, 5)
VIGIE_INSPECT(outbox_grew, 1)
VIGIE_INSPECT(heartbeat, 1)
VIGIE_INSPECT(run_plan, 5)
VIGIE_INSPECT(get_health, 1)
VIGIE_INSPECT(get_node, 1)
VIGIE_INSPECT(get_fleet, 1)
VIGIE_INSPECT(crash_order, 2)

#undef VIGIE_INSPECT_1
#undef VIGIE_INSPECT_2
#undef VIGIE_INSPECT_3
#undef VIGIE_INSPECT_4
#undef VIGIE_INSPECT_5
#undef VIGIE_INSPECT_6
#undef VIGIE_INSPECT_7
#undef VIGIE_INSPECT_8
#undef VIGIE_INSPECT_9
#undef VIGIE_INSPECT_10
#undef VIGIE_INSPECT_11
#undef VIGIE_INSPECT_12
#undef VIGIE_INSPECT_13
#undef VIGIE_INSPECT_14
#undef VIGIE_INSPECT_15
#undef VIGIE_INSPECT_16
#undef VIGIE_INSPECT_17
#undef VIGIE_INSPECT_18
#undef VIGIE_INSPECT_19
#undef VIGIE_INSPECT_20
#undef VIGIE_INSPECT_21
#undef VIGIE_INSPECT

} // namespace vigie

// Inside of the alert cycle; included by its two files and nobody else.
#pragma once

#include <deque>
#include <memory>
#include <set>

#include "actors/alert_cycle.hpp"

namespace vigie {

/// One trigger that waits for the store or for the run that is on.
struct waiting_trigger {
  trigger_run what;
  std::shared_ptr<reply<run_ticket>> answer; ///< none for the timer
};

struct alert_cycle_state {
  static inline const char* name = "alert-cycle";

  alert_cycle_ptr self = nullptr;
  alert_cycle_config config;
  alert_cycle_links links;
  environment env;

  bool starting = true; ///< a run is being begun, resumed or ended: triggers wait
  bool running = false;
  run_summary run;
  trace_id trace;
  std::string cause;
  run_ledger ledger;
  mono_time run_started{};
  std::set<host_key> closed;  ///< hosts whose circuit is open
  std::set<alert_id> storing; ///< settlements on their way to the store
  bool dispatching = false;
  uint32_t preparing = 0; ///< shares on their way to workers
  bool cancelled = false;
  duration assignment_deadline{0};
  std::deque<waiting_trigger> queue;
  std::deque<std::pair<std::string, std::pair<run_id, mono_time>>> keys;
  mono_time next_tick{};
  bool tick_armed = false;
  std::string last_problem;

  // alert_cycle.cpp: the life of a run
  void start();
  void arm_tick();
  void trigger(waiting_trigger t);
  void begin(waiting_trigger t);
  void begun(const begun_run& b, const std::string& why);
  void resume();
  void finish_if_done();
  void cancel_run(const std::string& why);
  void ended(const run_summary& summary);
  void watch();
  void say(log_level level, std::string_view event_name, std::vector<std::pair<std::string, std::string>> fields);
  void show_state();

  // alert_cycle_dispatch.cpp: handing out and taking back
  void dispatch();
  void place(const availability& open);
  void hand_out(plan_share share);
  void send_assignment(plan_share share);
  void settle_homeless();
  void settle(alert_settled what, worker_id worker, std::shared_ptr<reply<settle_ack>> ack);
  void rule_on_refusal(alert_settled what, worker_id worker, std::shared_ptr<reply<settle_ack>> ack);
  void store(alert_settled what, worker_id worker, bool final, std::string refused_region,
             std::shared_ptr<reply<settle_ack>> ack);
  void stored(const alert_settled& what, const worker_id& worker, bool final, const std::string& refused_region,
              const settle_receipt& receipt);
  void take_back(assignment_id id, const error& why);
  void give_up();
  envelope make_envelope() const;
};

} // namespace vigie

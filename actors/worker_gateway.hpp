// The only actor of a worker node that main can reach. It takes assignments and commands, starts a scraper for each
// fetch plan, and sends every settlement to main until main has acknowledged it. It works for one main at a time:
//
//   detached ──attach──▶ attached(epoch) ──attach with a newer epoch──▶ attached(newer): all work of the older is
//   dropped
//      ▲                     │
//      └──── main is DOWN ───┘  all of main's work is dropped, permits are denied
//
// Messages of another epoch than the attached one are stale_epoch. Epoch 0 is this node itself (its own API), which may
// give commands and ask, but not assign.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <unordered_map>
#include <vector>

#include "actors/actor.hpp"
#include "actors/environment.hpp"
#include "actors/policy/assignment_book.hpp"
#include "actors/policy/resend_queue.hpp"
#include "actors/source_ways.hpp"

namespace vigie {

struct worker_gateway_config {
  worker_id worker;
  std::string region;
  std::string version;
  std::vector<source_spec> sources; ///< until main says which there are
  bool has_contact = true;          ///< false: a main whose sources need one ([fetch] contact) may not attach
  bool custom_over_link = true;     ///< false where the link is plaintext: `custom` is then for this node's own API
  assignment_limits limits;
  resend_config resend;
  uint32_t max_commands = 256;         ///< check-alerts under way; more are answered busy
  uint64_t max_result_bytes = 4 << 20; ///< of one check-alerts' matches; the rest is left out, `truncated` says so
  duration command_deadline{600000};   ///< of check-alerts, where the envelope has none
  duration permit_grace{5000};         ///< beyond the caller's patience, for main's answer
};

/// bad_config unless all limits are positive and the worker has an id.
error validate(const worker_gateway_config& config);

struct worker_gateway_parts {
  environment env;
  actor_ref<inspector_actor> inspector;
  actor_ref<command_runner_actor> runner;
  /// A scraper that settles to this gateway (its actor_ref), and says in `reading` whether it reads a page.
  std::function<scraper_actor(caf::actor_system&, std::shared_ptr<std::atomic<bool>> reading)> new_scraper;
  /// Memory of this process, for the health answer; empty = not told.
  std::function<uint64_t()> resident_bytes;
  /// The command-runner's: is told what the sources are.
  std::shared_ptr<source_ways> ways = std::make_shared<source_ways>();
};

struct running_scraper {
  scraper_actor actor;
  std::shared_ptr<std::atomic<bool>> reading;
};

/// A check-alerts command under way.
struct alert_check {
  reply<command_result> answer;
  command_result so_far;
  uint64_t bytes = 0;
};

/// How a main goes: its process or the link died, it ended because it was told to, or a newer one is there.
enum class link_end : uint8_t { broken, ordered, replaced };

struct worker_gateway_state;
using worker_gateway_ptr = shell<worker_gateway_actor, worker_gateway_state>*;

struct worker_gateway_state {
  static inline const char* name = "worker-gateway";

  worker_gateway_ptr self = nullptr;
  worker_gateway_config config;
  worker_gateway_parts parts;
  mono_time started;
  std::mt19937_64 random;

  main_endpoint_actor main; ///< null = detached
  uint64_t epoch = 0;       ///< of the link, kept after it broke
  std::string refusal_said; ///< why a main may not attach: said once, not at every try
  assignment_book book;
  resend_queue outbox;
  std::map<uint64_t, running_scraper> scrapers; ///< by plan
  std::unordered_map<caf::actor_addr, uint64_t> plans_of_scrapers;
  std::map<assignment_id, alert_check> checks;
  std::map<uint64_t, reply<permit>> permits; ///< asked of main
  std::map<uint64_t, reply<void>> tells;     ///< said to main and not acknowledged
  uint64_t last_gate_message = 0;
  mono_time pump_armed; ///< the timer that is set for the outbox; max() = none

  // -- the link (actors/worker_gateway_link.cpp)
  error check_link(const envelope& env) const;  ///< of main's own messages
  error check_asker(const envelope& env) const; ///< of what this node's own API may also say
  caf::result<worker_hello> attach_main(const envelope& env, const attach& what, const main_endpoint_actor& who);
  error refuse_sources(const envelope& env, const attach& what);
  void detach(link_end how);
  promise<permit> ask_permit(const permit_request& what);
  void answer_permit(uint64_t number, const permit& leave);
  /// A release, or what is held; answered when main has taken it in.
  template <class T>
  promise<void> tell_gates(const T& what);
  envelope seal(const trace_id& trace, duration deadline) const;
  void send_settlements();
  void settlement_answered(uint64_t number, assignment_id id, const error& outcome);
  void arm_pump();

  // -- the work (actors/worker_gateway_work.cpp)
  caf::result<assign_receipt> assign(const envelope& env, const assignment& what);
  void cancel(const cancel_assignment& what);
  void begin_assignment(assignment_id id, duration deadline);
  void settled(const alert_settled& what);
  void scraper_down(const caf::down_msg& what);
  void start_plans();
  std::set<uint64_t> plans_being_read() const;
  void stop(const assignment_book::stopped& what);
  void deliver(const alert_settled& what);
  void finish_if_complete(assignment_id id);
  void beat(assignment_id id);
  worker_health health() const;
  void show_state();
  void know_sources(const std::vector<source_spec>& sources);

  // -- commands (actors/worker_gateway_check.cpp)
  caf::result<command_result> run_command(const envelope& env, const worker_command& what);
  promise<command_result> check_alerts(const envelope& env, const worker_command& what);
  void add_to_check(const alert_settled& what);
  void finish_check(assignment_id id);
};

worker_gateway_actor::behavior_type worker_gateway(worker_gateway_ptr self, worker_gateway_config config,
                                                   worker_gateway_parts parts);

} // namespace vigie

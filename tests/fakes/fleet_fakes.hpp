// Stand-ins for the actors around the fleet, that write down what they are told and when.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "actors/actor.hpp"
#include "actors/dialler.hpp"
#include "tests/support/world.hpp"

namespace vigie::test {

template <class T>
struct told {
  mono_time at{};
  T what;
};

template <class T>
using tape = std::vector<told<T>>;

struct nothing {
  static inline const char* name = "fake";
};

struct fleet_tape {
  tape<link_changed> links;
  tape<health_judged> judged;
  tape<bans_changed> bans;
  tape<work_begun> begun;
  tape<work_ended> ended;
  tape<link_changed> health_links;
  tape<worker_lost> lost;       ///< as the alert-cycle hears it
  tape<worker_lost> gates_lost; ///< as the host-gates hear it
  std::vector<std::pair<worker_id, alert_settled>> settled;
  std::vector<std::pair<worker_id, permit_request>> permits;
  std::vector<std::pair<worker_id, permits_held>> held;
  size_t beats = 0;
  size_t finished = 0;
  size_t released = 0;

  /// The states of the link, in order, repetitions left out.
  std::vector<link_state> states() const {
    std::vector<link_state> out;
    for (const auto& x : links)
      if (out.empty() || out.back() != x.what.state)
        out.push_back(x.what.state);
    return out;
  }
};

inline balancer_actor::behavior_type fake_balancer(shell<balancer_actor, nothing>* self, fleet_tape* t) {
  return {[=](const link_changed& m) {
            t->links.push_back({self->clock().now(), m});
          },
          [=](const health_judged& m) {
            t->judged.push_back({self->clock().now(), m});
          },
          [=](const bans_changed& m) {
            t->bans.push_back({self->clock().now(), m});
          },
          [=](const work_begun& m) {
            t->begun.push_back({self->clock().now(), m});
          },
          [=](const work_ended& m) {
            t->ended.push_back({self->clock().now(), m});
          },
          [](const get_available&) { return std::vector<available_worker>{}; },
          [](get_workers) { return std::vector<worker_status>{}; },
          [](const envelope&, const worker_command&) { return command_result{}; }};
}

inline health_monitor_actor::behavior_type fake_health_monitor(shell<health_monitor_actor, nothing>* self,
                                                               fleet_tape* t) {
  return {[=](const link_changed& m) { t->health_links.push_back({self->clock().now(), m}); }};
}

inline alert_cycle_actor::behavior_type fake_alert_cycle(shell<alert_cycle_actor, nothing>* self, fleet_tape* t) {
  return {[](const trigger_run&) { return run_ticket{}; },
          [](get_cycle) { return cycle_report{}; },
          [=](const worker_id& w, const alert_settled& m) {
            t->settled.emplace_back(w, m);
            return settle_ack{true};
          },
          [=](const worker_id&, const assignment_beat&) { ++t->beats; },
          [=](const worker_id&, const assignment_finished&) { ++t->finished; },
          [=](const worker_lost& m) {
            t->lost.push_back({self->clock().now(), m});
          }};
}

inline host_gates_actor::behavior_type fake_host_gates(shell<host_gates_actor, nothing>* self, fleet_tape* t) {
  return {[=](const worker_id& w, const permit_request& m) {
            t->permits.emplace_back(w, m);
            return permit{t->permits.size(), duration{0}, {}};
          },
          [=](const worker_id&, const permit_release&) { ++t->released; },
          [=](const worker_id& w, const permits_held& m) { t->held.emplace_back(w, m); },
          [=](const worker_lost& m) {
            t->gates_lost.push_back({self->clock().now(), m});
          },
          [](const bans_changed&) {},
          [](get_holds) { return std::vector<host_hold>{}; },
          [](const lift_holds&) { return std::vector<host_hold>{}; }};
}

/// A request whose answer comes later.
template <class T>
class later {
public:
  template <class Handle, class... Args>
  later(world& w, const Handle& whom, Args&&... args) : out_(std::make_shared<std::optional<result<T>>>()) {
    auto good = [out = out_](auto&... x) { *out = result<T>{std::move(x)...}; };
    auto bad = [out = out_](caf::error& e) { *out = result<T>{tl::unexpected<error>(from_caf(e))}; };
    w.system.spawn([whom, good, bad, ... args = std::forward<Args>(args)](caf::event_based_actor* self) {
      if constexpr (std::is_void_v<T>)
        self->request(whom, caf::infinite, args...).then([good] { good(); }, bad);
      else
        self->request(whom, caf::infinite, args...).then([good](T& x) { good(x); }, bad);
    });
  }

  bool here() const { return out_->has_value(); }
  /// Only when it is here.
  result<T>& get() const {
    REQUIRE(here());
    return **out_;
  }

private:
  std::shared_ptr<std::optional<result<T>>> out_;
};

/// A worker's gateway under the test's control.
struct gateway_script {
  worker_hello hello{worker_id{"worker-fr"}, "fr", "1", contract_version};
  bool mute = false;        ///< answers nothing at all
  bool hold = false;        ///< keeps the answers to commands back
  uint64_t known_epoch = 0; ///< refuses older attaches
  uint64_t attached = 0;    ///< times
  uint64_t epoch = 0;       ///< of the last attach
  main_endpoint_actor main;
  std::vector<envelope> envelopes; ///< of work
  size_t probes = 0;
  size_t cancelled = 0;
  std::function<command_result(const worker_command&)> answer;
};

struct fake_gateway_state {
  static inline const char* name = "fake-gateway";
  /// Never answered, not even in death: as over a network.
  std::vector<promise<command_result>> commands;
  std::vector<reply<heartbeat>> beats;
  std::vector<reply<worker_hello>> hellos;
};

inline worker_gateway_actor::behavior_type fake_gateway(shell<worker_gateway_actor, fake_gateway_state>* self,
                                                        gateway_script* s) {
  return {
      [=](const envelope&, const attach& m, const main_endpoint_actor& main) -> promise<worker_hello> {
        auto answer = self->owe<worker_hello>();
        if (s->mute) {
          self->state.hellos.push_back(answer);
        } else if (m.epoch <= s->known_epoch) {
          answer.fail({errc::stale_epoch, "an older link", {}});
        } else {
          ++s->attached;
          s->epoch = m.epoch;
          s->main = main;
          answer.keep(s->hello);
        }
        return answer;
      },
      [=](const envelope& e, const assignment& m) {
        s->envelopes.push_back(e);
        return assign_receipt{m.id, 1};
      },
      [=](const envelope&, const cancel_assignment&) { ++s->cancelled; },
      [=](const envelope& e, const worker_command& m) -> promise<command_result> {
        s->envelopes.push_back(e);
        auto answer = self->make_response_promise<promise<command_result>>();
        if (s->hold || s->mute)
          self->state.commands.push_back(answer);
        else
          answer.deliver(s->answer ? s->answer(m) : command_result{});
        return answer;
      },
      [=](const envelope&, const heartbeat& m) -> promise<heartbeat> {
        auto answer = self->owe<heartbeat>();
        if (s->mute)
          self->state.beats.push_back(answer);
        else
          answer.keep(m);
        return answer;
      },
      [=](const envelope&, get_health) {
        ++s->probes;
        return worker_health{s->hello.worker, "1", duration{1}, 0, 0, {{"fetch", true}}};
      },
      [](const envelope&, get_node) { return node_row{}; },
      [](const envelope&, const crash_order&) {},
      [](const alert_settled&) {},
      [](const permit_request&) { return permit{}; },
      [](const permit_release&) {},
      [](const permits_held&) {},
  };
}

/// Gives the handle that the test put there, or an error.
class fake_dialler : public dialler {
public:
  void dial(const std::string&, callback done) override {
    ++dials;
    if (gateway)
      done(gateway);
    else
      done(fail(errc::worker_lost, "connection refused"));
  }

  worker_gateway_actor gateway;
  size_t dials = 0;
};

} // namespace vigie::test

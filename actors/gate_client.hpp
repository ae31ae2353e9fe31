// Makes this node's requests to sites: asks main, through the worker-gateway, for leave to start each, hands it to the
// fetcher, judges what comes, and tells main. Without an owner of the gates there is no permit. A permit to fetch
// robots.txt it uses itself, by the way of the page that is asked for, and asks again for the page.
// Whoever asked may die at any moment. Before the permit is there, it goes back unused; from then on the request goes
// on to its end, and what the site said is reported as if somebody still waited for it. What is under way and what main
// has not heard outlive this actor, too (actors/flights.hpp): its next incarnation goes on with it. So that the death
// of the gates' owner loosens nothing, it says every second what is held, and says each release until it is
// acknowledged, whichever owner hears it then.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "actors/actor.hpp"
#include "actors/environment.hpp"
#include "actors/flights.hpp"
#include "actors/policy/robots_txt.hpp"

namespace vigie {

struct gate_client_config {
  uint32_t max_waiting = 1024;                            ///< callers that wait for a permit; more are answered busy
  std::map<std::string, std::string> headers{};           ///< of requests for robots.txt
  uint64_t max_robots_bytes = 4 << 20;                    ///< a larger robots.txt counts as none that can be read
  uint64_t robots_bytes = robots_limits{}.body_bytes + 1; ///< of it that main gets; it parses one less
  std::string user_agent{};                               ///< that the HTTP client sends: main's ledger keeps it
  duration tell_every{1000};                              ///< what is held, and what was not acknowledged
  duration owner_pause{500}; ///< before a request is put to the next owner, when the last one died over it
  /// A permit that was so much longer on its way than the way is known to take is not used: it says nothing any more of
  /// what the site has said meanwhile.
  duration permit_fresh{500};
  /// Nor is any that was longer on its way; and so long after main has known of it as not sent, a request is not sent.
  /// Main counts on that (host_limiter_config::begins_within).
  duration permit_keeps{5000};
};

/// bad_config unless all are positive.
error validate(const gate_client_config& config);

struct gate_client_state {
  static inline const char* name = "gate-client";

  /// Somebody who waits for an answer, perhaps dead by now.
  struct asker {
    caf::actor_addr who;
    gated_fetch what;
    mono_time until;        ///< patience
    mono_time asked;        ///< main, the last time
    wall_time asked_wall{}; ///< the same: this one goes on while the machine sleeps
    reply<gated_answer> answer;
    uint64_t stops_told = 0; ///< main had been told of so many words of sites when it was asked
    mono_time came{};        ///< the first time
    duration waited{0};      ///< since then, for a permit that was used, or to be denied one
  };

  gate_client_config config;
  environment env;
  actor_ref<worker_gateway_actor> gateway;
  actor_ref<fetcher_actor> fetcher;
  std::shared_ptr<flights> air;
  std::set<caf::actor_addr> alive; ///< callers; this node's own: none
  std::map<uint64_t, asker> askers;
  uint64_t last_asker = 0;
  uint32_t waiting = 0;                ///< of them, for a permit
  std::map<uint64_t, uint64_t> flying; ///< permit -> whose
  bool word_out = false;               ///< main has not answered the last word about what is held
  bool word_answered = false;          ///< main has answered it
  bool word_again = false;             ///< the next one is due as soon as this one is answered
  std::deque<duration> ways;           ///< how long the last words took to main and back, at most `ways_kept`
};

using gate_client_ptr = shell<gate_client_actor, gate_client_state>*;

// gate_client.cpp: leave to ask.

/// Asks main for a permit for this asker.
void ask_gate(gate_client_ptr self, uint64_t asker);
/// As long as the caller's patience lasts. `why` is what it hears if that has ended.
void ask_again(gate_client_ptr self, uint64_t asker, duration pause, error why);
/// How old a permit may be that is used.
duration fresh_for(const gate_client_state& s);
/// The end of it, if its caller still waits.
void answer_asker(gate_client_ptr self, uint64_t asker, gated_answer answer);
void show_held(gate_client_ptr self);

// gate_client_flights.cpp: requests, and what the site says.

void fetch_page(gate_client_ptr self, const permit& leave, uint64_t asker);
void fetch_robots(gate_client_ptr self, const permit& leave, uint64_t asker);
/// From now on this incarnation hears what lands; first, what landed for a former one.
void adopt_flights(gate_client_ptr self);

// gate_client_reports.cpp: what main has to hear.

/// All that main has not heard, unless it is being told.
void say_reports(gate_client_ptr self);
/// What is held; as soon as the word before is answered.
void say_held(gate_client_ptr self);
/// Until it is acknowledged.
void report_release(gate_client_ptr self, permit_release what);
void tell_gates_later(gate_client_ptr self);

/// `air` is the node's, shared with the fetcher and with every incarnation of both.
gate_client_actor::behavior_type gate_client(gate_client_ptr self, gate_client_config config, environment env,
                                             actor_ref<worker_gateway_actor> gateway, actor_ref<fetcher_actor> fetcher,
                                             std::shared_ptr<flights> air);

} // namespace vigie

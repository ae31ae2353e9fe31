// The one owner of politeness towards every host, for the whole fleet (actors/policy/host_limiter.hpp). A permit is
// leave to start one request; it comes back by release, when its worker is lost, or when its lease ends. A denial is an
// answer (permit id 0), not an error. A restarted owner waits a full gap before the first permit of each host.
// Work that was handed out before a ban must not reach the site after it: whoever is banned for a host gets no permit
// for it, and while a refusal waits for the ban-timer's ruling nobody does. Nor before the bans are known at start.
// robots.txt is asked about each URL (actors/policy/robots_book.hpp): what it forbids is denied, and where its rules
// are not known, the first to ask gets a permit to fetch it, and the others wait for what comes of that.
#pragma once

#include <map>
#include <optional>

#include "actors/actor.hpp"
#include "actors/environment.hpp"
#include "actors/policy/ban_ledger.hpp"
#include "actors/policy/host_limiter.hpp"
#include "actors/policy/robots_book.hpp"

namespace vigie {

struct host_gates_config {
  host_limiter_config limits;
  ban_config bans;                          ///< the ban-timer's
  std::map<worker_id, std::string> regions; ///< of every worker
  std::map<host_key, gate_policy> policies; ///< main's own word; a worker's counts only for hosts that are not here
  duration ask_again{1000};                 ///< after the ban-timer failed to answer
  duration local_timeout{10000};            ///< for its answers
  robots_book_config robots;
};

/// bad_config as of its parts, or zero times.
error validate(const host_gates_config& config);

struct host_gates_links {
  actor_ref<ban_timer_actor> ban_timer;
};

struct host_gates_state {
  host_gates_state() : limiter({}, 0, {}, 0), bans({}, {}, 0), robots({}) {}

  /// A request in the limiter's queue.
  struct queued {
    worker_id by;
    reply<permit> answer;
    std::string authority{}; ///< whose robots.txt it is for; empty: what it came for
    std::string fetch_url{};
  };
  /// A request that waits for somebody else's fetch of robots.txt.
  struct parked {
    worker_id by;
    permit_request what;
    mono_time until;
    reply<permit> answer;
  };

  static inline const char* name = "host-gates";
  host_gates_config config;
  environment env;
  host_gates_links links;
  host_limiter limiter;
  ban_ledger bans; ///< a copy of the ban-timer's
  bool bans_known = false;
  std::map<host_limiter::ticket, queued> waiting;
  robots_book robots;
  std::map<std::string, std::map<uint64_t, parked>> waiting_for_robots; ///< by authority, in order of arrival
  uint64_t last_parked = 0;
  std::map<uint64_t, std::pair<worker_id, std::string>> robots_permits; ///< out: who, for which authority
  uint64_t timer = 0;                                                   ///< the newest timer; earlier ones are ignored
};

using host_gates_shell = shell<host_gates_actor, host_gates_state>;

// host_gates.cpp

/// Denied, parked, or in the limiter's queue.
void ask_gate(host_gates_shell* self, const worker_id& by, permit_request what, reply<permit>& answer);
/// Answers whoever in the limiter's queue can be answered now.
void serve_gates(host_gates_shell* self);
/// Counts, and keeps the answer.
void answer_asker(host_gates_shell* self, reply<permit>& asker, permit what);

// host_gates_robots.cpp: what robots.txt makes of a request.

/// The request as it may go to the limiter; or nothing: it is denied or parked.
optional<host_gates_state::queued> heed_robots(host_gates_shell* self, const worker_id& by, permit_request& what,
                                               reply<permit>& answer);
/// The permit to fetch robots.txt is given, or will not be.
void robots_permit_answered(host_gates_shell* self, const host_gates_state::queued& whose, permit& what);
/// It is back, with or without a report.
void robots_permit_back(host_gates_shell* self, const worker_id& by, const permit_release& what);
void robots_worker_lost(host_gates_shell* self, const worker_id& who);

host_gates_actor::behavior_type host_gates(host_gates_shell* self, host_gates_config config, environment env,
                                           host_gates_links links);

} // namespace vigie

// The one owner of politeness towards every host, for the whole fleet (actors/policy/host_limiter.hpp). A permit is
// leave to start one request; it is back when that is over: its worker releases it or names it no longer, or its time
// has passed. A denial is an answer (permit id 0), not an error. What has to outlive an owner is in the store (holds,
// paces, the widest gaps, the day's counts) or is said again by the workers (what they hold, and releases that were not
// acknowledged): a restarted owner reads and hears it before its first permit, and waits a full gap of each host. Work
// that was handed out before a ban must not reach the site after it: whoever is banned for a host gets no permit for
// it, and while a refusal waits for the ban-timer's ruling nobody does. Nor before the bans are known at start.
// robots.txt is asked about each URL (actors/policy/robots_book.hpp): what it forbids is denied, and where its rules
// are not known, the first to ask gets a permit to fetch it, and the others wait for what comes of that. Copies of
// robots.txt and the conduct ledger (actors/policy/conduct_book.hpp) are kept in the store: nobody fetches before the
// copies are read back.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>

#include "actors/actor.hpp"
#include "actors/environment.hpp"
#include "actors/policy/ban_ledger.hpp"
#include "actors/policy/conduct_book.hpp"
#include "actors/policy/conduct_exception.hpp"
#include "actors/policy/host_limiter.hpp"
#include "actors/policy/robots_book.hpp"
#include "actors/policy/worker_words.hpp"

namespace vigie {

struct host_gates_config {
  host_limiter_config limits;
  ban_config bans;                          ///< the ban-timer's
  std::map<worker_id, std::string> regions; ///< of every worker
  std::set<worker_id> own_workers{};        ///< of this very process: they end with it
  std::map<host_key, gate_policy> policies; ///< main's own word; a worker's counts only for hosts that are not here
  /// What needs an agreement that ends: from then on its host is not asked any more. Of several for one host the first
  /// to end counts.
  std::map<host_key, conduct_exception> exceptions;
  duration ask_again{1000};      ///< after the ban-timer failed to answer
  duration local_timeout{10000}; ///< for its answers
  duration store_every{2000};    ///< the day's counts; what is urgent, and what is acknowledged, is stored at once
  robots_book_config robots;
  conduct_book_config conduct;
  uint32_t ledger_batch = 1000; ///< rows of the ledger in one transaction
};

/// bad_config as of its parts, or zero times.
error validate(const host_gates_config& config);

struct host_gates_links {
  actor_ref<ban_timer_actor> ban_timer;
  actor_ref<store_actor> store;
};

struct host_gates_state {
  host_gates_state() : limiter({}, 0, {}, 0), bans({}, {}, 0), robots({}), conduct({}) {}

  /// A request in the limiter's queue.
  struct queued {
    worker_id by;
    reply<permit> answer;
    std::string authority{}; ///< whose robots.txt it is for; empty: what it came for
    std::string fetch_url{};
    host_key host{};
    bool retry = false;
    std::string robots_version{}; ///< that allowed it
    mono_time arrived{};
  };
  /// A request that waits for somebody else's fetch of robots.txt.
  struct parked {
    worker_id by;
    permit_request what;
    mono_time until;
    reply<permit> answer;
    mono_time arrived;
  };

  static inline const char* name = "host-gates";
  host_gates_config config;
  environment env;
  host_gates_links links;
  host_limiter limiter;
  ban_ledger bans; ///< a copy of the ban-timer's
  bool bans_known = false;
  bool states_known = false;
  bool storing = false;                          ///< states are on their way to the store
  std::vector<std::function<void()>> unstored;   ///< called when the states and the counts of now are stored
  std::set<uint64_t> ruled_on;                   ///< refused permits whose ruling is awaited
  std::set<worker_id> heard;                     ///< who has said what it holds
  worker_words words;                            ///< what they said of it
  optional<std::pair<size_t, size_t>> last_seen; ///< hosts held and slowed, as the metrics have it
  std::map<host_limiter::ticket, queued> waiting;
  robots_book robots;
  std::map<std::string, std::map<uint64_t, parked>> waiting_for_robots; ///< by authority, in order of arrival
  uint64_t last_parked = 0;
  std::map<uint64_t, std::pair<worker_id, std::string>> robots_permits; ///< out: who, for which authority
  bool robots_known = false;                                            ///< the stored copies are read
  bool saving_robots = false;
  conduct_book conduct;
  uint64_t uncounted = 0;   ///< said so far
  std::set<host_key> ended; ///< exceptions that were said to have ended
  uint64_t timer = 0;       ///< the newest timer; earlier ones are ignored
};

using host_gates_shell = shell<host_gates_actor, host_gates_state>;

// host_gates.cpp

/// Denied, parked, or in the limiter's queue. `arrived`: when it was asked first.
void ask_gate(host_gates_shell* self, const worker_id& by, permit_request what, reply<permit>& answer,
              mono_time arrived);
/// Answers whoever in the limiter's queue can be answered now.
void serve_gates(host_gates_shell* self);
/// Opens the gates once everything is known that they need.
void open_gates(host_gates_shell* self);

// host_gates_states.cpp: what outlives this actor.

/// Reads back what a former owner stored, and from now on stores what changes.
void read_states(host_gates_shell* self);
/// What is urgent now; everything, with the ledger, if `all` or somebody waits for it. One write at a time.
void store_states(host_gates_shell* self, bool all);
/// Calls when what was counted and what has changed so far is stored: a next owner would know as much as this one.
void when_stored(host_gates_shell* self, std::function<void()> call);
void hear_held(host_gates_shell* self, const worker_id& by, const permits_held& what);
/// Why a host is not asked any more, since an agreement has ended; errc::none = none has.
error ended_exception(host_gates_shell* self, const host_key& host);

// host_gates_robots.cpp: what robots.txt makes of a request, and agreements that have ended.

/// The request as it may go to the limiter; or nothing: it is denied or parked.
optional<host_gates_state::queued> heed_robots(host_gates_shell* self, const worker_id& by, permit_request& what,
                                               reply<permit>& answer, mono_time arrived);
/// The permit to fetch robots.txt is given, or will not be.
void robots_permit_answered(host_gates_shell* self, const host_gates_state::queued& whose, permit& what);
/// It is back, with or without a report.
void robots_permit_back(host_gates_shell* self, const worker_id& by, const permit_release& what);
/// Those of this worker up to `upto` that it does not name are over.
void robots_over(host_gates_shell* self, const worker_id& by, uint64_t upto, const std::set<uint64_t>& named);
/// It is over, and no report will come.
void robots_permit_over(host_gates_shell* self, uint64_t permit_id);
/// Its own requests wait no longer; what it fetches goes on.
void robots_worker_lost(host_gates_shell* self, const worker_id& who);
/// The stored copies are read.
void robots_restored(host_gates_shell* self, const std::vector<stored_robots>& copies);

// host_gates_releases.cpp

promise<void> release_permit(host_gates_shell* self, const worker_id& by, const permit_release& what);

// host_gates_holds.cpp: who is left alone.

/// Events and metrics.
void tell_notices(host_gates_shell* self);
std::vector<host_hold> holds_now(host_gates_shell* self);
promise<std::vector<host_hold>> lift_hold(host_gates_shell* self, const host_key& host);

// host_gates_ledger.cpp: copies of robots.txt, what is counted, and the end.

/// Reads back the copies of robots.txt, and stores everything at the end.
void open_ledger(host_gates_shell* self);
/// What could not be counted, once a while.
void say_uncounted(host_gates_shell* self);
/// Stores the copies of robots.txt that are not stored yet, one after the other.
void save_robots(host_gates_shell* self);
void say_robots_fetched(host_gates_shell* self, const std::string& authority, const robots_report& report,
                        const robots_news& news);
/// Permits whose time has passed without a word.
void end_lapsed(host_gates_shell* self);
/// Counts, and keeps the answer.
void answer_asker(host_gates_shell* self, reply<permit>& asker, permit what);
void count_permit(host_gates_shell* self, const host_gates_state::queued& whose, const permit& what);

host_gates_actor::behavior_type host_gates(host_gates_shell* self, host_gates_config config, environment env,
                                           host_gates_links links);

} // namespace vigie

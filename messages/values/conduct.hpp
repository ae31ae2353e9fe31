// What the fleet must not forget of other people's servers, and what it tells of its conduct towards them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "messages/values/error.hpp"
#include "messages/values/ids.hpp"
#include "messages/values/time.hpp"

namespace vigie {

/// What is known of an authority's robots.txt (actors/policy/robots_cache.hpp says what each means).
enum class robots_standing : uint8_t { unknown, rules, unavailable, refused, unreachable };
std::string_view to_string(robots_standing x);
result<robots_standing> robots_standing_from_string(std::string_view x);

/// What has to be stored so that a restart knows as much as before.
struct robots_copy {
  robots_standing standing = robots_standing::unknown;
  bool has_body = false; ///< `body` is a good copy
  std::string body;      ///< as it was fetched, cut to what is parsed of it
  wall_time settled;     ///< when the last answer came, or did not come
  wall_time next_fetch;
  wall_time unreachable_since; ///< of standing unreachable: its first failure
  uint32_t failures = 0;       ///< of standing unreachable: in a row
  int32_t status = 0;          ///< of the last answer; 0 = none came
  errc problem = errc::none;   ///< why none came

  friend bool operator==(const robots_copy&, const robots_copy&) = default;
};

/// A copy and whose it is: "https://shop.example".
struct stored_robots {
  std::string authority;
  robots_copy copy;

  friend bool operator==(const stored_robots&, const stored_robots&) = default;
};

/// What a gate must still know after its owner died (actors/policy/host_limiter.hpp).
struct host_state {
  host_key gate;          ///< the gate's key: a domain, a host or an address
  wall_time held_until{}; ///< the host asked to be left alone until then
  duration held_for{0};   ///< so long from when it asked; 0 = not known, a day at most
  double pace = 1;        ///< its gap is so many times the configured one (AIMD)
  uint32_t strikes = 0;   ///< 429s without Retry-After in a row
  wall_time last_strike{};
  duration widest_gap{0}; ///< the longest gap that was kept lately, Crawl-delay included
  int64_t day = 0;        ///< days since 1970, UTC
  uint32_t today = 0;     ///< requests on that day
  /// Permits whose releases were acknowledged last: a worker that did not hear it says them again, and they count once.
  std::vector<uint64_t> acknowledged{};
  std::vector<wall_time> failed{}; ///< when it failed since its last success, the newest ones
  uint32_t backed_off = 0;         ///< holds for failures since its last success

  friend bool operator==(const host_state&, const host_state&) = default;
};

/// Nothing is asked of it before its time.
struct host_hold {
  host_key host; ///< or whatever else its gate is named by: a domain, an address
  wall_time until{};
  bool pause = false;   ///< longer than any hold that needs nobody's eyes: more than a day
  std::string robots{}; ///< what its robots.txt answered, if that is why; empty: the host asked for it, or failed

  friend bool operator==(const host_hold&, const host_hold&) = default;
};

/// The conduct ledger: one hour of one host. Counters only add up.
struct conduct_row {
  host_key host;
  wall_time hour{}; ///< its beginning
  uint64_t requests = 0;
  uint64_t robots_requests = 0; ///< of them, for robots.txt
  uint64_t retries = 0;         ///< of them, repetitions
  uint64_t bytes = 0;           ///< of bodies, as they came
  uint64_t unchanged = 0;       ///< 304
  uint64_t rate_limited = 0;    ///< 429, 503 with Retry-After
  uint64_t refused = 0;         ///< 403
  uint64_t failed = 0;          ///< no answer, 5xx
  uint64_t robots_denied = 0;   ///< not requested, since robots.txt forbids it
  duration waited{0};           ///< that requests waited for their permits
  std::string robots_version{}; ///< of the rules last in force
  std::string user_agent{};     ///< last sent

  friend bool operator==(const conduct_row&, const conduct_row&) = default;
};

} // namespace vigie

// What we know of one authority's robots.txt (scheme, host and port), and when to ask again. Pure: whoever fetches,
// asks `need`, says `begin`, follows redirects while `follows_redirect`, and hands the last answer to `settle`.
//
//   answer                             standing       means                                  asked again after
//   2xx but 206                        rules          its rules                              Cache-Control,
//                                                                                            5 min to 24 h
//   a redirect behind 5 others         unavailable    everything is allowed (RFC 9309,       as above
//                                                     2.3.1.2)
//   404, 410                           unavailable    everything is allowed                  as above
//   401, 403, 429, a challenge page    refused        nothing is allowed: stricter than the  1 h, or Retry-After
//                                                     RFC, which lets a crawler go on
//   other 4xx but 407 and 408          unavailable    everything is allowed (2.3.1.3)        as above
//   5xx, 206, 407, 408, other          unreachable    the last good copy, and where there    5 min, doubled up to 1 h,
//   statuses, a redirect to nowhere,                  is none nothing is allowed (2.3.1.4);  or Retry-After
//   no answer, one that is cut or                     nothing after 30 days: the operator
//   cannot be unpacked                                is asked
//
// A good copy is one of standing `rules`. An answer that is not `unreachable` takes the place of whatever was known.
// The freshness of a copy is never stretched: beyond it `need` says fetch, and verdicts are `unknown`, not allowed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "actors/policy/robots_txt.hpp"
#include "messages/values/conduct.hpp"
#include "messages/values/fetch.hpp"

namespace vigie {

struct robots_cache_config {
  uint32_t redirects = 5;                    ///< that are followed; the RFC wants at least 5
  duration shortest_fresh{300000};           ///< 5 min, also for no-cache and no-store
  duration longest_fresh{86400000};          ///< 24 h, also without Cache-Control; a longer Retry-After counts as this
  duration refused_recheck{3600000};         ///< 1 h
  duration unreachable_recheck{300000};      ///< 5 min after the first failure, then doubled
  duration unreachable_recheck_cap{3600000}; ///< 1 h
  duration ask_operator_after{2592000000};   ///< 30 days of nothing but `unreachable`
  duration fetch_patience{180000};           ///< a fetch of which nothing was heard is given up after this: 3 min
  robots_limits limits;
};

/// bad_config unless all are > 0, shortest_fresh <= longest_fresh, and no recheck is after more than longest_fresh.
error validate(const robots_cache_config& config);

enum class robots_need : uint8_t {
  fetch, ///< fetch it now; until then there are no verdicts
  wait,  ///< somebody is fetching it: there will be verdicts when it is settled
  use,   ///< verdicts count
};

class robots_cache {
public:
  /// `copy` is what was stored, or nothing known. `config` is valid.
  robots_cache(robots_cache_config config, std::string product_token, robots_copy copy = {});

  robots_need need(wall_time now) const;
  /// A fetch has begun: `need` says wait to all others until it is settled, or fetch_patience has passed.
  void begin(wall_time now);
  /// The fetch that has begun will bring nothing.
  void give_up() { begun_.reset(); }
  /// What the site said beside the answer's status (actors/policy/fetch_outcome.hpp).
  struct remarks {
    optional<duration> retry_after{};
    bool refused = false; ///< also by a challenge, whatever its status is
  };
  /// `redirects` were followed before `answer` came. The request should allow bodies of some MiB, since too large a one
  /// arrives as an error, and that is `unreachable`.
  void settle(const result<http_response>& answer, uint32_t redirects, const remarks& said, wall_time now);

  /// It is asked for anew, whatever it said or did not say, and for how long.
  void ask_again(wall_time now);

  /// Not allowed, `unknown`, unless need(now) is `use`; but /robots.txt itself is allowed always.
  robots_verdict decide(std::string_view target, wall_time now) const;
  /// Of our group; only where the rules are in force.
  optional<duration> crawl_delay(wall_time now) const;
  /// Unreachable for 30 days: nothing is allowed, and the operator should be told.
  bool asks_operator(wall_time now) const;
  /// Of the last good copy's rules, 16 hexadecimal digits; else "none".
  std::string version() const;

  const robots_copy& copy() const { return copy_; }    ///< changed by `settle` and `ask_again` only
  const robots_rules& rules() const { return rules_; } ///< of the last good copy

private:
  bool fresh(wall_time now) const;
  bool rules_in_force(wall_time now) const;
  void settle_unreachable(duration asked, wall_time now);

  robots_cache_config config_;
  std::string token_;
  robots_copy copy_;
  robots_rules rules_;
  optional<wall_time> begun_;
};

/// The answer is a redirect that may be followed: 301, 302, 303, 307 or 308 with a Location, and fewer than
/// config.redirects before it. The new address passes the same guards as any other.
bool follows_redirect(const robots_cache_config& config, const http_response& answer, uint32_t redirects);

/// How long an answer with this Cache-Control is used. The smallest max-age counts; no-cache and no-store are 0; what
/// is no number is ignored.
duration freshness(const robots_cache_config& config, std::string_view cache_control);

} // namespace vigie

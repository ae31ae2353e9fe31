// Which worker may not ask which host, and until when.
//
//                 refused                    `until` passes              answered `rise` times in a row
//      clear ───────────────▶ banned ─────────────────────▶ half-open ─────────────▶ clear
//                               ▲                               │
//                               └───────── refused: twice as long, up to the cap ────┘ (strikes + 1)
//
// The same diagram holds for a worker at a host and for a host's circuit. A second *region* refused by a host while the
// first one's ban is in force opens the circuit: everyone stops there. A half-open circuit is probed only from the
// regions whose refusals opened it, so nothing rotates past two regions: a third one that was refused long ago and is
// half-open waits, too, until the circuit is closed. A ban never ends early.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "messages/values/requests.hpp"

namespace vigie {

/// What a refusal by a site (403) means for the alert at hand. rotate: one other region may try. stop: nobody does.
enum class refusal_policy : uint8_t { rotate, stop };
std::string_view to_string(refusal_policy x);
result<refusal_policy> refusal_policy_from_string(std::string_view x);

struct ban_config {
  refusal_policy on_refusal = refusal_policy::rotate;
  duration ban{1800000};            ///< of the first strike: 30 min (WORKER_BAN_DURATION_MS)
  duration cap{86400000};           ///< no ban is longer: 24 h
  duration forgive_after{86400000}; ///< strikes are forgotten this long after a ban's end or its clearing
  duration probe_lease{240000};     ///< a probe of which nothing was heard may be repeated after this: 4 min
  uint32_t rise = 2;                ///< probes that a half-open host has to answer in a row until the ban is over
  duration slow_start{600000};      ///< after that the worker's share of the host's work grows to its full size: 10 min
  double jitter = 0.1; ///< renewed bans are longer by up to this share (within the cap), so not all end together
  size_t max_verdicts = 10000; ///< above it the half-open one that ended first is forgotten
};

/// bad_config unless 0 < ban <= cap, forgive_after and probe_lease > 0, rise >= 1, slow_start >= 0, 0 <= jitter <= 1,
/// max_verdicts > 0.
error validate(const ban_config& config);

/// When it was said what is told with this age; an age that cannot be is bounded (0 to 24 h).
mono_time said_at(duration age, mono_time now);

enum class ban_standing : uint8_t { clear, banned, half_open };

/// What has to be written to the store.
struct ban_changes {
  std::vector<verdict> put;
  std::vector<verdict> answered;  ///< half-open still: the count of good answers has grown
  std::vector<verdict> prolonged; ///< half-open before: the circuit that stands on it was renewed
  std::vector<verdict> dropped;

  bool any() const { return !put.empty() || !answered.empty() || !prolonged.empty() || !dropped.empty(); }
};

struct refusal_outcome {
  refusal_ruling ruling;
  ban_changes changes;
};

class ban_ledger {
public:
  /// `regions`: of every worker known; one that is not there counts as a region of its own.
  ban_ledger(ban_config config, std::map<worker_id, std::string> regions, uint64_t seed);

  /// Takes these verdicts in place of its own. Probes that are out stay out where the verdict is unchanged.
  void restore(const std::vector<verdict>& verdicts);
  /// After the clock was set back no ban lasts longer, from now, than it was to last in all. True = one would have.
  bool bound_ends(wall_time now);

  /// A refusal while the ban is in force (a straggler) changes nothing but is ruled on. One that is told late (`age`)
  /// counts from when the site said it; its ban may be over by then, which is half-open.
  refusal_outcome refused(const site_refused& what, wall_time now);
  /// Clears what is half-open for this worker at this host, once that is the `rise`th good answer in a row; the next
  /// probe may be taken. A straggler's answer during the ban counts for nothing.
  ban_changes answered(const site_answered& what, wall_time now);
  /// By a person: every ban of the worker, and each circuit that no other worker's refusal still stands behind.
  ban_changes lift(const worker_id& worker);

  /// Banned is also who stands in the region of a worker that is: the site's word was to the region.
  ban_standing standing(const worker_id& worker, const host_key& host, wall_time now) const;
  /// The host's circuit is open or half-open.
  bool circuit_stands(const host_key& host) const { return entries_.contains({verdict_scope::host, {}, host}); }
  /// Takes the one probe of what is half-open here; false while another one is out, or when nothing is half-open.
  bool take_probe(const worker_id& worker, const host_key& host, wall_time now);
  /// The probes this worker had taken will not happen (its link broke).
  void return_probes(const worker_id& worker);

  /// The first end of a ban after `now`.
  optional<wall_time> next_end(wall_time now) const;
  /// Bans that ended after `since`, up to and including `now`.
  std::vector<verdict> ended(wall_time since, wall_time now) const;

  std::vector<verdict> all() const;
  /// Verdicts of the worker itself (not of hosts' circuits).
  std::vector<verdict> of(const worker_id& worker) const;

private:
  struct key {
    verdict_scope scope = verdict_scope::worker_host;
    worker_id worker;
    host_key host;
    friend auto operator<=>(const key&, const key&) = default;
  };
  struct probe {
    worker_id by;
    wall_time until{};
  };
  struct entry {
    verdict what;
    optional<probe> out;
  };
  struct past {
    uint32_t strikes = 0;
    wall_time cleared{};
  };

  std::vector<key> keys_for(const worker_id& worker, const host_key& host) const;
  std::string region_of(const worker_id& worker) const;
  bool region_banned(const worker_id& worker, const host_key& host, wall_time now) const;
  optional<wall_time> second_region(const verdict& ban, wall_time refused) const;
  bool may_probe_circuit(const worker_id& worker, const host_key& host) const;
  const verdict& strike(const key& k, errc cause, const std::string& evidence, wall_time now, ban_changes& changes);
  void renew_others(const verdict& before, const verdict& circuit, ban_changes& changes);
  uint32_t next_strike(const key& k, wall_time now) const;
  duration length(const key& k, uint32_t strikes) const;
  void make_room(wall_time now, ban_changes& changes);

  ban_config config_;
  std::map<worker_id, std::string> regions_;
  uint64_t seed_;
  std::map<key, entry> entries_;
  std::map<key, past> cleared_; ///< strikes not yet forgiven of what is clear now
};

} // namespace vigie

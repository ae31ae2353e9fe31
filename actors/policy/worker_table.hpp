// What the balancer knows of every worker, and whom it would give work to. Pure.
#pragma once

#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "actors/policy/balancing.hpp"
#include "actors/policy/ban_ledger.hpp"
#include "messages/values/requests.hpp"

namespace vigie {

/// A worker of the configuration.
struct fleet_worker {
  worker_id id;
  std::string name;
  std::string region;
  std::string address; ///< for people
};

struct availability {
  std::vector<available_worker> workers; ///< the one to prefer first; those to be probed only come last
  std::vector<std::string> causes;       ///< "worker-fr: down": one for each that is not available
};

class worker_table {
public:
  worker_table(std::vector<fleet_worker> fleet, balancing_config balancing, ban_config bans, uint64_t seed);

  /// Unknown workers are ignored, in all of these.
  void link(const link_changed& what);
  void health(const health_judged& what);
  void bans(const std::vector<verdict>& verdicts, mono_time now);
  void begun(const work_begun& what, mono_time now);
  void ended(const work_ended& what, mono_time now);
  /// Counters of an earlier life of main: added to what was counted since the start.
  void restore(const std::vector<worker_status>& rows);

  /// Up, not judged unhealthy, not banned for any of `hosts`. No hosts: without regard to bans. Who came back from a
  /// ban has a small share at first.
  availability available(const std::vector<host_key>& hosts, const std::set<worker_id>& without, mono_time now,
                         wall_time wall);
  /// Of a worker that is to be probed only. False: another probe is out already.
  bool take_probe(const worker_id& worker, const std::vector<host_key>& hosts, wall_time wall);

  bool knows(const worker_id& worker) const { return rows_.contains(worker); }
  std::string region_of(const worker_id& worker) const;
  /// Requests that are under way included.
  std::vector<worker_status> status(mono_time now) const;
  /// To be saved: only work that has ended, as a request and by its outcome at once. So whatever a crash loses, no
  /// worker has more successes than requests.
  std::vector<worker_status> ended_work(mono_time now) const;
  /// True once after counters or states changed: they should be saved.
  bool take_changed();

private:
  struct row {
    worker_status facts; ///< `requests`: those that have ended
    optional<bool> judged; ///< by the health-monitor, of this link
    std::string unhealthy_because;
    work_score recent;
  };

  uint32_t share_of(const worker_id& worker, const std::vector<host_key>& hosts, mono_time now) const;
  std::string why_not(const row& r, const std::vector<host_key>& hosts, const std::set<worker_id>& without,
                      wall_time wall, bool& probe_only) const;

  balancing_config config_;
  balancing order_;
  std::mt19937_64 random_;
  duration slow_start_;
  std::map<std::pair<worker_id, host_key>, mono_time> came_back_; ///< from a ban, within slow_start
  ban_ledger bans_;
  std::map<worker_id, row> rows_;
  bool changed_ = false;
};

} // namespace vigie

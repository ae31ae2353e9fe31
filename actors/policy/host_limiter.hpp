// Who may start a request to which host, and when: the politeness of the whole fleet. Pure; the shell is host-gates.
//
// A permit is given when the host has a free place (max_in_flight), the gap since the last start has passed (drawn from
// [min_interval, max_interval], start to start), no Retry-After holds the host, the day's budget is not spent, and the
// host is not closed because a refusal is being ruled on.
// Requests of one host wait in order of arrival. Where two policies meet (sources that share a host), the stricter
// counts.
#pragma once

#include <functional>
#include <map>
#include <random>
#include <set>
#include <vector>

#include "messages/values/requests.hpp"

namespace vigie {

struct host_limiter_config {
  duration lease{120000};      ///< a permit that is not given back is free after this
  size_t max_waiting = 10000;  ///< per host; more are `busy`
  size_t max_hosts = 10000;    ///< hosts remembered; requests for one more are `busy`
  duration max_hold{86400000}; ///< a Retry-After counts up to this
};

/// bad_config unless all are > 0.
error validate(const host_limiter_config& config);

class host_limiter {
public:
  using ticket = uint64_t;

  /// The answer to one request.
  struct answer {
    ticket whose = 0;
    permit what; ///< id 0 = denied
  };

  /// `now` is when this owner started: a former owner may have given permits until then, so the first permit of each
  /// host waits one full max_interval from it. Permit ids start from `first_id`, which must be beyond any former one's.
  host_limiter(host_limiter_config config, uint64_t seed, mono_time now, uint64_t first_id);

  /// Queues; the answer comes from `due`, perhaps at once.
  ticket ask(const worker_id& by, const permit_request& what, mono_time now, wall_time today);
  void release(const worker_id& by, const permit_release& what, mono_time now, wall_time today);
  /// Its permits come back and its requests are forgotten (denied).
  void lost(const worker_id& worker, mono_time now);

  /// While a host is closed nobody gets a permit for it. Counted: as many openings as closings.
  void close(const host_key& host);
  void open(const host_key& host);
  /// The same for all hosts.
  void close_all(bool closed) { all_closed_ = closed; }
  /// Denies every waiting request for which `why` gives an error.
  void deny_if(const std::function<error(const worker_id&, const host_key&)>& why, mono_time now);

  /// Everything that can be answered now. Call after every event and at `next_due`.
  std::vector<answer> due(mono_time now, wall_time today);
  /// When `due` may have something new, if nothing else happens.
  optional<mono_time> next_due(mono_time now) const;

  size_t hosts() const { return hosts_.size(); }
  size_t waiting() const { return tickets_.size(); }
  size_t in_flight() const { return permits_.size(); }

private:
  struct request {
    worker_id by;
    gate_policy policy;
    mono_time asked{};
    mono_time until{}; ///< patience
  };
  struct host {
    std::map<ticket, request> queue;  ///< in order of arrival
    std::map<uint64_t, uint32_t> out; ///< permit -> the max_in_flight it was given under
    bool started = false;             ///< by this owner
    mono_time last_start{};
    gate_policy last_policy;
    double draw = 1; ///< where in [min, max] the gap after the last start lies
    mono_time held_until{};
    int64_t day = 0;
    uint32_t today = 0; ///< permits given on `day`
  };
  struct out_permit {
    host_key host;
    worker_id by;
    mono_time expires{};
  };

  host* find_or_make(const host_key& key, mono_time now, wall_time today);
  bool forgettable(const host& h, mono_time now, int64_t day) const;
  void give_back(uint64_t permit_id);
  void expire(mono_time now);
  void deny(host& h, ticket t, error why, mono_time now);
  mono_time may_start(const host& h, const gate_policy& policy) const;
  bool has_place(const host& h, const gate_policy& policy) const;
  bool closed(const host_key& key) const { return all_closed_ || closed_.contains(key); }
  void serve(const host_key& key, host& h, mono_time now, int64_t day);
  void grant(const host_key& key, host& h, mono_time now);

  host_limiter_config config_;
  std::mt19937_64 random_;
  mono_time born_;
  uint64_t last_id_;
  ticket last_ticket_ = 0;
  std::map<host_key, host> hosts_;
  std::map<ticket, host_key> tickets_;
  std::set<std::pair<mono_time, ticket>> patience_;
  std::map<uint64_t, out_permit> permits_; ///< leases end in order of id
  std::set<host_key> busy_hosts_;          ///< with a queue
  std::map<host_key, uint32_t> closed_;
  bool all_closed_ = false;
  std::vector<answer> answers_;
};

} // namespace vigie

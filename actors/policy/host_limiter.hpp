// Who may start a request to which host, and when: the politeness of the whole fleet. Pure; the shell is host-gates.
//
// Hosts stand behind gates (actors/policy/gate_keys.hpp). A permit is given when the gate has a free place
// (max_in_flight), the gap since the last start has passed (drawn from [min_interval, max_interval], start to start,
// times the gate's pace), the gate is not left alone (actors/policy/host_pacing.hpp), the day's budget is not spent,
// the address that the host stands on is not busy with other gates' requests, and the host is not closed because a
// refusal is being ruled on. A repetition also needs a place in the gate's retry budget.
// A start is when the worker has sent the request. Until it has said so, a gap is counted from the last moment at which
// it may send it: it may be stopped with the permit in its hand.
// Requests of one gate wait in order of arrival. Where two policies meet (sources that share a gate), the stricter
// counts.
// A new owner continues where the former one stopped: it is given the states that were stored, waits before each gate's
// first permit as long as the widest gap that is known of it, and takes over what workers still hold of the former one.
// Where nothing was stored it is the first, and waits for nobody; so that this is true, the first gives no permit
// before something of it is stored.
// A place is free when its request is over: when its worker says so, by the release or by no longer naming the permit
// among what it holds. A worker that cannot speak (its link broke) goes on asking, so its places are taken until the
// requests must have ended: their time-outs, and a grace. One that speaks and still does not give a permit back loses
// it after the lease; where this process was stopped over that moment, a grace later: first it reads what was said.
// With scope = worker each worker has a lane of its own behind the gate: gap and places are the lane's; holds, pace,
// the day's budget and repetitions stay the gate's.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "actors/policy/gate_keys.hpp"
#include "actors/policy/host_pacing.hpp"
#include "actors/policy/retry_budget.hpp"
#include "messages/values/requests.hpp"

namespace vigie {

struct host_limiter_config {
  duration lease{120000};       ///< a permit that is not given back is free after this, or after time-out and grace
  duration grace{10000};        ///< beyond a request's time-out: its permit's way to the worker, and its end
  duration begins_within{5000}; ///< a request is sent so soon after its permit, or after its worker named it, or never
  size_t max_waiting = 10000;   ///< per gate; more are `busy`
  size_t max_hosts = 10000;     ///< gates remembered; requests for one more are `busy`
  duration max_hold{86400000};  ///< no caller waits longer than this
  host_pacing_config pacing;
  retry_budget_config retries{0.1, 3, duration{600000}}; ///< of each gate: a tenth of its requests, and 3 in 10 min
  uint32_t address_places = 2;  ///< in flight on one address while several gates' hosts stand on it; not on loopback
  duration gap_memory{3600000}; ///< a gap counts as the widest for so long after it was kept
  duration relisten{15000};     ///< so long a new owner waits for the workers' word on what its predecessor missed
  domain_lookup domain_of{};    ///< for gates of kind domain
};

/// bad_config unless all are > 0 and its parts are right.
error validate(const host_limiter_config& config);

/// Something that a site's owner or ours would want to know.
struct gate_notice {
  enum class about : uint8_t { held, paced, day_budget_spent };

  about what = about::held;
  host_key gate;
  pacing_change change{};        ///< of held and paced
  double pace = 1;               ///< of the gate now
  uint32_t strikes = 0;          ///< 429s that did not say how long, in a row
  uint32_t requests = 0;         ///< of day_budget_spent
  int32_t status = 0;            ///< of the answer that did it
  optional<duration> asked = {}; ///< what the host said
};

class host_limiter {
public:
  using ticket = uint64_t;

  /// The answer to one request.
  struct answer {
    ticket whose = 0;
    permit what; ///< id 0 = denied
  };

  /// `now` is when this owner started: a former owner may have given permits until then, so the first permit of each
  /// gate waits one full max_interval from it. Permit ids start from `first_id`, which must be beyond any former one's.
  host_limiter(host_limiter_config config, uint64_t seed, mono_time now, uint64_t first_id);

  /// Queues; the answer comes from `due`, perhaps at once.
  ticket ask(const worker_id& by, const permit_request& what, mono_time now, wall_time today);
  /// What came of a permit. `key` is for permits that are not known here (of a former owner): their words count, too.
  /// The same release again changes nothing.
  void release(const worker_id& by, const permit_release& what, mono_time now, wall_time today,
               gate_key_kind key = gate_key_kind::domain);
  /// A permit that this worker says it holds. Not known here: of a former owner. Its age is that of its request, from
  /// when that was sent: the gap counts from there.
  void adopt(const worker_id& by, const held_permit& what, mono_time now, wall_time today);
  /// All workers have said what they hold and what they had to say to a former owner.
  void heard_all();
  /// The worker is told that this release was heard. It may not hear that, and tell the next owner: who knows it, too.
  void acknowledged(const permit_release& what, mono_time now, wall_time today,
                    gate_key_kind key = gate_key_kind::domain);
  /// True if this release was heard before and its words are not to be counted again.
  bool heard(uint64_t permit_id) const { return judged_.contains(permit_id); }
  /// Its requests for permits are forgotten (denied). Its permits stay out until their requests must be over, or until
  /// it speaks again.
  void lost(const worker_id& worker, mono_time now);
  /// Its permits up to this one come back, but those named.
  void over(const worker_id& worker, uint64_t upto, const std::set<uint64_t>& named, mono_time now);
  /// Permits whose time has passed without a word, since the last call.
  std::vector<uint64_t> take_lapsed() { return std::exchange(lapsed_, {}); }
  /// The newest that was given.
  uint64_t newest_permit() const { return last_id_; }

  /// While a host is closed nobody gets a permit for it. Counted: as many openings as closings.
  void close(const host_key& host);
  void open(const host_key& host);
  /// The same for all hosts.
  void close_all(bool closed);
  /// Denies every waiting request for which `why` gives an error.
  void deny_if(const std::function<error(const worker_id&, const host_key&)>& why, mono_time now);

  /// Everything that can be answered now. Call after every event and at `next_due`.
  std::vector<answer> due(mono_time now, wall_time today);
  /// When `due` may have something new, if nothing else happens.
  optional<mono_time> next_due(mono_time now) const;

  /// What a former owner stored; before the first permit is given. Nothing: there was none, and no permit is given
  /// before `recorded`.
  void restore(const std::vector<host_state>& states, mono_time now, wall_time today);
  /// What `changed_states` gave is stored: a next owner will see that there was one.
  void recorded();
  /// The states that differ from what was taken last. What could not be stored goes back by `changed_again`.
  std::vector<host_state> changed_states(mono_time now, wall_time today);
  void changed_again(const std::vector<host_state>& states);
  bool has_changes() const { return !changed_.empty(); }
  /// Some of them must be stored at once: a hold, a strike, a failure, a pace, a wider gap, a first request,
  /// a first owner.
  bool has_urgent_changes() const { return urgent_; }
  /// Since the last call.
  std::vector<gate_notice> take_notices() { return std::exchange(notices_, {}); }

  /// Gates that are left alone now, in no order; those of a former owner included.
  std::vector<host_hold> holds(mono_time now, wall_time today) const;
  /// A person says that this host (or gate) may be asked again: the gates it stands behind are held no longer; what
  /// held them. Their paces stay.
  std::vector<host_hold> lift(const host_key& host, mono_time now, wall_time today);

  size_t hosts() const { return gates_.size(); }
  size_t waiting() const { return tickets_.size(); }
  size_t in_flight() const { return permits_.size(); }
  /// Gates that are left alone now; whose gap is wider than configured.
  size_t held(mono_time now) const;
  size_t slowed() const { return slowed_.size(); }

private:
  struct request {
    worker_id by;
    host_key host;
    gate_policy policy;
    bool retry = false;
    duration time_out{0};
    mono_time asked{};
    mono_time until{}; ///< patience
  };
  struct gate {
    gate(retry_budget_config retries, mono_time now) : repetitions(retries, now) {}

    std::map<ticket, request> queue;  ///< in order of arrival
    std::map<uint64_t, uint32_t> out; ///< permit -> the max_in_flight it was given under
    bool started = false;             ///< by this owner
    mono_time last_start{};
    gate_policy last_policy;
    double draw = 1; ///< where in [min, max] the gap after the last start lies
    duration widest_gap{0};
    mono_time widest_at{};
    host_pacing pacing;
    retry_budget repetitions;
    int64_t day = 0;
    uint32_t today = 0; ///< permits given on `day`
    bool spent_said = false;
    std::deque<uint64_t> acknowledged; ///< permits, the newest `acknowledged_kept`
    optional<mono_time> armed;         ///< its row of ready_
    std::string blocked_on;            ///< its row of blocked_: an address
    optional<host_key> lane_of;        ///< a worker's lane: of this gate
    std::set<host_key> lanes;          ///< behind it
  };
  struct out_permit {
    host_key gate; ///< or lane
    host_key base; ///< the gate
    host_key host;
    gate_key_kind key = gate_key_kind::domain;
    worker_id by;
    duration life{0}; ///< of its request: time-out and grace
    mono_time given{};
    bool begun = false;    ///< its request was sent: the worker has said so
    mono_time started{};   ///< when, or when it was given
    mono_time begins_by{}; ///< until then it may be, if it was not
    std::string address{}; ///< that the host stood on; empty = not known, or loopback
    mono_time expires{};
    bool held_up = false; ///< it should have ended while this process was stopped
  };
  using queue_place = std::map<ticket, request>::iterator;

  gate* find_or_make(const host_key& key, mono_time now, wall_time today);
  /// The gate, or the worker's lane behind it: its key, and what it is if there is room.
  std::pair<host_key, gate*> way_of(const worker_id& by, const host_key& host, const gate_policy& policy, mono_time now,
                                    wall_time today);
  gate& whole(gate& g) { return g.lane_of ? gates_.at(*g.lane_of) : g; }
  const gate& whole(const gate& g) const { return g.lane_of ? gates_.at(*g.lane_of) : g; }
  bool forgettable(const host_key& key, const gate& g, mono_time now, int64_t day) const;
  void forget_some(mono_time now, int64_t day);
  void put_out(uint64_t permit_id, out_permit what, uint32_t max_in_flight);
  void give_back(uint64_t permit_id);
  void begun(out_permit& x, mono_time when);
  void gone(uint64_t permit_id, mono_time now);
  void remember_judged(uint64_t permit_id);
  void touch_waiting();
  void expire_at(uint64_t permit_id, out_permit& x, mono_time when);
  duration life_of(duration time_out) const;
  void expire(mono_time now);
  void deny(gate& g, ticket t, error why, mono_time now);
  mono_time may_start(const gate& g, const gate_policy& policy) const;
  bool has_place(const gate& g, const gate_policy& policy) const;
  bool address_has_place(const host_key& key, const std::string& address) const;
  std::string address_of(const host_key& host) const;
  bool closed(const host_key& host) const { return all_closed_ || !recorded_ || closed_.contains(host); }
  queue_place first_open(gate& g);
  optional<error> refusal(const host_key& key, gate& g, const request& x, mono_time now);
  void serve(const host_key& key, gate& g, mono_time now, int64_t day);
  void serve_touched(mono_time now, wall_time today);
  void grant(const host_key& key, gate& g, queue_place first, mono_time now);
  void note_gap(const host_key& key, gate& g, const gate_policy& policy, mono_time now);
  void rearm(const host_key& key, gate& g, mono_time now);
  void disarm(const host_key& key, gate& g);
  void block(const host_key& key, gate& g, const std::string& address);
  void unblock(const host_key& key, gate& g);
  void judge(const host_key& key, gate& g, const fetch_report& report, optional<mono_time> started, mono_time now);
  void learn_address(const host_key& host, gate_key_kind key, const std::string& address, mono_time now,
                     wall_time today);
  void join(const gate_keys::joined& x, mono_time now, wall_time today);
  void apply(gate& g, const host_state& x, mono_time now, wall_time today);
  optional<host_hold> hold_of(const host_key& key, const host_pacing& pacing, mono_time now, wall_time today) const;
  host_state state_of(const host_key& key, const gate& g, mono_time now, wall_time today) const;
  double draw() { return std::uniform_real_distribution<double>(0, 1)(random_); }

  static constexpr duration held_up{1000};        ///< an owner that looks so late has not looked at anything
  static constexpr size_t acknowledged_kept = 32; ///< of a gate: more than can be on their way at the end of an owner
  static constexpr size_t names_per_gate = 4;     ///< hosts whose address is remembered: so many for each of max_hosts

  host_limiter_config config_;
  std::mt19937_64 random_;
  mono_time born_;
  uint64_t last_id_;
  ticket last_ticket_ = 0;
  gate_keys keys_;
  std::map<host_key, gate> gates_;
  std::map<ticket, host_key> tickets_; ///< to their gates
  std::set<std::pair<mono_time, ticket>> patience_;
  std::map<uint64_t, out_permit> permits_;
  std::set<std::pair<mono_time, uint64_t>> expiring_; ///< a row for each
  std::vector<uint64_t> lapsed_;
  std::set<uint64_t> judged_;                      ///< permits whose release was heard, the newest `judged_kept`
  std::deque<uint64_t> judged_last_;               ///< the same, as they were heard
  std::set<std::pair<mono_time, host_key>> ready_; ///< when a gate's next may start
  std::set<host_key> touched_;                     ///< gates to look at now
  std::map<host_key, uint32_t> closed_;
  bool all_closed_ = false;
  std::map<host_key, std::string> addresses_;                    ///< of hosts
  std::map<std::string, std::map<host_key, uint32_t>> standing_; ///< address -> gates with requests on it
  std::map<std::string, std::set<host_key>> blocked_;            ///< address -> gates that wait for a place on it
  std::map<host_key, host_state> restored_;                      ///< of gates not met yet
  bool had_owner_ = false;
  bool recorded_ = true; ///< false: the first owner, and nothing of it is stored
  bool heard_all_ = false;
  std::set<host_key> changed_;
  bool urgent_ = false;
  std::set<host_key> slowed_;
  std::map<host_key, mono_time> held_;
  std::vector<gate_notice> notices_;
  std::vector<answer> answers_;
};

} // namespace vigie

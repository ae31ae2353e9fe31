// What a limiter learns of its hosts and permits: when they are used and over, answers, addresses, and what a former
// owner knew.
#include <algorithm>
#include <utility>

#include "actors/policy/host_limiter.hpp"

namespace vigie {

namespace {

/// Releases that were heard already are told from new ones among so many.
constexpr size_t judged_kept = 16384;

/// The stricter of two in every respect.
gate_policy stricter(const gate_policy& a, const gate_policy& b) {
  auto out = a;
  out.min_interval = std::max(a.min_interval, b.min_interval);
  out.max_interval = std::max(a.max_interval, b.max_interval);
  out.max_in_flight = std::min(a.max_in_flight, b.max_in_flight);
  out.daily_requests = std::min(a.daily_requests, b.daily_requests);
  return out;
}

/// At the latest: a worker says how long ago in whole ms, at least 1, so up to 1 ms too much.
mono_time sent_at(duration ago, mono_time now) {
  return now - std::max(ago - duration{1}, duration{0});
}

} // namespace

void host_limiter::begun(out_permit& x, mono_time when) {
  x.begun = true;
  x.started = std::max(x.started, when);
  auto& g = gates_.at(x.gate);
  g.last_start = std::max(g.last_start, x.started);
  touched_.insert(x.gate);
}

/// Back without a word: its request may have been sent at the last moment.
void host_limiter::gone(uint64_t permit_id, mono_time now) {
  auto& x = permits_.at(permit_id);
  if (!x.begun)
    begun(x, std::min(now, x.begins_by));
  give_back(permit_id);
}

void host_limiter::over(const worker_id& worker, uint64_t upto, const std::set<uint64_t>& named, mono_time now) {
  std::vector<uint64_t> free;
  for (auto i = permits_.begin(); i != permits_.end() && i->first <= upto; ++i)
    if (i->second.by == worker && !named.contains(i->first))
      free.push_back(i->first);
  for (auto id : free)
    gone(id, now);
}

void host_limiter::release(const worker_id& by, const permit_release& what, mono_time now, wall_time today,
                           gate_key_kind key) {
  if (judged_.contains(what.id))
    return;
  auto limited = what.report.kind == answer_kind::rate_limited;
  auto known = permits_.find(what.id);
  if (limited || what.refused || known == permits_.end() || known->second.by == by) {
    remember_judged(what.id);
  }
  optional<mono_time> started;
  auto at = keys_.gate_of(what.host, key);
  auto way = at;
  if (auto i = known; i != permits_.end() && i->second.by == by) {
    started = i->second.started;
    key = i->second.key;
    way = i->second.gate;
    give_back(what.id);
    // A permit to fetch robots.txt may have led to another host than the one it was asked for.
    at = keys_.gate_of(what.host, key);
  }
  // The request was sent so long ago, or later by what the word's way took.
  if (auto g = gates_.find(way); g != gates_.end() && what.report.took > duration{0})
    g->second.last_start = std::max(g->second.last_start, sent_at(what.report.took, now));
  // The host's answer counts even if the permit is unknown here: a former owner may have given it.
  if (auto* g = find_or_make(at, now, today))
    judge(at, *g, what.report, started, now);
  learn_address(what.host, key, what.report.peer_address, now, today);
}

void host_limiter::remember_judged(uint64_t permit_id) {
  if (!judged_.insert(permit_id).second)
    return;
  judged_last_.push_back(permit_id);
  if (judged_last_.size() > judged_kept) {
    judged_.erase(judged_last_.front());
    judged_last_.pop_front();
  }
}

void host_limiter::acknowledged(const permit_release& what, mono_time now, wall_time today, gate_key_kind key) {
  auto at = keys_.gate_of(what.host, key);
  auto* g = find_or_make(at, now, today);
  if (g == nullptr)
    return; // no room for one more gate
  g->acknowledged.push_back(what.id);
  if (g->acknowledged.size() > acknowledged_kept)
    g->acknowledged.pop_front();
  changed_.insert(at);
}

void host_limiter::judge(const host_key& key, gate& g, const fetch_report& report, optional<mono_time> started,
                         mono_time now) {
  auto before = g.pacing;
  auto change = g.pacing.answered(config_.pacing, report, started, now, draw());
  gate_notice notice{gate_notice::about::held, key, change,        g.pacing.pace(),
                     g.pacing.strikes(),       0,   report.status, report.retry_after};
  if (change.held != pacing_change::cause::none) {
    std::erase_if(held_, [&](const auto& x) { return x.second <= now; });
    held_[key] = g.pacing.held_until();
    notices_.push_back(notice);
  }
  if (change.paced) {
    auto slower = g.pacing.pace() > before.pace();
    if (g.pacing.pace() > 1)
      slowed_.insert(key);
    else
      slowed_.erase(key);
    notice.what = gate_notice::about::paced;
    if (slower || g.pacing.pace() <= 1)
      notices_.push_back(notice);
  }
  if (g.pacing != before) {
    changed_.insert(key);
    // A next owner that does not know of a success is too slow; one that does not know of the rest is too fast.
    urgent_ |= report.kind != answer_kind::page && report.kind != answer_kind::unchanged;
  }
  touched_.insert(key);
  touched_.insert(g.lanes.begin(), g.lanes.end());
}

void host_limiter::note_gap(const host_key& key, gate& g, const gate_policy& policy, mono_time now) {
  auto gap = g.pacing.widened(std::max(policy.min_interval, policy.max_interval));
  if (gap < g.widest_gap && now - g.widest_at <= config_.gap_memory)
    return;
  urgent_ |= gap > g.widest_gap;
  g.widest_gap = gap;
  g.widest_at = now;
  changed_.insert(key);
}

// -- addresses

std::string host_limiter::address_of(const host_key& host) const {
  auto known = addresses_.find(host);
  return known == addresses_.end() ? std::string{} : known->second;
}

bool host_limiter::address_has_place(const host_key& key, const std::string& address) const {
  auto here = standing_.find(address);
  if (here == standing_.end())
    return true;
  uint32_t own = 0, all = 0;
  for (const auto& [x, n] : here->second) {
    all += n;
    own += x == key ? n : 0;
  }
  auto waiting = blocked_.find(address);
  bool shared = all > own || (waiting != blocked_.end() && !waiting->second.empty());
  return !shared || all < config_.address_places;
}

void host_limiter::block(const host_key& key, gate& g, const std::string& address) {
  blocked_[address].insert(key);
  g.blocked_on = address;
}

void host_limiter::unblock(const host_key& key, gate& g) {
  auto there = blocked_.find(std::exchange(g.blocked_on, {}));
  if (there == blocked_.end())
    return;
  there->second.erase(key);
  if (there->second.empty())
    blocked_.erase(there);
}

void host_limiter::learn_address(const host_key& host, gate_key_kind key, const std::string& address, mono_time now,
                                 wall_time today) {
  if (address.empty())
    return;
  if (!is_loopback_address(address) &&
      (addresses_.contains(host) || addresses_.size() < names_per_gate * config_.max_hosts))
    addresses_[host] = address;
  if (key == gate_key_kind::ip)
    for (const auto& x : keys_.learn(host, address))
      join(x, now, today);
}

void host_limiter::join(const gate_keys::joined& x, mono_time now, wall_time today) {
  auto found = gates_.find(x.from);
  if (found == gates_.end())
    return;
  disarm(x.from, found->second);
  unblock(x.from, found->second);
  auto node = gates_.extract(found);
  auto& from = node.mapped();
  for (const auto& [t, waiting] : from.queue)
    tickets_[t] = x.into;
  for (const auto& [id, limit] : from.out) {
    auto& given = permits_.at(id);
    given.gate = given.base = x.into;
    if (given.address.empty())
      continue;
    auto& here = standing_[given.address];
    ++here[x.into];
    if (--here[x.from] == 0)
      here.erase(x.from);
  }
  // Not find_or_make: no place is needed, since one becomes free.
  auto [i, fresh] = gates_.try_emplace(x.into, config_.retries, now);
  auto& into = i->second;
  if (fresh)
    into.day = from.day;
  if (auto known = restored_.extract(x.into))
    apply(into, known.mapped(), now, today);
  into.last_policy = into.started && from.started ? stricter(into.last_policy, from.last_policy)
                     : from.started               ? from.last_policy
                                                  : into.last_policy;
  into.draw = std::max(into.draw, from.draw);
  into.last_start = std::max(into.last_start, from.last_start);
  into.started |= from.started;
  into.queue.merge(from.queue);
  into.out.merge(from.out);
  into.widest_gap = std::max(into.widest_gap, from.widest_gap);
  into.widest_at = std::max(into.widest_at, from.widest_at);
  into.pacing.join(from.pacing);
  into.today = into.day == from.day ? into.today + from.today : std::max(into.today, from.today);
  if (slowed_.erase(x.from) > 0)
    slowed_.insert(x.into);
  if (auto held = held_.extract(x.from))
    held_[x.into] = into.pacing.held_until();
  changed_.erase(x.from);
  changed_.insert(x.into);
  urgent_ = true;
  touched_.insert(x.into);
}

// -- what outlives an owner

void host_limiter::adopt(const worker_id& by, const held_permit& what, mono_time now, wall_time today) {
  auto sent = what.age > duration{0};
  if (auto known = permits_.find(what.id); known != permits_.end() && known->second.by == by) {
    auto& x = known->second;
    expire_at(what.id, x, std::max(x.expires, x.given + std::max(config_.lease, x.life)));
    if (!x.begun && sent)
      begun(x, sent_at(what.age, now));
    else if (!x.begun)
      x.begins_by = now + config_.begins_within;
  }
  auto life = life_of(what.time_out);
  if (what.id == 0 || permits_.contains(what.id) || judged_.contains(what.id) ||
      what.age >= std::max(config_.lease, life))
    return;
  auto [key, g] = way_of(by, what.host, what.policy, now, today);
  if (g == nullptr)
    return;
  auto given = now - std::max(what.age, duration{0});
  auto started = sent_at(what.age, now);
  auto base = g->lane_of.value_or(key);
  put_out(what.id, {key, base, what.host, what.policy.key, by, life, given, sent, started, now + config_.begins_within},
          what.policy.max_in_flight);
  g->last_start = std::max(g->last_start, started);
  note_gap(base, whole(*g), what.policy, now);
  touched_.insert(key);
}

void host_limiter::touch_waiting() {
  for (const auto& [key, g] : gates_)
    if (!g.queue.empty())
      touched_.insert(key);
}

void host_limiter::heard_all() {
  if (!std::exchange(heard_all_, true))
    touch_waiting();
}

host_state host_limiter::state_of(const host_key& key, const gate& g, mono_time now, wall_time today) const {
  host_state out;
  out.gate = key;
  g.pacing.save(out, now, today);
  out.widest_gap = g.widest_gap;
  out.day = g.day;
  out.today = g.today;
  out.acknowledged.assign(g.acknowledged.begin(), g.acknowledged.end());
  return out;
}

void host_limiter::apply(gate& g, const host_state& x, mono_time now, wall_time today) {
  g.acknowledged.assign(x.acknowledged.begin(), x.acknowledged.end());
  g.pacing.restore(config_.pacing, x, now, today);
  g.widest_gap = std::max(g.widest_gap, x.widest_gap);
  g.widest_at = now;
  // Of a day to come if the clock was set back: its count is the best that is known.
  if (x.day >= g.day) {
    g.today += x.today;
    g.day = x.day;
  }
  if (g.pacing.pace() > 1)
    slowed_.insert(x.gate);
  if (g.pacing.held_until() > now)
    held_[x.gate] = g.pacing.held_until();
}

void host_limiter::restore(const std::vector<host_state>& states, mono_time now, wall_time today) {
  had_owner_ = recorded_ = !states.empty();
  for (const auto& [key, g] : gates_)
    if (!recorded_ && !g.lane_of)
      changed_.insert(key);
  urgent_ |= !recorded_ && !gates_.empty();
  for (const auto& x : states) {
    for (auto id : x.acknowledged)
      remember_judged(id);
    auto known = gates_.find(x.gate);
    if (known == gates_.end()) {
      restored_[x.gate] = x;
      continue;
    }
    apply(known->second, x, now, today);
    touched_.insert(x.gate);
    touched_.insert(known->second.lanes.begin(), known->second.lanes.end());
  }
}

void host_limiter::recorded() {
  if (!std::exchange(recorded_, true))
    touch_waiting();
}

std::vector<host_state> host_limiter::changed_states(mono_time now, wall_time today) {
  std::vector<host_state> out;
  for (const auto& key : std::exchange(changed_, {})) {
    auto g = gates_.find(key);
    if (g == gates_.end())
      continue;
    out.push_back(state_of(key, g->second, now, today));
    // After a restart the hosts are met before their addresses are known.
    for (const auto& host : keys_.members(key)) {
      out.push_back(out.back());
      out.back().gate = host;
    }
  }
  urgent_ = false;
  return out;
}

void host_limiter::changed_again(const std::vector<host_state>& states) {
  for (const auto& x : states)
    changed_.insert(x.gate);
  urgent_ |= !states.empty();
}

size_t host_limiter::held(mono_time now) const {
  return static_cast<size_t>(std::count_if(held_.begin(), held_.end(), [&](const auto& x) { return x.second > now; }));
}

} // namespace vigie

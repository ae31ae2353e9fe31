#include "actors/policy/host_limiter.hpp"

#include <algorithm>
#include <utility>

namespace vigie {

error validate(const host_limiter_config& config) {
  for (auto x : {config.lease, config.grace, config.max_hold, config.gap_memory, config.relisten, config.begins_within})
    if (x <= duration{0})
      return {errc::bad_config,
              "the times of the gates (lease, grace, max_hold, gap_memory, relisten, begins_within) must be above 0",
              {}};
  if (config.max_waiting == 0 || config.max_hosts == 0 || config.address_places == 0)
    return {errc::bad_config, "gates.max_waiting, max_hosts and address_places must be above 0", {}};
  for (auto problem : {validate(config.pacing), validate(config.retries)})
    if (problem.code != errc::none)
      return problem;
  return {};
}

namespace {

constexpr int64_t day_ms = 86'400'000;

int64_t day_of(wall_time t) {
  return to_unix_ms(t) / day_ms;
}

duration gap_of(const gate_policy& policy, double draw) {
  auto spread = std::max(policy.max_interval - policy.min_interval, duration{0});
  return policy.min_interval + duration{static_cast<int64_t>(static_cast<double>(spread.count()) * draw)};
}

duration widest_of(const gate_policy& policy) {
  return std::max(policy.max_interval, policy.min_interval);
}

duration until(mono_time then, mono_time now) {
  return std::chrono::ceil<duration>(then - now);
}

} // namespace

host_limiter::host_limiter(host_limiter_config config, uint64_t seed, mono_time now, uint64_t first_id)
    : config_(std::move(config)), random_(seed), born_(now), last_id_(first_id),
      keys_(config_.domain_of, names_per_gate * config_.max_hosts) {}

bool host_limiter::forgettable(const host_key& key, const gate& g, mono_time now, int64_t day) const {
  return g.queue.empty() && g.out.empty() && g.lanes.empty() && g.day != day && !changed_.contains(key) &&
         g.pacing.is_plain(config_.pacing, now) &&
         (!g.started ||
          now >= g.last_start + whole(g).pacing.widened(std::max(g.widest_gap, widest_of(g.last_policy))));
}

void host_limiter::forget_some(mono_time now, int64_t day) {
  for (auto i = gates_.begin(); i != gates_.end();) {
    auto& [key, g] = *i;
    if (!forgettable(key, g, now, day)) {
      ++i;
      continue;
    }
    disarm(key, g);
    unblock(key, g);
    touched_.erase(key);
    if (g.lane_of)
      whole(g).lanes.erase(key);
    i = gates_.erase(i);
  }
}

host_limiter::gate* host_limiter::find_or_make(const host_key& key, mono_time now, wall_time today) {
  if (auto i = gates_.find(key); i != gates_.end())
    return &i->second;
  auto day = day_of(today);
  if (gates_.size() >= config_.max_hosts)
    forget_some(now, day);
  if (gates_.size() >= config_.max_hosts)
    return nullptr;
  auto& made = gates_.try_emplace(key, config_.retries, now).first->second;
  made.day = day;
  if (auto known = restored_.extract(key))
    apply(made, known.mapped(), now, today);
  return &made;
}

std::pair<host_key, host_limiter::gate*> host_limiter::way_of(const worker_id& by, const host_key& host,
                                                              const gate_policy& policy, mono_time now,
                                                              wall_time today) {
  auto base = keys_.gate_of(host, policy.key);
  auto* g = find_or_make(base, now, today);
  if (g == nullptr || policy.scope != gate_scope::worker || policy.key == gate_key_kind::ip)
    return {std::move(base), g};
  host_key lane{base.value + " for " + by.value};
  auto fresh = g->lanes.insert(lane).second; // from now on the gate is not forgotten
  auto* made = find_or_make(lane, now, today);
  if (made != nullptr)
    made->lane_of = std::move(base);
  else if (fresh)
    g->lanes.erase(lane);
  return {std::move(lane), made};
}

host_limiter::ticket host_limiter::ask(const worker_id& by, const permit_request& what, mono_time now,
                                       wall_time today) {
  auto t = ++last_ticket_;
  auto [key, g] = way_of(by, what.host, what.policy, now, today);
  if (g == nullptr || g->queue.size() >= config_.max_waiting) {
    auto why = g == nullptr ? "too many hosts" : "too many requests wait for " + what.host.value;
    answers_.push_back({t, {0, duration{0}, {errc::busy, why, {}}}});
    return t;
  }
  auto patience = std::clamp(what.patience, duration{0}, config_.max_hold);
  g->queue[t] = {by, what.host, what.policy, what.retry, what.time_out, now, now + patience};
  tickets_[t] = key;
  patience_.emplace(now + patience, t);
  touched_.insert(key);
  if (!recorded_) {
    changed_.insert(g->lane_of.value_or(key));
    urgent_ = true;
  }
  return t;
}

duration host_limiter::life_of(duration time_out) const {
  return std::clamp(time_out, duration{0}, config_.max_hold) + config_.grace;
}

void host_limiter::put_out(uint64_t permit_id, out_permit what, uint32_t max_in_flight) {
  what.address = address_of(what.host);
  if (!what.address.empty())
    ++standing_[what.address][what.base];
  gates_.at(what.gate).out[permit_id] = std::max(max_in_flight, uint32_t{1});
  auto& x = permits_[permit_id] = std::move(what);
  expire_at(permit_id, x, x.given + std::max(config_.lease, x.life));
}

void host_limiter::expire_at(uint64_t permit_id, out_permit& x, mono_time when) {
  expiring_.erase({x.expires, permit_id});
  x.expires = when;
  expiring_.emplace(when, permit_id);
}

void host_limiter::give_back(uint64_t permit_id) {
  auto given = permits_.extract(permit_id);
  const auto& x = given.mapped();
  expiring_.erase({x.expires, permit_id});
  if (auto g = gates_.find(x.gate); g != gates_.end())
    g->second.out.erase(permit_id);
  touched_.insert(x.gate);
  if (x.address.empty())
    return;
  auto here = standing_.find(x.address);
  if (here != standing_.end() && --here->second[x.base] == 0)
    here->second.erase(x.base);
  if (here != standing_.end() && here->second.empty())
    standing_.erase(here);
  if (auto waiting = blocked_.find(x.address); waiting != blocked_.end())
    touched_.insert(waiting->second.begin(), waiting->second.end());
}

void host_limiter::lost(const worker_id& worker, mono_time now) {
  for (auto& [id, x] : permits_)
    if (x.by == worker)
      expire_at(id, x, std::min(x.expires, x.given + x.life));
  auto why = [&](const worker_id& by, const host_key&) {
    return by == worker ? error{errc::worker_lost, "the link of " + worker.value + " broke", {}} : error{};
  };
  deny_if(why, now);
}

void host_limiter::close(const host_key& host) {
  ++closed_[host];
  touch_waiting();
}

void host_limiter::open(const host_key& host) {
  auto i = closed_.find(host);
  if (i == closed_.end() || --i->second > 0)
    return;
  closed_.erase(i);
  touch_waiting();
}

void host_limiter::close_all(bool closed) {
  all_closed_ = closed;
  touch_waiting();
}

void host_limiter::deny_if(const std::function<error(const worker_id&, const host_key&)>& why, mono_time now) {
  for (auto& [key, g] : gates_) {
    std::map<ticket, error> gone;
    for (const auto& [t, x] : g.queue)
      if (auto problem = why(x.by, x.host); problem.code != errc::none)
        gone.emplace(t, std::move(problem));
    for (auto& [t, problem] : gone)
      deny(g, t, std::move(problem), now);
    if (!gone.empty())
      touched_.insert(key);
  }
}

void host_limiter::deny(gate& g, ticket t, error why, mono_time now) {
  auto i = g.queue.find(t);
  answers_.push_back({t, {0, until(now, i->second.asked), std::move(why)}});
  patience_.erase({i->second.until, t});
  tickets_.erase(t);
  g.queue.erase(i);
}

void host_limiter::expire(mono_time now) {
  while (!expiring_.empty() && expiring_.begin()->first <= now) {
    auto [due, id] = *expiring_.begin();
    // This process was stopped: what its workers have said meanwhile is read first.
    auto& x = permits_.at(id);
    if (now - due > held_up && !std::exchange(x.held_up, true)) {
      expire_at(id, x, now + config_.grace);
      continue;
    }
    lapsed_.push_back(id);
    gone(id, now);
  }
}

/// Not before this; places and the day's budget aside.
mono_time host_limiter::may_start(const gate& g, const gate_policy& policy) const {
  const auto& pacing = whole(g).pacing;
  auto last_start = g.last_start;
  for (const auto& [id, limit] : g.out)
    if (const auto& x = permits_.at(id); !x.begun)
      last_start = std::max(last_start, x.begins_by);
  mono_time earliest;
  if (g.started) {
    auto gap = std::max(gap_of(policy, g.draw), gap_of(g.last_policy, g.draw));
    earliest = last_start + pacing.widened(gap);
  } else {
    auto gap = std::max(pacing.widened(widest_of(policy)), whole(g).widest_gap);
    earliest = std::max(born_, last_start) + gap;
    if (had_owner_ && !heard_all_)
      earliest = std::max(earliest, born_ + config_.relisten);
  }
  return std::max(earliest, pacing.held_until());
}

bool host_limiter::has_place(const gate& g, const gate_policy& policy) const {
  auto limit = std::max(policy.max_in_flight, uint32_t{1});
  for (const auto& [id, under] : g.out)
    limit = std::min(limit, under);
  return g.out.size() < limit;
}

host_limiter::queue_place host_limiter::first_open(gate& g) {
  return std::find_if(g.queue.begin(), g.queue.end(), [&](const auto& x) { return !closed(x.second.host); });
}

void host_limiter::grant(const host_key& key, gate& g, queue_place first, mono_time now) {
  auto t = first->first;
  auto& asked = first->second;
  auto id = ++last_id_;
  answers_.push_back({t, {id, until(now, asked.asked), {}}});
  auto base = g.lane_of.value_or(key);
  put_out(id,
          {key, base, asked.host, asked.policy.key, asked.by, life_of(asked.time_out), now, false, now,
           now + config_.begins_within},
          asked.policy.max_in_flight);
  g.started = true;
  g.last_start = now;
  g.last_policy = asked.policy;
  g.draw = draw();
  auto& all = whole(g);
  ++all.today;
  if (asked.retry)
    all.repetitions.take(now);
  else
    all.repetitions.request(now);
  changed_.insert(base);
  note_gap(base, all, asked.policy, now);
  patience_.erase({asked.until, t});
  tickets_.erase(t);
  g.queue.erase(first);
}

/// Why this request, whose turn it is, is not worth waiting any longer. `g` is the gate, no lane.
optional<error> host_limiter::refusal(const host_key& key, gate& g, const request& x, mono_time now) {
  if (g.today >= x.policy.daily_requests) {
    if (!std::exchange(g.spent_said, true))
      notices_.push_back({gate_notice::about::day_budget_spent, key, {}, g.pacing.pace(), 0, g.today});
    return error{errc::permit_denied, "the day's requests to " + key.value + " are spent", {}};
  }
  if (x.retry && g.repetitions.balance(now) < 1)
    return error{errc::permit_denied, "the retry budget of " + key.value + " is spent", {}};
  auto held = g.pacing.held_until();
  if (held > x.until) {
    auto left = std::to_string(until(held, now).count() / 1000);
    return error{errc::rate_limited, key.value + " is to be left alone for another " + left + " s", {}};
  }
  return std::nullopt;
}

void host_limiter::serve(const host_key& key, gate& g, mono_time now, int64_t day) {
  auto base = g.lane_of.value_or(key);
  auto& all = whole(g);
  if (day > all.day) {
    // A clock that goes back does not open a new budget.
    all.day = day;
    all.today = 0;
    all.spent_said = false;
  }
  unblock(key, g);
  for (auto head = first_open(g); head != g.queue.end(); head = first_open(g)) {
    auto& x = head->second;
    if (auto why = refusal(base, all, x, now)) {
      deny(g, head->first, std::move(*why), now);
    } else if (may_start(g, x.policy) > now || !has_place(g, x.policy)) {
      return;
    } else if (auto address = address_of(x.host); !address_has_place(base, address)) {
      return block(key, g, address);
    } else {
      grant(key, g, head, now);
    }
  }
}

void host_limiter::disarm(const host_key& key, gate& g) {
  if (g.armed)
    ready_.erase({*g.armed, key});
  g.armed = std::nullopt;
}

void host_limiter::rearm(const host_key& key, gate& g, mono_time now) {
  disarm(key, g);
  auto head = first_open(g);
  // A place comes back by an event, which touches the gate.
  if (head == g.queue.end() || !has_place(g, head->second.policy))
    return;
  auto when = may_start(g, head->second.policy);
  if (when <= now)
    return; // it waits for a place on its address
  g.armed = when;
  ready_.emplace(when, key);
}

void host_limiter::serve_touched(mono_time now, wall_time today) {
  while (!ready_.empty() && ready_.begin()->first <= now) {
    auto key = ready_.begin()->second;
    disarm(key, gates_.at(key));
    touched_.insert(key);
  }
  for (const auto& key : std::exchange(touched_, {})) {
    auto g = gates_.find(key);
    if (g == gates_.end())
      continue;
    serve(key, g->second, now, day_of(today));
    rearm(key, g->second, now);
  }
}

std::vector<host_limiter::answer> host_limiter::due(mono_time now, wall_time today) {
  expire(now);
  serve_touched(now, today);
  // After serving: whose patience ends now and whose turn it is now gets the permit.
  while (!patience_.empty() && patience_.begin()->first <= now) {
    auto t = patience_.begin()->second;
    auto key = tickets_.at(t);
    deny(gates_.at(key), t, {errc::busy, "no permit for " + key.value + " within the patience of the caller", {}}, now);
    touched_.insert(key);
  }
  // Who stood behind them may come first now.
  serve_touched(now, today);
  return std::exchange(answers_, {});
}

optional<mono_time> host_limiter::next_due(mono_time now) const {
  optional<mono_time> out;
  auto consider = [&](mono_time t) {
    if (!out || t < *out)
      out = t;
  };
  if (!expiring_.empty())
    consider(expiring_.begin()->first);
  if (!patience_.empty())
    consider(patience_.begin()->first);
  if (!ready_.empty())
    consider(ready_.begin()->first);
  if (!touched_.empty() || !answers_.empty())
    consider(now);
  return out;
}

} // namespace vigie

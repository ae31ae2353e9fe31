#include "actors/policy/host_limiter.hpp"

#include <algorithm>
#include <utility>

namespace vigie {

error validate(const host_limiter_config& config) {
  if (config.lease <= duration{0} || config.max_hold <= duration{0})
    return {errc::bad_config, "gates.lease and gates.max_hold must be above 0", {}};
  if (config.max_waiting == 0 || config.max_hosts == 0)
    return {errc::bad_config, "gates.max_waiting and gates.max_hosts must be above 0", {}};
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

duration until(mono_time then, mono_time now) {
  return std::chrono::ceil<duration>(then - now);
}

} // namespace

host_limiter::host_limiter(host_limiter_config config, uint64_t seed, mono_time now, uint64_t first_id)
    : config_(config), random_(seed), born_(now), last_id_(first_id) {}

bool host_limiter::forgettable(const host& h, mono_time now, int64_t day) const {
  return h.queue.empty() && h.out.empty() && h.held_until <= now && h.day != day &&
         (!h.started || now >= h.last_start + std::max(h.last_policy.max_interval, h.last_policy.min_interval));
}

host_limiter::host* host_limiter::find_or_make(const host_key& key, mono_time now, wall_time today) {
  if (auto i = hosts_.find(key); i != hosts_.end())
    return &i->second;
  auto day = day_of(today);
  if (hosts_.size() >= config_.max_hosts)
    std::erase_if(hosts_, [&](const auto& x) { return forgettable(x.second, now, day); });
  if (hosts_.size() >= config_.max_hosts)
    return nullptr;
  auto& made = hosts_[key];
  made.day = day;
  return &made;
}

host_limiter::ticket host_limiter::ask(const worker_id& by, const permit_request& what, mono_time now,
                                       wall_time today) {
  auto t = ++last_ticket_;
  auto* h = find_or_make(what.host, now, today);
  if (h == nullptr || h->queue.size() >= config_.max_waiting) {
    auto why = h == nullptr ? "too many hosts" : "too many requests wait for " + what.host.value;
    answers_.push_back({t, {0, duration{0}, {errc::busy, why, {}}}});
    return t;
  }
  auto patience = std::clamp(what.patience, duration{0}, config_.max_hold);
  h->queue[t] = {by, what.policy, now, now + patience};
  tickets_[t] = what.host;
  patience_.emplace(now + patience, t);
  busy_hosts_.insert(what.host);
  return t;
}

void host_limiter::give_back(uint64_t permit_id) {
  auto i = permits_.find(permit_id);
  if (auto h = hosts_.find(i->second.host); h != hosts_.end())
    h->second.out.erase(permit_id);
  permits_.erase(i);
}

void host_limiter::release(const worker_id& by, const permit_release& what, mono_time now, wall_time today) {
  if (auto i = permits_.find(what.id); i != permits_.end() && i->second.by == by)
    give_back(what.id);
  if (what.retry_after <= duration{0})
    return;
  // The host's wish counts even if the permit is unknown here: a former owner may have given it.
  if (auto* h = find_or_make(what.host, now, today))
    h->held_until = std::max(h->held_until, now + std::min(what.retry_after, config_.max_hold));
}

void host_limiter::lost(const worker_id& worker, mono_time now) {
  std::vector<uint64_t> free;
  for (const auto& [id, x] : permits_)
    if (x.by == worker)
      free.push_back(id);
  for (auto id : free)
    give_back(id);
  for (auto& [key, h] : hosts_) {
    std::vector<ticket> gone;
    for (const auto& [t, x] : h.queue)
      if (x.by == worker)
        gone.push_back(t);
    for (auto t : gone)
      deny(h, t, {errc::worker_lost, "the link of " + worker.value + " broke", {}}, now);
  }
}

void host_limiter::close(const host_key& host) {
  ++closed_[host];
}

void host_limiter::open(const host_key& host) {
  auto i = closed_.find(host);
  if (i != closed_.end() && --i->second == 0)
    closed_.erase(i);
}

void host_limiter::deny_if(const std::function<error(const worker_id&, const host_key&)>& why, mono_time now) {
  for (const auto& key : busy_hosts_) {
    auto& h = hosts_.at(key);
    std::map<ticket, error> gone;
    for (const auto& [t, x] : h.queue)
      if (auto problem = why(x.by, key); problem.code != errc::none)
        gone.emplace(t, std::move(problem));
    for (auto& [t, problem] : gone)
      deny(h, t, std::move(problem), now);
  }
}

void host_limiter::deny(host& h, ticket t, error why, mono_time now) {
  auto i = h.queue.find(t);
  answers_.push_back({t, {0, until(now, i->second.asked), std::move(why)}});
  patience_.erase({i->second.until, t});
  tickets_.erase(t);
  h.queue.erase(i);
}

void host_limiter::expire(mono_time now) {
  while (!permits_.empty() && permits_.begin()->second.expires <= now)
    give_back(permits_.begin()->first);
}

/// Not before this; places and the day's budget aside.
mono_time host_limiter::may_start(const host& h, const gate_policy& policy) const {
  auto gap = gap_of(policy, h.draw);
  auto earliest = born_ + std::max(policy.max_interval, policy.min_interval);
  if (h.started)
    earliest = h.last_start + std::max(gap, gap_of(h.last_policy, h.draw));
  return std::max(earliest, h.held_until);
}

bool host_limiter::has_place(const host& h, const gate_policy& policy) const {
  auto limit = std::max(policy.max_in_flight, uint32_t{1});
  for (const auto& [id, under] : h.out)
    limit = std::min(limit, under);
  return h.out.size() < limit;
}

void host_limiter::grant(const host_key& key, host& h, mono_time now) {
  auto first = h.queue.begin();
  auto t = first->first;
  auto& asked = first->second;
  auto id = ++last_id_;
  answers_.push_back({t, {id, until(now, asked.asked), {}}});
  permits_[id] = {key, asked.by, now + config_.lease};
  h.out[id] = std::max(asked.policy.max_in_flight, uint32_t{1});
  h.started = true;
  h.last_start = now;
  h.last_policy = asked.policy;
  h.draw = std::uniform_real_distribution<double>(0, 1)(random_);
  ++h.today;
  patience_.erase({asked.until, t});
  tickets_.erase(t);
  h.queue.erase(first);
}

void host_limiter::serve(const host_key& key, host& h, mono_time now, int64_t day) {
  if (day > h.day) {
    // A clock that goes back does not open a new budget.
    h.day = day;
    h.today = 0;
  }
  while (!h.queue.empty() && !closed(key)) {
    auto& [t, head] = *h.queue.begin();
    if (h.today >= head.policy.daily_requests) {
      deny(h, t, {errc::permit_denied, "the day's requests to " + key.value + " are spent", {}}, now);
    } else if (h.held_until > head.until) {
      auto left = std::to_string(until(h.held_until, now).count() / 1000);
      deny(h, t, {errc::rate_limited, key.value + " asked to be left alone for another " + left + " s", {}}, now);
    } else if (may_start(h, head.policy) <= now && has_place(h, head.policy)) {
      grant(key, h, now);
    } else {
      return;
    }
  }
}

std::vector<host_limiter::answer> host_limiter::due(mono_time now, wall_time today) {
  expire(now);
  for (auto i = busy_hosts_.begin(); i != busy_hosts_.end();) {
    auto& h = hosts_.at(*i);
    serve(*i, h, now, day_of(today));
    i = h.queue.empty() ? busy_hosts_.erase(i) : std::next(i);
  }
  // After serving: whose patience ends now and whose turn it is now gets the permit.
  while (!patience_.empty() && patience_.begin()->first <= now) {
    auto t = patience_.begin()->second;
    auto key = tickets_.at(t);
    deny(hosts_.at(key), t, {errc::busy, "no permit for " + key.value + " within the patience of the caller", {}}, now);
  }
  return std::exchange(answers_, {});
}

optional<mono_time> host_limiter::next_due(mono_time now) const {
  optional<mono_time> out;
  auto consider = [&](mono_time t) {
    if (!out || t < *out)
      out = t;
  };
  if (!permits_.empty())
    consider(permits_.begin()->second.expires);
  if (!patience_.empty())
    consider(patience_.begin()->first);
  for (const auto& key : busy_hosts_) {
    const auto& h = hosts_.at(key);
    if (!h.queue.empty() && !closed(key) && has_place(h, h.queue.begin()->second.policy))
      consider(std::max(now, may_start(h, h.queue.begin()->second.policy)));
  }
  return out;
}

} // namespace vigie

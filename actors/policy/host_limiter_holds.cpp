// Hosts that are left alone, as a person sees and ends it.
#include "actors/policy/host_limiter.hpp"

#include <utility>

namespace vigie {

optional<host_hold> host_limiter::hold_of(const host_key& key, const host_pacing& pacing, mono_time now,
                                          wall_time today) const {
  if (pacing.held_until() <= now)
    return {};
  return host_hold{key,
                   today + std::chrono::ceil<duration>(pacing.held_until() - now),
                   pacing.held_for() > config_.pacing.max_hold,
                   {}};
}

std::vector<host_hold> host_limiter::holds(mono_time now, wall_time today) const {
  std::vector<host_hold> out;
  for (const auto& [key, until] : held_)
    if (auto g = gates_.find(key); g != gates_.end())
      if (auto x = hold_of(key, g->second.pacing, now, today))
        out.push_back(std::move(*x));
  for (const auto& [key, row] : restored_) {
    host_pacing stored;
    stored.restore(config_.pacing, row, now, today);
    if (auto x = hold_of(key, stored, now, today))
      out.push_back(std::move(*x));
  }
  return out;
}

std::vector<host_hold> host_limiter::lift(const host_key& host, mono_time now, wall_time today) {
  std::set<host_key> keys{host};
  for (auto kind : {gate_key_kind::domain, gate_key_kind::host, gate_key_kind::ip})
    keys.insert(keys_.gate_of(host, kind));
  for (const auto& key : std::set<host_key>{keys})
    for (auto& member : keys_.members(key))
      keys.insert(std::move(member));
  std::vector<host_hold> out;
  for (const auto& key : keys) {
    if (!gates_.contains(key) && !restored_.contains(key))
      continue;
    auto* g = find_or_make(key, now, today);
    auto held = g != nullptr ? hold_of(key, g->pacing, now, today) : optional<host_hold>{};
    if (!held)
      continue;
    g->pacing.lift();
    held_.erase(key);
    changed_.insert(key);
    urgent_ = true;
    touched_.insert(key);
    touched_.insert(g->lanes.begin(), g->lanes.end());
    out.push_back(std::move(*held));
  }
  return out;
}

} // namespace vigie

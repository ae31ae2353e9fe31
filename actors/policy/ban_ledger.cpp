#include "actors/policy/ban_ledger.hpp"

#include <algorithm>
#include <functional>
#include <set>

#include "actors/policy/not_before.hpp"

namespace vigie {

std::string_view to_string(refusal_policy x) {
  return x == refusal_policy::rotate ? "rotate" : "stop";
}

result<refusal_policy> refusal_policy_from_string(std::string_view x) {
  if (x == "rotate")
    return refusal_policy::rotate;
  if (x == "stop")
    return refusal_policy::stop;
  return fail(errc::bad_config, "on_refusal is \"rotate\" or \"stop\", not \"" + std::string{x} + "\"");
}

error validate(const ban_config& config) {
  if (config.ban <= duration{0} || config.ban > config.cap)
    return {errc::bad_config, "bans.duration must be above 0 and at most bans.cap", {}};
  if (config.forgive_after <= duration{0} || config.probe_lease <= duration{0})
    return {errc::bad_config, "bans.forgive_after and bans.probe_lease must be above 0", {}};
  if (config.rise == 0 || config.slow_start < duration{0})
    return {errc::bad_config, "bans.rise must be at least 1, and bans.slow_start not negative", {}};
  if (!(config.jitter >= 0 && config.jitter <= 1))
    return {errc::bad_config, "bans.jitter must be between 0 and 1", {}};
  if (config.max_verdicts == 0)
    return {errc::bad_config, "bans.max_verdicts must be above 0", {}};
  return {};
}

ban_ledger::ban_ledger(ban_config config, std::map<worker_id, std::string> regions, uint64_t seed)
    : config_(config), regions_(std::move(regions)), seed_(seed) {}

void ban_ledger::restore(const std::vector<verdict>& verdicts) {
  auto before = std::exchange(entries_, {});
  for (const auto& x : verdicts) {
    key k{x.scope, x.worker, x.host};
    auto old = before.find(k);
    entries_[k] = {x, old != before.end() && old->second.what == x ? old->second.out : optional<probe>{}};
  }
}

bool ban_ledger::bound_ends(wall_time now) {
  bool any = false;
  for (auto& [k, x] : entries_) {
    auto until = not_before(x.what.until, x.what.until - x.what.since, now);
    if (until == x.what.until)
      continue;
    x.what.until = until;
    x.what.since = now;
    any = true;
  }
  return any;
}

namespace {

duration bounded(duration age) {
  return std::clamp<duration>(age, duration{0}, std::chrono::hours{24});
}

} // namespace

mono_time said_at(duration age, mono_time now) {
  return now - bounded(age);
}

/// Everything that could stand between this worker and this host.
std::vector<ban_ledger::key> ban_ledger::keys_for(const worker_id& worker, const host_key& host) const {
  return {
      {verdict_scope::host, {}, host}, {verdict_scope::worker_host, worker, host}, {verdict_scope::worker, worker, {}}};
}

std::string ban_ledger::region_of(const worker_id& worker) const {
  auto i = regions_.find(worker);
  // No region stands for "any other": a worker without one is one of its own.
  return i == regions_.end() || i->second.empty() ? "worker " + worker.value : "region " + i->second;
}

/// The refusal by which a second region was refused while the first one's ban was in force; refusals may be heard in
/// another order than they happened.
optional<wall_time> ban_ledger::second_region(const verdict& ban, wall_time refused) const {
  optional<wall_time> out;
  for (const auto& [k, x] : entries_) {
    const auto& other = x.what;
    if (k.scope != verdict_scope::worker_host || k.host != ban.host || region_of(k.worker) == region_of(ban.worker) ||
        other.until <= refused || ban.until <= other.since)
      continue;
    out = std::max({out.value_or(refused), ban.since, other.since});
  }
  return out;
}

/// It stands on the bans that were in force when it opened, and that were renewed with it (`renew_others`). Whose
/// request was under way then, and was refused later, is a third region.
bool ban_ledger::may_probe_circuit(const worker_id& worker, const host_key& host) const {
  auto since = entries_.at({verdict_scope::host, {}, host}).what.since;
  auto any = false;
  for (const auto& [k, x] : entries_) {
    if (k.scope != verdict_scope::worker_host || k.host != host || x.what.until <= since || x.what.since > since)
      continue;
    if (region_of(k.worker) == region_of(worker))
      return true;
    any = true;
  }
  return !any;
}

/// A region that was refused asks no more, whichever of its workers it was.
bool ban_ledger::region_banned(const worker_id& worker, const host_key& host, wall_time now) const {
  auto region = region_of(worker);
  return std::any_of(regions_.begin(), regions_.end(), [&](const auto& x) {
    if (region_of(x.first) != region)
      return false;
    auto i = entries_.find({verdict_scope::worker_host, x.first, host});
    return i != entries_.end() && now < i->second.what.until;
  });
}

duration ban_ledger::length(const key& k, uint32_t strikes) const {
  auto out = config_.ban;
  for (uint32_t i = 1; i < strikes && out < config_.cap; ++i)
    out *= 2;
  if (strikes > 1) {
    auto mixed =
        std::hash<std::string>{}(k.worker.value + '\n' + k.host.value + '\n' + std::to_string(strikes)) ^ seed_;
    auto part = config_.jitter * static_cast<double>(mixed % 1000) / 1000;
    out += duration{static_cast<int64_t>(static_cast<double>(out.count()) * part)};
  }
  return std::min(out, config_.cap);
}

uint32_t ban_ledger::next_strike(const key& k, wall_time now) const {
  if (auto i = entries_.find(k); i != entries_.end())
    return now < i->second.what.until + config_.forgive_after ? i->second.what.strikes + 1 : 1;
  if (auto i = cleared_.find(k); i != cleared_.end())
    return now < i->second.cleared + config_.forgive_after ? i->second.strikes + 1 : 1;
  return 1;
}

/// A new or renewed ban; one in force stays as it is.
const verdict& ban_ledger::strike(const key& k, errc cause, const std::string& evidence, wall_time now,
                                  ban_changes& changes) {
  if (auto i = entries_.find(k); i != entries_.end() && now < i->second.what.until)
    return i->second.what;
  auto strikes = next_strike(k, now);
  make_room(now, changes);
  auto& x = entries_[k];
  x = {{k.scope, k.worker, k.host, cause, evidence, now, now + length(k, strikes), strikes}, {}};
  cleared_.erase(k);
  changes.put.push_back(x.what);
  return x.what;
}

/// What the circuit stood on goes on as long as it does.
void ban_ledger::renew_others(const verdict& before, const verdict& circuit, ban_changes& changes) {
  for (auto& [k, x] : entries_) {
    auto& ban = x.what;
    if (k.scope != verdict_scope::worker_host || k.host != circuit.host || ban.until <= before.since ||
        ban.since > before.since || ban.until > circuit.since)
      continue;
    ban.since = circuit.since;
    ban.until = circuit.until;
    ban.answers = 0;
    x.out.reset();
    changes.prolonged.push_back(ban);
  }
}

void ban_ledger::make_room(wall_time now, ban_changes& changes) {
  std::erase_if(cleared_, [&](const auto& x) { return now >= x.second.cleared + config_.forgive_after; });
  if (entries_.size() < config_.max_verdicts)
    return;
  auto oldest = entries_.end();
  for (auto i = entries_.begin(); i != entries_.end(); ++i)
    if (i->second.what.until <= now && (oldest == entries_.end() || i->second.what.until < oldest->second.what.until))
      oldest = i;
  if (oldest == entries_.end())
    return;
  changes.dropped.push_back(oldest->second.what);
  entries_.erase(oldest);
}

refusal_outcome ban_ledger::refused(const site_refused& what, wall_time now) {
  refusal_outcome out;
  key circuit{verdict_scope::host, {}, what.host};
  auto open = entries_.contains(circuit);
  auto before = open ? entries_.at(circuit).what : verdict{};
  auto at = now - bounded(what.age);
  out.ruling.ban =
      strike({verdict_scope::worker_host, what.worker, what.host}, errc::refused, what.evidence, at, out.changes);
  auto opens = second_region(out.ruling.ban, at);
  if (!opens && (open || config_.on_refusal == refusal_policy::stop))
    opens = at;
  if (opens) {
    const auto& now_open = strike(circuit, errc::circuit_open, what.evidence, *opens, out.changes);
    if (open)
      renew_others(before, now_open, out.changes);
  }
  out.ruling.circuit_open = opens.has_value();
  out.ruling.try_elsewhere = !out.ruling.circuit_open;
  return out;
}

ban_changes ban_ledger::answered(const site_answered& what, wall_time now) {
  ban_changes out;
  if (standing(what.worker, what.host, now) != ban_standing::half_open)
    return out;
  for (const auto& k : keys_for(what.worker, what.host)) {
    auto i = entries_.find(k);
    if (i == entries_.end())
      continue;
    if (++i->second.what.answers < config_.rise) {
      i->second.out.reset();
      out.answered.push_back(i->second.what);
      continue;
    }
    cleared_[k] = {i->second.what.strikes, now};
    out.dropped.push_back(i->second.what);
    entries_.erase(i);
  }
  return out;
}

ban_changes ban_ledger::lift(const worker_id& worker) {
  ban_changes out;
  std::set<host_key> touched;
  auto drop = [&](auto i) {
    out.dropped.push_back(i->second.what);
    return entries_.erase(i);
  };
  for (auto i = entries_.begin(); i != entries_.end();) {
    if (i->first.scope == verdict_scope::host || i->first.worker != worker) {
      ++i;
      continue;
    }
    touched.insert(i->first.host);
    i = drop(i);
  }
  for (const auto& host : touched) {
    auto stands = std::any_of(entries_.begin(), entries_.end(), [&](const auto& x) {
      return x.first.scope == verdict_scope::worker_host && x.first.host == host;
    });
    if (auto circuit = entries_.find({verdict_scope::host, {}, host}); !stands && circuit != entries_.end())
      drop(circuit);
  }
  std::erase_if(cleared_, [&](const auto& x) { return x.first.worker == worker; });
  return out;
}

ban_standing ban_ledger::standing(const worker_id& worker, const host_key& host, wall_time now) const {
  if (region_banned(worker, host, now))
    return ban_standing::banned;
  auto out = ban_standing::clear;
  for (const auto& k : keys_for(worker, host)) {
    auto i = entries_.find(k);
    if (i == entries_.end())
      continue;
    if (now < i->second.what.until || (k.scope == verdict_scope::host && !may_probe_circuit(worker, host)))
      return ban_standing::banned;
    out = ban_standing::half_open;
  }
  return out;
}

bool ban_ledger::take_probe(const worker_id& worker, const host_key& host, wall_time now) {
  if (standing(worker, host, now) != ban_standing::half_open)
    return false;
  std::vector<entry*> found;
  for (const auto& k : keys_for(worker, host)) {
    auto i = entries_.find(k);
    if (i == entries_.end())
      continue;
    if (i->second.out && now < i->second.out->until)
      return false;
    found.push_back(&i->second);
  }
  for (auto* x : found)
    x->out = probe{worker, now + config_.probe_lease};
  return true;
}

void ban_ledger::return_probes(const worker_id& worker) {
  for (auto& [k, x] : entries_)
    if (x.out && x.out->by == worker)
      x.out = std::nullopt;
}

optional<wall_time> ban_ledger::next_end(wall_time now) const {
  optional<wall_time> out;
  for (const auto& [k, x] : entries_)
    if (x.what.until > now && (!out || x.what.until < *out))
      out = x.what.until;
  return out;
}

std::vector<verdict> ban_ledger::ended(wall_time since, wall_time now) const {
  std::vector<verdict> out;
  for (const auto& [k, x] : entries_)
    if (since < x.what.until && x.what.until <= now)
      out.push_back(x.what);
  return out;
}

std::vector<verdict> ban_ledger::all() const {
  std::vector<verdict> out;
  for (const auto& [k, x] : entries_)
    out.push_back(x.what);
  return out;
}

std::vector<verdict> ban_ledger::of(const worker_id& worker) const {
  std::vector<verdict> out;
  for (const auto& [k, x] : entries_)
    if (k.scope != verdict_scope::host && k.worker == worker)
      out.push_back(x.what);
  return out;
}

} // namespace vigie

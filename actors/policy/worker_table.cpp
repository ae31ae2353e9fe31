#include "actors/policy/worker_table.hpp"

#include <algorithm>

namespace vigie {

namespace {

std::map<worker_id, std::string> regions(const std::vector<fleet_worker>& fleet) {
  std::map<worker_id, std::string> out;
  for (const auto& x : fleet)
    out[x.id] = x.region;
  return out;
}

} // namespace

worker_table::worker_table(std::vector<fleet_worker> fleet, balancing_config balancing, ban_config bans, uint64_t seed)
    : config_(balancing), order_(balancing, seed), random_(seed), slow_start_(bans.slow_start),
      bans_(bans, regions(fleet), seed) {
  for (auto& x : fleet) {
    auto& facts = rows_[x.id].facts;
    facts.id = x.id;
    facts.name = x.name;
    facts.region = x.region;
    facts.address = x.address;
  }
}

void worker_table::link(const link_changed& what) {
  auto i = rows_.find(what.worker);
  if (i == rows_.end())
    return;
  auto& r = i->second;
  if (r.facts.link == what.state && r.facts.epoch == what.epoch)
    return; // the proxy repeats itself, for a balancer that has just started
  if (what.state == link_state::down) {
    r.facts.in_flight = 0;
    r.facts.last_error = what.why;
    bans_.return_probes(what.worker);
  }
  if (r.facts.epoch != what.epoch)
    r.judged = std::nullopt;
  r.facts.link = what.state;
  r.facts.epoch = what.epoch;
  changed_ = true;
}

void worker_table::health(const health_judged& what) {
  auto i = rows_.find(what.worker);
  if (i == rows_.end())
    return;
  changed_ = changed_ || i->second.judged != what.healthy;
  i->second.judged = what.healthy;
  i->second.unhealthy_because = what.why;
}

void worker_table::bans(const std::vector<verdict>& verdicts, mono_time now) {
  std::set<std::pair<worker_id, host_key>> before;
  for (const auto& x : bans_.all())
    if (x.scope == verdict_scope::worker_host)
      before.emplace(x.worker, x.host);
  bans_.restore(verdicts);
  for (const auto& x : verdicts)
    before.erase({x.worker, x.host});
  std::erase_if(came_back_, [&](const auto& x) { return now - x.second >= slow_start_; });
  for (const auto& x : before)
    came_back_[x] = now;
}

/// Grows from a tenth to the whole.
uint32_t worker_table::share_of(const worker_id& worker, const std::vector<host_key>& hosts, mono_time now) const {
  uint32_t out = 100;
  for (const auto& host : hosts) {
    auto i = came_back_.find({worker, host});
    if (i == came_back_.end() || now - i->second >= slow_start_)
      continue;
    auto grown = 10 + 90 * std::chrono::duration_cast<duration>(now - i->second).count() / slow_start_.count();
    out = std::min(out, static_cast<uint32_t>(grown));
  }
  return out;
}

void worker_table::begun(const work_begun& what, mono_time now) {
  auto i = rows_.find(what.worker);
  if (i == rows_.end())
    return;
  i->second.facts.in_flight += what.pieces;
  i->second.recent.begun(config_, now, what.pieces);
  changed_ = true;
}

void worker_table::ended(const work_ended& what, mono_time now) {
  auto i = rows_.find(what.worker);
  if (i == rows_.end())
    return;
  auto& [facts, judged, because, recent] = i->second;
  auto untried = what.how == work_outcome::untried;
  facts.in_flight -= facts.in_flight > 0 ? 1 : 0;
  facts.requests += untried ? 0 : 1;
  facts.successes += what.how == work_outcome::success ? 1 : 0;
  facts.errors += what.how == work_outcome::our_fault ? 1 : 0;
  if (!what.problem.empty() && !untried)
    facts.last_error = what.problem;
  recent.ended(config_, now, what.how, what.took);
  changed_ = true;
}

void worker_table::restore(const std::vector<worker_status>& rows) {
  for (const auto& x : rows) {
    auto i = rows_.find(x.id);
    if (i == rows_.end())
      continue;
    auto& facts = i->second.facts;
    facts.requests += x.requests;
    facts.successes += x.successes;
    facts.errors += x.errors;
    if (facts.last_error.empty())
      facts.last_error = x.last_error;
  }
}

/// Why this worker may not be given work; empty = it may.
std::string worker_table::why_not(const row& r, const std::vector<host_key>& hosts, const std::set<worker_id>& without,
                                  wall_time wall, bool& probe_only) const {
  if (r.facts.link != link_state::up)
    return std::string{to_string(r.facts.link)};
  if (r.judged == false)
    return "unhealthy: " + r.unhealthy_because;
  if (without.contains(r.facts.id))
    return "tried already";
  for (const auto& host : hosts) {
    auto standing = bans_.standing(r.facts.id, host, wall);
    if (standing == ban_standing::banned)
      return "banned for " + host.value;
    probe_only = probe_only || standing == ban_standing::half_open;
  }
  return {};
}

availability worker_table::available(const std::vector<host_key>& hosts, const std::set<worker_id>& without,
                                     mono_time now, wall_time wall) {
  availability out;
  std::vector<balancing_candidate> candidates;
  std::vector<bool> probes;
  for (const auto& [id, r] : rows_) {
    bool probe_only = false;
    if (auto why = why_not(r, hosts, without, wall, probe_only); !why.empty()) {
      out.causes.push_back(id.value + ": " + why);
      continue;
    }
    candidates.push_back({id, r.facts.in_flight, r.recent.at(config_, now)});
    probes.push_back(probe_only);
  }
  for (auto i : order_.order(candidates))
    out.workers.push_back(
        {candidates[i].worker, region_of(candidates[i].worker), probes[i], share_of(candidates[i].worker, hosts, now)});
  // Preferred as often as its share says.
  std::stable_partition(out.workers.begin(), out.workers.end(),
                        [&](const auto& x) { return x.share >= 100 || random_() % 100 < x.share; });
  std::stable_partition(out.workers.begin(), out.workers.end(), [](const auto& x) { return !x.probe_only; });
  return out;
}

bool worker_table::take_probe(const worker_id& worker, const std::vector<host_key>& hosts, wall_time wall) {
  // Two half-open hosts at once are rare enough that a probe taken for the first and not for the second may lapse.
  return std::all_of(hosts.begin(), hosts.end(), [&](const host_key& host) {
    return bans_.standing(worker, host, wall) == ban_standing::clear || bans_.take_probe(worker, host, wall);
  });
}

std::string worker_table::region_of(const worker_id& worker) const {
  auto i = rows_.find(worker);
  return i == rows_.end() ? std::string{} : i->second.facts.region;
}

std::vector<worker_status> worker_table::status(mono_time now) const {
  std::vector<worker_status> out;
  for (const auto& [id, r] : rows_) {
    out.push_back(r.facts);
    out.back().requests += r.facts.in_flight;
    // Not judged yet: the link is all that is known. Without one nobody is healthy, whatever was judged before.
    auto linked = r.facts.link != link_state::down && r.facts.link != link_state::connecting;
    out.back().healthy = linked && r.judged.value_or(r.facts.link == link_state::up);
    out.back().ewma_ms = r.recent.at(config_, now).ewma_ms;
    out.back().bans = bans_.of(id);
  }
  return out;
}

std::vector<worker_status> worker_table::ended_work(mono_time now) const {
  auto out = status(now);
  for (auto& x : out)
    x.requests -= x.in_flight;
  return out;
}

bool worker_table::take_changed() {
  return std::exchange(changed_, false);
}

} // namespace vigie

#include "actors/policy/cycle_settlement.hpp"

#include <algorithm>
#include <tuple>

namespace vigie {

namespace {

/// The place is a page of the site; a refusal of the gate has none.
bool is_refusal_row(const run_alert& row) {
  return row.state == attempt_state::failed && row.problem.code == errc::refused && !row.problem.place.empty();
}

} // namespace

run_ledger::run_ledger(const run_summary& run, const std::vector<alert>& alerts, const source_table& sources,
                       cycle_limits limits, std::map<worker_id, std::string> regions, mono_time now)
    : run_(run.id), limits_(limits), regions_(std::move(regions)), ok_(run.alerts_ok), failed_(run.alerts_failed) {
  tasks_.reserve(alerts.size());
  for (const auto& a : alerts) {
    auto place = tasks_.size();
    if (!places_.emplace(a.id, place).second)
      continue;
    auto& t = tasks_.emplace_back();
    t.what = a;
    t.since = now;
    auto source = sources.find(a.source);
    if (source == sources.end() || !source->second.spec.enabled) {
      t.now = phase::taken;
      homeless_.push_back(place);
      continue;
    }
    t.host = source->second.host;
    waiting_.insert(place);
  }
  open_ = static_cast<uint32_t>(tasks_.size());
}

void run_ledger::remember(const std::vector<run_alert>& attempts) {
  std::set<worker_id> turned_away;
  for (const auto& row : attempts)
    if (is_refusal_row(row))
      turned_away.insert(row.worker);
  for (const auto& row : attempts) {
    auto* t = find(row.alert);
    auto by_worker = !row.worker.value.empty(); // else it was to be settled by main itself
    if (by_worker)
      workers_.try_emplace(row.worker, true);
    if (!t)
      continue;
    if (by_worker)
      attempted(*t, row.worker, row.token);
    t->token = row.token;
    auto came_back = row.state == attempt_state::failed || row.state == attempt_state::settled;
    if (came_back)
      t->judged = row.token;
    if (is_refusal_row(row))
      t->refused.insert(region_of(row.worker));
    else if (by_worker && (came_back ? row.problem.code == errc::refused : turned_away.contains(row.worker)))
      spare(*t);
  }
}

run_ledger::task* run_ledger::find(alert_id id) {
  auto i = places_.find(id);
  return i == places_.end() ? nullptr : &tasks_[i->second];
}

const run_ledger::task* run_ledger::find(alert_id id) const {
  auto i = places_.find(id);
  return i == places_.end() ? nullptr : &tasks_[i->second];
}

std::string run_ledger::region_of(const worker_id& worker) const {
  auto i = regions_.find(worker);
  return i == regions_.end() || i->second.empty() ? "worker " + worker.value : i->second;
}

void run_ledger::attempted(task& t, const worker_id& worker, fencing_token token) {
  t.attempts += 1;
  t.spent += 1;
  t.token = token;
  t.worker = worker;
  t.tried.insert(worker);
  if (!t.refused.empty() && t.refuge.empty())
    t.refuge = region_of(worker);
}

/// The newest attempt is not counted.
void run_ledger::spare(task& t) {
  if (t.spent > 0 && t.spared.insert(t.worker).second)
    --t.spent;
}

bool run_ledger::may_try_again(const task& t, bool was_asked) const {
  auto spared = !was_asked && t.spent > 0 && !t.spared.contains(t.worker);
  return t.spent - (spared ? 1 : 0) < limits_.max_attempts;
}

void run_ledger::leave(task& t, phase next) {
  if (t.now == phase::waiting)
    waiting_.erase(static_cast<size_t>(&t - tasks_.data()));
  if (t.now == phase::out)
    if (auto i = leases_.find(t.assignment); i != leases_.end()) {
      i->second.open.erase(t.what.id);
      if (i->second.open.empty())
        leases_.erase(i);
    }
  t.now = next;
}

void run_ledger::wait(task& t, mono_time now) {
  leave(t, phase::waiting);
  t.since = now;
  waiting_.insert(static_cast<size_t>(&t - tasks_.data()));
}

run_ledger::orphan run_ledger::take(task& t) {
  leave(t, phase::taken);
  return {t.what, t.host};
}

std::vector<run_ledger::orphan> run_ledger::take_homeless() {
  std::vector<orphan> out;
  for (auto place : std::exchange(homeless_, {}))
    out.push_back(take(tasks_[place]));
  return out;
}

// -- handing out
// --------------------------------------------------------------------------------------------------------

std::vector<host_key> run_ledger::waiting_hosts() const {
  std::set<host_key> hosts;
  for (auto place : waiting_)
    hosts.insert(tasks_[place].host);
  return {hosts.begin(), hosts.end()};
}

bool run_ledger::region_admits(const task& t, const worker_id& worker) const {
  if (t.refused.empty())
    return true;
  auto region = region_of(worker);
  return !t.refused.contains(region) && (t.refuge.empty() || t.refuge == region);
}

bool run_ledger::admits(const task& t, const worker_id& worker, const std::vector<available_worker>& open) const {
  if (!region_admits(t, worker))
    return false;
  if (!t.tried.contains(worker))
    return true;
  // Once around all others, a worker may have it again: one worker alone must still get a second chance.
  return std::none_of(open.begin(), open.end(), [&](const available_worker& o) {
    return !t.tried.contains(o.worker) && region_admits(t, o.worker);
  });
}

std::vector<plan_share> run_ledger::split(const open_workers& open) {
  std::vector<fetch_plan> plans;
  std::map<std::tuple<source_id, std::string, std::set<worker_id>, std::set<std::string>, std::string>, size_t> groups;
  for (auto place : waiting_) {
    const auto& t = tasks_[place];
    auto [i, fresh] = groups.try_emplace({t.what.source, t.what.query, t.tried, t.refused, t.refuge}, plans.size());
    if (fresh)
      plans.push_back({t.what.source, t.what.query, t.host, {}});
    plans[i->second].alerts.push_back({t.what, {}});
  }
  std::vector<fetch_plan> unplaced;
  auto shares = split_plans(
      std::move(plans), open,
      [&](const fetch_plan& p, const available_worker& w) {
        return admits(*find(p.alerts.front().what.id), w.worker, open.at(p.host));
      },
      &unplaced);
  for (const auto& share : shares)
    for (const auto& plan : share.plans)
      for (const auto& p : plan.alerts)
        leave(*find(p.what.id), phase::taken);
  return shares;
}

std::string run_ledger::name_of(alert_id id) const {
  const auto* t = find(id);
  return t ? t->what.name : std::string{};
}

uint32_t run_ledger::next_attempt(alert_id id) const {
  const auto* t = find(id);
  return t ? t->attempts + 1 : 1;
}

bool run_ledger::assigned(assignment_id id, plan_share& share, mono_time now, duration deadline) {
  lease l{share.worker, {}, now, now + deadline + limits_.deadline_grace};
  for (auto& plan : share.plans)
    std::erase_if(plan.alerts, [&](const planned_alert& p) {
      auto* t = find(p.what.id);
      if (!t || t->now != phase::taken)
        return true;
      attempted(*t, share.worker, p.token);
      t->now = phase::out;
      t->assignment = id;
      l.open.insert(p.what.id);
      return false;
    });
  std::erase_if(share.plans, [](const fetch_plan& p) { return p.alerts.empty(); });
  if (l.open.empty())
    return false;
  workers_.try_emplace(share.worker, true);
  given_.insert(id);
  leases_[id] = std::move(l);
  return true;
}

void run_ledger::not_assigned(const plan_share& share, mono_time now) {
  for (const auto& plan : share.plans)
    for (const auto& p : plan.alerts)
      if (auto* t = find(p.what.id); t && t->now == phase::taken) {
        // The store may have made a newer attempt of which nobody heard: the last known one counts no more.
        t->token = {};
        wait(*t, now);
      }
}

std::vector<run_ledger::orphan> run_ledger::take_impatient(mono_time now) {
  std::vector<orphan> out;
  for (auto place : std::set<size_t>{waiting_})
    if (now - tasks_[place].since > limits_.patience)
      out.push_back(take(tasks_[place]));
  return out;
}

std::vector<run_ledger::orphan> run_ledger::take_waiting_of(const host_key& host) {
  std::vector<orphan> out;
  for (auto place : std::set<size_t>{waiting_})
    if (tasks_[place].host == host)
      out.push_back(take(tasks_[place]));
  return out;
}

bool run_ledger::failing(alert_id id, fencing_token token) {
  auto* t = find(id);
  if (!t || t->now != phase::taken)
    return false;
  t->now = phase::judged;
  t->token = token;
  t->judged = token;
  return true;
}

} // namespace vigie

#include "actors/policy/cycle_settlement.hpp"

#include <algorithm>

namespace vigie {

bool worth_another_worker(errc code, int32_t http_status) {
  switch (code) {
  case errc::network:
  case errc::timed_out:
  case errc::crashed:
  case errc::busy:
  case errc::worker_lost:
  case errc::worker_silent:
  case errc::deadline_exceeded:
  case errc::cancelled:
  case errc::blocked_address:
    return true;
  case errc::http_status:
    return http_status >= 500;
  default:
    return false;
  }
}

run_ledger::run_ledger(run_id run, const std::vector<alert>& alerts, const source_table& sources, cycle_limits limits,
                       mono_time now)
    : run_(run), limits_(limits) {
  for (auto& plan : group_plans(alerts, sources, &homeless_)) {
    for (const auto& p : plan.alerts) {
      auto& t = tasks_[p.what.id];
      t.what = p.what;
      t.source = plan.source;
      t.host = plan.host;
    }
    waiting_.push_back({std::move(plan), now});
  }
  for (const auto& a : homeless_)
    tasks_[a.id].what = a;
  open_ = static_cast<uint32_t>(tasks_.size());
}

std::vector<host_key> run_ledger::waiting_hosts() const {
  std::set<host_key> hosts;
  for (const auto& w : waiting_)
    hosts.insert(w.plan.host);
  return {hosts.begin(), hosts.end()};
}

bool run_ledger::admits(const fetch_plan& plan, const available_worker& w, const open_workers& open) const {
  for (const auto& p : plan.alerts) {
    const auto& t = tasks_.at(p.what.id);
    if (t.refused_regions.contains(w.region))
      return false;
    if (!t.tried.contains(w.worker))
      continue;
    // Once around all others, a worker may have it again: one worker alone must still get a second chance.
    const auto& others = open.at(plan.host);
    if (std::any_of(others.begin(), others.end(), [&](const available_worker& o) {
          return !t.tried.contains(o.worker) && !t.refused_regions.contains(o.region);
        }))
      return false;
  }
  return true;
}

std::vector<plan_share> run_ledger::split(const open_workers& open) {
  std::vector<fetch_plan> plans;
  std::map<std::pair<source_id, std::string>, mono_time> since;
  for (auto& w : waiting_) {
    since[{w.plan.source, w.plan.query}] = w.since;
    plans.push_back(std::move(w.plan));
  }
  waiting_.clear();
  std::vector<fetch_plan> unplaced;
  auto shares = split_plans(
      std::move(plans), open, [&](const fetch_plan& p, const available_worker& w) { return admits(p, w, open); },
      &unplaced);
  for (auto& plan : unplaced) {
    auto when = since[{plan.source, plan.query}];
    waiting_.push_back({std::move(plan), when});
  }
  return shares;
}

uint32_t run_ledger::next_attempt(alert_id id) const {
  auto i = tasks_.find(id);
  return i == tasks_.end() ? 1 : i->second.attempts + 1;
}

void run_ledger::assigned(assignment_id id, const plan_share& share, mono_time now, duration deadline) {
  auto& l = leases_[id];
  l.worker = share.worker;
  l.heard = now;
  l.deadline = now + deadline;
  workers_.try_emplace(share.worker, true);
  for (const auto& plan : share.plans) {
    for (const auto& p : plan.alerts) {
      auto& t = tasks_.at(p.what.id);
      t.is_out = true;
      t.attempts += 1;
      t.token = p.token;
      t.assignment = id;
      t.tried.insert(share.worker);
      l.open.insert(p.what.id);
    }
  }
}

void run_ledger::prune(plan_share& share) const {
  for (auto& plan : share.plans)
    std::erase_if(plan.alerts, [&](const planned_alert& p) { return tasks_.at(p.what.id).is_done; });
  std::erase_if(share.plans, [](const fetch_plan& p) { return p.alerts.empty(); });
}

void run_ledger::not_assigned(const plan_share& share, mono_time now) {
  for (const auto& plan : share.plans)
    waiting_.push_back({plan, now});
}

void run_ledger::heard(assignment_id id, mono_time now) {
  if (auto i = leases_.find(id); i != leases_.end())
    i->second.heard = now;
}

run_ledger::judgement run_ledger::judge(const alert_settled& what) const {
  auto i = tasks_.find(what.alert);
  if (what.run != run_ || i == tasks_.end())
    return judgement::stale;
  const auto& t = i->second;
  if (t.attempts == 0 || t.token != what.token)
    return judgement::stale;
  if (t.judged == what.token)
    return judgement::repeated;
  if (t.is_done)
    return judgement::stale;
  if (what.problem.code == errc::refused)
    return judgement::refused;
  if (worth_another_worker(what.problem.code, what.http_status) && t.attempts < limits_.max_attempts)
    return judgement::again;
  return judgement::final;
}

void run_ledger::release(task& t) {
  t.is_out = false;
  auto i = leases_.find(t.assignment);
  if (i == leases_.end())
    return;
  i->second.open.erase(t.what.id);
  if (i->second.open.empty())
    leases_.erase(i);
}

void run_ledger::settling(alert_id id) {
  auto i = tasks_.find(id);
  if (i == tasks_.end())
    return;
  i->second.judged = i->second.token;
  if (i->second.is_out)
    release(i->second);
}

void run_ledger::done(alert_id id, bool ok) {
  auto i = tasks_.find(id);
  if (i == tasks_.end() || i->second.is_done)
    return;
  i->second.is_done = true;
  if (i->second.is_out)
    release(i->second);
  for (auto& w : waiting_)
    std::erase_if(w.plan.alerts, [&](const planned_alert& p) { return p.what.id == id; });
  std::erase_if(waiting_, [](const waiting_plan& w) { return w.plan.alerts.empty(); });
  --open_;
  ++(ok ? ok_ : failed_);
}

void run_ledger::wait(const task& t, mono_time now) {
  // A plan of its own: its mates may be done already.
  waiting_.push_back({{t.source, t.what.query, t.host, {{t.what, {}}}}, now});
}

bool run_ledger::may_try_again(alert_id id) const {
  auto i = tasks_.find(id);
  return i != tasks_.end() && !i->second.is_done && i->second.attempts < limits_.max_attempts;
}

bool run_ledger::give_back(alert_id id, const std::string& refused_region, mono_time now) {
  auto i = tasks_.find(id);
  if (i == tasks_.end() || i->second.is_done)
    return false;
  auto& t = i->second;
  if (!refused_region.empty())
    t.refused_regions.insert(refused_region);
  if (t.attempts >= limits_.max_attempts)
    return false;
  if (t.is_out)
    release(t);
  wait(t, now);
  return true;
}

run_ledger::taken run_ledger::take_back(assignment_id id, const error& why, mono_time now) {
  taken out;
  auto i = leases_.find(id);
  if (i == leases_.end())
    return out;
  auto l = std::move(i->second);
  leases_.erase(i);
  out.worker = l.worker;
  workers_[l.worker] = false;
  for (const auto& alert : l.open) {
    auto& t = tasks_.at(alert);
    if (t.attempts < limits_.max_attempts) {
      t.is_out = false;
      wait(t, now);
      ++out.again;
      continue;
    }
    alert_settled s;
    s.assignment = id;
    s.run = run_;
    s.alert = alert;
    s.token = t.token;
    s.source = t.source;
    s.host = t.host;
    s.problem = why;
    out.exhausted.push_back(std::move(s));
  }
  return out;
}

std::vector<assignment_id> run_ledger::assignments_of(const worker_id& worker) const {
  std::vector<assignment_id> out;
  for (const auto& [id, l] : leases_)
    if (l.worker == worker)
      out.push_back(id);
  return out;
}

std::vector<assignment_id> run_ledger::silent(mono_time now) const {
  std::vector<assignment_id> out;
  for (const auto& [id, l] : leases_)
    if (now - l.heard > limits_.silence)
      out.push_back(id);
  return out;
}

std::vector<assignment_id> run_ledger::overdue(mono_time now) const {
  std::vector<assignment_id> out;
  for (const auto& [id, l] : leases_)
    if (now > l.deadline)
      out.push_back(id);
  return out;
}

std::vector<fetch_plan> run_ledger::give_up(mono_time now, const std::set<host_key>& closed) {
  std::vector<fetch_plan> out;
  std::erase_if(waiting_, [&](waiting_plan& w) {
    if (now - w.since <= limits_.patience && !closed.contains(w.plan.host))
      return false;
    out.push_back(std::move(w.plan));
    return true;
  });
  return out;
}

uint32_t run_ledger::workers_ok() const {
  return static_cast<uint32_t>(std::count_if(workers_.begin(), workers_.end(), [](const auto& w) { return w.second; }));
}

run_state run_ledger::outcome() const {
  if (failed_ == 0)
    return run_state::completed;
  return ok_ > 0 ? run_state::partial : run_state::failed;
}

worker_id run_ledger::holder(assignment_id id) const {
  auto i = leases_.find(id);
  return i == leases_.end() ? worker_id{} : i->second.worker;
}

std::vector<std::pair<assignment_id, worker_id>> run_ledger::out() const {
  std::vector<std::pair<assignment_id, worker_id>> all;
  for (const auto& [id, l] : leases_)
    all.emplace_back(id, l.worker);
  return all;
}

} // namespace vigie

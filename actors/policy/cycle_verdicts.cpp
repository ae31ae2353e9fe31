// The coming-back half of the book of a cycle: judging, giving back, taking back.
#include <algorithm>

#include "actors/policy/cycle_settlement.hpp"
#include "actors/policy/retry_policy.hpp"

namespace vigie {

bool is_refusal_of_site(errc code, int32_t http_status) {
  return code == errc::refused && http_status != 0;
}

bool is_denial_of_gate(errc code, int32_t http_status) {
  return code == errc::refused && http_status == 0;
}

bool worth_another_attempt(errc code, int32_t http_status) {
  switch (code) {
  case errc::refused:
    return is_denial_of_gate(code, http_status);
  case errc::network:
  case errc::timed_out:
  case errc::crashed:
  case errc::busy:
  case errc::worker_lost:
  case errc::worker_silent:
  case errc::stale_epoch:
  case errc::deadline_exceeded:
  case errc::cancelled:
  case errc::blocked_address:
  case errc::bad_certificate:
    return true;
  case errc::http_status:
    return http_status == 408 || http_status == 504;
  default:
    return false;
  }
}

bool run_ledger::heard(assignment_id id, mono_time now) {
  if (auto i = leases_.find(id); i != leases_.end())
    i->second.heard = now;
  return given_.contains(id);
}

run_ledger::judgement run_ledger::judge(const alert_settled& what) const {
  const auto* t = find(what.alert);
  if (what.run != run_ || !t || t->attempts == 0 || t->token != what.token)
    return judgement::stale;
  if (t->judged == what.token)
    return judgement::repeated;
  if (t->now == phase::done || t->now == phase::taken)
    return judgement::stale;
  if (is_refusal_of_site(what.problem.code, what.http_status))
    return judgement::refused;
  if (worth_another_attempt(what.problem.code, what.http_status) &&
      may_try_again(*t, !is_denial_of_gate(what.problem.code, what.http_status)))
    return judgement::again;
  return judgement::final;
}

bool run_ledger::settling(alert_id id) {
  auto* t = find(id);
  if (!t || (t->now != phase::out && t->now != phase::waiting))
    return false;
  auto was_out = t->now == phase::out;
  leave(*t, phase::judged);
  t->judged = t->token;
  return was_out;
}

void run_ledger::done(alert_id id, bool ok) {
  auto* t = find(id);
  if (!t || t->now == phase::done)
    return;
  leave(*t, phase::done);
  --open_;
  ++(ok ? ok_ : failed_);
}

void run_ledger::not_applied(alert_id id, fencing_token token) {
  auto* t = find(id);
  if (!t || t->now != phase::judged || t->token != token)
    return;
  leave(*t, phase::done);
  --open_;
}

bool run_ledger::may_try_elsewhere(alert_id id) const {
  const auto* t = find(id);
  return t && t->now != phase::done && t->refused.empty() && may_try_again(*t, true);
}

bool run_ledger::falls_silent(const alert_settled& what) {
  if (what.problem.code != errc::timed_out) {
    if (what.http_status != 0 || is_answer_of_site(what.problem.code))
      timed_out_.erase(what.host);
    return false;
  }
  const auto* t = find(what.alert);
  auto& searches = timed_out_[what.host];
  // The alerts of one search tell of one time-out.
  return t && searches.emplace(what.assignment, what.source, t->what.query).second &&
         searches.size() == limits_.host_timeouts;
}

void run_ledger::give_back(alert_id id, fencing_token token, const error& problem, int32_t http_status, mono_time now) {
  auto* t = find(id);
  if (!t || t->token != token)
    return;
  if (is_refusal_of_site(problem.code, http_status))
    t->refused.insert(region_of(t->worker));
  if (is_denial_of_gate(problem.code, http_status))
    spare(*t);
  if (t->now == phase::judged)
    wait(*t, now);
}

alert_settled run_ledger::exhaust(task& t, const error& why) {
  alert_settled s;
  s.assignment = t.assignment;
  s.run = run_;
  s.alert = t.what.id;
  s.token = t.token;
  s.source = t.what.source;
  s.host = t.host;
  s.problem = why;
  leave(t, phase::judged);
  t.judged = t.token;
  return s;
}

run_ledger::taken run_ledger::take_back(assignment_id id, const error& why, mono_time now) {
  taken out;
  auto i = leases_.find(id);
  if (i == leases_.end())
    return out;
  auto l = std::move(i->second);
  leases_.erase(i);
  given_.erase(id);
  out.worker = l.worker;
  workers_[l.worker] = false;
  for (const auto& alert : l.open) {
    auto& t = *find(alert);
    if (may_try_again(t, true)) {
      wait(t, now);
      ++out.again;
    } else {
      out.exhausted.push_back(exhaust(t, why));
    }
  }
  return out;
}

run_ledger::taken run_ledger::take_back(assignment_id id, const host_key& host, mono_time now) {
  taken out;
  auto i = leases_.find(id);
  if (i == leases_.end())
    return out;
  auto worker = i->second.worker;
  for (const auto& alert : std::set<alert_id>{i->second.open}) {
    auto& t = *find(alert);
    if (t.host != host)
      continue;
    spare(t);
    wait(t, now); // ends the lease with its last alert
    ++out.again;
  }
  if (out.again == 0)
    return out;
  out.worker = worker;
  workers_[worker] = false;
  if (!leases_.contains(id))
    given_.erase(id);
  return out;
}

std::vector<alert_settled> run_ledger::take_exhausted(const error& why) {
  std::vector<alert_settled> out;
  for (auto place : std::set<size_t>{waiting_})
    if (!may_try_again(tasks_[place], true))
      out.push_back(exhaust(tasks_[place], why));
  return out;
}

std::vector<assignment_id> run_ledger::assignments_of(const worker_id& worker) const {
  std::vector<assignment_id> out;
  for (const auto& [id, l] : leases_)
    if (l.worker == worker)
      out.push_back(id);
  return out;
}

std::vector<assignment_id> run_ledger::assignments_at(const host_key& host) const {
  std::vector<assignment_id> out;
  for (const auto& [id, l] : leases_)
    if (std::any_of(l.open.begin(), l.open.end(), [&](alert_id a) { return find(a)->host == host; }))
      out.push_back(id);
  return out;
}

std::vector<assignment_id> run_ledger::assignments_at(const host_key& host, const worker_id& worker) const {
  auto out = assignments_at(host);
  std::erase_if(out, [&](assignment_id id) { return leases_.at(id).worker != worker; });
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

worker_id run_ledger::holder(assignment_id id) const {
  auto i = leases_.find(id);
  return i == leases_.end() ? worker_id{} : i->second.worker;
}

std::vector<run_ledger::hand_out> run_ledger::out() const {
  std::vector<hand_out> all;
  for (const auto& [id, l] : leases_)
    all.push_back({id, l.worker, static_cast<uint32_t>(l.open.size())});
  return all;
}

std::map<host_key, uint32_t> run_ledger::open_searches() const {
  std::set<std::tuple<host_key, source_id, std::string>> searches;
  for (const auto& t : tasks_)
    if (t.now != phase::done && !t.host.value.empty())
      searches.emplace(t.host, t.what.source, t.what.query);
  std::map<host_key, uint32_t> out;
  for (const auto& x : searches)
    ++out[std::get<host_key>(x)];
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

} // namespace vigie

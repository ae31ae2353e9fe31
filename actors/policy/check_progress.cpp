#include "actors/policy/check_progress.hpp"

#include "actors/policy/retry_policy.hpp"

namespace vigie {

check_progress::check_progress(std::vector<alert> alerts, const std::map<source_id, host_key>& hosts)
    : alerts_(std::move(alerts)), settled_(alerts_.size(), false), hosts_(hosts) {}

host_key check_progress::host_of(size_t place) const {
  auto i = hosts_.find(alerts_[place].source);
  return i == hosts_.end() ? host_key{} : i->second;
}

optional<size_t> check_progress::place_of(const alert_id& id) const {
  if (id.value < 1 || static_cast<size_t>(id.value) > alerts_.size())
    return {};
  return static_cast<size_t>(id.value) - 1;
}

std::vector<alert> check_progress::open() const {
  std::vector<alert> out;
  for (size_t i = 0; i < alerts_.size(); ++i)
    if (!settled_[i]) {
      out.push_back(alerts_[i]);
      out.back().id = alert_id{static_cast<int64_t>(i) + 1};
    }
  return out;
}

std::vector<host_key> check_progress::hosts() const {
  std::set<host_key> out;
  for (size_t i = 0; i < alerts_.size(); ++i)
    if (!settled_[i] && !host_of(i).value.empty())
      out.insert(host_of(i));
  return {out.begin(), out.end()};
}

bool check_progress::done() const {
  for (auto x : settled_)
    if (!x)
      return false;
  return true;
}

void check_progress::answered(const command_result& x) {
  std::map<size_t, const alert_failure*> failed;
  for (const auto& f : x.failed)
    if (auto place = place_of(f.alert))
      failed.emplace(*place, &f);
  // The worker said nothing of single alerts: the command never came to them.
  auto whole = x.problem.code != errc::none && x.failed.empty();
  refused_.clear();
  answering_.clear();
  for (size_t i = 0; i < alerts_.size(); ++i) {
    if (settled_[i])
      continue;
    auto f = failed.find(i);
    if (!whole && f == failed.end()) {
      settled_[i] = true;
      failures_.erase(i);
      answering_.insert(host_of(i));
      continue;
    }
    auto why = whole ? alert_failure{{}, x.problem, x.http_status} : *f->second;
    why.alert = alerts_[i].id;
    auto refusal = why.problem.code == errc::refused && !host_of(i).value.empty();
    if (refusal)
      refused_.insert(host_of(i));
    else if (is_answer_of_site(why.problem.code))
      answering_.insert(host_of(i));
    settled_[i] = !refusal && !worth_another_worker(why.problem.code, command_kind::check_alerts);
    failures_[i] = std::move(why);
  }
  for (const auto& host : refused_)
    answering_.erase(host);
  answering_.erase(host_key{});
  sum_.alerts_checked += x.alerts_checked;
  sum_.items_checked += x.items_checked;
  for (auto m : x.matches)
    if (auto place = place_of(m.alert)) {
      m.alert = alerts_[*place].id;
      sum_.matches.push_back(std::move(m));
    }
  sum_.truncated = sum_.truncated || x.truncated;
  sum_.worker = x.worker;
}

bool check_progress::has_faults() const {
  for (const auto& [place, x] : failures_)
    if (!settled_[place] && x.problem.code != errc::refused)
      return true;
  return false;
}

void check_progress::give_up(const host_key& host, const optional<error>& why) {
  for (size_t i = 0; i < alerts_.size(); ++i) {
    if (settled_[i] || host_of(i) != host)
      continue;
    settled_[i] = true;
    if (why)
      failures_[i] = {alerts_[i].id, *why, 0};
  }
}

void check_progress::give_up_rest(const error& why) {
  for (size_t i = 0; i < alerts_.size(); ++i)
    if (!settled_[i])
      failures_.try_emplace(i, alert_failure{alerts_[i].id, why, 0});
  settled_.assign(settled_.size(), true);
}

command_result check_progress::result() const {
  auto out = sum_;
  for (const auto& [place, x] : failures_)
    out.failed.push_back(x);
  if (out.alerts_checked == 0 && !out.failed.empty()) {
    out.problem = out.failed.front().problem;
    out.http_status = out.failed.front().http_status;
  }
  return out;
}

} // namespace vigie

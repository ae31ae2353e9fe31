// How the assignments of a worker end: settled, given up, cancelled, out of time.
#include <algorithm>

#include "actors/policy/assignment_book.hpp"
#include "actors/policy/plan_walk.hpp"

namespace vigie {

namespace {

alert_settled settlement(assignment_id id, run_id run, const fetch_plan& plan, const planned_alert& x,
                         const error& why) {
  alert_settled out;
  out.assignment = id;
  out.run = run;
  out.alert = x.what.id;
  out.token = x.token;
  out.source = plan.source;
  out.host = plan.host;
  out.problem = why;
  return out;
}

} // namespace

bool assignment_book::settle(const alert_settled& what) {
  auto i = open_.find(what.assignment);
  if (i == open_.end() || i->second.unsettled.erase({what.alert, what.token}) == 0)
    return false;
  --unsettled_;
  return true;
}

std::vector<alert_settled> assignment_book::settle_rest(const placed_plan& plan, const error& why) {
  std::vector<alert_settled> out;
  auto owner = open_.find(plan.assignment);
  if (owner == open_.end())
    return out;
  for (const auto& x : plan.what.alerts) {
    auto rest = settlement(plan.assignment, owner->second.run, plan.what, x, why);
    if (settle(rest))
      out.push_back(std::move(rest));
  }
  return out;
}

std::vector<alert_settled> assignment_book::end_plan(uint64_t plan, const error& why) {
  auto i = running_.find(plan);
  if (i == running_.end())
    return {};
  auto ended = std::move(i->second);
  running_.erase(i);
  queue_.done(ended.what.host);
  return settle_rest(ended, why);
}

assignment_book::stopped assignment_book::drop_plans(assignment_id id, const std::vector<host_key>& hosts,
                                                     const std::set<uint64_t>& reading) {
  stopped out;
  auto meant = [&](const placed_plan& plan) {
    return plan.assignment == id &&
           (hosts.empty() || std::find(hosts.begin(), hosts.end(), plan.what.host) != hosts.end());
  };
  auto take_rest = [&](const placed_plan& plan, bool read) {
    auto rest = settle_rest(plan, past_deadline(read, {}));
    std::move(rest.begin(), rest.end(), std::back_inserter(out.unsettled));
  };
  for (auto i = running_.begin(); i != running_.end();) {
    if (!meant(i->second)) {
      ++i;
      continue;
    }
    out.plans.push_back(i->first);
    take_rest(i->second, reading.contains(i->first));
    queue_.done(i->second.what.host);
    i = running_.erase(i);
  }
  queue_.drop_if([&](const placed_plan& plan) {
    if (!meant(plan))
      return false;
    take_rest(plan, false);
    return true;
  });
  return out;
}

assignment_book::stopped assignment_book::expire(assignment_id id, const std::set<uint64_t>& reading) {
  return drop_plans(id, {}, reading);
}

assignment_book::stopped assignment_book::cancel(assignment_id id, const std::vector<host_key>& hosts) {
  auto out = drop_plans(id, hosts, {});
  out.unsettled.clear();
  if (hosts.empty())
    close(id);
  return out;
}

assignment_book::stopped assignment_book::cancel_main() {
  stopped out;
  std::vector<assignment_id> mains;
  for (const auto& [id, x] : open_)
    if (!is_own(id))
      mains.push_back(id);
  for (auto id : mains) {
    auto one = cancel(id);
    out.plans.insert(out.plans.end(), one.plans.begin(), one.plans.end());
  }
  // Another main may use the same ids for other work.
  finished_.clear();
  return out;
}

uint32_t assignment_book::unsettled(assignment_id id) const {
  auto i = open_.find(id);
  return i == open_.end() ? 0 : static_cast<uint32_t>(i->second.unsettled.size());
}

trace_id assignment_book::trace_of(assignment_id id) const {
  auto i = open_.find(id);
  return i == open_.end() ? trace_id{} : i->second.trace;
}

duration assignment_book::beat_of(assignment_id id) const {
  auto i = open_.find(id);
  return i == open_.end() ? limits_.beat_floor : i->second.beat;
}

void assignment_book::close(assignment_id id) {
  auto i = open_.find(id);
  if (i == open_.end())
    return;
  unsettled_ -= static_cast<uint32_t>(i->second.unsettled.size());
  if (!is_own(id)) {
    finished_.push_back(i->second.receipt);
    if (finished_.size() > limits_.remembered)
      finished_.pop_front();
  }
  open_.erase(i);
}

} // namespace vigie

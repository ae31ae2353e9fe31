#include "actors/policy/assignment_book.hpp"

#include <algorithm>

#include "actors/policy/url_template.hpp"

namespace vigie {

error validate(const assignment_limits& limits) {
  if (limits.max_plans == 0 || limits.max_alerts == 0 || limits.remembered == 0 || limits.beat_floor <= duration{0})
    return {errc::bad_config, "the limits of plans, alerts, remembered assignments and beats must be positive", {}};
  return {};
}

namespace {

error unknown_source(const source_id& source) {
  return {errc::bad_request, "this worker knows no source \"" + source.value + "\"", {}};
}

} // namespace

assignment_book::assignment_book(assignment_limits limits) : limits_(limits) {}

void assignment_book::know_sources(const std::vector<source_spec>& sources) {
  sources_.clear();
  for (const auto& x : sources)
    sources_[x.id] = x;
}

error assignment_book::check(const assignment& what) const {
  size_t alerts = 0;
  std::set<alert_key> seen;
  for (const auto& plan : what.plans) {
    if (sources_.find(plan.source) == sources_.end())
      return unknown_source(plan.source);
    if (plan.alerts.empty())
      return {errc::bad_request, "a fetch plan without alerts", {}};
    for (const auto& x : plan.alerts)
      if (++alerts; !seen.emplace(x.what.id, x.token).second)
        return {errc::bad_request, "alert " + std::to_string(x.what.id.value) + " stands there twice", {}};
  }
  if (alerts == 0)
    return {errc::bad_request, "there is no alert in it: check-alerts needs at least one", {}};
  if (alerts + unsettled_ > limits_.max_alerts)
    return {errc::busy,
            std::to_string(unsettled_) + " alerts are under way, " + std::to_string(alerts) +
                " more are above the limit of " + std::to_string(limits_.max_alerts),
            {}};
  return {};
}

result<assign_receipt> assignment_book::take(const assignment& what, const trace_id& trace, mono_time now) {
  if (auto problem = check(what); problem.code != errc::none)
    return tl::unexpected<error>(problem);
  entry x;
  x.run = what.run;
  x.trace = trace;
  x.beat = std::max(what.beat_every, limits_.beat_floor);
  x.deadline = what.deadline > duration{0} ? now + what.deadline : mono_time::max();
  for (const auto& plan : what.plans) {
    for (const auto& a : plan.alerts)
      x.unsettled.emplace(a.what.id, a.token);
    queue_.push(plan.host, {what.id, plan});
  }
  x.receipt = {what.id, static_cast<uint32_t>(x.unsettled.size())};
  unsettled_ += x.receipt.accepted;
  return open_.emplace(what.id, std::move(x)).first->second.receipt;
}

result<assign_receipt> assignment_book::accept(const assignment& what, const trace_id& trace, mono_time now) {
  if (is_own(what.id))
    return fail(errc::bad_request, "negative ids are this node's own");
  if (auto i = open_.find(what.id); i != open_.end())
    return i->second.receipt;
  for (const auto& x : finished_)
    if (x.id == what.id)
      return x;
  return take(what, trace, now);
}

result<assignment_book::own_work> assignment_book::accept_command(const std::vector<alert>& alerts,
                                                                  const trace_id& trace, duration deadline,
                                                                  mono_time now) {
  std::map<std::pair<source_id, std::string>, size_t> places;
  own_work out{assignment_id{--last_own_}, {}};
  assignment made;
  made.id = out.id;
  made.deadline = deadline;
  for (const auto& x : alerts) {
    auto source = sources_.find(x.source);
    if (source == sources_.end()) {
      out.failed.push_back({x.id, unknown_source(x.source), 0});
      continue;
    }
    auto [place, is_new] = places.try_emplace({x.source, x.query}, made.plans.size());
    if (is_new) {
      auto url = url_template::parse(source->second.url);
      made.plans.push_back({x.source, x.query, url ? url->host() : host_key{}, {}});
    }
    auto token = fencing_token{static_cast<int64_t>(&x - alerts.data()) + 1};
    made.plans[place->second].alerts.push_back({x, token});
  }
  if (made.plans.empty() && !out.failed.empty())
    return tl::unexpected<error>(out.failed.front().problem);
  auto receipt = take(made, trace, now);
  if (!receipt)
    return tl::unexpected<error>(receipt.error());
  return out;
}

std::vector<assignment_book::plan_start> assignment_book::start_plans(mono_time now) {
  std::vector<plan_start> out;
  auto for_any = limits_.max_plans - limits_.max_plans / 4;
  while (!queue_.empty() && running_.size() < limits_.max_plans &&
         (running_.size() < for_any || queue_.under_way_of_next() == 0)) {
    auto next = queue_.pop();
    const auto& owner = open_.at(next.assignment);
    run_plan what{next.assignment, owner.run, next.what, sources_[next.what.source], duration{0}};
    if (owner.deadline != mono_time::max())
      what.deadline = std::max(duration{1}, std::chrono::duration_cast<duration>(owner.deadline - now));
    running_.emplace(++last_plan_, std::move(next));
    out.push_back({last_plan_, std::move(what)});
  }
  return out;
}

} // namespace vigie

#include "actors/supervisor.hpp"

#include <algorithm>

#include "actors/supervisor_children.hpp"

namespace vigie {

using namespace supervising;

namespace {

std::string describe(const caf::error& reason) {
  auto e = from_caf(reason);
  return e.detail.empty() ? caf::to_string(reason) : e.detail;
}

bool is_normal(const caf::error& reason) {
  return !reason || reason == caf::exit_reason::normal || reason == caf::exit_reason::user_shutdown;
}

void shut_down(supervisor_ptr self, caf::error reason) {
  auto& st = self->state;
  if (st.ending)
    return;
  st.ending = true;
  st.end_reason = std::move(reason);
  for (auto& child : st.children) {
    child.stop_wanted = child.now == phase::up;
    child.restart_wanted = false;
    if (child.now == phase::down)
      child.now = phase::ended;
  }
  proceed(self);
}

void restart(supervisor_ptr self, const restart_plan& plan) {
  auto due = self->clock().now() + plan.delay;
  for (auto i : plan.stop)
    self->state.children[i].stop_wanted = true;
  for (auto i : plan.start) {
    auto& child = self->state.children[i];
    child.due = std::max(child.due, due);
    child.restart_wanted = true;
    if (child.now == phase::ended)
      child.now = phase::down;
  }
  proceed(self);
}

} // namespace

void supervising::child_ended(supervisor_ptr self, size_t which, child_end how, const std::string& why) {
  auto& st = self->state;
  auto& child = st.children[which];
  auto now = self->clock().now();
  std::vector<child_facts> facts;
  for (const auto& c : st.children)
    facts.push_back({c.spec.restart, c.now == phase::up && !c.stop_wanted, c.streak, c.started});
  auto plan = st.strategy.child_ended(facts, which, how, now);
  child.handle = nullptr;
  child.now = phase::ended;
  if (how == child_end::crashed)
    child.last_crash = why;
  switch (plan.what) {
  case restart_plan::verdict::keep:
    return actor_directory::instance().forget(child.spec.name);
  case restart_plan::verdict::forget:
    tell(self, log_level::info, "actor_ended", child, why);
    return stopped(self, child);
  case restart_plan::verdict::escalate:
    tell(self, log_level::error, "restart_intensity_exceeded", child, why);
    return shut_down(self, to_caf({errc::crashed,
                                   "more than " + std::to_string(st.config.limits.max_restarts) + " restarts within " +
                                       std::to_string(st.config.limits.period.count()) + " ms, the last of " +
                                       child.spec.name + ": " + why,
                                   {}}));
  case restart_plan::verdict::restart:
    child.streak = plan.streak;
    ++child.restarts;
    tell(self, log_level::warn, "actor_restarted", child, why);
    if (st.env.metrics != nullptr)
      st.env.metrics->count("vigie_actor_restarts_total", {{"actor", child.spec.name}});
    return restart(self, plan);
  }
}

namespace {

void on_down(supervisor_ptr self, const caf::down_msg& msg) {
  auto& all = self->state.children;
  auto i = std::find_if(all.begin(), all.end(), [&](const auto& c) { return c.handle && c.handle == msg.source; });
  if (i == all.end())
    return;
  if (i->now == phase::stopping || i->stop_wanted) {
    stopped(self, *i);
    return proceed(self);
  }
  child_ended(self, static_cast<size_t>(i - all.begin()),
              is_normal(msg.reason) ? child_end::normal : child_end::crashed, describe(msg.reason));
}

caf::result<void> add_child(supervisor_ptr self, const child_spec& spec) {
  auto& st = self->state;
  if (st.ending)
    return to_caf({errc::conflict, st.config.name + " is ending", {}});
  for (const auto& c : st.children)
    if (c.spec.name == spec.name)
      return to_caf({errc::conflict, st.config.name + " has a child named " + spec.name, {}});
  st.children.emplace_back().spec = spec;
  launch(self, st.children.back());
  return caf::unit;
}

} // namespace

supervisor_state::~supervisor_state() {
  for (const auto& c : children) {
    if (c.handle)
      caf::anon_send_exit(c.handle, caf::exit_reason::kill);
    else
      actor_directory::instance().forget(c.spec.name);
  }
}

supervisor_actor::behavior_type supervisor(supervisor_ptr self, environment env, supervisor_config config,
                                           std::vector<child_spec> children) {
  auto& st = self->state;
  st.name = config.name;
  st.env = std::move(env);
  st.strategy = restart_strategy{config.limits};
  st.config = std::move(config);
  self->set_down_handler([self](caf::down_msg& msg) { on_down(self, msg); });
  self->set_exit_handler([self](caf::exit_msg& msg) { shut_down(self, msg.reason); });
  for (auto& spec : children)
    st.children.emplace_back().spec = std::move(spec);
  proceed(self);
  return {[self](const start_child& x) { return add_child(self, x.spec); }};
}

} // namespace vigie

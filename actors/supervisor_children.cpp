#include "actors/supervisor_children.hpp"

#include <algorithm>

namespace vigie::supervising {

namespace {

supervised_child* find(supervisor_ptr self, uint64_t ticket) {
  auto& all = self->state.children;
  auto i = std::find_if(all.begin(), all.end(), [&](const auto& c) { return c.ticket == ticket; });
  return i == all.end() ? nullptr : &*i;
}

void overdue(supervisor_ptr self, uint64_t ticket) {
  auto* child = find(self, ticket);
  if (child == nullptr || child->now != phase::stopping)
    return;
  if (!child->killed) {
    child->killed = true;
    tell(self, log_level::warn, "actor_killed", *child, "it did not end within its shutdown deadline");
    self->send_exit(child->handle, caf::exit_reason::kill);
    self->after(self->state.config.kill_grace, [self, ticket] { overdue(self, ticket); });
    return;
  }
  tell(self, log_level::error, "actor_abandoned", *child, "it is stuck in a handler and will end when that returns");
  self->demonitor(child->handle);
  stopped(self, *child);
  proceed(self);
}

void stop(supervisor_ptr self, supervised_child& child) {
  if (!child.handle) {
    stopped(self, child);
    return proceed(self);
  }
  auto ticket = child.ticket = ++self->state.last_ticket;
  child.now = phase::stopping;
  self->send_exit(child.handle, caf::exit_reason::user_shutdown);
  self->after(child.spec.shutdown, [self, ticket] { overdue(self, ticket); });
}

void start_due(supervisor_ptr self) {
  auto now = self->clock().now();
  for (auto& child : self->state.children) {
    if (child.now != phase::down)
      continue;
    if (child.due <= now) {
      launch(self, child);
      continue;
    }
    child.ticket = ++self->state.last_ticket;
    actor_directory::instance().mark_down(child.spec.name, self->state.config.name, child.restarts, child.last_crash);
    self->after(child.due - now, [self, ticket = child.ticket] {
      if (find(self, ticket) != nullptr)
        proceed(self);
    });
  }
}

} // namespace

void tell(supervisor_ptr self, log_level level, std::string_view name, const supervised_child& child,
          const std::string& why) {
  const auto& st = self->state;
  if (st.env.log != nullptr && st.env.log->enabled(level))
    st.env.log->emit({level,
                      name,
                      {},
                      {{"actor", child.spec.name},
                       {"supervisor", st.config.name},
                       {"restarts", std::to_string(child.restarts)},
                       {"why", why}}});
}

void launch(supervisor_ptr self, supervised_child& child) {
  auto ticket = child.ticket = ++self->state.last_ticket;
  child.now = phase::up;
  child.started = self->clock().now();
  child.stop_wanted = child.restart_wanted = child.killed = false;
  std::string why = "its start gave no actor";
  try {
    child.handle = caf::actor_cast<caf::actor>(child.spec.start(self));
  } catch (const std::exception& e) {
    why = e.what();
  }
  if (child.handle) {
    self->monitor(child.handle);
    actor_directory::instance().label(child.handle.id(), child.spec.name, self->state.config.name, child.restarts,
                                      child.last_crash);
    return;
  }
  // As a message of its own, so that nobody's iteration over the children is disturbed.
  self->bridge([self, ticket](std::string reason) {
    auto* c = find(self, ticket);
    if (c != nullptr && c->now == phase::up)
      child_ended(self, static_cast<size_t>(c - self->state.children.data()), child_end::crashed, reason);
  })("cannot start: " + why);
}

void stopped(supervisor_ptr self, supervised_child& child) {
  child.handle = nullptr;
  child.stop_wanted = false;
  child.now = child.restart_wanted ? phase::down : phase::ended;
  if (child.spec.restart == restart_mode::temporary) {
    actor_directory::instance().forget(child.spec.name);
    auto& all = self->state.children;
    all.erase(all.begin() + (&child - all.data()));
  }
}

void proceed(supervisor_ptr self) {
  auto& st = self->state;
  if (std::any_of(st.children.begin(), st.children.end(), [](const auto& c) { return c.now == phase::stopping; }))
    return;
  for (auto i = st.children.rbegin(); i != st.children.rend(); ++i)
    if (i->now == phase::up && i->stop_wanted)
      return stop(self, *i);
  if (st.ending)
    return self->quit(st.end_reason);
  start_due(self);
}

} // namespace vigie::supervising

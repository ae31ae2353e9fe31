// What outlives host-gates: copies of robots.txt, and the conduct ledger; what becomes of permits.
#include "actors/host_gates.hpp"

namespace vigie {

using self_ptr = host_gates_shell*;

namespace {

void warn(self_ptr self, const char* event, const std::string& problem) {
  self->state.env.log->emit({log_level::warn, event, {}, {{"problem", problem}}});
}

void read_robots(self_ptr self) {
  auto& st = self->state;
  self->request(st.links.store.get(), caf::infinite, get_robots{})
      .then([self](const std::vector<stored_robots>& copies) { robots_restored(self, copies); },
            [self](const caf::error& e) {
              warn(self, "robots_not_restored", to_string(from_caf(e)));
              self->after(self->state.config.ask_again, [self] { read_robots(self); });
            });
}

/// What is counted, and what a next owner has to know.
void store_the_rest(self_ptr self, const caf::error& reason) {
  auto& st = self->state;
  auto quit = [self, reason] { self->quit(reason); };
  if (!st.states_known)
    return quit(); // nothing was acknowledged
  auto now = self->clock().now();
  add_conduct what{st.conduct.take_all(st.config.own_workers), st.limiter.changed_states(now, st.env.wall(now))};
  auto store = st.links.store.get();
  if (!store || (what.rows.empty() && what.states.empty()))
    return quit();
  self->request(store, st.config.local_timeout, std::move(what)).then(quit, [self, quit](const caf::error& e) {
    warn(self, "conduct_not_stored", to_string(from_caf(e)));
    quit();
  });
}

} // namespace

void open_ledger(self_ptr self) {
  read_robots(self);
  // The store ends after this actor; its own order to end would overtake what it was only sent.
  self->set_exit_handler([self](caf::exit_msg& why) { store_the_rest(self, why.reason); });
}

void say_uncounted(self_ptr self) {
  auto& st = self->state;
  if (auto all = st.conduct.uncounted(); all != st.uncounted)
    warn(self, "conduct_not_counted",
         std::to_string(all - std::exchange(st.uncounted, all)) + " requests: too many rows wait for the store");
}

void save_robots(self_ptr self) {
  auto& st = self->state;
  if (st.saving_robots)
    return;
  auto next = st.robots.next_change();
  if (!next)
    return;
  st.saving_robots = true;
  auto authority = next->what.authority;
  self->request(st.links.store.get(), caf::infinite, put_robots{std::move(next->what)})
      .then(
          [self, authority, version = next->version] {
            auto& st = self->state;
            st.saving_robots = false;
            st.robots.stored(authority, version);
            save_robots(self);
          },
          [self](const caf::error& e) {
            warn(self, "robots_not_stored", to_string(from_caf(e)));
            self->after(self->state.config.ask_again, [self] {
              self->state.saving_robots = false;
              save_robots(self);
            });
          });
}

void count_permit(self_ptr self, const host_gates_state::queued& whose, const permit& what) {
  auto& st = self->state;
  if (what.id == 0)
    return;
  st.conduct.given(what.id,
                   {whose.by, whose.host, !whose.fetch_url.empty(), whose.retry, what.wait, whose.robots_version},
                   self->clock().now(), st.env.wall(self->clock().now()));
}

void answer_asker(self_ptr self, reply<permit>& asker, permit what) {
  auto& metrics = *self->state.env.metrics;
  metrics.count(what.id != 0 ? "vigie_permits_given_total" : "vigie_permits_denied_total", {});
  if (what.id != 0)
    metrics.observe_seconds("vigie_permit_wait_seconds", {}, std::chrono::duration<double>(what.wait).count());
  asker.keep(std::move(what));
}

void end_lapsed(self_ptr self) {
  auto& st = self->state;
  for (auto id : st.limiter.take_lapsed()) {
    st.conduct.lapsed(id);
    robots_permit_over(self, id);
  }
}

void say_robots_fetched(self_ptr self, const std::string& authority, const robots_report& report,
                        const robots_news& news) {
  auto& log = *self->state.env.log;
  auto status = report.problem.code == errc::none ? std::to_string(report.answer.status) : to_string(report.problem);
  log.emit(
      {log_level::info, "robots_fetched", {}, {{"authority", authority}, {"url", report.url}, {"answer", status}}});
  if (news.changed())
    log.emit({log_level::warn,
              "robots_changed",
              {},
              {{"authority", authority}, {"before", news.before}, {"after", news.after}}});
}

} // namespace vigie

#include "actors/ban_timer.hpp"

namespace vigie {

using self_ptr = ban_timer_shell*;

error validate(const ban_timer_config& config) {
  if (config.max_parked == 0 || config.max_evidence_bytes == 0)
    return {errc::bad_config, "bans.max_parked and bans.max_evidence_bytes must be above 0", {}};
  if (config.ask_again <= duration{0} || config.store_timeout <= duration{0})
    return {errc::bad_config, "bans.ask_again and bans.store_timeout must be above 0", {}};
  return validate(config.bans);
}

namespace {

wall_time wall(self_ptr self) {
  return self->state.env.wall(self->clock().now());
}

void tell(self_ptr self, log_level level, std::string_view name, const verdict& v) {
  self->state.env.log->emit({level,
                             name,
                             {},
                             {{"scope", std::string{to_string(v.scope)}},
                              {"worker", v.worker.value},
                              {"host", v.host.value},
                              {"until", to_rfc3339(v.until)},
                              {"strikes", std::to_string(v.strikes)},
                              {"evidence", v.evidence}}});
}

void announce(self_ptr self) {
  auto& st = self->state;
  auto all = st.ledger.all();
  st.env.metrics->gauge("vigie_bans", {}, static_cast<double>(all.size()));
  self->show(std::to_string(all.size()) + " verdicts, " + std::to_string(st.unsaved.size()) + " not stored yet");
  self->send(st.links.host_gates.get(), bans_changed{all});
  self->send(st.links.balancer.get(), bans_changed{std::move(all)});
}

void look(self_ptr self);

/// The timer of the next end of a ban. It may be early by the time of day; then it is armed again.
void arm(self_ptr self) {
  auto now = wall(self);
  auto turn = ++self->state.timer;
  if (auto next = self->state.ledger.next_end(now))
    self->after(std::max(*next - now, duration{1}), [self, turn] {
      if (turn == self->state.timer)
        look(self);
    });
}

/// Bans that have ended are half-open now.
void look(self_ptr self) {
  auto& st = self->state;
  auto now = wall(self);
  auto bounded = st.ledger.bound_ends(now);
  auto ended = st.ledger.ended(st.looked, now);
  st.looked = bounded ? now : std::max(st.looked, now);
  for (const auto& v : ended)
    tell(self, log_level::info, v.scope == verdict_scope::host ? "circuit_half_open" : "ban_half_open", v);
  if (bounded || !ended.empty())
    announce(self);
  arm(self);
}

void enact(self_ptr self, const ban_changes& changes) {
  auto& st = self->state;
  auto keep = [&](log_level level, std::string_view name, const verdict& v, bool drop) {
    tell(self, level, name, v);
    st.unsaved[{v.scope, v.worker, v.host}] = {v, drop, ++st.version};
  };
  for (const auto& v : changes.dropped)
    keep(log_level::info, v.scope == verdict_scope::host ? "circuit_closed" : "worker_unbanned", v, true);
  for (const auto& v : changes.answered)
    keep(log_level::info, "probe_answered", v, false);
  for (const auto& v : changes.prolonged)
    keep(log_level::info, "ban_prolonged", v, false);
  for (const auto& v : changes.put) {
    keep(log_level::warn, v.scope == verdict_scope::host ? "circuit_opened" : "worker_banned", v, false);
    st.env.metrics->count("vigie_bans_total", {{"scope", std::string{to_string(v.scope)}}});
  }
  if (!changes.any())
    return;
  announce(self);
  save_verdicts(self);
  arm(self);
}

void restore(self_ptr self) {
  auto& st = self->state;
  self->show("waiting for the stored verdicts");
  self->request(st.links.store.get(), st.config.store_timeout, get_verdicts{})
      .then(
          [self, &st](const std::vector<verdict>& stored) {
            st.ledger.restore(stored);
            st.ledger.bound_ends(wall(self));
            st.restored = true;
            announce(self);
            arm(self);
            for (auto& f : std::exchange(st.parked, {}))
              f();
          },
          [self](caf::error& e) {
            const auto& env = self->state.env;
            env.log->emit({log_level::warn, "verdicts_not_restored", {}, {{"problem", to_string(from_caf(e))}}});
            self->after(self->state.config.ask_again, [self] { restore(self); });
          });
}

/// `f` now, or when the stored verdicts are back.
template <class T, class F>
promise<T> when_restored(self_ptr self, F f) {
  auto& st = self->state;
  auto answer = self->template owe<T>();
  if (st.restored)
    f(answer);
  else if (st.parked.size() >= st.config.max_parked)
    answer.fail({errc::busy, "too many requests wait for the stored verdicts", {}});
  else
    st.parked.emplace_back([f, answer]() mutable { f(answer); });
  return answer;
}

} // namespace

ban_timer_actor::behavior_type ban_timer(self_ptr self, ban_timer_config config, environment env,
                                         ban_timer_links links) {
  auto& st = self->state;
  auto seed = env.seed ^ std::hash<std::string>{}(ban_timer_state::name);
  st.ledger = ban_ledger{config.bans, config.regions, seed};
  st.config = std::move(config);
  st.env = std::move(env);
  st.links = std::move(links);
  st.looked = wall(self);
  restore(self);
  return {
      [self](site_refused what) {
        what.evidence.resize(std::min(what.evidence.size(), self->state.config.max_evidence_bytes));
        auto said = said_at(what.age, self->clock().now());
        return when_restored<refusal_ruling>(self, [self, what, said](reply<refusal_ruling>& answer) mutable {
          what.age = std::chrono::duration_cast<duration>(self->clock().now() - said);
          auto out = self->state.ledger.refused(what, wall(self));
          enact(self, out.changes);
          if (self->state.ruled.size() >= self->state.config.max_parked)
            return answer.fail({errc::busy, "too many rulings wait for the store", {}});
          when_saved(self, [answer, ruling = out.ruling]() mutable { answer.keep(ruling); });
        });
      },
      [self](const site_answered& what) {
        return when_restored<void>(self, [self, what](reply<void>& answer) {
          enact(self, self->state.ledger.answered(what, wall(self)));
          answer.keep();
        });
      },
      [self](const lift_bans& what) {
        return when_restored<void>(self, [self, what](reply<void>& answer) {
          enact(self, self->state.ledger.lift(what.worker));
          answer.keep();
        });
      },
      [self](get_bans) {
        return when_restored<std::vector<verdict>>(
            self, [self](reply<std::vector<verdict>>& answer) { answer.keep(self->state.ledger.all()); });
      },
  };
}

} // namespace vigie

#include "actors/store.hpp"

namespace vigie {

namespace {

/// Asks the port; the answer comes back as a message and is given to whoever asked.
template <class T, class Operation>
promise<T> ask(store_ptr self, Operation operation) {
  auto answer = self->template owe<T>();
  operation(self->bridge([answer](result<T> x) mutable {
    if (x)
      answer.keep(std::move(*x));
    else
      answer.fail(x.error());
  }));
  return answer;
}

template <class Operation>
promise<void> order(store_ptr self, Operation operation) {
  auto answer = self->owe<void>();
  operation(self->bridge([answer](result<database::unit> x) mutable {
    if (x)
      answer.keep();
    else
      answer.fail(x.error());
  }));
  return answer;
}

void prune_later(store_ptr self, duration wait);

/// A batch is a transaction and a message of its own: others get their turn in between.
void prune(store_ptr self) {
  auto& st = self->state;
  auto before = st.env.wall(self->clock().now()) - st.config.keep_runs;
  st.db->prune_runs(before, st.config.prune_batch, self->bridge([self](result<uint32_t> gone) {
    auto& st = self->state;
    if (gone && *gone == st.config.prune_batch) {
      st.pruned += *gone;
      return prune(self);
    }
    if (!gone)
      st.env.log->emit({log_level::warn, "runs_not_pruned", {}, {{"problem", to_string(gone.error())}}});
    else
      st.pruned += *gone;
    if (auto count = std::exchange(st.pruned, 0); count > 0)
      st.env.log->emit({log_level::info, "runs_pruned", {}, {{"runs", std::to_string(count)}}});
    prune_later(self, st.config.prune_every);
  }));
}

void prune_later(store_ptr self, duration wait) {
  if (self->state.config.keep_runs > duration{0})
    self->after(wait, [self] { prune(self); });
}

} // namespace

error validate(const store_config& config) {
  if (config.keep_runs < duration{0})
    return {errc::bad_config, "cycle.keep_runs must not be negative", {}};
  if (config.first_prune <= duration{0} || config.prune_every <= duration{0} || config.prune_batch == 0)
    return {errc::bad_config, "the times and the batch of pruning must be above 0", {}};
  return {};
}

store_actor::behavior_type store(store_ptr self, database* db, environment env, store_config config) {
  self->state = {config, env, db};
  prune_later(self, config.first_prune);
  auto now = [self, env] { return env.wall(self->clock().now()); };
  // One line a message: what it is, and the operation of the port that it is.
  return {
      [=](get_alerts) { return ask<std::vector<alert>>(self, [&](auto done) { db->list_alerts(done); }); },
      [=](const put_alert& m) { return ask<alert>(self, [&](auto done) { db->put_alert(m.what, done); }); },
      [=](const import_alerts& m) { return ask<uint32_t>(self, [&](auto done) { db->import_alerts(m.what, done); }); },
      [=](const remove_alert& m) { return order(self, [&](auto done) { db->remove_alert(m.id, done); }); },
      [=](const enable_alert& m) {
        return ask<alert>(self, [&](auto done) { db->set_alert_enabled(m.id, m.enabled, done); });
      },
      [=](find_unfinished_run) { return ask<begun_run>(self, [&](auto done) { db->find_unfinished_run(done); }); },
      [=](const begin_run& m) {
        return ask<begun_run>(self, [&](auto done) { db->begin_run(m.trigger, m.trace, now(), done); });
      },
      [=](const record_skipped_run& m) {
        return ask<run_summary>(self,
                                [&](auto done) { db->record_skipped_run(m.trigger, m.why, m.note, now(), done); });
      },
      [=](const begin_attempts& m) {
        return ask<std::vector<fencing_token>>(self,
                                               [&](auto done) { db->begin_attempts(m.run, m.what, now(), done); });
      },
      [=](const settle_alert& m) {
        return ask<settle_receipt>(self, [&](auto done) { db->settle(m.what, m.final, now(), done); });
      },
      [=](const end_run& m) {
        return ask<run_summary>(
            self, [&](auto done) { db->end_run(m.run, m.how, m.workers, m.workers_ok, m.note, now(), done); });
      },
      [=](const get_runs& m) {
        return ask<std::vector<run_summary>>(self, [&](auto done) { db->list_runs(m.limit, done); });
      },
      [=](const get_run& m) { return ask<run_summary>(self, [&](auto done) { db->get_run(m.run, done); }); },
      [=](const get_run_alerts& m) {
        return ask<std::vector<run_alert>>(self, [&](auto done) { db->list_run_alerts(m.run, done); });
      },
      [=](const get_matches& m) {
        return ask<std::vector<stored_match>>(self, [&](auto done) { db->list_matches(m.filter, done); });
      },
      [=](const claim_outbox& m) {
        return ask<std::vector<outbox_row>>(self, [&](auto done) { db->claim_outbox(m.limit, now(), done); });
      },
      [=](const finish_outbox& m) {
        return order(self, [&](auto done) { db->finish_outbox(m.id, m.how, now() + m.retry_in, m.problem, done); });
      },
      [=](const recover_outbox& m) {
        return ask<uint32_t>(self, [&](auto done) { db->recover_outbox(m.idempotent, done); });
      },
      [=](count_outbox) { return ask<outbox_counts>(self, [&](auto done) { db->count_outbox(done); }); },
      [=](const retry_outbox& m) {
        return ask<uint32_t>(self, [&](auto done) { db->retry_outbox(m.ids, m.states, now(), done); });
      },
      [=](const get_outbox& m) {
        return ask<std::vector<outbox_row>>(self, [&](auto done) { db->list_outbox(m.states, m.limit, done); });
      },
      [=](get_worker_status) {
        return ask<std::vector<worker_status>>(self, [&](auto done) { db->load_worker_status(done); });
      },
      [=](const save_worker_status& m) {
        return order(self, [&](auto done) { db->save_worker_status(m.rows, done); });
      },
      [=](get_verdicts) { return ask<std::vector<verdict>>(self, [&](auto done) { db->load_verdicts(done); }); },
      [=](const put_verdict& m) { return order(self, [&](auto done) { db->put_verdict(m.what, done); }); },
      [=](const drop_verdict& m) {
        return order(self, [&](auto done) { db->drop_verdict(m.scope, m.worker, m.host, done); });
      },
  };
}

} // namespace vigie

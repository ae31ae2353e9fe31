#include "actors/store.hpp"

#include <array>

namespace vigie {

namespace {

/// Asks the port; the answer comes back as a message and is given to whoever asked.
template <class T>
using all = std::vector<T>;
using notices = all<outbox_row>;

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

/// What is forgotten when it is old.
struct pruning {
  const char* done;
  const char* failed;
  const char* rows;
  duration store_config::*keep;
  uint32_t store_config::*batch;
  void (*ask)(database& db, wall_time before, uint32_t limit, database::done<uint32_t> cb);
};

using database_done = database::done<uint32_t>;

constexpr std::array<pruning, 3> prunings{{
    {"runs_pruned", "runs_not_pruned", "runs", &store_config::keep_runs, &store_config::prune_batch,
     [](database& db, wall_time before, uint32_t limit, database_done cb) { db.prune_runs(before, limit, cb); }},
    {"conduct_pruned", "conduct_not_pruned", "rows", &store_config::keep_conduct, &store_config::conduct_batch,
     [](database& db, wall_time before, uint32_t limit, database_done cb) { db.prune_conduct(before, limit, cb); }},
    {"host_states_pruned", "host_states_not_pruned", "rows", &store_config::keep_conduct, &store_config::conduct_batch,
     [](database& db, wall_time before, uint32_t, database_done cb) { db.prune_host_states(before, cb); }},
}};

void prune_later(store_ptr self, duration wait);

/// A batch is a transaction and a message of its own: others get their turn in between.
void prune(store_ptr self, size_t which) {
  auto& st = self->state;
  while (which < prunings.size() && st.config.*prunings[which].keep == duration{0})
    ++which;
  if (which == prunings.size())
    return prune_later(self, st.config.prune_every);
  const auto& what = prunings[which];
  auto batch = st.config.*what.batch;
  auto before = st.env.wall(self->clock().now()) - st.config.*what.keep;
  what.ask(*st.db, before, batch, self->bridge([self, which, batch](result<uint32_t> gone) {
    auto& st = self->state;
    const auto& what = prunings[which];
    st.pruned += gone.value_or(0);
    if (gone && *gone == batch)
      return prune(self, which);
    if (!gone)
      st.env.log->emit({log_level::warn, what.failed, {}, {{"problem", to_string(gone.error())}}});
    if (auto count = std::exchange(st.pruned, 0); count > 0)
      st.env.log->emit({log_level::info, what.done, {}, {{what.rows, std::to_string(count)}}});
    prune(self, which + 1);
  }));
}

void prune_later(store_ptr self, duration wait) {
  const auto& config = self->state.config;
  if (config.keep_runs > duration{0} || config.keep_conduct > duration{0})
    self->after(wait, [self] { prune(self, 0); });
}

} // namespace

error validate(const store_config& config) {
  if (config.keep_runs < duration{0} || config.keep_conduct < duration{0})
    return {errc::bad_config, "cycle.keep_runs and store.keep_conduct must not be negative", {}};
  if (config.first_prune <= duration{0} || config.prune_every <= duration{0} || config.prune_batch == 0 ||
      config.conduct_batch == 0)
    return {errc::bad_config, "the times and the batches of pruning must be above 0", {}};
  return {};
}

// One line a message: what it is, and the operation of the port that it is.
store_actor::behavior_type store(store_ptr self, database* db, environment env, store_config config) {
  self->state = {config, env, db};
  prune_later(self, config.first_prune);
  auto now = [self, env] { return env.wall(self->clock().now()); };
  return {
      [=](get_alerts) { return ask<all<alert>>(self, [&](auto cb) { db->list_alerts(cb); }); },
      [=](const put_alert& m) {
        return ask<alert>(
            self, [&](auto cb) { m.before ? db->change_alert(m.what, *m.before, cb) : db->put_alert(m.what, cb); });
      },
      [=](const import_alerts& m) { return ask<uint32_t>(self, [&](auto cb) { db->import_alerts(m.what, cb); }); },
      [=](const remove_alert& m) { return order(self, [&](auto cb) { db->remove_alert(m.id, cb); }); },
      [=](const enable_alert& m) {
        return ask<alert>(self, [&](auto cb) { db->set_alert_enabled(m.id, m.enabled, cb); });
      },
      [=](find_unfinished_run) { return ask<begun_run>(self, [&](auto cb) { db->find_unfinished_run(cb); }); },
      [=](const begin_run& m) { return ask<begun_run>(self, [&](auto cb) { db->begin_run(m, now(), cb); }); },
      [=](const record_skipped_run& m) {
        return ask<run_summary>(self, [&](auto cb) { db->record_skipped_run(m.trigger, m.why, m.note, now(), cb); });
      },
      [=](const begin_attempts& m) {
        return ask<all<fencing_token>>(self, [&](auto cb) { db->begin_attempts(m.run, m.what, now(), cb); });
      },
      [=](const settle_alert& m) {
        return ask<settle_receipt>(self, [&](auto cb) { db->settle(m.what, m.final, now(), cb); });
      },
      [=](const end_run& m) {
        return ask<run_summary>(
            self, [&](auto cb) { db->end_run(m.run, m.how, m.workers, m.workers_ok, m.note, now(), cb); });
      },
      [=](const get_runs& m) { return ask<all<run_summary>>(self, [&](auto cb) { db->list_runs(m.limit, cb); }); },
      [=](const get_run& m) { return ask<run_summary>(self, [&](auto cb) { db->get_run(m.run, cb); }); },
      [=](const get_run_alerts& m) {
        return ask<all<run_alert>>(self, [&](auto cb) { db->list_run_alerts(m.run, cb); });
      },
      [=](const get_matches& m) {
        return ask<all<stored_match>>(self, [&](auto cb) { db->list_matches(m.filter, cb); });
      },
      [=](const claim_outbox& m) { return ask<notices>(self, [&](auto cb) { db->claim_outbox(m, now(), cb); }); },
      [=](const return_outbox& m) { return order(self, [&](auto cb) { db->return_outbox(m.id, cb); }); },
      [=](const finish_outbox& m) {
        return order(self, [&](auto cb) { db->finish_outbox(m.id, m.how, now() + m.retry_in, m.problem, cb); });
      },
      [=](const give_up_outbox& m) {
        return ask<notices>(self, [&](auto cb) { db->give_up_outbox(m, now() - m.age, cb); });
      },
      [=](const recover_outbox& m) { return ask<notices>(self, [&](auto cb) { db->recover_outbox(m, cb); }); },
      [=](get_channel_states) { return ask<all<channel_state>>(self, [&](auto cb) { db->load_channel_states(cb); }); },
      [=](const put_channel_state& m) { return order(self, [&](auto cb) { db->put_channel_state(m.what, cb); }); },
      [=](count_outbox) { return ask<outbox_counts>(self, [&](auto cb) { db->count_outbox(cb); }); },
      [=](const retry_outbox& m) {
        return ask<uint32_t>(self, [&](auto cb) { db->retry_outbox(m.ids, m.states, now(), cb); });
      },
      [=](const get_outbox& m) { return ask<notices>(self, [&](auto cb) { db->list_outbox(m.states, m.limit, cb); }); },
      [=](get_worker_status) { return ask<all<worker_status>>(self, [&](auto cb) { db->load_worker_status(cb); }); },
      [=](const save_worker_status& m) { return order(self, [&](auto cb) { db->save_worker_status(m.rows, cb); }); },
      [=](get_verdicts) { return ask<all<verdict>>(self, [&](auto cb) { db->load_verdicts(cb); }); },
      [=](const put_verdict& m) { return order(self, [&](auto cb) { db->put_verdict(m.what, cb); }); },
      [=](const drop_verdict& m) {
        return order(self, [&](auto cb) { db->drop_verdict(m.scope, m.worker, m.host, cb); });
      },
      [=](get_host_states) { return ask<all<host_state>>(self, [&](auto cb) { db->load_host_states(cb); }); },
      [=](get_robots) { return ask<all<stored_robots>>(self, [&](auto cb) { db->load_robots(cb); }); },
      [=](const put_robots& m) { return order(self, [&](auto cb) { db->put_robots(m.what, cb); }); },
      [=](const get_conduct& m) { return ask<all<conduct_row>>(self, [&](auto cb) { db->list_conduct(m, cb); }); },
      [=](const add_conduct& m) { return order(self, [&](auto cb) { db->add_conduct(m.rows, m.states, cb); }); },
  };
}

} // namespace vigie

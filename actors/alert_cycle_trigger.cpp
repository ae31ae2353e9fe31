// What a trigger means while other runs are on.
#include <algorithm>

#include "actors/alert_cycle.hpp"

namespace vigie {

using namespace std::chrono_literals;

bool alert_cycle_state::answer_known_key(waiting_trigger& t) {
  const auto* known = keys.find(t.what.idempotency_key, self->clock().now() - config.key_window);
  if (!known)
    return false;
  if (!t.answer)
    return true;
  if (known->only == t.what.only)
    t.answer->keep(run_ticket{known->run, true});
  else
    t.answer->fail({errc::conflict,
                    "run " + std::to_string(known->run.value) +
                        " was begun with this Idempotency-Key, for other alerts; take another key",
                    "Idempotency-Key"});
  return true;
}

void alert_cycle_state::put_in_queue(waiting_trigger t) {
  // One tick that waits stands for all that come meanwhile.
  if (!t.answer && std::any_of(queue.begin(), queue.end(), [](const auto& x) { return !x.answer; }))
    return;
  if (!t.answer || queue.size() < config.max_queue)
    queue.push_back(std::move(t));
  else
    t.answer->fail({errc::busy, std::to_string(queue.size()) + " triggers wait already", {}});
}

cycle_run_ptr alert_cycle_state::find_run(run_id id) const {
  auto i = runs.find(id);
  return i == runs.end() ? nullptr : i->second;
}

/// At no host there are two runs, so each has one.
std::map<host_key, busy_host> alert_cycle_state::busy_hosts() const {
  std::map<host_key, busy_host> out;
  for (const auto& [id, run] : runs)
    for (const auto& [host, searches] : run->ledger.open_searches())
      out[host] = {id, run->row.started, searches};
  return out;
}

void alert_cycle_state::trigger(waiting_trigger t) {
  if (answer_known_key(t))
    return;
  if (starting)
    return put_in_queue(std::move(t));
  if (std::all_of(runs.begin(), runs.end(), [](const auto& x) { return x.second->ending; }))
    return begin(std::move(t));
  if (config.overlap == overlap_policy::cancel_old) {
    put_in_queue(std::move(t));
    return cancel_runs("a newer trigger came (overlap = cancel_old)");
  }
  auto same_key_waits = !t.what.idempotency_key.empty() && std::any_of(queue.begin(), queue.end(), [&](const auto& x) {
    return x.what.idempotency_key == t.what.idempotency_key;
  });
  if (config.overlap == overlap_policy::queue_one && (queue.empty() || same_key_waits))
    return put_in_queue(std::move(t));
  if (config.overlap == overlap_policy::skip && may_begin_beside(t))
    return begin(std::move(t));
  skip(std::move(t));
}

/// Somebody who asks by hand gets the run that is on, unless a tick would have begun another one by now.
bool alert_cycle_state::may_begin_beside(const waiting_trigger& t) const {
  if (runs.size() >= config.max_runs)
    return false;
  if (auto run = find_run(newest);
      t.answer && run && !run->ending && self->clock().now() - run->started < config.interval)
    return false;
  auto busy = busy_hosts();
  return std::any_of(config.sources.begin(), config.sources.end(),
                     [&](const auto& x) { return x.second.spec.enabled && !busy.contains(x.second.host); });
}

void alert_cycle_state::skip(waiting_trigger t) {
  if (t.answer) {
    keys.remember(t.what, newest, self->clock().now(), config.max_keys);
    t.answer->keep(run_ticket{newest, true});
    return;
  }
  auto note = "run " + std::to_string(newest.value) + " was still on";
  auto busy = busy_hosts();
  auto worst = std::max_element(busy.begin(), busy.end(),
                                [](const auto& a, const auto& b) { return a.second.searches < b.second.searches; });
  if (worst == busy.end()) {
    say(log_level::warn, "cycle_skipped", {{"why", note}});
  } else {
    const auto& [host, x] = *worst;
    note = "run " + std::to_string(x.run.value) + " was still on: " + host.value + " has " +
           std::to_string(x.searches) + " open searches since " + to_rfc3339(x.since);
    say(log_level::warn, "cycle_skipped",
        {{"why", note},
         {"run", std::to_string(x.run.value)},
         {"host", host.value},
         {"open_searches", std::to_string(x.searches)},
         {"since", to_rfc3339(x.since)}});
  }
  env.metrics->count("vigie_cycles_total", {{"state", "skipped_overlap"}});
  self->request(links.store.get(), 30s, record_skipped_run{t.what.trigger, run_state::skipped_overlap, note})
      .then([](const run_summary&) {}, [this](caf::error& e) { last_problem = to_string(from_caf(e)); });
}

void alert_cycle_state::next_in_queue() {
  if (queue.empty() || starting)
    return;
  auto next = std::move(queue.front());
  queue.pop_front();
  trigger(std::move(next));
}

} // namespace vigie

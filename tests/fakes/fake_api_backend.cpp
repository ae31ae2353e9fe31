#include "tests/fakes/fake_api_backend.hpp"

#include <algorithm>

#include "actors/policy/conduct_rows.hpp"

namespace vigie {

fake_api_backend::fake_api_backend() = default;

void fake_api_backend::note(std::string call) {
  std::lock_guard lock{guard_};
  calls_.push_back(std::move(call));
}

std::vector<std::string> fake_api_backend::calls() const {
  std::lock_guard lock{guard_};
  return calls_;
}

std::string fake_api_backend::last_call() const {
  std::lock_guard lock{guard_};
  return calls_.empty() ? std::string{} : calls_.back();
}

worker_command fake_api_backend::last_command() const {
  std::lock_guard lock{guard_};
  return command_;
}

envelope fake_api_backend::last_envelope() const {
  std::lock_guard lock{guard_};
  return envelope_;
}

size_t fake_api_backend::held() const {
  std::lock_guard lock{guard_};
  return held_.size();
}

size_t fake_api_backend::release() {
  std::vector<done<command_result>> now;
  {
    std::lock_guard lock{guard_};
    now = std::exchange(held_, {});
  }
  for (auto& cb : now)
    cb(outcome);
  return now.size();
}

void fake_api_backend::command(const char* where, worker_command what, envelope env, done<command_result> cb) {
  {
    std::lock_guard lock{guard_};
    calls_.push_back(std::string{where} + " " + std::string{to_string(what.kind)});
    command_ = std::move(what);
    envelope_ = std::move(env);
    if (hold_commands) {
      held_.push_back(std::move(cb));
      return;
    }
  }
  cb(outcome);
}

alert* fake_api_backend::find(alert_id id) {
  auto i = std::find_if(alerts.begin(), alerts.end(), [&](const alert& x) { return x.id == id; });
  return i == alerts.end() ? nullptr : &*i;
}

void fake_api_backend::get_readiness(done<readiness> cb) {
  cb(ready);
}

void fake_api_backend::get_tree(bool whole_fleet, done<std::vector<node_row>> cb) {
  note(whole_fleet ? "get_tree fleet" : "get_tree node");
  cb(tree);
}

std::string fake_api_backend::render_metrics() {
  return metrics;
}

void fake_api_backend::set_log_level(log_level level, done<unit> cb) {
  note("set_log_level " + std::to_string(static_cast<int>(level)));
  cb(order);
}

void fake_api_backend::crash_actor(crash_order what, done<unit> cb) {
  note("crash_actor " + what.node + " " + what.actor);
  cb(order);
}

void fake_api_backend::get_worker_health(done<worker_health> cb) {
  cb(health);
}

void fake_api_backend::execute_here(worker_command what, envelope env, done<command_result> cb) {
  command("execute_here", std::move(what), std::move(env), std::move(cb));
}

void fake_api_backend::get_stats(done<fleet_stats> cb) {
  cb(stats);
}

void fake_api_backend::execute(worker_command what, envelope env, done<command_result> cb) {
  command("execute", std::move(what), std::move(env), std::move(cb));
}

void fake_api_backend::run_once(std::string idempotency_key, std::string cause, std::vector<alert_id> only,
                                done<run_ticket> cb) {
  auto text = "run_once [" + idempotency_key + "] " + cause;
  for (auto id : only)
    text += " " + std::to_string(id.value);
  note(std::move(text));
  cb(ticket);
}

void fake_api_backend::list_alerts(done<std::vector<alert>> cb) {
  cb(alerts);
}

void fake_api_backend::put_alert(alert what, done<alert> cb) {
  note("put_alert " + std::to_string(what.id.value) + " " + what.name);
  for (const auto& x : alerts)
    if (x.name == what.name && x.id != what.id)
      return cb(fail(errc::conflict, "an alert has this name"));
  if (what.id.value != 0) {
    auto old = find(what.id);
    if (!old)
      return cb(fail(errc::not_found, "no alert has this id"));
    *old = what;
    return cb(what);
  }
  what.id = alert_id{static_cast<int64_t>(alerts.size()) + 1};
  alerts.push_back(what);
  cb(what);
}

void fake_api_backend::change_alert(alert what, alert before, done<alert> cb) {
  if (auto other = std::exchange(meanwhile, {}))
    other();
  if (auto now = find(what.id); now && *now != before)
    return cb(fail(errc::conflict, "somebody was quicker", std::string{database::changed_meanwhile}));
  put_alert(std::move(what), std::move(cb));
}

void fake_api_backend::import_alerts(std::vector<alert> what, done<uint32_t> cb) {
  note("import_alerts " + std::to_string(what.size()));
  cb(static_cast<uint32_t>(what.size()));
}

std::vector<std::string> fake_api_backend::doubts_of(const alert&) const {
  return doubts;
}

void fake_api_backend::remove_alert(alert_id id, done<unit> cb) {
  note("remove_alert " + std::to_string(id.value));
  if (std::erase_if(alerts, [&](const alert& x) { return x.id == id; }) == 0)
    return cb(fail(errc::not_found, "no alert has this id"));
  cb(order);
}

void fake_api_backend::set_alert_enabled(alert_id id, bool enabled, done<alert> cb) {
  note("set_alert_enabled " + std::to_string(id.value) + (enabled ? " true" : " false"));
  auto found = find(id);
  if (!found)
    return cb(fail(errc::not_found, "no alert has this id"));
  found->enabled = enabled;
  cb(*found);
}

void fake_api_backend::list_runs(uint32_t limit, done<std::vector<run_summary>> cb) {
  note("list_runs " + std::to_string(limit));
  cb(runs);
}

void fake_api_backend::get_plan(done<cycle_estimate> cb) {
  note("get_plan");
  cb(plan);
}

void fake_api_backend::get_run(run_id id, done<run_progress> cb) {
  note("get_run " + std::to_string(id.value));
  cb(progress);
}

void fake_api_backend::list_conduct(get_conduct which, done<std::vector<conduct_row>> cb) {
  note("list_conduct [" + which.host.value + "] since " + std::to_string(to_unix_ms(which.since)) + " step " +
       std::to_string(which.step.count()));
  if (!conduct)
    return cb(conduct);
  conduct_fold fold{which};
  for (const auto& x : *conduct)
    if ((which.host.value.empty() || which.host == x.host) && x.hour + std::chrono::hours{1} > which.since &&
        !fold.take(x))
      break;
  cb(std::move(fold).rows());
}

void fake_api_backend::list_holds(done<std::vector<host_hold>> cb) {
  note("list_holds");
  cb(holds);
}

void fake_api_backend::lift_holds(host_key host, done<std::vector<host_hold>> cb) {
  note("lift_holds " + host.value);
  if (!holds)
    return cb(holds);
  std::vector<host_hold> lifted;
  for (const auto& x : *holds)
    if (x.host == host)
      lifted.push_back(x);
  if (lifted.empty())
    return cb(fail(errc::not_found, host.value + " is not left alone"));
  std::erase_if(*holds, [&](const auto& x) { return x.host == host; });
  cb(std::move(lifted));
}

void fake_api_backend::list_verdicts(done<std::vector<verdict>> cb) {
  note("list_verdicts");
  cb(verdicts);
}

void fake_api_backend::list_matches(match_filter filter, done<std::vector<stored_match>> cb) {
  note("list_matches run " + std::to_string(filter.run ? filter.run->value : 0) + " alert " +
       std::to_string(filter.alert ? filter.alert->value : 0) + " limit " + std::to_string(filter.limit));
  cb(matches);
}

void fake_api_backend::retry_outbox(vigie::retry_outbox which, done<uint32_t> cb) {
  std::string text = "retry_outbox";
  for (const auto& id : which.ids)
    text += " " + std::to_string(id.value);
  for (auto state : which.states)
    text += " " + std::string{to_string(state)};
  note(text);
  cb(retried);
}

void fake_api_backend::list_outbox(get_outbox which, done<outbox_page> cb) {
  std::string text = which.states.empty() ? " any" : "";
  for (auto state : which.states)
    text += " " + std::string{to_string(state)};
  note("list_outbox" + text + " " + std::to_string(which.limit));
  cb(outbox);
}

void fake_api_backend::unban(worker_id worker, done<unit> cb) {
  note("unban " + worker.value);
  cb(order);
}

void fake_api_backend::set_draining(worker_id worker, bool draining, done<unit> cb) {
  note("set_draining " + worker.value + (draining ? " true" : " false"));
  cb(order);
}

} // namespace vigie

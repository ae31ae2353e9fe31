// The worker-gateway's commands: check-alerts, which is an assignment of its own; others are the command-runner's.
#include "actors/worker_gateway.hpp"

#include <algorithm>

namespace vigie {

namespace {

uint64_t bytes_of(const match& x) {
  constexpr uint64_t overhead = 256;
  return overhead + x.what.title.size() + (x.what.url ? x.what.url->size() : 0) +
         (x.what.photo ? x.what.photo->size() : 0);
}

/// One bad alert does not take away what the others found.
command_result checked(command_result x) {
  if (x.alerts_checked == 0 && !x.failed.empty()) {
    x.problem = x.failed.front().problem;
    x.http_status = x.failed.front().http_status;
  }
  return x;
}

} // namespace

caf::result<command_result> worker_gateway_state::run_command(const envelope& env, const worker_command& what) {
  if (auto refusal = check_asker(env); refusal.code != errc::none)
    return to_caf(refusal);
  if (what.kind == command_kind::check_alerts)
    return check_alerts(env, what);
  if (what.kind == command_kind::custom && env.epoch != 0 && !config.custom_over_link)
    return to_caf({errc::bad_request, "custom commands are not taken over a plaintext link", {}});
  auto runner = parts.runner.get();
  if (!runner)
    return to_caf({errc::crashed, "the command-runner is being restarted", {}});
  return self->delegate(runner, env, what);
}

promise<command_result> worker_gateway_state::check_alerts(const envelope& env, const worker_command& what) {
  auto owed = self->owe<command_result>();
  if (checks.size() >= config.max_commands) {
    owed.fail({errc::busy, std::to_string(checks.size()) + " commands are under way, the limit of this node", {}});
    return owed;
  }
  auto limit = config.command_deadline;
  auto deadline = env.deadline > duration{0} ? std::min(env.deadline, limit) : limit;
  auto begun = book.accept_command(what.alerts, env.trace, deadline, self->clock().now());
  if (!begun) {
    owed.fail(begun.error());
    return owed;
  }
  alert_check check{owed, {}, 0};
  check.so_far.worker = config.worker;
  check.so_far.failed = std::move(begun->failed);
  checks.emplace(begun->id, std::move(check));
  begin_assignment(begun->id, deadline);
  return owed;
}

void worker_gateway_state::add_to_check(const alert_settled& what) {
  auto i = checks.find(what.assignment);
  if (i == checks.end())
    return;
  auto& [owed, so_far, bytes] = i->second;
  so_far.alerts_checked += what.problem.code == errc::none ? 1 : 0;
  so_far.items_checked += what.items_checked;
  if (what.problem.code != errc::none)
    so_far.failed.push_back({what.alert, what.problem, what.http_status});
  for (const auto& x : what.matches) {
    bytes += bytes_of(x);
    so_far.truncated = so_far.truncated || bytes > config.max_result_bytes;
    if (!so_far.truncated)
      so_far.matches.push_back(x);
  }
}

void worker_gateway_state::finish_check(assignment_id id) {
  if (auto check = checks.extract(id))
    check.mapped().answer.keep(checked(std::move(check.mapped().so_far)));
}

} // namespace vigie

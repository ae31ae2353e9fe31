#include "actors/command_carrier.hpp"

#include <set>

#include "actors/policy/check_progress.hpp"
#include "actors/policy/retry_policy.hpp"
#include "actors/policy/url_template.hpp"

namespace vigie {

namespace {

using self_ptr = balancer_shell*;

/// One command on its way.
struct carriage {
  envelope from;
  worker_command what;
  reply<command_result> answer;
  std::vector<host_key> hosts;
  mono_time deadline{};
  std::set<worker_id> tried{};
  uint32_t faults = 0; ///< attempts that failed by our own fault; max_retries counts these
  bool rotated = false;
  optional<check_progress> check{}; ///< of check-alerts
  optional<command_result> last{};
};

using carriage_ptr = std::shared_ptr<carriage>;

void next(self_ptr self, const carriage_ptr& c);

void finish(self_ptr self, const carriage_ptr& c, const error& why) {
  --self->state.commands;
  if (c->check && c->last) {
    c->check->give_up_rest(why);
    c->last = c->check->result();
  }
  if (c->last)
    c->answer.keep(std::move(*c->last));
  else
    c->answer.fail(why);
}

duration attempt_time(self_ptr self, const carriage& c) {
  auto left = std::chrono::duration_cast<duration>(c.deadline - self->clock().now());
  // A check takes as long as politeness wants; the link's heartbeat tells whether the worker lives.
  auto whole = c.what.kind == command_kind::check_alerts || c.what.kind == command_kind::generate_cookies;
  return whole ? left : std::min(left, self->state.config.request_timeout);
}

std::string join(const std::vector<std::string>& all) {
  std::string out;
  for (const auto& x : all)
    out += (out.empty() ? "" : "; ") + x;
  return out;
}

/// The next worker; empty with the reason.
result<available_worker> choose(self_ptr self, const carriage& c) {
  auto& st = self->state;
  auto wall = st.env.wall(self->clock().now());
  auto found = st.table.available(c.hosts, c.tried, self->clock().now(), wall);
  for (const auto& x : found.workers) {
    if (!x.probe_only || st.table.take_probe(x.worker, c.hosts, wall))
      return x;
    found.causes.push_back(x.worker.value + ": half-open, its probe is out");
  }
  return fail(errc::no_capacity, found.causes.empty() ? "no worker is configured" : join(found.causes));
}

/// After a refusal the ban-timer rules whether one other region may try.
void rule(self_ptr self, const carriage_ptr& c, const available_worker& by) {
  auto hosts = c->check ? c->check->refused() : std::set<host_key>{c->hosts.front()};
  auto first = !std::exchange(c->rotated, true);
  auto left = std::make_shared<size_t>(hosts.size());
  auto elsewhere = std::make_shared<bool>(false);
  c->tried.insert(by.worker);
  auto ruled = [self, c, left, elsewhere](const host_key& host, bool may) {
    *elsewhere = *elsewhere || may;
    if (c->check && !may)
      c->check->give_up(host);
    if (--*left > 0)
      return;
    if (c->check ? c->check->done() : !*elsewhere)
      finish(self, c, {});
    else
      next(self, c);
  };
  for (const auto& host : hosts)
    self->request(
            self->state.links.ban_timer.get(), self->state.config.local_timeout,
            site_refused{by.worker, host, c->check ? "HTTP 403 on a check-alerts command" : c->last->problem.detail})
        .then([=](const refusal_ruling& x) { ruled(host, first && x.try_elsewhere); },
              [=](caf::error&) { ruled(host, false); });
}

/// One attempt has ended.
void judge(self_ptr self, const carriage_ptr& c, const available_worker& by, command_result outcome) {
  auto& st = self->state;
  outcome.worker = by.worker;
  auto code = outcome.problem.code;
  std::set<host_key> answering;
  auto refused = code == errc::refused && c->hosts.size() == 1;
  auto faulty = worth_another_worker(code, c->what.kind);
  if (c->check) {
    c->check->answered(outcome);
    answering = c->check->answering();
    refused = !c->check->refused().empty();
    faulty = c->check->has_faults();
  } else if (is_answer_of_site(code)) {
    answering.insert(c->hosts.begin(), c->hosts.end());
  }
  c->last = std::move(outcome);
  if (by.probe_only)
    for (const auto& host : answering)
      self->send(st.links.ban_timer.get(), site_answered{by.worker, host});
  auto spent = faulty && ++c->faults >= st.config.max_retries;
  if (refused)
    return rule(self, c, by);
  if (!faulty || spent)
    return finish(self, c, {});
  c->tried.insert(by.worker);
  next(self, c);
}

/// Hosts that nobody may ask do not keep the others' alerts from being checked.
result<available_worker> choose_for_open_hosts(self_ptr self, carriage& c) {
  auto& st = self->state;
  auto worker = choose(self, c);
  if (worker || !c.check)
    return worker;
  auto now = self->clock().now();
  for (const auto& host : c.hosts)
    if (auto found = st.table.available({host}, c.tried, now, st.env.wall(now)); found.workers.empty())
      c.check->give_up(host, error{errc::no_capacity, join(found.causes), {}});
  if (c.check->done() || c.check->hosts() == c.hosts)
    return worker;
  c.hosts = c.check->hosts();
  return choose(self, c);
}

void next(self_ptr self, const carriage_ptr& c) {
  auto& st = self->state;
  auto time = attempt_time(self, *c);
  if (time <= duration{0})
    return finish(self, c, {errc::deadline_exceeded, "the command's time is over", {}});
  if (c->last && !st.retries.take(self->clock().now())) {
    st.env.log->emit({log_level::warn, "retry_budget_spent", c->from.trace, {}});
    return finish(self, c, {});
  }
  if (c->check)
    c->hosts = c->check->hosts();
  auto worker = choose_for_open_hosts(self, *c);
  if (!worker)
    return finish(self, c, worker.error());
  if (c->check)
    c->what.alerts = c->check->open();
  auto envelope = c->from;
  envelope.deadline = time;
  auto by = *worker;
  // The proxy gives the exact reason in time; this limit is only for a proxy that is gone.
  self->request(st.links.proxies.at(by.worker).get(), time + st.config.local_timeout, envelope, c->what)
      .then([self, c, by](command_result& x) { judge(self, c, by, std::move(x)); },
            [self, c, by](caf::error& e) {
              command_result failed;
              failed.problem = from_caf(e);
              judge(self, c, by, std::move(failed));
            });
}

} // namespace

void carry_command(self_ptr self, envelope from, worker_command what, reply<command_result> answer) {
  auto& st = self->state;
  ++st.commands;
  auto now = self->clock().now();
  auto whole = from.deadline > duration{0} ? from.deadline : st.config.request_timeout * st.config.max_retries;
  auto c = std::make_shared<carriage>(carriage{std::move(from), std::move(what), std::move(answer), {}, now + whole});
  if (c->what.kind == command_kind::check_alerts)
    c->check = check_progress{c->what.alerts, st.hosts};
  if (c->what.kind == command_kind::scrape) {
    auto host = host_key_of(c->what.url);
    if (!host)
      return finish(self, c, host.error());
    c->hosts.push_back(*host);
  }
  st.retries.request(now);
  next(self, c);
}

} // namespace vigie

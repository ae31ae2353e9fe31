#include "actors/command_carrier.hpp"

#include <algorithm>

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
  worker_exclusion tried;
  uint32_t faults = 0; ///< attempts that failed by our own fault; max_retries counts these
  bool rotated = false;
  optional<command_result> last;
};

using carriage_ptr = std::shared_ptr<carriage>;

void next(self_ptr self, const carriage_ptr& c);

void finish(self_ptr self, const carriage_ptr& c, const error& why) {
  --self->state.commands;
  if (c->last)
    c->answer.keep(std::move(*c->last));
  else
    c->answer.fail(why);
}

/// The hosts that a command will ask, as far as main can know.
result<std::vector<host_key>> hosts_of(const balancer_state& st, const worker_command& what) {
  std::vector<host_key> out;
  if (what.kind == command_kind::scrape) {
    auto host = host_key_of(what.url);
    if (!host)
      return tl::unexpected<error>(host.error());
    out.push_back(*host);
  }
  if (what.kind == command_kind::check_alerts)
    for (const auto& x : what.alerts)
      if (auto i = st.hosts.find(x.source); i != st.hosts.end())
        out.push_back(i->second);
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
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
  site_refused refusal{by.worker, c->hosts.front(), c->last->problem.detail};
  self->request(self->state.links.ban_timer.get(), self->state.config.local_timeout, refusal)
      .then(
          [self, c, by](const refusal_ruling& ruling) {
            if (!ruling.try_elsewhere || std::exchange(c->rotated, true))
              return finish(self, c, {});
            c->tried.workers.insert(by.worker);
            c->tried.regions.insert(by.region);
            next(self, c);
          },
          [self, c](caf::error&) { finish(self, c, {}); });
}

/// One attempt has ended.
void judge(self_ptr self, const carriage_ptr& c, const available_worker& by, command_result outcome) {
  auto& st = self->state;
  outcome.worker = by.worker;
  auto code = outcome.problem.code;
  c->last = std::move(outcome);
  if (by.probe_only && is_answer_of_site(code))
    for (const auto& host : c->hosts)
      self->send(st.links.ban_timer.get(), site_answered{by.worker, host});
  if (code == errc::refused && c->hosts.size() == 1)
    return rule(self, c, by);
  if (!worth_another_worker(code, c->what.kind) || ++c->faults >= st.config.max_retries)
    return finish(self, c, {});
  c->tried.workers.insert(by.worker);
  next(self, c);
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
  auto worker = choose(self, *c);
  if (!worker)
    return finish(self, c, worker.error());
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
  auto hosts = hosts_of(st, what);
  auto c = std::make_shared<carriage>(carriage{std::move(from),
                                               std::move(what),
                                               std::move(answer),
                                               hosts.value_or(std::vector<host_key>{}),
                                               now + whole,
                                               {},
                                               0,
                                               false,
                                               {}});
  if (!hosts)
    return finish(self, c, hosts.error());
  st.retries.request(now);
  next(self, c);
}

} // namespace vigie

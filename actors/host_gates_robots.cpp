// What robots.txt makes of the requests for permits.
#include "actors/host_gates.hpp"

namespace vigie {

using self_ptr = host_gates_shell*;

namespace {

wall_time wall(self_ptr self) {
  return self->state.env.wall(self->clock().now());
}

permit denied(error why) {
  return {0, duration{0}, std::move(why)};
}

/// Takes a request out of those that wait, if it still does.
optional<host_gates_state::parked> unpark(self_ptr self, const std::string& authority, uint64_t number) {
  auto& all = self->state.waiting_for_robots;
  auto found = all.find(authority);
  if (found == all.end())
    return {};
  auto waiting = found->second.extract(number);
  if (found->second.empty())
    all.erase(found);
  if (!waiting)
    return {};
  return std::move(waiting.mapped());
}

void park(self_ptr self, const std::string& authority, const worker_id& by, const permit_request& what,
          reply<permit>& answer, mono_time arrived) {
  auto& st = self->state;
  auto& here = st.waiting_for_robots[authority];
  if (here.size() >= st.config.limits.max_waiting)
    return answer_asker(self, answer, denied({errc::busy, "too many requests wait for " + authority, {}}));
  auto patience = std::clamp(what.patience, duration{0}, st.config.limits.max_hold);
  auto number = ++st.last_parked;
  here.emplace(number, host_gates_state::parked{by, what, self->clock().now() + patience, answer, arrived});
  self->after(patience, [self, authority, number] {
    if (auto late = unpark(self, authority, number))
      answer_asker(
          self, late->answer,
          denied({errc::busy,
                  authority.empty() ? "the stored robots.txt could not be read within the patience of the caller"
                                    : "no robots.txt of " + authority + " within the patience of the caller",
                  {}}));
  });
}

/// The state of this authority's robots.txt has changed: whoever waits asks again, in order of arrival.
void wake(self_ptr self, const std::string& authority) {
  auto& st = self->state;
  auto woken = st.waiting_for_robots.extract(authority);
  if (!woken)
    return;
  for (auto& [number, x] : woken.mapped()) {
    x.what.patience = std::max(std::chrono::ceil<duration>(x.until - self->clock().now()), duration{1});
    ask_gate(self, x.by, std::move(x.what), x.answer, x.arrived);
  }
}

void give_up(self_ptr self, const std::string& authority) {
  self->state.robots.give_up(authority);
  wake(self, authority);
}

void deny(self_ptr self, const host_key& host, const robots_advice& advice, reply<permit>& answer) {
  auto& st = self->state;
  if (advice.why.code == errc::robots_disallowed) {
    st.env.metrics->count("vigie_robots_denied_total", {});
    st.conduct.denied(host, wall(self));
  }
  if (advice.news)
    st.env.log->emit({log_level::warn,
                      "robots_now_disallows",
                      {},
                      {{"authority", advice.authority}, {"host", host.value}, {"why", advice.why.detail}}});
  answer_asker(self, answer, denied(advice.why));
}

} // namespace

optional<host_gates_state::queued> heed_robots(self_ptr self, const worker_id& by, permit_request& what,
                                               reply<permit>& answer, mono_time arrived) {
  host_gates_state::queued out{by, answer};
  if (auto why = ended_exception(self, what.host); why.code != errc::none) {
    answer_asker(self, answer, denied(std::move(why)));
    return {};
  }
  if (!what.policy.obey_robots || what.url.empty())
    return out;
  auto url = parse_url(what.url);
  if (!url || host_key_of(*url) != what.host) {
    answer_asker(self, answer, denied({errc::bad_request, "the URL is not one of " + what.host.value, {}}));
    return {};
  }
  if (!self->state.robots_known) {
    park(self, {}, by, what, answer, arrived);
    return {};
  }
  auto advice = self->state.robots.consult(*url, by, wall(self));
  switch (advice.step) {
  case robots_step::denied:
    deny(self, what.host, advice, answer);
    return {};
  case robots_step::wait:
    park(self, advice.authority, by, what, answer, arrived);
    return {};
  case robots_step::fetch:
    out.authority = advice.authority;
    out.fetch_url = advice.fetch_url;
    // A redirect may lead to another host, whose own gate counts then.
    if (auto hop = host_key_of(advice.fetch_url); hop && *hop != what.host) {
      what.host = *hop;
      auto known = self->state.config.policies.find(what.host);
      what.policy = known == self->state.config.policies.end() ? gate_policy{} : known->second;
    }
    break;
  case robots_step::go:
    out.robots_version = advice.version;
    what.policy.min_interval = std::max(what.policy.min_interval, advice.crawl_delay);
    what.policy.max_interval = std::max(what.policy.max_interval, what.policy.min_interval);
    break;
  }
  return out;
}

void robots_permit_answered(self_ptr self, const host_gates_state::queued& whose, permit& what) {
  auto& st = self->state;
  if (what.id == 0) {
    // Not from within the loop that answers: whoever is woken asks the limiter.
    self->after(duration{0}, [self, authority = whose.authority] {
      give_up(self, authority);
      serve_gates(self);
    });
    return;
  }
  what.robots_url = whose.fetch_url;
  st.robots_permits.emplace(what.id, std::make_pair(whose.by, whose.authority));
  // If nothing is heard of it, the book gives the fetch to the next who asks; the last to wait must not wait in vain.
  self->after(st.robots.patience() + duration{1}, [self, id = what.id] {
    robots_permit_over(self, id);
    serve_gates(self);
  });
}

void robots_permit_back(self_ptr self, const worker_id& by, const permit_release& what) {
  auto& st = self->state;
  auto found = st.robots_permits.find(what.id);
  if (found == st.robots_permits.end() || found->second.first != by)
    return;
  auto authority = found->second.second;
  st.robots_permits.erase(found);
  if (!what.robots || what.robots->problem.code == errc::busy) // nothing was sent
    return give_up(self, authority);
  auto news = st.robots.settle(authority, by, *what.robots, what.report, wall(self));
  say_robots_fetched(self, authority, *what.robots, news);
  save_robots(self);
  wake(self, authority);
}

void robots_restored(self_ptr self, const std::vector<stored_robots>& copies) {
  auto& st = self->state;
  st.robots.restore(copies, wall(self));
  st.robots_known = true;
  save_robots(self);
  wake(self, {});
  serve_gates(self);
}

void robots_worker_lost(self_ptr self, const worker_id& who) {
  auto& st = self->state;
  std::vector<std::pair<std::string, uint64_t>> gone;
  for (const auto& [authority, waiting] : st.waiting_for_robots)
    for (const auto& [number, x] : waiting)
      if (x.by == who)
        gone.emplace_back(authority, number);
  for (const auto& [authority, number] : gone)
    if (auto x = unpark(self, authority, number))
      answer_asker(self, x->answer, denied({errc::worker_lost, "the link of " + who.value + " broke", {}}));
}

void robots_permit_over(self_ptr self, uint64_t permit_id) {
  if (auto gone = self->state.robots_permits.extract(permit_id))
    give_up(self, gone.mapped().second);
}

void robots_over(self_ptr self, const worker_id& by, uint64_t upto, const std::set<uint64_t>& named) {
  std::vector<uint64_t> gone;
  for (const auto& [id, whose] : self->state.robots_permits)
    if (id <= upto && whose.first == by && !named.contains(id))
      gone.push_back(id);
  for (auto id : gone)
    robots_permit_over(self, id);
}

} // namespace vigie

#include "actors/scraper.hpp"

#include <algorithm>

#include "actors/policy/answer_tally.hpp"

namespace vigie {

namespace {

void take_step(scraper_ptr self, const walk_step& step);

duration left_of(scraper_ptr self) {
  const auto& s = self->state;
  if (s.deadline == mono_time::max())
    return duration::max();
  return std::chrono::duration_cast<duration>(s.deadline - self->clock().now());
}

void answered(scraper_ptr self, gated_answer& x) {
  auto& s = self->state;
  if (s.done)
    return;
  count_answer(s.answers, x);
  if (x.denied.code != errc::none)
    return take_step(self, s.walk->denied(x.denied));
  if (x.outcome.next == next_step::unchanged)
    s.parts.env.metrics->count("vigie_pages_total", {{"answer", "unchanged"}});
  auto step = s.walk->answered(x.outcome, left_of(self));
  if (step.what == walk_step::kind::read)
    return read_page(self, x.answer, [self](const walk_step& next) { take_step(self, next); });
  take_step(self, step);
}

permit_request leave_for(scraper_ptr self) {
  auto& s = self->state;
  const auto& asked = s.walk->request();
  permit_request out;
  out.host = asked.host;
  // Main has its own word about hosts that it knows; a host that is only led to is asked as any stranger's.
  out.policy = asked.own_host ? s.plan.source.gate : gate_policy{};
  out.patience = s.deadline == mono_time::max() ? s.config.patience : std::max(left_of(self), duration{1});
  out.url = asked.url;
  out.retry = asked.retry;
  return out;
}

http_request request_for(scraper_ptr self) {
  auto& s = self->state;
  const auto& asked = s.walk->request();
  http_request out;
  out.url = asked.url;
  out.headers = asked.headers;
  out.headers.insert(s.config.headers.begin(), s.config.headers.end());
  out.timeout = s.plan.source.timeout;
  out.max_body_bytes = s.plan.source.max_body_bytes;
  out.proxy = s.plan.source.proxy;
  if (asked.own_host)
    out.ca_pem = s.plan.source.ca_pem;
  return out;
}

void ask_page(scraper_ptr self) {
  auto& s = self->state;
  if (s.done)
    return;
  self->show(s.walk->page_name() + " of " + s.plan.plan.source.value + ", " + std::to_string(s.seen.size()) + " items");
  gated_fetch wish{leave_for(self), request_for(self), s.walk->request().conditional,
                   "run " + std::to_string(s.plan.run.value)};
  self->request(s.parts.gate.get(), caf::infinite, std::move(wish))
      .then([self](gated_answer& x) { answered(self, x); },
            [self](const caf::error& e) { settle_all(self, from_caf(e)); });
}

void take_step(scraper_ptr self, const walk_step& step) {
  if (step.what == walk_step::kind::done)
    settle_all(self, step.problem.code == errc::none ? suspicion(self) : step.problem, step.status);
  else if (step.pause > duration{0})
    self->after(step.pause, [self] { ask_page(self); });
  else
    ask_page(self);
}

void begin(scraper_ptr self, const run_plan& what) {
  auto& s = self->state;
  s.plan = what;
  s.owner = s.parts.gateway.get();
  s.started = self->clock().now();
  s.deadline = what.deadline > duration{0} ? s.started + what.deadline : mono_time::max();
  s.matches.resize(what.plan.alerts.size());
  s.match_bytes.resize(what.plan.alerts.size());
  self->monitor(s.owner);
  if (auto problem = prepare_pages(self); problem.code != errc::none)
    return settle_all(self, problem);
  if (s.deadline != mono_time::max())
    self->after(what.deadline,
                [self] { settle_all(self, past_deadline(*self->state.parts.reading, self->state.walk->page_name())); });
  ask_page(self);
}

} // namespace

error validate(const scraper_config& config) {
  if (config.max_items == 0 || config.max_settlement_bytes == 0 || config.patience <= duration{0} ||
      config.large_page == 0)
    return {errc::bad_config, "the scraper's limits must be positive", {}};
  return validate(config.walk);
}

scraper_actor::behavior_type scraper(scraper_ptr self, scraper_config config, scraper_parts parts) {
  self->state.config = std::move(config);
  self->state.parts = std::move(parts);
  if (!self->state.parts.reading)
    self->state.parts.reading = std::make_shared<std::atomic<bool>>(false);
  // Without the gateway nobody waits for the settlements.
  self->set_down_handler([self](const caf::down_msg&) { self->quit(); });
  return {
      [self](const run_plan& what) -> caf::result<void> {
        if (self->state.owner)
          return to_caf({errc::conflict, "a scraper runs one plan", {}});
        begin(self, what);
        return caf::unit;
      },
  };
}

} // namespace vigie

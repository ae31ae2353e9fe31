#include "actors/scraper.hpp"

#include <algorithm>

#include "actors/policy/fetch_report.hpp"

namespace vigie {

namespace {

void take_step(scraper_ptr self, const walk_step& step);

duration left_of(scraper_ptr self) {
  const auto& s = self->state;
  if (s.deadline == mono_time::max())
    return duration::max();
  return std::chrono::duration_cast<duration>(s.deadline - self->clock().now());
}

/// The permit goes back before anything else is done with the answer.
void fetched(scraper_ptr self, uint64_t permit_id, mono_time begun, const result<http_response>& answer) {
  auto& s = self->state;
  auto now = self->clock().now();
  auto asked = s.walk->request();
  auto outcome = judge_fetch(answer, s.parts.env.wall(now), asked.conditional);
  permit_release back;
  back.id = permit_id;
  back.host = asked.host;
  back.refused = outcome.problem.code == errc::refused;
  if (back.refused)
    back.evidence = outcome.problem.detail + " on run " + std::to_string(s.plan.run.value);
  back.report = report_of(answer, outcome, std::chrono::duration_cast<duration>(now - begun));
  self->send(s.parts.gate.get(), std::move(back));
  if (s.done)
    return;
  if (outcome.next == next_step::unchanged)
    s.parts.env.metrics->count("vigie_pages_total", {{"answer", "unchanged"}});
  auto step = s.walk->answered(outcome, left_of(self));
  take_step(self, step.what == walk_step::kind::read ? read_page(self, *answer) : step);
}

void fetch_page(scraper_ptr self, uint64_t permit_id) {
  auto& s = self->state;
  http_request request;
  request.url = s.walk->request().url;
  request.headers = s.walk->request().headers;
  request.headers.insert(s.config.headers.begin(), s.config.headers.end());
  request.timeout = s.plan.source.timeout;
  request.max_body_bytes = s.plan.source.max_body_bytes;
  request.proxy = s.plan.source.proxy;
  if (s.walk->request().own_host)
    request.ca_pem = s.plan.source.ca_pem;
  auto begun = self->clock().now();
  self->request(s.parts.fetcher.get(), caf::infinite, std::move(request))
      .then([=](http_response& answer) { fetched(self, permit_id, begun, std::move(answer)); },
            [=](const caf::error& e) { fetched(self, permit_id, begun, tl::unexpected<error>(from_caf(e))); });
}

void ask_permit(scraper_ptr self) {
  auto& s = self->state;
  if (s.done)
    return;
  const auto& asked = s.walk->request();
  self->show(s.walk->page_name() + " of " + s.plan.plan.source.value + ", " + std::to_string(s.seen.size()) + " items");
  permit_request wish;
  wish.host = asked.host;
  // Main has its own word about hosts that it knows; a host that is only led to is asked as any stranger's.
  wish.policy = asked.own_host ? s.plan.source.gate : gate_policy{};
  wish.patience = s.deadline == mono_time::max() ? s.config.patience : std::max(left_of(self), duration{1});
  wish.url = asked.url;
  wish.retry = asked.retry;
  self->request(s.parts.gate.get(), caf::infinite, std::move(wish))
      .then(
          [self](const permit& leave) {
            if (leave.id == 0)
              take_step(self, self->state.walk->denied(leave.why));
            else
              fetch_page(self, leave.id);
          },
          [self](const caf::error& e) { settle_all(self, from_caf(e)); });
}

void take_step(scraper_ptr self, const walk_step& step) {
  if (step.what == walk_step::kind::done)
    settle_all(self, step.problem.code == errc::none ? suspicion(self) : step.problem, step.status);
  else if (step.pause > duration{0})
    self->after(step.pause, [self] { ask_permit(self); });
  else
    ask_permit(self);
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
    self->after(what.deadline, [self] {
      settle_all(self, {errc::deadline_exceeded, "the assignment's deadline passed", self->state.walk->page_name()});
    });
  ask_permit(self);
}

} // namespace

error validate(const scraper_config& config) {
  if (config.max_items == 0 || config.max_settlement_bytes == 0 || config.patience <= duration{0})
    return {errc::bad_config, "the scraper's limits must be positive", {}};
  return validate(config.walk);
}

scraper_actor::behavior_type scraper(scraper_ptr self, scraper_config config, scraper_parts parts) {
  self->state.config = std::move(config);
  self->state.parts = std::move(parts);
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

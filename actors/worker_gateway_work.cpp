// The worker-gateway's work: assignments and their scrapers.
#include "actors/worker_gateway.hpp"

#include <algorithm>

namespace vigie {

caf::result<assign_receipt> worker_gateway_state::assign(const envelope& env, const assignment& what) {
  if (auto refusal = check_link(env); refusal.code != errc::none)
    return to_caf(refusal);
  bool is_new = !book.knows(what.id);
  auto receipt = book.accept(what, env.trace, self->clock().now());
  if (!receipt)
    return to_caf(receipt.error());
  if (is_new && book.knows(what.id)) {
    begin_assignment(what.id, what.deadline);
    beat(what.id);
  }
  return *receipt;
}

void worker_gateway_state::begin_assignment(assignment_id id, duration deadline) {
  auto alerts = std::to_string(book.unsettled(id));
  parts.env.log->emit({log_level::info, "check_alerts_begun", book.trace_of(id), {{"alerts", std::move(alerts)}}});
  if (deadline > duration{0})
    self->after(deadline, [this, id] {
      stop(book.expire(id, plans_being_read()));
      show_state();
    });
  start_plans();
}

void worker_gateway_state::cancel(const cancel_assignment& what) {
  if (what.hosts.empty()) // else what is settled already is true, and would only be asked again
    outbox.drop(what.id);
  stop(book.cancel(what.id, what.hosts));
  finish_if_complete(what.id);
  show_state();
}

void worker_gateway_state::start_plans() {
  for (auto& x : book.start_plans(self->clock().now())) {
    auto reading = std::make_shared<std::atomic<bool>>(false);
    auto scraper = parts.new_scraper(self->system(), reading);
    auto name = "scraper/" + std::to_string(x.what.assignment.value) + "-" + std::to_string(x.plan);
    actor_directory::instance().label(scraper.id(), name, worker_gateway_state::name, 0, {});
    self->monitor(scraper);
    scrapers.emplace(x.plan, running_scraper{scraper, std::move(reading)});
    plans_of_scrapers.emplace(scraper.address(), x.plan);
    self->send(scraper, std::move(x.what));
  }
  show_state();
}

std::set<uint64_t> worker_gateway_state::plans_being_read() const {
  std::set<uint64_t> out;
  for (const auto& [plan, x] : scrapers)
    if (*x.reading)
      out.insert(plan);
  return out;
}

void worker_gateway_state::stop(const assignment_book::stopped& what) {
  for (auto plan : what.plans) {
    auto ended = scrapers.extract(plan);
    if (!ended)
      continue;
    auto& scraper = ended.mapped().actor;
    self->demonitor(scraper.address());
    plans_of_scrapers.erase(scraper.address());
    self->send_exit(scraper, caf::exit_reason::user_shutdown);
  }
  for (const auto& x : what.unsettled)
    deliver(x);
  start_plans();
}

void worker_gateway_state::settled(const alert_settled& what) {
  // A scraper that was stopped may still have had this on its way.
  if (book.settle(what))
    deliver(what);
}

void worker_gateway_state::scraper_down(const caf::down_msg& what) {
  auto ended = plans_of_scrapers.extract(what.source);
  if (!ended)
    return;
  auto plan = ended.mapped();
  scrapers.erase(plan);
  error why{errc::crashed, what.reason ? from_caf(what.reason).detail : "the scraper ended early", {}};
  if (what.reason)
    parts.env.log->emit({log_level::error, "scraper_crashed", {}, {{"why", why.detail}}});
  for (const auto& x : book.end_plan(plan, why))
    deliver(x);
  start_plans();
}

void worker_gateway_state::deliver(const alert_settled& what) {
  parts.env.metrics->count("vigie_alerts_checked_total", {{"outcome", std::string{to_string(what.problem.code)}}});
  if (assignment_book::is_own(what.assignment)) {
    add_to_check(what);
    finish_if_complete(what.assignment);
    return;
  }
  outbox.push(what, self->clock().now());
  send_settlements();
}

void worker_gateway_state::finish_if_complete(assignment_id id) {
  if (!book.knows(id) || book.unsettled(id) > 0 || outbox.holds(id))
    return;
  parts.env.log->emit({log_level::info, "check_alerts_ended", book.trace_of(id), {}});
  if (assignment_book::is_own(id))
    finish_check(id);
  else if (main)
    self->send(main, seal(book.trace_of(id), config.resend.timeout), assignment_finished{id});
  book.close(id);
  show_state();
}

void worker_gateway_state::beat(assignment_id id) {
  if (!book.knows(id))
    return;
  if (main)
    self->send(main, seal(book.trace_of(id), book.beat_of(id)), assignment_beat{id, book.unsettled(id)});
  self->after(book.beat_of(id), [this, id] { beat(id); });
}

worker_health worker_gateway_state::health() const {
  worker_health out;
  out.worker = config.worker;
  out.version = config.version;
  out.uptime = std::chrono::duration_cast<duration>(self->clock().now() - started);
  out.running_plans = book.running_plans();
  out.rss_bytes = parts.resident_bytes ? parts.resident_bytes() : 0;
  // Without main there are no permits, and without permits no fetch.
  out.ready["fetch"] = main != nullptr;
  return out;
}

void worker_gateway_state::know_sources(const std::vector<source_spec>& sources) {
  book.know_sources(sources);
  parts.ways->know(sources);
}

void worker_gateway_state::show_state() {
  self->show((main ? "attached, epoch " + std::to_string(epoch) : std::string{"detached"}) + ", " +
             std::to_string(book.running_plans()) + " plans running, " + std::to_string(book.queued_plans()) +
             " queued, " + std::to_string(outbox.size()) + " settlements to deliver");
}

} // namespace vigie

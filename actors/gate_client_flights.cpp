// A gate-client's requests, from the permit to what the site says.
#include <algorithm>

#include "actors/gate_client.hpp"
#include "actors/policy/fetch_outcome.hpp"
#include "actors/policy/fetch_report.hpp"
#include "actors/policy/url_template.hpp"

namespace vigie {

namespace {

/// What main decides by; a site's other headers stay here.
header_fields headers_for_main(const http_response& answer) {
  header_fields out;
  for (const auto* name : {"location", "cache-control", "retry-after"})
    if (auto found = answer.headers.find(name); found != answer.headers.end())
      out.add(found->first, found->second);
  return out;
}

robots_report report_robots(const gate_client_config& config, const std::string& url, result<http_response> answer) {
  robots_report out{url, {}, {}};
  if (!answer) {
    out.problem = answer.error();
    return out;
  }
  out.answer = {answer->status, headers_for_main(*answer), std::move(answer->body), answer->peer_address};
  out.answer.body.resize(std::min<size_t>(out.answer.body.size(), config.robots_bytes));
  return out;
}

/// "2xx" … "5xx", or the error's name.
std::string outcome_of(const result<http_response>& answer) {
  return answer ? std::to_string(answer->status / 100) + "xx" : std::string{to_string(answer.error().code)};
}

void record(metrics_sink& metrics, const result<http_response>& answer, duration took) {
  metrics.count("vigie_fetch_requests_total", {{"outcome", outcome_of(answer)}});
  metrics.observe_seconds("vigie_fetch_seconds", {}, std::chrono::duration<double>(took).count());
  if (answer)
    metrics.count("vigie_fetch_bytes_total", {}, static_cast<double>(answer->body.size()));
}

/// Whoever waited for this permit's request, if anybody does.
uint64_t whose(gate_client_ptr self, uint64_t permit) {
  auto x = self->state.flying.extract(permit);
  return x ? x.mapped() : 0;
}

/// robots.txt is there, or not: the page's own permit is next.
void go_on(gate_client_ptr self, uint64_t number) {
  auto i = self->state.askers.find(number);
  if (i == self->state.askers.end())
    return;
  auto left = std::chrono::ceil<duration>(i->second.until - self->clock().now());
  i->second.what.leave.patience = std::max(left, duration{1});
  ask_gate(self, number);
}

/// Judged and reported, whoever is still there to hear it.
void flight_over(gate_client_ptr self, landed_flight over) {
  auto& s = self->state;
  const auto& what = over.what;
  auto now = self->clock().now();
  auto took = std::chrono::duration_cast<duration>(now - what.begun);
  // Main counts the gap from when the site was asked, not from when a connection was.
  auto asked_ago = what.left == mono_time{} ? took : left_ago(what, now);
  auto outcome = judge_fetch(over.answer, s.env.wall(now), what.conditional);
  record(*s.env.metrics, over.answer, took);
  permit_release back{over.permit, what.host, outcome.problem.code == errc::refused && what.own_host, {}};
  if (back.refused)
    back.evidence = outcome.problem.detail + (what.cause.empty() ? "" : " on " + what.cause);
  back.report = report_of(over.answer, outcome, asked_ago);
  if (back.report.kind != answer_kind::none_asked)
    back.report.user_agent = s.config.user_agent;
  auto number = whose(self, over.permit);
  if (!what.robots_url.empty()) {
    back.robots = report_robots(s.config, what.robots_url, std::move(over.answer));
    report_release(self, std::move(back));
    return go_on(self, number);
  }
  // The permit goes back before anything else is done with the answer.
  report_release(self, std::move(back));
  answer_asker(self, number, {{}, std::move(outcome), over.answer ? std::move(*over.answer) : http_response{}});
}

/// The site was not asked, since it was too late for that, or it has said no: its permit is back, another is asked for.
void ask_anew(gate_client_ptr self, uint64_t permit, const flight& what) {
  report_release(self, {permit, what.host, false, {}});
  auto number = whose(self, permit);
  if (!self->state.askers.contains(number))
    return;
  self->state.waiting += what.robots_url.empty() ? 1 : 0;
  ask_again(self, number, duration{0}, {errc::busy, "no permit could be used any more when its turn came", {}});
}

void air_changed(gate_client_ptr self) {
  auto& air = *self->state.air;
  for (auto& x : air.take_landed())
    if (x.what.kept_back)
      ask_anew(self, x.permit, x.what);
    else
      flight_over(self, std::move(x));
  if (air.take_departure())
    say_held(self);
  show_held(self);
}

/// The fetcher did not take it, or died: if the request has begun all the same, its answer will land.
void not_begun(gate_client_ptr self, uint64_t permit, const error& why) {
  auto& s = self->state;
  auto what = s.air->withdraw(permit);
  if (!what)
    return;
  if (why.code == errc::cancelled)
    return ask_anew(self, permit, *what);
  s.env.metrics->count("vigie_fetch_requests_total", {{"outcome", std::string{to_string(why.code)}}});
  report_release(self, {permit, what->host, false, {}});
  auto number = whose(self, permit);
  if (!what->robots_url.empty())
    return go_on(self, number);
  fetch_outcome outcome;
  outcome.problem = why;
  answer_asker(self, number, {{}, std::move(outcome), {}});
  show_held(self);
}

void take_off(gate_client_ptr self, const permit& leave, uint64_t number, flight what, http_request request) {
  auto& s = self->state;
  const auto& x = s.askers.at(number);
  auto given = x.asked + leave.wait; // or a little later
  what.begin_by = given + fresh_for(s);
  what.leave_by = given + s.config.permit_keeps;
  what.given = given;
  what.stops_told = x.stops_told;
  what.time_out = request.timeout;
  bool waits_on = !what.robots_url.empty();
  if (!s.air->open(leave.id, std::move(what))) {
    s.waiting -= waits_on ? 1 : 0;
    return answer_asker(self, number, {{errc::permit_denied, "main gave a permit that is in use", {}}, {}, {}});
  }
  s.flying.emplace(leave.id, number);
  self->request(s.fetcher.get(), caf::infinite, begin_fetch{leave.id, std::move(request)})
      .then([] {}, [self, permit = leave.id](const caf::error& e) { not_begun(self, permit, from_caf(e)); });
  show_held(self);
}

} // namespace

void fetch_page(gate_client_ptr self, const permit& leave, uint64_t number) {
  const auto& wish = self->state.askers.at(number).what;
  flight what;
  what.host = wish.leave.host;
  what.policy = wish.leave.policy;
  what.conditional = wish.conditional;
  what.cause = wish.cause;
  take_off(self, leave, number, std::move(what), wish.request); // it may have to be made under another permit
}

void fetch_robots(gate_client_ptr self, const permit& leave, uint64_t number) {
  const auto& url = leave.robots_url;
  const auto& config = self->state.config;
  const auto& wish = self->state.askers.at(number).what;
  flight what;
  what.host = host_key_of(url).value_or(wish.leave.host);
  // Where a redirect led elsewhere, a refusal is no word of the site that the caller is on its way to.
  what.own_host = what.host == wish.leave.host;
  what.policy = wish.leave.policy;
  what.cause = "its robots.txt";
  what.robots_url = url;
  http_request request;
  request.url = url;
  request.headers = config.headers;
  request.timeout = wish.request.timeout;
  request.max_body_bytes = config.max_robots_bytes;
  // The way of the page: a site that is asked through a proxy does not see this worker's address here either.
  request.proxy = wish.request.proxy;
  if (what.own_host)
    request.ca_pem = wish.request.ca_pem;
  take_off(self, leave, number, std::move(what), std::move(request));
}

void adopt_flights(gate_client_ptr self) {
  auto& air = *self->state.air;
  air.reports().nobody_tells();
  auto wake = self->bridge([self](caf::unit_t) { air_changed(self); });
  air.listen([wake] {
    auto once = wake;
    once(caf::unit);
  });
  // Their requests to begin may still be on their way: they will not be known then.
  for (const auto& [permit, what] : air.withdraw_all())
    report_release(self, {permit, what.host, false, {}});
  air_changed(self);
}

} // namespace vigie

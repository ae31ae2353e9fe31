#include "actors/gate_client.hpp"

#include <algorithm>

#include "actors/policy/fetch_outcome.hpp"
#include "actors/policy/fetch_report.hpp"
#include "actors/policy/url_template.hpp"

namespace vigie {

namespace {

/// From its first request on, a caller's death is noticed.
caf::actor_addr watch(gate_client_ptr self, const caf::strong_actor_ptr& caller) {
  auto who = caf::actor_cast<caf::actor_addr>(caller);
  if (caller && self->state.holders.try_emplace(who).second)
    self->monitor(caller->get(), caf::message_priority::normal);
  return who;
}

/// A caller on its way to its permit. Copies share the answer.
struct asking {
  gate_client_ptr self;
  caf::actor_addr who;
  permit_request what;
  mono_time until;
  reply<permit> owed;
};

void ask(asking x);

/// What main decides by; a site's other headers stay here.
header_fields headers_for_main(const http_response& answer) {
  header_fields out;
  for (const auto* name : {"location", "cache-control", "retry-after"})
    if (auto found = answer.headers.find(name); found != answer.headers.end())
      out.add(found->first, found->second);
  return out;
}

void robots_fetched(asking x, const permit& leave, mono_time begun, result<http_response> answer) {
  auto* self = x.self;
  auto& s = self->state;
  auto now = self->clock().now();
  auto outcome = judge_fetch(answer, s.env.wall(now));
  auto fetched = report_of(answer, outcome, std::chrono::duration_cast<duration>(now - begun));
  robots_report report{leave.robots_url, {}, {}};
  if (answer) {
    report.answer = {answer->status, headers_for_main(*answer), std::move(answer->body), answer->peer_address};
    report.answer.body.resize(std::min<size_t>(report.answer.body.size(), s.config.robots_bytes));
  } else {
    report.problem = answer.error();
  }
  auto host = host_key_of(leave.robots_url).value_or(x.what.host);
  // Where a redirect led elsewhere, a refusal is no word of the site that the caller is on its way to.
  bool refused = outcome.problem.code == errc::refused && host == x.what.host;
  auto evidence = refused ? outcome.problem.detail + " on its robots.txt" : std::string{};
  release_permit(self, permit_release{leave.id, host, refused, evidence, std::move(report), fetched});
  x.what.patience = std::max(std::chrono::ceil<duration>(x.until - now), duration{1});
  ask(std::move(x));
}

void fetch_robots(asking x, const permit& leave) {
  auto& s = x.self->state;
  auto hop = x.what;
  hop.host = host_key_of(leave.robots_url).value_or(hop.host);
  hold_permit(x.self, {}, leave.id, hop);
  http_request request;
  request.url = leave.robots_url;
  request.headers = s.config.headers;
  request.timeout = s.config.robots_timeout;
  request.max_body_bytes = s.config.max_robots_bytes;
  auto begun = x.self->clock().now();
  x.self->request(s.fetcher.get(), caf::infinite, std::move(request))
      .then([=](http_response& answer) { robots_fetched(x, leave, begun, std::move(answer)); },
            [=](const caf::error& e) { robots_fetched(x, leave, begun, tl::unexpected<error>(from_caf(e))); });
}

void answer_caller(asking& x, permit leave) {
  --x.self->state.waiting;
  if (leave.id != 0)
    hold_permit(x.self, x.who, leave.id, x.what);
  x.owed.keep(std::move(leave));
  show_held(x.self);
}

/// The owner of the gates died over the request. Its successor is there in a moment, and a caller that hears of it
/// would only be handed on to another worker that meets the same.
void ask_next_owner(asking x, const permit& denial) {
  auto pause = x.self->state.config.owner_pause;
  auto left = std::chrono::floor<duration>(x.until - x.self->clock().now()) - pause;
  if (left <= duration{0})
    return answer_caller(x, denial);
  x.what.patience = left;
  x.self->after(pause, [x]() mutable { ask(std::move(x)); });
}

void ask(asking x) {
  // The gateway answers in any case: it has a time-out of its own, and its death is noticed at once.
  x.self->request(x.self->state.gateway.get(), caf::infinite, x.what)
      .then(
          [x](const permit& leave) mutable {
            if (leave.id != 0 && !leave.robots_url.empty())
              fetch_robots(std::move(x), leave);
            else if (leave.why.code == errc::crashed)
              ask_next_owner(std::move(x), leave);
            else
              answer_caller(x, leave);
          },
          [x](const caf::error& e) mutable {
            auto why = "nobody owns the gate now: " + to_string(from_caf(e));
            answer_caller(x, permit{0, duration{0}, {errc::permit_denied, why, {}}});
          });
}

} // namespace

error validate(const gate_client_config& config) {
  if (config.max_waiting == 0 || config.robots_timeout <= duration{0} || config.max_robots_bytes == 0 ||
      config.robots_bytes == 0 || config.tell_every <= duration{0} || config.max_unheard == 0 ||
      config.unheard_for <= duration{0} || config.orphan_hold <= duration{0} || config.owner_pause <= duration{0})
    return {errc::bad_config, "the limits of the gate client must be positive", {}};
  return {};
}

gate_client_actor::behavior_type gate_client(gate_client_ptr self, gate_client_config config, environment env,
                                             actor_ref<worker_gateway_actor> gateway,
                                             actor_ref<fetcher_actor> fetcher) {
  self->state.config = config;
  self->state.env = env;
  self->state.gateway = std::move(gateway);
  self->state.fetcher = std::move(fetcher);
  self->state.holders[{}] = {};
  self->set_down_handler([self](const caf::down_msg& what) { holder_down(self, what.source); });
  tell_gates_later(self);
  return {
      [self](const permit_request& what) -> promise<permit> {
        auto caller = self->current_sender(); // owe() takes it out of the message
        auto owed = self->owe<permit>();
        if (self->state.waiting >= self->state.config.max_waiting) {
          owed.fail({errc::busy, std::to_string(self->state.waiting) + " callers wait for permits already", {}});
          return owed;
        }
        ++self->state.waiting;
        ask({self, watch(self, caller), what, self->clock().now() + what.patience, owed});
        return owed;
      },
      [self](const permit_release& what) { release_permit(self, what); },
  };
}

} // namespace vigie

// A worker's paths, and commands as both roles take them.
#include "adapters/crypto/secrets.hpp"
#include "adapters/http_api/api_json.hpp"
#include "adapters/http_api/api_routes.hpp"

namespace vigie {

namespace {

/// The flood limit: one place of it, given back when the last copy goes.
std::shared_ptr<void> take_place(const api_context_ptr& context) {
  if (context->commands.fetch_add(1) >= context->config.max_commands_outstanding) {
    context->commands.fetch_sub(1);
    return nullptr;
  }
  return {context.get(), [context](void*) { context->commands.fetch_sub(1); }};
}

envelope make_envelope(const api_context& context, const api_call& call) {
  envelope out;
  out.trace = trace_id{sha256_hex(call.request.request_id).substr(0, 16)};
  out.cause = "api:" + call.who.id;
  out.deadline = context.config.command_deadline;
  return out;
}

/// What callers of the old workers know: {"success":false,"error":"HTTP 403","httpStatus":403} under the site's own
/// status where that says whose fault it is (401, 403, 429), and NO_SCRAPING_COOKIES under 503.
void answer_failure(const api_reply& reply, const error& why, int32_t site_status) {
  if (why.code == errc::busy)
    return reply.problem(why);
  auto body = json_value::object({{"success", false}});
  auto status = http_status_of(why.code);
  if (site_status > 0) {
    body.set("error", "HTTP " + std::to_string(site_status));
    body.set("httpStatus", site_status);
    return reply.json(body, status);
  }
  body.set("error",
           why.code == errc::no_scraping_cookies ? json_value{"NO_SCRAPING_COOKIES"} : json_value{to_string(why.code)});
  body.set("httpStatus", status);
  // Nobody can take back what a worker has begun; what it finds then is dropped.
  bool late = why.code == errc::deadline_exceeded || why.code == errc::worker_silent;
  body.set("message", to_string(why) + (late ? " It may still be carried out, and its result is then dropped." : ""));
  reply.json(body, status);
}

} // namespace

void serve_command(const api_context_ptr& context, api_call call, const command_runner_fn& run, bool say_worker) {
  auto place = take_place(context);
  if (!place)
    return call.reply.problem({errc::busy, "as many commands are under way as this node takes", ""});
  auto command = command_from_json(call.request.body, context->config.limits);
  if (!command)
    return call.reply.problem(command.error());
  if (command->kind == command_kind::custom && call.who.scope < api_scope::admin)
    return call.reply.problem(403, "Custom commands need an API key of scope admin.");
  auto env = make_envelope(*context, call);
  auto kind = command->kind;
  run(std::move(*command), std::move(env),
      [reply = std::move(call.reply), place = std::move(place), kind, say_worker](result<command_result> outcome) {
        if (!outcome)
          return answer_failure(reply, outcome.error(), 0);
        if (outcome->problem.code != errc::none)
          return answer_failure(reply, outcome->problem, outcome->http_status);
        auto data = command_data_json(*outcome, kind);
        if (say_worker)
          data.set("worker", outcome->worker.value);
        reply.success(std::move(data));
      });
}

void add_worker_routes(api_routes& to, const api_context_ptr& context) {
  // Main nodes of the old kind probe this without a key (S0-11).
  to.add("GET", "/api/v1/worker/health", api_scope::none,
         [context](const api_call& call) { context->backend.get_worker_health(then_json(call.reply, health_json)); });
  to.add("POST", "/api/v1/worker/execute", api_scope::run, [context](api_call call) {
    auto run = [context](worker_command what, envelope env, api_backend::done<command_result> cb) {
      context->backend.execute_here(std::move(what), std::move(env), std::move(cb));
    };
    serve_command(context, std::move(call), run, false);
  });
}

} // namespace vigie

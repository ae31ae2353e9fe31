// A main node's paths but for the alerts: fleet, runs, matches, outbox.
#include <algorithm>

#include "adapters/http_api/api_json.hpp"
#include "adapters/http_api/api_routes.hpp"

namespace vigie {

namespace {

/// Answers {"<name>":[…]} from a backend's list.
template <class F>
auto then_list(const api_reply& reply, const char* name, F row_json) {
  return then_json(reply, [name, row_json](const auto& rows) {
    auto list = json_value::array();
    for (const auto& x : rows)
      list.push(row_json(x));
    return json_value::object({{name, std::move(list)}});
  });
}

result<match_filter> read_match_filter(const served_request& request, const api_config& config) {
  match_filter out;
  auto limit = read_limit(request, config);
  if (!limit)
    return tl::unexpected(limit.error());
  out.limit = *limit;
  if (auto i = request.query.find("run"); i != request.query.end()) {
    auto id = read_id(i->second);
    if (!id)
      return tl::unexpected(id.error());
    out.run = run_id{*id};
  }
  if (auto i = request.query.find("alert"); i != request.query.end()) {
    auto id = read_id(i->second);
    if (!id)
      return tl::unexpected(id.error());
    out.alert = alert_id{*id};
  }
  return out;
}

void serve_run_once(const api_context_ptr& context, const api_call& call) {
  auto key = call.request.header("idempotency-key");
  if (key.size() > context->config.max_idempotency_key)
    return call.reply.problem(400, "The Idempotency-Key is longer than " +
                                       std::to_string(context->config.max_idempotency_key) + " characters.");
  auto only = chosen_from_json(call.request.body, context->config.max_list);
  if (!only)
    return call.reply.problem(only.error());
  auto reply = call.reply;
  reply.if_late(key.empty()
                    ? "The run may still begin: GET /api/v1/runs shows whether it did."
                    : "The run may still begin: ask again with the same Idempotency-Key, and you get that run.");
  context->backend.run_once(
      std::string{key}, "api:" + call.who.id, std::move(*only), [reply = std::move(reply)](result<run_ticket> outcome) {
        if (!outcome)
          return reply.problem(outcome.error());
        reply.success(json_value::object({{"runId", outcome->run.value}, {"deduplicated", outcome->deduplicated}}));
      });
}

void serve_run(const api_context_ptr& context, const api_call& call) {
  auto id = read_id(call.args[0]);
  if (!id)
    return call.reply.problem(id.error());
  context->backend.get_run(run_id{*id}, then_json(call.reply, [](const run_progress& x) {
                             auto alerts = json_value::array();
                             for (const auto& row : x.alerts)
                               alerts.push(run_alert_json(row));
                             return json_value::object({{"run", run_json(x.run)},
                                                        {"alerts", std::move(alerts)},
                                                        {"sources", source_answers_json(x.alerts)}});
                           }));
}

/// "dead,ambiguous"
result<std::vector<delivery_state>> read_states(std::string_view words) {
  std::vector<delivery_state> out;
  while (!words.empty()) {
    auto end = std::min(words.find(','), words.size());
    auto state = delivery_state_from_string(words.substr(0, end));
    if (!state)
      return tl::unexpected(state.error());
    out.push_back(*state);
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return out;
}

void serve_outbox(const api_context_ptr& context, const api_call& call) {
  auto limit = read_limit(call.request, context->config);
  if (!limit)
    return call.reply.problem(limit.error());
  auto i = call.request.query.find("state");
  auto states = read_states(i == call.request.query.end() ? std::string{} : i->second);
  if (!states)
    return call.reply.problem(states.error());
  context->backend.list_outbox({std::move(*states), *limit}, then_json(call.reply, outbox_page_json));
}

void serve_retry(const api_context_ptr& context, const api_call& call) {
  auto which = retry_from_json(call.request.body, context->config.max_list);
  if (!which)
    return call.reply.problem(which.error());
  context->backend.retry_outbox(std::move(*which), then_json(call.reply, [](uint32_t count) {
                                  return json_value::object({{"success", true}, {"retried", count}});
                                }));
}

void add_worker_orders(api_routes& to, const api_context_ptr& context) {
  for (auto draining : {true, false})
    to.add("POST", draining ? "/api/v1/workers/{}/drain" : "/api/v1/workers/{}/undrain", api_scope::admin,
           [context, draining](const api_call& call) {
             context->backend.set_draining(worker_id{call.args[0]}, draining, then_success(call.reply));
           });
  to.add("POST", "/api/v1/workers/{}/unban", api_scope::admin, [context](const api_call& call) {
    context->backend.unban(worker_id{call.args[0]}, then_success(call.reply));
  });
}

} // namespace

void add_main_routes(api_routes& to, const api_context_ptr& context) {
  to.add("GET", "/api/v1/worker/main/stats", api_scope::read,
         [context](const api_call& call) { context->backend.get_stats(then_json(call.reply, stats_json)); });
  to.add("GET", "/api/v1/workers", api_scope::read,
         [context](const api_call& call) { context->backend.get_stats(then_json(call.reply, workers_json)); });
  to.add("POST", "/api/v1/worker/main/execute", api_scope::run, [context](api_call call) {
    auto run = [context](worker_command what, envelope env, api_backend::done<command_result> cb) {
      context->backend.execute(std::move(what), std::move(env), std::move(cb));
    };
    serve_command(context, std::move(call), run, true);
  });
  to.add("POST", "/api/v1/alerts/run-once", api_scope::run,
         [context](const api_call& call) { serve_run_once(context, call); });
  to.add("GET", "/api/v1/runs", api_scope::read, [context](const api_call& call) {
    auto limit = read_limit(call.request, context->config);
    if (!limit)
      return call.reply.problem(limit.error());
    context->backend.list_runs(*limit, then_list(call.reply, "runs", run_json));
  });
  to.add("GET", "/api/v1/runs/{}", api_scope::read, [context](const api_call& call) { serve_run(context, call); });
  to.add("GET", "/api/v1/plan", api_scope::read, [context](const api_call& call) {
    auto limit = read_limit(call.request, context->config);
    if (!limit)
      return call.reply.problem(limit.error());
    context->backend.get_plan(
        then_json(call.reply, [most = *limit](const cycle_estimate& x) { return plan_json(x, most); }));
  });
  to.add("GET", "/api/v1/matches", api_scope::read, [context](const api_call& call) {
    auto filter = read_match_filter(call.request, context->config);
    if (!filter)
      return call.reply.problem(filter.error());
    context->backend.list_matches(*filter, then_list(call.reply, "matches", stored_match_json));
  });
  to.add("GET", "/api/v1/outbox", api_scope::read, [context](const api_call& call) { serve_outbox(context, call); });
  to.add("POST", "/api/v1/outbox/retry", api_scope::run,
         [context](const api_call& call) { serve_retry(context, call); });
  add_worker_orders(to, context);
}

} // namespace vigie

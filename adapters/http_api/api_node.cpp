// What every role answers: health, metrics, inspection.
#include <array>

#include "adapters/http_api/api_json.hpp"
#include "adapters/http_api/api_routes.hpp"

namespace vigie {

namespace {

/// A body that is an object of strings under `names`, each needed.
template <size_t N>
result<std::array<std::string, N>> read_texts(std::string_view body, const std::array<const char*, N>& names) {
  auto doc = parse_json(body);
  if (!doc)
    return tl::unexpected(doc.error());
  std::array<std::string, N> out;
  for (size_t i = 0; i < N; ++i) {
    auto member = doc->root().find(names[i]);
    auto text = member ? member->as_string() : std::nullopt;
    if (!text || text->empty())
      return fail(errc::bad_request, "a string is wanted here", std::string{"/"} + names[i]);
    out[i] = *text;
  }
  if (doc->root().size() != N)
    return fail(errc::bad_request, "there are unknown keys in this object");
  return out;
}

result<log_level> read_log_level(std::string_view body) {
  static constexpr std::array<std::string_view, 5> known{"debug", "info", "warn", "error", "off"};
  auto texts = read_texts<1>(body, {"level"});
  if (!texts)
    return tl::unexpected(texts.error());
  for (size_t i = 0; i < known.size(); ++i)
    if (known[i] == (*texts)[0])
      return static_cast<log_level>(i);
  return fail(errc::bad_request, "the level is one of debug, info, warn, error, off", "/level");
}

/// What is done by an agreement, what is not done any more since one has ended, and what the backend says.
json_value notes_of(const api_config& config, const readiness& ready) {
  auto notes = json_value::array();
  for (const auto& x : ready.notes)
    notes.push(x);
  auto now = config.wall();
  for (const auto& x : config.exceptions)
    notes.push(now < x.until ? "exception: " + to_string(x) : ended_text(x));
  return notes;
}

void answer_readiness(const api_reply& reply, const api_config& config, result<readiness> outcome) {
  auto ready = outcome ? std::move(*outcome) : readiness{false, {to_string(outcome.error())}};
  auto reasons = json_value::array();
  for (auto& x : ready.reasons)
    reasons.push(std::move(x));
  reply.json(
      json_value::object({{"ready", ready.ready}, {"reasons", std::move(reasons)}, {"notes", notes_of(config, ready)}}),
      ready.ready ? 200 : 503);
}

} // namespace

void add_node_routes(api_routes& to, const api_context_ptr& context) {
  to.add("GET", "/api/health", api_scope::none, [context](const api_call& call) {
    const auto& c = context->config;
    call.reply.json(json_value::object({{"status", "ok"}, {"node", c.node}, {"version", c.version}}));
  });
  to.add("GET", "/livez", api_scope::none, [](const api_call& call) {
    call.reply.json(json_value::object({{"status", "ok"}}));
  });
  to.add("GET", "/readyz", api_scope::none, [context](const api_call& call) {
    context->backend.get_readiness([context, reply = call.reply](result<readiness> outcome) {
      answer_readiness(reply, context->config, std::move(outcome));
    });
  });
  to.add("GET", "/metrics", api_scope::read, [context](const api_call& call) {
    served_response out;
    out.content_type = "text/plain; version=0.0.4; charset=utf-8";
    out.body = context->backend.render_metrics();
    call.reply.send(std::move(out));
  });
  to.add("GET", "/api/v1/inspect/tree", api_scope::read, [context](const api_call& call) {
    auto i = call.request.query.find("fleet");
    auto whole_fleet = i != call.request.query.end() && i->second == "1";
    context->backend.get_tree(whole_fleet, then_json(call.reply, tree_json));
  });
  to.add("PUT", "/api/v1/log-level", api_scope::admin, [context](const api_call& call) {
    auto level = read_log_level(call.request.body);
    if (!level)
      return call.reply.problem(level.error());
    context->backend.set_log_level(*level, then_success(call.reply));
  });
  to.add("POST", "/api/v1/inspect/crash", api_scope::admin, [context](const api_call& call) {
    auto texts = read_texts<2>(call.request.body, {"node", "actor"});
    if (!texts)
      return call.reply.problem(texts.error());
    context->backend.crash_actor({(*texts)[0], (*texts)[1]}, then_success(call.reply));
  });
}

} // namespace vigie

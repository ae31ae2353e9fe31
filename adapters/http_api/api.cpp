#include "adapters/http_api/api.hpp"

#include <algorithm>

#include "adapters/http_api/api_routes.hpp"
#include "adapters/http_api/known_hosts.hpp"

namespace vigie {

namespace {

constexpr size_t max_shown_host = 100;

std::vector<std::string> split_path(std::string_view path) {
  std::vector<std::string> out;
  while (!path.empty()) {
    path.remove_prefix(1); // the slash
    auto end = std::min(path.find('/'), path.size());
    out.emplace_back(path.substr(0, end));
    path.remove_prefix(end);
  }
  return out;
}

bool path_matches(const std::vector<std::string>& pattern, const std::vector<std::string>& path) {
  return std::equal(
      pattern.begin(), pattern.end(), path.begin(), path.end(),
      [](const std::string& want, const std::string& got) { return want == "{}" ? !got.empty() : want == got; });
}

/// The handler's own state: the failed-key limiter belongs to the server's thread.
struct api_front {
  api_context_ptr context;
  std::shared_ptr<key_ring> keys;
  failed_key_limiter limiter;
  api_routes routes;
  api_routes elsewhere; ///< what the other role serves, and this node does not

  void serve(served_request request, http_server::responder respond);
  void say_nothing_here(const served_request& request, const api_reply& reply) const;
  bool admit(const served_request& request, const api_reply& reply, api_scope needs, key_holder& who);
};

/// Answers 401, 403 or 429 and says false unless the caller may do this.
bool api_front::admit(const served_request& request, const api_reply& reply, api_scope needs, key_holder& who) {
  if (needs == api_scope::none)
    return true;
  auto refuse = [&](int status, std::string_view why) {
    auto out = reply.make(status, why);
    if (status == 401)
      out.headers["WWW-Authenticate"] = "Bearer realm=\"vigie\"";
    if (status == 429)
      out.headers["Retry-After"] =
          std::to_string(60 / std::max<uint32_t>(context->config.max_failed_keys_per_minute, 1) + 1);
    reply.send(std::move(out));
    return false;
  };
  auto key = presented_key(request);
  if (key.empty())
    return refuse(401, "This needs an API key, in the header x-api-key.");
  who = keys->find(key);
  if (who.id.empty()) {
    if (!limiter.count(request.peer, context->config.clock()))
      return refuse(429, "Too many wrong API keys came from this address; wait before the next try.");
    return refuse(401, "This API key is not known.");
  }
  if (who.scope < needs)
    return refuse(403, "This API key's scope is " + std::string{to_string(who.scope)} + "; this needs " +
                           std::string{to_string(needs)} + ".");
  return true;
}

void api_front::say_nothing_here(const served_request& request, const api_reply& reply) const {
  if (elsewhere.find(request.method, request.segments).allowed.empty())
    return reply.problem(404, "There is nothing at this path.");
  reply.problem(404, context->config.serves_main
                         ? "This is a main node, and only workers serve this: name a worker's file (--config) or "
                           "address (--url)."
                         : "This is a worker node, and only main serves this: name main's file (--config) or address "
                           "(--url).");
}

void api_front::serve(served_request request, http_server::responder respond) {
  api_reply reply{std::move(respond), request.path, request.request_id, context->config.retry_after_seconds};
  if (auto host = request.headers.find("host");
      host != request.headers.end() && !is_known_host(host->second, context->config.hosts))
    return reply.problem(421, "This node's API is not known as \"" + host->second.substr(0, max_shown_host) +
                                  "\". If it should be, write that name into [api] hosts of its file.");
  auto method = request.method == "HEAD" ? std::string{"GET"} : request.method;
  auto found = routes.find(method, request.segments);
  key_holder who;
  // Strangers do not learn which paths there are.
  if (!admit(request, reply, found.route ? found.route->needs : api_scope::read, who))
    return;
  if (method != "GET")
    reply.if_late("It may still be carried out: look before you ask again.");
  if (!found.route && found.allowed.empty())
    return say_nothing_here(request, reply);
  if (!found.route) {
    auto out = reply.make(405, request.method + " is not served at this path.");
    out.headers["Allow"] = found.allowed;
    return reply.send(std::move(out));
  }
  found.route->serve({std::move(request), std::move(reply), std::move(who), std::move(found.args)});
}

} // namespace

// -- replies ---------------------------------------------------------------------------------------

void api_reply::json(const json_value& body, int status) const {
  served_response out;
  out.status = status;
  out.body = body.dump();
  respond_(std::move(out));
}

void api_reply::success(json_value data) const {
  json(json_value::object({{"success", true}, {"data", std::move(data)}}));
}

void api_reply::with_retry_after(served_response& response) const {
  if (response.status == 429 || response.status == 503)
    response.headers["Retry-After"] = std::to_string(retry_after_);
}

void api_reply::problem(const error& why) const {
  // What was asked of a part that does not answer in time waits there: it is not taken back.
  bool late = why.code == errc::deadline_exceeded && !if_late_.empty();
  auto said =
      late ? error{why.code, (why.detail.empty() ? "No answer came in time." : why.detail + ".") + " " + if_late_,
                   why.place}
           : why;
  auto out = make_problem(http_status_of(why.code), said, path_, request_id_);
  with_retry_after(out);
  respond_(std::move(out));
}

served_response api_reply::make(int status, std::string_view detail) const {
  return make_problem(status, detail, path_, request_id_);
}

void api_reply::problem(int status, std::string_view detail) const {
  auto out = make(status, detail);
  with_retry_after(out);
  respond_(std::move(out));
}

void api_reply::problem(int status, const error& why) const {
  respond_(make_problem(status, why, path_, request_id_));
}

// -- routes ----------------------------------------------------------------------------------------

void api_routes::add(std::string method, std::string_view path, api_scope needs, std::function<void(api_call)> serve) {
  all_.push_back({std::move(method), split_path(path), needs, std::move(serve)});
}

api_routes::found api_routes::find(std::string_view method, const std::vector<std::string>& segments) const {
  found out;
  auto literal = std::any_of(all_.begin(), all_.end(), [&](const api_route& x) { return x.path == segments; });
  for (const auto& x : all_) {
    if (literal ? x.path != segments : !path_matches(x.path, segments))
      continue;
    out.allowed += (out.allowed.empty() ? "" : ", ") + x.method + (x.method == "GET" ? ", HEAD" : "");
    if (x.method != method || out.route)
      continue;
    out.route = &x;
    for (size_t i = 0; i < x.path.size(); ++i)
      if (x.path[i] == "{}")
        out.args.push_back(segments[i]);
  }
  return out;
}

result<uint32_t> read_limit(const served_request& request, const api_config& config) {
  auto i = request.query.find("limit");
  if (i == request.query.end())
    return config.default_list;
  return parse_number<uint32_t>(i->second, 1, config.max_list, "limit");
}

result<int64_t> read_id(std::string_view text) {
  return parse_number<int64_t>(text, 1, INT64_MAX, "an id");
}

http_server::handler make_api(api_config config, api_backend& backend, std::shared_ptr<key_ring> keys) {
  failed_key_limiter limiter{config.max_failed_keys_per_minute, config.max_failed_key_peers};
  auto context = std::shared_ptr<api_context>{new api_context{std::move(config), backend}};
  auto front = std::make_shared<api_front>(api_front{context, std::move(keys), std::move(limiter), {}, {}});
  add_node_routes(front->routes, context);
  const auto& role = context->config;
  add_worker_routes(role.serves_worker ? front->routes : front->elsewhere, context);
  auto& of_main = role.serves_main ? front->routes : front->elsewhere;
  add_main_routes(of_main, context);
  add_alert_routes(of_main, context);
  add_conduct_routes(of_main, context);
  return [front](served_request request, http_server::responder respond) {
    front->serve(std::move(request), std::move(respond));
  };
}

} // namespace vigie

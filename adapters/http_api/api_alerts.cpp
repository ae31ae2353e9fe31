// The alerts of a main node.
#include <algorithm>

#include "actors/policy/unicode.hpp"
#include "adapters/crypto/secrets.hpp"
#include "adapters/http_api/api_json.hpp"
#include "adapters/http_api/api_routes.hpp"
#include "adapters/http_api/entity_tags.hpp"

namespace vigie {

namespace {

json_value texts_json(const std::vector<std::string>& all) {
  auto out = json_value::array();
  for (const auto& x : all)
    out.push(x);
  return out;
}

/// With what is doubtful about it now: computed, so that it goes when the configuration is mended.
json_value shown(const api_context_ptr& context, const alert& x) {
  return alert_json(x).set("warnings", texts_json(context->backend.doubts_of(x)));
}

/// Of the alert as it is shown: another one whenever that changes (RFC 9110, 8.8.3).
std::string etag_of(const std::string& body) {
  constexpr size_t digits = 32;
  return '"' + sha256_hex(body).substr(0, digits) + '"';
}

void send_alert(const api_context_ptr& context, const api_reply& reply, const alert& x, int status = 200) {
  served_response out;
  out.status = status;
  out.body = shown(context, x).dump();
  out.headers["ETag"] = etag_of(out.body);
  if (status == 201)
    out.headers["Location"] = "/api/v1/alerts/" + std::to_string(x.id.value);
  reply.send(std::move(out));
}

/// A backend's callback.
std::function<void(result<alert>)> then_alert(const api_context_ptr& context, const api_reply& reply) {
  return [context, reply](result<alert> outcome) {
    if (outcome)
      send_alert(context, reply, *outcome);
    else
      reply.problem(outcome.error());
  };
}

void find_alert(const api_context_ptr& context, const api_reply& reply, alert_id id,
                std::function<void(const alert&)> then) {
  context->backend.list_alerts([reply, id, then = std::move(then)](result<std::vector<alert>> all) {
    if (!all)
      return reply.problem(all.error());
    auto i = std::find_if(all->begin(), all->end(), [&](const alert& x) { return x.id == id; });
    if (i == all->end())
      return reply.problem({errc::not_found, "no alert has this id", ""});
    then(*i);
  });
}

void say_changed(const api_reply& reply, alert_id id) {
  reply.problem(412, {errc::conflict,
                      "alert " + std::to_string(id.value) +
                          " is not as If-Match says any more: read it again, and repeat the change",
                      "If-Match"});
}

/// Calls `then` if the request's If-Match holds (RFC 9110, 13.1.1): with the alert that it held for, or with none if
/// the request has no If-Match.
void if_unchanged(const api_context_ptr& context, const api_call& call, alert_id id,
                  std::function<void(optional<alert>)> then) {
  auto tags = std::string{call.request.header("if-match")};
  if (tags.empty() || trim_blanks(tags) == "*") // what is not there is not found anyway
    return then({});
  find_alert(context, call.reply, id, [=, reply = call.reply, then = std::move(then)](const alert& now) {
    if (names_etag(tags, etag_of(shown(context, now).dump())))
      then(now);
    else
      say_changed(reply, id);
  });
}

/// {"alerts":[…],"total":N,"next":ID|null}: by id, `limit` of them above `after`.
json_value page_of_alerts(const api_context_ptr& context, std::vector<alert> all, int64_t after, size_t limit) {
  std::sort(all.begin(), all.end(), [](const alert& a, const alert& b) { return a.id < b.id; });
  auto list = json_value::array();
  json_value next;
  int64_t last = 0;
  for (const auto& x : all) {
    if (x.id.value <= after)
      continue;
    if (list.size() == limit) {
      next = last;
      break;
    }
    list.push(shown(context, x));
    last = x.id.value;
  }
  return json_value::object({{"alerts", std::move(list)}, {"total", all.size()}, {"next", std::move(next)}});
}

void serve_list(const api_context_ptr& context, const api_call& call) {
  auto limit = call.request.query.contains("limit") ? read_limit(call.request, context->config)
                                                    : result<uint32_t>{context->config.max_list};
  if (!limit)
    return call.reply.problem(limit.error());
  int64_t after = 0;
  if (auto i = call.request.query.find("after"); i != call.request.query.end()) {
    auto id = parse_number<int64_t>(i->second, 0, INT64_MAX, "after");
    if (!id)
      return call.reply.problem(id.error());
    after = *id;
  }
  optional<std::string> name;
  if (auto i = call.request.query.find("name"); i != call.request.query.end())
    name = i->second;
  context->backend.list_alerts(then_json(call.reply, [context, after, name, limit = *limit](std::vector<alert> all) {
    if (name)
      std::erase_if(all, [&](const alert& x) { return x.name != *name; });
    return page_of_alerts(context, std::move(all), after, limit);
  }));
}

void serve_one(const api_context_ptr& context, const api_call& call, alert_id id) {
  find_alert(context, call.reply, id, [context, reply = call.reply](const alert& x) { send_alert(context, reply, x); });
}

void serve_new(const api_context_ptr& context, const api_call& call) {
  auto what = alert_from_json(call.request.body, context->config.limits);
  if (!what)
    return call.reply.problem(what.error());
  if (what->id.value != 0)
    return call.reply.problem({errc::bad_request, "a new alert gets its id here; PUT changes one that exists", "/id"});
  auto reply = call.reply;
  reply.if_late("The alert may still be stored: GET /api/v1/alerts shows whether it was, before you send it again.");
  context->backend.put_alert(std::move(*what), [context, reply = std::move(reply)](result<alert> stored) {
    if (!stored)
      return reply.problem(stored.error());
    send_alert(context, reply, *stored, 201);
  });
}

void serve_change(const api_context_ptr& context, const api_call& call, alert_id id) {
  auto what = alert_from_json(call.request.body, context->config.limits);
  if (!what)
    return call.reply.problem(what.error());
  if (what->id.value != 0 && what->id != id)
    return call.reply.problem({errc::bad_request, "this is not the id of the path", "/id"});
  what->id = id;
  if_unchanged(context, call, id, [context, reply = call.reply, what = std::move(*what)](optional<alert> before) {
    if (!before)
      return context->backend.put_alert(what, then_alert(context, reply));
    context->backend.change_alert(what, std::move(*before), [context, reply, id = what.id](result<alert> outcome) {
      if (!outcome && outcome.error().place == database::changed_meanwhile)
        return say_changed(reply, id);
      then_alert(context, reply)(std::move(outcome));
    });
  });
}

void serve_import(const api_context_ptr& context, const api_call& call) {
  auto all = alerts_from_json(call.request.body, context->config.limits);
  if (!all)
    return call.reply.problem(all.error());
  if (all->empty())
    return call.reply.problem({errc::bad_request, "there is no alert in this body", ""});
  constexpr size_t most_named = 100;
  auto warnings = json_value::array();
  size_t doubtful = 0;
  for (const auto& x : *all)
    if (auto doubts = context->backend.doubts_of(x); !doubts.empty() && ++doubtful <= most_named)
      warnings.push(json_value::object({{"name", x.name}, {"warnings", texts_json(doubts)}}));
  auto answer = [doubtful, warnings = std::move(warnings)](uint32_t count) {
    auto out = json_value::object({{"success", true}, {"imported", count}});
    return doubtful == 0 ? out : out.set("doubtful", doubtful).set("warnings", warnings);
  };
  context->backend.import_alerts(std::move(*all), then_json(call.reply, std::move(answer)));
}

/// A handler that has the id of its path.
template <class F>
std::function<void(api_call)> with_id(F serve) {
  return [serve](const api_call& call) {
    auto id = read_id(call.args[0]);
    if (!id)
      return call.reply.problem(id.error());
    serve(call, alert_id{*id});
  };
}

} // namespace

void add_alert_routes(api_routes& to, const api_context_ptr& context) {
  const std::string one = "/api/v1/alerts/{}";
  to.add("GET", "/api/v1/alerts", api_scope::read, [context](const api_call& call) { serve_list(context, call); });
  to.add("POST", "/api/v1/alerts", api_scope::run, [context](const api_call& call) { serve_new(context, call); });
  to.add("POST", "/api/v1/alerts/import", api_scope::run,
         [context](const api_call& call) { serve_import(context, call); });
  to.add("GET", one, api_scope::read,
         with_id([context](const api_call& call, alert_id id) { serve_one(context, call, id); }));
  to.add("PUT", one, api_scope::run,
         with_id([context](const api_call& call, alert_id id) { serve_change(context, call, id); }));
  to.add("DELETE", one, api_scope::run, with_id([context](const api_call& call, alert_id id) {
           if_unchanged(context, call, id, [context, reply = call.reply, id](const optional<alert>&) {
             context->backend.remove_alert(id, then_success(reply));
           });
         }));
  for (auto enabled : {true, false})
    to.add("POST", one + (enabled ? "/resume" : "/pause"), api_scope::run,
           with_id([context, enabled](const api_call& call, alert_id id) {
             if_unchanged(context, call, id, [context, reply = call.reply, id, enabled](const optional<alert>&) {
               context->backend.set_alert_enabled(id, enabled, then_alert(context, reply));
             });
           }));
}

} // namespace vigie

// GET /api/v1/conduct: what the fleet did to each host; POST /api/v1/hosts/HOST/lift: one may be asked again.
//
// The store folds the hours of a host into one row or gives them as they are, and a folded row knows its first hour
// only. So the hosts are asked for first, folded, and then the hours of those that are shown, host by host.
#include <algorithm>
#include <functional>
#include <memory>
#include <set>

#include "actors/policy/conduct_rows.hpp"
#include "actors/policy/gate_keys.hpp"
#include "actors/policy/url_template.hpp"
#include "adapters/http_api/api_json.hpp"
#include "adapters/http_api/api_routes.hpp"

namespace vigie {

namespace {

constexpr duration default_period = std::chrono::hours{7 * 24};
constexpr duration longest_period = std::chrono::hours{365 * 24};

struct conduct_question {
  host_key host{};       ///< empty: all of them
  bool any_port = false; ///< its name, where the ledger has nothing of the host itself
  uint32_t limit = 0;    ///< hosts shown
};

/// A URL, or a host as the ledger names it: with its port, unless that is the scheme's own.
result<conduct_question> read_host(const std::string& text) {
  conduct_question out;
  if (text.empty())
    return out;
  auto is_url = text.find("://") != std::string::npos;
  auto url = parse_url(is_url ? text : (text.ends_with(":443") ? "https://" : "http://") + text);
  if (!url)
    return tl::unexpected(url.error());
  if (!is_url && url->target != "/")
    return fail(errc::bad_request, "host is a host, as \"shop.example\" or \"127.0.0.1:8080\", or a whole URL");
  out.host = host_key_of(*url);
  out.any_port = !is_url && !text.ends_with(":443") && !text.ends_with(":80") && !url->port;
  return out;
}

result<conduct_question> read_question(const served_request& request, const api_config& config) {
  auto text = [&](const char* name) {
    auto i = request.query.find(name);
    return i == request.query.end() ? std::string{} : i->second;
  };
  auto out = read_host(text("host"));
  if (!out)
    return out;
  auto limit = read_limit(request, config);
  if (!limit)
    return tl::unexpected(limit.error());
  out->limit = *limit;
  if (auto hours = text("hours"); !hours.empty() && hours != "0" && hours != "1")
    return fail(errc::bad_request, "hours is 1 or 0");
  return out;
}

result<wall_time> read_since(const served_request& request, wall_time now) {
  auto i = request.query.find("since_ms");
  if (i == request.query.end())
    return now - default_period;
  return parse_number<int64_t>(i->second, 1, longest_period.count(), "since_ms").map([now](int64_t ms) {
    return now - duration{ms};
  });
}

/// One answer in the making. It lives as long as somebody answers it.
class conduct_answer : public std::enable_shared_from_this<conduct_answer> {
public:
  conduct_answer(api_context_ptr context, api_reply reply, conduct_question question, conduct_page page)
      : context_(std::move(context)), reply_(std::move(reply)), question_(std::move(question)), page_(std::move(page)) {
  }

  void begin() {
    ask(question_.host, duration{0}, context_->config.max_conduct_hosts,
        [](conduct_answer& self, std::vector<conduct_row> rows) {
          if (rows.empty() && self.question_.any_port)
            return self.look_for_name();
          self.take_hosts(std::move(rows));
        });
  }

private:
  template <class F>
  void ask(const host_key& host, duration step, uint32_t limit, F then) {
    context_->backend.list_conduct({host, page_.since, step, limit},
                                   [self = shared_from_this(), then](result<std::vector<conduct_row>> rows) {
                                     if (!rows)
                                       return self->reply_.problem(rows.error());
                                     then(*self, std::move(*rows));
                                   });
  }

  void look_for_name() {
    ask({}, duration{0}, context_->config.max_conduct_hosts, [](conduct_answer& self, std::vector<conduct_row> rows) {
      auto wanted = name_of(self.question_.host);
      std::erase_if(rows, [&](const conduct_row& x) { return name_of(x.host) != wanted; });
      self.take_hosts(std::move(rows));
    });
  }

  void take_hosts(std::vector<conduct_row> rows) {
    page_.hosts_in_all = rows.size();
    std::stable_sort(rows.begin(), rows.end(),
                     [](const conduct_row& a, const conduct_row& b) { return a.requests > b.requests; });
    rows.resize(std::min<size_t>(rows.size(), question_.limit));
    shown_ = std::move(rows);
    next_host();
  }

  void next_host() {
    if (page_.hosts.size() == shown_.size())
      return reply_.json(conduct_page_json(page_));
    ask(shown_[page_.hosts.size()].host, std::chrono::hours{1}, context_->config.max_conduct_hours,
        [](conduct_answer& self, std::vector<conduct_row> rows) { self.take_hours(std::move(rows)); });
  }

  void take_hours(std::vector<conduct_row> rows) {
    host_conduct host{shown_[page_.hosts.size()], {}, {}};
    host.last_hour = host.sum.hour;
    if (!rows.empty()) { // the hours may be forgotten meanwhile
      host.sum = rows.front();
      std::for_each(rows.begin() + 1, rows.end(), [&](const conduct_row& x) { add(host.sum, x); });
      host.last_hour = rows.back().hour;
    }
    if (page_.with_hours) {
      hours_ += rows.size();
      if (hours_ > context_->config.max_conduct_hours)
        return reply_.problem({errc::bad_request,
                               "there are more than " + std::to_string(context_->config.max_conduct_hours) +
                                   " hours to show; ask for one host, for fewer hosts (limit) or for a shorter time",
                               {}});
      host.hours = std::move(rows);
    }
    page_.hosts.push_back(std::move(host));
    next_host();
  }

  api_context_ptr context_;
  api_reply reply_;
  conduct_question question_;
  conduct_page page_;
  std::vector<conduct_row> shown_; ///< folded
  size_t hours_ = 0;
};

/// Its gate may be named by a part of its name.
bool covers(const host_key& gate, const host_key& host) {
  return gate == host || host.value.ends_with("." + gate.value);
}

bool concerns(const conduct_question& question, const host_key& gate) {
  return covers(gate, question.host) || (question.any_port && name_of(gate) == name_of(question.host));
}

/// Holds, and circuits that are open.
using held_hosts = std::function<void(std::vector<held_host> held, const std::vector<verdict>& verdicts)>;

void ask_held(const api_context_ptr& context, const api_reply& reply, held_hosts then) {
  context->backend.list_holds([context, reply, then = std::move(then)](const result<std::vector<host_hold>>& holds) {
    if (!holds)
      return reply.problem(holds.error());
    std::vector<held_host> held;
    for (const auto& x : *holds)
      held.push_back({x});
    context->backend.list_verdicts(
        [context, reply, then, held = std::move(held)](const result<std::vector<verdict>>& verdicts) mutable {
          if (!verdicts)
            return reply.problem(verdicts.error());
          for (const auto& v : *verdicts)
            if (v.scope == verdict_scope::host && v.until > context->config.wall())
              held.push_back({{v.host, v.until, false, {}}, v.evidence});
          std::stable_sort(held.begin(), held.end(),
                           [](const held_host& a, const held_host& b) { return a.what.until > b.what.until; });
          then(std::move(held), *verdicts);
        });
  });
}

void serve_conduct(const api_context_ptr& context, const api_call& call) {
  auto question = read_question(call.request, context->config);
  if (!question)
    return call.reply.problem(question.error());
  conduct_page page;
  page.until = context->config.wall();
  auto since = read_since(call.request, page.until);
  if (!since)
    return call.reply.problem(since.error());
  page.since = *since;
  page.exceptions = context->config.exceptions;
  auto hours = call.request.query.find("hours");
  page.with_hours = hours != call.request.query.end() && hours->second == "1";
  ask_held(context, call.reply,
           [context, reply = call.reply, question = std::move(*question),
            page = std::move(page)](std::vector<held_host> held, const std::vector<verdict>&) mutable {
             if (!question.host.value.empty())
               std::erase_if(held, [&](const held_host& x) { return !concerns(question, x.what.host); });
             page.held_in_all = held.size();
             held.resize(std::min<size_t>(held.size(), question.limit));
             page.held = std::move(held);
             std::make_shared<conduct_answer>(context, reply, std::move(question), std::move(page))->begin();
           });
}

/// The one that is held and has this name, if no port was named.
result<host_key> host_to_lift(const conduct_question& question, const std::vector<held_host>& held) {
  std::set<host_key> named;
  for (const auto& x : held) {
    if (covers(x.what.host, question.host))
      return question.host;
    if (concerns(question, x.what.host))
      named.insert(x.what.host);
  }
  if (named.empty())
    return question.host;
  if (named.size() == 1)
    return *named.begin();
  std::string all;
  for (const auto& x : named)
    all += (all.empty() ? "" : ", ") + x.value;
  return fail(errc::bad_request, "several hosts of that name are held: " + all + "; say which, with its port");
}

/// What no lift ends: the ban-timer's own verdict. Empty if its circuit is closed.
std::string circuit_words(const host_key& host, const std::vector<verdict>& verdicts, wall_time now) {
  std::string out, workers;
  for (const auto& v : verdicts) {
    if (v.host != host)
      continue;
    if (v.scope == verdict_scope::worker_host)
      workers += " " + v.worker.value;
    else if (v.scope == verdict_scope::host)
      out = host.value + " has refused the fleet (" + v.evidence + "), so its circuit " +
            (v.until > now ? "is open until " : "is half-open, for one probe, since ") + to_rfc3339(v.until);
  }
  if (out.empty())
    return out;
  return out + "; if its owner agrees that you come earlier: vigie workers unban" +
         (workers.empty() ? " ID, of any worker" : workers);
}

void serve_lift(const api_context_ptr& context, const api_call& call) {
  auto which = read_host(call.args[0]);
  if (!which)
    return call.reply.problem(which.error());
  ask_held(context, call.reply,
           [context, reply = call.reply, which = std::move(*which)](const std::vector<held_host>& held,
                                                                    const std::vector<verdict>& verdicts) {
             auto host = host_to_lift(which, held);
             if (!host)
               return reply.problem(host.error());
             auto circuit = circuit_words(*host, verdicts, context->config.wall());
             context->backend.lift_holds(*host, [reply, circuit](result<std::vector<host_hold>> lifted) {
               if (!lifted && lifted.error().code == errc::not_found && !circuit.empty())
                 lifted.error().detail = circuit;
               if (!lifted)
                 return reply.problem(lifted.error());
               std::vector<held_host> rows;
               for (auto& x : *lifted)
                 rows.push_back({std::move(x)});
               auto still = circuit.empty() ? json_value{} : json_value{circuit};
               reply.json(
                   json_value::object({{"success", true}, {"lifted", held_json(rows)}, {"circuit", std::move(still)}}));
             });
           });
}

} // namespace

void add_conduct_routes(api_routes& to, const api_context_ptr& context) {
  to.add("GET", "/api/v1/conduct", api_scope::read, [context](const api_call& call) { serve_conduct(context, call); });
  to.add("POST", "/api/v1/hosts/{}/lift", api_scope::admin,
         [context](const api_call& call) { serve_lift(context, call); });
}

} // namespace vigie

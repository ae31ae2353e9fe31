// GET /api/v1/conduct: what the fleet did to each host; POST /api/v1/hosts/HOST/lift: one may be asked again.
//
// The store folds the hours of a host into one row or gives them as they are, and a folded row knows its first hour
// only. So the hosts are asked for first, folded, and then the hours of those that are shown, host by host.
#include <algorithm>
#include <memory>

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
bool concerns(const conduct_question& question, const host_hold& x) {
  const auto& host = question.host.value;
  return x.host.value == host || host.ends_with("." + x.host.value) ||
         (question.any_port && name_of(x.host) == name_of(question.host));
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
  context->backend.list_holds([context, reply = call.reply, question = std::move(*question),
                               page = std::move(page)](result<std::vector<host_hold>> holds) mutable {
    if (!holds)
      return reply.problem(holds.error());
    if (!question.host.value.empty())
      std::erase_if(*holds, [&](const host_hold& x) { return !concerns(question, x); });
    page.held_in_all = holds->size();
    holds->resize(std::min<size_t>(holds->size(), question.limit));
    page.held = std::move(*holds);
    std::make_shared<conduct_answer>(context, reply, std::move(question), std::move(page))->begin();
  });
}

void serve_lift(const api_context_ptr& context, const api_call& call) {
  auto which = read_host(call.args[0]);
  if (!which)
    return call.reply.problem(which.error());
  context->backend.lift_holds(which->host, then_json(call.reply, [](const std::vector<host_hold>& x) {
                                return json_value::object({{"success", true}, {"lifted", holds_json(x)}});
                              }));
}

} // namespace

void add_conduct_routes(api_routes& to, const api_context_ptr& context) {
  to.add("GET", "/api/v1/conduct", api_scope::read, [context](const api_call& call) { serve_conduct(context, call); });
  to.add("POST", "/api/v1/hosts/{}/lift", api_scope::admin,
         [context](const api_call& call) { serve_lift(context, call); });
}

} // namespace vigie

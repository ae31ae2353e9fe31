// The API's table of paths and what its parts share. Inside adapters/http_api only.
#pragma once

#include <atomic>
#include <charconv>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/http_api/api.hpp"
#include "adapters/http_api/problem.hpp"
#include "adapters/json/json_writer.hpp"

namespace vigie {

/// The way back to one caller. Cheap to copy; answers once.
class api_reply {
public:
  api_reply(http_server::responder respond, std::string path, std::string request_id, uint32_t retry_after)
      : respond_(std::move(respond)), path_(std::move(path)), request_id_(std::move(request_id)),
        retry_after_(retry_after) {}

  void json(const json_value& body, int status = 200) const;
  void send(served_response response) const { respond_(std::move(response)); }
  void problem(const error& why) const;
  void problem(int status, std::string_view detail) const;
  /// Under another status than that of its code.
  void problem(int status, const error& why) const;
  /// {"success":true,"data":…}
  void success(json_value data) const;
  served_response make(int status, std::string_view detail) const;
  /// What to say besides when no answer comes in time: the request has changed something, or may still do so.
  void if_late(std::string what) { if_late_ = std::move(what); }

private:
  void with_retry_after(served_response& response) const;

  http_server::responder respond_;
  std::string path_;
  std::string request_id_;
  std::string if_late_;
  uint32_t retry_after_;
};

struct api_call {
  served_request request;
  api_reply reply;
  key_holder who;
  std::vector<std::string> args; ///< what the {} of the path stand for
};

struct api_route {
  std::string method;
  std::vector<std::string> path; ///< segments; "{}" takes any one that no literal path has
  api_scope needs = api_scope::read;
  std::function<void(api_call)> serve;
};

struct api_context {
  api_config config;
  api_backend& backend;
  std::atomic<size_t> commands{0}; ///< execute calls under way
};
using api_context_ptr = std::shared_ptr<api_context>;

class api_routes {
public:
  /// `path` as in "/api/v1/alerts/{}".
  void add(std::string method, std::string_view path, api_scope needs, std::function<void(api_call)> serve);

  struct found {
    const api_route* route = nullptr;
    std::vector<std::string> args;
    std::string allowed; ///< methods of this path; empty = there is no such path
  };
  found find(std::string_view method, const std::vector<std::string>& segments) const;
  const std::vector<api_route>& all() const { return all_; }

private:
  std::vector<api_route> all_;
};

void add_node_routes(api_routes& to, const api_context_ptr& context);
void add_worker_routes(api_routes& to, const api_context_ptr& context);
void add_main_routes(api_routes& to, const api_context_ptr& context);
void add_conduct_routes(api_routes& to, const api_context_ptr& context);
void add_alert_routes(api_routes& to, const api_context_ptr& context);

/// A backend's callback that answers with `to_json` of the value, or with the error as a problem.
template <class F>
auto then_json(api_reply reply, F to_json) {
  return [reply = std::move(reply), to_json = std::move(to_json)](auto outcome) {
    if (outcome)
      reply.json(to_json(std::move(*outcome)));
    else
      reply.problem(outcome.error());
  };
}

/// {"success":true} or the problem.
inline auto then_success(api_reply reply) {
  return [reply = std::move(reply)](auto outcome) {
    if (outcome)
      reply.json(json_value::object({{"success", true}}));
    else
      reply.problem(outcome.error());
  };
}

/// A whole number without sign, from `least` to `most`. bad_request names `what`.
template <class T>
result<T> parse_number(std::string_view text, T least, T most, std::string_view what) {
  T out{};
  auto end = text.data() + text.size();
  auto [at, ec] = std::from_chars(text.data(), end, out);
  if (ec != std::errc{} || at != end || out < least || out > most)
    return fail(errc::bad_request,
                std::string{what} + " is a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  return out;
}

/// ?limit=
result<uint32_t> read_limit(const served_request& request, const api_config& config);
result<int64_t> read_id(std::string_view text);

/// Reads a command of the request's body, minds scope and flood limit, and hands it to `run`.
using command_runner_fn = std::function<void(worker_command, envelope, api_backend::done<command_result>)>;
void serve_command(const api_context_ptr& context, api_call call, const command_runner_fn& run, bool say_worker);

} // namespace vigie

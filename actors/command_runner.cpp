#include "actors/command_runner.hpp"

#include <algorithm>

#include "actors/policy/url_template.hpp"
#include "actors/running_command.hpp"

namespace vigie {

namespace {

duration within(duration wanted, const envelope& env) {
  return env.deadline > duration{0} ? std::min(wanted, env.deadline) : wanted;
}

// -- scrape

result<gated_fetch> plan_scrape(const command_runner_config& config, const envelope& env, const std::string& text,
                                const source_ways& ways, std::string& as_source) {
  auto url = parse_url(text);
  if (!url)
    return tl::unexpected<error>(url.error());
  gated_fetch out;
  out.cause = "a scrape command";
  out.leave.host = host_key_of(*url);
  out.leave.url = to_string(*url);
  if (auto way = ways.to(out.leave.host)) {
    as_source = way->source.value;
    out.leave.policy = way->gate;
    out.request.proxy = std::move(way->proxy);
    out.request.ca_pem = std::move(way->ca_pem);
  }
  out.leave.patience = within(config.patience, env);
  out.request.url = out.leave.url;
  out.request.headers = config.headers;
  out.request.timeout = within(config.fetch_timeout, env);
  out.request.max_body_bytes = config.max_body_bytes;
  return out;
}

void scraped(running_command& command, gated_answer& x) {
  if (x.denied.code != errc::none)
    return command.fail(x.denied);
  if (x.outcome.problem.code != errc::none)
    return command.fail(x.outcome.problem, x.outcome.status);
  auto most = command.self->state.config.max_output_bytes;
  command_result out;
  out.http_status = x.outcome.status;
  out.output = std::move(x.answer.body);
  out.truncated = out.output.size() > most;
  out.output.resize(std::min<size_t>(out.output.size(), most));
  command.end(std::move(out));
}

void scrape(running_command command, const envelope& env, const worker_command& what) {
  auto* self = command.self;
  std::string as_source;
  auto order = plan_scrape(self->state.config, env, what.url, *self->state.parts.ways, as_source);
  if (!order)
    return command.fail(order.error());
  if (!as_source.empty())
    command.say_way(as_source, order->request.proxy);
  self->request(self->state.parts.gate.get(), caf::infinite, std::move(*order))
      .then([=](gated_answer& x) mutable { scraped(command, x); },
            [=](const caf::error& e) mutable { command.fail(from_caf(e)); });
}

// -- custom

command_result judge_child(result<child_outcome> child) {
  command_result out;
  if (!child) {
    out.problem = child.error();
    return out;
  }
  if (child->timed_out)
    out.problem = {errc::child_timed_out, "it did not end in time", {}};
  else if (child->exit_status != 0)
    out.problem = {errc::child_failed, "it ended with status " + std::to_string(child->exit_status), {}};
  out.output = std::move(child->output);
  out.truncated = child->truncated;
  return out;
}

void run_custom(running_command command, const envelope& env, const worker_command& what) {
  auto* self = command.self;
  auto& s = self->state;
  auto known = s.config.custom.find(what.name);
  if (known == s.config.custom.end())
    return command.fail({errc::unknown_command, "this worker's configuration has no command of that name", {}});
  auto argv = fill_argv(known->second.argv, what.args, s.config.arguments);
  if (!argv)
    return command.fail(argv.error());
  child_request child;
  child.argv = std::move(*argv);
  child.env = known->second.env;
  child.time_out = within(known->second.time_out, env);
  child.max_output_bytes = known->second.max_output_bytes;
  s.parts.children->run(std::move(child), self->bridge([command](result<child_outcome> x) mutable {
    command.end(judge_child(std::move(x)));
  }));
}

void begin(running_command command, const envelope& env, const worker_command& what) {
  switch (what.kind) {
  case command_kind::scrape:
    return scrape(std::move(command), env, what);
  case command_kind::custom:
    return run_custom(std::move(command), env, what);
  case command_kind::generate_cookies:
    return command.fail({errc::no_credential_provider, "this node has nothing that makes credentials", {}});
  case command_kind::check_alerts:
    break;
  }
  command.fail({errc::bad_request, "not a command of the command-runner", {}});
}

} // namespace

error validate(const command_runner_config& config) {
  if (config.max_in_flight == 0 || config.max_body_bytes == 0 || config.max_output_bytes == 0 ||
      config.fetch_timeout <= duration{0} || config.patience <= duration{0})
    return {errc::bad_config, "the limits of commands must be positive", {}};
  for (const auto& [name, command] : config.custom) {
    auto problem = validate_argv(command.argv);
    if (problem.code == errc::none && (command.time_out <= duration{0} || command.max_output_bytes == 0))
      problem = {errc::bad_config, "its limits must be positive", {}};
    if (problem.code != errc::none)
      return {errc::bad_config, "commands." + name + ": " + problem.detail, problem.place};
  }
  return {};
}

command_runner_actor::behavior_type command_runner(command_runner_ptr self, command_runner_config config,
                                                   command_runner_parts parts) {
  self->state.config = std::move(config);
  self->state.parts = std::move(parts);
  return {
      [self](const envelope& env, const worker_command& what) -> promise<command_result> {
        auto owed = self->owe<command_result>();
        auto& s = self->state;
        if (s.in_flight >= s.config.max_in_flight) {
          owed.fail({errc::busy, std::to_string(s.in_flight) + " commands are under way, the limit of this node", {}});
          return owed;
        }
        ++s.in_flight;
        running_command command{self, owed, std::string{to_string(what.kind)}, env.trace};
        command.say("command_begun", "");
        begin(std::move(command), env, what);
        return owed;
      },
  };
}

} // namespace vigie

// A command of the command-runner on its way to its answer.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "actors/command_runner.hpp"

namespace vigie {

/// A command under way: counted until its result is given. Copies share the answer.
struct running_command {
  command_runner_ptr self;
  reply<command_result> owed;
  std::string kind;
  trace_id trace;

  void end(command_result result) {
    auto& s = self->state;
    self->show(std::to_string(--s.in_flight) + " commands under way");
    result.worker = s.config.worker;
    s.parts.env.metrics->count("vigie_commands_total",
                               {{"kind", kind}, {"outcome", std::string{to_string(result.problem.code)}}});
    say("command_ended", to_string(result.problem.code));
    owed.keep(std::move(result));
  }

  void say(std::string_view event_name, std::string_view outcome) {
    self->state.parts.env.log->emit(
        {log_level::info, event_name, trace, {{"command", kind}, {"outcome", std::string{outcome}}}});
  }

  /// A scrape asks as this source does.
  void say_way(const std::string& source, const std::string& proxy) {
    self->state.parts.env.log->emit({log_level::info,
                                     "scrape_goes_as_source",
                                     trace,
                                     {{"source", source}, {"proxy", proxy.empty() ? "none" : proxy}}});
  }

  void fail(error problem, int32_t status = 0) {
    command_result out;
    out.problem = std::move(problem);
    out.http_status = status;
    end(std::move(out));
  }
};

} // namespace vigie

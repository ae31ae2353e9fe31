// The commands of a worker that are no alert check: `scrape` (one URL, under a permit), `custom` (a closed set
// of argv templates) and `generate-cookies` (no_credential_provider: this node has nothing that makes credentials).
// What a command comes to is a command_result, its problem included; an error answer means that it was not begun.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "actors/actor.hpp"
#include "actors/environment.hpp"
#include "actors/policy/argv_template.hpp"
#include "actors/source_ways.hpp"
#include "adapters/ports/child_process.hpp"

namespace vigie {

/// One [commands.NAME].
struct custom_command {
  std::vector<std::string> argv;          ///< with {placeholders}; argv[0] is fixed
  std::map<std::string, std::string> env; ///< the child's whole environment
  duration time_out{60000};
  uint64_t max_output_bytes = 1 << 20;
};

struct command_runner_config {
  worker_id worker; ///< stands in the results
  std::map<std::string, custom_command> custom;
  std::map<std::string, std::string> headers; ///< of every scrape
  argv_limits arguments;
  uint32_t max_in_flight = 256; ///< commands under way; more are answered busy
  duration fetch_timeout{20000};
  duration patience{60000};            ///< for a permit, where the envelope has no deadline
  uint64_t max_body_bytes = 10 << 20;  ///< fetched by one scrape; more is body_too_large
  uint64_t max_output_bytes = 1 << 20; ///< of the body that is given back; the rest is cut off
};

/// bad_config: a limit of zero, or a template that cannot be run (named).
error validate(const command_runner_config& config);

struct command_runner_parts {
  environment env;
  actor_ref<gate_client_actor> gate;
  child_process* children = nullptr; ///< outlives the actor
  /// A scrape of a source's host goes the source's way. Other hosts are asked directly, by the defaults of gate_policy.
  std::shared_ptr<source_ways> ways = std::make_shared<source_ways>();
};

struct command_runner_state {
  static inline const char* name = "command-runner";
  command_runner_config config;
  command_runner_parts parts;
  uint32_t in_flight = 0;
};

using command_runner_ptr = shell<command_runner_actor, command_runner_state>*;

command_runner_actor::behavior_type command_runner(command_runner_ptr self, command_runner_config config,
                                                   command_runner_parts parts);

} // namespace vigie

// The environment: an env file, and the variables that stand for keys of the configuration.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "runtime/config_reader.hpp"

namespace vigie {

/// A configuration file or env file that is larger is not read.
inline constexpr uint64_t max_file_bytes = 4 << 20;

/// How the text of a variable becomes the text of its key.
enum class variable_form : uint8_t { as_is, milliseconds, switch_only, noted };

struct known_variable {
  std::string_view name;
  std::string_view key; ///< empty = it stands for no key
  variable_form form = variable_form::as_is;
  std::string_view purpose; ///< one line, for the example file and the notes of `vigie check`
};

/// Every variable that is honoured, or recognised and answered with a note.
std::span<const known_variable> known_variables();

/// One that is only answered with a note.
bool is_unused_variable(std::string_view name);

/// Adds the variables of an env file (NAME=value lines) to the context; those that are there already win, and empty
/// ones count as not set.
void read_env_file(const std::string& path, config_context& context);

enum class environment_keys : uint8_t { all, of_address };

/// Turns the known variables into overrides, with their errors and notes; or only those of [node] and [api]. Overrides
/// that are there already win.
void apply_environment(config_context& context, environment_keys keys = environment_keys::all);

/// What AUTO_RUN_CYCLE means for a node of these roles (T20).
void check_auto_run_cycle(config_context& context, const node_config& config);

} // namespace vigie

// What the files that declare commands share: only they and command_line.cpp see the command line library.
#pragma once

#include <functional>
#include <iostream>
#include <memory>
#include <set>
#include <string>

#include <CLI/CLI.hpp>

#include "runtime/commands/commands.hpp"

namespace vigie {

inline constexpr const char* exit_codes =
    "Exit codes: 0 done, or yes; 1 failed, refused, or no; 2 wrong usage or configuration; 3 the node cannot be "
    "reached; 4 a node that was told to end did not in time.";

/// The node's file, of a command that has other words: a word that ends in ".toml", or -c. After the command's own
/// words.
void add_file_word(CLI::App* command, std::string& path, std::string& env_file);

/// Which node a client command talks to: its file, as above, or its address.
void add_node(CLI::App* command, node_address& node);

/// The file of a command that reads it itself: the first word, or -c. Without either the one that find_config finds.
void add_file(CLI::App* command, config_request& config);

/// What a command that asks a node shows: tables have --wide, a state has --watch, too.
enum class shows : uint8_t { words, tables, state };

/// What the parsed command line wants to have run.
struct front {
  CLI::App app{"vigie: a lookout over other people's offers. One main node, regional workers, one file per node.",
               "vigie"};
  std::function<int()> chosen;
  output_style style;
  bool no_colour = false;
  bool wide = false;
  std::string watch_every;                   ///< empty = once
  bool wraps = true;                         ///< long lines; false: what is printed is for programs
  std::set<const CLI::Option*> may_be_empty; ///< an empty value means something

  CLI::App* command(CLI::App* parent, const std::string& name, const std::string& what, const std::string& examples) {
    auto* out = parent->add_subcommand(name, what);
    out->footer("Examples:\n" + examples + "\n" + exit_codes);
    out->add_flag("--no-color", no_colour, "No colour on a terminal either (as do NO_COLOR and TERM=dumb)");
    return out;
  }

  void json(CLI::App* command, const char* what = "Print JSON, as the API gives it") {
    command->add_flag("--json", style.json, what);
  }

  template <class F>
  void runs(CLI::App* command, F f) {
    command->callback([this, f] { chosen = f; });
  }

  /// --wide and --watch, as far as they make sense.
  void shown(CLI::App* command, shows what);

  using once = std::function<int(const output_style&, std::ostream&, std::ostream&)>;
  /// Prints in the style of the whole line; with --watch again and again.
  int print(const CLI::App* command, const once& show) const;

  template <class Options>
  void prints(CLI::App* command, const std::shared_ptr<Options>& options,
              int (*run)(const Options&, std::ostream&, std::ostream&)) {
    runs(command, [this, command, options, run] {
      return print(command, [&](const output_style& how, std::ostream& out, std::ostream& err) {
        options->style = how;
        return run(*options, out, err);
      });
    });
  }

  /// The last of a command's declaration: it asks a node.
  template <class Options>
  void asks_node(CLI::App* command, const std::shared_ptr<Options>& options,
                 int (*run)(const Options&, std::ostream&, std::ostream&), shows what = shows::words) {
    add_node(command, options->node);
    json(command);
    shown(command, what);
    prints(command, options, run);
  }
};

/// A whole number above 0 that 63 bits hold.
CLI::Validator number_above_0();
CLI::Validator number_of_64_bits();

/// Of a duration's text.
CLI::Validator duration_text();
/// "--timeout 5s"
void add_duration(CLI::App* command, const std::string& name, duration& into, const std::string& what);

/// All of them.
void declare_commands(front& f);

// One function a group of commands.
void declare_alerts(front& f);
void declare_workers(front& f);
void declare_ready(front& f);
void declare_log_level(front& f);
void declare_outbox(front& f);
void declare_keys(front& f);
void declare_plan(front& f);
void declare_conduct(front& f);
void declare_robots(front& f);
void declare_bench(front& f);
void declare_source(front& f);
void declare_init(front& f);

} // namespace vigie

// Options and words that several commands have: the node and its file, times, numbers, --wide and --watch.
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <limits>

#include <unistd.h>

#include "actors/policy/plain_text.hpp"
#include "runtime/commands/command_front.hpp"
#include "runtime/commands/watch.hpp"
#include "runtime/config_units.hpp"

namespace vigie {

namespace {

/// "2", in seconds, or a time with its unit.
result<duration> watch_interval(const std::string& x) {
  auto bare = !x.empty() && x.find_first_not_of("0123456789") == x.npos;
  auto out = parse_duration(bare ? x + "s" : x);
  if (out && (*out < duration{100} || *out > std::chrono::hours{24}))
    return fail(errc::bad_request, "\"" + x + "\" is not within 100ms to 1d");
  return out;
}

CLI::Validator watch_text() {
  return {[](const std::string& x) {
            auto parsed = watch_interval(x);
            return parsed ? std::string{} : parsed.error().detail;
          },
          "WATCH"};
}

std::string name_of(const CLI::App* command) {
  auto name = command->get_name();
  return command->get_parent() == nullptr ? name : name_of(command->get_parent()) + " " + name;
}

/// Whole, and within what `Number` holds: the library takes the largest one for what is larger.
template <class Number>
CLI::Validator whole_number(Number least, const char* name) {
  return {[least](const std::string& x) {
            Number value = 0;
            auto [end, problem] = std::from_chars(x.data(), x.data() + x.size(), value);
            auto whole = problem == std::errc{} && end == x.data() + x.size();
            return whole && value >= least ? std::string{}
                                           : "Value " + x + " not in range " + std::to_string(least) + " to " +
                                                 std::to_string(std::numeric_limits<Number>::max());
          },
          name};
}

} // namespace

CLI::Validator duration_text() {
  return {[](const std::string& x) {
            auto parsed = parse_duration(x);
            return parsed ? std::string{} : parsed.error().detail;
          },
          "DURATION"};
}

CLI::Validator number_of_64_bits() {
  return whole_number<uint64_t>(0, "");
}

CLI::Validator number_above_0() {
  return whole_number<int64_t>(1, "POSITIVE");
}

void add_duration(CLI::App* command, const std::string& name, duration& into, const std::string& what) {
  command
      ->add_option_function<std::string>(
          name, [&into](const std::string& x) { into = parse_duration(x).value_or(into); }, what)
      ->check(duration_text())
      ->default_str(to_text(into));
}

void front::shown(CLI::App* command, shows what) {
  if (what != shows::words)
    command->add_flag("--wide", wide, "All columns of a table, whole, however narrow the terminal");
  if (what == shows::state)
    command->add_flag("--watch{2}", watch_every, "Show it again and again, until Ctrl-C; every 2 s, or as said")
        ->check(watch_text());
}

int front::print(const CLI::App* command, const once& show) const {
  if (watch_every.empty())
    return show(style, std::cout, std::cerr);
  watching what;
  what.every = watch_interval(watch_every).value_or(what.every);
  what.command = name_of(command);
  what.show = show;
  what.now = [] { return std::chrono::time_point_cast<duration>(std::chrono::system_clock::now()); };
  what.size = [] { return size_of_terminal(STDOUT_FILENO, std::getenv("COLUMNS")).value_or(terminal_size{}); };
  return watch_until_interrupted(std::move(what), style, std::cout, std::cerr);
}

namespace {

bool is_file_word(const std::string& x) {
  return x.ends_with(".toml");
}

/// Twice the same is once; two different ones are a contradiction.
CLI::Option* add_path(CLI::App* command, const std::string& names, std::string& path, const std::string& what) {
  return command->add_option_function<std::string>(
      names,
      [&path](const std::string& x) {
        std::error_code ignored;
        if (!path.empty() && path != x && !std::filesystem::equivalent(path, x, ignored))
          throw CLI::ValidationError{"--config",
                                     "the node's file is named twice: " + strip_control(path + " and " + x) + "."};
        path = x;
      },
      what);
}

constexpr const char* file_default = "VIGIE_CONFIG, ./vigie.toml, configs/quickstart/main.toml";

} // namespace

void add_file_word(CLI::App* command, std::string& path, std::string& env_file) {
  // Each word goes where it is taken: a file's name not to the command's own words, and only such a name here.
  command->validate_positionals();
  for (auto* x : command->get_options())
    if (x->get_positional())
      x->check(CLI::Validator{
          [](const std::string& word) { return is_file_word(word) ? "it names a node's file" : std::string{}; }, ""});
  add_path(command, "file.toml", path, "The node's file (default: " + std::string{file_default} + ")")
      ->check(CLI::Validator{
          [](const std::string& word) { return is_file_word(word) ? std::string{} : "it names no node's file"; }, ""});
  add_path(command, "-c,--config", path, "The same");
  command->add_option("--env-file", env_file, "Variables for that file, NAME=value a line");
}

void add_node(CLI::App* command, node_address& node) {
  add_file_word(command, node.config, node.env_file);
  command->add_option("--url", node.url, "The node's address instead, as http://127.0.0.1:3000; needs --key-file");
  command->add_option("--key-file", node.key_file, "File with an API key (default: <data_dir>/admin.key)");
  add_duration(command, "--timeout", node.timeout, "How long to wait for an answer");
}

void add_file(CLI::App* command, config_request& config) {
  config.environment = process_environment();
  add_path(command, "file", config.path, "The node's TOML file (default: " + std::string{file_default} + ")");
  add_path(command, "-c,--config", config.path, "The same");
  command->add_option("--env-file", config.env_file, "Variables for the file, NAME=value a line; the environment wins");
}

} // namespace vigie

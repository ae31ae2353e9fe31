// Every command is declared in a function of its own.
#include "runtime/commands/command_line.hpp"

#include <algorithm>
#include <cstdlib>

#include <unistd.h>

#include "actors/policy/plain_text.hpp"
#include "runtime/commands/api_client.hpp"
#include "runtime/commands/command_front.hpp"
#include "runtime/commands/command_help.hpp"
#include "runtime/commands/usage_errors.hpp"
#include "runtime/commands/wrapping_stream.hpp"

namespace vigie {

namespace {

// Command line values win over the environment and the file.
void add_override(CLI::App* command, const std::string& name, const std::string& key, config_request& config,
                  const std::string& what) {
  command->add_option_function<std::string>(
      name, [&config, key](const std::string& x) { config.overrides[key] = x; }, what);
}

void declare_run(front& f) {
  auto options = std::make_shared<run_command_options>();
  auto* run = f.command(&f.app, "run", "Start the node that a file describes",
                        "  vigie run configs/single.toml\n"
                        "  vigie run configs/quickstart/main.toml --log-level debug\n"
                        "  vigie run configs/single.toml --once   # one cycle now, then the end\n");
  add_file(run, options->config);
  run->add_flag("--once", options->once, "One cycle now and its notifications, then end (main); for cron");
  add_duration(run, "--notify-wait", options->notify_wait,
               "With --once: how long to wait while no notification goes out; the rest is left for the next call");
  add_override(run, "--log-level", "log.level", options->config, "debug, info, warn, error or off");
  add_override(run, "--log-format", "log.format", options->config, "automatic, json or human");
  add_override(run, "--data-dir", "node.data_dir", options->config, "Folder of the store and the key");
  f.runs(run, [options, &f] {
    options->style = f.style;
    if (!find_config(options->config, std::cerr))
      return exit_usage;
    return run_run(*options, std::cout, std::cerr);
  });
}

void declare_check(front& f) {
  auto options = std::make_shared<check_options>();
  auto* check = f.command(&f.app, "check", "Check a node's file exactly as `run` would, and list its settings",
                          "  vigie check configs/main.toml\n"
                          "  vigie check configs/main.toml --env-file prod.env\n"
                          "  vigie check configs/main.toml --all   # every value, and whose it is\n"
                          "  vigie check configs/main.toml --print-env > prod.env   # an example\n");
  add_file(check, options->config);
  check->add_flag_function(
      "--print-env", [options, &f](int64_t) { options->print_env = true, f.wraps = false; },
      "Print an example env file for this configuration, without values");
  check->add_flag("--all", options->all, "Every value that holds, and where it comes from; secrets are ***");
  f.json(check, "Print the result as JSON");
  f.runs(check, [options, &f] {
    options->style = f.style;
    if (!find_config(options->config, std::cerr))
      return exit_usage;
    return run_check(*options, std::cout, std::cerr);
  });
}

void declare_run_once(front& f) {
  auto options = std::make_shared<run_once_options>();
  auto* once = f.command(&f.app, "run-once", "Start a cycle now on a running main node, and follow it to its end",
                         "  vigie run-once\n"
                         "  vigie run-once --alert 7 \"iPhone 13\"\n"
                         "  vigie run-once --config configs/main.toml --json\n"
                         "  vigie run-once --no-wait --idempotency-key nightly-2026-11-21\n");
  add_node(once, options->node);
  once->add_option("--alert", options->alerts, "Check these alone: numbers or names of alerts that are on");
  once->add_option("--idempotency-key", options->idempotency_key,
                   "A second call with the same key starts no second run");
  once->add_flag("!--no-wait", options->wait, "Do not follow the run");
  add_duration(once, "--deadline", options->deadline, "How long to follow the run");
  f.json(once);
  f.runs(once, [options, &f] {
    options->style = f.style;
    return run_run_once(*options, std::cout, std::cerr);
  });
}

void declare_runs(front& f) {
  auto options = std::make_shared<runs_options>();
  auto* runs = f.command(&f.app, "runs", "The latest cycles, or one with every attempt",
                         "  vigie runs\n  vigie runs 12\n  vigie runs --limit 100 --json\n");
  runs->add_option("id", options->id, "The run's number")->check(number_above_0());
  runs->add_option("--limit", options->limit, "How many")->check(CLI::Range(1, 1000))->capture_default_str();
  f.asks_node(runs, options, run_runs, shows::state);
}

void declare_matches(front& f) {
  auto options = std::make_shared<matches_options>();
  auto* matches =
      f.command(&f.app, "matches", "What was found, newest first, and where it was sent",
                "  vigie matches\n  vigie matches --run 12\n  vigie matches --alert 7 --limit 200 --json\n");
  matches->add_option("--run", options->run, "Only of this run")->check(number_above_0());
  matches->add_option("--alert", options->alert, "Only of this alert")->check(number_above_0());
  matches->add_option("--limit", options->limit, "How many")->check(CLI::Range(1, 1000))->capture_default_str();
  f.asks_node(matches, options, run_matches, shows::state);
}

void declare_stats(front& f) {
  auto options = std::make_shared<stats_options>();
  auto* stats = f.command(&f.app, "stats", "The fleet in numbers", "  vigie stats\n  vigie stats --json\n");
  f.asks_node(stats, options, run_stats, shows::state);
}

void declare_tree(front& f) {
  auto options = std::make_shared<tree_options>();
  auto* tree = f.command(&f.app, "tree", "Every actor of every node: state, mailbox, restarts, last crash",
                         "  vigie tree\n  vigie tree --here   # this node only\n  vigie tree --json\n");
  tree->add_flag("!--here", options->fleet, "Only the node that is asked");
  f.asks_node(tree, options, run_tree, shows::state);
}

void declare_top(front& f) {
  static const std::map<std::string, top_order> orders{{"busy", top_order::busy},
                                                       {"mailbox", top_order::mailbox},
                                                       {"handled", top_order::handled},
                                                       {"restarts", top_order::restarts}};
  auto options = std::make_shared<tree_options>();
  auto* top = f.command(&f.app, "top", "The actors that do the most",
                        "  vigie top\n  vigie top --by mailbox --rows 10\n  vigie top --json\n");
  top->add_option_function<std::string>(
         "--by", [options](const std::string& x) { options->order = orders.at(x); },
         "busy, mailbox, handled or restarts")
      ->check(CLI::IsMember({"busy", "mailbox", "handled", "restarts"}))
      ->default_str("busy");
  top->add_option("--rows", options->rows, "How many")->check(CLI::Range(1, 10000))->capture_default_str();
  top->add_flag("!--here", options->fleet, "Only the node that is asked");
  f.asks_node(top, options, run_top, shows::state);
}

void declare_crash(front& f) {
  auto options = std::make_shared<crash_options>();
  auto* crash = f.command(&f.app, "crash", "Crash one actor, to see its supervisor restart it (admin key)",
                          "  vigie crash main balancer\n  vigie crash worker-fr fetcher\n");
  crash->add_option("node", options->at, "The node's name in `vigie tree`")->required();
  crash->add_option("actor", options->actor, "The actor's name in `vigie tree`")->required();
  f.asks_node(crash, options, run_crash);
}

void declare_sample_site(front& f) {
  auto options = std::make_shared<sample_site_options>();
  auto* site = f.command(&f.app, "sample-site", "A small marketplace on this machine to try things on",
                         "  vigie sample-site\n  vigie sample-site --items goods.ndjson --request-log requests.ndjson\n"
                         "  vigie sample-site --serve ./pages --listen 127.0.0.1:18081\n");
  site->add_option("--listen", options->listen, "Loopback address")->capture_default_str();
  site->add_option("--serve", options->serve_dir, "Folder whose files are served as they are");
  site->add_option("--items", options->items_file, "NDJSON or JSON array of items (default: made up)");
  site->add_option("--count", options->items, "How many items to make up")->capture_default_str();
  site->add_option("--seed", options->seed, "Same seed, same items")->check(number_of_64_bits())->capture_default_str();
  site->add_option("--request-log,--log", options->request_log, "File that gets a line of JSON for every request");
  f.runs(site, [options, &f] {
    options->style = f.style;
    return run_sample_site(*options, std::cout, std::cerr);
  });
}

void refuse_empty_values(const front& f, CLI::App& at) {
  for (auto* x : at.get_options())
    if (x->get_type_size() != 0 && x->get_expected_max() != 0 && !f.may_be_empty.contains(x))
      // Before its other checks, which say less of it.
      x->transform(CLI::Validator{
          [](const std::string& value) { return value.empty() ? "the value is empty." : std::string{}; }, ""});
  for (auto* below : at.get_subcommands([](CLI::App*) { return true; }))
    refuse_empty_values(f, *below);
}

} // namespace

void declare_commands(front& f) {
  f.app.require_subcommand(1);
  f.app.footer("Try `vigie COMMAND --help` for examples.\n" + std::string{exit_codes});
  f.app.add_flag("--no-color", f.no_colour, "No colour on a terminal either (as do NO_COLOR and TERM=dumb)");
  f.json(&f.app, "Print JSON: of every command that has --json");
  f.app.set_version_flag("--version", "vigie " VIGIE_VERSION);
  declare_init(f);
  declare_run(f);
  declare_check(f);
  declare_run_once(f);
  declare_alerts(f);
  declare_runs(f);
  declare_matches(f);
  declare_outbox(f);
  declare_stats(f);
  declare_workers(f);
  declare_tree(f);
  declare_top(f);
  declare_crash(f);
  declare_ready(f);
  declare_log_level(f);
  declare_keys(f);
  declare_plan(f);
  declare_conduct(f);
  declare_robots(f);
  declare_bench(f);
  declare_source(f);
  declare_sample_site(f);
  auto* version = f.command(&f.app, "version", "Print the version", "  vigie version --json\n");
  f.json(version);
  f.runs(version, [&f] { return run_version(f.style, std::cout); });
  refuse_empty_values(f, f.app);
}

namespace {

/// The command that was chosen has --json, too.
bool takes_json(const CLI::App& root) {
  const auto* at = &root;
  for (auto below = at->get_subcommands(); !below.empty(); below = at->get_subcommands())
    at = below.back();
  return at->get_option_no_throw("--json") != nullptr;
}

bool is_set(const char* variable) {
  const auto* x = std::getenv(variable);
  return x != nullptr && *x != 0;
}

/// What could not be written was not said: exit 1.
int flushed(int code) {
  std::cout.flush();
  if (std::cout)
    return code;
  std::cerr << "vigie: the standard output cannot be written to.\n";
  return code == exit_done ? exit_failed : code;
}

} // namespace

namespace {

/// Errors fit their terminal, and what is printed for people fits its own.
int run_chosen(front& f) {
  const auto* columns = std::getenv("COLUMNS");
  auto out = size_of_terminal(STDOUT_FILENO, columns);
  auto err = size_of_terminal(STDERR_FILENO, columns);
  f.style.columns = out && !f.wide ? out->columns : 0;
  wrapping_stream wrap_out{std::cout, f.wraps && !f.style.json ? f.style.columns : 0};
  wrapping_stream wrap_err{std::cerr, err ? err->columns : 0};
  return flushed(f.chosen());
}

/// Of help: a text for people is not wider than this.
size_t help_columns() {
  auto out = size_of_terminal(STDOUT_FILENO, std::getenv("COLUMNS"));
  return out ? std::min(out->columns, widest_help) : widest_help;
}

} // namespace

int command_line(int argc, char** argv) {
  front f;
  f.app.formatter(plain_help(help_columns()));
  declare_commands(f);
  if (auto said = valued_flag(f.app, {argv, static_cast<size_t>(argc)}); !said.empty()) {
    std::cerr << said;
    return exit_usage;
  }
  try {
    f.app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() == 0)
      return flushed(f.app.exit(e, std::cout, std::cerr));
    auto size = size_of_terminal(STDERR_FILENO, std::getenv("COLUMNS"));
    wrapping_stream wrap{std::cerr, size ? size->columns : 0};
    std::cerr << usage_problem(f.app, e);
    return exit_usage;
  }
  if (f.style.json && !takes_json(f.app)) {
    std::cerr << "vigie: this command prints no JSON.\n    See: vigie --help\n";
    return exit_usage;
  }
  const auto* terminal = std::getenv("TERM");
  auto dumb = terminal != nullptr && std::string_view{terminal} == "dumb";
  f.style.terminal = isatty(STDOUT_FILENO) == 1 && !dumb;
  f.style.colour = f.style.terminal && !f.no_colour && !is_set("NO_COLOR");
  try {
    return run_chosen(f);
  } catch (const std::exception& e) {
    std::cerr << "vigie: " << strip_control(e.what()) << '\n';
    return exit_failed;
  }
}

} // namespace vigie

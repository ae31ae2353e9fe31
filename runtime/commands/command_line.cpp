// Every command is declared in a function of its own.
#include "runtime/commands/command_line.hpp"

#include <cstdlib>

#include <unistd.h>

#include "actors/policy/plain_text.hpp"
#include "adapters/http_api/alert_json.hpp"
#include "runtime/commands/command_front.hpp"
#include "runtime/commands/command_help.hpp"
#include "runtime/config_units.hpp"

namespace vigie {

namespace {

CLI::Validator duration_text() {
  return {[](const std::string& x) {
            auto parsed = parse_duration(x);
            return parsed ? std::string{} : parsed.error().detail;
          },
          "DURATION"};
}

} // namespace

void add_duration(CLI::App* command, const std::string& name, duration& into, const std::string& what) {
  command
      ->add_option_function<std::string>(
          name, [&into](const std::string& x) { into = parse_duration(x).value_or(into); }, what)
      ->check(duration_text())
      ->default_str(to_text(into));
}

void add_node(CLI::App* command, node_address& node) {
  command->add_option("-c,--config", node.config,
                      "The node's file (default: VIGIE_CONFIG, ./vigie.toml, configs/quickstart/main.toml)");
  command->add_option("--env-file", node.env_file, "Variables for that file, NAME=value a line");
  command->add_option("--url", node.url, "The node's address instead, as http://127.0.0.1:3000; needs --key-file");
  command->add_option("--key-file", node.key_file, "File with an API key (default: <data_dir>/admin.key)");
  add_duration(command, "--timeout", node.timeout, "How long to wait for an answer");
}

namespace {

void add_config(CLI::App* command, config_request& config) {
  command->add_option("file", config.path, "The node's TOML file")->required();
  command->add_option("--env-file", config.env_file, "Variables for the file, NAME=value a line; the environment wins");
}

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
                        "  vigie run configs/single.toml --once   # one cycle now; 0 = every alert settled and told\n");
  add_config(run, options->config);
  run->add_flag("--once", options->once, "One cycle now and its notifications, then end (main); for cron");
  add_duration(run, "--notify-wait", options->notify_wait,
               "With --once: how long to wait while no notification goes out; the rest is left for the next call");
  add_override(run, "--log-level", "log.level", options->config, "debug, info, warn, error or off");
  add_override(run, "--log-format", "log.format", options->config, "automatic, json or human");
  add_override(run, "--data-dir", "node.data_dir", options->config, "Folder of the store and the key");
  f.runs(run, [options, &f] {
    options->style = f.style;
    options->config.environment = process_environment();
    return run_run(*options, std::cout, std::cerr);
  });
}

void declare_check(front& f) {
  auto options = std::make_shared<check_options>();
  auto* check = f.command(&f.app, "check", "Check a node's file exactly as `run` would, and list its settings",
                          "  vigie check configs/main.toml\n"
                          "  vigie check configs/main.toml --env-file prod.env\n"
                          "  vigie check configs/main.toml --print-env > prod.env   # an example without values\n");
  add_config(check, options->config);
  check->add_flag("--print-env", options->print_env,
                  "Print an example env file for this configuration, without values");
  f.json(check, "Print the result as JSON");
  f.runs(check, [options, &f] {
    options->style = f.style;
    options->config.environment = process_environment();
    return run_check(*options, std::cout, std::cerr);
  });
}

void declare_run_once(front& f) {
  auto options = std::make_shared<run_once_options>();
  auto* once = f.command(&f.app, "run-once", "Start a cycle now on a running main node, and follow it to its end",
                         "  vigie run-once\n"
                         "  vigie run-once --config configs/main.toml --json\n"
                         "  vigie run-once --no-wait --idempotency-key nightly-2026-11-21\n");
  add_node(once, options->node);
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

using alerts_ptr = std::shared_ptr<alerts_options>;

void alerts_command(front& f, CLI::App* command, const alerts_ptr& options, alerts_action action, bool has_id) {
  if (has_id)
    command->add_option("id", options->id, "The alert's number")->required()->check(CLI::PositiveNumber);
  add_node(command, options->node);
  f.json(command);
  f.runs(command, [options, action, &f] {
    options->style = f.style;
    options->action = action;
    return run_alerts(*options, std::cout, std::cerr);
  });
}

void add_price(CLI::App* command, const std::string& name, optional<cents>& into, const std::string& what) {
  auto check = [](const std::string& x) {
    auto parsed = read_exact_cents(x);
    return parsed ? std::string{} : parsed.error().detail;
  };
  command
      ->add_option_function<std::string>(
          name,
          [&into](const std::string& x) {
            if (auto parsed = read_exact_cents(x))
              into = *parsed;
          },
          what)
      ->check(CLI::Validator{check, "PRICE"});
}

void declare_alerts_add(front& f, CLI::App* parent) {
  auto options = std::make_shared<alerts_options>();
  auto* add =
      f.command(parent, "add", "Add an alert",
                "  vigie alerts add --name \"iPhone 13\" --source market --query \"iPhone 13\" --price-max 300 \\\n"
                "      --currency EUR --none fissuré --channel log\n");
  auto& x = options->new_alert;
  add->add_option_function<std::string>(
         "--name", [&x](const std::string& v) { x.name = v; }, "Its name; no two alerts share one")
      ->required();
  add->add_option_function<std::string>(
         "--source", [&x](const std::string& v) { x.source = source_id{v}; }, "A source of main's configuration")
      ->required();
  add->add_option("--query", x.query, "What the source is asked for");
  add->add_option("--all", x.when.all, "Keywords that must all stand in the title; \"~kw\" = anywhere in it");
  add->add_option("--any", x.when.any, "Keywords of which one must");
  add->add_option("--none", x.when.none, "Keywords of which none may");
  add_price(add, "--price-min", x.when.price_min, "Lowest price, inclusive");
  add_price(add, "--price-max", x.when.price_max, "Highest price, inclusive");
  add->add_option("--currency", x.when.currency, "ISO 4217, as EUR; other currencies then never match");
  add->add_option("--condition", x.when.conditions, "Conditions, one of which must hold");
  add->add_option("--brand", x.when.brands, "Brands, one of which must hold");
  add->add_option("--size", x.when.sizes, "Sizes, one of which must hold");
  add->add_flag("--fold-accents", x.when.fold_accents, "\"etui\" also finds \"étui\"");
  add->add_flag("!--no-baseline", x.baseline, "Tell of what is there already, too");
  add->add_option_function<std::vector<std::string>>(
      "--channel",
      [&x](const std::vector<std::string>& all) {
        for (const auto& v : all)
          x.channels.push_back(channel_id{v});
      },
      "Channels that get its matches");
  alerts_command(f, add, options, alerts_action::add, false);
}

void declare_alerts(front& f) {
  auto* alerts = f.command(&f.app, "alerts", "List, add, import and change alerts",
                           "  vigie alerts list\n"
                           "  vigie alerts import configs/quickstart/alerts.json\n"
                           "  vigie alerts pause 7\n");
  alerts->require_subcommand(1);
  struct row {
    const char* name;
    const char* what;
    alerts_action action;
    bool has_id;
  };
  for (const auto& x : {row{"list", "List all alerts", alerts_action::list, false},
                        row{"show", "Show one alert", alerts_action::show, true},
                        row{"pause", "Leave an alert out of the cycles", alerts_action::pause, true},
                        row{"resume", "Take it in again", alerts_action::resume, true},
                        row{"remove", "Remove an alert", alerts_action::remove, true}}) {
    auto example = std::string{"  vigie alerts "} + x.name + (x.has_id ? " 7\n" : "\n  vigie alerts list --json\n");
    alerts_command(f, f.command(alerts, x.name, x.what, example), std::make_shared<alerts_options>(), x.action,
                   x.has_id);
  }
  declare_alerts_add(f, alerts);
  auto options = std::make_shared<alerts_options>();
  auto* import = f.command(alerts, "import",
                           "Add the alerts of a file, all or none (above the node's max_body: portion by portion)",
                           "  vigie alerts import alerts.json\n  cat alerts.ndjson | vigie alerts import -\n");
  import->add_option("file", options->file, "A JSON array or one alert a line; - = standard input")->required();
  alerts_command(f, import, options, alerts_action::import, false);
}

void declare_runs(front& f) {
  auto options = std::make_shared<runs_options>();
  auto* runs = f.command(&f.app, "runs", "The latest cycles, or one with every attempt",
                         "  vigie runs\n  vigie runs 12\n  vigie runs --limit 100 --json\n");
  runs->add_option("id", options->id, "The run's number")->check(CLI::PositiveNumber);
  runs->add_option("--limit", options->limit, "How many")->check(CLI::Range(1, 1000))->capture_default_str();
  add_node(runs, options->node);
  f.json(runs);
  f.runs(runs, [options, &f] {
    options->style = f.style;
    return run_runs(*options, std::cout, std::cerr);
  });
}

void declare_matches(front& f) {
  auto options = std::make_shared<matches_options>();
  auto* matches =
      f.command(&f.app, "matches", "What was found, newest first, and where it was sent",
                "  vigie matches\n  vigie matches --run 12\n  vigie matches --alert 7 --limit 200 --json\n");
  matches->add_option("--run", options->run, "Only of this run")->check(CLI::PositiveNumber);
  matches->add_option("--alert", options->alert, "Only of this alert")->check(CLI::PositiveNumber);
  matches->add_option("--limit", options->limit, "How many")->check(CLI::Range(1, 1000))->capture_default_str();
  add_node(matches, options->node);
  f.json(matches);
  f.runs(matches, [options, &f] {
    options->style = f.style;
    return run_matches(*options, std::cout, std::cerr);
  });
}

using stats_function = int (*)(const stats_options&, std::ostream&, std::ostream&);

void declare_fleet(front& f, const char* name, const char* what, stats_function function) {
  auto options = std::make_shared<stats_options>();
  auto example = std::string{"  vigie "} + name + "\n  vigie " + name + " --json\n";
  auto* command = f.command(&f.app, name, what, example);
  add_node(command, options->node);
  f.json(command);
  f.runs(command, [options, function, &f] {
    options->style = f.style;
    return function(*options, std::cout, std::cerr);
  });
}

void declare_tree(front& f) {
  auto options = std::make_shared<tree_options>();
  auto* tree = f.command(&f.app, "tree", "Every actor of every node: state, mailbox, restarts, last crash",
                         "  vigie tree\n  vigie tree --here   # this node only\n  vigie tree --json\n");
  tree->add_flag("!--here", options->fleet, "Only the node that is asked");
  add_node(tree, options->node);
  f.json(tree);
  f.runs(tree, [options, &f] {
    options->style = f.style;
    return run_tree(*options, std::cout, std::cerr);
  });
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
  add_node(top, options->node);
  f.json(top);
  f.runs(top, [options, &f] {
    options->style = f.style;
    return run_top(*options, std::cout, std::cerr);
  });
}

void declare_crash(front& f) {
  auto options = std::make_shared<crash_options>();
  auto* crash = f.command(&f.app, "crash", "Crash one actor, to see its supervisor restart it (admin key)",
                          "  vigie crash main balancer\n  vigie crash worker-fr fetcher\n");
  crash->add_option("node", options->at, "The node's name in `vigie tree`")->required();
  crash->add_option("actor", options->actor, "The actor's name in `vigie tree`")->required();
  add_node(crash, options->node);
  f.json(crash);
  f.runs(crash, [options, &f] {
    options->style = f.style;
    return run_crash(*options, std::cout, std::cerr);
  });
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
  site->add_option("--seed", options->seed, "Same seed, same items")->capture_default_str();
  site->add_option("--request-log,--log", options->request_log, "File that gets a line of JSON for every request");
  f.runs(site, [options, &f] {
    options->style = f.style;
    return run_sample_site(*options, std::cout, std::cerr);
  });
}

void declare_all(front& f) {
  f.app.require_subcommand(1);
  f.app.footer("Try `vigie COMMAND --help` for examples.\n" + std::string{exit_codes});
  f.app.add_flag("--no-color", f.no_colour, "No colour on a terminal either (as does NO_COLOR)");
  f.app.set_version_flag("--version", "vigie " VIGIE_VERSION);
  declare_run(f);
  declare_check(f);
  declare_run_once(f);
  declare_alerts(f);
  declare_runs(f);
  declare_matches(f);
  declare_outbox(f);
  declare_fleet(f, "stats", "The fleet in numbers", run_stats);
  declare_fleet(f, "workers", "The workers: link, health, bans, counters", run_workers);
  declare_tree(f);
  declare_top(f);
  declare_crash(f);
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
}

} // namespace

int command_line(int argc, char** argv) {
  front f;
  f.app.formatter(plain_help());
  declare_all(f);
  try {
    f.app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    auto code = f.app.exit(e, std::cout, std::cerr);
    return code == 0 ? exit_done : exit_usage;
  }
  f.style.terminal = isatty(STDOUT_FILENO) == 1;
  f.style.colour = f.style.terminal && !f.no_colour && std::getenv("NO_COLOR") == nullptr;
  try {
    return f.chosen();
  } catch (const std::exception& e) {
    std::cerr << "vigie: " << strip_control(e.what()) << '\n';
    return exit_failed;
  }
}

} // namespace vigie

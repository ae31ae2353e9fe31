// `vigie workers`, `ready` and `log-level` on the command line.
#include "runtime/commands/command_front.hpp"
#include "runtime/config_units.hpp"

namespace vigie {

void declare_workers(front& f) {
  auto options = std::make_shared<workers_options>();
  auto* workers = f.command(&f.app, "workers", "The workers: link, health, bans, counters; drain and unban them",
                            "  vigie workers\n  vigie workers --json\n  vigie workers drain worker-fr\n");
  auto declare = [&](const char* name, const char* what, const char* examples, workers_action action) {
    auto* command = f.command(workers, name, what, examples);
    command->add_option("worker", options->which, "Its id in `vigie workers`; several are taken together")->required();
    add_node(command, options->node);
    f.json(command);
    command->callback([options, action] { options->action = action; });
  };
  add_node(workers, options->node);
  f.json(workers);
  f.shown(workers, shows::state);
  declare("drain", "Give them no new work; what they have goes on (admin key)",
          "  vigie workers drain worker-fr worker-us\n", workers_action::drain);
  declare("undrain", "Give them work again (admin key)", "  vigie workers undrain worker-fr\n",
          workers_action::undrain);
  declare("unban", "Lift all their bans, and circuits that stand on nobody else's (admin key)",
          "  vigie workers unban worker-fr\n", workers_action::unban);
  // After a subcommand's own.
  f.prints(workers, options, run_workers);
}

void declare_ready(front& f) {
  auto options = std::make_shared<ready_options>();
  auto* ready = f.command(&f.app, "ready", "Whether a node is ready, and if not, why; exit 0 = it is",
                          "  vigie ready\n  vigie ready --wait        # until it is, 30 s at most\n"
                          "  vigie ready --wait=2m\n");
  options->node.needs_key = false;
  auto longest = std::make_shared<std::string>(); // kept by what reads it
  ready
      ->add_flag("--wait{30s}", *longest,
                 "Wait until it is ready, this long at most (alone: 30s), also for it to start")
      ->check(duration_text())
      ->each([options, longest](const std::string& x) { options->wait = parse_duration(x).value_or(duration{0}); });
  f.asks_node(ready, options, show_ready, shows::state);
}

void declare_log_level(front& f) {
  auto options = std::make_shared<log_level_options>();
  auto* level = f.command(&f.app, "log-level", "Log more or less, until the node's next start (admin key)",
                          "  vigie log-level debug\n  vigie log-level info --config configs/worker-fr.toml\n");
  level->add_option("level", options->level, "debug, info, warn, error or off")
      ->required()
      ->check(CLI::IsMember({"debug", "info", "warn", "error", "off"}));
  f.asks_node(level, options, set_log_level);
}

} // namespace vigie

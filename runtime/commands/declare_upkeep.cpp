// `vigie outbox` and `vigie keys` on the command line.
#include "runtime/commands/command_front.hpp"

namespace vigie {

void declare_outbox(front& f) {
  auto options = std::make_shared<outbox_options>();
  auto* outbox = f.command(&f.app, "outbox", "Notifications that wait for a person: dead and ambiguous ones",
                           "  vigie outbox\n  vigie outbox --state pending --limit 20\n  vigie outbox --json\n"
                           "  vigie outbox retry 375 376\n");
  outbox->add_option("--state", options->state, "pending, sending, sent, ambiguous, dead, or all")
      ->check(CLI::IsMember({"pending", "sending", "sent", "ambiguous", "dead", "all"}));
  outbox->add_option("--limit", options->limit, "How many")->check(CLI::Range(1, 1000))->capture_default_str();
  auto* retry = f.command(outbox, "retry", "Send again, as if it had never been tried, under the same key",
                          "  vigie outbox retry 375 376\n  vigie outbox retry --dead\n"
                          "  vigie outbox retry --dead --ambiguous --json\n");
  retry->add_option("id", options->ids, "Numbers of `vigie outbox`")->check(number_above_0());
  retry->add_flag("--dead", options->dead, "All that are dead");
  retry->add_flag("--ambiguous", options->ambiguous, "All that may have arrived already");
  for (auto* command : {outbox, retry}) {
    add_node(command, options->node);
    f.json(command);
  }
  retry->callback([options] { options->retry = true; });
  f.shown(outbox, shows::state);
  f.prints(outbox, options, run_outbox);
}

void declare_keys(front& f) {
  auto* keys = f.command(&f.app, "keys", "The API keys of a node, on its machine; no node need run",
                         "  vigie keys add --name shop --scopes read,run\n  vigie keys list\n"
                         "  vigie keys remove shop\n");
  keys->require_subcommand(1);
  auto declare = [&](const char* name, const char* what, const char* examples, keys_action action) {
    auto options = std::make_shared<keys_options>();
    auto* command = f.command(keys, name, what, examples);
    if (action == keys_action::remove)
      command->add_option("name", options->name, "Its name in `vigie keys list`")->required();
    add_file_word(command, options->config.path, options->config.env_file);
    f.json(command, "Print JSON");
    f.runs(command, [options, action, &f] {
      options->style = f.style;
      options->action = action;
      options->config.environment = process_environment();
      return run_keys(*options, std::cout, std::cerr);
    });
    return std::pair{command, options};
  };
  auto [add, added] = declare("add", "Make a key; it is printed this once",
                              "  vigie keys add --name shop --scopes read,run\n"
                              "  vigie keys add --name dashboard --config configs/main.toml > dashboard.key\n",
                              keys_action::add);
  add->add_option("--name", added->name, "1 to 64 letters, digits, '-' and '_'; no two keys share one")->required();
  add->add_option("--scopes", added->scopes, "read, run, admin; each includes the ones before it")
      ->delimiter(',')
      ->default_str("read");
  declare("list", "List the keys: never their secrets", "  vigie keys list\n  vigie keys list --json\n",
          keys_action::list);
  declare("remove", "Revoke a key", "  vigie keys remove shop\n", keys_action::remove);
}

} // namespace vigie

// `vigie plan` on the command line.
#include "runtime/commands/command_front.hpp"

namespace vigie {

void declare_plan(front& f) {
  auto options = std::make_shared<plan_options>();
  auto* plan = f.app.add_subcommand("plan", "What the next cycle takes at least, and whether that fits its interval");
  plan->footer(
      "Examples:\n"
      "  vigie plan\n"
      "  vigie plan --json\n"
      "  vigie plan -c configs/main.toml --alerts alerts.json   # no node need run\n\n"
      "Exit codes: 0 feasible, 1 PLAN_INFEASIBLE, or refused, 2 wrong usage or configuration, 3 the node cannot be "
      "reached. No site is asked.");
  plan->add_option("--alerts", options->alerts,
                   "An import file whose alerts are planned under the node's file, without a node");
  f.asks_node(plan, options, show_plan, shows::state);
}

} // namespace vigie

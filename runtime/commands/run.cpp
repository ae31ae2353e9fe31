#include "runtime/commands/commands.hpp"
#include "runtime/node.hpp"

namespace vigie {

int run_run(const run_command_options& options, std::ostream& out, std::ostream& err) {
  auto loaded = load_config(options.config);
  print_problems(loaded, options.style, err);
  if (!loaded.ok())
    return exit_usage;
  if (options.once && !loaded.config.is_main) {
    err << options.config.path << ": --once needs the role \"main\": a worker has no cycle of its own\n";
    return exit_usage;
  }
  return run_node(loaded.config, {options.once, options.notify_wait, options.style}, out, err);
}

} // namespace vigie

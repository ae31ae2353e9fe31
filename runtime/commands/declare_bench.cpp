// `vigie bench` on the command line.
#include "runtime/commands/api_client.hpp"
#include "runtime/commands/command_front.hpp"

namespace vigie {

void declare_bench(front& f) {
  auto* bench = f.app.add_subcommand("bench", "Measure parts of vigie on this machine");
  bench->require_subcommand(1);
  auto options = std::make_shared<bench_fetch_options>();
  auto* fetch =
      bench->add_subcommand("fetch", "Fetch a source's pages of a server on this machine, read and match their "
                                     "items: what a worker does with a page, without gates and links");
  fetch->footer(
      "Examples:\n"
      "  vigie bench fetch bench.toml --pages 20000 --distinct 1000 --connections 64\n"
      "  vigie bench fetch bench.toml --source rig --alerts alerts.json --json\n\n"
      "The source's url is on loopback. Its {page} counts from paging.start and begins again after --distinct, "
      "{query} counts those turns. The page's fields, selectors and limits are the source's. Gaps and robots.txt "
      "do not count: it is your own server.\n"
      "Exit codes: 0 measured, 1 a bad answer, 2 wrong usage or configuration.");
  add_file(fetch, options->config);
  fetch->add_option("--source", options->source, "Which [sources.NAME]; not needed if there is only one");
  fetch->add_option("--pages", options->pages, "How many requests")->check(number_above_0())->capture_default_str();
  fetch->add_option("--distinct", options->distinct, "How many different pages there are")
      ->check(number_above_0())
      ->capture_default_str();
  fetch->add_option("--connections", options->connections, "How many at once")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  fetch->add_option("--alerts", options->alerts, "File of alerts, as `vigie alerts import` takes it (default: none)");
  f.json(fetch, "Print the figures as a line of JSON");
  f.runs(fetch, [options, &f] {
    if (!find_config(options->config, std::cerr))
      return exit_usage;
    options->style = f.style;
    return run_bench_fetch(*options, std::cout, std::cerr);
  });
}

} // namespace vigie

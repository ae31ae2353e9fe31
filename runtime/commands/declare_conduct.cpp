// `vigie conduct` on the command line.
#include "runtime/commands/command_front.hpp"

namespace vigie {

void declare_conduct(front& f) {
  auto options = std::make_shared<conduct_options>();
  auto* conduct =
      f.command(&f.app, "conduct", "What the fleet did to a site, or to all of them: requests, bytes, waits",
                "  vigie conduct                         # all hosts, those asked most first\n"
                "  vigie conduct shop.example --since 30d\n"
                "  vigie conduct https://shop.example/search?q=1 --hours\n"
                "  vigie conduct 127.0.0.1:18080 --since 1h --json\n"
                "  vigie conduct shop.example --lift     # its owner agrees: it is asked again\n\n"
                "A host without a port is the one on port 80 or 443; where nothing is written of it, those "
                "of its name on any port. A host that was never asked is no error.\n");
  conduct->add_option("host", options->host,
                      "A host, with its port if that is an odd one, or a URL (default: all hosts)");
  add_duration(conduct, "--since", options->since, "How far back; whole hours (UTC) are counted");
  conduct->add_flag("--hours", options->hours, "Show each hour, too");
  conduct->add_flag("--lift", options->lift, "End what holds this host: it is asked again at its next turn (admin)");
  conduct->add_option("--limit", options->limit, "How many hosts")->check(CLI::Range(1, 1000))->capture_default_str();
  f.asks_node(conduct, options, show_conduct, shows::state);
}

} // namespace vigie

// `vigie robots` on the command line.
#include "runtime/commands/command_front.hpp"

namespace vigie {

void declare_robots(front& f) {
  auto* robots = f.app.add_subcommand("robots", "What a site's robots.txt allows (RFC 9309)");
  robots->require_subcommand(1);
  auto options = std::make_shared<robots_check_options>();
  auto* check =
      robots->add_subcommand("check", "Say whether a robots.txt lets a crawler fetch a URL, and by which rule");
  check->footer("Examples:\n"
                "  vigie robots check --agent FooBot --url https://example.com/a robots.txt\n"
                "  curl -sS https://example.com/robots.txt |\n"
                "      vigie robots check --agent FooBot --url https://example.com/\n"
                "  vigie robots check --agent FooBot --url https://example.com/ --json robots.txt\n\n"
                "Exit codes: 0 allowed, 1 disallowed, 2 wrong usage, or the file cannot be read. Nothing is fetched.");
  check->add_option("--agent", options->agent, "The crawler's product token: letters, - and _")->required();
  check->add_option("--url", options->url, "The address that it wants to fetch")->required();
  check->add_option("file", options->file, "The robots.txt; - = standard input")->capture_default_str();
  f.json(check, "Print JSON");
  f.runs(check, [options, &f] {
    options->style = f.style;
    return run_robots_check(*options, std::cin, std::cout, std::cerr);
  });
}

} // namespace vigie

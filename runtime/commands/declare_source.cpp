// `vigie source` on the command line.
#include "runtime/commands/command_front.hpp"

namespace vigie {

void declare_source(front& f) {
  auto* source = f.app.add_subcommand("source", "Try out how a source reads its pages");
  source->require_subcommand(1);
  auto options = std::make_shared<source_test_options>();
  auto* test = source->add_subcommand(
      "test", "Show the items of one page, field by field, and why a field is missing; no node is needed");
  test->footer("Examples:\n"
               "  vigie source test configs/main.toml --source market --query \"pull laine\"\n"
               "  vigie source test main.toml --source market --body page.json\n"
               "  curl -sS https://example.org/feed |\n"
               "      vigie source test main.toml --source news --body - --json\n\n"
               "Without --body one page is fetched, by the node's rules: its user agent, its allow_private, and only "
               "what robots.txt allows. With --body nothing is fetched; its addresses are relative to --url, or to the "
               "source's first page.\n"
               "Exit codes: 0 items were read, 1 none, or a page that is not to be believed, 2 wrong usage or "
               "configuration.");
  test->add_option("file", options->config.path, "The node's TOML file")->required();
  test->add_option("--env-file", options->config.env_file, "Variables for ${NAME} in the file");
  test->add_option("--source", options->source, "Which [sources.NAME]; not needed if there is only one");
  test->add_option("--query", options->query, "What to search for: fills {query} of the source's URL");
  test->add_option("--url", options->url,
                   "Fetch this page instead of the source's own; with --body, where that is from");
  auto* body = test->add_option("--body", options->body, "Read this file instead of fetching; - = standard input");
  test->add_option("--content-type", options->content_type, "The file's, as \"text/html; charset=iso-8859-2\"")
      ->needs(body);
  test->add_option("--limit", options->limit, "Items to show, 0 = all")->capture_default_str();
  f.json(test, "Print JSON, all items");
  f.runs(test, [options, &f] {
    options->config.environment = process_environment();
    options->style = f.style;
    return run_source_test(*options, std::cin, std::cout, std::cerr);
  });
}

} // namespace vigie

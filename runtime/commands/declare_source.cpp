// `vigie source` and `vigie init` on the command line.
#include "runtime/commands/api_client.hpp"
#include "runtime/commands/command_front.hpp"

namespace vigie {

namespace {

/// Who asks for a page that no file describes, and what he may connect to.
void add_page_request(CLI::App* command, page_request& page) {
  command->add_option(
      "--product-token", page.product_token,
      "Who asks: begins the User-Agent, and is the name that robots.txt knows; required for a site that "
      "is not on this machine");
  command->add_option("--contact", page.contact,
                      "Where the site's owner reaches you, a page or mail address; required as --product-token is");
  command->add_option("--allow-private", page.allow_private,
                      "May be connected to besides public addresses, as 10.1.2.3/32:8080; loopback that the URL names "
                      "may anyway");
}

void declare_source_test(front& f, CLI::App* source) {
  auto options = std::make_shared<source_test_options>();
  auto* test = source->add_subcommand(
      "test", "Show the items of one page, field by field, and why a field is missing; no node is needed");
  test->footer("Examples:\n"
               "  vigie source test configs/main.toml --source market --query \"pull laine\"\n"
               "  vigie source test main.toml --source market --body page.json\n"
               "  curl -sS https://example.org/feed |\n"
               "      vigie source test main.toml --source news --body - --json\n"
               "  vigie source test http://127.0.0.1:8080/list   # no file: a guess\n"
               "  vigie source test https://example.org/list --items li.offer \\\n"
               "      --field id=a::attr(href) --field title=h3 \\\n"
               "      --product-token acme-watch --contact https://example.org/bot\n\n"
               "Without --body one page is fetched, by the node's rules: its user agent, its allow_private, and only "
               "what robots.txt allows. With --body nothing is fetched; its addresses are relative to --url, or to the "
               "source's first page.\n"
               "Exit codes: 0 items were read, 1 none, or a page that is not to be believed, 2 wrong usage or "
               "configuration.");
  test->add_option("file", options->config.path,
                   "The node's TOML file, or the URL of a page (default: VIGIE_CONFIG, ./vigie.toml, "
                   "configs/quickstart/main.toml)");
  test->add_option("-c,--config", options->config.path, "The same");
  test->add_option("--env-file", options->config.env_file, "Variables for ${NAME} in the file");
  test->add_option("--source", options->source, "Which [sources.NAME]; not needed if there is only one");
  test->add_option("--query", options->query, "What to search for: fills {query} of the source's URL");
  test->add_option("--url", options->url,
                   "Fetch this page instead of the source's own; with --body, where that is from");
  auto* body = test->add_option("--body", options->body, "Read this file instead of fetching; - = standard input");
  test->add_option("--content-type", options->content_type, "The file's, as \"text/html; charset=iso-8859-2\"")
      ->needs(body);
  test->add_option("--limit", options->limit, "Items to show, 0 = all")->capture_default_str();
  test->add_option("--format,--framing", options->format, "Of a URL's page: json, ndjson, html, xml, feed or sitemap")
      ->check(CLI::IsMember({"json", "ndjson", "html", "xml", "feed", "sitemap"}));
  test->add_option("--items", options->items, "Of a URL's page: path or selector of its items");
  test->add_option("--field", options->fields, "Of a URL's page, for each field: NAME=PATH, as title=h3")
      ->expected(1)
      ->take_all();
  add_page_request(test, options->page);
  f.json(test, "Print JSON, all items");
  f.runs(test, [options, &f] {
    options->config.environment = process_environment();
    options->style = f.style;
    if (!find_config(options->config, std::cerr))
      return exit_usage;
    return run_source_test(*options, std::cin, std::cout, std::cerr);
  });
}

} // namespace

void declare_source(front& f) {
  auto* source = f.app.add_subcommand("source", "Try out how a source reads its pages");
  source->require_subcommand(1);
  declare_source_test(f, source);
}

void declare_init(front& f) {
  auto options = std::make_shared<init_options>();
  auto* init = f.app.add_subcommand("init", "Write a node's file to begin with: for the page of a site, or for the "
                                            "sample site");
  init->footer(
      "Examples:\n"
      "  vigie init                                       # for the sample site\n"
      "  vigie init 'http://127.0.0.1:8080/search?q=pull' -o shop.toml\n"
      "  vigie init https://shop.example/offers --product-token acme-watch \\\n"
      "      --contact https://example.org/bot\n\n"
      "The page is fetched once, after the site's robots.txt. JSON, feeds and sitemaps are recognised; of HTML "
      "the list that is repeated most is guessed. Words of a search in the URL become {query}. What was found "
      "is shown as `vigie source test` shows it.\n"
      "Exit codes: 0 the file can be run, 1 nothing was found on the page and the file has to be filled in, or "
      "none was written, 2 wrong usage.");
  init->add_flag("--no-color", f.no_colour, "No colour on a terminal either (as do NO_COLOR and TERM=dumb)");
  init->add_option("url", options->page.url, "A page with items: a search, a list, a feed");
  init->add_option("-o,--output", options->file, "The file to write")->capture_default_str();
  init->add_flag("--force", options->force, "Write over a file that is there");
  init->add_option("--name", options->name, "The source's name (default: by the site's)");
  init->add_option("--query", options->page.query, "What fills {query} of the URL this once");
  add_page_request(init, options->page);
  f.json(init, "Print JSON");
  f.runs(init, [options, &f] {
    options->environment = process_environment();
    options->style = f.style;
    return run_init(*options, std::cout, std::cerr);
  });
}

} // namespace vigie

#include <fstream>
#include <iostream>

#include "actors/policy/plain_text.hpp"
#include "actors/policy/robots_txt.hpp"
#include "actors/policy/url_template.hpp"
#include "adapters/json/json_writer.hpp"
#include "runtime/commands/commands.hpp"

namespace vigie {

namespace {

/// One octet more than is parsed: it shows whether the last line was whole.
std::string read_some(std::istream& in, size_t limit) {
  std::string out(limit + 1, '\0');
  in.read(out.data(), static_cast<std::streamsize>(out.size()));
  out.resize(static_cast<size_t>(in.gcount()));
  return out;
}

result<std::string> read_robots_file(const std::string& file, std::istream& standard_input, size_t limit) {
  if (file == "-") {
    auto out = read_some(standard_input, limit);
    if (standard_input.bad())
      return fail(errc::bad_request, "standard input cannot be read");
    return out;
  }
  std::ifstream in{file, std::ios::binary};
  // A folder opens; reading it is what fails.
  auto out = in ? read_some(in, limit) : std::string{};
  if (!in.is_open() || in.bad())
    return fail(errc::bad_request, "\"" + file + "\" cannot be read");
  return out;
}

std::string_view in_words(robots_reason why) {
  switch (why) {
  case robots_reason::rule:
    return "the longest rule that matches";
  case robots_reason::no_match:
    return "no rule of the group matches";
  case robots_reason::no_group:
    return "no group is for this agent, and none for *";
  case robots_reason::robots_txt:
    return "/robots.txt itself is always allowed";
  default:
    return to_string(why);
  }
}

json_value as_json(const robots_check_options& options, const robots_rules& rules, const robots_verdict& x) {
  auto text = [](const std::string& x) { return x.empty() ? json_value{} : json_value{x}; };
  auto sitemaps = json_value::array();
  for (const auto& sitemap : rules.sitemaps)
    sitemaps.push(sitemap);
  return json_value::object(
      {{"verdict", x.allowed ? "allow" : "disallow"},
       {"allowed", x.allowed},
       {"why", to_string(x.why)},
       {"rule", text(x.rule)},
       {"line", x.line > 0 ? json_value{x.line} : json_value{}},
       {"group", text(x.group)},
       {"agent", options.agent},
       {"url", options.url},
       {"crawlDelayMs", rules.crawl_delay ? json_value{rules.crawl_delay->count()} : json_value{}},
       {"sitemaps", std::move(sitemaps)},
       {"version", robots_version_text(rules)}});
}

void print(const robots_rules& rules, const robots_verdict& x, const output_style& style, std::ostream& out) {
  out << painted(x.allowed ? "allow" : "disallow", x.allowed ? paint::good : paint::bad, style) << '\n';
  if (x.line > 0)
    out << "  rule   " << strip_control(x.rule) << "\n  line   " << x.line << '\n';
  if (!x.group.empty())
    out << "  group  " << strip_control(x.group) << '\n';
  out << "  why    " << in_words(x.why) << '\n';
  if (rules.crawl_delay)
    out << "  delay  " << short_duration(*rules.crawl_delay) << " between requests\n";
}

} // namespace

int run_robots_check(const robots_check_options& options, std::istream& in, std::ostream& out, std::ostream& err) {
  auto refuse = [&](std::string_view what) {
    err << strip_control(what) << '\n';
    return exit_usage;
  };
  if (!is_product_token(options.agent))
    return refuse("--agent \"" + options.agent +
                  "\" is no product token: letters, - and _ only, without version (RFC 9309, 2.2.1), as in \"FooBot\"");
  auto url = parse_url(options.url);
  if (!url)
    return refuse("--url " + url.error().detail);
  robots_limits limits;
  auto body = read_robots_file(options.file, in, limits.body_bytes);
  if (!body)
    return refuse(body.error().detail);
  auto rules = parse_robots(*body, options.agent, limits);
  auto verdict = decide(rules, url->target);
  if (options.style.json)
    out << as_json(options, rules, verdict).dump(json_layout::pretty) << '\n';
  else
    print(rules, verdict, options.style, out);
  if (body->size() > limits.body_bytes)
    err << "note: what lies behind " << short_size(limits.body_bytes) << " is not read\n";
  return verdict.allowed ? exit_done : exit_failed;
}

} // namespace vigie

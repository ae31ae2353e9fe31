// What holds for every robots.txt, against readings of the RFC that share no code with the policy.
#include <algorithm>
#include <cctype>

#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include "actors/policy/robots_txt.hpp"

using namespace vigie;

namespace {

// What a pattern and a path are made of, read without the policy's code: octets, and -1 for "*", -2 for the end.
using symbols = std::vector<int>;

symbols read_symbols(std::string_view text, bool is_pattern) {
  symbols out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      out.push_back(std::stoi(std::string{text.substr(i + 1, 2)}, nullptr, 16));
      i += 2;
    } else if (is_pattern && text[i] == '*') {
      out.push_back(-1);
    } else if (is_pattern && text[i] == '$' && i + 1 == text.size()) {
      out.push_back(-2);
    } else {
      out.push_back(static_cast<unsigned char>(text[i]));
    }
  }
  return out;
}

/// Every cell of the table of prefixes: slow, and plainly right.
bool naive_match(const symbols& pattern, const symbols& path) {
  std::vector<std::vector<bool>> reached(pattern.size() + 1, std::vector<bool>(path.size() + 1, false));
  reached[0][0] = true;
  for (size_t p = 0; p < pattern.size(); ++p)
    for (size_t i = 0; i <= path.size(); ++i) {
      if (pattern[p] == -1)
        reached[p + 1][i] = reached[p][i] || (i > 0 && reached[p + 1][i - 1]);
      else if (pattern[p] == -2)
        reached[p + 1][i] = i == path.size() && reached[p][i];
      else
        reached[p + 1][i] = i > 0 && reached[p][i - 1] && path[i - 1] == pattern[p];
    }
  return std::find(reached.back().begin(), reached.back().end(), true) != reached.back().end();
}

size_t naive_octets(const symbols& pattern) {
  size_t out = 0;
  for (size_t i = 0; i < pattern.size(); ++i)
    out += pattern[i] == -1 && i > 0 && pattern[i - 1] == -1 ? 0 : 1;
  return out;
}

// Pieces that unreserved octets, wildcards and their encodings are made of; few, so that much matches.
rc::Gen<std::string> pieces(std::vector<std::string> from) {
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(std::move(from))),
                      [](const std::vector<std::string>& x) {
                        std::string out;
                        for (const auto& piece : x)
                          out += piece;
                        return out;
                      });
}

rc::Gen<std::string> some_pattern() {
  return rc::gen::map(pieces({"a", "b", "%61", "%62", "ab", "/", "*", "*", "**", "$", "%24", "%2A", "%2a"}),
                      [](const std::string& x) { return "/" + x; });
}

rc::Gen<std::string> some_path() {
  return rc::gen::map(pieces({"a", "b", "%61", "ab", "aab", "/", "*", "$", "%24", "%2a"}),
                      [](const std::string& x) { return "/" + x; });
}

/// Often one that the pattern matches, or that misses it by little.
std::string path_near(const std::string& pattern) {
  auto filler = pieces({"a", "b", "%61", "/", "*"});
  std::string out;
  for (size_t i = 0; i < pattern.size(); ++i)
    if (pattern[i] == '*')
      out += *filler;
    else if (pattern[i] != '$' || i + 1 < pattern.size())
      out += pattern[i];
  if (*rc::gen::inRange(0, 4) == 0)
    out = out.substr(0, out.find('%', std::max<size_t>(out.size() / 2, 1)));
  return *rc::gen::arbitrary<bool>() ? out + *filler : out;
}

} // namespace

TEST_CASE("the matcher agrees with a naive one") {
  REQUIRE(rc::check("pattern and path", [] {
    auto pattern = *some_pattern();
    auto path = *rc::gen::inRange(0, 4) == 0 ? *some_path() : path_near(pattern);
    auto compiled = compile_robots_pattern(pattern);
    RC_ASSERT(compiled.has_value());
    auto p = read_symbols(pattern, true);
    bool expected = naive_match(p, read_symbols(path, false));
    RC_CLASSIFY(expected, "matches");
    RC_ASSERT(matches(*compiled, normalise_robots_path(path)) == expected);
    RC_ASSERT(compiled->octets == naive_octets(p));
  }));
  REQUIRE(rc::check("a pattern is its own path, spelt in any way", [] {
    auto path = *some_path();
    std::string pattern;
    for (int x : read_symbols(path, false)) {
      constexpr std::string_view digits = "0123456789abcdefABCDEF";
      bool encode = x != '/' && (x == '*' || x == '$' || *rc::gen::arbitrary<bool>());
      if (encode)
        pattern += std::string{"%"} + digits[static_cast<size_t>(x / 16)] + digits[static_cast<size_t>(x % 16)];
      else
        pattern += static_cast<char>(x);
    }
    auto compiled = compile_robots_pattern(pattern);
    RC_ASSERT(compiled.has_value());
    RC_ASSERT(matches(*compiled, normalise_robots_path(path)));
    RC_ASSERT(matches(*compile_robots_pattern(pattern + "$"), normalise_robots_path(path)));
    RC_ASSERT(!matches(*compile_robots_pattern(pattern + "x"), normalise_robots_path(path)));
  }));
  REQUIRE(rc::check("normal forms are normal", [] {
    auto text = "/" + *rc::gen::container<std::string>(rc::gen::arbitrary<char>());
    auto path = normalise_robots_path(text);
    RC_ASSERT(normalise_robots_path(path.text) == path);
    RC_ASSERT(path.text.starts_with('/'));
    RC_ASSERT(std::all_of(path.text.begin(), path.text.end(), [](char c) { return c > ' ' && c < 0x7f; }));
    RC_ASSERT(path.text.find_first_of("*$#") == std::string::npos);
    auto pattern = compile_robots_pattern(text);
    RC_ASSERT(pattern.has_value());
    RC_ASSERT(compile_robots_pattern(pattern->text) == *pattern);
  }));
}

namespace {

struct written_rule {
  bool allow;
  std::string path;
};

struct written_group {
  std::vector<std::string> agents;
  std::vector<written_rule> rules;
};

std::string any_case(std::string text) {
  for (auto& c : text)
    if (*rc::gen::arbitrary<bool>())
      c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

std::string a_line(const std::string& field, const std::string& value) {
  auto blank = rc::gen::element<std::string>("", " ", "\t", "  ");
  auto end = rc::gen::element<std::string>("\n", "\r\n", "\r", " # note\n", "\n\n", "\nSitemap: /s\n", "\nnonsense\n",
                                           "\nHost: example.com\n", "\n# Disallow: /\n");
  return *blank + any_case(field) + *blank + ":" + *blank + value + *blank + *end;
}

std::string write_file(const std::vector<written_group>& groups) {
  std::string out = *rc::gen::element<std::string>("", "\xEF\xBB\xBF", "Disallow: /\n", "\r\n");
  for (const auto& group : groups) {
    for (const auto& agent : group.agents)
      out += a_line("user-agent", agent == "*" ? agent : any_case(agent));
    for (const auto& rule : group.rules)
      out += a_line(rule.allow ? "allow" : "disallow", rule.path);
  }
  return out;
}

std::vector<written_group> some_groups() {
  std::vector<written_group> out;
  auto count = *rc::gen::inRange(0, 6);
  for (int i = 0; i < count; ++i) {
    written_group group;
    auto agents = *rc::gen::inRange(1, 4);
    for (int a = 0; a < agents; ++a)
      group.agents.push_back(*rc::gen::element<std::string>("*", "foo", "bar", "foo-bar", "baz/1.2"));
    auto rules = *rc::gen::inRange(1, 5);
    for (int r = 0; r < rules; ++r)
      group.rules.push_back({*rc::gen::arbitrary<bool>(), *some_pattern()});
    out.push_back(group);
  }
  return out;
}

/// The RFC's sentences, one after the other, over what the groups were before they became a text.
bool naive_allowed(const std::vector<written_group>& groups, const std::string& agent, const std::string& path) {
  auto of = [&](const std::string& name) {
    std::vector<written_rule> out;
    bool any = false;
    for (const auto& group : groups) {
      bool named = std::any_of(group.agents.begin(), group.agents.end(),
                               [&](const auto& x) { return x.substr(0, x.find('/')) == name; });
      any = any || named;
      if (named)
        out.insert(out.end(), group.rules.begin(), group.rules.end());
    }
    return std::pair{any, out};
  };
  auto [named, rules] = of(agent);
  if (!named)
    rules = of("*").second;
  size_t longest = 0;
  bool allowed = true;
  for (const auto& rule : rules) {
    auto pattern = read_symbols(rule.path, true);
    auto octets = naive_octets(pattern);
    if (octets < longest || !naive_match(pattern, read_symbols(path, false)))
      continue;
    allowed = octets > longest ? rule.allow : allowed || rule.allow;
    longest = octets;
  }
  return allowed;
}

} // namespace

TEST_CASE("whole files agree with a naive reading") {
  REQUIRE(rc::check([] {
    auto groups = some_groups();
    auto body = write_file(groups);
    auto agent = *rc::gen::element<std::string>("foo", "bar", "foo-bar", "baz", "nobody");
    std::string path = *some_path();
    if (!groups.empty()) {
      const auto& rules = groups[*rc::gen::inRange<size_t>(0, groups.size())].rules;
      path = path_near(rules[*rc::gen::inRange<size_t>(0, rules.size())].path);
    }
    auto got = decide(parse_robots(body, agent), path);
    RC_CLASSIFY(!got.allowed, "disallowed");
    RC_ASSERT(got.allowed == naive_allowed(groups, agent, path));
    RC_ASSERT(got.allowed || got.line > 0);
  }));
}

TEST_CASE("a shorter limit reads the beginning of what a longer one reads") {
  REQUIRE(rc::check([] {
    auto body = write_file(some_groups());
    robots_limits limits;
    limits.body_bytes = *rc::gen::inRange<size_t>(1, body.size() + 2);
    auto whole = parse_robots(body, "foo");
    auto part = parse_robots(body, "foo", limits);
    if (part.group == whole.group) {
      RC_ASSERT(part.rules.size() <= whole.rules.size());
      RC_ASSERT(std::equal(part.rules.begin(), part.rules.end(), whole.rules.begin()));
    }
    // What lies behind the limit changes nothing, but for whether the last line was whole.
    auto more = body.substr(0, limits.body_bytes) + "\n" + body;
    auto less = body.substr(0, limits.body_bytes) + "\nAllow: /\n";
    RC_ASSERT(parse_robots(more, "foo", limits) == parse_robots(less, "foo", limits));
    if (limits.body_bytes >= body.size())
      RC_ASSERT(part == whole);
  }));
}

TEST_CASE("any bytes can be read") {
  REQUIRE(rc::check([] {
    auto body = *rc::gen::container<std::string>(rc::gen::weightedOneOf<char>(
        {{3, rc::gen::arbitrary<char>()}, {2, rc::gen::element('\n', '\r', '\0', ':', '#', '*', '$', '%', '/')}}));
    auto agent = *rc::gen::container<std::string>(rc::gen::arbitrary<char>());
    auto rules = parse_robots(body, agent);
    auto got = decide(rules, *rc::gen::container<std::string>(rc::gen::arbitrary<char>()));
    RC_ASSERT((got.line > 0) == (got.why == robots_reason::rule));
    RC_ASSERT(parse_robots(body, agent) == rules);
  }));
}

TEST_CASE("no pattern takes more steps than a multiple of its length and the path's") {
  auto steps = [](const std::string& pattern, const std::string& path) {
    uint64_t taken = 0;
    auto compiled = compile_robots_pattern(pattern);
    auto normal = normalise_robots_path(path);
    (void)matches(*compiled, normal, &taken);
    INFO(pattern.substr(0, 40) << " on " << path.substr(0, 40));
    CHECK(taken <= 16 * (compiled->text.size() + normal.text.size() + 2));
    return taken;
  };
  std::string many_a(20000, 'a');
  std::string stars, pairs, wide;
  for (int i = 0; i < 4000; ++i) {
    stars += "*a";
    pairs += "*aab";
    wide += "*" + std::string(20, 'a') + "b";
  }
  auto once = steps("/" + stars + "b", "/" + many_a);
  auto twice = steps("/" + stars + stars + "b", "/" + many_a + many_a);
  CHECK(twice < 3 * once); // linear, not quadratic
  for (const auto& pattern : {"/" + pairs, "/" + wide, "/*" + many_a + "b", "/*" + many_a + "b$",
                              std::string("/") + std::string(20000, '*') + "b", "/*?" + stars + ":/b",
                              std::string("/*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*ab$")}) {
    steps(pattern, "/" + many_a);
    steps(pattern, "/" + many_a + "?" + many_a);
    steps(pattern, "/?" + std::string(20000, ':') + many_a);
    steps(pattern, "/");
  }
  REQUIRE(rc::check([] {
    auto pattern = compile_robots_pattern(*some_pattern());
    auto path = normalise_robots_path(*some_path() + "?" + *some_path());
    uint64_t taken = 0;
    (void)matches(*pattern, path, &taken);
    RC_ASSERT(taken <= 16 * (pattern->text.size() + path.text.size() + 2));
  }));
}

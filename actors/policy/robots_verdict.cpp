// The deciding half of actors/policy/robots_txt.hpp.
#include "actors/policy/robots_txt.hpp"

namespace vigie {

namespace {

constexpr uint64_t fnv_offset = 14695981039346656037U;
constexpr uint64_t fnv_prime = 1099511628211U;

void mix(uint64_t& hash, std::string_view text) {
  for (char c : text)
    hash = (hash ^ static_cast<unsigned char>(c)) * fnv_prime;
  hash = (hash ^ 0xFF) * fnv_prime; // ends a text: no normal form has this octet
}

bool wins(const robots_rule& x, const robots_rule* best) {
  if (best == nullptr || x.pattern.octets != best->pattern.octets)
    return best == nullptr || x.pattern.octets > best->pattern.octets;
  return x.allow && !best->allow;
}

} // namespace

std::string_view to_string(robots_reason x) {
  switch (x) {
  case robots_reason::rule:
    return "rule";
  case robots_reason::no_match:
    return "no_match";
  case robots_reason::no_group:
    return "no_group";
  case robots_reason::robots_txt:
    return "robots_txt";
  case robots_reason::unavailable:
    return "unavailable";
  case robots_reason::refused:
    return "refused";
  case robots_reason::unreachable:
    return "unreachable";
  case robots_reason::undecided:
    return "undecided";
  case robots_reason::unknown:
    return "unknown";
  }
  return "unknown";
}

robots_verdict decide(const robots_rules& rules, std::string_view target) {
  robots_verdict out{true, robots_reason::no_group, {}, 0, rules.group};
  auto path = normalise_robots_path(target);
  if (path.text == "/robots.txt") {
    out.why = robots_reason::robots_txt;
    return out;
  }
  if (rules.group.empty())
    return out;
  const robots_rule* best = nullptr;
  for (const auto& x : rules.rules)
    if (wins(x, best) && matches(x.pattern, path))
      best = &x;
  out.why = robots_reason::no_match;
  if (best != nullptr)
    out = {best->allow, robots_reason::rule, (best->allow ? "Allow: " : "Disallow: ") + best->path, best->line,
           rules.group};
  return out;
}

uint64_t version_of(const robots_rules& rules) {
  auto hash = fnv_offset;
  mix(hash, rules.group == "*" ? "*" : rules.group.empty() ? "" : "own");
  for (const auto& x : rules.rules) {
    mix(hash, x.allow ? "allow" : "disallow");
    mix(hash, x.pattern.text);
  }
  if (rules.crawl_delay)
    mix(hash, std::to_string(rules.crawl_delay->count()));
  return hash;
}

std::string robots_version_text(const robots_rules& rules) {
  auto version = version_of(rules);
  std::string out;
  for (int shift = 60; shift >= 0; shift -= 4)
    out += "0123456789abcdef"[version >> shift & 15];
  return out;
}

} // namespace vigie

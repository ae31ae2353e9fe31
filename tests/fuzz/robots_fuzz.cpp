// Input: the product token, a line feed, path and query, a line feed, and the rest is the file.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "actors/policy/robots_txt.hpp"
#include "tests/fuzz/must.hpp"

namespace {

std::string_view take_line(std::string_view& text) {
  auto end = text.find('\n');
  auto out = text.substr(0, end);
  text.remove_prefix(end == text.npos ? text.size() : end + 1);
  return out;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace vigie;
  std::string_view body{reinterpret_cast<const char*>(data), size};
  auto token = take_line(body);
  auto target = take_line(body);
  auto rules = parse_robots(body, token);
  auto verdict = decide(rules, target);
  auto path = normalise_robots_path(target);
  must((verdict.why == robots_reason::rule) == (verdict.line > 0));
  must(verdict.allowed || verdict.line > 0);
  // What is normal stays so, and is judged in the same way.
  must(normalise_robots_path(path.text) == path);
  must(decide(rules, path.text) == verdict);
  for (const auto& x : rules.rules) {
    must(x.path.starts_with('/') || x.path.starts_with('*'));
    must(x.pattern.octets > 0 && x.line > 0);
    must(compile_robots_pattern(x.pattern.text) == x.pattern);
    uint64_t steps = 0;
    bool matched = matches(x.pattern, path, &steps);
    must(steps <= 16 * (x.pattern.text.size() + path.text.size() + 2));
    must(!matched || verdict.why == robots_reason::robots_txt || verdict.why == robots_reason::rule);
  }
  // Limits only take from the end.
  robots_limits tight;
  tight.body_bytes = body.size() / 2 + 1;
  tight.rules = 3;
  auto part = parse_robots(body, token, tight);
  must(part.rules.size() <= 3);
  must(robots_version_text(rules).size() == 16);
  return 0;
}

#include "actors/policy/robots_txt.hpp"

#include <algorithm>
#include <utility>

#include "actors/policy/ascii.hpp"
#include "actors/policy/robots_line.hpp"

namespace vigie {

namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

bool is_token_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
}

/// Goes through the lines and keeps two sets: what is said to us by name, and what is said to everyone.
class robots_reader {
public:
  robots_reader(std::string_view token, const robots_limits& limits) : token_(token), limits_(limits) {}

  void read(const robots_line& x, uint32_t line) {
    switch (x.field) {
    case robots_field::user_agent:
      return user_agent(x.value);
    case robots_field::allow:
    case robots_field::disallow:
      return rule(x, line);
    case robots_field::sitemap:
      if (!x.value.empty() && sitemaps_.size() < limits_.sitemaps)
        sitemaps_.emplace_back(x.value);
      return;
    case robots_field::crawl_delay:
      return crawl_delay(x.value, line);
    case robots_field::other:
      return;
    }
  }

  robots_rules take() {
    auto out = own_.group.empty() ? std::move(everyone_) : std::move(own_);
    out.sitemaps = std::move(sitemaps_);
    return out;
  }

private:
  void user_agent(std::string_view value) {
    if (!std::exchange(naming_, true))
      rules_for_ = {};
    if (!std::exchange(naming_for_delay_, true))
      delay_for_ = {};
    auto token = value.substr(0, std::find_if_not(value.begin(), value.end(), is_token_char) - value.begin());
    if (value == "*" || value.starts_with("* ") || value.starts_with("*\t")) {
      rules_for_.everyone = delay_for_.everyone = true;
      everyone_.group = "*";
    } else if (!token.empty() && equal_ignoring_case(token, token_)) {
      rules_for_.own = delay_for_.own = true;
      if (own_.group.empty())
        own_.group = token;
    }
  }

  void rule(const robots_line& x, uint32_t line) {
    naming_ = naming_for_delay_ = false;
    bool allow = x.field == robots_field::allow;
    if ((!rules_for_.own && !rules_for_.everyone) || (allow && x.cut))
      return;
    auto pattern = compile_robots_pattern(x.value);
    if (!pattern)
      return;
    robots_rule out{allow, line, std::string{x.value}, std::move(*pattern)};
    if (rules_for_.own && own_.rules.size() < limits_.rules)
      own_.rules.push_back(out);
    if (rules_for_.everyone && everyone_.rules.size() < limits_.rules)
      everyone_.rules.push_back(std::move(out));
  }

  void crawl_delay(std::string_view value, uint32_t line) {
    naming_for_delay_ = false;
    auto delay = read_crawl_delay(value, limits_.crawl_delay);
    auto apply = [&](bool applies, robots_rules& to) {
      if (!applies || !delay || (to.crawl_delay && *to.crawl_delay >= *delay))
        return;
      to.crawl_delay = delay;
      to.crawl_delay_line = line;
    };
    apply(delay_for_.own, own_);
    apply(delay_for_.everyone, everyone_);
  }

  struct named {
    bool own = false;
    bool everyone = false;
  };

  std::string_view token_;
  const robots_limits& limits_;
  robots_rules own_;
  robots_rules everyone_;
  std::vector<std::string> sitemaps_;
  bool naming_ = false;           ///< the last line that counts for rules named a user agent
  bool naming_for_delay_ = false; ///< the same, where a Crawl-delay counts, too
  named rules_for_;
  named delay_for_;
};

} // namespace

error validate(const robots_limits& limits) {
  if (limits.body_bytes == 0 || limits.line_bytes == 0 || limits.rules == 0 || limits.sitemaps == 0 ||
      limits.crawl_delay <= duration{0})
    return {errc::bad_config, "every limit of robots.txt has to be above 0", {}};
  return {};
}

bool is_product_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

robots_rules parse_robots(std::string_view body, std::string_view product_token, const robots_limits& limits) {
  robots_reader reader{product_token, limits};
  size_t at = body.starts_with(byte_order_mark) ? byte_order_mark.size() : 0;
  for (uint32_t line = 1; at < body.size(); ++line) {
    auto end = std::min(body.find_first_of("\r\n", at), body.size());
    if (end > limits.body_bytes)
      break;
    reader.read(read_robots_line(body.substr(at, end - at), limits.line_bytes), line);
    at = end + (body.substr(end, 2) == "\r\n" ? 2 : 1);
  }
  return reader.take();
}

} // namespace vigie

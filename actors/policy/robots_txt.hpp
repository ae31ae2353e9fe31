// robots.txt by RFC 9309: what one crawler may ask of one authority (scheme, host and port). Pure.
//
// Kept of a file are the rules of the groups that name our product token, merged; where there are none, those of "*".
//
// Leniency beyond the RFC's grammar. The RFC itself knows no misspelling of Allow, Disallow or User-agent (2.2.4 lets a
// crawler be lenient with other records only); these are the ones that Google's open-source parser takes, and no more:
//   User-agent   useragent, user agent
//   Disallow     dissallow, dissalow, disalow, diasllow, disallaw
//   Sitemap      site-map
//   a blank instead of the colon, if the line is two words
// Likewise a User-agent value counts up to its first octet outside [A-Za-z_-]: "Foo/1.2" is the token "Foo".
// Fields that are none of the above and Crawl-delay, Request-rate among them, are skipped and end no group (2.2.4).
//
// A Crawl-delay belongs to the User-agent lines directly before it. It ends no group: where more of them follow it, the
// rules behind them are everybody's, as the RFC wants, and the delay is not.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "actors/policy/robots_pattern.hpp"
#include "messages/values/error.hpp"
#include "messages/values/time.hpp"

namespace vigie {

struct robots_limits {
  size_t body_bytes = 512 << 10;     ///< the rest is ignored, and so is a line that is cut by it
  size_t line_bytes = 16 << 10;      ///< the rest of a line is ignored; an Allow that is cut by it is not kept
  size_t rules = 20000;              ///< of one crawler; later ones are ignored
  size_t sitemaps = 1000;            ///< later ones are ignored
  duration crawl_delay{31536000000}; ///< a longer one counts as this: 365 days
};

/// bad_config unless all are > 0.
error validate(const robots_limits& limits);

struct robots_rule {
  bool allow = false;
  uint32_t line = 0; ///< from 1; CR, LF and CRLF each end one
  std::string path;  ///< as the file writes it
  robots_pattern pattern;

  friend bool operator==(const robots_rule&, const robots_rule&) = default;
};

/// What a file says to one crawler.
struct robots_rules {
  std::string group;                 ///< the token as the file first writes it, or "*"; empty: no group applies
  std::vector<robots_rule> rules;    ///< in the file's order
  optional<duration> crawl_delay;    ///< the longest that is said to it
  uint32_t crawl_delay_line = 0;     ///< where; 0 = none
  std::vector<std::string> sitemaps; ///< of the whole file, as written

  friend bool operator==(const robots_rules&, const robots_rules&) = default;
};

/// [A-Za-z_-]+ (RFC 9309, 2.2.1).
bool is_product_token(std::string_view text);

/// Never fails: a line that makes no sense is skipped, a text that is no robots.txt at all has no rules. A byte order
/// mark is skipped; NULs at either end of a line are blanks, any other ends it.
robots_rules parse_robots(std::string_view body, std::string_view product_token, const robots_limits& limits = {});

enum class robots_reason : uint8_t {
  rule,        ///< the rule that the verdict names
  no_match,    ///< the group has no rule for this path
  no_group,    ///< no group applies
  robots_txt,  ///< /robots.txt itself is always allowed
  unavailable, ///< the authority has no robots.txt (404, 410, …): everything is allowed
  refused,     ///< 401, 403 or 429 instead of it: nothing is allowed until that changes
  unreachable, ///< 5xx or no answer, and no earlier copy: nothing is allowed
  undecided,   ///< unreachable for too long: nothing is allowed until the operator decides
  unknown,     ///< not fetched yet, or no longer fresh: ask again after the fetch
};
std::string_view to_string(robots_reason x);

struct robots_verdict {
  bool allowed = false;
  robots_reason why = robots_reason::unknown;
  std::string rule;  ///< "Disallow: /private" with the path as the file writes it; empty if none decided
  uint32_t line = 0; ///< of that rule; 0 if none decided
  std::string group; ///< whose rules were asked: a token, "*", or empty

  friend bool operator==(const robots_verdict&, const robots_verdict&) = default;
};

/// The longest matching rule wins; of equally long ones an Allow, of several the first. `target` is path and query.
robots_verdict decide(const robots_rules& rules, std::string_view target);

/// The same number for the same rules (comments, blanks, line numbers and sitemaps do not count), another for others:
/// which version of robots.txt a request was judged by.
uint64_t version_of(const robots_rules& rules);
/// The same as 16 hexadecimal digits: "09f2c1…".
std::string robots_version_text(const robots_rules& rules);

} // namespace vigie

// How the sample site misbehaves, by region and path.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/json/json_writer.hpp"
#include "adapters/ports/http_server.hpp"
#include "messages/values/error.hpp"
#include "messages/values/optional.hpp"

namespace vigie {

struct site_fault {
  std::string region = "*";      ///< "*" = all, those without a region too
  std::string path = "*";        ///< exact; a trailing "*" matches everything behind it
  std::string fault;             ///< a status ("301" … "504"), "slow", "empty", "truncated", "close", "challenge"
  uint32_t retry_after = 0;      ///< seconds, with 429 and 503; 0 = not said
  bool retry_after_date = false; ///< said as an HTTP date instead
  std::string location;          ///< of a redirect; empty = none is said
  duration delay{0};             ///< before the first byte; "slow" without one takes 5 s
  optional<uint32_t> count;      ///< how many requests more; nothing = until taken back
  uint64_t hits = 0;
};

/// {"region","path","fault","retryAfter","retryAfterDate","location","delayMs","count"}; bad_request with the JSON
/// pointer. fault "none" is allowed here.
result<site_fault> read_site_fault(std::string_view body);

/// The rules in force; the newest that matches counts. Not thread-safe.
class site_faults {
public:
  explicit site_faults(size_t limit) : limit_(limit) {}

  /// Replaces the rule of the same region and path; "none" takes it back. busy above the limit.
  error set(site_fault rule);
  void clear() { rules_.clear(); }
  /// The rule for a request, one of its count used up.
  optional<site_fault> draw(std::string_view region, std::string_view path);
  json_value json() const;

private:
  size_t limit_;
  std::vector<site_fault> rules_;
};

/// What `rule` makes of a good answer at `now`.
served_response spoil(served_response good, const site_fault& rule, wall_time now);
/// "Sun, 06 Nov 1994 08:49:37 GMT".
std::string http_date(wall_time x);

} // namespace vigie

// The robots.txt of every authority (scheme, host and port) that the fleet asks, consulted before each request. Pure;
// the shell is host-gates.
//
// A copy is fetched by whoever asks first, one hop of a redirect at a time, so that each hop waits for its host like
// any other request. Meanwhile the others wait.
#pragma once

#include <map>
#include <string>

#include "actors/policy/robots_cache.hpp"
#include "actors/policy/url_template.hpp"
#include "messages/values/requests.hpp"

namespace vigie {

struct robots_book_config {
  std::string product_token = "vigie"; ///< whose rules count; of the User-Agent
  robots_cache_config cache;
  uint32_t max_authorities = 10000;      ///< remembered; requests to one more are `busy`
  duration longest_crawl_delay{3600000}; ///< 1 h; an authority that wants more is not asked at all
};

/// bad_config unless the token is one, the cache's settings are valid and the limits above 0.
error validate(const robots_book_config& config);

enum class robots_step : uint8_t {
  go,     ///< allowed
  fetch,  ///< fetch `fetch_url` first, report, and ask again; it is this caller's to do
  wait,   ///< somebody is fetching it: ask again when that is settled or given up
  denied, ///< `why` says so
};

struct robots_advice {
  robots_step step = robots_step::go;
  std::string authority; ///< "https://shop.example"
  std::string fetch_url;
  duration crawl_delay{0}; ///< go: at least so long from start to start
  error why;               ///< robots_disallowed, or busy
};

class robots_book {
public:
  /// `config` is valid.
  explicit robots_book(robots_book_config config);

  /// The advice `fetch` is given once; then it is `wait` until settle, give_up, or fetch_patience later.
  robots_advice consult(const parsed_url& url, wall_time now);
  /// What came of a fetch; ignored if it is not the one that was advised last.
  void settle(const std::string& authority, const robots_report& report, wall_time now);
  /// Nobody fetches it now.
  void give_up(const std::string& authority);
  /// How long a fetch that nothing is heard of keeps others waiting.
  duration patience() const { return config_.cache.fetch_patience; }

  size_t authorities() const { return entries_.size(); }

private:
  struct entry {
    robots_cache cache;
    std::string next_url; ///< robots.txt, or the newest hop
    uint32_t redirects = 0;
  };

  entry* find_or_make(const parsed_url& url, const std::string& authority, wall_time now);
  robots_advice judge(const entry& e, const parsed_url& url, robots_advice out, wall_time now) const;

  robots_book_config config_;
  std::map<std::string, entry> entries_;
};

} // namespace vigie

// The robots.txt of every authority (scheme, host and port) that the fleet asks, consulted before each request. Pure;
// the shell is host-gates.
//
// A copy is fetched by whoever asks first, one hop of a redirect at a time, so that each hop waits for its host like
// any other request. Meanwhile the others wait. Where there is no earlier copy, one worker that gets no answer at all
// does not make the site unreachable for everybody, and a refusal (403, a challenge) may be meant for this worker only:
// another may try first. A second word of the kind counts, as any other answer does at once.
//
// The book also knows which of its copies are not stored as they are now (`next_change`), and takes up where an earlier
// one ended (`restore`).
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "actors/policy/robots_cache.hpp"
#include "actors/policy/url_template.hpp"
#include "messages/values/requests.hpp"

namespace vigie {

struct robots_book_config {
  std::string product_token = "vigie"; ///< whose rules count; of the User-Agent
  robots_cache_config cache;
  uint32_t max_authorities = 10000; ///< remembered; requests to one more are `busy`
  /// 64 MiB of copies, about: above it, those go that were not asked for the longest time.
  size_t max_bytes = 64 << 20;
  duration longest_crawl_delay{3600000}; ///< 1 h; an authority that wants more is not asked at all
  duration second_opinion{60000};        ///< a worker that got no answer leaves it to the others for so long
  bool alone = false;                    ///< there are no others: the first word counts
};

/// bad_config unless the token is one, the cache's settings are valid, the limits above 0, and there is room for a few
/// of the largest copies.
error validate(const robots_book_config& config);

enum class robots_step : uint8_t {
  go,     ///< allowed
  fetch,  ///< fetch `fetch_url` first, report, and ask again; it is this caller's to do
  wait,   ///< somebody is fetching it: ask again when that is settled or given up
  denied, ///< `why` says so: robots_disallowed; busy; or why this worker could not fetch it. Its place names what
          ///< forbids it, if a line of the file does (place_of_line)
};

struct robots_advice {
  robots_step step = robots_step::go;
  std::string authority; ///< "https://shop.example"
  std::string fetch_url;
  duration crawl_delay{0}; ///< go: at least so long from start to start
  std::string version;     ///< go: of the rules that allowed it, or "none"
  error why;
  bool news = false; ///< denied: by a rule that is new and has denied nothing before; the rules before it would not
};

/// What a report made of a copy.
struct robots_news {
  bool settled = false; ///< false: a hop of a redirect, left to another worker, or not what was asked for
  std::string before;   ///< version of the rules, or the standing of a copy without rules; empty: nothing was known
  std::string after;    ///< the same, now

  bool changed() const { return settled && !before.empty() && before != after; }
};

class robots_book {
public:
  /// `config` is valid.
  explicit robots_book(robots_book_config config);

  /// Takes copies that were stored. Of authorities that are known already none is taken; of those that are too many,
  /// the ones that were fetched last. None is used for longer than it was to be, whatever happened to the clock.
  void restore(std::vector<stored_robots> copies, wall_time now);

  /// The advice `fetch` is given once; then it is `wait` until settle, give_up, or fetch_patience later.
  robots_advice consult(const parsed_url& url, const worker_id& by, wall_time now);
  /// What came of a fetch, and what judge_fetch said of it; ignored if it is not the one that was advised last.
  robots_news settle(const std::string& authority, const worker_id& by, const robots_report& report,
                     const fetch_report& judged, wall_time now);
  /// Authorities at which nothing is asked now for what their robots.txt answered, or did not answer.
  std::vector<host_hold> holds(wall_time now) const;
  /// A person says that those of this host are to be asked for anew; what they were.
  std::vector<host_hold> lift(const host_key& host, wall_time now);
  /// Nobody fetches it now.
  void give_up(const std::string& authority);
  /// How long a fetch that nothing is heard of keeps others waiting.
  duration patience() const { return config_.cache.fetch_patience; }

  /// One that is not stored as it is now; of standing unknown if it has been forgotten.
  struct change {
    uint64_t version = 0;
    stored_robots what;
  };
  optional<change> next_change() const;
  /// That change is stored.
  void stored(const std::string& authority, uint64_t version);

  size_t authorities() const { return entries_.size(); }
  size_t bytes() const { return bytes_; } ///< about what max_bytes limits

private:
  struct entry {
    robots_cache cache;
    std::string next_url; ///< robots.txt, or the newest hop
    uint32_t redirects = 0;
    std::string version{}; ///< of `cache`
    uint64_t used = 0;     ///< its place in by_use_
    size_t bytes = 0;
    optional<std::pair<worker_id, wall_time>> no_word{}; ///< to whom, since when: another may try first
    error problem{};                                     ///< of that
    optional<robots_rules> former{};                     ///< before the last change, if requests were allowed then
    std::set<uint32_t> denied_by{};                      ///< lines, since that change
  };

  entry* find_or_make(const parsed_url& url, const std::string& authority, wall_time now);
  entry& add(const std::string& authority, robots_copy copy);
  void use(const std::string& authority, entry& e);
  void weigh(entry& e);
  void forget(const std::string& authority);
  void make_room(const std::string& for_whom, wall_time now);
  void changed(const std::string& authority);
  bool leave_to_another(entry& e, const worker_id& by, const robots_report& report, bool refused, wall_time now);
  static optional<host_hold> hold_of(const std::string& authority, const entry& e, wall_time now);
  robots_advice judge(entry& e, const parsed_url& url, robots_advice out, wall_time now) const;

  robots_book_config config_;
  std::map<std::string, entry> entries_;
  std::map<uint64_t, std::string> by_use_; ///< the least lately used first
  std::map<std::string, uint64_t> unstored_;
  uint64_t last_use_ = 0;
  uint64_t last_version_ = 0;
  size_t bytes_ = 0;
};

} // namespace vigie

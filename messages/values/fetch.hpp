// Sources and what it takes to read them.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "messages/values/error.hpp"
#include "messages/values/header_fields.hpp"
#include "messages/values/ids.hpp"
#include "messages/values/item.hpp"
#include "messages/values/optional.hpp"
#include "messages/values/time.hpp"

namespace vigie {

enum class page_framing : uint8_t { json, ndjson, html, xml, feed, sitemap };
/// cursor: the page names a token for {cursor}; next_link: it names the next page's URL.
enum class paging_kind : uint8_t { none, page, offset, cursor, next_link };
enum class selector_kind : uint8_t { css, xpath }; ///< how the paths of html and xml are written
enum class price_unit : uint8_t { major, minor };  ///< 12.5 means 12.50, or 1250 means 12.50

/// How to walk through the pages of one search. {page} and {offset} of the URL template are filled from it.
struct paging_spec {
  paging_kind kind = paging_kind::none;
  uint32_t start = 1;     ///< first page number, or first offset
  uint32_t page_size = 0; ///< items a page; the step of offset paging; a page with fewer items is the last
  uint32_t max_pages = 1;
  /// cursor and next_link: the path or selector of it in the page; empty with next_link = the Link header's rel="next".
  std::string next{};

  friend bool operator==(const paging_spec&, const paging_spec&) = default;
};

/// How items are read from a page. `fields` maps item fields (id, title, price, currency, brand, size, condition, url,
/// photo) to paths; see adapters/ports/extractor.hpp for the path grammar. `constants` give a field a fixed value where
/// the page has none.
struct extract_spec {
  page_framing framing = page_framing::json;
  std::string items;       ///< path of the array of items; empty = the document itself (JSON) or every line (NDJSON)
  bool header_row = false; ///< the first row names the columns and the rows are arrays
  std::map<std::string, std::string> fields;
  std::map<std::string, std::string> constants;
  price_unit unit = price_unit::major;
  selector_kind selectors = selector_kind::css;
  std::map<std::string, std::string> namespaces{}; ///< xml: prefixes that XPath may use
  std::string empty{};                             ///< path or selector of what only a page without a match has
  std::string url_template{};                      ///< "https://shop.example/item/{id}", where the page has no links
  bool html_references = false;                    ///< JSON: "&amp;" in a text is "&"

  friend bool operator==(const extract_spec&, const extract_spec&) = default;
};

/// What a source's answer must look like to be believed (T30). All but the last are off by default.
struct sanity_rules {
  uint32_t min_items = 0;              ///< a search with fewer in all is suspicious_empty
  std::vector<std::string> required{}; ///< item fields that at least required_percent of the items have
  uint32_t required_percent = 100;     ///< fewer is suspicious_schema
  std::string dated{};                 ///< path of each item's date; empty = freshness is not judged
  duration max_age{0};                 ///< the newest item is not older, else suspicious_stale
  uint32_t same_id_percent = 50;       ///< with more of the items having the id of another, suspicious_schema

  friend bool operator==(const sanity_rules&, const sanity_rules&) = default;
};

/// What one gate guards: a registrable domain (Public Suffix List), one host and port, or an address.
enum class gate_key_kind : uint8_t { domain, host, ip };
/// Who owns the gates of a source's host: main for the fleet, or each worker for itself (compat = "s0").
enum class gate_scope : uint8_t { fleet, worker };

/// Politeness of one host, enforced by its one gate on main (docs: conduct 5b).
struct gate_policy {
  duration min_interval{5000}; ///< start to start
  duration max_interval{5000}; ///< the gap is drawn evenly from [min, max]
  uint32_t max_in_flight = 1;
  uint32_t daily_requests = 20000;
  bool obey_robots = true; ///< false only with the consent of the site's owner
  gate_key_kind key = gate_key_kind::domain;
  gate_scope scope = gate_scope::fleet;

  friend bool operator==(const gate_policy&, const gate_policy&) = default;
};

struct source_spec {
  source_id id;
  std::string url; ///< template: {query} (percent-encoded), {page}, {offset}
  std::map<std::string, std::string> headers;
  paging_spec paging;
  extract_spec extract;
  gate_policy gate;
  duration timeout{20000}; ///< one request, connect included
  uint64_t max_body_bytes = 10 << 20;
  bool enabled = true;
  bool needs_credential = false; ///< settles no_scraping_cookies while no credential is stored
  bool conditional = true;       ///< ask with the validators of the last answer (RFC 9110, 13)
  sanity_rules sanity{};
  std::string proxy{};  ///< "http://host:port"; empty = none
  std::string ca_pem{}; ///< certificates that the site's may come from, instead of the system's; empty = the system's

  friend bool operator==(const source_spec&, const source_spec&) = default;
};

struct http_request {
  std::string method = "GET";
  std::string url;
  std::map<std::string, std::string> headers;
  std::string body;
  duration timeout{20000};
  uint64_t max_body_bytes = 10 << 20; ///< after decompression; more is body_too_large
  std::string proxy{};                ///< "http://host:port"; empty = none
  std::string ca_pem{};               ///< instead of the system's certificates; empty = the system's
  bool head_suffices = false;         ///< once the answer's head has come, nothing of its body is an error
};

struct http_response {
  int32_t status = 0;
  header_fields headers; ///< names in lower case
  std::string body;
  std::string peer_address; ///< the address that was connected to
  uint64_t wire_bytes = 0;  ///< of the body as it came, before decompression
};

/// What a worker knows of one page of a search since the last time, for a conditional request, and what it says of it.
/// It is good for an alert only if the page's items were matched against that alert.
struct page_record {
  std::string url;
  std::string etag{};
  std::string last_modified{};
  uint32_t items = 0;
  std::string next{};   ///< cursor or URL of the page behind it
  wall_time newest{};   ///< date of its newest item; the epoch = not known
  uint64_t reading = 0; ///< how it was read (actors/policy/known_pages.hpp); read in another way, it must come again

  friend bool operator==(const page_record&, const page_record&) = default;
};

/// What an answer, or its absence, means for the host that gave it (conduct 5d).
enum class answer_kind : uint8_t {
  none_asked,   ///< the permit was not used
  page,         ///< 2xx
  unchanged,    ///< 304
  redirect,     ///< 3xx with a Location that is followed
  unauthorized, ///< 401
  refused,      ///< 403, or a challenge page
  rate_limited, ///< 429, or 503 with Retry-After
  gone,         ///< 404, 410
  transient,    ///< 408, 502, 503, 504, the connection broke, no answer in time
  server_error, ///< any other 5xx
  rejected,     ///< any other status
  unusable,     ///< an answer came and was not taken: too large, a bad page, a blocked address
};

/// What whoever needed a page does next.
enum class next_step : uint8_t {
  page,      ///< the body is a page to read
  unchanged, ///< the page is as it was recorded
  follow,    ///< ask `location` instead
  retry,     ///< the same request may be made again after a back-off, if its method and the budget allow
  settle,    ///< nothing more to ask
};

/// What an answer, or its absence, means (actors/policy/fetch_outcome.hpp).
struct fetch_outcome {
  error problem;      ///< what to settle with where `next` is not done; errc::none = page or unchanged
  int32_t status = 0; ///< 0 = no answer came
  answer_kind kind = answer_kind::none_asked;
  next_step next = next_step::settle;
  optional<duration> retry_after{}; ///< as the site said it; what becomes of it the owner of the gate decides
  std::string location{};           ///< as the site wrote it
};

/// What came of a permit, for the owner of the host's gate.
struct fetch_report {
  answer_kind kind = answer_kind::none_asked;
  int32_t status = 0;               ///< 0 = no answer
  optional<duration> retry_after{}; ///< as the site said it
  uint64_t bytes = 0;               ///< of the body, as they came
  duration took{0};
  std::string peer_address{};
  std::string user_agent{}; ///< that was sent

  friend bool operator==(const fetch_report&, const fetch_report&) = default;
};

/// What answers were like, and how long the requests waited for their turn.
struct answer_counts {
  std::map<int32_t, uint32_t> by_status{}; ///< how many of each status; 0 = no answer came
  uint64_t bytes = 0;                      ///< of bodies, as they came
  duration waited{0};                      ///< for permits

  friend bool operator==(const answer_counts&, const answer_counts&) = default;
};

/// Leave to start one request to a host. `id` 0 = denied, `why` says so.
struct permit {
  uint64_t id = 0;
  duration wait{0}; ///< how long the owner made the caller wait
  error why;
  std::string robots_url{}; ///< not empty: leave to fetch this and nothing else; report it, and ask again
};

/// What came of a permit with a robots_url. Of the headers: location, cache-control, retry-after.
struct robots_report {
  std::string url;
  error problem; ///< no answer came
  http_response answer;
};

} // namespace vigie

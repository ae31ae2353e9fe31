// Sources and what it takes to read them.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "messages/values/error.hpp"
#include "messages/values/ids.hpp"
#include "messages/values/item.hpp"
#include "messages/values/time.hpp"

namespace vigie {

enum class page_framing : uint8_t { json, ndjson };
enum class paging_kind : uint8_t { none, page, offset };
enum class price_unit : uint8_t { major, minor }; ///< 12.5 means 12.50, or 1250 means 12.50

/// How to walk through the pages of one search. {page} and {offset} of the URL template are filled from it.
struct paging_spec {
  paging_kind kind = paging_kind::none;
  uint32_t start = 1;     ///< first page number, or first offset
  uint32_t page_size = 0; ///< items a page; the step of offset paging; a page with fewer items is the last
  uint32_t max_pages = 1;

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

  friend bool operator==(const extract_spec&, const extract_spec&) = default;
};

/// Politeness of one host, enforced by its one gate on main (docs: conduct 5b).
struct gate_policy {
  duration min_interval{5000}; ///< start to start
  duration max_interval{5000}; ///< the gap is drawn evenly from [min, max]
  uint32_t max_in_flight = 1;
  uint32_t daily_requests = 20000;
  bool obey_robots = true; ///< false only with the consent of the site's owner

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

  friend bool operator==(const source_spec&, const source_spec&) = default;
};

struct http_request {
  std::string method = "GET";
  std::string url;
  std::map<std::string, std::string> headers;
  std::string body;
  duration timeout{20000};
  uint64_t max_body_bytes = 10 << 20; ///< after decompression; more is body_too_large
};

struct http_response {
  int32_t status = 0;
  std::map<std::string, std::string> headers; ///< names in lower case; the last of equal names
  std::string body;
  std::string peer_address; ///< the address that was connected to
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

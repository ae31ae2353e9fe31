// A small marketplace to try things on: search, items, robots.txt, raw files, a request log and faults on demand.
#pragma once

#include <memory>
#include <string>

#include "adapters/ports/http_server.hpp"
#include "messages/values/error.hpp"

namespace vigie {

/// Where the items come from: `items_file` if named, else the generator; `serve_dir` is served beside them.
struct sample_site_config {
  http_server_config http; ///< http.address must be loopback
  std::string serve_dir;   ///< its files are served raw under /; empty = none
  std::string items_file;  ///< NDJSON or a JSON array of items; empty = generate
  uint32_t items = 2000;   ///< how many to generate
  uint64_t seed = 1;       ///< same seed, same items
  std::string request_log; ///< NDJSON file, appended to line by line; empty = none
  uint32_t default_per_page = 20;
  uint32_t max_per_page = 200;
  uint32_t max_items = 1'000'000;     ///< over all of them, added ones included
  uint64_t max_file_bytes = 64 << 20; ///< of a raw file and of the items file
  uint32_t max_faults = 256;          ///< rules in force at a time
};

/// GET /search?q=WORDS&page=N&per_page=M  {"items","total","page","pages"}: items whose title has all the words,
/// compared
///   without case as substrings; accents count
/// GET /items/{id}   GET /robots.txt   GET /healthz   GET /FILE (serve_dir)
/// POST /admin/faults {"region","path","fault","retryAfter","retryAfterDate","location","delayMs","count"}
/// GET, DELETE /admin/faults
/// POST /admin/items  one item or an array: adds, or replaces those with the same id
///
/// Good answers have an ETag, files a Last-Modified too, and 304 is answered to whoever has that version.
/// A request's region is its header x-vigie-region. Admin requests are neither logged nor subject to faults.
class sample_site {
public:
  virtual ~sample_site() = default; ///< stops

  virtual uint16_t port() const = 0;
};

/// Errors: bad_config (not loopback, unreadable directory or log), bad_request with the place (items file), conflict
/// (port).
result<std::unique_ptr<sample_site>> start_sample_site(sample_site_config config);

} // namespace vigie

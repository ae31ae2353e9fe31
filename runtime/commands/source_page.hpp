// For people who try a source of a configuration out: which one, and one page of it, fetched as the product would.
#pragma once

#include <iosfwd>
#include <string>

#include "runtime/config.hpp"

namespace vigie {

struct fetched_page {
  std::string url; ///< behind all redirects
  http_response answer;
};

/// The one that is named, or the only one there is; null = neither, which `err` is told.
const source_spec* find_source(const node_config& config, const std::string& name, std::ostream& err);

/// The first page of a search for `query`: robots.txt is asked before each hop, only what the node may connect to is
/// connected to, and the user agent is the node's. One request a page, without repetitions; waits for it. Errors as of
/// the walk (actors/policy/plan_walk.hpp), and robots_disallowed.
result<fetched_page> fetch_first_page(const node_config& config, const source_spec& source, const std::string& query);

} // namespace vigie

// What a source is let do that is not done without an agreement which is written down, and ends. Pure.
#pragma once

#include <string>
#include <vector>

#include "messages/values/ids.hpp"
#include "messages/values/time.hpp"

namespace vigie {

/// No agreement is for longer; after that somebody has to agree anew.
inline constexpr duration longest_exception{std::chrono::hours{24 * 90}};
/// Whoever is asked more often needs one.
inline constexpr duration shortest_plain_interval{std::chrono::minutes{5}};

/// [sources.NAME.exception], with what it is for.
struct conduct_exception {
  source_id source;
  host_key host;
  std::vector<std::string> what; ///< "it is fetched through a proxy"
  std::string reason;
  std::string approved_by;
  std::string owner_consent{}; ///< of the site's owner; empty = none is needed for it
  wall_time until{};           ///< from then on the host is not asked any more

  friend bool operator==(const conduct_exception&, const conduct_exception&) = default;
};

/// "each worker has a gap of its own, its robots.txt is not asked"
std::string what_text(const conduct_exception& x);

/// "source shop (shop.example): it is fetched through a proxy; approved by Jo until 2027-02-27: our network has no
/// other way out"
std::string to_string(const conduct_exception& x);

/// "2027-02-27": the last day (UTC) of an agreement that ends then.
std::string last_day(wall_time until);

/// For whoever is told why a source is not asked any more, and what to do.
std::string ended_text(const conduct_exception& x);

} // namespace vigie

// What the fleet did to each host, as it is told by permits given and given back, until it is stored. Pure; the shell
// is host-gates.
//
// A request counts when its permit is back, in the hour in which it was given. A permit that is back unused counts for
// nothing. One that never comes back (its worker has died, or is silent for too long) counts as a request that failed:
// it may have been made. One that an earlier book gave counts when it is back: that book ended without it.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "messages/values/conduct.hpp"
#include "messages/values/fetch.hpp"
#include "messages/values/requests.hpp"

namespace vigie {

struct conduct_book_config {
  size_t max_rows = 10000;  ///< hours of hosts that wait for the store; what belongs to one more is not counted
  duration silence{600000}; ///< a permit that is out for so long is not waited for; longer than any lease
};

/// bad_config unless both are > 0.
error validate(const conduct_book_config& config);

class conduct_book {
public:
  /// A permit that is out.
  struct start {
    worker_id by;
    host_key host;
    bool robots = false; ///< to fetch robots.txt
    bool retry = false;
    duration waited{0};
    std::string robots_version{}; ///< that allowed it
  };

  /// Permits below `first_permit` are those of an earlier book.
  explicit conduct_book(conduct_book_config config, uint64_t first_permit = 0)
      : config_(config), first_permit_(first_permit) {}

  void given(uint64_t permit, start what, mono_time now, wall_time today);
  /// Ignored if it is not this worker's, or back already.
  void came_back(const worker_id& by, const permit_release& what, wall_time today);
  /// Its request must be over, and nothing is heard of it so far.
  void lapsed(uint64_t permit);
  /// Of the permits of this worker up to `upto`, all but those named are over without a release. Those up to `used` may
  /// have been used, by a process that cannot tell any more; the others were not. True = some were counted: no worker
  /// can say them again.
  bool over(const worker_id& by, uint64_t upto, uint64_t used, const std::set<uint64_t>& named);
  /// robots.txt forbids a request.
  void denied(const host_key& host, wall_time today);

  /// Up to `limit` rows to be stored. They stay this book's until `stored`; none are given before that.
  std::vector<conduct_row> take(size_t limit, mono_time now);
  void stored() { taken_.clear(); }
  /// They will be taken again, together with what has come since.
  void not_stored();
  /// Everything that is not being stored: the end. Permits that lapsed are included, and those of workers that end,
  /// too; of the others their workers tell the next book.
  std::vector<conduct_row> take_all(const std::set<worker_id>& ending = {});

  size_t rows() const { return rows_.size(); }
  size_t out() const { return out_.size(); }
  uint64_t uncounted() const { return uncounted_; } ///< above max_rows

private:
  struct out_permit {
    start what;
    wall_time hour;
    mono_time since;
    bool lapsed = false;
  };
  using key = std::pair<wall_time, host_key>;

  void count(conduct_row row);
  void count(const out_permit& x, const fetch_report& report);

  conduct_book_config config_;
  uint64_t first_permit_;
  std::map<uint64_t, out_permit> out_; ///< ids rise with time
  std::map<key, conduct_row> rows_;    ///< the oldest hours first
  std::vector<conduct_row> taken_;
  uint64_t uncounted_ = 0;
};

} // namespace vigie

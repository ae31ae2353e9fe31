// What main has to hear of permits that are not used any more: each release is said until it is acknowledged, whichever
// main hears it then. Pure; the shell is the gate-client.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "messages/values/permits.hpp"
#include "messages/values/time.hpp"

namespace vigie {

struct report_book_config {
  uint32_t max_reports = 4096; ///< that were not acknowledged; above it one is dropped, of those that matter least
  duration keep_for{3600000};  ///< they are kept so long, or as long as the site wants to be left alone
  duration again_after{1000};  ///< after nobody could be told
};

/// bad_config unless all are positive.
error validate(const report_book_config& config);

class report_book {
public:
  explicit report_book(report_book_config config = {}) : config_(config) {}

  void keep(permit_release what, mono_time now);
  /// What is to be said now, as if it were said for the first time: a Retry-After counts from when it came. Each counts
  /// as being told until `heard` or `not_heard`.
  /// `all`: also those that nobody could be told a moment ago.
  std::vector<permit_release> take_due(mono_time now, bool all = false);
  void heard(uint64_t permit) { all_.erase(permit); }
  void not_heard(uint64_t permit, mono_time now);
  /// Whoever was telling them has died.
  void nobody_tells();

  std::vector<uint64_t> permits() const;
  size_t size() const { return all_.size(); }
  /// Never acknowledged and no longer kept, since the last call.
  uint64_t take_dropped() { return std::exchange(dropped_, 0); }

private:
  struct report {
    permit_release what;
    mono_time since;
    mono_time due;
    bool being_told = false;
  };

  void drop_one();

  report_book_config config_;
  std::map<uint64_t, report> all_;
  uint64_t dropped_ = 0;
};

} // namespace vigie

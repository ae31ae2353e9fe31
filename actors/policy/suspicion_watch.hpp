// When answers that the sanity rules do not believe are no accident any more. Pure; bounded by the alerts there are.
#pragma once

#include <cstdint>
#include <map>

#include "messages/values/run.hpp"

namespace vigie {

inline bool is_suspicious(errc code) {
  return code == errc::suspicious_empty || code == errc::suspicious_schema || code == errc::suspicious_stale;
}

/// Counts for each alert how often in a row its source's answer was not believed. Only a success ends a row: that the
/// site did not answer says nothing of what it would have said.
class suspicion_watch {
public:
  static constexpr uint32_t alarming = 3;

  /// The last word of a run about an alert. How many in a row where that is worth an alarm: the third, and once for a
  /// source and run, however many of its alerts come to it; else 0.
  uint32_t note(const alert_settled& what) {
    if (what.problem.code == errc::none)
      in_a_row_.erase(what.alert);
    if (!is_suspicious(what.problem.code))
      return 0;
    auto row = ++in_a_row_[what.alert];
    auto& last = alarmed_[what.source];
    if (row != alarming || last == what.run)
      return 0;
    last = what.run;
    return row;
  }

private:
  std::map<alert_id, uint32_t> in_a_row_;
  std::map<source_id, run_id> alarmed_;
};

} // namespace vigie

// What a run says of itself in words: the log, the command line and `run --once` use the same. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "messages/values/run.hpp"

namespace vigie {

/// "71 learned, none sent: first run"; empty for 0.
std::string learned_words(uint64_t count);

/// Why an alert that is switched off is not checked, and what to do.
std::string switched_off_words(const alert& what);

/// An alert that a run could not check.
struct failed_alert {
  alert_id id;
  std::string name;
  source_id source;
  error problem;

  friend bool operator==(const failed_alert&, const failed_alert&) = default;
};

inline constexpr size_t named_failures = 5; ///< of one run; the others are a number

/// Those of a run's attempts whose last word is a failure, in the order of the alerts' first attempts.
std::vector<failed_alert> failed_alerts(const std::vector<run_alert>& attempts);

/// `7 "Merino": http_status: HTTP 404`, without the code's remedy.
std::string to_words(const failed_alert& x);

/// `7 "Merino": http_status: HTTP 404; 9 "Linen": timed_out; and 3 more`: the first of `all` failures.
std::string failure_words(const std::vector<failed_alert>& first, uint64_t all);

/// What to type next: the run's attempts, and where a page is to blame, the test of its source.
std::vector<std::string> next_commands(run_id run, const std::vector<failed_alert>& failed);

} // namespace vigie

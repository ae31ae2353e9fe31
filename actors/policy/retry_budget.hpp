// A fleet-wide allowance of retries, so that retrying cannot multiply an outage.
#pragma once

#include <cstdint>

#include "messages/values/error.hpp"
#include "messages/values/time.hpp"

namespace vigie {

struct retry_budget_config {
  double ratio = 0.2;     ///< retries earned by each first attempt
  uint32_t reserve = 10;  ///< retries earned anyway, once per window
  duration window{60000}; ///< what is not used within about this long is lost
};

/// bad_config unless 0 <= ratio <= 1 and window > 0.
error validate(const retry_budget_config& config);

/// Token bucket. Over any span of time: retries <= ratio x requests + reserve x (1 + span / window).
class retry_budget {
public:
  retry_budget(retry_budget_config config, mono_time now);

  void request(mono_time now);
  /// True and paid for, or false.
  bool take(mono_time now);
  double balance(mono_time now);

private:
  void refill(mono_time now);

  retry_budget_config config_;
  double reserve_;    ///< of the flat allowance, at most `reserve`
  double earned_ = 0; ///< by requests; fades over the window
  mono_time as_of_;
};

} // namespace vigie

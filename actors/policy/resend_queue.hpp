// Settlements on their way to main: each is sent until it is acknowledged, a bounded number at a time. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "messages/values/error.hpp"
#include "messages/values/optional.hpp"
#include "messages/values/run.hpp"
#include "messages/values/time.hpp"

namespace vigie {

struct resend_config {
  uint32_t window = 32;        ///< sent and not yet answered
  duration timeout{5000};      ///< for main's answer to one send
  duration base{200};          ///< the first back-off is at most this (full jitter), each later one double
  duration cap{10000};         ///< the longest back-off
  uint32_t max_attempts = 100; ///< then it is given up: main's silence limit hands the alert out again
};

/// bad_config unless all are positive and base <= cap.
error validate(const resend_config& config);

/// What the answer to one send says.
enum class resend_verdict : uint8_t { forget, again, given_up };

class resend_queue {
public:
  explicit resend_queue(resend_config config = {});

  void push(alert_settled what, mono_time now);

  struct outgoing {
    uint64_t number = 0;
    alert_settled what;
  };
  /// What is to be sent now; it counts as sent.
  std::vector<outgoing> take_due(mono_time now);
  /// When take_due has something to give again, if nothing else happens.
  optional<mono_time> next_due() const;

  /// The answer to `number`, errc::none = acknowledged. Refusals for good (bad_request, not_found, stale_epoch) end it
  /// as an acknowledgement does: main knows better. Unknown numbers are forgotten already.
  resend_verdict answered(uint64_t number, errc outcome, mono_time now, uint64_t random);

  void drop(assignment_id id);
  void drop_all();
  bool holds(assignment_id id) const;
  size_t size() const { return waiting_.size(); }

private:
  struct entry {
    alert_settled what;
    mono_time due;
    uint32_t attempts = 0;
    bool sent = false;
  };

  resend_config config_;
  std::map<uint64_t, entry> waiting_;
  uint64_t last_ = 0;
  uint32_t sent_ = 0;
};

} // namespace vigie

#include "actors/policy/retry_policy.hpp"

namespace vigie {

bool is_our_fault(errc outcome) {
  switch (outcome) {
  case errc::crashed:
  case errc::worker_lost:
  case errc::worker_silent:
  case errc::stale_epoch:
  case errc::contract_mismatch:
    return true;
  default:
    return false;
  }
}

bool is_answer_of_site(errc outcome) {
  switch (outcome) {
  case errc::none:
  case errc::unauthorized:
  case errc::http_status:
  case errc::body_too_large:
  case errc::bad_page:
    return true;
  default:
    return false;
  }
}

bool worth_another_worker(errc outcome, command_kind kind) {
  switch (outcome) {
  case errc::busy:                   // this worker has enough to do
  case errc::unknown_command:        // its configuration does not have it
  case errc::no_credential_provider: // nor that
  case errc::contract_mismatch:
  case errc::stale_epoch:
    return true; // in all of these nothing was started
  case errc::crashed:
  case errc::worker_lost:
  case errc::worker_silent:
  case errc::network:
  case errc::timed_out:
    return kind != command_kind::custom; // a custom command may have had its effect
  default:
    return false;
  }
}

} // namespace vigie

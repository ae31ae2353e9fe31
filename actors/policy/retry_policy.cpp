#include "actors/policy/retry_policy.hpp"

namespace vigie {

work_outcome outcome_of_work(errc outcome, int32_t http_status) {
  switch (outcome) {
  case errc::none:
    return work_outcome::success;
  case errc::crashed:
  case errc::worker_lost:
  case errc::worker_silent:
  case errc::stale_epoch:
  case errc::contract_mismatch:
    return work_outcome::our_fault;
  case errc::bad_request: // the caller's input
  case errc::not_found:
  case errc::busy:
  case errc::cancelled:
  case errc::no_capacity:
  case errc::no_credential_provider:
  case errc::no_scraping_cookies:
  case errc::unknown_command:
  case errc::circuit_open:
  case errc::host_silent:
  case errc::permit_denied:
  case errc::blocked_address:
    return work_outcome::untried;
  case errc::refused:
    return http_status == 0 ? work_outcome::untried : work_outcome::outside;
  default:
    return work_outcome::outside;
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
  case errc::bad_certificate:
  case errc::timed_out:
    return kind != command_kind::custom; // a custom command may have had its effect
  default:
    return false;
  }
}

} // namespace vigie

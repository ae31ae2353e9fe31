#include "actors/policy/fetch_report.hpp"

namespace vigie {

fetch_report report_of(const result<http_response>& answer, const fetch_outcome& outcome, duration took) {
  fetch_report out;
  out.kind = outcome.kind;
  out.status = outcome.status;
  out.retry_after = outcome.retry_after;
  out.took = took;
  if (answer) {
    out.bytes = answer->wire_bytes > 0 ? answer->wire_bytes : answer->body.size();
    out.peer_address = answer->peer_address;
  }
  return out;
}

} // namespace vigie

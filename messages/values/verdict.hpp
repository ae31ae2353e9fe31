// Verdicts: why a worker, a worker at a host, a credential or a host is not to be used, and until when.
#pragma once

#include <string>

#include "messages/values/error.hpp"
#include "messages/values/ids.hpp"
#include "messages/values/time.hpp"

namespace vigie {

enum class verdict_scope : uint8_t { worker, worker_host, credential, host };
std::string_view to_string(verdict_scope x);
result<verdict_scope> verdict_scope_from_string(std::string_view x);

/// One row of verdicts; the key is (scope, worker, host). `until` passed and not yet probed = half-open.
struct verdict {
  verdict_scope scope = verdict_scope::worker_host;
  worker_id worker; ///< empty for scope host
  host_key host;    ///< empty for scope worker
  errc cause = errc::refused;
  std::string evidence; ///< "HTTP 403 on run 12, alert 7"
  wall_time since{};
  wall_time until{};
  uint32_t strikes = 1; ///< how often in a row: each doubles the time, up to a cap
  uint32_t answers = 0; ///< good ones in a row since it is half-open: a few of them clear it

  friend bool operator==(const verdict&, const verdict&) = default;
};

} // namespace vigie

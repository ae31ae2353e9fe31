// What can go wrong, as values. A code exists only if some caller reacts to it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace vigie {

/// Stable over versions: the numbers are on the wire, the names in logs, tables and the API.
enum class errc : uint8_t {
  none = 0,
  bad_request,            ///< the caller's input is wrong; nothing was changed
  bad_config,             ///< the configuration is wrong; the node does not start
  not_found,              ///< no such thing
  conflict,               ///< the thing exists already or is in another state
  busy,                   ///< a limit is reached; ask again after the hint
  crashed,                ///< the part that had the request died; its supervisor restarts it
  worker_lost,            ///< the link to the worker broke
  worker_silent,          ///< neither a settlement nor a heartbeat within the silence limit
  no_capacity,            ///< no worker is up, unbanned and not draining
  stale_epoch,            ///< a message of an earlier incarnation of the link
  contract_mismatch,      ///< the peer speaks another contract version
  deadline_exceeded,      ///< the deadline of the whole work passed
  cancelled,              ///< taken back by whoever handed it out
  no_credential_provider, ///< this node has nothing that can make credentials
  no_scraping_cookies,    ///< the source needs a credential and none is stored
  unauthorized,           ///< 401 from the site: a matter of the credential, never of the worker
  refused,                ///< 403 from the site: a matter of worker and host
  rate_limited,           ///< 429 from the site: the host waits, everywhere
  circuit_open,           ///< the host refused two regions; nobody asks it until the probe
  http_status,            ///< any other status that is not a success
  network,                ///< could not connect, or the connection broke
  timed_out,              ///< the site did not answer in time
  body_too_large,         ///< the body passed the cap; nothing of it was used
  bad_page,               ///< the page is not what the source describes; `place` says where
  blocked_address,        ///< the address is not allowed to be connected to
  permit_denied,          ///< the host's daily budget is spent, or nobody owns its gate
  unknown_command,        ///< the worker's configuration does not name this command
  child_failed,           ///< a child process ended with a non-zero status
  child_timed_out,        ///< a child process passed its time-out and was ended
  store_unavailable,      ///< the database cannot be reached or refuses to write
  ambiguous,              ///< a send may or may not have arrived and must not be repeated blindly
  robots_disallowed,      ///< the site's robots.txt forbids it, or cannot be read
  suspicious_empty,       ///< fewer items than the source's sanity rules want
  suspicious_schema,      ///< too many items without a field that the sanity rules want
  suspicious_stale,       ///< the newest item is older than the sanity rules allow
  host_silent,            ///< the host let several requests of this run time out: the rest of it is not asked
  bad_certificate,        ///< TLS: the site's certificate, or the file to judge it by, is not accepted
};

/// "worker_lost": the enumerator's own name.
std::string_view to_string(errc code);

/// One sentence that says what happened in general and what to do about it.
std::string_view remedy(errc code);

/// errc from its name; `errc::none` for an unknown one.
errc errc_from_string(std::string_view name);

/// An operating error. `detail` is for people and never holds a secret; `place` is where, when there is a where:
/// "quickstart.toml:12:5" or "/results/3/price".
struct error {
  errc code = errc::none;
  std::string detail;
  std::string place;

  friend bool operator==(const error&, const error&) = default;
};

/// "worker_lost: worker-fr closed the connection (at X). Remedy sentence."
std::string to_string(const error& e);

template <class T>
using result = tl::expected<T, error>;

inline tl::unexpected<error> fail(errc code, std::string detail = {}, std::string place = {}) {
  return tl::unexpected<error>(error{code, std::move(detail), std::move(place)});
}

} // namespace vigie

// Errors of the HTTP API as problem+json (RFC 9457).
#pragma once

#include <string>
#include <string_view>

#include "adapters/ports/http_server.hpp"
#include "messages/values/error.hpp"

namespace vigie {

/// "Not Found"; "Error" for a status without a name.
std::string_view reason_phrase(int status);

/// {"type","title","status","detail","instance","request_id"[,"code","place"]}. `instance` is the request's path.
served_response make_problem(int status, const error& what, std::string_view instance, std::string_view request_id);

/// The same, where there is no error code of ours: protocol faults.
served_response make_problem(int status, std::string_view detail, std::string_view instance,
                             std::string_view request_id);

/// The one table from error codes to HTTP statuses.
int http_status_of(errc code);

} // namespace vigie

// Whether a request can be sent as it is. Internal to adapters/curl.
#pragma once

#include <string>
#include <string_view>

#include "actors/policy/url_template.hpp"
#include "messages/values/error.hpp"
#include "messages/values/fetch.hpp"

namespace vigie {

/// Without blanks and line ends at both ends.
std::string_view trim_line(std::string_view text);

/// bad_request for a method or a header that cannot be sent, and for more of them than anybody takes. Values of headers
/// may be secrets: only names are said.
error check_request(const http_request& request);

/// "http://host:port" with nothing behind it. bad_request for other schemes, and for a user name or password, which
/// would stand in configurations and messages.
result<parsed_url> parse_proxy(std::string_view text);

} // namespace vigie

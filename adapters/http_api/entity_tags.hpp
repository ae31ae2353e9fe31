// Conditions of requests about what they change (RFC 9110, 13.1). Pure.
#pragma once

#include <string_view>

namespace vigie {

/// True if `if_match` (the header's value) is "*", or has `etag` (with its quotes) among its tags, compared strongly: a
/// weak one is none of them. Nor is anything from the first text on that is no tag.
bool names_etag(std::string_view if_match, std::string_view etag);

} // namespace vigie

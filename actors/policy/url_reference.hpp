// What a Location or a link on a page points at. Pure.
#pragma once

#include <string_view>

#include "actors/policy/url_template.hpp"

namespace vigie {

/// A reference as it is meant on the page `base`, read as browsers do (actors/policy/web_address.hpp). bad_request
/// where the outcome is nothing that parse_url takes: other schemes, user names.
result<parsed_url> resolve_url(const parsed_url& base, std::string_view reference);

} // namespace vigie

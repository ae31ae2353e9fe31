// Who asks says so: the contact in the User-Agent is required for every host that is not loopback, and nobody passes
// for a browser or for another crawler. What is secret goes to nobody in clear text. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "messages/values/error.hpp"
#include "messages/values/fetch.hpp"

namespace vigie {

/// True for a URL (or the template of one) whose host has to be told a contact; false also for what is no URL.
bool needs_contact(std::string_view url);

/// bad_config that names the first enabled source which needs a contact, if there is none.
error check_contact(const std::vector<source_spec>& sources, bool has_contact);

/// The browser or other crawler that a product token names, as "chrome" in "Mobile-Chrome"; empty = it is a name of
/// one's own. Case does not matter.
std::string foreign_name(std::string_view product_token);

/// True for a header that browsers send to say what they are (Sec-Fetch-Mode, Sec-CH-UA, X-User-Agent), or that names
/// another sender than ours (X-Forwarded-For). Case does not matter.
bool is_disguise(std::string_view header_name);

/// True for a URL (or the template of one) that is asked without TLS, of a host that is neither loopback nor a private
/// address by its text.
bool goes_in_clear(std::string_view url);

/// The first parameter of a URL's query whose fixed value is a secret by its name: "api_key". Empty = none.
std::string secret_parameter(std::string_view url);

} // namespace vigie

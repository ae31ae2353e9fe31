// Whoever is asked must be able to reach whoever asks: the contact in the User-Agent is required for every host that is
// not loopback. Pure.
#pragma once

#include <string_view>
#include <vector>

#include "messages/values/error.hpp"
#include "messages/values/fetch.hpp"

namespace vigie {

/// True for a URL (or the template of one) whose host has to be told a contact; false also for what is no URL.
bool needs_contact(std::string_view url);

/// bad_config that names the first enabled source which needs a contact, if there is none.
error check_contact(const std::vector<source_spec>& sources, bool has_contact);

} // namespace vigie

// The Public Suffix List: which part of a name somebody can register.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "messages/values/error.hpp"

namespace vigie {

/// A function that gives the registrable domain of a lower-case name without port: "shop.example.co.uk" ->
/// "example.co.uk"; empty for a public suffix itself and for what is no name. Names under a suffix that the list does
/// not know have two labels. The list is the system's where it is newer than the library's own. The function may be
/// copied, outlives everything and may be called from any thread. bad_config if there is no list at all.
result<std::function<std::string(std::string_view name)>> make_domain_lookup();

} // namespace vigie

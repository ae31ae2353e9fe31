// How deep a TOML file nests, bounded before it is parsed: the parser, and everything that walks the tree it makes,
// need room on the stack for each level.
#pragma once

#include <cstddef>
#include <string_view>

#include "messages/values/error.hpp"
#include "messages/values/optional.hpp"

namespace vigie {

inline constexpr size_t max_key_parts = 16;     ///< of one key or table header: a.b.c has 3
inline constexpr size_t max_nested_values = 32; ///< lists and inline tables within one another

/// bad_config with "line:column" as its place where one of the limits is passed first; its detail is a complaint and,
/// behind a line end, what to write instead. The text need not be TOML.
optional<error> find_deep_nesting(std::string_view text);

} // namespace vigie

// Argument vectors with {placeholders}: the closed set behind the `custom` command. Pure; no shell is ever involved.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "messages/values/error.hpp"

namespace vigie {

struct argv_limits {
  size_t value_bytes = 4096; ///< of one argument's value
};

/// bad_config: empty, an empty program, or a placeholder in the program's name.
error validate_argv(const std::vector<std::string>& words);

/// Each value lands in exactly the element its {placeholder} is in ([a-z0-9_]+ between braces; other braces are text).
/// bad_request: a placeholder without value, a value without placeholder, a value with a NUL byte or above the limit,
/// and a value that begins with '-' where an option could stand, that is before an element "--".
result<std::vector<std::string>> fill_argv(const std::vector<std::string>& words,
                                           const std::map<std::string, std::string>& values,
                                           const argv_limits& limits = {});

} // namespace vigie

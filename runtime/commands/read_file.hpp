// A file that a person names on the command line, read whole.
#pragma once

#include <cstdint>
#include <istream>
#include <string>

#include "messages/values/error.hpp"

namespace vigie {

/// Of a file of alerts.
inline constexpr uint64_t max_alerts_bytes = 64 << 20;

/// Its bytes; those of `standard_input` where it is given and `path` is "-". bad_request if it cannot be read, with the
/// reason, or has more than `most` bytes.
result<std::string> read_file(const std::string& path, uint64_t most, std::istream* standard_input = nullptr);

} // namespace vigie

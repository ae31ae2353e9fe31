// The texts of configuration values, as pure functions: durations, sizes, addresses.
#pragma once

#include <string>
#include <string_view>

#include "messages/values/error.hpp"
#include "messages/values/time.hpp"

namespace vigie {

inline constexpr duration longest_duration = std::chrono::hours{365 * 24};

/// "300ms", "5s", "1.5m", "1h", "1d"; a sum of them as "1h30m". At most 365d. The unit is never left out.
result<duration> parse_duration(std::string_view x);
/// The shortest text that parse_duration gives back: "5m", "1500ms".
std::string to_text(duration x);

/// "512B", "64KiB", "10MiB", "1GiB", or powers of ten as "10kB", "1MB".
result<uint64_t> parse_size(std::string_view x);
std::string size_to_text(uint64_t bytes);

/// A text as a configuration file has it: "\"a \\\"b\\\"\"". Bytes that are no UTF-8 become U+FFFD.
std::string in_quotes(std::string_view x);

} // namespace vigie

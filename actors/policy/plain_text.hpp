// Text that others wrote, made safe to show.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace vigie {

/// Length of the UTF-8 sequence (RFC 3629) at `at`, 1 to 4; 0 if there is none, or `at` is the end.
size_t utf8_length(std::string_view text, size_t at);

/// The number of the character that one such sequence writes.
uint32_t utf8_code_point(std::string_view sequence);

/// True for what must not reach a terminal as it is: control bytes (C0, DEL, C1), line and paragraph separators,
/// bidirectional marks, embeddings, overrides and isolates, the byte order mark.
bool is_unprintable(uint32_t point);

/// Text that is safe in a terminal, a table and a chat: tab and line ends become a space; other control bytes (C0, DEL,
/// C1), terminal sequences and bidirectional overrides are dropped; each byte that is no UTF-8 becomes U+FFFD.
/// Idempotent; the result is valid UTF-8.
std::string strip_control(std::string_view text);

/// At most `max_points` code points of valid UTF-8; what is longer is cut and ends in "...", which counts.
std::string clip(std::string_view text, size_t max_points);

} // namespace vigie

// The characters of an HTML page, whatever its encoding.
#pragma once

#include <string>
#include <string_view>

namespace vigie {

/// The page as valid UTF-8 without control characters but tab and line ends, and without a byte order mark. It is the
/// page itself if that is so already, otherwise `room`.
///
/// The encoding is what a byte order mark says, or else what a <meta> within the first 4096 bytes says, of those that
/// browsers know; without either it is UTF-8 if the bytes are that, else windows-1252. What is no character there
/// becomes U+FFFD, a control character a blank.
std::string_view html_text(std::string_view page, std::string& room);

} // namespace vigie

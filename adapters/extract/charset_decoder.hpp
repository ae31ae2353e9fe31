// Bytes of any encoding as UTF-8, by the decoders of the Encoding Standard.
#pragma once

#include <string>
#include <string_view>

#include "actors/policy/charset.hpp"

namespace vigie {

/// What is no character becomes U+FFFD, and an ASCII byte behind it stays, so that no markup is swallowed. No byte
/// order mark is looked for. False: this machine's iconv lacks the encoding, or it is charset::none or
/// charset::replacement.
bool decode_charset(std::string_view bytes, charset from, std::string& out);

} // namespace vigie

// Characters as bytes of a page's encoding, for the addresses that are written on it.
#pragma once

#include <string>
#include <string_view>

#include "actors/policy/charset.hpp"

namespace vigie {

/// An address as a page of HTML in that encoding means it: what its query has beyond ASCII stands in the page's
/// encoding, percent-encoded (URL Standard, "percent-encode after encoding"), and a character that the encoding lacks
/// as %26%23 8364 %3B. Everything else of it stays, and all of it where the page is in UTF-8 or UTF-16, or in
/// ISO-2022-JP, whose escapes no server expects.
std::string with_encoded_query(std::string_view address, charset page);

} // namespace vigie

// The currencies of ISO 4217. Pure.
#pragma once

#include <string_view>

namespace vigie {

/// "EUR": of a currency that circulates, or did within the last years (a site may still write HRK).
bool is_currency_code(std::string_view text);

} // namespace vigie

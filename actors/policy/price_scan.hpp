// How long what stands at the front of a price's text is, in bytes; 0 = it does not stand there. Pure.
#pragma once

#include <string_view>

namespace vigie {

size_t digit_run(std::string_view text);
/// Letters of any script that are no currency's sign.
size_t letter_run(std::string_view text);

/// Two letters or more with a point behind each: "M.R.P.".
size_t initials_run(std::string_view text);

/// "P&P", "S & H": what it costs to pack and send it.
size_t postage_run(std::string_view text);

/// Behind a number, that it has no cents: ",-", ".--", ":-", "/-", ",=".
size_t no_cents(std::string_view text);
/// Behind a number, its decimals with a blank before or behind their sign: ", 99", " ,99". Not if more of a list
/// follows, or what they count.
size_t parted_decimals(std::string_view text);
/// Behind a number, minutes: ":50".
bool is_clock(std::string_view text);

} // namespace vigie

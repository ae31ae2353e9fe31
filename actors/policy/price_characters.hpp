// The few characters that a price's text is made of, for actors/policy/price_writing.cpp. Pure.
#pragma once

#include <string>

namespace vigie {

/// '0' to '9'.
bool is_plain_digit(char32_t c);
/// Digits of all scripts as those of ASCII; all else as it is.
char32_t plain_digit(char32_t c);
/// The digit that a raised one is, or 0.
char raised_digit(char32_t c);
/// What else stands for a point or a comma, if it does so between digits; or 0.
char separator(char32_t c);
/// Dashes, apostrophes and blanks in one form each, and nothing for what nobody sees.
void put_plain(char32_t c, std::string& out);

} // namespace vigie

// Text in the columns of a terminal: how wide it is, cut, and wrapped.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace vigie {

/// Takes one sign, or one terminal sequence, from the front into `bytes`; the columns that it takes: 0 to 2. A byte
/// that is no UTF-8 is a sign.
size_t take_sign(std::string_view& text, std::string_view& bytes);

/// Columns that a text takes in a terminal: none for combining marks and terminal sequences, 2 for wide signs.
size_t display_width(std::string_view text);

/// At most `columns` wide, ending in "…" if anything was cut.
std::string cut_to_width(std::string_view text, size_t columns);

/// Where a line may end: between words, so that an address can be copied and may be too wide; or anywhere in need.
enum class breaks : uint8_t { words, anywhere };

/// The lines of one line, at most `columns` wide; all but the first begin with `hang` spaces. Loses nothing but spaces
/// at ends of lines.
std::vector<std::string> wrapped(std::string_view text, size_t columns, size_t hang = 0, breaks how = breaks::words);

} // namespace vigie

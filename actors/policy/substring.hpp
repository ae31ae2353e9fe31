// Is a text part of another? Pure.
#pragma once

#include <cstddef>
#include <string_view>

namespace vigie {

/// As text.find(part) != npos; quicker for titles and keywords, which are short and share their first letters.
bool contains(std::string_view text, std::string_view part);

/// text.find(part), in a time that grows with the two together: of a part that is nearly there at every place, find
/// looks at each place anew.
size_t find_part(std::string_view text, std::string_view part);

} // namespace vigie

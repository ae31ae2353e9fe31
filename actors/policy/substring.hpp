// Is a text part of another? Pure.
#pragma once

#include <string_view>

namespace vigie {

/// As text.find(part) != npos; quicker for titles and keywords, which are short and share their first letters.
bool contains(std::string_view text, std::string_view part);

} // namespace vigie

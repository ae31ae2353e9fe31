// Characters of a text that nobody sees.
#pragma once

#include <string>

namespace vigie {

/// Takes out where a word may be broken (soft hyphens, blanks and joiners without width) and byte order marks: keywords
/// would not be found across them. False: there are none.
bool drop_unseen(std::string& text);

} // namespace vigie

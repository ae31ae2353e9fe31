// What a page's <template> elements hold is no part of the page (HTML, 4.12.3): placeholders, which no reader ever
// sees.
#pragma once

#include <string_view>

// libxml2's own, named here so that its headers are not seen.
struct _xmlDoc;

namespace vigie {

/// A <template> with this attribute is shown: its content becomes a part of the page (declarative shadow trees).
inline constexpr std::string_view shown_template = "shadowrootmode";

/// Empties the templates of the tree of `page`.
void drop_templates(_xmlDoc& doc, std::string_view page);

} // namespace vigie

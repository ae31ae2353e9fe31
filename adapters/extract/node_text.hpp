// The text of an element in a tree of HTML or XML.
#pragma once

#include "adapters/extract/markup_rows.hpp"

// libxml2's own, named here so that its headers are not seen.
struct _xmlNode;

namespace vigie {

/// Puts it together, marks included where `out` wants them. An element that ends a word does so on both sides; scripts
/// are only text if they are what is asked. Returns how many nodes it went over, or what takes as long.
size_t collect_text(const _xmlNode* root, text_collector& out);

/// What an element does to a price's text.
price_mark mark_of(const _xmlNode* element);

} // namespace vigie

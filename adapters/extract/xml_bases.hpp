// The xml:base attributes around a place in an XML page. Internal to adapters/extract.
#pragma once

#include <string>

// libxml2's own, named here so that its headers are not seen.
struct _xmlNode;

namespace vigie {

/// Of an element or attribute, as markup_rows::bases has them: a line each, from the outside in. One that is longer
/// than 4 KiB is passed over.
std::string bases_around(const _xmlNode* node);

} // namespace vigie

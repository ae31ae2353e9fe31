// What XPath's functions cost, counted. Internal to adapters/extract.
#pragma once

#include <cstddef>

// libxml2's own, named here so that its headers are not seen.
struct _xmlXPathContext;

namespace vigie {

/// Counts so many operations more. False: they are above the context's limit.
bool count_operations(_xmlXPathContext& context, size_t operations);

/// Gives the context the functions of css_xpath.hpp, and puts others in place of XPath's own functions of texts, which
/// are the same but for what they cost: libxml2 counts a text of a megabyte as one operation, and looks for a part of
/// it at each place anew. The node that is asked is the context's userData.
void register_functions(_xmlXPathContext& context);

} // namespace vigie

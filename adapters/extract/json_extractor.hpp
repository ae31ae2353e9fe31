// The extractor port for JSON and NDJSON pages.
#pragma once

#include <memory>

#include "adapters/ports/extractor.hpp"

namespace vigie {

/// Compiles the source's extract_spec. bad_config, with "extract.fields.brand" or the like as its place, for a path
/// that makes no sense, an unknown field, no way to an id or a title, a fixed id, a fixed price or currency that is
/// none, and for `items` together with NDJSON.
///
/// Text is handed on as the page has it; only blanks around ids go away. A field that is null or "" is absent without a
/// note. Ids and other text may be numbers on the page: they become their own text. Currencies are put in capitals. A
/// currency on its own path goes before a constant one, and that before what the price's text says.
result<std::unique_ptr<extractor>> make_json_extractor(const source_spec& source);

} // namespace vigie

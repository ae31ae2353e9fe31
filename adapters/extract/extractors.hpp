// Which extractor reads a source's pages.
#pragma once

#include <memory>

#include "adapters/ports/extractor.hpp"

namespace vigie {

/// By the source's framing; the only place that knows all of them. bad_config as the factories say, with the key's path
/// within the source ("extract.fields.brand") as its place, and for a framing that this build cannot read.
result<std::unique_ptr<extractor>> make_extractor(const source_spec& source);

} // namespace vigie

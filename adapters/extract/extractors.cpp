#include "adapters/extract/extractors.hpp"

#include "adapters/extract/json_extractor.hpp"

namespace vigie {

result<std::unique_ptr<extractor>> make_extractor(const source_spec& source) {
  switch (source.extract.framing) {
  case page_framing::json:
  case page_framing::ndjson:
    return make_json_extractor(source);
  default:
    return fail(errc::bad_config, "this build reads no pages of that format", "extract.format");
  }
}

} // namespace vigie

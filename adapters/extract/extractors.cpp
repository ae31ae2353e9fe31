#include "adapters/extract/extractors.hpp"

#include "adapters/extract/feed_extractor.hpp"
#include "adapters/extract/html_extractor.hpp"
#include "adapters/extract/json_extractor.hpp"
#include "adapters/extract/sitemap_extractor.hpp"

namespace vigie {

result<std::unique_ptr<extractor>> make_extractor(const source_spec& source) {
  switch (source.extract.framing) {
  case page_framing::json:
  case page_framing::ndjson:
    return make_json_extractor(source);
  case page_framing::feed:
    return make_feed_extractor(source);
  case page_framing::sitemap:
    return make_sitemap_extractor(source);
  case page_framing::html:
    return make_html_extractor(source);
  case page_framing::xml:
    return make_xml_extractor(source);
  }
  return fail(errc::bad_config, "there is no such format", "extract.format");
}

} // namespace vigie

#include "adapters/extract/xml_bases.hpp"

#include <string_view>

#include <libxml/tree.h>

namespace vigie {

std::string bases_around(const _xmlNode* node) {
  constexpr size_t longest = 4096;
  std::string out;
  for (; node && node->type != XML_DOCUMENT_NODE; node = node->parent) {
    auto said = node->type == XML_ELEMENT_NODE ? xmlHasNsProp(node, BAD_CAST "base", XML_XML_NAMESPACE) : nullptr;
    if (!said || !said->children || said->children->next || !said->children->content)
      continue;
    std::string line{reinterpret_cast<const char*>(said->children->content)};
    std::erase(line, '\n');
    if (!line.empty() && line.size() <= longest)
      out = line + "\n" + out;
  }
  return out;
}

} // namespace vigie

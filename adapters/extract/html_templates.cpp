#include "adapters/extract/html_templates.hpp"

#include <string>

#include <libxml/tree.h>

#include "adapters/extract/html_scanner.hpp"

namespace vigie {

namespace {

bool is_hidden_template(const xmlNode* x) {
  return x->type == XML_ELEMENT_NODE && xmlStrcasecmp(x->name, BAD_CAST "template") == 0 &&
         !xmlHasProp(x, BAD_CAST std::string{shown_template}.c_str());
}

void empty(xmlNode* x) {
  while (auto child = x->children) {
    xmlUnlinkNode(child);
    xmlFreeNode(child);
  }
}

/// Most pages have none, and need not be walked through.
bool may_have_templates(std::string_view page) {
  static constexpr std::string_view name = "template";
  for (auto at = page.find('<'); at != page.npos; at = page.find('<', at + 1)) {
    if (same_html_name(page.substr(at + 1, name.size()), name))
      return true;
  }
  return false;
}

} // namespace

void drop_templates(_xmlDoc& doc, std::string_view page) {
  if (!may_have_templates(page))
    return;
  auto root = xmlDocGetRootElement(&doc);
  for (auto node = root; node;) {
    if (is_hidden_template(node))
      empty(node);
    if (node->type == XML_ELEMENT_NODE && node->children) {
      node = node->children;
      continue;
    }
    while (node != root && !node->next)
      node = node->parent;
    node = node == root ? nullptr : node->next;
  }
}

} // namespace vigie

#include "adapters/extract/node_text.hpp"

#include <libxml/tree.h>

#include "adapters/extract/html_elements.hpp"
#include "adapters/extract/html_references.hpp"

namespace vigie {

namespace {

std::string_view view(const xmlChar* x) {
  return x ? std::string_view{reinterpret_cast<const char*>(x)} : std::string_view{};
}

/// HTML, or XHTML within XML.
bool is_html(const xmlNode* x) {
  return x->ns ? view(x->ns->href) == "http://www.w3.org/1999/xhtml" : x->doc && x->doc->type == XML_HTML_DOCUMENT_NODE;
}

std::string_view attribute(const xmlNode* x, std::string_view name) {
  for (auto* at = x->properties; at; at = at->next)
    if (!at->ns && view(at->name) == name)
      return at->children && !at->children->next ? view(at->children->content) : std::string_view{};
  return {};
}

class node_text {
public:
  node_text(const xmlNode* root, text_collector& out) : root_(root), out_(out) {}

  size_t collect() {
    for (auto node = root_; node && !out_.full();) {
      ++nodes_;
      if (node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE)
        out_.add(view(node->content));
      else if (node->type == XML_ENTITY_REF_NODE && out_.marks())
        add_html_name(view(node->name));
      if (node != root_)
        cross(node, true);
      if (node->type == XML_ELEMENT_NODE && node->children && !is_silent(node)) {
        node = node->children;
        continue;
      }
      for (; node != root_ && !node->next; node = node->parent)
        cross(node, false);
      if (node == root_)
        break;
      cross(node, false);
      node = node->next;
    }
    return nodes_;
  }

private:
  bool is_silent(const xmlNode* x) const { return x != root_ && is_html(x) && html_elements::is_silent(view(x->name)); }

  /// Of a document type that was not loaded: HTML's names are usual there.
  void add_html_name(std::string_view name) {
    std::string text;
    append_html_name(name, text);
    out_.add(text);
  }

  /// An element within begins or ends.
  void cross(const xmlNode* x, bool begins) {
    if (x->type != XML_ELEMENT_NODE)
      return;
    if (is_html(x) && html_elements::ends_word(view(x->name)))
      out_.add(" ");
    if (!out_.marks())
      return;
    constexpr size_t read_per_node = 64; // of attributes
    nodes_ += (attribute(x, "class").size() + attribute(x, "style").size()) / read_per_node;
    begins ? out_.begin(mark_of(x)) : out_.end(mark_of(x));
  }

  const xmlNode* root_;
  text_collector& out_;
  size_t nodes_ = 0;
};

} // namespace

size_t collect_text(const xmlNode* root, text_collector& out) {
  return node_text{root, out}.collect();
}

price_mark mark_of(const xmlNode* element) {
  if (!is_html(element))
    return price_mark::part;
  if (html_elements::strikes_out(attribute(element, "class"), attribute(element, "style")))
    return price_mark::struck;
  return html_elements::mark(view(element->name));
}

} // namespace vigie

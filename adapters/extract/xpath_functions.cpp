#include "adapters/extract/xpath_functions.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <string_view>

#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>

#include "actors/policy/css_xpath.hpp"
#include "actors/policy/substring.hpp"

namespace vigie {

namespace {

/// Of a text, that take as long as one operation.
constexpr size_t operation_bytes = 32;

using parser_ptr = xmlXPathParserContextPtr;

struct free_object {
  void operator()(xmlXPathObject* x) const { xmlXPathFreeObject(x); }
};
using argument = std::unique_ptr<xmlXPathObject, free_object>;

std::string_view view(const xmlChar* x) {
  return x ? std::string_view{reinterpret_cast<const char*>(x)} : std::string_view{};
}

const xmlChar* chars(std::string_view x) {
  return reinterpret_cast<const xmlChar*>(x.data());
}

/// False: the parser has an error.
bool count(parser_ptr parser, size_t operations) {
  if (count_operations(*parser->context, operations))
    return true;
  xmlXPathErr(parser, XPATH_OP_LIMIT_EXCEEDED);
  return false;
}

bool count_bytes(parser_ptr parser, size_t bytes) {
  return count(parser, 1 + bytes / operation_bytes);
}

bool has_arguments(parser_ptr parser, int found, int wanted) {
  if (found != wanted)
    xmlXPathErr(parser, XPATH_INVALID_ARITY);
  return found == wanted;
}

void push(parser_ptr parser, std::string_view text) {
  valuePush(parser, xmlXPathWrapString(xmlStrndup(chars(text), static_cast<int>(text.size()))));
}

/// The text within an element or a document, as XPath means it.
bool collect(parser_ptr parser, const xmlNode* root, std::string& out) {
  const auto* node = root;
  size_t nodes = 0;
  while (node) {
    ++nodes;
    if (node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE)
      out += view(node->content);
    if (node->children && node->type != XML_ENTITY_REF_NODE && node->type != XML_DTD_NODE) {
      node = node->children;
      continue;
    }
    while (node != root && !node->next)
      node = node->parent;
    node = node == root ? nullptr : node->next;
  }
  return count(parser, nodes);
}

/// The text of a node. One that stands in a single piece is not copied.
bool text_of(parser_ptr parser, xmlNode* node, std::string& room, std::string_view& out) {
  bool plain = node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE;
  bool attribute = node->type == XML_ATTRIBUTE_NODE;
  if (plain) {
    out = view(node->content);
  } else if (attribute && (!node->children || !node->children->next)) {
    out = node->children ? view(node->children->content) : std::string_view{};
  } else if (node->type == XML_ELEMENT_NODE || node->type == XML_DOCUMENT_NODE ||
             node->type == XML_HTML_DOCUMENT_NODE) {
    if (!collect(parser, node, room))
      return false;
    out = room;
  } else {
    std::unique_ptr<xmlChar, void (*)(void*)> text{xmlXPathCastNodeToString(node), xmlFree};
    room = view(text.get());
    out = room;
  }
  return count_bytes(parser, out.size());
}

/// Takes the next argument from behind, as a text.
bool take_text(parser_ptr parser, std::string& room, std::string_view& out, argument& kept) {
  kept.reset(valuePop(parser));
  if (!kept)
    return false;
  if (kept->type == XPATH_NODESET || kept->type == XPATH_XSLT_TREE) {
    auto* nodes = kept->nodesetval;
    if (nodes && nodes->nodeNr > 1)
      xmlXPathNodeSetSort(nodes);
    return !nodes || nodes->nodeNr == 0 || text_of(parser, nodes->nodeTab[0], room, out);
  }
  kept.reset(xmlXPathConvertString(kept.release()));
  out = kept ? view(kept->stringval) : std::string_view{};
  return count_bytes(parser, out.size());
}

/// The arguments of the function that is being called, from behind made to texts and put back.
bool make_texts(parser_ptr parser, int arguments) {
  if (arguments > parser->valueNr)
    return false;
  for (auto i = parser->valueNr - arguments; i < parser->valueNr; ++i) {
    auto*& x = parser->valueTab[i];
    if (x->type == XPATH_STRING) {
      if (!count_bytes(parser, view(x->stringval).size()))
        return false;
      continue;
    }
    if (x->type != XPATH_NODESET && x->type != XPATH_XSLT_TREE)
      continue;
    std::string room;
    std::string_view text;
    argument kept;
    // On top of the stack for a moment, as if it came last.
    valuePush(parser, xmlXPathObjectCopy(x));
    if (!take_text(parser, room, text, kept))
      return false;
    xmlXPathFreeObject(x);
    x = xmlXPathWrapString(xmlStrndup(chars(text), static_cast<int>(text.size())));
    if (i == parser->valueNr - 1)
      parser->value = x;
  }
  return true;
}

/// XPath's own function, of texts that were counted. Without any argument, of the node at hand.
template <xmlXPathFunction Function>
void counted(parser_ptr parser, int arguments) {
  if (arguments == 0) {
    valuePush(parser, xmlXPathNewNodeSet(parser->context->node));
    arguments = 1;
  }
  if (make_texts(parser, arguments))
    Function(parser, arguments);
}

/// translate() goes over its second text for each character of the first.
void translate(parser_ptr parser, int arguments) {
  if (!has_arguments(parser, arguments, 3) || !make_texts(parser, arguments))
    return;
  auto* from = parser->valueTab + (parser->valueNr - 3);
  if (from[0]->type == XPATH_STRING && from[1]->type == XPATH_STRING &&
      !count(parser, view(from[0]->stringval).size() * view(from[1]->stringval).size() / operation_bytes))
    return;
  xmlXPathTranslateFunction(parser, arguments);
}

/// Where the second text begins in the first; npos = nowhere.
struct found_part {
  std::string_view text;
  std::string_view part;
  size_t at = std::string_view::npos;
};

template <class Then>
void with_part(parser_ptr parser, int arguments, Then&& then) {
  if (!has_arguments(parser, arguments, 2))
    return;
  std::string room, part_room;
  argument kept, part_kept;
  found_part out;
  if (!take_text(parser, part_room, out.part, part_kept) || !take_text(parser, room, out.text, kept))
    return;
  out.at = find_part(out.text, out.part);
  then(out);
}

void contains_part(parser_ptr parser, int arguments) {
  with_part(parser, arguments, [&](const found_part& x) {
    valuePush(parser, xmlXPathNewBoolean(x.at != std::string_view::npos ? 1 : 0));
  });
}

void before_part(parser_ptr parser, int arguments) {
  with_part(parser, arguments, [&](const found_part& x) {
    push(parser, x.at == std::string_view::npos ? std::string_view{} : x.text.substr(0, x.at));
  });
}

void behind_part(parser_ptr parser, int arguments) {
  with_part(parser, arguments, [&](const found_part& x) {
    push(parser, x.at == std::string_view::npos ? std::string_view{} : x.text.substr(x.at + x.part.size()));
  });
}

/// css_asked_function.
void is_asked(parser_ptr parser, int arguments) {
  const auto* context = parser->context;
  if (has_arguments(parser, arguments, 0))
    valuePush(parser, xmlXPathNewBoolean(context->node == context->userData));
}

/// The element's number, from 1, among those of its parent. Counted once for all of them, and kept with each.
size_t place_of(parser_ptr parser, xmlNode* x) {
  if (!x->_private && x->parent) {
    size_t place = 0, nodes = 0;
    for (auto* child = x->parent->children; child; child = child->next, ++nodes)
      if (child->type == XML_ELEMENT_NODE)
        child->_private = reinterpret_cast<void*>(++place);
    parser->context->opCount += nodes;
  }
  return reinterpret_cast<size_t>(x->_private);
}

/// How many elements stand before it, with the same parent.
void count_before(parser_ptr parser, int arguments) {
  auto* self = parser->context->node;
  if (has_arguments(parser, arguments, 0))
    valuePush(parser, xmlXPathNewFloat(self->parent ? static_cast<double>(place_of(parser, self)) - 1 : 0));
}

void count_after(parser_ptr parser, int arguments) {
  if (!has_arguments(parser, arguments, 0))
    return;
  auto* self = parser->context->node;
  auto* last = self->parent ? self->parent->last : self;
  size_t others = 0;
  for (; last->type != XML_ELEMENT_NODE && last != self; last = last->prev)
    ++others;
  if (count(parser, others))
    valuePush(parser, xmlXPathNewFloat(static_cast<double>(place_of(parser, last) - place_of(parser, self))));
}

/// css_behind_function.
void is_behind(parser_ptr parser, int arguments) {
  if (!has_arguments(parser, arguments, 0))
    return;
  auto* self = parser->context->node;
  auto* asked = static_cast<xmlNode*>(parser->context->userData);
  bool out = self != asked && self->type == XML_ELEMENT_NODE && asked->type == XML_ELEMENT_NODE &&
             self->parent == asked->parent && place_of(parser, self) > place_of(parser, asked);
  valuePush(parser, xmlXPathNewBoolean(out ? 1 : 0));
}

/// The nearest element in that direction.
template <xmlNode* xmlNode::*Towards>
void nearest_element(parser_ptr parser, int arguments) {
  if (!has_arguments(parser, arguments, 0))
    return;
  auto* x = parser->context->node->*Towards;
  size_t others = 0;
  for (; x && x->type != XML_ELEMENT_NODE; x = x->*Towards)
    ++others;
  if (count(parser, others))
    valuePush(parser, xmlXPathNewNodeSet(x));
}

/// How many siblings in that direction have the name of the node that is looked at.
template <xmlNode* xmlNode::*Towards>
void count_same(parser_ptr parser, int arguments) {
  if (!has_arguments(parser, arguments, 0))
    return;
  const auto* self = parser->context->node;
  auto space_of = [](const xmlNode* x) { return x->ns ? view(x->ns->href) : std::string_view{}; };
  size_t same = 0;
  for (auto* x = self->*Towards; x; x = x->*Towards) {
    if (x->type == XML_ELEMENT_NODE && view(x->name) == view(self->name) && space_of(x) == space_of(self))
      ++same;
    if (!count(parser, 1))
      return;
  }
  valuePush(parser, xmlXPathNewFloat(static_cast<double>(same)));
}

/// css_attribute_function.
void attribute_matches(parser_ptr parser, int arguments) {
  if (!has_arguments(parser, arguments, 3))
    return;
  std::string rooms[3];
  argument kept[3];
  std::string_view wanted, sign, value;
  if (!take_text(parser, rooms[2], wanted, kept[2]) || !take_text(parser, rooms[1], sign, kept[1]))
    return;
  auto* of = parser->value;
  bool there = of && of->type == XPATH_NODESET && of->nodesetval && of->nodesetval->nodeNr > 0;
  if (!take_text(parser, rooms[0], value, kept[0]))
    return;
  static constexpr std::string_view first_signs = "=~|^$*";
  static constexpr std::array hows{css_match::equals, css_match::word,   css_match::dash,
                                   css_match::prefix, css_match::suffix, css_match::substring};
  auto how = first_signs.find(sign.substr(0, 1));
  if (how == first_signs.npos || sign.empty())
    return xmlXPathErr(parser, XPATH_INVALID_TYPE);
  css_attribute what{{}, {}, hows[how], std::string{wanted}, sign.ends_with('i')};
  valuePush(parser, xmlXPathNewBoolean(there && matches(what, value) ? 1 : 0));
}

struct named_function {
  std::string_view name; ///< a literal, so that it ends in a zero
  xmlXPathFunction function;
};

constexpr std::array functions{
    named_function{css_asked_function, is_asked},
    named_function{css_behind_function, is_behind},
    named_function{css_before_function, count_before},
    named_function{css_after_function, count_after},
    named_function{css_next_function, nearest_element<&xmlNode::next>},
    named_function{css_previous_function, nearest_element<&xmlNode::prev>},
    named_function{css_same_before_function, count_same<&xmlNode::prev>},
    named_function{css_same_behind_function, count_same<&xmlNode::next>},
    named_function{css_attribute_function, attribute_matches},
    named_function{"contains", contains_part},
    named_function{"substring-before", before_part},
    named_function{"substring-after", behind_part},
    named_function{"translate", translate},
    named_function{"string", counted<xmlXPathStringFunction>},
    named_function{"concat", counted<xmlXPathConcatFunction>},
    named_function{"starts-with", counted<xmlXPathStartsWithFunction>},
    named_function{"substring", counted<xmlXPathSubstringFunction>},
    named_function{"string-length", counted<xmlXPathStringLengthFunction>},
    named_function{"normalize-space", counted<xmlXPathNormalizeFunction>},
    named_function{"number", counted<xmlXPathNumberFunction>},
};

} // namespace

bool count_operations(xmlXPathContext& context, size_t operations) {
  context.opCount += std::min<size_t>(operations, context.opLimit);
  return context.opCount <= context.opLimit;
}

void register_functions(xmlXPathContext& context) {
  for (const auto& x : functions) {
    xmlXPathRegisterFunc(&context, chars(x.name), nullptr); // what has the name goes first
    xmlXPathRegisterFunc(&context, chars(x.name), x.function);
  }
}

} // namespace vigie

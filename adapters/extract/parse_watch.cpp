#include "adapters/extract/parse_watch.hpp"

#include <algorithm>
#include <cstring>

#include <libxml/HTMLparser.h>
#include <libxml/SAX2.h>
#include <libxml/dict.h>
#include <libxml/parser.h>

namespace vigie {

namespace {

/// Enough that reading in pieces costs nothing, little enough that nothing gets far in one.
constexpr size_t piece_bytes = 4096;

/// Slots that the parser uses for one attribute.
constexpr size_t html_slots = 2;
constexpr size_t xml_slots = 5;
/// It doubles its room when that is full: with more than twice the limit, the limit was passed.
constexpr size_t growth = 2;

std::string more_than(size_t limit, std::string_view what) {
  return "more than " + std::to_string(limit) + " " + std::string{what};
}

} // namespace

parse_watch::parse_watch(_xmlParserCtxt& parser, std::string_view page, const parse_limits& limits)
    : parser_(parser), rest_(page), limits_(limits) {
  parser_._private = this;
  take_hooks();
}

parse_watch::~parse_watch() {
  parser_._private = nullptr;
}

parse_watch& parse_watch::of(void* parser) {
  return *static_cast<parse_watch*>(static_cast<xmlParserCtxt*>(parser)->_private);
}

void parse_watch::take_hooks() {
  parser_.sax->attributeDecl = [](void* parser, const xmlChar* element, const xmlChar* name, int type, int kind,
                                  const xmlChar* value, xmlEnumerationPtr choices) {
    auto& x = of(parser);
    if (++x.declared_ > x.limits_.element_attributes)
      x.stop("its document type declares " + more_than(x.limits_.element_attributes, "attributes"));
    xmlSAX2AttributeDecl(parser, element, name, type, kind, value, choices);
  };
  if (parser_.html != 0) {
    parser_.sax->startElement = [](void* parser, const xmlChar* name, const xmlChar** attributes) {
      size_t slots = 0;
      while (attributes && attributes[slots])
        slots += html_slots;
      of(parser).on_element(slots / html_slots);
      xmlSAX2StartElement(parser, name, attributes);
    };
    return;
  }
  parser_.sax->startElementNs = [](void* parser, const xmlChar* name, const xmlChar* prefix, const xmlChar* uri,
                                   int spaces, const xmlChar** space, int attributes, int defaulted,
                                   const xmlChar** attribute) {
    of(parser).on_element(static_cast<size_t>(attributes));
    xmlSAX2StartElementNs(parser, name, prefix, uri, spaces, space, attributes, defaulted, attribute);
  };
}

_xmlDoc* parse_watch::read_html(int options) {
  return htmlCtxtReadIO(&parser_, on_read, on_close, this, nullptr, "UTF-8", options);
}

_xmlDoc* parse_watch::read_xml(int options) {
  return xmlCtxtReadIO(&parser_, on_read, on_close, this, nullptr, "UTF-8", options | XML_PARSE_IGNORE_ENC);
}

int parse_watch::on_read(void* self, char* to, int size) {
  auto& x = *static_cast<parse_watch*>(self);
  x.look();
  if (x.problem_) // it comes to its end by itself: in the middle of a tag it cannot be stopped
    return 0;
  auto taken = std::min({x.rest_.size(), static_cast<size_t>(std::max(size, 0)), piece_bytes});
  std::memcpy(to, x.rest_.data(), taken);
  x.rest_.remove_prefix(taken);
  return static_cast<int>(taken);
}

int parse_watch::on_close(void*) {
  return 0;
}

void parse_watch::look() {
  auto room = static_cast<size_t>(std::max(parser_.maxatts, 0)) / (parser_.html != 0 ? html_slots : xml_slots);
  if (room > growth * std::max<size_t>(limits_.element_attributes, 64))
    refuse("an element has " + more_than(limits_.element_attributes, "attributes"));
  if (static_cast<size_t>(std::max(parser_.nsNr, 0)) / 2 > limits_.namespaces)
    refuse(more_than(limits_.namespaces, "namespaces are declared around one another"));
  if (static_cast<size_t>(std::max(xmlDictSize(parser_.dict), 0)) > limits_.names)
    refuse(more_than(limits_.names, "different names"));
}

void parse_watch::on_element(size_t attributes) {
  ++elements_;
  attributes_ += attributes;
  if (attributes > limits_.element_attributes)
    stop("an element has " + more_than(limits_.element_attributes, "attributes"));
  else if (elements_ > limits_.elements)
    stop(more_than(limits_.elements, "elements"));
  else if (attributes_ > limits_.attributes)
    stop(more_than(limits_.attributes, "attributes"));
  look();
  if (problem_)
    xmlStopParser(&parser_);
}

void parse_watch::stop(std::string why) {
  refuse(std::move(why));
  xmlStopParser(&parser_);
}

void parse_watch::refuse(std::string why) {
  if (problem_)
    return;
  auto line = parser_.input ? parser_.input->line : 0;
  auto column = parser_.input ? parser_.input->col : 0;
  problem_ = {errc::bad_page, "the page cannot be read: " + std::move(why),
              std::to_string(line) + ":" + std::to_string(column)};
}

} // namespace vigie

#include "adapters/extract/feed_tree.hpp"

#include <algorithm>
#include <array>
#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <limits>
#include <mutex>

#include "actors/policy/ascii.hpp"
#include "adapters/extract/feed_mending.hpp"
#include "adapters/extract/html_elements.hpp"
#include "adapters/extract/html_references.hpp"
#include "adapters/extract/html_scanner.hpp"
#include "adapters/extract/node_text.hpp"
#include "adapters/extract/page_text.hpp"
#include "adapters/extract/unseen_text.hpp"

namespace vigie {

namespace {

struct free_context {
  void operator()(xmlParserCtxt* x) const { xmlFreeParserCtxt(x); }
};

void on_entity(void* context, const xmlChar*, int, const xmlChar*, const xmlChar*, xmlChar*) {
  parse_watch::of(context).stop("it declares entities of its own, which are not expanded");
}

std::string_view view(const xmlChar* x) {
  return x ? std::string_view{reinterpret_cast<const char*>(x)} : std::string_view{};
}

void put_text(std::string& out, const xmlNode* first);

/// In XHTML, scripts are no text, and a word ends where a line does.
void put_element(std::string& out, const xmlNode* x) {
  bool html = x->ns && view(x->ns->href) == "http://www.w3.org/1999/xhtml";
  if (html && html_elements::is_silent(view(x->name)))
    return;
  bool ends_word = html && html_elements::ends_word(view(x->name));
  if (ends_word)
    out += ' ';
  put_text(out, x->children);
  if (ends_word)
    out += ' ';
}

/// The depth is bounded by the parser.
void put_text(std::string& out, const xmlNode* first) {
  for (auto* x = first; x; x = x->next) {
    if (x->type == XML_TEXT_NODE || x->type == XML_CDATA_SECTION_NODE)
      out += view(x->content);
    else if (x->type == XML_ENTITY_REF_NODE) // of a document type that was not loaded: HTML's names are usual there
      append_html_name(view(x->name), out);
    else if (x->type == XML_ELEMENT_NODE)
      put_element(out, x);
  }
}

std::string flat(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (!is_blank(c))
      out += c;
    else if (!out.empty() && out.back() != ' ')
      out += ' ';
  }
  if (!out.empty() && out.back() == ' ')
    out.pop_back();
  return out;
}

std::optional<feed_node> element_from(const xmlNode* x) {
  while (x && x->type != XML_ELEMENT_NODE)
    x = x->next;
  return x ? std::optional{feed_node{x}} : std::nullopt;
}

error problem_of(xmlParserCtxt* context) {
  auto* last = xmlCtxtGetLastError(context);
  if (!last || !last->message)
    return {errc::bad_page, "the page is no XML", {}};
  auto where = "line " + std::to_string(last->line) + ", column " + std::to_string(last->int2);
  return {errc::bad_page, flat(last->message) + " (XML, " + where + ")", where};
}

/// What no longer comes in a text: asked for again at each "<", it would be searched for to the end each time.
struct missing_ends {
  bool tag = false;
  bool comment = false;
};

/// The length of what looks like a tag or a comment at the front, 0 if nothing does.
size_t tag_length(std::string_view text, missing_ends& missing) {
  if (text.size() < 3)
    return 0;
  auto c = static_cast<char>(text[1] | 0x20);
  if (!(c >= 'a' && c <= 'z') && text[1] != '/' && text[1] != '!')
    return 0;
  bool comment = text.starts_with("<!--");
  auto& none = comment ? missing.comment : missing.tag;
  auto end = none ? text.npos : comment ? text.find("-->", 4) : text.find('>');
  none = end == text.npos;
  return none ? 0 : end + (comment ? 3 : 1);
}

/// What stands between a <script> or <style> and its end.
size_t silent_length(std::string_view text, size_t tag) {
  for (std::string_view name : {"script", "style"}) {
    bool begins = text.size() > name.size() + 1 && same_html_name(text.substr(1, name.size()), name) &&
                  std::string_view{"> /\t\r\n"}.find(text[name.size() + 1]) != std::string_view::npos;
    if (!begins || text[tag - 2] == '/')
      continue;
    for (auto end = text.find("</", tag); end != text.npos; end = text.find("</", end + 2))
      if (same_html_name(text.substr(end + 2, name.size()), name))
        return end - tag;
    return text.size() - tag;
  }
  return 0;
}

/// A comment, or a tag that may stand within a word: "i<b>Phone</b>," is "iPhone,", but "one<br>two" is two words.
bool parts_no_words(std::string_view tag) {
  constexpr std::array<std::string_view, 25> within{
      "script", "style", "a", "abbr", "b",     "bdi",  "bdo",    "big", "code", "del", "em", "font", "i",
      "ins",    "mark",  "s", "samp", "small", "span", "strong", "sub", "sup",  "tt",  "u",  "wbr"};
  if (tag.starts_with("<!"))
    return true;
  std::string name;
  for (char c : tag.substr(tag[1] == '/' ? 2 : 1)) {
    auto lower = static_cast<char>(c | 0x20);
    if (lower < 'a' || lower > 'z')
      break;
    name += lower;
  }
  return std::find(within.begin(), within.end(), name) != within.end();
}

} // namespace

std::string_view feed_node::name() const {
  return view(at_->name);
}

std::string_view feed_node::space() const {
  return at_->ns ? view(at_->ns->href) : std::string_view{};
}

long feed_node::line() const {
  return xmlGetLineNo(at_);
}

std::optional<feed_node> feed_node::first() const {
  return element_from(at_->children);
}

std::optional<feed_node> feed_node::next() const {
  return element_from(at_->next);
}

std::optional<feed_node> feed_node::parent() const {
  auto* x = at_->parent;
  return x && x->type == XML_ELEMENT_NODE ? std::optional{feed_node{x}} : std::nullopt;
}

std::string feed_node::text() const {
  std::string out;
  put_text(out, at_->children);
  drop_unseen(out);
  return flat(out);
}

std::string feed_node::price_text() const {
  if (!first())
    return text();
  text_collector out{std::numeric_limits<size_t>::max() - 1, true};
  collect_text(at_, out);
  return out.take();
}

std::optional<std::string> feed_node::attribute(std::string_view name, std::string_view space) const {
  for (auto* x = at_->properties; x; x = x->next) {
    auto its = x->ns ? view(x->ns->href) : std::string_view{};
    if (view(x->name) != name || its != space)
      continue;
    std::string out;
    put_text(out, x->children);
    return flat(out);
  }
  return std::nullopt;
}

void feed_tree::free_doc::operator()(_xmlDoc* doc) const {
  xmlFreeDoc(doc);
}

result<feed_tree> feed_tree::parse(std::string_view page, std::string_view content_type, const feed_limits& limits) {
  if (page.size() > limits.max_bytes)
    return fail(errc::bad_page, "the page is larger than " + std::to_string(limits.max_bytes) + " bytes");
  std::string room;
  auto text = text_of_page(page, content_type, page_form::xml, room);
  if (!text)
    return tl::unexpected<error>(text.error());
  std::vector<page_note> notes;
  note_doubtful_encoding(*text, notes);
  auto out = parse_strictly(text->text, limits);
  if (!out) {
    auto mended = mend_xml(text->text, limits.max_bytes);
    if (!mended)
      return out;
    notes.insert(notes.end(), mended->notes.begin(), mended->notes.end());
    out = parse_strictly(mended->text, limits);
  }
  if (out)
    out->notes_.insert(out->notes_.begin(), notes.begin(), notes.end());
  return out;
}

result<feed_tree> feed_tree::parse_strictly(std::string_view page, const feed_limits& limits) {
  static std::once_flag once;
  std::call_once(once, [] { xmlInitParser(); });
  std::unique_ptr<xmlParserCtxt, free_context> context{xmlNewParserCtxt()};
  if (!context)
    return fail(errc::bad_page, "no memory for the page's XML");
  parse_watch watch{*context, page, limits.parse};
  context->sax->entityDecl = on_entity;
  constexpr int options = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOCDATA |
                          XML_PARSE_COMPACT | XML_PARSE_BIG_LINES;
  feed_tree out{watch.read_xml(options)};
  if (watch.problem())
    return tl::unexpected<error>(*watch.problem());
  if (!out.doc_ || !context->wellFormed || !xmlDocGetRootElement(out.doc_.get()))
    return tl::unexpected<error>(problem_of(context.get()));
  if (context->nsWellFormed == 0)
    out.notes_.push_back(page_note{"a prefix that is not declared was taken for what it usually means", "",
                                   problem_of(context.get()).place});
  return out;
}

feed_node feed_tree::root() const {
  return feed_node{xmlDocGetRootElement(doc_.get())};
}

std::string without_markup(std::string_view text) {
  std::string out;
  missing_ends missing;
  while (!text.empty()) {
    size_t taken = 0;
    if (text.front() == '<') {
      taken = tag_length(text, missing);
      if (taken > 0 && !parts_no_words(text.substr(0, taken)))
        out += ' ';
      if (taken > 0)
        taken += silent_length(text, taken);
    } else if (text.front() == '&') {
      taken = append_html_reference(text, reference_place::text, out);
    }
    if (taken == 0) {
      out += text.front();
      taken = 1;
    }
    text.remove_prefix(taken);
  }
  drop_unseen(out);
  return flat(out);
}

} // namespace vigie

#include "adapters/extract/html_elements.hpp"

#include <algorithm>
#include <string>

#include <libxml/HTMLparser.h>
#include <libxml/HTMLtree.h>

namespace vigie {

namespace {

constexpr const char* known[] = {
    "html",      "head",       "body",     "base",     "a",          "abbr",     "acronym",  "address",  "applet",
    "area",      "article",    "aside",    "audio",    "b",          "basefont", "bdi",      "bdo",      "bgsound",
    "big",       "blink",      "br",       "button",   "blockquote", "canvas",   "caption",  "center",   "cite",
    "code",      "col",        "colgroup", "command",  "data",       "datalist", "dd",       "del",      "details",
    "dfn",       "dialog",     "dir",      "div",      "dl",         "dt",       "em",       "embed",    "fieldset",
    "figure",    "figcaption", "font",     "footer",   "form",       "frame",    "frameset", "h1",       "h2",
    "h3",        "h4",         "h5",       "h6",       "header",     "hgroup",   "hr",       "i",        "iframe",
    "image",     "img",        "input",    "ins",      "isindex",    "kbd",      "keygen",   "label",    "layer",
    "legend",    "li",         "link",     "listing",  "main",       "map",      "mark",     "marquee",  "math",
    "menu",      "menuitem",   "meta",     "meter",    "nav",        "nobr",     "noembed",  "noframes", "nolayer",
    "noscript",  "object",     "ol",       "optgroup", "option",     "output",   "p",        "param",    "picture",
    "plaintext", "pre",        "progress", "q",        "rb",         "rp",       "rt",       "rtc",      "ruby",
    "s",         "samp",       "script",   "section",  "select",     "slot",     "small",    "source",   "spacer",
    "span",      "strike",     "strong",   "style",    "sub",        "summary",  "sup",      "svg",      "table",
    "tbody",     "td",         "template", "textarea", "tfoot",      "th",       "thead",    "time",     "title",
    "tr",        "track",      "tt",       "u",        "ul",         "var",      "video",    "wbr",      "xmp"};

/// libxml2 offers no way to ask this of two equal names; tests/contract/html_stream_test.cpp compares all pairs.
constexpr std::string_view closes_its_like[] = {"a", "colgroup", "form", "li", "option",
                                                "p", "tbody",    "td",   "th", "tr"};
constexpr std::string_view left_open[] = {"embed", "source", "track", "wbr"};

constexpr std::string_view strikes[] = {"s", "del", "strike"};
/// Of Tailwind and Bootstrap.
constexpr std::string_view strikes_as_class[] = {"line-through", "text-decoration-line-through"};

constexpr std::string_view word_ends[] = {
    "address",    "article", "aside",    "blockquote", "body",   "br",    "caption", "center", "col",
    "colgroup",   "dd",      "details",  "dialog",     "dir",    "div",   "dl",      "dt",     "fieldset",
    "figcaption", "figure",  "footer",   "form",       "h1",     "h2",    "h3",      "h4",     "h5",
    "h6",         "header",  "hgroup",   "hr",         "legend", "li",    "listing", "main",   "menu",
    "nav",        "ol",      "optgroup", "option",     "p",      "pre",   "section", "select", "summary",
    "table",      "tbody",   "td",       "tfoot",      "th",     "thead", "tr",      "ul",     "xmp"};

const xmlChar* chars(std::string_view x) {
  return reinterpret_cast<const xmlChar*>(x.data()); // all of `known`: a zero byte follows
}

template <class List>
bool among(const List& all, std::string_view x) {
  return std::find(std::begin(all), std::end(all), x) != std::end(all);
}

} // namespace

const std::vector<std::string_view>& html_elements::names() {
  static const std::vector<std::string_view> out(std::begin(known), std::end(known));
  return out;
}

html_elements::html_elements() {
  const auto& all = names();
  marks_.fill(price_mark::own);
  for (size_t i = 0; i < all.size(); ++i) {
    auto info = htmlTagLookup(chars(all[i]));
    void_[i + 1] = info && info->empty;
    left_open_[i + 1] = among(left_open, all[i]);
    ends_word_[i + 1] = ends_word(all[i]);
    marks_[i + 1] = mark(all[i]);
    xmlNode next{};
    next.type = XML_ELEMENT_NODE;
    next.name = chars(all[i]);
    for (size_t outer = 0; outer < all.size(); ++outer)
      closes_[outer + 1][i + 1] =
          outer == i ? among(closes_its_like, all[i]) : htmlAutoCloseTag(nullptr, chars(all[outer]), &next) != 0;
  }
}

const html_elements& html_elements::get() {
  static const html_elements out;
  return out;
}

bool html_elements::ends_word(std::string_view name) {
  return among(word_ends, name);
}

price_mark html_elements::mark(std::string_view name) {
  if (name == "wbr" || ends_word(name))
    return price_mark::none;
  if (name == "sup")
    return price_mark::raised;
  return among(strikes, name) ? price_mark::struck : price_mark::own;
}

bool html_elements::strikes_out(std::string_view classes, std::string_view style) {
  if (style.find("line-through") != style.npos)
    return true;
  for (auto at = classes.find("line-through"); at != classes.npos; at = classes.find("line-through", at + 1)) {
    auto begin = classes.find_last_of(" \t\n\f\r", at) + 1;
    auto word = classes.substr(begin, std::min(classes.find_first_of(" \t\n\f\r", at), classes.size()) - begin);
    if (among(strikes_as_class, word))
      return true;
  }
  return false;
}

bool html_elements::is_silent(std::string_view name) {
  return name == "script" || name == "style" || name == "title";
}

bool html_elements::is_boolean(std::string_view attribute) {
  std::string name{attribute};
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return htmlIsBooleanAttr(reinterpret_cast<const xmlChar*>(name.c_str())) != 0;
}

} // namespace vigie

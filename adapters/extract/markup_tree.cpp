#include "adapters/extract/markup_tree.hpp"

#include <algorithm>
#include <limits>

#include <libxml/HTMLparser.h>
#include <libxml/xpath.h>

#include "adapters/extract/html_elements.hpp"
#include "adapters/extract/html_references.hpp"
#include "adapters/extract/html_templates.hpp"
#include "adapters/extract/node_text.hpp"
#include "adapters/extract/parse_watch.hpp"
#include "adapters/extract/xml_bases.hpp"
#include "adapters/extract/xpath_context.hpp"
#include "adapters/extract/xpath_functions.hpp"

namespace vigie {

namespace {

template <auto Function>
struct freed_by {
  template <class T>
  void operator()(T* x) const {
    Function(x);
  }
};

using doc_ptr = std::unique_ptr<xmlDoc, freed_by<xmlFreeDoc>>;
using html_parser_ptr = std::unique_ptr<htmlParserCtxt, freed_by<htmlFreeParserCtxt>>;
using xml_parser_ptr = std::unique_ptr<xmlParserCtxt, freed_by<xmlFreeParserCtxt>>;

/// A parser remembers every name that it met; after so many pages a new one is taken.
constexpr size_t pages_per_parser = 64;
/// Nodes of a list with one another, that take as long as one operation.
constexpr size_t compared_per_operation = 8;
constexpr int html_options = HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET |
                             HTML_PARSE_COMPACT | HTML_PARSE_IGNORE_ENC;
constexpr int xml_options = XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NONET | XML_PARSE_COMPACT;

std::string_view view(const xmlChar* x) {
  return x ? std::string_view{reinterpret_cast<const char*>(x)} : std::string_view{};
}

void print_nothing(void*, const char*, ...) {}

void ignore_entity(void*, const xmlChar*, int, const xmlChar*, const xmlChar*, xmlChar*) {
  // An entity that was never declared cannot name a file, and not grow.
}

std::string without_line_end(std::string_view x) {
  while (!x.empty() && (x.back() == '\n' || x.back() == ' '))
    x.remove_suffix(1);
  return std::string{x};
}

/// What the XML parser met first; all that follows follows from it.
struct xml_watch : parse_watch {
  using parse_watch::parse_watch;
  std::string what{};
  int line = 0;
  int column = 0;
};

void keep_first(void* parser, xmlErrorPtr x) {
  auto& first = static_cast<xml_watch&>(parse_watch::of(parser));
  if (!first.what.empty() || x->level < XML_ERR_ERROR)
    return;
  first.what = without_line_end(x->message ? x->message : "");
  first.line = x->line;
  first.column = x->int2;
}

class libxml2_tree : public markup_tree {
public:
  explicit libxml2_tree(const markup_queries& queries) : queries_(queries) {}

  std::optional<error> prepare() {
    xmlSetGenericErrorFunc(nullptr, print_nothing); // of this thread
    static constexpr std::string_view empty = "<x/>";
    doc_ptr doc{xmlReadMemory(empty.data(), static_cast<int>(empty.size()), nullptr, nullptr, xml_options)};
    if (!doc)
      throw std::bad_alloc{};
    auto context = new_context(doc.get(), queries_);
    context->node = xmlDocGetRootElement(doc.get());
    std::optional<error> problem;
    auto add = [&](const markup_query& x, const std::string& place) {
      asks_ids_ = asks_ids_ || x.xpath.find("id(") != x.xpath.npos;
      auto made = compile_xpath(*context, x, place);
      if (!made && !problem)
        problem = made.error();
      return made ? std::move(*made) : nullptr;
    };
    items_ = add(queries_.items, "extract.items");
    if (!queries_.list.empty())
      list_ = add({{}, {}, queries_.list}, "extract.items");
    for (size_t i = 0; i < queries_.columns.size(); ++i) {
      const auto& x = queries_.columns[i];
      columns_.push_back(add(x, queries_.places[i]));
      all_.push_back(x.all.empty() ? nullptr : add({{}, {}, x.all}, queries_.places[i]));
    }
    if (queries_.empty)
      empty_ = add(*queries_.empty, "extract.empty");
    if (queries_.next)
      next_ = add(*queries_.next, "paging.next");
    if (queries_.dialect == css_dialect::html)
      base_ = add({{}, {}, "(descendant::base/@href)[1]"}, "extract");
    return problem;
  }

  std::optional<error> read(std::string_view page, markup_rows& out) override {
    out.clear(columns_.size(), queries_.limits);
    return parse(page, [&](xmlDoc& doc) { return read_rows(doc, out); });
  }

  result<bool> says_empty(std::string_view page) override {
    bool out = false;
    auto problem = parse(page, [&](xmlDoc& doc) {
      object_ptr found;
      auto failed = ask(*empty_, reinterpret_cast<xmlNode*>(&doc), "extract.empty", found);
      out = !failed && xmlXPathCastToBoolean(found.get()) != 0;
      return failed;
    });
    return problem ? result<bool>{tl::unexpected<error>(std::move(*problem))} : result<bool>{out};
  }

private:
  using trouble = std::optional<error>;

  /// What `look` says of the page's tree, or why there is none.
  template <class F>
  trouble parse(std::string_view page, F&& look) {
    xmlSetGenericErrorFunc(nullptr, print_nothing);
    if (page.size() > static_cast<size_t>(std::numeric_limits<int>::max()))
      return error{errc::bad_page, "the page is too large to be read", {}};
    doc_ptr doc;
    auto problem = queries_.dialect == css_dialect::html ? parse_html(page, doc) : parse_xml(page, doc);
    if (problem)
      return problem;
    context_ = new_context(doc.get(), queries_);
    problem = look(*doc);
    context_.reset();
    return problem;
  }

  trouble parse_html(std::string_view page, doc_ptr& out) {
    if (!html_ || ++pages_ > pages_per_parser) {
      html_.reset(htmlNewParserCtxt());
      pages_ = 0;
    }
    if (!html_)
      throw std::bad_alloc{};
    // A table that gets slow with many; only XPath's id() looks into it.
    html_->loadsubset = asks_ids_ ? 0 : XML_SKIP_IDS;
    page = with_plain_references(page, room_);
    parse_watch watch{*html_, page, queries_.limits.parse};
    out.reset(watch.read_html(html_options));
    if (watch.problem()) {
      html_.reset(); // its room for attributes and its names stay
      return watch.problem();
    }
    if (html_->disableSAX != 0)
      return error{errc::bad_page,
                   without_line_end(html_->lastError.message ? html_->lastError.message : "the page ends in it"),
                   "line " + std::to_string(html_->lastError.line)};
    if (!out || !xmlDocGetRootElement(out.get()))
      return error{errc::bad_page, "the page is empty", "line 1"};
    drop_templates(*out, page);
    return {};
  }

  trouble parse_xml(std::string_view page, doc_ptr& out) {
    xml_parser_ptr parser{xmlNewParserCtxt()};
    if (!parser)
      throw std::bad_alloc{};
    parser->loadsubset = asks_ids_ ? 0 : XML_SKIP_IDS;
    xml_watch watch{*parser, page, queries_.limits.parse};
    parser->sax->entityDecl = ignore_entity;
    parser->sax->serror = keep_first;
    if (page.empty())
      return error{errc::bad_page, "the page is empty", "line 1"};
    out.reset(watch.read_xml(xml_options));
    if (watch.problem())
      return watch.problem();
    if (!out)
      return error{errc::bad_page, "this is no XML: " + watch.what,
                   std::to_string(watch.line) + ":" + std::to_string(watch.column)};
    return {};
  }

  trouble read_rows(xmlDoc& doc, markup_rows& out) {
    auto whole = reinterpret_cast<xmlNode*>(&doc);
    object_ptr found;
    if (auto problem = ask(*items_, whole, "extract.items", found))
      return problem;
    if (found->type != XPATH_NODESET)
      return error{errc::bad_page, "the items selector selects no elements", "selector " + queries_.items.text};
    auto count = found->nodesetval ? found->nodesetval->nodeNr : 0;
    for (int i = 0; i < count; ++i) {
      auto node = found->nodesetval->nodeTab[i];
      if (node->type != XML_ELEMENT_NODE)
        return error{errc::bad_page, "the items selector selects something that is no element",
                     "selector " + queries_.items.text};
      if (!out.add_row())
        return too_much();
      if (auto problem = read_row(node, out))
        return problem;
    }
    return read_page(whole, out);
  }

  trouble read_row(xmlNode* item, markup_rows& out) {
    for (size_t i = 0; i < columns_.size(); ++i) {
      markup_rows::cell value;
      std::string bases;
      auto wanted = queries_.addresses[i] && queries_.dialect == css_dialect::xml ? &bases : nullptr;
      marks_ = queries_.prices[i];
      if (auto problem = read_value(*columns_[i], item, queries_.places[i], value, wanted))
        return problem;
      if (value && value->empty() && all_[i])
        if (auto problem = read_value(*all_[i], item, queries_.places[i], value, wanted,
                                      std::max<size_t>(queries_.columns[i].css.size(), 1)))
          return problem;
      if (value && !out.put(out.size() - 1, i, std::move(*value)))
        return too_much();
      if (!bases.empty() && !out.put_bases(out.size() - 1, i, std::move(bases)))
        return too_much();
    }
    return {};
  }

  trouble read_page(xmlNode* whole, markup_rows& out) {
    marks_ = false;
    if (out.size() == 0 && list_) {
      object_ptr found;
      if (auto problem = ask(*list_, whole, "extract.items", found))
        return problem;
      out.list_seen = found->type == XPATH_NODESET && found->nodesetval && found->nodesetval->nodeNr > 0;
    }
    if (base_)
      if (auto problem = read_value(*base_, whole, "base", out.base))
        return problem;
    bool relative = queries_.next_is_url && queries_.dialect == css_dialect::xml;
    return next_ ? read_value(*next_, whole, "paging.next", out.next, relative ? &out.next_bases : nullptr) : trouble{};
  }

  trouble too_much() const {
    return error{errc::bad_page, too_many(queries_.limits), "selector " + queries_.items.text};
  }

  /// `lists` that come together are each compared with the others, which libxml2 does not count.
  trouble ask(xmlXPathCompExpr& what, xmlNode* of, const std::string& place, object_ptr& out, size_t lists = 1) {
    context_->node = of;
    context_->userData = of;
    out.reset(xmlXPathCompiledEval(&what, context_.get()));
    if (!out)
      return error{errc::bad_page, xpath_problem(*context_), place};
    auto many = out->type == XPATH_NODESET && out->nodesetval ? static_cast<size_t>(out->nodesetval->nodeNr) : 0;
    if (lists > 1 && !count_operations(*context_, many * many / compared_per_operation))
      return error{errc::bad_page, too_much_work(*context_), place};
    return {};
  }

  /// Of the first; with `lists`, of the first that is not empty in so many. `bases` is filled if it is wanted.
  trouble read_value(xmlXPathCompExpr& what, xmlNode* of, const std::string& place, markup_rows::cell& out,
                     std::string* bases = nullptr, size_t lists = 0) {
    object_ptr found;
    if (auto problem = ask(what, of, place, found, lists))
      return problem;
    if (found->type == XPATH_NODESET) {
      auto count = found->nodesetval ? found->nodesetval->nodeNr : 0;
      for (int i = 0; i < count && (i == 0 || (lists > 0 && out->empty())); ++i) {
        auto node = found->nodesetval->nodeTab[i];
        if (!value_of(node, out))
          return error{errc::bad_page, too_much_work(*context_), place};
        if (bases && node->type != XML_NAMESPACE_DECL)
          *bases = bases_around(node);
      }
      return {};
    }
    std::unique_ptr<xmlChar, void (*)(void*)> text{xmlXPathCastToString(found.get()), xmlFree};
    text_collector words{queries_.limits.value_bytes};
    words.add(view(text.get()));
    out = words.take();
    return {};
  }

  /// False: it is too much work.
  bool value_of(xmlNode* node, markup_rows::cell& out) {
    auto limit = queries_.limits.value_bytes;
    if (node->type == XML_ATTRIBUTE_NODE && (!node->children || !node->children->next)) {
      out = trimmed_value(node->children ? view(node->children->content) : std::string_view{}, limit);
      return true;
    }
    text_collector words{limit, marks_};
    if (node->type == XML_ELEMENT_NODE || node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE) {
      // An item within an item within an item: what all of them hold is gone over for each.
      if (!count_operations(*context_, collect_text(node, words)))
        return false;
    } else {
      std::unique_ptr<xmlChar, void (*)(void*)> text{xmlXPathCastNodeToString(node), xmlFree};
      if (node->type == XML_ATTRIBUTE_NODE) {
        out = trimmed_value(view(text.get()), limit);
        return true;
      }
      words.add(view(text.get()));
    }
    out = words.take();
    return true;
  }

  markup_queries queries_;
  xpath_ptr items_;
  xpath_ptr list_;
  xpath_ptr next_;
  xpath_ptr base_;
  xpath_ptr empty_;
  std::vector<xpath_ptr> columns_;
  std::vector<xpath_ptr> all_; ///< of the columns of which more than the first may be asked; else null
  bool asks_ids_ = false;      ///< a query has id() in it
  html_parser_ptr html_;
  size_t pages_ = 0;
  std::string room_;
  context_ptr context_; ///< of the page at hand
  bool marks_ = false;  ///< the value at hand is a price
};

} // namespace

result<std::unique_ptr<markup_tree>> markup_tree::make(const markup_queries& queries) {
  static const bool ready = [] {
    xmlInitParser();
    return true;
  }();
  static_cast<void>(ready);
  auto out = std::make_unique<libxml2_tree>(queries);
  if (auto problem = out->prepare())
    return tl::unexpected<error>(std::move(*problem));
  return out;
}

} // namespace vigie

#include "adapters/extract/html_survey.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <memory>
#include <set>

#include <libxml/HTMLparser.h>

#include "actors/policy/address_base.hpp"
#include "actors/policy/ascii.hpp"
#include "adapters/extract/html_elements.hpp"
#include "adapters/extract/html_references.hpp"
#include "adapters/extract/html_templates.hpp"
#include "adapters/extract/markup_rows.hpp"
#include "adapters/extract/parse_watch.hpp"

namespace vigie {

namespace {

constexpr int html_options = HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET |
                             HTML_PARSE_COMPACT | HTML_PARSE_IGNORE_ENC;
constexpr size_t fewest_entries = 3;
constexpr size_t surveyed_entries = 30;
constexpr size_t elements_of_entry = 200;
constexpr size_t surveyed_lists = 200; // those with the most entries
constexpr size_t values_of_list = 200;
constexpr size_t text_bytes = 400; // of one value
constexpr size_t named_feeds = 5;

struct doc_free {
  void operator()(xmlDoc* x) const { xmlFreeDoc(x); }
};
struct parser_free {
  void operator()(htmlParserCtxt* x) const { htmlFreeParserCtxt(x); }
};

std::string_view view(const xmlChar* x) {
  return x ? std::string_view{reinterpret_cast<const char*>(x)} : std::string_view{};
}

std::string attribute(const xmlNode* x, std::string_view name) {
  for (const auto* a = x->properties; a; a = a->next)
    if (view(a->name) == name && a->children)
      return std::string{view(a->children->content)};
  return {};
}

/// A word that a selector can have as it is.
bool is_plain_word(std::string_view x) {
  return !x.empty() && !is_digit(x.front()) && x.front() != '-' &&
         std::all_of(x.begin(), x.end(), [](char c) { return is_alphanumeric(c) || c == '-' || c == '_'; });
}

std::vector<std::string> classes_of(const xmlNode* x) {
  std::vector<std::string> out;
  auto all = attribute(x, "class");
  std::string_view rest = all;
  while (!rest.empty()) {
    auto end = std::min(rest.find_first_of(" \t\r\n\f"), rest.size());
    if (is_plain_word(rest.substr(0, end)))
      out.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return out;
}

/// "span.price", "h3".
std::string selector_of(const xmlNode* x) {
  std::string out{view(x->name)};
  auto classes = classes_of(x);
  return classes.empty() ? out : out + "." + classes.front();
}

const xmlNode* element_after(const xmlNode* x, const xmlNode* root) {
  bool silent = x != root && html_elements::is_silent(view(x->name));
  auto next = x->type == XML_ELEMENT_NODE && !silent ? x->children : nullptr;
  while (!next && x != root) {
    next = x->next;
    if (!next)
      x = x->parent;
  }
  return next;
}

/// Calls `f` for each element within `root`, in the order of the page, as long as it says true.
template <class F>
void each_element(const xmlNode* root, F&& f) {
  for (auto x = element_after(root, root); x; x = element_after(x, root))
    if (x->type == XML_ELEMENT_NODE && !f(x))
      return;
}

std::string text_of(const xmlNode* root) {
  text_collector out{text_bytes};
  for (auto x = element_after(root, root); x && !out.full(); x = element_after(x, root)) {
    if (x->type == XML_TEXT_NODE || x->type == XML_CDATA_SECTION_NODE)
      out.add(view(x->content));
    else if (x->type == XML_ELEMENT_NODE && html_elements::ends_word(view(x->name)))
      out.add(" ");
  }
  return out.take();
}

bool has_element(const xmlNode* x) {
  for (const auto* child = x->children; child; child = child->next)
    if (child->type == XML_ELEMENT_NODE)
      return true;
  return false;
}

bool is_link(const xmlNode* x) {
  auto href = view(x->name) == "a" ? attribute(x, "href") : std::string{};
  return !href.empty() && href.front() != '#' && !lower_case(href.substr(0, 11)).starts_with("javascript:");
}

bool has_link(const xmlNode* entry) {
  bool out = is_link(entry);
  size_t seen = 0;
  each_element(entry, [&](const xmlNode* x) {
    out = out || is_link(x);
    return !out && ++seen < elements_of_entry;
  });
  return out;
}

bool is_at_edge(const xmlNode* x) {
  for (; x && x->type == XML_ELEMENT_NODE; x = x->parent) {
    auto name = view(x->name);
    auto role = attribute(x, "role");
    if (name == "nav" || name == "header" || name == "footer" || name == "aside" || role == "navigation" ||
        role == "contentinfo" || role == "banner")
      return true;
  }
  return false;
}

/// Collects what the entries of one list have.
class html_entries {
public:
  explicit html_entries(const std::string& selector) { out_.items = selector; }

  void add(const xmlNode* entry) {
    ++out_.count;
    if (out_.count > surveyed_entries)
      return;
    out_.at_edge = is_at_edge(entry);
    taken_.clear();
    read_element(entry, true);
    size_t seen = 0;
    each_element(entry, [&](const xmlNode* x) {
      read_element(x, false);
      return ++seen < elements_of_entry;
    });
  }

  listed_entries take() {
    for (auto& x : out_.values)
      x.samples.resize(std::min<uint64_t>(out_.count, surveyed_entries));
    return std::move(out_);
  }

private:
  using form = listed_value::form;

  void read_element(const xmlNode* x, bool is_entry) {
    auto selector = is_entry ? std::string{} : selector_of(x);
    std::string name{view(x->name)};
    auto property = attribute(x, "itemprop");
    std::string words;
    for (const auto& word : classes_of(x))
      words += " " + word;
    if (is_link(x))
      keep(selector + "::attr(href)", "link", form::link, false, attribute(x, "href"));
    if (name == "img")
      for (const auto* source : {"data-src", "src"})
        if (auto value = attribute(x, source); !value.empty() && !value.starts_with("data:"))
          keep(selector + "::attr(" + source + ")", "image", form::picture, false, value);
    for (const auto* a = x->properties; a && is_entry; a = a->next)
      if (auto key = view(a->name); key == "id" || (key.starts_with("data-") && is_plain_word(key)))
        keep("::attr(" + std::string{key} + ")", std::string{key}, form::text, false, attribute(x, key));
    if (is_plain_word(property)) {
      auto content = attribute(x, "content");
      keep("[itemprop=" + property + "]" + (content.empty() ? "" : "::attr(content)"), property, form::text,
           has_element(x), content.empty() ? text_of(x) : content);
    }
    // The element's own name is the weakest word for it, unless it is a heading.
    auto own = name.size() == 2 && name[0] == 'h' && is_digit(name[1]) ? words + " " + name : name + words;
    keep(is_entry ? "::text" : selector, own, form::text, has_element(x), text_of(x));
  }

  /// Of each selector only the first thing in an entry counts, as for the extractor.
  void keep(const std::string& path, const std::string& name, form looks, bool whole, const std::string& text) {
    if (text.empty() || !taken_.insert(path).second)
      return;
    auto [known, fresh] = places_.try_emplace(path, out_.values.size());
    if (fresh) {
      if (out_.values.size() >= values_of_list) {
        places_.erase(known);
        return;
      }
      out_.values.push_back({path, name, looks, whole, {}});
    }
    auto& value = out_.values[known->second];
    value.whole = value.whole || whole;
    value.samples.resize(out_.count);
    value.samples.back() = text;
  }

  listed_entries out_;
  std::map<std::string, size_t> places_;
  std::set<std::string> taken_; ///< of the entry at hand
};

/// Elements that one selector finds, in the order of the page.
struct alike {
  std::string selector;
  std::vector<const xmlNode*> elements;
};

bool stands_within(const xmlNode* x, const std::set<const xmlNode*>& others) {
  for (x = x->parent; x; x = x->parent)
    if (others.contains(x))
      return true;
  return false;
}

bool is_a_list(const alike& x) {
  if (x.elements.size() < fewest_entries)
    return false;
  std::set<const xmlNode*> all{x.elements.begin(), x.elements.end()};
  size_t linked = 0;
  for (const auto* element : x.elements) {
    if (stands_within(element, all))
      return false;
    linked += has_link(element) ? 1 : 0;
  }
  return linked * 5 >= x.elements.size() * 4;
}

/// "ul#found": of what has a name; empty otherwise.
std::string named_selector(const xmlNode* x) {
  if (!x || x->type != XML_ELEMENT_NODE)
    return {};
  auto id = attribute(x, "id");
  std::string name{view(x->name)};
  if (is_plain_word(id))
    return name + "#" + id;
  return classes_of(x).empty() ? std::string{} : selector_of(x);
}

/// The selector with the list's own before it, if the list has a name: so an empty list can be told from another page.
std::string with_list_around(const alike& x) {
  const auto* list = x.elements.front()->parent;
  auto around = x.selector.find('>') == x.selector.npos ? named_selector(list) : std::string{};
  auto same = std::all_of(x.elements.begin(), x.elements.end(), [&](const auto* e) { return e->parent == list; });
  return around.empty() || !same ? x.selector : around + " > " + x.selector;
}

std::vector<alike> find_alike(const xmlNode* root) {
  std::vector<alike> out;
  std::map<std::string, size_t> places;
  auto add = [&](std::string selector, const xmlNode* x) {
    auto [known, fresh] = places.try_emplace(selector, out.size());
    if (fresh)
      out.push_back({std::move(selector), {}});
    out[known->second].elements.push_back(x);
  };
  each_element(root, [&](const xmlNode* x) {
    auto name = view(x->name);
    if (name == "body" || name == "head" || x->parent == root || !is_plain_word(name))
      return true;
    auto classes = classes_of(x);
    for (const auto& word : classes)
      add(std::string{name} + "." + word, x);
    if (classes.empty() && x->parent && x->parent->type == XML_ELEMENT_NODE) {
      auto around = named_selector(x->parent);
      add((around.empty() ? selector_of(x->parent) : around) + " > " + std::string{name}, x);
    }
    return true;
  });
  return out;
}

void find_feeds(const xmlNode* root, address_base base, std::vector<std::string>& out) {
  each_element(root, [&](const xmlNode* x) {
    auto type = lower_case(attribute(x, "type"));
    bool feed = type == "application/rss+xml" || type == "application/atom+xml" || type == "application/feed+json";
    if (view(x->name) == "link" && feed && lower_case(attribute(x, "rel")).find("alternate") != std::string::npos)
      if (auto href = attribute(x, "href"); !href.empty())
        out.push_back(base.absolute(href));
    return out.size() < named_feeds;
  });
}

} // namespace

result<page_survey> survey_html(std::string_view page, const page_origin& from) {
  if (page.size() > static_cast<size_t>(std::numeric_limits<int>::max()))
    return fail(errc::bad_page, "the page is too large to be read", "");
  std::unique_ptr<htmlParserCtxt, parser_free> parser{htmlNewParserCtxt()};
  if (!parser)
    throw std::bad_alloc{};
  parser->loadsubset = XML_SKIP_IDS;
  std::string room;
  page = with_plain_references(page, room);
  parse_limits limits;
  parse_watch watch{*parser, page, limits};
  std::unique_ptr<xmlDoc, doc_free> doc{watch.read_html(html_options)};
  if (watch.problem())
    return tl::unexpected<error>(*watch.problem());
  const xmlNode* root = doc ? xmlDocGetRootElement(doc.get()) : nullptr;
  if (!root)
    return fail(errc::bad_page, "the page is empty", "line 1");
  drop_templates(*doc, page);
  page_survey out;
  find_feeds(root, address_base{from.url}, out.feeds);
  auto lists = find_alike(root);
  std::erase_if(lists, [](const alike& x) { return !is_a_list(x); });
  if (lists.size() > surveyed_lists) {
    std::stable_sort(lists.begin(), lists.end(),
                     [](const auto& a, const auto& b) { return a.elements.size() > b.elements.size(); });
    lists.resize(surveyed_lists);
  }
  for (const auto& x : lists) {
    html_entries entries{with_list_around(x)};
    for (const auto* element : x.elements)
      entries.add(element);
    out.lists.push_back(entries.take());
  }
  return out;
}

} // namespace vigie

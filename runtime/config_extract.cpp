// [sources.NAME.paging], [sources.NAME.extract] and [sources.NAME.sanity]: how pages are walked, read and believed.
#include <algorithm>

#include "adapters/extract/extractors.hpp"
#include "runtime/config_sections.hpp"
#include "runtime/config_units.hpp"

namespace vigie {

namespace {

using words = std::vector<std::string>;

const words& item_fields() {
  static const words x{"id", "title", "price", "currency", "brand", "size", "condition", "url", "photo"};
  return x;
}

bool is_json(const extract_spec& x) {
  return x.framing == page_framing::json || x.framing == page_framing::ndjson;
}

bool is_markup(const extract_spec& x) {
  return x.framing == page_framing::html || x.framing == page_framing::xml;
}

/// What an item is stands in the format itself.
bool knows_its_fields(const extract_spec& x) {
  return x.framing == page_framing::feed || x.framing == page_framing::sitemap;
}

/// Each kind of paging that fills a placeholder of the URL needs it there, and no other may have it.
void check_placeholders(config_reader& source, config_reader& paging, const source_spec& out) {
  struct row {
    paging_kind kind;
    std::string word;
  };
  static const std::vector<row> rows{
      {paging_kind::page, "page"}, {paging_kind::offset, "offset"}, {paging_kind::cursor, "cursor"}};
  for (const auto& x : rows) {
    auto there = out.url.find("{" + x.word + "}") != out.url.npos;
    if (there && out.paging.kind != x.kind)
      source.problem("url", "{" + x.word + "} stands in the URL, but paging.kind is not \"" + x.word + "\"",
                     "Write paging.kind = \"" + x.word + "\".");
    if (!there && out.paging.kind == x.kind && !out.url.empty())
      paging.problem("kind", "the URL has no {" + x.word + "} to fill",
                     "Put {" + x.word + "} into the source's url, or leave paging away.");
  }
}

void read_paging(config_reader& source, source_spec& out) {
  static const words kinds{"none", "page", "offset", "cursor", "next_link"};
  auto paging = source.table("paging");
  auto& x = out.paging;
  size_t kind = 0;
  if (paging.present())
    paging.require("kind", "Write kind = \"page\", \"offset\", \"cursor\" or \"next_link\".");
  if (paging.read_word("kind", kinds, kind))
    x.kind = static_cast<paging_kind>(kind);
  x.start = x.kind == paging_kind::offset ? 0 : 1;
  paging.read("start", x.start, 0, 1000000);
  paging.read("page_size", x.page_size, 1, 100000);
  paging.read("max_pages", x.max_pages, 1, 10000);
  paging.read("next", x.next);
  if (x.kind == paging_kind::offset && !paging.has("page_size"))
    paging.problem("page_size", "offset paging has no step", "Write page_size = 50, the items of one page.");
  if (x.kind == paging_kind::cursor && x.next.empty())
    paging.problem("next", "cursor paging does not say where the next cursor stands",
                   "Write next = \"meta.next_cursor\", its path in the page.");
  if (x.kind != paging_kind::cursor && x.kind != paging_kind::next_link && paging.has("next"))
    paging.problem("next", "only cursor and next_link paging look for what comes next in the page",
                   "Write kind = \"cursor\" or kind = \"next_link\", or remove the key.");
  check_placeholders(source, paging, out);
  paging.finish();
}

// The grammar of adapters/ports/extractor.hpp, as far as brackets and dots go.
bool is_path(std::string_view x) {
  auto open = false;
  for (auto c : x) {
    if (c == '[' ? open : c == ']' ? !open : false)
      return false;
    if (c == '[' || c == ']')
      open = c == '[';
  }
  return !open && !x.starts_with('.') && !x.ends_with('.') && x.find("..") == x.npos && x.find("[]") == x.npos;
}

/// True when each is a text that can be a path or selector.
bool read_fields(config_reader& extract, extract_spec& x) {
  // Read as a table first: each field is a key, so that a wrong name is found where it stands.
  auto fields = extract.table("fields");
  auto constants = extract.table("constants");
  bool good = true;
  for (const auto& name : item_fields()) {
    std::string text;
    auto needed = name == "id" || name == "title";
    if (needed && !knows_its_fields(x))
      good = fields.require(name, "Say where the " + name + " stands, as " + name + " = \"" + name +
                                      "\"; no item is without.") &&
             good;
    auto there = fields.read(name, text);
    if (there && (text.empty() || (is_json(x) && !x.header_row && !is_path(text)))) {
      fields.problem(name, "\"" + text + "\" is no path",
                     "Join keys by '.', as \"seller.name\", \"photos[0].url\" or "
                     "\"attributes[id=BRAND].value_name\".");
      good = false;
    } else if (there) {
      x.fields[name] = text;
    }
    if (needed)
      continue;
    text.clear();
    if (constants.read(name, text))
      x.constants[name] = text;
  }
  fields.finish();
  constants.finish();
  return good;
}

bool read_extract(config_reader& source, source_spec& out) {
  static const words formats{"json", "ndjson", "html", "xml", "feed", "sitemap"};
  static const words units{"major", "minor"};
  static const words languages{"css", "xpath"};
  auto extract = source.table("extract");
  if (!extract.present() && !source.has("extract")) {
    source.problem("extract", "the table is missing: it says how items are read from a page",
                   "Add [" + source.key() + ".extract] with format, items and fields.");
    return false;
  }
  auto& x = out.extract;
  size_t index = 0;
  if (extract.read_word("format", formats, index))
    x.framing = static_cast<page_framing>(index);
  index = 0;
  if (extract.read_word("unit", units, index))
    x.unit = static_cast<price_unit>(index);
  index = 0;
  if (extract.read_word("selectors", languages, index))
    x.selectors = static_cast<selector_kind>(index);
  extract.read("items", x.items);
  extract.read("header_row", x.header_row);
  extract.read("empty", x.empty);
  extract.read("html_references", x.html_references);
  extract.read("namespaces", x.namespaces);
  extract.read("url_template", x.url_template);
  bool good = true;
  if (is_json(x) && !is_path(x.items)) {
    extract.problem("items", "\"" + x.items + "\" is no path", "Join keys by '.', as items = \"results\".");
    good = false;
  }
  if (is_markup(x) && x.items.empty()) {
    extract.problem("items", "it does not say which elements of the page are the items",
                    "Write the selector of one item, as items = \"ul.results > li\".");
    good = false;
  }
  if (extract.has("selectors") && !is_markup(x))
    extract.problem("selectors", "only html and xml pages are read by selectors", "Remove the key.");
  if (extract.has("header_row") && !is_json(x))
    extract.problem("header_row", "only json and ndjson pages have rows", "Remove the key.");
  if (extract.has("html_references") && !is_json(x))
    extract.problem("html_references", "HTML, XML and feeds have references by themselves", "Remove the key.");
  if (extract.has("namespaces") && (is_json(x) || x.framing == page_framing::html))
    extract.problem("namespaces", "only xml pages, feeds and sitemaps have namespaces", "Remove the table.");
  if (extract.has("empty") && knows_its_fields(x))
    extract.problem("empty", "a feed or sitemap without items says by itself that it is empty", "Remove the key.");
  if (extract.has("empty") && x.empty.empty())
    extract.problem(
        "empty", "it does not say what only a page without a match has",
        "Write a selector, as empty = \"p.no-results\", a path, as empty = \"total=0\", or remove the key.");
  good = read_fields(extract, x) && good;
  extract.finish();
  return good;
}

void read_sanity(config_reader& source, source_spec& out) {
  auto sanity = source.table("sanity");
  auto& x = out.sanity;
  sanity.read("min_items", x.min_items, 0, 1000000);
  sanity.read("required", x.required);
  sanity.read("required_percent", x.required_percent, 1, 100);
  sanity.read("dated", x.dated);
  sanity.read("max_age", x.max_age);
  sanity.read("same_id_percent", x.same_id_percent, 0, 100);
  for (size_t i = 0; i < x.required.size(); ++i)
    if (std::find(item_fields().begin(), item_fields().end(), x.required[i]) == item_fields().end())
      sanity.problem_at("required", i, "\"" + x.required[i] + "\" is no field of an item",
                        "Use id, title, price, currency, brand, size, condition, url or photo.");
  if (sanity.has("max_age") && x.dated.empty() && !knows_its_fields(out.extract))
    sanity.problem("max_age", "it does not say where an item's date stands",
                   "Write dated = \"published_at\", the path or selector of the date.");
  sanity.finish();
}

/// What the extractor itself says of its source, at the key that its place names. The node's start says the same.
void check_extractor(config_reader& source, const source_spec& spec) {
  auto made = make_extractor(spec);
  if (made)
    return;
  auto place = made.error().place;
  auto dot = place.rfind('.');
  auto name = dot == place.npos ? place : place.substr(dot + 1);
  auto remedy = "Correct it; `vigie source test` shows what a source reads from a page.";
  auto table = place.substr(0, dot == place.npos ? 0 : dot);
  if (table == "extract.fields" || table == "extract.constants")
    source.table("extract").table(table.substr(table.find('.') + 1)).problem(name, made.error().detail, remedy);
  else if (table == "extract" || table == "paging" || table == "sanity")
    source.table(table).problem(name, made.error().detail, remedy);
  else
    source.problem("extract", made.error().detail, remedy);
}

} // namespace

void read_pages(config_reader& source, source_spec& out) {
  bool good = read_extract(source, out);
  read_paging(source, out);
  read_sanity(source, out);
  if (good)
    check_extractor(source, out);
}

} // namespace vigie

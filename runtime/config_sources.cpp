// [sources.NAME]
#include <algorithm>
#include <array>

#include "actors/policy/url_template.hpp"
#include "runtime/config_sections.hpp"
#include "runtime/config_units.hpp"

namespace vigie {

namespace {

using words = std::vector<std::string>;

const words& item_fields() {
  static const words x{"id", "title", "price", "currency", "brand", "size", "condition", "url", "photo"};
  return x;
}

bool contains(const words& all, std::string_view x) {
  return std::find(all.begin(), all.end(), x) != all.end();
}

void read_url(config_reader& source, source_spec& out) {
  if (!source.require("url", "Write the address to ask, as url = \"https://example.org/search?q={query}\"."))
    return;
  if (!source.read("url", out.url))
    return;
  if (auto parsed = url_template::parse(out.url); !parsed)
    source.problem("url", parsed.error().detail,
                   "Write url = \"https://host/path?q={query}\"; placeholders are {query}, {page} and {offset}.");
}

void read_headers(config_reader& source, source_spec& out) {
  static const words forbidden{"user-agent", "cookie", "host", "content-length", "connection", "transfer-encoding"};
  source.read("headers", out.headers, true);
  for (const auto& [name, value] : out.headers) {
    auto lower = name;
    std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
    auto token = !name.empty() && std::all_of(name.begin(), name.end(),
                                              [](unsigned char c) { return std::isalnum(c) || c == '-' || c == '_'; });
    auto clean = std::none_of(value.begin(), value.end(), [](unsigned char c) { return c < ' ' || c == 0x7F; });
    if (!token || !clean)
      source.problem("headers", "\"" + name + "\" is no header name, or its value holds a control character",
                     "Use letters, digits and '-' in names, and one line as the value.");
    else if (contains(forbidden, lower))
      source.problem(
          "headers", "the header " + lower + " is not yours to set",
          "Remove it: the user agent comes from [fetch], cookies from the store, the others from the client.");
  }
}

void read_paging(config_reader& source, source_spec& out) {
  static const words kinds{"none", "page", "offset"};
  auto paging = source.table("paging");
  auto& x = out.paging;
  size_t kind = 0;
  if (paging.present())
    paging.require("kind", "Write kind = \"page\" or \"offset\".");
  if (paging.read_word("kind", kinds, kind))
    x.kind = static_cast<paging_kind>(kind);
  x.start = x.kind == paging_kind::offset ? 0 : 1;
  paging.read("start", x.start, 0, 1000000);
  paging.read("page_size", x.page_size, 1, 100000);
  paging.read("max_pages", x.max_pages, 1, 10000);
  if (x.kind == paging_kind::offset && !paging.has("page_size"))
    paging.problem("page_size", "offset paging has no step", "Write page_size = 50, the items of one page.");
  auto in_url = [&](std::string_view name) { return out.url.find(name) != out.url.npos; };
  if (x.kind != paging_kind::page && in_url("{page}"))
    source.problem("url", "{page} stands in the URL, but paging.kind is not \"page\"", "Write paging.kind = \"page\".");
  if (x.kind != paging_kind::offset && in_url("{offset}"))
    source.problem("url", "{offset} stands in the URL, but paging.kind is not \"offset\"",
                   "Write paging.kind = \"offset\".");
  if (x.kind == paging_kind::page && !out.url.empty() && !in_url("{page}"))
    paging.problem("kind", "the URL has no {page} to fill", "Put {page} into the source's url, or leave paging away.");
  if (x.kind == paging_kind::offset && !out.url.empty() && !in_url("{offset}"))
    paging.problem("kind", "the URL has no {offset} to fill",
                   "Put {offset} into the source's url, or leave paging away.");
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

void read_fields(config_reader& extract, extract_spec& x) {
  // Read as a table first: each field is a key, so that a wrong name is found where it stands.
  auto fields = extract.table("fields");
  auto constants = extract.table("constants");
  for (const auto& name : item_fields()) {
    std::string text;
    auto needed = name == "id" || name == "title";
    if (needed)
      fields.require(name,
                     "Say where the " + name + " stands, as " + name + " = \"" + name + "\"; no item is without.");
    auto there = fields.read(name, text);
    if (there && (text.empty() || (!x.header_row && !is_path(text))))
      fields.problem(name, "\"" + text + "\" is no path",
                     "Join keys by '.', as \"seller.name\", \"photos[0].url\" or "
                     "\"attributes[id=BRAND].value_name\".");
    else if (there)
      x.fields[name] = text;
    if (needed)
      continue;
    text.clear();
    if (constants.read(name, text))
      x.constants[name] = text;
  }
  fields.finish();
  constants.finish();
}

void read_extract(config_reader& source, source_spec& out) {
  static const words formats{"json", "ndjson"};
  static const words units{"major", "minor"};
  auto extract = source.table("extract");
  if (!extract.present() && !source.has("extract"))
    return source.problem("extract", "the table is missing: it says how items are read from a page",
                          "Add [" + source.key() + ".extract] with format, items and fields.");
  auto& x = out.extract;
  size_t index = 0;
  if (extract.read_word("format", formats, index))
    x.framing = static_cast<page_framing>(index);
  if (extract.read_word("unit", units, index))
    x.unit = static_cast<price_unit>(index);
  extract.read("items", x.items);
  if (!is_path(x.items))
    extract.problem("items", "\"" + x.items + "\" is no path", "Join keys by '.', as items = \"results\".");
  extract.read("header_row", x.header_row);
  read_fields(extract, x);
  extract.finish();
}

void read_gate(config_reader& source, source_spec& out, std::vector<std::string>& checks) {
  auto gate = source.table("gate");
  auto& x = out.gate;
  std::string consent;
  gate.read("min_interval", x.min_interval);
  x.max_interval = x.min_interval;
  gate.read("max_interval", x.max_interval);
  gate.read("max_in_flight", x.max_in_flight, 1, 1000);
  gate.read("daily_requests", x.daily_requests, 1);
  gate.read("obey_robots", x.obey_robots);
  gate.read("owner_consent", consent);
  if (x.max_interval < x.min_interval)
    gate.problem("max_interval", "it is shorter than min_interval (" + to_text(x.min_interval) + ")",
                 "Make max_interval at least as long as min_interval, or leave it away.");
  if (x.min_interval < duration{1000} && consent.empty())
    gate.problem("min_interval", "less than 1s between requests needs the consent of the site's owner",
                 "Write owner_consent = \"who agreed, when and where that is written\", or at least \"1s\".");
  if (!x.obey_robots && consent.empty())
    gate.problem("obey_robots", "to pass over robots.txt needs the consent of the site's owner",
                 "Write owner_consent = \"who agreed, when and where that is written\", or leave it away.");
  if (!x.obey_robots)
    checks.push_back("source " + out.id.value + ": robots.txt is not asked");
  if (!consent.empty())
    checks.push_back("source " + out.id.value + ": " + to_text(x.min_interval) +
                     " between requests, with the owner's consent: " + consent);
  gate.finish();
}

} // namespace

void read_sources(config_reader& root, node_config& out, std::vector<std::string>& checks) {
  for (auto& [name, source] : root.named_tables("sources")) {
    source_spec x;
    x.id = source_id{name};
    check_plain_name(source, "", name);
    read_url(source, x);
    read_headers(source, x);
    source.read("enabled", x.enabled);
    source.read("timeout", x.timeout, duration{10});
    source.read_size("max_body", x.max_body_bytes, 1024);
    source.read("needs_credential", x.needs_credential);
    read_paging(source, x);
    read_extract(source, x);
    read_gate(source, x, checks);
    source.finish();
    out.sources.push_back(std::move(x));
  }
}

} // namespace vigie

#include "adapters/extract/page_survey.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "actors/policy/ascii.hpp"
#include "adapters/extract/html_survey.hpp"
#include "adapters/extract/packed_page.hpp"
#include "adapters/extract/page_text.hpp"
#include "adapters/json/json_reader.hpp"

namespace vigie {

namespace {

constexpr size_t surveyed_entries = 50;
constexpr size_t list_depth = 6;  // keys on the way to a list
constexpr size_t value_depth = 4; // and within its entries
constexpr size_t values_of_list = 400;
constexpr size_t lines_surveyed = surveyed_entries;
constexpr size_t root_is_within = 4096; // bytes of a page of markup

bool fit_for_path(std::string_view key) {
  return !key.empty() && key.find_first_of(".[]=*") == key.npos;
}

std::string join(const std::string& path, std::string_view key) {
  return path.empty() ? std::string{key} : path + "." + std::string{key};
}

/// Collects what the entries of one JSON list have.
class json_entries {
public:
  explicit json_entries(std::string path) { out_.items = std::move(path); }

  void add(json_node entry) {
    ++out_.count;
    if (out_.count > surveyed_entries)
      return;
    walk(entry, "", "", 0);
  }

  listed_entries take() {
    auto entries = std::min<uint64_t>(out_.count, surveyed_entries);
    for (auto& x : out_.values)
      x.samples.resize(entries);
    return std::move(out_);
  }

private:
  void walk(json_node from, const std::string& path, const std::string& name, size_t depth) {
    switch (from.kind()) {
    case json_kind::object:
      for (auto member : from.members())
        if (depth < value_depth && fit_for_path(member.key()))
          walk(member, join(path, member.key()), name + " " + std::string{member.key()}, depth + 1);
      return;
    case json_kind::array:
      if (auto first = from.at(0); first && depth < value_depth)
        walk(*first, path + "[0]", name, depth + 1);
      return;
    case json_kind::string:
      return keep(path, name, listed_value::form::text, *from.as_string());
    case json_kind::number:
      return keep(path, name, listed_value::form::number, *from.as_decimal_text());
    default:
      return;
    }
  }

  void keep(const std::string& path, const std::string& name, listed_value::form looks, std::string_view text) {
    auto [known, fresh] = places_.try_emplace(path, out_.values.size());
    if (fresh) {
      if (out_.values.size() >= values_of_list) {
        places_.erase(known);
        return;
      }
      out_.values.push_back({path, name, looks, false, {}});
    }
    auto& samples = out_.values[known->second].samples;
    samples.resize(out_.count);
    samples.back() = std::string{text};
  }

  listed_entries out_;
  std::map<std::string, size_t> places_;
};

bool is_list(json_node x) {
  size_t objects = 0;
  for (auto element : x.elements())
    objects += element.kind() == json_kind::object ? 1 : 0;
  return objects > 0 && objects * 2 >= x.size();
}

void find_lists(json_node from, const std::string& path, size_t depth, std::vector<listed_entries>& out) {
  if (from.kind() == json_kind::array && is_list(from)) {
    json_entries entries{path};
    for (auto element : from.elements())
      entries.add(element);
    out.push_back(entries.take());
  }
  if (depth < list_depth)
    for (auto member : from.members())
      if (fit_for_path(member.key()))
        find_lists(member, join(path, member.key()), depth + 1, out);
}

/// Lines of JSON, each an entry; false: they are not.
bool survey_lines(std::string_view text, page_survey& out) {
  json_entries entries{""};
  json_parser parser;
  size_t lines = 0;
  while (!text.empty()) {
    auto end = std::min(text.find('\n'), text.size());
    auto line = trimmed(text.substr(0, end), is_blank);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty())
      continue;
    if (lines++ >= lines_surveyed)
      continue;
    auto entry = parser.parse(line);
    if (!entry || entry->kind() != json_kind::object)
      return false;
    entries.add(*entry);
  }
  if (lines < 2)
    return false;
  out.framing = page_framing::ndjson;
  out.lists.push_back(entries.take());
  out.lists.back().count = lines;
  return true;
}

result<page_survey> survey_json(std::string_view page, const page_origin& from) {
  page_survey out;
  std::string room;
  auto text = text_of_page(page, from.content_type, page_form::json, room);
  if (!text)
    return tl::unexpected<error>(text.error());
  json_parser parser;
  auto root = parser.parse(text->text);
  if (!root) {
    if (survey_lines(text->text, out))
      return out;
    return fail(errc::bad_page, root.error().detail, root.error().place);
  }
  auto version = root->find("version");
  if (version && version->as_string().value_or("").find("jsonfeed.org/version/") != std::string_view::npos) {
    out.framing = page_framing::feed;
    return out;
  }
  out.framing = page_framing::json;
  find_lists(*root, "", 0, out.lists);
  return out;
}

/// The name of the first element, in lower case and without a prefix; empty: none is near.
std::string root_of(std::string_view page) {
  auto rest = page.substr(0, root_is_within);
  while (!rest.empty()) {
    rest.remove_prefix(std::min(rest.find('<'), rest.size()));
    if (rest.starts_with("<!--")) {
      rest.remove_prefix(std::min(rest.find("-->"), rest.size()));
      continue;
    }
    rest.remove_prefix(std::min(rest.size(), size_t{1}));
    if (lower_case(rest.substr(0, 12)) == "!doctype htm")
      return "html";
    if (rest.empty() || !is_letter(rest.front()))
      continue;
    auto name = lower_case(rest.substr(0, rest.find_first_of(" \t\r\n>/")));
    auto colon = name.find(':');
    return colon == name.npos ? name : name.substr(colon + 1);
  }
  return {};
}

bool without_zero_bytes(std::string_view page) {
  return page.substr(0, root_is_within).find('\0') == page.npos;
}

} // namespace

result<page_survey> survey_page(std::string_view page, const page_origin& from) {
  std::string unpacked;
  auto whole = unpack_page(page, {}, unpacked);
  if (!whole)
    return tl::unexpected<error>(whole.error());
  auto start = *whole;
  if (start.starts_with("\xEF\xBB\xBF"))
    start.remove_prefix(3);
  start = trimmed(start, is_blank);
  if (start.empty())
    return fail(errc::bad_page, "the page is empty", "");
  if (start.front() == '{' || start.front() == '[')
    return survey_json(*whole, from);
  auto root = root_of(start);
  page_survey out;
  if (root == "rss" || root == "feed" || root == "rdf") {
    out.framing = page_framing::feed;
    return out;
  }
  if (root == "urlset" || root == "sitemapindex") {
    out.framing = page_framing::sitemap;
    return out;
  }
  bool said_html = lower_case(from.content_type).find("html") != std::string::npos;
  if (!said_html && root != "html" && start.starts_with("<?xml")) {
    out.framing = page_framing::xml;
    return out;
  }
  bool markup = said_html || (start.front() == '<' && !root.empty());
  if (!markup || (root.empty() && !without_zero_bytes(start)))
    return fail(errc::bad_page, "this is neither JSON nor HTML, a feed or a sitemap", "");
  std::string room;
  auto text = text_of_page(*whole, from.content_type, page_form::html, room);
  if (!text)
    return tl::unexpected<error>(text.error());
  return survey_html(text->text, from);
}

} // namespace vigie

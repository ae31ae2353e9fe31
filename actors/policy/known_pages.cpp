#include "actors/policy/known_pages.hpp"

#include <algorithm>

#include "actors/policy/dates.hpp"
#include "actors/policy/http_fields.hpp"
#include "actors/policy/plan_walk.hpp"

namespace vigie {

namespace {

constexpr size_t longest_tag = 1024;
constexpr duration date_resolution{1000};
/// Raised when this program makes other items of the same page than before.
constexpr uint64_t readers_version = 3;

/// FNV-1a. What is fed in is told apart by its length.
struct fingerprint {
  uint64_t value = 14695981039346656037ULL;

  void octet(uint8_t x) { value = (value ^ x) * 1099511628211ULL; }
  void add(uint64_t x) {
    for (int i = 0; i < 8; ++i)
      octet(static_cast<uint8_t>(x >> (8 * i)));
  }
  void add(std::string_view x) {
    add(static_cast<uint64_t>(x.size()));
    for (char c : x)
      octet(static_cast<uint8_t>(c));
  }
  void add(const std::map<std::string, std::string>& x) {
    add(static_cast<uint64_t>(x.size()));
    for (const auto& [name, value_of] : x) {
      add(name);
      add(value_of);
    }
  }
};

/// Printable, in quotes, with W/ before it or not.
bool is_entity_tag(std::string_view x) {
  if (x.starts_with("W/"))
    x.remove_prefix(2);
  if (x.size() < 2 || x.front() != '"' || x.back() != '"')
    return false;
  return std::all_of(x.begin() + 1, x.end() - 1, [](unsigned char c) { return c > ' ' && c != '"' && c != 0x7F; });
}

} // namespace

uint64_t reading_of(const source_spec& source) {
  fingerprint out;
  out.add(readers_version);
  out.add(source.url);
  for (const auto& [name, value] : source.headers)
    if (goes_to_any_origin(name)) {
      out.add(name);
      out.add(value);
    }
  out.add(static_cast<uint64_t>(source.paging.kind));
  out.add(static_cast<uint64_t>(source.paging.start));
  out.add(static_cast<uint64_t>(source.paging.page_size));
  out.add(source.paging.next);
  const auto& x = source.extract;
  out.add(static_cast<uint64_t>(x.framing));
  out.add(x.items);
  out.add(static_cast<uint64_t>(x.header_row));
  out.add(x.fields);
  out.add(x.constants);
  out.add(static_cast<uint64_t>(x.unit));
  out.add(static_cast<uint64_t>(x.selectors));
  out.add(x.namespaces);
  out.add(x.empty);
  out.add(x.url_template);
  out.add(static_cast<uint64_t>(x.html_references));
  out.add(source.sanity.dated);
  return out.value >> 1; // fits a signed column
}

std::vector<page_record> shared_pages(const fetch_plan& plan, const known_pages& known, const source_spec& source) {
  if (!source.conditional || plan.alerts.empty())
    return {};
  auto first = known.find(plan.alerts.front().what.id);
  if (first == known.end())
    return {};
  auto out = first->second;
  auto reading = reading_of(source);
  std::erase_if(out, [&](const page_record& x) { return x.reading != reading || !has_validator(x); });
  for (const auto& other : plan.alerts) {
    auto its = known.find(other.what.id);
    if (its == known.end())
      return {};
    std::erase_if(out, [&](const page_record& x) {
      return std::find(its->second.begin(), its->second.end(), x) == its->second.end();
    });
  }
  return out;
}

page_record record_of(const std::string& url, const http_response& answer) {
  page_record out;
  out.url = url;
  auto tag = trim_field(answer.headers.value("etag"));
  if (tag.size() <= longest_tag && is_entity_tag(tag))
    out.etag = std::string{tag};
  auto changed = trim_field(answer.headers.value("last-modified"));
  auto then = parse_http_date(changed);
  auto sent = parse_http_date(trim_field(answer.headers.value("date")));
  if (then && sent && *sent - *then >= date_resolution)
    out.last_modified = std::string{changed};
  return out;
}

} // namespace vigie

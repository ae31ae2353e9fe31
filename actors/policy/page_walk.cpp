#include "actors/policy/page_walk.hpp"

#include <algorithm>

#include "actors/policy/http_fields.hpp"
#include "actors/policy/url_reference.hpp"

namespace vigie {

namespace {

constexpr size_t named_bytes = 200;

error loop(std::string_view what, std::string_view where) {
  return {errc::bad_page,
          "the pages go in a circle: the next " + std::string{what} + " is \"" +
              std::string{where.substr(0, named_bytes)} + "\", which was there before",
          {}};
}

bool same_word(std::string_view a, std::string_view b) {
  auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

/// A list of words, as rel="next last" has.
bool has_word(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    auto end = std::min(list.find_first_of(" \t"), list.size());
    if (same_word(list.substr(0, end), word))
      return true;
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return false;
}

/// One parameter of a link, from its name on: `; rel="next"`. `rest` is behind it afterwards.
struct link_parameter {
  std::string_view name;
  std::string value;
};

link_parameter take_parameter(std::string_view& rest) {
  link_parameter out;
  auto end = std::min(rest.find_first_of("=;,"), rest.size());
  out.name = trim_field(rest.substr(0, end));
  rest.remove_prefix(end);
  if (rest.empty() || rest.front() != '=')
    return out;
  rest.remove_prefix(1);
  while (!rest.empty() && (rest.front() == ' ' || rest.front() == '\t'))
    rest.remove_prefix(1);
  if (rest.empty() || rest.front() != '"') {
    end = std::min(rest.find_first_of(";,"), rest.size());
    out.value = trim_field(rest.substr(0, end));
    rest.remove_prefix(end);
    return out;
  }
  rest.remove_prefix(1);
  while (!rest.empty() && rest.front() != '"') {
    if (rest.front() == '\\' && rest.size() > 1)
      rest.remove_prefix(1);
    out.value += rest.front();
    rest.remove_prefix(1);
  }
  end = std::min(rest.find_first_of(";,"), rest.size());
  rest.remove_prefix(end);
  return out;
}

} // namespace

std::string link_next(std::string_view header) {
  auto rest = header;
  for (;;) {
    auto open = rest.find('<');
    auto close = rest.find('>', open == rest.npos ? rest.size() : open);
    if (close == rest.npos)
      return {};
    auto target = rest.substr(open + 1, close - open - 1);
    rest.remove_prefix(close + 1);
    bool is_next = false, said_rel = false;
    while (!rest.empty() && rest.front() != ',') {
      if (rest.front() == ';' || rest.front() == ' ' || rest.front() == '\t') {
        rest.remove_prefix(1);
        continue;
      }
      auto x = take_parameter(rest);
      // Only the first rel counts (RFC 8288, 3.3).
      if (same_word(x.name, "rel") && !std::exchange(said_rel, true))
        is_next = has_word(x.value, "next");
    }
    if (is_next)
      return std::string{target};
  }
}

std::string named_next(const paging_spec& spec, std::string_view found, std::string_view link_header) {
  if (spec.kind != paging_kind::cursor && spec.kind != paging_kind::next_link)
    return {};
  if (!found.empty() || !spec.next.empty() || spec.kind == paging_kind::cursor)
    return std::string{found};
  return link_next(link_header);
}

page_walk::page_walk(const paging_spec& spec, host_key host) : spec_(spec), host_(std::move(host)) {
  if (spec_.kind == paging_kind::page)
    here_.page = spec_.start;
  if (spec_.kind == paging_kind::offset)
    here_.offset = spec_.start;
}

page_turn page_walk::next(size_t items, std::string_view next, std::string_view url) {
  if (spec_.kind == paging_kind::none || here_.number >= std::max(spec_.max_pages, 1u))
    return {};
  if (spec_.kind == paging_kind::cursor)
    return by_cursor(next);
  if (spec_.kind == paging_kind::next_link)
    return by_link(next, url);
  bool was_short = items == 0 || items < spec_.page_size;
  if (was_short)
    return {};
  ++here_.number;
  if (spec_.kind == paging_kind::page)
    ++here_.page;
  else
    here_.offset += spec_.page_size > 0 ? spec_.page_size : items;
  return {here_, {}};
}

page_turn page_walk::by_cursor(std::string_view next) {
  if (next.empty())
    return {};
  if (!visited_.emplace(next).second)
    return {std::nullopt, loop("cursor", next)};
  ++here_.number;
  here_.cursor = next;
  return {here_, {}};
}

error page_walk::take_link(const parsed_url& base, std::string_view link) {
  auto url = resolve_url(base, link);
  if (!url)
    return {errc::bad_page, "the next page's link is none: " + url.error().detail, {}};
  auto host = host_key_of(*url);
  if (host != host_)
    return {errc::bad_page, "the next page is on another host: " + host.value + ", the source's is " + host_.value, {}};
  if (base.scheme == "https" && url->scheme != "https")
    return {errc::bad_page, "the next page's link leads from https to http", {}};
  auto text = to_string(*url);
  if (visited_.contains(text))
    return loop("page", text);
  // What waits already is no circle: two lists may name the same.
  bool enough = ahead_.size() + here_.number >= spec_.max_pages;
  if (!enough && std::find(ahead_.begin(), ahead_.end(), text) == ahead_.end())
    ahead_.push_back(std::move(text));
  return {};
}

page_turn page_walk::by_link(std::string_view next, std::string_view url) {
  auto base = parse_url(url);
  if (!base)
    return {std::nullopt, base.error()};
  visited_.insert(to_string(*base));
  while (!next.empty()) {
    auto end = std::min(next.find('\n'), next.size());
    auto link = next.substr(0, end);
    next.remove_prefix(std::min(end + 1, next.size()));
    if (link.empty())
      continue;
    if (auto problem = take_link(*base, link); problem.code != errc::none)
      return {std::nullopt, std::move(problem)};
  }
  if (ahead_.empty())
    return {};
  ++here_.number;
  here_.url = std::move(ahead_.front());
  ahead_.pop_front();
  visited_.insert(here_.url);
  return {here_, {}};
}

} // namespace vigie

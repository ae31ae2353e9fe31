#include "actors/policy/url_reference.hpp"

#include <algorithm>

namespace vigie {

namespace {

/// "mailto:", "https:": a letter, then letters, digits, '+', '-' and '.' before the first colon.
bool has_scheme(std::string_view reference) {
  auto colon = reference.find(':');
  if (colon == std::string_view::npos || colon == 0)
    return false;
  auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  auto other = [](char c) { return (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.'; };
  return letter(reference[0]) && std::all_of(reference.begin(), reference.begin() + static_cast<std::ptrdiff_t>(colon),
                                             [&](char c) { return letter(c) || other(c); });
}

/// RFC 3986, 5.2.4, on a path that starts with '/'.
std::string without_dot_segments(std::string_view path) {
  std::string out;
  while (!path.empty()) {
    auto end = path.find('/', 1);
    auto segment = path.substr(0, end);
    bool last = end == std::string_view::npos;
    path = last ? std::string_view{} : path.substr(end);
    if (segment == "/.." && !out.empty())
      out.resize(out.rfind('/'));
    bool dots = segment == "/." || segment == "/..";
    if (!dots)
      out += segment;
    else if (last)
      out += '/';
  }
  return out;
}

} // namespace

result<parsed_url> resolve_url(const parsed_url& base, std::string_view reference) {
  reference = reference.substr(0, reference.find('#'));
  if (has_scheme(reference))
    return parse_url(reference);
  if (reference.starts_with("//"))
    return parse_url(base.scheme + ":" + std::string{reference});
  auto query_at = std::min(reference.find('?'), reference.size());
  std::string path{reference.substr(0, query_at)};
  std::string query{reference.substr(query_at)};
  auto base_path = base.target.substr(0, base.target.find('?'));
  if (path.empty()) {
    path = base_path;
    if (query.empty())
      query = base.target.substr(base_path.size());
  } else {
    if (path[0] != '/')
      path = base_path.substr(0, base_path.rfind('/') + 1) + path;
    path = without_dot_segments(path);
  }
  auto out = base;
  out.target = "/";
  auto root = to_string(out);
  return parse_url(root.substr(0, root.size() - 1) + path + query);
}

} // namespace vigie

#include "actors/policy/robots_pattern.hpp"

#include <algorithm>
#include <vector>

#include "actors/policy/ascii.hpp"

namespace vigie {

namespace {

bool is_unreserved(unsigned char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

bool is_reserved(unsigned char c) {
  return c != 0 && std::string_view{":/?#[]@!$&'()*+,;="}.find(static_cast<char>(c)) != std::string_view::npos;
}

/// One octet of a text, read with its percent triplet.
struct octet {
  unsigned char value = 0;
  bool encoded = false;
  size_t length = 1;
};

octet octet_at(std::string_view text, size_t at) {
  if (text[at] == '%' && text.size() - at > 2 && hex_digit(text[at + 1]) >= 0 && hex_digit(text[at + 2]) >= 0)
    return {static_cast<unsigned char>(hex_digit(text[at + 1]) * 16 + hex_digit(text[at + 2])), true, 3};
  return {static_cast<unsigned char>(text[at]), false, 1};
}

/// Writes an octet that is no wildcard; says how many octets it counts for.
uint32_t put_literal(std::string& out, const octet& x) {
  bool special = x.value == '*' || x.value == '$';
  if (is_unreserved(x.value) || (is_reserved(x.value) && !x.encoded && !special)) {
    out += static_cast<char>(x.value);
    return 1;
  }
  append_percent(out, static_cast<char>(x.value));
  return special ? 1 : 3;
}

std::string encode_query(std::string_view text) {
  std::string out;
  auto question = text.find('?');
  if (question == std::string_view::npos || text.find_first_of(":/?[]@", question + 1) == std::string_view::npos)
    return out;
  out = text.substr(0, question + 1);
  for (char c : text.substr(question + 1))
    if (std::string_view{":/?[]@"}.find(c) != std::string_view::npos)
      append_percent(out, c);
    else
      out += c;
  return out;
}

/// RFC 3986, 5.2.4; `path` begins with "/".
std::string without_dot_segments(std::string_view path) {
  std::string out;
  while (!path.empty()) {
    auto end = std::min(path.find('/', 1), path.size());
    auto segment = path.substr(0, end);
    bool last = end == path.size();
    path.remove_prefix(end);
    if (segment == "/..")
      out.resize(out.empty() ? 0 : out.rfind('/'));
    if (segment != "/." && segment != "/..")
      out += segment;
    else if (last)
      out += '/';
  }
  return out;
}

/// Where `what` begins in `text` at or behind `from`: Knuth, Morris and Pratt's search, linear in both.
size_t find_linear(std::string_view text, size_t from, std::string_view what, std::vector<uint32_t>& table,
                   uint64_t& steps) {
  table.assign(what.size(), 0);
  for (size_t i = 1, matched = 0; i < what.size(); ++i) {
    for (++steps; matched > 0 && what[i] != what[matched]; ++steps)
      matched = table[matched - 1];
    matched += what[i] == what[matched] ? 1 : 0;
    table[i] = static_cast<uint32_t>(matched);
  }
  for (size_t i = from, matched = 0; i < text.size(); ++i) {
    for (++steps; matched > 0 && text[i] != what[matched]; ++steps)
      matched = table[matched - 1];
    matched += text[i] == what[matched] ? 1 : 0;
    if (matched == what.size())
      return i + 1 - matched;
  }
  return std::string_view::npos;
}

/// `pattern` may end in "$". What lies between the stars is looked for from left to right, each as early as it can be:
/// if any choice matches, this one does.
bool matches_text(std::string_view pattern, std::string_view path, uint64_t& steps) {
  bool anchored = !pattern.empty() && pattern.back() == '$';
  if (anchored)
    pattern.remove_suffix(1);
  auto star = std::min(pattern.find('*'), pattern.size());
  steps += 1 + std::min(star, path.size());
  if (!path.starts_with(pattern.substr(0, star)))
    return false;
  if (star == pattern.size())
    return !anchored || path.size() == pattern.size();
  std::vector<uint32_t> table;
  auto at = star;
  pattern.remove_prefix(star + 1);
  while (!pattern.empty()) {
    auto end = std::min(pattern.find('*'), pattern.size());
    auto piece = pattern.substr(0, end);
    if (anchored && end == pattern.size()) {
      steps += 1 + piece.size();
      return path.size() - at >= piece.size() && path.ends_with(piece);
    }
    auto found = piece.empty() ? at : find_linear(path, at, piece, table, steps);
    if (found == std::string_view::npos)
      return false;
    at = found + piece.size();
    pattern.remove_prefix(std::min(end + 1, pattern.size()));
  }
  return true;
}

} // namespace

robots_path normalise_robots_path(std::string_view target) {
  target = target.substr(0, target.find('#'));
  std::string text = target.starts_with('/') ? "" : "/";
  for (size_t at = 0; at < target.size();) {
    auto x = octet_at(target, at);
    put_literal(text, x);
    at += x.length;
  }
  auto question = std::min(text.find('?'), text.size());
  robots_path out;
  out.text = without_dot_segments(std::string_view{text}.substr(0, question)) + text.substr(question);
  out.encoded_query = encode_query(out.text);
  return out;
}

optional<robots_pattern> compile_robots_pattern(std::string_view text) {
  if (!text.starts_with('/') && !text.starts_with('*'))
    return std::nullopt;
  robots_pattern out;
  for (size_t at = 0; at < text.size();) {
    auto x = octet_at(text, at);
    at += x.length;
    if (!x.encoded && x.value == '*') {
      if (!out.text.empty() && out.text.back() == '*')
        continue;
      out.text += '*';
      ++out.octets;
    } else if (!x.encoded && x.value == '$' && at == text.size()) {
      out.text += '$';
      ++out.octets;
    } else {
      out.octets += put_literal(out.text, x);
    }
  }
  out.encoded_query = encode_query(out.text);
  return out;
}

bool matches(const robots_pattern& pattern, const robots_path& path, uint64_t* steps) {
  uint64_t taken = 0;
  bool out = matches_text(pattern.text, path.text, taken);
  if (!out && (!pattern.encoded_query.empty() || !path.encoded_query.empty())) {
    auto form = [](const auto& x) -> std::string_view { return x.encoded_query.empty() ? x.text : x.encoded_query; };
    out = matches_text(form(pattern), form(path), taken);
  }
  if (steps != nullptr)
    *steps += taken;
  return out;
}

} // namespace vigie

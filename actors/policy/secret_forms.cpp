#include "actors/policy/secret_forms.hpp"

#include <algorithm>
#include <array>

#include "actors/policy/ascii.hpp"

namespace vigie {

namespace {

bool is_name_char(char c) {
  return is_alphanumeric(c) || c == '_' || c == '-' || c == '.';
}
bool is_token_char(char c) {
  return is_alphanumeric(c) || std::string_view{"-._~+/="}.find(c) != std::string_view::npos;
}
/// Where a value without quotes ends.
bool ends_value(char c) {
  return is_blank(c) || std::string_view{"&;,\"'<>()[]{}#"}.find(c) != std::string_view::npos;
}

template <class Predicate>
size_t skip(std::string_view text, size_t at, Predicate holds) {
  while (at < text.size() && holds(text[at]))
    ++at;
  return at;
}

std::string squeeze(std::string_view name) {
  std::string out;
  for (char c : name)
    if (is_alphanumeric(c))
      out += lower(c);
  return out;
}

/// "scheme://user:pass@host": everything between "://" and the last '@' before the path.
size_t mask_user(std::string_view text, size_t at, std::string& out) {
  if (text.substr(at, 3) != "://")
    return at;
  auto start = at + 3;
  auto end = skip(text, start, [](char c) {
    return !is_blank(c) && std::string_view{"/?#\"'<>"}.find(c) == std::string_view::npos;
  });
  auto authority = text.substr(start, end - start);
  auto sign = authority.rfind('@');
  if (sign == std::string_view::npos)
    return at;
  out += "://";
  out += secret_mask;
  return start + sign;
}

/// "Bearer …" and "Basic …". The second is a common word too: it must look like base64.
size_t mask_scheme(std::string_view text, size_t at, std::string& out) {
  if (at > 0 && is_alphanumeric(text[at - 1]))
    return at;
  for (std::string_view scheme : {"bearer", "basic"}) {
    auto word = text.substr(at, scheme.size());
    if (!std::equal(word.begin(), word.end(), scheme.begin(), scheme.end(),
                    [](char a, char b) { return lower(a) == b; }))
      continue;
    auto start = skip(text, at + scheme.size(), is_blank);
    auto end = skip(text, start, is_token_char);
    auto token = text.substr(start, end - start);
    bool coded = std::any_of(token.begin(), token.end(),
                             [](char c) { return !(lower(c) == c && is_alphanumeric(c)) || is_digit(c); });
    if (start == at + scheme.size() || token.size() < 6 || (scheme == "basic" && !coded))
      return at;
    out += text.substr(at, start - at);
    out += secret_mask;
    return end;
  }
  return at;
}

/// "/bot123456:AAE…/" in URLs of Telegram, and "vk_k_…" of our own.
size_t mask_known_token(std::string_view text, size_t at, std::string& out) {
  if (text.substr(at, 4) == "/bot") {
    auto digits = skip(text, at + 4, is_digit);
    if (digits == at + 4 || digits >= text.size() || (text[digits] != ':' && lower(text[digits]) != '%'))
      return at;
    out += "/bot";
    out += secret_mask;
    return skip(text, digits, [](char c) { return c != '/' && !ends_value(c); });
  }
  if (text.substr(at, 5) == "vk_k_" && (at == 0 || !is_name_char(text[at - 1]))) {
    auto end = skip(text, at + 5, is_name_char);
    if (end == at + 5)
      return at;
    out += "vk_";
    out += secret_mask;
    return end;
  }
  return at;
}

/// End of the value that starts at `at` and belongs to `name`.
size_t value_end(std::string_view text, size_t at, char separator, const std::string& name) {
  if (separator == ':' && (name.ends_with("cookie") || name.ends_with("cookies") || name.ends_with("authorization")))
    return skip(text, at, [](char c) { return c != '\n' && c != '\r' && c != '"'; });
  return skip(text, at, [](char c) { return !ends_value(c); });
}

/// name=value, name: value, "name":"value". `at` is at the separator; the name stands before it.
size_t mask_named(std::string_view text, size_t at, std::string& out) {
  char separator = text[at];
  if (separator != '=' && separator != ':')
    return at;
  auto name_end = at;
  while (name_end > 0 && (text[name_end - 1] == '"' || text[name_end - 1] == '\'' || text[name_end - 1] == ' '))
    --name_end;
  auto name_start = name_end;
  while (name_start > 0 && is_name_char(text[name_start - 1]))
    --name_start;
  auto name = text.substr(name_start, name_end - name_start);
  bool in_query = separator == '=' && name_start > 0 && (text[name_start - 1] == '?' || text[name_start - 1] == '&');
  if (!is_secret_name(name) && !(in_query && (squeeze(name) == "key" || squeeze(name) == "code")))
    return at;
  auto start = skip(text, at + 1, [](char c) { return c == ' ' || c == '\t'; });
  size_t end = start;
  bool quoted = start < text.size() && (text[start] == '"' || text[start] == '\'');
  if (quoted) {
    char quote = text[start];
    for (end = ++start; end < text.size() && text[end] != quote; ++end)
      if (text[end] == '\\' && end + 1 < text.size())
        ++end;
  } else {
    end = value_end(text, start, separator, squeeze(name));
  }
  if (end == start)
    return at;
  out += text.substr(at, start - at);
  out += secret_mask;
  return end;
}

} // namespace

bool is_secret_name(std::string_view name) {
  constexpr std::array whole{"auth",      "pass",      "pwd",        "sid",         "session",
                             "sessionid", "phpsessid", "jsessionid", "cfclearance", "sig"};
  constexpr std::array part{"password", "passwd", "passphrase", "secret", "apikey", "privatekey", "accesskey"};
  constexpr std::array tail{"token", "authorization", "cookie", "cookies", "signature", "sessionid"};
  auto x = squeeze(name);
  if (x == "fencingtoken")
    return false;
  return std::any_of(whole.begin(), whole.end(), [&](std::string_view w) { return x == w; }) ||
         std::any_of(part.begin(), part.end(), [&](std::string_view w) { return x.find(w) != std::string::npos; }) ||
         std::any_of(tail.begin(), tail.end(), [&](std::string_view w) { return x.ends_with(w); });
}

std::string mask_secret_forms(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    auto next = at;
    for (auto rule : {mask_user, mask_scheme, mask_known_token, mask_named})
      if (next == at)
        next = rule(text, at, out);
    if (next == at)
      out += text[next++];
    at = next;
  }
  return out;
}

} // namespace vigie

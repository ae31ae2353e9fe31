#include "actors/policy/url_template.hpp"

#include <algorithm>

#include "actors/policy/ascii.hpp"
#include "actors/policy/ip_address.hpp"

namespace vigie {

namespace {

tl::unexpected<error> refuse(std::string_view url, std::string why) {
  return fail(errc::bad_request, "\"" + std::string{url.substr(0, 200)} + "\" " + why);
}

result<optional<uint16_t>> parse_port(std::string_view text, std::string_view scheme, std::string_view url) {
  if (text.empty())
    return optional<uint16_t>{};
  uint32_t port = 0;
  for (char c : text) {
    if (c < '0' || c > '9' || port > 6553)
      return refuse(url, "has a port that is not a number from 1 to 65535");
    port = port * 10 + static_cast<uint32_t>(c - '0');
  }
  if (port == 0 || port > 65535)
    return refuse(url, "has a port that is not a number from 1 to 65535");
  if (port == (scheme == "http" ? 80u : 443u))
    return optional<uint16_t>{};
  return optional<uint16_t>{static_cast<uint16_t>(port)};
}

/// Every spelling of an address in its one normal form, so that what is checked and what is connected to is the same
/// text; false for a host that is an address by its form and none by its value.
bool normalise_address(std::string& host, bool bracketed) {
  if (!bracketed && !ends_in_number(host))
    return true;
  auto address = bracketed ? parse_ip(host) : parse_numeric_host(host);
  if (!address || address->is_v6 != bracketed)
    return false;
  host = to_string(*address);
  return true;
}

/// Fills host and port from "host:port" or "[v6]:port".
result<parsed_url> parse_authority(std::string_view authority, parsed_url out, std::string_view url) {
  if (authority.find('@') != std::string_view::npos)
    return fail(errc::bad_request, "a URL may not carry a user name or password");
  bool bracketed = !authority.empty() && authority[0] == '[';
  auto host_end = bracketed ? authority.find(']') : authority.find(':');
  if (bracketed && host_end == std::string_view::npos)
    return refuse(url, "has a [ without its ]");
  auto host = authority.substr(bracketed ? 1 : 0, bracketed ? host_end - 1 : host_end);
  auto rest =
      host_end == std::string_view::npos ? std::string_view{} : authority.substr(host_end + (bracketed ? 1 : 0));
  if (!rest.empty() && rest[0] != ':')
    return refuse(url, "has something between its host and its path that is no port");
  bool allowed = std::all_of(host.begin(), host.end(), [&](char c) {
    return is_alphanumeric(c) || c == '.' || (bracketed ? c == ':' : c == '-' || c == '_');
  });
  out.host = lower_case(host);
  bool dots = out.host.find("..") != std::string::npos || (!out.host.empty() && out.host[0] == '.');
  if (!bracketed && !out.host.empty() && out.host.back() == '.')
    out.host.pop_back();
  if (!allowed || dots || out.host.empty() || out.host.size() > 253)
    return refuse(url, "has no valid host name (write international names in their xn-- form)");
  if (!normalise_address(out.host, bracketed))
    return refuse(url, "has a host that looks like an IP address and is none");
  auto port = parse_port(rest.empty() ? rest : rest.substr(1), out.scheme, url);
  if (!port)
    return tl::unexpected<error>(port.error());
  out.port = *port;
  return out;
}

std::string bracketed_host(const parsed_url& url) {
  auto out = url.host.find(':') == std::string::npos ? url.host : "[" + url.host + "]";
  if (url.port)
    out += ":" + std::to_string(*url.port);
  return out;
}

} // namespace

result<parsed_url> parse_url(std::string_view url) {
  for (char c : url)
    if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7f || c == '\\')
      return refuse(url, "has a blank, a control character or a backslash; percent-encode it");
  auto scheme_end = url.find("://");
  parsed_url out;
  out.scheme = scheme_end == std::string_view::npos ? std::string{} : lower_case(url.substr(0, scheme_end));
  if (out.scheme != "http" && out.scheme != "https")
    return refuse(url, "is not an absolute http or https URL");
  auto rest = url.substr(scheme_end + 3);
  auto authority_end = rest.find_first_of("/?#");
  auto parsed = parse_authority(rest.substr(0, authority_end), std::move(out), url);
  if (!parsed)
    return parsed;
  auto target = authority_end == std::string_view::npos ? std::string_view{} : rest.substr(authority_end);
  target = target.substr(0, target.find('#'));
  if (target.empty() || target[0] != '/')
    parsed->target = "/";
  for (char c : target)
    if (static_cast<unsigned char>(c) > 0x7f)
      append_percent(parsed->target, c);
    else
      parsed->target += c;
  return parsed;
}

std::string to_string(const parsed_url& url) {
  return url.scheme + "://" + bracketed_host(url) + url.target;
}

host_key host_key_of(const parsed_url& url) {
  return host_key{bracketed_host(url)};
}

result<host_key> host_key_of(std::string_view url) {
  return parse_url(url).map([](const parsed_url& x) { return host_key_of(x); });
}

std::string percent_encode(std::string_view text) {
  std::string out;
  for (char c : text)
    if (is_alphanumeric(c) || c == '-' || c == '.' || c == '_' || c == '~')
      out += c;
    else
      append_percent(out, c);
  return out;
}

optional<url_template::part_kind> url_template::kind_of(std::string_view name) {
  if (name == "query")
    return part_kind::query;
  if (name == "page")
    return part_kind::page;
  if (name == "offset")
    return part_kind::offset;
  if (name == "cursor")
    return part_kind::cursor;
  return std::nullopt;
}

result<url_template> url_template::parse(std::string_view text) {
  url_template out;
  auto scheme_end = text.find("://");
  // An empty value must not make one of what is none: "http:/{cursor}/shop.example".
  if (scheme_end == std::string_view::npos)
    return fail(errc::bad_config, refuse(text, "is not an absolute http or https URL").value().detail);
  auto host_begin = scheme_end + 3;
  auto host_end = std::min(text.find_first_of("/?#", host_begin), text.size());
  for (size_t at = 0; at < text.size();) {
    auto brace = std::min(text.find_first_of("{}", at), text.size());
    if (brace > at)
      out.parts_.push_back(part{part_kind::text, std::string{text.substr(at, brace - at)}});
    if (brace == text.size())
      break;
    auto close = text.find('}', brace);
    if (text[brace] == '}' || close == std::string_view::npos)
      return fail(errc::bad_config, "the URL template has a lone brace at byte " + std::to_string(brace + 1));
    auto name = text.substr(brace + 1, close - brace - 1);
    auto kind = kind_of(name);
    if (!kind)
      return fail(errc::bad_config, "the URL template has an unknown placeholder {" + std::string{name} +
                                        "}; there are {query}, {page}, {offset} and {cursor}");
    if (brace < host_end)
      return fail(errc::bad_config, "the URL template has {" + std::string{name} + "} in its host; the host is fixed");
    out.parts_.push_back(part{*kind, {}});
    at = close + 1;
  }
  auto example = host_key_of(out.fill({}));
  if (!example)
    return fail(errc::bad_config, example.error().detail);
  out.host_ = *example;
  return out;
}

std::string url_template::fill(const url_values& values) const {
  std::string out;
  for (const auto& x : parts_) {
    switch (x.kind) {
    case part_kind::text:
      out += x.text;
      break;
    case part_kind::query:
      out += percent_encode(values.query);
      break;
    case part_kind::page:
      out += std::to_string(values.page);
      break;
    case part_kind::offset:
      out += std::to_string(values.offset);
      break;
    case part_kind::cursor:
      out += percent_encode(values.cursor);
    }
  }
  return out;
}

bool url_template::has(part_kind kind) const {
  return std::any_of(parts_.begin(), parts_.end(), [&](const part& x) { return x.kind == kind; });
}

} // namespace vigie

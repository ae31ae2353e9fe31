#include "actors/policy/contact_rule.hpp"

#include <algorithm>
#include <array>

#include "actors/policy/address_guard.hpp"
#include "actors/policy/secret_forms.hpp"
#include "actors/policy/url_template.hpp"

namespace vigie {

namespace {

constexpr std::array<std::string_view, 61> foreign_names{
    // browsers and their engines
    "mozilla", "chrome", "chromium", "crios", "headlesschrome", "safari", "mobilesafari", "firefox", "fxios", "edge",
    "edg", "edga", "edgios", "msie", "iemobile", "trident", "opera", "opr", "opios", "vivaldi", "brave",
    "samsungbrowser", "ucbrowser", "yabrowser", "netscape", "konqueror", "applewebkit", "webkit", "khtml", "gecko",
    // crawlers that sites let in by their names
    "googlebot", "googleother", "googleproducer", "adsbot", "storebot", "apis-google", "mediapartners-google",
    "google-extended", "google-inspectiontool", "feedfetcher-google", "bingbot", "bingpreview", "msnbot", "slurp",
    "duckduckbot", "baiduspider", "yandexbot", "yandex", "applebot", "facebookexternalhit", "facebookbot", "twitterbot",
    "linkedinbot", "pinterestbot", "amazonbot", "gptbot", "oai-searchbot", "claudebot", "ccbot", "ia_archiver",
    "archive-org_bot"};

std::string lower(std::string_view x) {
  std::string out{x};
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

bool is_foreign(std::string_view x) {
  return std::find(foreign_names.begin(), foreign_names.end(), x) != foreign_names.end();
}

} // namespace

bool needs_contact(std::string_view url) {
  auto parsed = parse_url(url);
  return parsed && !is_loopback_host(parsed->host);
}

error check_contact(const std::vector<source_spec>& sources, bool has_contact) {
  for (const auto& x : sources)
    if (!has_contact && x.enabled && needs_contact(x.url))
      return {errc::bad_config,
              "the source " + x.id.value + " asks " + host_key_of(x.url).value_or(host_key{}).value +
                  ", which is not on loopback, and this worker's [fetch] contact is empty; write one there, as contact "
                  "= \"https://example.org/bot\", and restart the worker",
              {}};
  return {};
}

std::string foreign_name(std::string_view product_token) {
  auto token = lower(product_token);
  if (is_foreign(token))
    return token;
  // Word by word, so that "knowledge" and "hedge-watch" stay what they are.
  for (size_t at = 0; at < token.size();) {
    auto end = std::min(token.find_first_of("-_", at), token.size());
    if (auto word = token.substr(at, end - at); is_foreign(word))
      return word;
    at = end + 1;
  }
  return {};
}

bool is_disguise(std::string_view header_name) {
  constexpr std::array<std::string_view, 7> others{
      "x-client-data",  "upgrade-insecure-requests", "forwarded", "x-real-ip",
      "true-client-ip", "cf-connecting-ip",          "via"};
  auto name = lower(header_name);
  return name.starts_with("sec-") || name.starts_with("x-forwarded-") || name.ends_with("user-agent") ||
         std::find(others.begin(), others.end(), name) != others.end();
}

bool goes_in_clear(std::string_view url) {
  auto parsed = parse_url(url);
  if (!parsed || parsed->scheme != "http" || is_loopback_host(parsed->host))
    return false;
  auto address = parse_ip(parsed->host);
  return !address || classify(*address) == address_class::global;
}

std::string secret_parameter(std::string_view url) {
  auto query = url.find('?');
  if (query == url.npos)
    return {};
  for (auto rest = url.substr(query + 1, url.find('#', query) - query - 1); !rest.empty();) {
    auto end = std::min(rest.find('&'), rest.size());
    auto pair = rest.substr(0, end);
    auto equals = std::min(pair.find('='), pair.size());
    auto value = pair.substr(std::min(equals + 1, pair.size()));
    bool filled_in = value.starts_with('{') && value.ends_with('}');
    if (!value.empty() && !filled_in && is_secret_name(pair.substr(0, equals)))
      return std::string{pair.substr(0, equals)};
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return {};
}

} // namespace vigie

// [sources.NAME]
#include <algorithm>
#include <array>
#include <fstream>
#include <map>

#include "actors/policy/contact_rule.hpp"
#include "actors/policy/secret_forms.hpp"
#include "actors/policy/url_template.hpp"
#include "runtime/config_sections.hpp"
#include "runtime/config_units.hpp"

namespace vigie {

namespace {

using words = std::vector<std::string>;

bool contains(const words& all, std::string_view x) {
  return std::find(all.begin(), all.end(), x) != all.end();
}

void read_url(config_reader& source, source_spec& out) {
  if (!source.require("url", "Write the address to ask, as url = \"https://example.org/search?q={query}\"."))
    return;
  if (!source.read("url", out.url))
    return;
  if (auto parsed = url_template::parse(out.url); !parsed)
    source.problem(
        "url", parsed.error().detail,
        "Write url = \"https://host/path?q={query}\"; placeholders are {query}, {page}, {offset}, {cursor}.");
  else if (auto name = secret_parameter(out.url); !name.empty() && goes_in_clear(out.url))
    source.problem("url", "its parameter " + name + " would go to the site in clear text",
                   "Write https:// in url, or leave " + name + " away.");
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
    else if (is_disguise(lower))
      source.problem("headers", "the header " + lower + " would pass for somebody else",
                     "Remove it: who asks is said by product_token and contact of [fetch], and by nothing else.");
    else if (goes_in_clear(out.url) && (is_secret_name(lower) || mask_secret_forms(value) != value))
      source.problem("headers", "the header " + lower + " would go to the site in clear text",
                     "Write https:// in url, or remove the header.");
  }
}

/// A PEM file may hold keys and text as well; what counts is that there is a whole certificate in it.
bool has_certificate(std::string_view pem) {
  auto begin = pem.find("-----BEGIN CERTIFICATE-----");
  return begin != pem.npos && pem.find("-----END CERTIFICATE-----", begin) != pem.npos;
}

void read_route(config_reader& source, source_spec& out, std::vector<std::string>& checks) {
  constexpr size_t most = 1 << 20;
  if (source.read("proxy", out.proxy)) {
    auto proxy = parse_url(out.proxy);
    if (!proxy || proxy->scheme != "http" || proxy->target != "/")
      source.problem("proxy", "expected http://host:port, without a user name and with nothing behind it",
                     "Write proxy = \"http://10.1.2.3:3128\", and list that address in [fetch] allow_private.");
    else
      checks.push_back("source " + out.id.value + ": fetched through the proxy " + host_key_of(*proxy).value);
  }
  std::string path;
  if (!source.read_path("ca_file", path))
    return;
  std::ifstream in{path, std::ios::binary};
  std::string pem(most + 1, '\0');
  in.read(pem.data(), static_cast<std::streamsize>(pem.size()));
  pem.resize(static_cast<size_t>(in.gcount()));
  if (!in.is_open() || in.bad() || pem.empty())
    source.problem("ca_file", "\"" + path + "\" cannot be read, or is empty",
                   "Name a file with the certificates that the site's may come from, in PEM.");
  else if (pem.size() > most || !has_certificate(pem))
    source.problem("ca_file", "\"" + path + "\" is no PEM file of certificates, or larger than 1 MiB",
                   "It has to hold -----BEGIN CERTIFICATE----- and the lines up to its END.");
  else
    out.ca_pem = std::move(pem);
}

/// Which gate the source's host stands behind, and whose it is.
void read_gate_kind(config_reader& gate, source_spec& out, const fetch_settings& fetch,
                    std::vector<std::string>& checks) {
  static const words kinds{"domain", "host", "ip"};
  static const words scopes{"fleet", "worker"};
  auto& x = out.gate;
  auto index = static_cast<size_t>(x.key);
  if (gate.read_word("key", kinds, index))
    x.key = static_cast<gate_key_kind>(index);
  if (fetch.as_s0 && x.key != gate_key_kind::ip)
    x.scope = gate_scope::worker;
  index = static_cast<size_t>(x.scope);
  if (gate.read_word("scope", scopes, index))
    x.scope = static_cast<gate_scope>(index);
  if (x.scope != gate_scope::worker)
    return;
  if (x.key == gate_key_kind::ip)
    gate.problem("scope", "a gate of key \"ip\" is the whole fleet's", "Leave scope away, or write key = \"domain\".");
  checks.push_back("source " + out.id.value +
                   ": each worker has a gap of its own, so the site sees as many as there are");
}

/// The gate of each host, as the first source that asks it has it.
struct first_gate {
  source_id source;
  gate_key_kind key;
  gate_scope scope;
};
using first_gates = std::map<host_key, first_gate>;

/// One host has one gate, whichever source asks it.
void check_same_gate(config_reader& source, const source_spec& x, first_gates& known) {
  auto host = host_key_of(x.url);
  if (!host)
    return;
  const auto& first = known.try_emplace(*host, first_gate{x.id, x.gate.key, x.gate.scope}).first->second;
  if (first.key != x.gate.key || first.scope != x.gate.scope)
    source.problem("gate", "source " + first.source.value + " asks the same host with another gate.key or gate.scope",
                   "Write the same gate.key and gate.scope for all sources of " + host->value + ".");
}

/// The owner's consent, if one is written.
std::string read_gate(config_reader& source, source_spec& out, const fetch_settings& fetch,
                      std::vector<std::string>& checks) {
  auto gate = source.table("gate");
  auto& x = out.gate;
  std::string consent;
  read_gate_kind(gate, out, fetch, checks);
  constexpr duration s0_least{12000}, s0_most{25000};
  auto as_s0 = fetch.as_s0 && x.scope == gate_scope::worker && !gate.has("min_interval");
  if (as_s0)
    x.min_interval = s0_least;
  gate.read("min_interval", x.min_interval);
  x.max_interval = as_s0 ? s0_most : x.min_interval;
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
  return consent;
}

} // namespace

void read_sources(config_reader& root, node_config& out, std::vector<std::string>& checks) {
  first_gates gates;
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
    if (x.needs_credential && goes_in_clear(x.url))
      source.problem("needs_credential", "the credential would go to the site in clear text", "Write https:// in url.");
    source.read("conditional", x.conditional);
    read_route(source, x, checks);
    read_pages(source, x);
    auto consent = read_gate(source, x, out.fetch, checks);
    check_same_gate(source, x, gates);
    read_exception(source, x, consent, out, checks);
    source.finish();
    out.sources.push_back(std::move(x));
  }
}

} // namespace vigie

// What only several sections together can say.
#include <algorithm>
#include <map>

#include "actors/policy/contact_rule.hpp"
#include "actors/policy/url_template.hpp"
#include "runtime/config_sections.hpp"
#include "runtime/config_units.hpp"
#include "runtime/fetch_guard.hpp"

namespace vigie {

namespace {

void check_roles(config_reader& root, const node_config& config) {
  auto only_worker = config.is_worker && !config.is_main;
  auto only_main = config.is_main && !config.is_worker;
  if (only_worker && root.has("workers"))
    root.problem("workers", "only a main node has workers", "Remove the [[workers]], or add \"main\" to [node] roles.");
  if (only_main && config.workers.empty())
    root.problem("workers", "this main node has no worker",
                 "Add a [[workers]] entry with id and address, or the role \"worker\".");
  auto has_local = std::any_of(config.workers.begin(), config.workers.end(), [](const auto& x) { return x.local; });
  if (config.is_main && config.is_worker && !config.workers.empty() && !has_local)
    root.problem("workers", "this node is a worker too, but no [[workers]] entry is local",
                 "Add a [[workers]] with local = true, or remove \"worker\" from [node] roles.");
  auto idle = [&](const char* name, bool unused, const char* who) {
    if (unused && root.has(name))
      root.warning(name, std::string{"only a "} + who + " uses this; here it has no effect",
                   "Remove it from this file.");
  };
  for (auto* name : {"sources", "channels", "cycle", "balancing", "health", "bans", "store"})
    idle(name, only_worker, "main node");
  for (auto* name : {"commands", "worker"})
    idle(name, only_main, "worker");
}

void check_links(config_reader& root, const node_config& config, std::vector<std::string>& checks) {
  auto link = root.table("link");
  auto only_worker = config.is_worker && !config.is_main;
  auto dials = false;
  auto entries = root.tables("workers");
  for (const auto& x : config.workers) {
    if (x.local || x.address.port == 0)
      continue;
    dials = true;
    if (is_loopback_host(x.address.host))
      continue;
    auto index = static_cast<size_t>(&x - config.workers.data());
    entries[index].problem("address", to_string(x.address) + " is not on loopback, and links have no TLS yet",
                           "Use a worker on this machine; links between machines come with certificates.");
  }
  if (!config.link.insecure_loopback && (only_worker || dials))
    link.problem("insecure_loopback", "links of this version are plaintext, which has to be written down",
                 "Add insecure_loopback = true to [link]; it holds for loopback addresses only.");
  else if (only_worker || dials)
    checks.push_back("links are plaintext and on loopback only (insecure_loopback = true)");
  if (only_worker && config.link.listen == config.api.listen)
    link.problem("listen", "[api] listens on " + to_string(config.api.listen) + " already",
                 "Give one of them another port.");
  if (only_worker && config.link.insecure_loopback && !config.commands.empty())
    root.warning("commands", "custom commands are refused over a plaintext link",
                 "They serve the worker's own API only until the link has certificates.");
}

void check_times(config_reader& root, const node_config& config, std::vector<std::string>& checks) {
  auto least = 2 * config.link.heartbeat;
  if (config.cycle.silence < least) {
    // Named where it is written; with both left away there is nothing to complain about.
    auto cycle = root.table("cycle");
    auto link = root.table("link");
    auto text = "[cycle] silence (" + to_text(config.cycle.silence) + ") is less than two heartbeats of [link] (" +
                to_text(config.link.heartbeat) + " each), so a living worker would count as silent";
    auto remedy = "Make silence at least \"" + to_text(least) + "\", or the heartbeat shorter.";
    if (cycle.has("silence") || !link.has("heartbeat"))
      cycle.problem("silence", text, remedy);
    else
      link.problem("heartbeat", text, remedy);
  } else if (config.is_main) {
    checks.push_back("silence limit = " + to_text(config.cycle.silence) +
                     ", heartbeat = " + to_text(config.link.heartbeat));
  }
}

struct refusal {
  std::string why; ///< empty = none that is known before the connection
  std::string remedy;
};

/// What a URL will be refused for at connect time. Only an address that is written as one is known before; names are
/// looked up when they are connected to.
refusal refusal_of(const address_guard& guard, const std::string& text) {
  auto url = parse_url(text);
  auto address = url ? parse_ip(url->host == "localhost" ? "127.0.0.1" : url->host) : std::nullopt;
  if (!address)
    return {};
  uint16_t port = url->port.value_or(url->scheme == "https" ? 443 : 80);
  auto why = guard.decide(*address, port).detail;
  if (why.empty())
    return {};
  address_range exactly{{*address, address->bits()}, port};
  auto rules = guard.rules();
  rules.allowed.push_back(exactly);
  if (address_guard{rules}.decide(*address, port).code == errc::none)
    return {why, "Add \"" + to_string(exactly) + "\" to [fetch] allow_private if it is meant."};
  return {why, "Write another address: no entry of allow_private opens this one."};
}

const std::string& url_of(const channel_settings& x) {
  static const std::string none;
  return x.type == channel_settings::kind::webhook    ? x.url
         : x.type == channel_settings::kind::telegram ? x.base_url
                                                      : none;
}

/// Where this node itself connects to: the sources of a worker, the channels of main.
void check_reach(config_reader& root, const node_config& config, const address_guard& guard) {
  auto warn = [&](config_reader where, const char* key, const std::string& url) {
    if (auto x = refusal_of(guard, url); !x.why.empty())
      where.warning(key, x.why + ", so nothing will be asked there", x.remedy);
  };
  auto sources = root.table("sources");
  for (const auto& x : config.sources)
    if (config.is_worker && x.enabled)
      warn(sources.table(x.id.value), "url", x.url);
  auto channels = root.table("channels");
  for (const auto& x : config.channels)
    warn(channels.table(x.id.value), x.type == channel_settings::kind::webhook ? "url" : "base_url", url_of(x));
}

void check_own_endpoints(config_reader& fetch, const address_guard& guard) {
  const auto& all = guard.rules().own;
  for (const auto& open : guard.rules().allowed)
    for (const auto& own : all)
      if (open.is_exact() && open.port == own.port && own.range.contains(open.range.base))
        fetch.warning("allow_private", to_string(open) + " belongs to this fleet, and this entry opens it",
                      "Remove the entry, unless something of this fleet is to be asked there.");
}

void check_identity(config_reader& fetch, const node_config& config, std::vector<std::string>& checks) {
  auto is_public = [](const std::string& url) { return needs_contact(url); };
  auto asks =
      std::any_of(config.sources.begin(), config.sources.end(),
                  [&](const auto& x) { return x.enabled && is_public(x.url); }) ||
      std::any_of(config.channels.begin(), config.channels.end(), [&](const auto& x) { return is_public(url_of(x)); });
  if (!config.fetch.contact.empty())
    checks.push_back("user agent = " + user_agent(config.fetch));
  // A worker alone does not know yet what main will have it ask.
  if (asks || (!config.is_main && !config.fetch.contact.empty()))
    fetch.require("product_token",
                  "Write the name that sites shall know you by, the same on every node, as "
                  "product_token = \"acme-watch\"; it is required for every host that is not loopback.");
  if (!asks)
    return;
  if (fetch.require("contact",
                    "Write where an owner of a site reaches you, as contact = \"https://example.org/bot\"; it "
                    "is required for every host that is not loopback.") &&
      config.fetch.contact.empty())
    fetch.problem("contact", "it is empty",
                  "Write a URL or a mail address; sources and channels outside loopback need one.");
}

/// What a channel sends is its receiver's secret.
void check_clear_text(config_reader& root, const node_config& config) {
  auto channels = root.table("channels");
  for (const auto& x : config.channels) {
    bool telegram = x.type == channel_settings::kind::telegram;
    if (goes_in_clear(url_of(x)) && (telegram || !x.headers.empty() || !secret_parameter(x.url).empty()))
      channels.table(x.id.value)
          .problem(telegram ? "base_url" : "url", "what is secret would go there in clear text", "Write https://.");
  }
}

void check_fetching(config_reader& root, const node_config& config, std::vector<std::string>& checks) {
  auto fetch = root.table("fetch");
  check_identity(fetch, config, checks);
  check_clear_text(root, config);
  auto guard = guard_of(config);
  if (!guard)
    return;
  check_reach(root, config, *guard);
  check_own_endpoints(fetch, *guard);
  checks.push_back("connects to " + describe(*guard));
}

void check_main(config_reader& root, const node_config& config, std::vector<std::string>& checks) {
  if (!config.is_main)
    return;
  if (config.sources.empty())
    root.warning("sources", "there is no source, so no alert can be checked", "Add a [sources.NAME].");
  if (config.channels.empty())
    root.warning("channels", "there is no channel, so matches are stored and nobody is told", "Add a [channels.NAME].");
  if (!config.cycle.enabled)
    checks.push_back("the cycle's timer is off ([cycle] enabled = false); run-once works");
  std::map<host_key, const source_spec*> first;
  for (const auto& x : config.sources) {
    auto host = host_key_of(x.url);
    if (!host)
      continue;
    const auto& other = *first.try_emplace(*host, &x).first->second;
    if (x.gate != other.gate)
      root.table("sources")
          .table(x.id.value)
          .warning("gate", "the source " + other.id.value + " has the same host and another gate",
                   "Write the same gate for both: there is one gate a host.");
  }
}

} // namespace

void check_sections(config_reader& root, const node_config& config, std::vector<std::string>& checks) {
  check_roles(root, config);
  check_links(root, config, checks);
  check_times(root, config, checks);
  check_fetching(root, config, checks);
  check_main(root, config, checks);
}

} // namespace vigie

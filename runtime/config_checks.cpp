// What only several sections together can say.
#include <algorithm>

#include "actors/policy/url_template.hpp"
#include "runtime/config_sections.hpp"
#include "runtime/config_units.hpp"

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
  for (const auto& x : config.workers) {
    if (x.local || x.address.port == 0)
      continue;
    dials = true;
    if (is_loopback_host(x.address.host))
      continue;
    auto index = static_cast<size_t>(&x - config.workers.data());
    auto entry = root.tables("workers")[index];
    entry.problem("address", to_string(x.address) + " is not on loopback, and links have no TLS yet",
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

// Only an address that is written as one can be compared; names are looked up when they are connected to.
bool is_allowed(const fetch_settings& fetch, const parsed_url& url, uint16_t port) {
  auto host = url.host == "localhost" ? std::string{"127.0.0.1"} : url.host;
  return std::any_of(fetch.allow_private.begin(), fetch.allow_private.end(),
                     [&](const auto& range) { return range_contains(range, host, port); });
}

void check_fetching(config_reader& root, const node_config& config, std::vector<std::string>& checks) {
  auto sources = root.table("sources");
  auto fetch = root.table("fetch");
  auto public_hosts = 0;
  for (const auto& x : config.sources) {
    auto url = parse_url(x.url);
    if (!url || !x.enabled)
      continue;
    auto loopback = is_loopback_host(url->host);
    auto port = url->port.value_or(url->scheme == "https" ? 443 : 80);
    public_hosts += loopback ? 0 : 1;
    if (loopback && config.is_worker && !is_allowed(config.fetch, *url, port))
      sources.table(x.id.value)
          .warning("url", "[fetch] allow_private does not list this address, so nothing will be fetched from it",
                   "Add \"127.0.0.1/32:" + std::to_string(port) + "\" to [fetch] allow_private.");
  }
  if (public_hosts == 0)
    return;
  if (fetch.require("contact",
                    "Write where an owner of a site reaches you, as contact = \"https://example.org/bot\"; it "
                    "is required for every host that is not loopback.") &&
      config.fetch.contact.empty())
    fetch.problem("contact", "it is empty", "Write a URL or a mail address; sources outside loopback need one.");
  if (!config.fetch.contact.empty())
    checks.push_back("user agent = " + user_agent(config.fetch));
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
  for (size_t i = 0; i < config.sources.size(); ++i)
    for (size_t j = 0; j < i; ++j) {
      auto a = host_key_of(config.sources[i].url);
      auto b = host_key_of(config.sources[j].url);
      if (a && b && *a == *b && config.sources[i].gate != config.sources[j].gate)
        root.table("sources")
            .table(config.sources[i].id.value)
            .warning("gate", "the source " + config.sources[j].id.value + " has the same host and another gate",
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

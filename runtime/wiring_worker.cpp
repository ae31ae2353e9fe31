#include "runtime/wiring_worker.hpp"

#include <algorithm>
#include <cstdlib>
#include <random>

#include "actors/command_runner.hpp"
#include "actors/fetcher.hpp"
#include "actors/gate_client.hpp"
#include "actors/scraper.hpp"
#include "actors/worker_gateway.hpp"
#include "adapters/extract/extractors.hpp"

namespace vigie {

namespace {

/// x-vigie-region tells our own sites which worker asks; other people's servers are not told.
std::map<std::string, std::string> region_header(const node_config& config) {
  if (!config.fetch.send_region_header)
    return {};
  return {{"x-vigie-region", config.worker.region}};
}

std::map<std::string, custom_command> commands_of(const node_config& config) {
  std::map<std::string, custom_command> out;
  for (const auto& c : config.commands) {
    custom_command x;
    x.argv = c.argv;
    x.time_out = c.time_out;
    x.max_output_bytes = c.max_output_bytes;
    x.env["PATH"] = "/usr/local/bin:/usr/bin:/bin";
    for (const auto& name : c.pass_env)
      if (const char* value = std::getenv(name.c_str()))
        x.env[name] = value;
    out.emplace(c.name, std::move(x));
  }
  return out;
}

child_spec gateway_child(const node_config& config, const node_adapters& adapters, const node_refs& refs,
                         const environment& env, const std::shared_ptr<source_ways>& ways) {
  worker_gateway_config c;
  c.worker = config.worker.id;
  c.region = config.worker.region;
  c.version = VIGIE_VERSION;
  c.sources = config.sources;
  c.has_contact = !config.fetch.contact.empty();
  // A plaintext link cannot say who asks; a local one is this very process.
  c.custom_over_link = config.is_main;
  c.limits.max_plans = config.limits.scrapers;
  c.max_commands = config.limits.worker_commands;
  scraper_config scraping;
  scraping.headers = region_header(config);
  scraping.walk.max_redirects = config.fetch.max_redirects;
  scraping.walk.max_retries = config.fetch.max_retries;
  scraper_parts scraping_parts{env, refs.gate_client, refs.api.gateway, &make_extractor, adapters.pages.get(), {}};
  worker_gateway_parts parts;
  parts.env = env;
  parts.inspector = refs.api.inspector;
  parts.runner = refs.runner;
  parts.new_scraper = [scraping, scraping_parts](caf::actor_system& system, auto reading) {
    auto its = scraping_parts;
    its.reading = std::move(reading);
    return system.spawn(scraper, scraping, std::move(its));
  };
  parts.ways = ways;
  parts.resident_bytes = [] { return read_process().rss_bytes; };
  return child("worker-gateway", refs.api.gateway,
               [c, parts](caf::local_actor* self) { return self->spawn(worker_gateway, c, parts); });
}

child_spec runner_child(const node_config& config, const node_adapters& adapters, const node_refs& refs,
                        const environment& env, const std::shared_ptr<source_ways>& ways) {
  command_runner_config c;
  c.worker = config.worker.id;
  c.custom = commands_of(config);
  c.headers = region_header(config);
  c.max_in_flight = config.limits.worker_commands;
  command_runner_parts parts{env, refs.gate_client, adapters.children.get(), ways};
  return child("command-runner", refs.runner,
               [c, parts](caf::local_actor* self) { return self->spawn(command_runner, c, parts); });
}

child_spec gate_client_child(const node_config& config, const node_refs& refs, const environment& env,
                             const std::shared_ptr<flights>& air) {
  gate_client_config c;
  // Every scraper and every command may wait for a permit.
  c.max_waiting = std::max(c.max_waiting, config.limits.scrapers + config.limits.worker_commands);
  c.headers = region_header(config);
  c.user_agent = user_agent(config.fetch);
  return child("gate-client", refs.gate_client,
               [c, env, air, gateway = refs.api.gateway, web = refs.fetcher](caf::local_actor* self) {
                 return self->spawn(gate_client, c, env, gateway, web, air);
               });
}

} // namespace

std::vector<child_spec> make_worker_children(const node_config& config, const node_adapters& adapters,
                                             const node_refs& refs, const environment& env) {
  std::vector<child_spec> out;
  // Whichever process of this worker comes next, main can tell it from this one.
  auto air = std::make_shared<flights>(std::random_device{}());
  auto ways = std::make_shared<source_ways>();
  fetcher_config fetching{config.fetch.max_in_flight};
  out.push_back(child("fetcher", refs.fetcher, [fetching, env, air, web = adapters.web.get()](caf::local_actor* self) {
    return self->spawn(fetcher, fetching, env, web, air);
  }));
  out.push_back(gate_client_child(config, refs, env, air));
  out.push_back(runner_child(config, adapters, refs, env, ways));
  out.push_back(gateway_child(config, adapters, refs, env, ways));
  return out;
}

} // namespace vigie

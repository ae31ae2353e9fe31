// The concrete adapters of a node.
#include <cstdlib>

#include "adapters/curl/curl_http_client.hpp"
#include "adapters/extract/reading_threads.hpp"
#include "adapters/log/spdlog_event_log.hpp"
#include "adapters/metrics/prometheus_metrics.hpp"
#include "adapters/notify/channels.hpp"
#include "adapters/process/posix_child_process.hpp"
#include "adapters/psl/registrable_domain.hpp"
#include "adapters/sql/sql_database.hpp"
#include "runtime/fetch_guard.hpp"
#include "runtime/wiring.hpp"

namespace vigie {

namespace {

log_format format_of(log_settings::form x) {
  switch (x) {
  case log_settings::form::json:
    return log_format::json;
  case log_settings::form::human:
    return log_format::human;
  default:
    return log_format::automatic;
  }
}

log_config log_of(const node_config& config) {
  log_config out;
  out.format = format_of(config.log.format);
  out.level = config.log.level;
  out.file = config.log.file;
  out.node = config.name;
  for (const auto& x : config.secrets)
    out.secrets.add_secret(x);
  return out;
}

result<std::unique_ptr<http_client>> client_of(const node_config& config, size_t max_in_flight, size_t loops) {
  auto guard = guard_of(config);
  if (!guard)
    return tl::unexpected<error>(guard.error());
  curl_http_config c;
  c.loops = loops;
  c.max_in_flight = max_in_flight;
  c.max_unpacked_bytes = config.fetch.max_unpacked_bytes;
  c.max_unpack_ratio = config.fetch.max_unpack_ratio;
  c.dns_cache = config.fetch.dns_cache;
  c.user_agent = user_agent(config.fetch);
  c.guard = *guard;
  return make_curl_http_client(std::move(c));
}

std::map<std::string, std::string> child_environment(const std::vector<std::string>& names) {
  std::map<std::string, std::string> out{{"PATH", "/usr/local/bin:/usr/bin:/bin"}};
  for (const auto& name : names)
    if (const char* value = std::getenv(name.c_str()))
      out[name] = value;
  return out;
}

std::unique_ptr<notify_channel> channel_of(const channel_settings& c, node_adapters& adapters) {
  switch (c.type) {
  case channel_settings::kind::exec: {
    exec_channel_config x;
    x.argv = c.argv;
    x.env = child_environment(c.pass_env);
    x.time_out = c.time_out;
    x.idempotent = c.idempotent;
    return make_exec_channel(*adapters.children, std::move(x));
  }
  case channel_settings::kind::webhook:
    return make_webhook_channel(*adapters.hooks, {c.url, c.headers, c.time_out});
  case channel_settings::kind::telegram:
    return make_telegram_channel(*adapters.hooks, {c.base_url, c.token, c.chat_id, c.time_out});
  case channel_settings::kind::log:
    break;
  }
  return make_log_channel(*adapters.log);
}

} // namespace

result<node_adapters> make_adapters(const node_config& config) {
  node_adapters out;
  auto log = make_event_log(log_of(config));
  if (!log)
    return tl::unexpected<error>(log.error());
  out.log = std::move(*log);
  out.metrics = make_prometheus_metrics();
  out.children = make_posix_child_process();
  if (config.is_worker) {
    auto web = client_of(config, config.fetch.max_in_flight, config.fetch.loops);
    if (!web)
      return tl::unexpected<error>(web.error());
    out.web = std::move(*web);
    reading_config reading;
    reading.page_time = config.limits.page_time;
    out.pages = make_reading_threads(reading);
  }
  if (config.is_main) {
    auto domains = make_domain_lookup();
    if (!domains)
      return tl::unexpected<error>(domains.error());
    out.domain_of = std::move(*domains);
    sqlite_config sqlite;
    sqlite.path = config.store.path;
    auto db = open_sqlite(std::move(sqlite));
    if (!db)
      return tl::unexpected<error>(db.error());
    out.db = std::move(*db);
    auto hooks = client_of(config, config.limits.notify_in_flight, 1);
    if (!hooks)
      return tl::unexpected<error>(hooks.error());
    out.hooks = std::move(*hooks);
    for (const auto& c : config.channels)
      out.channels.emplace(c.id, channel_of(c, out));
  }
  return out;
}

} // namespace vigie

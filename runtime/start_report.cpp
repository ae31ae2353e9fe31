#include "runtime/start_report.hpp"

#include <algorithm>
#include <filesystem>
#include <map>

#include "runtime/config_units.hpp"

namespace vigie {

namespace {

/// "market (3), shop (1)"
std::string counted(const std::map<std::string, size_t>& all) {
  constexpr size_t most_named = 20;
  std::string out;
  size_t named = 0;
  for (const auto& [name, count] : all) {
    if (named++ == most_named)
      return out + " and more";
    out += (out.empty() ? "" : ", ") + name + " (" + std::to_string(count) + ")";
  }
  return out.empty() ? "none" : out;
}

} // namespace

alert_review alert_review_of(const node_config& config) {
  std::vector<channel_id> channels;
  for (const auto& x : config.channels)
    channels.push_back(x.id);
  return {config.sources, channels};
}

void report_fleet(event_log& log, const node_config& config) {
  log.emit({log_level::info,
            "main_configured",
            {},
            {{"strategy", std::string{to_string(config.balancing.strategy)}},
             {"workers", std::to_string(config.workers.size())},
             {"interval", config.cycle.enabled ? to_text(config.cycle.interval) : std::string{"none"}}}});
  for (const auto& w : config.workers)
    log.emit({log_level::info,
              "worker_configured",
              {},
              {{"worker", w.id.value},
               {"name", w.name},
               {"region", w.region},
               {"address", w.local ? std::string{"local"} : to_string(w.address)}}});
}

void report_unplaced(event_log& log, const alert_review& check, const std::vector<alert>& stored) {
  std::map<std::string, size_t> sources, channels;
  size_t unplaced = 0;
  for (const auto& x : stored) {
    unplaced += check.refusal(x).code != errc::none;
    if (!check.knows(x.source))
      ++sources[x.source.value];
    for (const auto& c : x.channels)
      if (!check.knows(c))
        ++channels[c.value];
  }
  if (unplaced == 0)
    return;
  log.emit({log_level::warn,
            "alerts_unplaced",
            {},
            {{"alerts", std::to_string(unplaced)},
             {"unknown_sources", counted(sources)},
             {"unknown_channels", counted(channels)},
             {"remedy", "write them into the configuration, or change the alerts: vigie alerts list"}}});
}

void describe_store(const node_config& config, bool is_new, const result<std::vector<alert>>& stored,
                    event_fields& fields) {
  std::error_code ignored;
  fields.emplace_back("store", std::filesystem::weakly_canonical(config.store.path, ignored).string());
  fields.emplace_back("store_is", is_new ? "new" : "found");
  if (!stored) {
    fields.emplace_back("alerts", to_string(stored.error()));
    return;
  }
  auto enabled = std::count_if(stored->begin(), stored->end(), [](const alert& x) { return x.enabled; });
  fields.emplace_back("alerts", std::to_string(stored->size()));
  fields.emplace_back("alerts_enabled", std::to_string(enabled));
}

std::string first_cycle(const cycle_settings& x) {
  if (!x.enabled)
    return "none: [cycle] enabled = false";
  return x.initial_delay == duration{0} ? "at once" : "in " + to_text(x.initial_delay);
}

} // namespace vigie

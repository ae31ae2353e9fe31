#include "runtime/config_env.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>

#include <sys/stat.h>

#include "actors/policy/secret_forms.hpp"
#include "runtime/config_units.hpp"

namespace vigie {

namespace {

using form = variable_form;

/// Of a system that vigie replaces, and not used: `instead` says what there is.
constexpr known_variable unused(std::string_view name, std::string_view instead) {
  return {name, "", form::noted, instead};
}

constexpr std::string_view no_gateway = "there is no metadata gateway yet, so its providers are not asked";

constexpr std::array all_variables{
    known_variable{"LB_STRATEGY", "balancing.strategy", form::as_is, "how a worker is chosen"},
    known_variable{"WORKER_BAN_DURATION_MS", "bans.duration", form::milliseconds, "first ban after a refusal"},
    known_variable{"HEALTH_CHECK_INTERVAL_MS", "health.interval", form::milliseconds, "time between health probes"},
    known_variable{"ALERT_CHECK_INTERVAL_MS", "cycle.interval", form::milliseconds, "time between alert cycles"},
    known_variable{"WORKER_REQUEST_TIMEOUT_MS", "cycle.silence", form::milliseconds,
                   "silence after which work is lost"},
    known_variable{"MAX_RETRIES", "cycle.max_retries", form::as_is, "attempts of one alert in a run"},
    known_variable{"AUTO_RUN_CYCLE", "", form::switch_only,
                   "a cycle timer of a worker's own; refused under a main node"},
    known_variable{"VIGIE_LOG_LEVEL", "log.level", form::as_is, "debug, info, warn, error or off"},
    known_variable{"VIGIE_LOG_FORMAT", "log.format", form::as_is, "automatic, json or human"},
    known_variable{"VIGIE_DATA_DIR", "node.data_dir", form::as_is, "folder of the store and the keys"},
    known_variable{"VIGIE_API_LISTEN", "api.listen", form::as_is, "address of the HTTP API"},
    known_variable{"VIGIE_LINK_LISTEN", "link.listen", form::as_is, "worker: address that main dials"},
    known_variable{"VIGIE_FETCH_CONTACT", "fetch.contact", form::as_is, "URL or mail in the User-Agent"},
    // S0 and S1: what a main node and its workers were given besides.
    unused("ENABLE_FAILOVER", "there is no failover to switch on; a banned worker's work goes to the others by itself"),
    unused("FAILOVER_REGIONS", "there is no failover; regions are those of [[workers]]"),
    unused("FAILOVER_APPS", "there is no failover; workers are listed in [[workers]]"),
    unused("FAILOVER_COOLDOWN_MS", "there is no failover; how long a site is left alone says [bans] duration"),
    unused("MAX_403_BEFORE_FAILOVER", "there is no failover; what a 403 means says [bans] on_refusal"),
    unused("VINTED_FULL_COOKIES", "cookies of the environment are never used"),
    unused("SUPABASE_URL", "the store is [store]"),
    unused("SUPABASE_SERVICE_ROLE_KEY", "the store is [store]"),
    unused("API_SECRET", "the API's keys are made at the first start, and by `vigie keys add`"),
    unused("NODE_ENV", "there is one mode; what is logged says [log] level"),
    unused("PORT", "the API listens where [api] listen or VIGIE_API_LISTEN says"),
    // S2: the metadata API, its store and its solver.
    unused("DB_ENABLED", "the store is [store], and is always there"),
    unused("DB_HOST", "the store is a file: [store] path"),
    unused("DB_PORT", "the store is a file: [store] path"),
    unused("DB_NAME", "the store is a file: [store] path"),
    unused("DB_USER", "the store is a file: [store] path"),
    unused("DB_PASSWORD", "the store is a file that only its owner reads: [store] path"),
    unused("FSR_URL", "there is no solver; a challenge page is a refusal"),
    unused("MAX_SESSIONS", "there is no solver, so it has no sessions"),
    unused("SESSION_TTL", "there is no solver, so it has no sessions"),
    unused("AUTO_TRAD_ENABLED", "there is no metadata gateway yet, so nothing is translated"),
    unused("REBRICKABLE_API_KEY", no_gateway),
    unused("TMDB_API_KEY", no_gateway),
    unused("IGDB_CLIENT_ID", no_gateway),
    unused("IGDB_CLIENT_SECRET", no_gateway),
    unused("COMICVINE_API_KEY", no_gateway),
    unused("DISCOGS_TOKEN", no_gateway),
    // S3 and S4: the job worker.
    unused("CONVEX_URL", "there is no job worker yet; the store is [store]"),
    unused("CLI_PATH", "there is no job worker yet; programs that a worker may start are [commands.NAME] argv"),
    unused("TEMP_DIR", "there is no job worker yet; what a node writes is in [node] data_dir"),
    unused("POLL_INTERVAL", "there is no job worker yet; the time between alert cycles is [cycle] interval"),
    unused("MAX_CONCURRENT_JOBS", "there is no job worker yet; a worker's fetch plans are [limits] scrapers"),
    unused("JOB_TIMEOUT", "there is no job worker yet; a run's end is [cycle] run_deadline"),
    unused("ANTHROPIC_API_KEY", "there is no job worker yet; a program gets what its pass_env names"),
    unused("GITHUB_TOKEN", "there is no job worker yet; a program gets what its pass_env names"),
    unused("MAX_CONSECUTIVE_ERRORS", "there is no job worker yet; a page is asked again [fetch] max_retries times"),
    unused("ERROR_BACKOFF_MS",
           "there is no job worker yet; a link is dialled again as [link] redial_min and redial_max say"),
    unused("DATABASE_URL", "the store is a file: [store] path"),
    unused("REDIS_URL", "there is no cache beside the store: [store] path"),
    unused("NEXTAUTH_SECRET", "there are no sessions; the API's keys are made at the first start"),
    unused("NEXT_PUBLIC_STRIPE_PUBLISHABLE_KEY", "nothing is paid for here"),
};

// Node's timers fire at once above this; people wrote such values to switch the cycle off (T22).
constexpr int64_t longest_timer_ms = 2147483647;

std::string_view trimmed(std::string_view x) {
  while (!x.empty() && (x.front() == ' ' || x.front() == '\t'))
    x.remove_prefix(1);
  while (!x.empty() && (x.back() == ' ' || x.back() == '\t' || x.back() == '\r'))
    x.remove_suffix(1);
  return x;
}

// Takes the quotes off; false for a quote that is not closed.
bool unquote(std::string_view& x) {
  if (x.empty() || (x.front() != '"' && x.front() != '\''))
    return true;
  if (x.size() < 2 || x.back() != x.front())
    return false;
  x = x.substr(1, x.size() - 2);
  return true;
}

bool is_name(std::string_view x) {
  return !x.empty() && !(x[0] >= '0' && x[0] <= '9') &&
         x.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") == x.npos;
}

// The override's text for a variable in milliseconds; false = reported.
bool from_milliseconds(config_context& context, const known_variable& variable, std::string& text) {
  auto place = context.place_of_variable(std::string{variable.name});
  std::string key{variable.key};
  int64_t ms = 0;
  auto [ptr, ec] = std::from_chars(text.data(), text.data() + text.size(), ms);
  if (text.empty() || ec != std::errc{} || ptr != text.data() + text.size() || ms <= 0) {
    auto too_large = ec == std::errc::result_out_of_range;
    context.error({}, {place, key,
                       "\"" + text + (too_large ? "\" is too large" : "\" is no number of milliseconds above 0"),
                       "Set it to a whole number of milliseconds without a unit, as 300000, or leave it away."});
    return false;
  }
  if (variable.name == "ALERT_CHECK_INTERVAL_MS" && ms > longest_timer_ms) {
    context.error({}, {place, key, text + " is above 2147483647, which old timers took for 1 ms",
                       "To switch the timer off, unset the variable and write [cycle] enabled = false."});
    return false;
  }
  if (ms > longest_duration.count()) {
    context.error({}, {place, key, text + " ms is longer than 365 days", "Set it to at most 31536000000."});
    return false;
  }
  text += "ms";
  return true;
}

} // namespace

std::span<const known_variable> known_variables() {
  return all_variables;
}

bool is_unused_variable(std::string_view name) {
  return std::any_of(all_variables.begin(), all_variables.end(),
                     [&](const auto& x) { return x.name == name && x.form == form::noted; });
}

void read_env_file(const std::string& path, config_context& context) {
  struct stat info = {};
  auto found = ::stat(path.c_str(), &info) == 0;
  std::ifstream in{path, std::ios::binary};
  if (!found || !S_ISREG(info.st_mode) || static_cast<uint64_t>(info.st_size) > max_file_bytes || !in) {
    context.error({}, {path, "--env-file", "the env file cannot be read, is none, or is larger than 4 MiB",
                       "Correct its path, or write one with `vigie check FILE --print-env`."});
    return;
  }
  auto exposed = (info.st_mode & S_IROTH) != 0;
  std::string line;
  for (uint32_t number = 1; std::getline(in, line); ++number) {
    auto rest = trimmed(line);
    if (rest.empty() || rest.front() == '#')
      continue;
    if (rest.starts_with("export "))
      rest = trimmed(rest.substr(7));
    auto equals = rest.find('=');
    auto name = trimmed(rest.substr(0, equals));
    auto value = equals == rest.npos ? std::string_view{} : trimmed(rest.substr(equals + 1));
    if (equals == rest.npos || !is_name(name) || !unquote(value)) {
      context.error({}, {path + ":" + std::to_string(number) + ":1", "--env-file", "this line is no NAME=value",
                         "Write NAME=value, with the value bare or in quotes that are closed; # begins a comment."});
      continue;
    }
    if (value.empty() || !context.variables.emplace(name, value).second)
      continue;
    context.places.emplace(name, path + ":" + std::to_string(number));
    if (exposed)
      context.exposed.emplace(name);
  }
}

void apply_environment(config_context& context, environment_keys keys) {
  for (const auto& variable : all_variables) {
    if (keys == environment_keys::of_address && !variable.key.starts_with("node.") && !variable.key.starts_with("api."))
      continue;
    std::string name{variable.name};
    auto hidden = is_secret_name(name) || variable.form == form::noted;
    auto i = context.variables.find(name);
    auto set = i != context.variables.end();
    if (!set && variable.form == form::noted)
      continue; // nobody who never had it has to hear of it
    auto shown = !set ? std::string{} : hidden ? std::string{secret_mask} : mask_secret_forms(i->second);
    auto purpose = (variable.form == form::noted ? "not used: " : "") + std::string{variable.purpose};
    context.note({name, false, set, false, shown, std::move(purpose)});
    if (!set || variable.key.empty())
      continue;
    auto text = i->second;
    if (variable.form == form::milliseconds && !from_milliseconds(context, variable, text))
      continue;
    context.overrides.emplace(variable.key, config_override{text, context.place_of_variable(name)});
  }
}

void check_auto_run_cycle(config_context& context, const node_config& config) {
  auto i = context.variables.find("AUTO_RUN_CYCLE");
  if (i == context.variables.end() || i->second == "false" || i->second == "0" || i->second.empty())
    return;
  auto place = context.place_of_variable("AUTO_RUN_CYCLE");
  if (i->second != "true" && i->second != "1")
    context.error({}, {place, "cycle.enabled", "\"" + i->second + "\" is neither true nor false",
                       "Set it to false, or unset it; the timer is main's [cycle]."});
  else if (config.is_worker && !config.is_main)
    context.error({},
                  {place, "cycle.enabled",
                   "this worker belongs to a main node, whose timer already triggers the cycles; a second one would "
                   "check every alert twice",
                   "Unset AUTO_RUN_CYCLE here; main's [cycle] decides when cycles run."});
}

} // namespace vigie

// Every environment variable that the systems had which vigie replaces: honoured, or answered with what there is
// instead.
#include <algorithm>
#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>
#include <unistd.h>

#include "runtime/config.hpp"
#include "runtime/config_env.hpp"

using namespace vigie;

namespace {

const std::string both = "[node]\nname = \"one\"\nroles = [\"main\", \"worker\"]\n";

loaded_config load(const std::map<std::string, std::string>& environment, const std::string& text = both) {
  config_request what;
  what.path = "one.toml";
  what.text = text;
  what.environment = environment;
  return load_config(what);
}

const checked_variable* listed(const loaded_config& x, const std::string& name) {
  auto i = std::find_if(x.variables.begin(), x.variables.end(), [&](const auto& v) { return v.name == name; });
  return i == x.variables.end() ? nullptr : &*i;
}

const setting* of_key(const loaded_config& x, std::string_view key) {
  auto i = std::find_if(x.settings.begin(), x.settings.end(), [&](const auto& s) { return s.key == key; });
  return i == x.settings.end() ? nullptr : &*i;
}

struct honoured {
  const char* name;
  const char* text; ///< that the old system's example had
  const char* key;
  const char* value;
};

// Rows S0-10, S0-15, S0-31, S0-33, S0-34, S0-36 with their defaults, and our own.
const honoured with_a_key[] = {
    {"HEALTH_CHECK_INTERVAL_MS", "60000", "health.interval", "\"1m\""},
    {"ALERT_CHECK_INTERVAL_MS", "300000", "cycle.interval", "\"5m\""},
    {"LB_STRATEGY", "round-robin", "balancing.strategy", "\"round-robin\""},
    {"WORKER_REQUEST_TIMEOUT_MS", "30000", "cycle.silence", "\"30s\""},
    {"MAX_RETRIES", "3", "cycle.max_retries", "3"},
    {"WORKER_BAN_DURATION_MS", "1800000", "bans.duration", "\"30m\""},
    {"VIGIE_LOG_LEVEL", "warn", "log.level", "\"warn\""},
    {"VIGIE_LOG_FORMAT", "json", "log.format", "\"json\""},
    {"VIGIE_DATA_DIR", "/srv/vigie", "node.data_dir", "\"/srv/vigie\""},
    {"VIGIE_API_LISTEN", "127.0.0.1:3001", "api.listen", "\"127.0.0.1:3001\""},
    {"VIGIE_LINK_LISTEN", "127.0.0.1:7701", "link.listen", "\"127.0.0.1:7701\""},
    {"VIGIE_FETCH_CONTACT", "bot@shop.example", "fetch.contact", "\"bot@shop.example\""},
};

// S0-53, 59, 68, 69; S1-01 to 05; S2-06, 07, 35, 37, 57 to 59; S3-25 to 32; S4-03 to 07, 13, 14.
const char* const with_a_note[] = {
    "ENABLE_FAILOVER",
    "FAILOVER_REGIONS",
    "MAX_403_BEFORE_FAILOVER",
    "FAILOVER_COOLDOWN_MS",
    "FAILOVER_APPS",
    "SUPABASE_URL",
    "SUPABASE_SERVICE_ROLE_KEY",
    "API_SECRET",
    "VINTED_FULL_COOKIES",
    "MAX_SESSIONS",
    "SESSION_TTL",
    "FSR_URL",
    "DB_ENABLED",
    "DB_HOST",
    "DB_PORT",
    "DB_NAME",
    "DB_USER",
    "DB_PASSWORD",
    "PORT",
    "NODE_ENV",
    "AUTO_TRAD_ENABLED",
    "REBRICKABLE_API_KEY",
    "TMDB_API_KEY",
    "IGDB_CLIENT_ID",
    "IGDB_CLIENT_SECRET",
    "COMICVINE_API_KEY",
    "DISCOGS_TOKEN",
    "CONVEX_URL",
    "CLI_PATH",
    "TEMP_DIR",
    "POLL_INTERVAL",
    "MAX_CONCURRENT_JOBS",
    "JOB_TIMEOUT",
    "ANTHROPIC_API_KEY",
    "GITHUB_TOKEN",
    "NEXTAUTH_SECRET",
    "DATABASE_URL",
    "REDIS_URL",
    "MAX_CONSECUTIVE_ERRORS",
    "ERROR_BACKOFF_MS",
    "NEXT_PUBLIC_STRIPE_PUBLISHABLE_KEY",
};

} // namespace

TEST_CASE("a variable that stands for a key sets it, and is named as where the value comes from") {
  for (const auto& x : with_a_key) {
    INFO(x.name);
    auto loaded = load({{x.name, x.text}});
    REQUIRE(loaded.ok());
    const auto* set = of_key(loaded, x.key);
    REQUIRE(set);
    CHECK(set->value == x.value);
    CHECK(set->from == "environment " + std::string{x.name});
    REQUIRE(listed(loaded, x.name));
    CHECK(listed(loaded, x.name)->configured);
  }
}

TEST_CASE("one that is not used is answered with what there is instead, and its value is not shown") {
  auto plain = load({});
  for (const auto* name : with_a_note) {
    INFO(name);
    auto loaded = load({{name, "a-value-of-theirs"}});
    REQUIRE(loaded.ok());
    const auto* row = listed(loaded, name);
    REQUIRE(row);
    CHECK(row->configured);
    CHECK(row->value == "***");
    CHECK(row->note.starts_with("not used: "));
    CHECK(row->note.size() > 25);
    CHECK_FALSE(listed(plain, name)); // who never had it does not hear of it
    CHECK(is_unused_variable(name));
  }
}

TEST_CASE("these lists are all there are, AUTO_RUN_CYCLE besides") {
  for (const auto& x : known_variables()) {
    INFO(x.name);
    auto honoured_one =
        std::any_of(std::begin(with_a_key), std::end(with_a_key), [&](const auto& h) { return h.name == x.name; });
    auto noted_one =
        std::any_of(std::begin(with_a_note), std::end(with_a_note), [&](const auto* n) { return n == x.name; });
    CHECK(honoured_one + noted_one + (x.name == "AUTO_RUN_CYCLE") == 1);
  }
}

TEST_CASE("an empty variable is not set, whichever it is") {
  auto plain = load({});
  for (const auto& x : known_variables()) {
    INFO(x.name);
    auto loaded = load({{std::string{x.name}, ""}});
    REQUIRE(loaded.ok());
    CHECK(loaded.settings.size() == plain.settings.size());
    if (const auto* row = listed(loaded, std::string{x.name}))
      CHECK_FALSE(row->configured);
    if (!x.key.empty())
      CHECK(of_key(loaded, x.key)->from == of_key(plain, x.key)->from);
  }
  const auto store = both + "[store]\npath = \"${ROOM:-here}/a.db\"\n";
  CHECK(load({{"ROOM", ""}}, store).config.store.path == "here/a.db");
  auto missing = load({{"ROOM", ""}}, both + "[store]\npath = \"${ROOM}/a.db\"\n");
  REQUIRE(missing.errors.size() == 1);
  CHECK(missing.errors[0].what == "the environment variable ROOM is not set, or empty");
}

TEST_CASE("an env file's variable wins over an empty one of the environment, and its line is named") {
  auto path = std::filesystem::temp_directory_path() / ("vigie-environment-" + std::to_string(getpid()));
  std::ofstream{path} << "# ours\nMAX_RETRIES=7\nLB_STRATEGY=\n";
  config_request what;
  what.path = "one.toml";
  what.text = both;
  what.env_file = path.string();
  what.environment = {{"MAX_RETRIES", ""}};
  auto loaded = load_config(what);
  std::filesystem::remove(path);
  REQUIRE(loaded.ok());
  CHECK(loaded.config.cycle.max_retries == 7);
  CHECK(of_key(loaded, "cycle.max_retries")->from == "environment MAX_RETRIES (" + path.string() + ":2)");
  CHECK(of_key(loaded, "balancing.strategy")->from == "default");
}

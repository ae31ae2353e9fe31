// `vigie check --all`: every value that holds, and where it comes from; a secret nowhere.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>

#include "adapters/json/json_reader.hpp"
#include "runtime/commands/commands.hpp"

using namespace vigie;

namespace {

const std::string whole = "[node]\nname = \"one\"\nroles = [\"main\", \"worker\"]\n"
                          "[api]\nhosts = [\"${NAME:-vigie.example}\", \"b.example\"]\n"
                          "[cycle]\ninterval = \"7m\"\n"
                          "[health]\ninterval = \"10s\"\n"
                          "[fetch]\nallow_ports = [8443]\nallow_private = [\"127.0.0.1/32:9\"]\n"
                          "[sources.shop]\nurl = \"http://127.0.0.1:9/x\"\nheaders = { x-api-key = \"${SHOP_KEY}\" }\n"
                          "[sources.shop.extract]\nformat = \"html\"\nitems = \"li\"\n"
                          "[sources.shop.extract.fields]\nid = \"a::attr(href)\"\ntitle = \"a\"\n"
                          "[channels.hook]\ntype = \"webhook\"\nurl = \"http://127.0.0.1:9/${SHOP_KEY}\"\n";

config_request request() {
  config_request out;
  out.path = "one.toml";
  out.text = whole;
  out.environment = {{"SHOP_KEY", "sesame-open-now"}, {"MAX_RETRIES", "5"}};
  out.overrides = {{"log.level", "debug"}};
  return out;
}

setting of(const loaded_config& x, std::string_view key) {
  auto i = std::find_if(x.settings.begin(), x.settings.end(), [&](const auto& s) { return s.key == key; });
  return i == x.settings.end() ? setting{} : *i;
}

} // namespace

TEST_CASE("each value with where it comes from: the file's place, a variable, the command line, the default") {
  auto loaded = load_config(request());
  REQUIRE(loaded.errors.empty());
  auto is = [&](std::string_view key, std::string_view value, std::string_view from) {
    INFO(key);
    auto x = of(loaded, key);
    CHECK(x.value == value);
    CHECK(x.from == from);
  };
  is("cycle.interval", "\"7m\"", "one.toml:7:12");
  is("cycle.max_retries", "5", "environment MAX_RETRIES");
  is("cycle.enabled", "true", "default");
  is("log.level", "\"debug\"", "command line");
  is("log.format", "\"automatic\"", "default");
  is("api.hosts", "[\"vigie.example\", \"b.example\"]", "one.toml:5:9");
  is("api.listen", "\"127.0.0.1:3000\"", "default");
  is("fetch.allow_ports", "[8443]", "one.toml:11:15");
  is("sources.shop.extract.format", "\"html\"", "one.toml:17:10");
  is("sources.shop.extract.selectors", "\"css\"", "default");
  is("sources.shop.extract.unit", "\"major\"", "default");
  is("sources.shop.gate.max_interval", "\"5s\"", "default");
  // Defaults that follow from others.
  is("health.timeout", "\"10s\"", "default");
  is("worker.name", "\"one\"", "default");
  is("balancing.seed", "a random one", "default");
  is("store.path", "\"var/one/vigie.db\"", "default");
  // What nobody looks for is no value.
  CHECK(of(loaded, "sources.shop.extract.fields.title").value == "\"a\"");
  CHECK(of(loaded, "sources.shop.extract.fields.brand").key.empty());
}

TEST_CASE("a secret is shown nowhere, wherever it came to stand") {
  auto loaded = load_config(request());
  CHECK(of(loaded, "sources.shop.headers").value == "{ x-api-key = \"***\" }");
  CHECK(of(loaded, "sources.shop.headers").from.starts_with("one.toml:15:"));
  CHECK(of(loaded, "channels.hook.url").value == "\"***\"");
  check_options options;
  options.config = request();
  options.all = true;
  for (bool json : {false, true}) {
    options.style.json = json;
    std::ostringstream out, err;
    CHECK(run_check(options, out, err) == exit_done);
    CHECK((out.str() + err.str()).find("sesame") == std::string::npos);
  }
}

TEST_CASE("as lines under their sections, and as JSON") {
  check_options options;
  options.config = request();
  options.all = true;
  std::ostringstream out, err;
  CHECK(run_check(options, out, err) == exit_done);
  auto text = out.str();
  auto line = text.find("\n[cycle]\n  enabled = true");
  REQUIRE(line != text.npos);
  auto interval = text.find("  interval = \"7m\"", line);
  REQUIRE(interval != text.npos);
  auto rest = text.substr(interval, text.find('\n', interval) - interval);
  CHECK(rest.ends_with(" one.toml:7:12"));
  options.style.json = true;
  std::ostringstream as_json;
  CHECK(run_check(options, as_json, err) == exit_done);
  auto read = parse_json(as_json.str());
  REQUIRE(read);
  auto settings = read->root().find("settings");
  REQUIRE(settings);
  CHECK(settings->size() == load_config(request()).settings.size());
  options.all = false;
  std::ostringstream without;
  CHECK(run_check(options, without, err) == exit_done);
  CHECK_FALSE(parse_json(without.str())->root().find("settings"));
}

TEST_CASE("no key comes twice") {
  auto loaded = load_config(request());
  std::vector<std::string> keys;
  for (const auto& x : loaded.settings)
    keys.push_back(x.key);
  std::sort(keys.begin(), keys.end());
  CHECK(std::adjacent_find(keys.begin(), keys.end()) == keys.end());
  CHECK(keys.size() > 100);
}

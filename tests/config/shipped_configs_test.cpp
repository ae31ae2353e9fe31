// The files under configs/ are promises: they pass `vigie check`, and they fit together.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include <catch2/catch.hpp>

#include "adapters/http_api/alert_json.hpp"
#include "runtime/commands/commands.hpp"

using namespace vigie;

namespace {

namespace fs = std::filesystem;

fs::path configs() {
  return fs::path{VIGIE_SOURCE_DIR} / "configs";
}

node_config load(const fs::path& path) {
  auto loaded = load_config({path.string(), "", {}, {}});
  for (const auto& x : loaded.errors)
    UNSCOPED_INFO(describe(x, "error"));
  for (const auto& x : loaded.warnings)
    UNSCOPED_INFO(describe(x, "warning"));
  CHECK(loaded.errors.empty());
  CHECK(loaded.warnings.empty());
  return loaded.config;
}

void check_fleet(const fs::path& folder) {
  auto main = load(folder / "main.toml");
  CHECK(main.is_main);
  REQUIRE(main.workers.size() == 4);
  std::set<uint16_t> ports{main.api.listen.port};
  for (const auto& entry : main.workers) {
    auto worker = load(folder / (entry.id.value + ".toml"));
    CHECK(worker.is_worker);
    CHECK(!worker.is_main);
    CHECK(worker.worker.id == entry.id);
    CHECK(worker.worker.name == entry.name);
    CHECK(worker.worker.region == entry.region);
    CHECK(worker.link.listen == entry.address);
    CHECK(ports.insert(worker.link.listen.port).second);
    CHECK(ports.insert(worker.api.listen.port).second);
  }
}

} // namespace

TEST_CASE("every shipped configuration passes vigie check without a warning") {
  size_t files = 0;
  for (const auto& x : fs::recursive_directory_iterator{configs()}) {
    if (x.path().extension() != ".toml")
      continue;
    ++files;
    INFO(x.path().string());
    std::ostringstream out;
    std::ostringstream err;
    check_options options;
    options.config.path = x.path().string();
    CHECK(run_check(options, out, err) == exit_done);
    CHECK(err.str().empty());
    CHECK(out.str().find("All checks passed!") != std::string::npos);
  }
  CHECK(files >= 11);
}

TEST_CASE("main and workers of a folder name each other") {
  check_fleet(configs());
  check_fleet(configs() / "quickstart");
}

TEST_CASE("the quickstart starts at once and is allowed to ask the sample site") {
  auto main = load(configs() / "quickstart" / "main.toml");
  CHECK(main.cycle.initial_delay == duration{0});
  CHECK(!main.cycle.baseline);
  REQUIRE(main.sources.size() == 1);
  CHECK(main.sources[0].gate.min_interval == duration{50});
  CHECK(main.sources[0].extract.fields.size() == 9);
  for (const auto& entry : main.workers)
    CHECK(load(configs() / "quickstart" / (entry.id.value + ".toml")).fetch.allow_private ==
          std::vector<std::string>{"127.0.0.1/32:18080"});
}

TEST_CASE("the quickstart's alerts are 41, with queries of their own, for sources and channels that exist") {
  auto main = load(configs() / "quickstart" / "main.toml");
  std::ifstream in{configs() / "quickstart" / "alerts.json"};
  std::string text{std::istreambuf_iterator<char>{in}, {}};
  auto alerts = alerts_from_json(text);
  REQUIRE(alerts.has_value());
  CHECK(alerts->size() == 41);
  std::set<std::string> queries;
  std::set<std::string> names;
  for (const auto& x : *alerts) {
    INFO(x.name);
    CHECK(queries.insert(x.query).second);
    CHECK(names.insert(x.name).second);
    CHECK(x.source == main.sources.at(0).id);
    for (const auto& channel : x.channels)
      CHECK(std::any_of(main.channels.begin(), main.channels.end(), [&](const auto& c) { return c.id == channel; }));
  }
}

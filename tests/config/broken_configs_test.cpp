// Every file of tests/config/broken has one fault. Its first line says where that has to be reported:
//   # expect: LINE:COLUMN | KEY        or        # expect: environment NAME | KEY
// and a second line may set a variable: # env: NAME=VALUE
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>

#include "runtime/commands/commands.hpp"

using namespace vigie;

namespace {

namespace fs = std::filesystem;

struct broken_config {
  std::string path;
  std::string place;
  std::string key;
  std::map<std::string, std::string> environment;
};

std::string after(const std::string& line, const std::string& mark) {
  REQUIRE(line.rfind(mark, 0) == 0);
  return line.substr(mark.size());
}

broken_config read_case(const fs::path& path) {
  broken_config out;
  out.path = path.string();
  std::ifstream in{path};
  std::string line;
  REQUIRE(std::getline(in, line));
  auto expect = after(line, "# expect: ");
  auto bar = expect.find(" | ");
  REQUIRE(bar != std::string::npos);
  out.key = expect.substr(bar + 3);
  auto place = expect.substr(0, bar);
  out.place = place.rfind("environment ", 0) == 0 ? place : out.path + ":" + place;
  REQUIRE(std::getline(in, line));
  if (line.rfind("# env: ", 0) == 0) {
    auto equals = line.find('=');
    REQUIRE(equals != std::string::npos);
    out.environment[line.substr(7, equals - 7)] = line.substr(equals + 1);
  }
  return out;
}

std::vector<fs::path> all_cases() {
  std::vector<fs::path> out;
  for (const auto& x : fs::directory_iterator{fs::path{VIGIE_SOURCE_DIR} / "tests" / "config" / "broken"})
    out.push_back(x.path());
  std::sort(out.begin(), out.end());
  return out;
}

} // namespace

TEST_CASE("there are at least 60 broken configurations") {
  CHECK(all_cases().size() >= 60);
}

TEST_CASE("each broken configuration is reported once, at its place, under its key, with a remedy") {
  for (const auto& path : all_cases()) {
    auto x = read_case(path);
    auto loaded = load_config({x.path, "", x.environment, {}});
    INFO(x.path);
    for (const auto& problem : loaded.errors)
      UNSCOPED_INFO(describe(problem, "error"));
    REQUIRE(loaded.errors.size() == 1);
    const auto& problem = loaded.errors.front();
    CHECK(problem.place == x.place);
    CHECK(problem.key == x.key);
    CHECK(!problem.what.empty());
    CHECK(!problem.remedy.empty());
    CHECK(describe(problem, "error").rfind(x.place + ": error: ", 0) == 0);
  }
}

TEST_CASE("run refuses what check refuses, in the same words") {
  for (const auto& path : all_cases()) {
    auto x = read_case(path);
    INFO(x.path);
    std::ostringstream check_out;
    std::ostringstream check_err;
    check_options check;
    check.config = {x.path, "", x.environment, {}};
    CHECK(run_check(check, check_out, check_err) == exit_usage);
    std::ostringstream run_out;
    std::ostringstream run_err;
    run_command_options run;
    run.config = check.config;
    CHECK(run_run(run, run_out, run_err) == exit_usage);
    CHECK(run_err.str() == check_err.str());
    CHECK(run_out.str().empty());
    CHECK(check_err.str().find(x.place + ": error: ") != std::string::npos);
  }
}

// The matcher against tests/acceptance/brute_force.py, which knows the same rules and none of the code.
#include "actors/policy/alert_match.hpp"

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "tests/support/random_market.hpp"

using namespace vigie;

namespace {

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\')
      out += '\\';
    out += c == '\t' ? std::string{"\\t"} : std::string(1, c);
  }
  return out + '"';
}

std::string decimal(const optional<cents>& x) {
  if (!x)
    return "null";
  auto rest = std::to_string(*x % 100);
  return std::to_string(*x / 100) + "." + (rest.size() < 2 ? "0" : "") + rest;
}

std::string list(const std::vector<std::string>& all) {
  std::string out = "[";
  for (const auto& x : all)
    out += (out.size() > 1 ? "," : "") + quoted(x);
  return out + "]";
}

std::string to_json(const alert& x) {
  std::ostringstream out;
  out << "{\"name\":" << quoted(x.name) << ",\"keywords\":{\"all\":" << list(x.when.all)
      << ",\"any\":" << list(x.when.any) << ",\"none\":" << list(x.when.none)
      << "},\"price\":{\"min\":" << decimal(x.when.price_min) << ",\"max\":" << decimal(x.when.price_max)
      << ",\"currency\":" << quoted(x.when.currency) << "},\"conditions\":" << list(x.when.conditions)
      << ",\"brands\":" << list(x.when.brands) << ",\"sizes\":" << list(x.when.sizes)
      << ",\"foldAccents\":" << (x.when.fold_accents ? "true" : "false") << "}";
  return out.str();
}

std::string to_json(const item& x) {
  std::ostringstream out;
  out << "{\"id\":" << quoted(x.id.value) << ",\"title\":" << quoted(x.title) << ",\"price\":" << decimal(x.price);
  auto field = [&](const char* name, const optional<std::string>& value) {
    if (value)
      out << ",\"" << name << "\":" << quoted(*value);
  };
  field("currency", x.currency);
  field("brand", x.brand);
  field("size", x.size);
  field("condition", x.condition);
  out << "}\n";
  return out.str();
}

/// A folder of its own under the system's one for temporary files, gone with this.
struct scratch {
  scratch() {
    auto pattern = (std::filesystem::temp_directory_path() / "vigie-brute-force-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    path = pattern;
  }
  ~scratch() { std::filesystem::remove_all(path); }

  std::filesystem::path path;
};

/// What the script says of the two files in `folder`.
std::set<std::string> brute_force(const std::filesystem::path& folder) {
  auto script = std::filesystem::path{VIGIE_SOURCE_DIR} / "tests" / "acceptance" / "brute_force.py";
  std::vector<std::string> words{"python3", script.string(), (folder / "alerts.json").string(),
                                 (folder / "items.ndjson").string()};
  std::vector<char*> argv;
  for (auto& x : words)
    argv.push_back(x.data());
  argv.push_back(nullptr);
  auto output = (folder / "pairs").string();
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output.c_str(), O_WRONLY | O_CREAT | O_EXCL, 0600);
  pid_t child = 0;
  REQUIRE(posix_spawnp(&child, argv[0], &actions, nullptr, argv.data(), environ) == 0);
  posix_spawn_file_actions_destroy(&actions);
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(status == 0);
  std::set<std::string> out;
  std::ifstream in{output};
  for (std::string line; std::getline(in, line);)
    out.insert(line);
  return out;
}

} // namespace

TEST_CASE("the matcher and the brute force find the same pairs") {
  for (uint64_t seed = 1; seed <= 3; ++seed) {
    test::random_market market{seed};
    std::vector<alert> alerts;
    std::vector<item> items;
    for (int64_t i = 0; i < 300; ++i)
      alerts.push_back(market.any_alert(i));
    for (int64_t i = 0; i < 300; ++i)
      items.push_back(market.any_item(i));

    scratch folder;
    std::string all_alerts, all_items;
    for (const auto& x : alerts)
      all_alerts += (all_alerts.empty() ? "[" : ",") + to_json(x);
    for (const auto& x : items)
      all_items += to_json(x);
    std::ofstream{folder.path / "alerts.json"} << all_alerts << "]";
    std::ofstream{folder.path / "items.ndjson"} << all_items;

    std::set<std::string> ours;
    alert_matcher matcher{alerts};
    for (const auto& x : items)
      for (auto i : matcher.match(x))
        ours.insert(alerts[i].name + "\t" + x.id.value);

    auto theirs = brute_force(folder.path);
    INFO("seed " << seed);
    REQUIRE(ours.size() > 1000);
    REQUIRE(ours.size() < 300 * 300 / 2);
    REQUIRE(ours == theirs);
  }
}

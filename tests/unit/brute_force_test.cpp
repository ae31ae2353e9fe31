// The matcher against tests/acceptance/brute_force.py, which knows the same rules and none of the code.
#include "actors/policy/alert_match.hpp"

#include <catch2/catch.hpp>

#include <cstdio>
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

std::set<std::string> lines_of(const std::string& command) {
  auto* pipe = popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string text;
  char buffer[4096];
  while (auto n = fread(buffer, 1, sizeof buffer, pipe))
    text.append(buffer, n);
  REQUIRE(pclose(pipe) == 0);
  std::set<std::string> out;
  std::istringstream in{text};
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

    auto script = std::filesystem::path{__FILE__}.parent_path().parent_path() / "acceptance" / "brute_force.py";
    auto theirs = lines_of("python3 '" + script.string() + "' '" + (folder.path / "alerts.json").string() + "' '" +
                           (folder.path / "items.ndjson").string() + "'");
    INFO("seed " << seed);
    REQUIRE(ours.size() > 1000);
    REQUIRE(ours.size() < 300 * 300 / 2);
    REQUIRE(ours == theirs);
  }
}

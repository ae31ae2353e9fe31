// docs/api.md beside the code: each route with its scope, each error code with its status and its remedy. Both ways.
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include <catch2/catch.hpp>

#include "adapters/http_api/api_routes.hpp"
#include "adapters/http_api/problem.hpp"
#include "tests/fakes/fake_api_backend.hpp"

using namespace vigie;

namespace {

using names = std::set<std::string>;

std::vector<std::string> document() {
  std::ifstream in{std::string{VIGIE_SOURCE_DIR} + "/docs/api.md"};
  std::vector<std::string> out;
  for (std::string line; std::getline(in, line);)
    out.push_back(line);
  return out;
}

/// "/api/v1/alerts/{}" of "/api/v1/alerts/ID", and without what stands behind a backtick.
std::string pattern_of(std::string path) {
  path = path.substr(0, path.find('`'));
  return std::regex_replace(path, std::regex{"/[A-Z]+(?=/|$)"}, "/{}");
}

/// "GET /api/v1/alerts read" of each route that a line names: "GET /a, /b", "GET /a, GET /b".
void add_named(names& out, const std::string& routes, const std::string& scope) {
  std::string method, before;
  std::istringstream in{std::regex_replace(routes, std::regex{","}, " ")};
  for (std::string word; in >> word;) {
    if (word[0] != '/') {
      method = word;
      before.clear();
      continue;
    }
    // Behind a comma only what takes the place of the last segment: "/ID/drain, /undrain".
    auto path = before.empty() ? pattern_of(word) : before + pattern_of(word);
    before = path.substr(0, path.rfind('/'));
    out.insert(method + " " + path + " " + scope);
  }
}

/// Of the sections whose heading begins with `section`.
names named_routes(const std::string& section) {
  const std::regex heading{"### ((?:GET|POST|PUT|DELETE|PATCH) .*) \u2014 (no key|[a-z]+).*"};
  const std::regex row{"\\| ((?:GET|POST|PUT|DELETE|PATCH) [^|]*) \\| (no key|[a-z]+) \\|.*"};
  names out;
  bool inside = false;
  for (const auto& line : document()) {
    if (line.starts_with("## "))
      inside = line.starts_with("## " + section);
    std::smatch found;
    if (inside && (std::regex_match(line, found, heading) || std::regex_match(line, found, row)))
      add_named(out, found[1], found[2]);
  }
  return out;
}

names served_routes(const std::vector<void (*)(api_routes&, const api_context_ptr&)>& parts) {
  fake_api_backend backend;
  api_context_ptr context{new api_context{api_config{}, backend}};
  api_routes routes;
  for (auto add : parts)
    add(routes, context);
  names out;
  for (const auto& x : routes.all()) {
    std::string path;
    for (const auto& segment : x.path)
      path += "/" + segment;
    out.insert(x.method + " " + path + " " +
               (x.needs == api_scope::none ? std::string{"no key"} : std::string{to_string(x.needs)}));
  }
  return out;
}

} // namespace

TEST_CASE("docs/api.md has every route that is served, with its scope, and no other") {
  CHECK(named_routes("Every node") == served_routes({add_node_routes}));
  CHECK(named_routes("Main: ") == served_routes({add_main_routes, add_alert_routes, add_conduct_routes}));
  CHECK(named_routes("Worker") == served_routes({add_worker_routes}));
}

TEST_CASE("docs/api.md has every error code with its status and its remedy, and no other") {
  using row = std::pair<std::string, std::string>; // status, remedy
  std::map<std::string, row> listed, known;
  const std::regex line_of{"\\| `([a-z_]+)` \\| (\\d{3}) \\| (.*) \\|"};
  for (const auto& line : document())
    if (std::smatch found; std::regex_match(line, found, line_of))
      listed[found[1]] = {found[2], found[3]};
  for (int i = 1; to_string(static_cast<errc>(i)) != "unknown"; ++i) {
    auto code = static_cast<errc>(i);
    known[std::string{to_string(code)}] = {std::to_string(http_status_of(code)), std::string{remedy(code)}};
  }
  REQUIRE(known.size() > 30);
  for (const auto& [code, what] : known) {
    INFO("| `" << code << "` | " << what.first << " | " << what.second << " |");
    CHECK(listed[code] == what);
  }
  CHECK(listed.size() == known.size());
}

TEST_CASE("docs/api.md names error codes only at the statuses that they have") {
  const std::regex row{"\\| (\\d{3}) \\| ([^|]*) \\|"}, word{"`([a-z_]+)`"};
  size_t named = 0;
  for (const auto& line : document()) {
    std::smatch found;
    if (!std::regex_match(line, found, row))
      continue;
    std::string text = found[2];
    for (std::sregex_iterator i{text.begin(), text.end(), word}, end; i != end; ++i) {
      auto code = errc_from_string((*i)[1].str());
      if (code == errc::none)
        continue;
      INFO(line);
      CHECK(http_status_of(code) == std::stoi(found[1]));
      ++named;
    }
  }
  CHECK(named >= 12);
}

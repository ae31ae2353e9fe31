// What reading a configuration costs grows with the file, and not with its square, whatever there is many of.
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>

#include <catch2/catch.hpp>

#include "runtime/commands/commands.hpp"
#include "runtime/config.hpp"

using namespace vigie;

namespace {

namespace fs = std::filesystem;

const std::string head = "[node]\nname = \"one\"\nroles = [\"main\", \"worker\"]\n[link]\ninsecure_loopback = true\n";

std::string numbered(size_t n, const std::function<std::string(const std::string&)>& one) {
  std::string out;
  for (size_t i = 0; i < n; ++i)
    out += one(std::to_string(i));
  return out;
}

std::string source(const std::string& name, const std::string& url, const std::string& more = {}) {
  return "[sources.s" + name + "]\nurl = \"" + url + "\"\n" + more + "[sources.s" + name +
         ".extract]\nfields = { id = \"i\", title = \"t\" }\n";
}

struct kind {
  std::string name;
  std::function<std::string(size_t)> file;
  bool variables = false; ///< V0, V1, … in the environment
};

const std::vector<kind>& kinds() {
  static const std::vector<kind> out{
      {"sources of one host",
       [](size_t n) { return numbered(n, [](auto i) { return source(i, "http://127.0.0.1:9/" + i); }); }},
      {"sources of as many hosts",
       [](size_t n) {
         return "[fetch]\nallow_private = [\"127.0.0.0/8\"]\n" +
                numbered(n, [](auto i) { return source(i, "http://h" + i + ".localhost:9/"); });
       }},
      {"sources whose gates are at odds",
       [](size_t n) {
         return numbered(n, [](auto i) {
           auto key = i.back() % 2 == 0 ? "host" : "domain";
           return source(i, "http://127.0.0.1:9/" + i, std::string{"gate.key = \""} + key + "\"\n");
         });
       }},
      {"sources with a mistake each",
       [](size_t n) { return numbered(n, [](auto i) { return source(i, "http://127.0.0.1:9/", "urll = 1\n"); }); }},
      {"sources with a secret each",
       [](size_t n) {
         return numbered(n, [](auto i) {
           return source(i, "https://127.0.0.1:9/", "headers = { x-api-key = \"${V" + i + "}\" }\n");
         });
       },
       true},
      {"channels with a secret each",
       [](size_t n) {
         return numbered(n, [](auto i) {
           return "[channels.c" + i + "]\ntype = \"webhook\"\nurl = \"https://127.0.0.1:9/${V" + i + "}\"\n";
         });
       },
       true},
      {"commands",
       [](size_t n) { return numbered(n, [](auto i) { return "[commands.c" + i + "]\nargv = [\"/bin/true\"]\n"; }); }},
      {"workers",
       [](size_t n) {
         return numbered(n, [](auto i) { return "[[workers]]\nid = \"w" + i + "\"\naddress = \"127.0.0.1:7701\"\n"; });
       }},
      {"workers that are far away",
       [](size_t n) {
         return numbered(n, [](auto i) { return "[[workers]]\nid = \"w" + i + "\"\naddress = \"192.0.2.1:7701\"\n"; });
       }},
      {"keys that nobody knows", [](size_t n) { return numbered(n, [](auto i) { return "[x" + i + "]\n"; }); }},
  };
  return out;
}

/// Processor time of this thread for reading and showing the file, the least of two.
double cost(const kind& x, size_t n) {
  auto path = fs::temp_directory_path() / ("vigie-large-" + std::to_string(getpid()) + ".toml");
  std::ofstream{path} << head << x.file(n);
  fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
  check_options options;
  options.config.path = path.string();
  for (size_t i = 0; x.variables && i < n; ++i)
    options.config.environment["V" + std::to_string(i)] = "secret-" + std::to_string(i * 7919);
  auto now = [] {
    timespec at{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at);
    return static_cast<double>(at.tv_sec) * 1e3 + static_cast<double>(at.tv_nsec) / 1e6;
  };
  double least = 1e9;
  for (int i = 0; i < 2; ++i) {
    std::ostringstream out, err;
    auto begun = now();
    run_check(options, out, err);
    least = std::min(least, now() - begun);
  }
  fs::remove(path);
  return least;
}

} // namespace

TEST_CASE("what a configuration costs grows with its size, and not with its square") {
  // Of a machine that does other things as well; of times too small to be compared.
  constexpr double tolerance = 2, least_ms = 5;
  constexpr size_t n = 400;
  for (const auto& x : kinds()) {
    auto once = cost(x, n);
    auto four = cost(x, 4 * n);
    INFO(x.name << ": " << once << " ms, four times as many " << four << " ms");
    CHECK(four < 4 * tolerance * std::max(once, least_ms));
  }
}

TEST_CASE("a table of thousands of members finds each of them, and says what is wrong once") {
  auto path = fs::temp_directory_path() / ("vigie-large-" + std::to_string(getpid()) + ".toml");
  std::ofstream{path} << head << kinds()[2].file(1000);
  auto loaded = load_config({path.string(), "", {}, {}});
  fs::remove(path);
  // Half of them, each at odds with the first.
  CHECK(std::count_if(loaded.errors.begin(), loaded.errors.end(), [](const auto& x) {
          return x.key.ends_with(".gate") &&
                 x.what == "source s0 asks the same host with another gate.key or gate.scope";
        }) == 500);
  CHECK(loaded.config.sources.size() == 1000);
}

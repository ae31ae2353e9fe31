// Whatever a configuration file holds, reading it ends with a document or with an error at its line and column.
#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>

#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include "runtime/commands/commands.hpp"
#include "runtime/config.hpp"
#include "runtime/config_document.hpp"
#include "runtime/config_nesting.hpp"

using namespace vigie;

namespace {

namespace fs = std::filesystem;

std::string repeated(std::string_view what, size_t times) {
  std::string out;
  out.reserve(what.size() * times);
  for (size_t i = 0; i < times; ++i)
    out += what;
  return out;
}

/// As the parser of a program with an eighth of the usual stack: what fits there does not come near the end of it.
void on_small_stack(const std::function<void()>& work) {
  pthread_attr_t attributes;
  REQUIRE(pthread_attr_init(&attributes) == 0);
  REQUIRE(pthread_attr_setstacksize(&attributes, 1 << 20) == 0);
  pthread_t thread;
  auto start = [](void* x) -> void* {
    (*static_cast<const std::function<void()>*>(x))();
    return nullptr;
  };
  REQUIRE(pthread_create(&thread, &attributes, start, const_cast<std::function<void()>*>(&work)) == 0);
  REQUIRE(pthread_join(thread, nullptr) == 0);
  pthread_attr_destroy(&attributes);
}

std::string place_of(const std::string& text) {
  std::string out = "fine";
  on_small_stack([&] {
    if (auto document = parse_config_document(text); !document)
      out = document.error().place;
  });
  return out;
}

bool is_place_in(std::string_view place, const std::string& text) {
  auto lines = static_cast<size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
  unsigned long line = 0;
  unsigned long column = 0;
  int end = 0;
  auto read = std::sscanf(std::string{place}.c_str(), "%lu:%lu%n", &line, &column, &end);
  return read == 2 && static_cast<size_t>(end) == place.size() && line >= 1 && line <= lines + 1 && column >= 1;
}

std::vector<std::string> shipped_files() {
  std::vector<std::string> out;
  for (const auto& x : fs::recursive_directory_iterator{fs::path{VIGIE_SOURCE_DIR} / "configs"})
    if (x.path().extension() == ".toml") {
      std::ostringstream text;
      text << std::ifstream{x.path(), std::ios::binary}.rdbuf();
      out.push_back(text.str());
    }
  REQUIRE(out.size() > 2);
  return out;
}

} // namespace

TEST_CASE("a key of very many parts is an error where it passes the limit") {
  auto parts = "a" + repeated(".a", 200000);
  CHECK(place_of(parts + " = 1\n") == "1:32");
  CHECK(place_of("[node]\n  " + parts + " = 1\n") == "2:34");
  CHECK(place_of("\n[" + parts + "]\n") == "2:33");
  CHECK(place_of("[[" + parts + "]]\n") == "1:34");
  CHECK(place_of("x = { " + parts + " = 1 }\n") == "1:38");
  CHECK(place_of("é = 1 # a.b\n\"é\"" + repeated(" . \"a.b\\\"\"", 200000) + " = 1\n") == "2:155");
  CHECK(place_of(repeated("'a'.", 200000) + "a = 1\n") == "1:64");
  auto error = parse_config_document(parts + " = 1");
  REQUIRE_FALSE(error);
  CHECK(error.error().detail.starts_with("a key has more than 16 parts\n"));
}

TEST_CASE("lists and inline tables within one another are an error where they pass the limit") {
  CHECK(place_of("x = " + repeated("[", 100000)) == "1:37");
  CHECK(place_of("x = " + repeated("[", 100000) + repeated("]", 100000)) == "1:37");
  CHECK(place_of("x = " + repeated("{ x = ", 100000) + "1" + repeated(" }", 100000)) == "1:197");
  CHECK(place_of("x = [\n" + repeated("{ x = [\n", 100000)) == "17:7");
}

TEST_CASE("what the limits allow is read, all of it at once") {
  auto parts = "a" + repeated(".a", max_key_parts - 1);
  CHECK(place_of(parts + " = 1\n") == "fine");
  CHECK(place_of("[" + parts + "]\n" + parts + " = " + repeated("{ " + parts + " = ", max_nested_values) + "1" +
                 repeated(" }", max_nested_values) + "\n") == "fine");
  CHECK(place_of("x = " + repeated("[", max_nested_values) + repeated("]", max_nested_values)) == "fine");
  // Dots and brackets in texts and comments are none.
  auto many = repeated("a.", 1000) + repeated("[", 1000);
  CHECK(place_of("x = \"" + many + "\\\"" + many + "\" # " + many + "\ny = '" + many + "\\'\n") == "fine");
  CHECK(place_of("x = \"\"\"\n" + many + "\"\" \\\"\"\"" + many + "\"\"\"\ny = '''" + many + "\n'" + many + "'''\n") ==
        "fine");
  CHECK(place_of(repeated("[[a]]\nb = [1.5, 2.5]\nc = 1979-05-27T07:32:00.5Z\n", 1000)) == "fine");
}

TEST_CASE("bytes that are no TOML are an error at their place") {
  using namespace std::string_literals;
  for (const auto& text : {"\0"s,
                           "x = \0"s,
                           "x = \"\0\""s,
                           "\xff\xfe[\0n\0"s,
                           "\xfe\xff\0["s,
                           "\xff"s,
                           "x = \"\xc3\""s,
                           "\xed\xa0\x80 = 1"s,
                           "x = \"\\ud800\""s,
                           "x = \"\\U00110000\""s,
                           "x"s,
                           "x ="s,
                           "x = \""s,
                           "x = '''"s,
                           "x = \"\"\"\\"s,
                           "\""s,
                           "'"s,
                           "[["s,
                           "[a"s,
                           "."s,
                           "..."s,
                           "= 1"s,
                           "x = {"s,
                           "x = 1e99999999999999999999z"s,
                           "x = 99999999999999999999"s,
                           "x = 2026-99-99"s,
                           "#\0"s,
                           "x = 0x"s,
                           "x = +"s,
                           "[a]\n[a]\n"s,
                           "a = 1\na.b = 2\n"s}) {
    CAPTURE(text);
    CHECK(is_place_in(place_of(text), text));
  }
  CHECK(place_of("") == "fine");
  CHECK(place_of("\xef\xbb\xbf[node]\r\nname = 'x'\r\n") == "fine");
}

TEST_CASE("a shipped file with anything done to it is read or refused with a place") {
  auto files = shipped_files();
  const std::string marks = ".[]{}\"'\\#=\n, a1\0\xff\xc3\xa9";
  REQUIRE(rc::check("bytes put in, taken away, repeated", [&] {
    auto text = files[*rc::gen::inRange<size_t>(0, files.size())];
    auto changes = *rc::gen::inRange(1, 12);
    for (int i = 0; i < changes; ++i) {
      auto at = *rc::gen::inRange<size_t>(0, text.size() + 1);
      auto length = std::min(*rc::gen::inRange<size_t>(0, 40), text.size() - at);
      switch (*rc::gen::inRange(0, 4)) {
      case 0:
        text.insert(at, 1, marks[*rc::gen::inRange<size_t>(0, marks.size())]);
        break;
      case 1:
        text.erase(at, length);
        break;
      case 2:
        text.insert(at, repeated(text.substr(at, length), *rc::gen::inRange<size_t>(0, 300)));
        break;
      default:
        text.resize(at);
      }
    }
    auto place = place_of(text);
    RC_ASSERT(place == "fine" || is_place_in(place, text));
  }));
}

TEST_CASE("paths and selectors of any depth are refused at their key, and many mistakes are all told") {
  const std::string head = "[node]\nname = 't'\nroles = ['main', 'worker']\n[channels.log]\ntype = 'log'\n[sources.s]\n"
                           "url = 'http://127.0.0.1:1/x'\n[sources.s.extract]\n";
  auto problems = [](const std::string& text) {
    auto path = (fs::temp_directory_path() / ("vigie-deep-" + std::to_string(getpid()) + ".toml")).string();
    std::ofstream{path} << text;
    config_request what;
    what.path = path;
    loaded_config out;
    on_small_stack([&] { out = load_config(what); });
    fs::remove(path);
    return out.errors;
  };
  auto of_json = [&](const std::string& key, const std::string& value) {
    auto extract = "format = 'json'\n" + (key == "title" ? std::string{} : key + " = '" + value + "'\n") +
                   "[sources.s.extract.fields]\nid = 'id'\ntitle = '" + (key == "title" ? value : "t") + "'\n";
    auto found = problems(head + extract);
    REQUIRE(found.size() == 1);
    CHECK(found[0].key.ends_with(key));
    return found[0].what;
  };
  for (const auto& deep :
       {"a" + repeated(".a", 200000), "a" + repeated("[*]", 200000), "a" + repeated("[b=c]", 200000)})
    for (const auto* key : {"title", "items", "empty"})
      CHECK(of_json(key, deep) == "the path is longer than 4096 bytes");
  CHECK(of_json("title", "a" + repeated(".a", 64)) == "byte 128 of the path: this is more than 64 steps");
  CHECK(problems(head + "format = 'feed'\n[sources.s.extract.fields]\ntitle = '" + repeated("a/", 200000) + "a'\n")
            .at(0)
            .what == "the path is longer than 4096 bytes");
  for (const auto& selector : {repeated(":not(", 600), repeated(":has(", 600) + "a" + repeated(")", 600),
                               repeated("a ", 2000), repeated("a,", 2000) + "a"})
    CHECK(problems(head + "format = 'html'\nitems = 'li'\n[sources.s.extract.fields]\nid = 'a'\ntitle = '" + selector +
                   "'\n")
              .size() == 1);
  std::string unknown;
  for (int i = 0; i < 20000; ++i)
    unknown += "k" + std::to_string(i) + " = 1\n";
  CHECK(problems(head + "format = 'feed'\n" + unknown).size() == 20000);
}

TEST_CASE("`vigie check` says so of the file, and of files that it names") {
  auto folder = fs::temp_directory_path() / ("vigie-nasty-" + std::to_string(getpid()));
  fs::create_directories(folder);
  auto path = (folder / "node.toml").string();
  auto check = [&](const std::string& text, const std::string& env_file) {
    std::ofstream{path, std::ios::binary} << text;
    fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
    check_options options;
    options.config.path = path;
    options.config.env_file = env_file;
    std::ostringstream out;
    std::ostringstream err;
    CHECK(run_check(options, out, err) == exit_usage);
    return out.str() + err.str();
  };
  CHECK(check("a" + repeated(".a", 200000) + " = 1\n", {}).find(path + ":1:32: error: a key has more than 16 parts") !=
        std::string::npos);
  CHECK(check("x = " + repeated("[", 100000), {}).find(path + ":1:37: error: ") != std::string::npos);
  CHECK(check("", "/dev/zero").find("/dev/zero") != std::string::npos);
  CHECK(check("", folder.string()).find(folder.string()) != std::string::npos);
  fs::remove_all(folder);
}

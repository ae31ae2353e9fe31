// How commands find their node: the file is named in one way everywhere, and only [node] and [api] of it matter.
#include <filesystem>
#include <fstream>
#include <functional>

#include <catch2/catch.hpp>
#include <unistd.h>

#include "runtime/commands/command_front.hpp"
#include "tests/support/spoken_line.hpp"

using namespace vigie;

namespace {

namespace fs = std::filesystem;
using words = std::vector<std::string>;

/// A node that nobody runs, whose file is wrong wherever a client need not look.
class absent_node {
public:
  absent_node() {
    folder_ = fs::temp_directory_path() / ("vigie-node-file-" + std::to_string(getpid()));
    fs::create_directories(folder_ / "data");
    write("data/admin.key", "vk_k_1_secret\n");
    fs::permissions(folder_ / "data/admin.key", fs::perms::owner_read | fs::perms::owner_write);
    write("main.toml", R"([node]
name = "main"
roles = ["main", "worker"]
data_dir = "data"
[api]
listen = "127.0.0.1:1"
[cycle]
interval = "soon"
[fetch]
contact = 7
[sources.market]
url = "${VIGIE_TEST_NOBODY_SETS_THIS}"
[sources.market.extract]
format = "csv"
[channels.hook]
type = "webhook"
url = "${VIGIE_TEST_NOR_THIS}"
[unheard]
of = true
)");
    write("other.toml", "[node]\nname = \"other\"\nroles = [\"main\"]\n");
    write("alerts.json", R"([{"name":"a","source":"market"}])");
  }

  ~absent_node() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }

private:
  void write(const std::string& name, const std::string& text) const { std::ofstream{folder_ / name} << text; }

  fs::path folder_;
};

/// What a command needs to be said before it asks.
words with_its_words(const CLI::App& at, const words& typed, const absent_node& node) {
  auto out = typed;
  auto name = at.get_name();
  for (const auto* x : at.get_options())
    if (x->get_required() && !x->get_positional()) {
      out.push_back("--" + x->get_lnames().front());
      out.emplace_back("x");
    }
  if (name == "import")
    out.push_back(node.path("alerts.json"));
  else if (name == "log-level")
    out.emplace_back("debug");
  else
    for (const auto* x : at.get_options())
      if (x->get_positional() && (x->get_required() || name == "retry") && x->get_name() != "file.toml")
        out.emplace_back("7");
  if (name == "set")
    for (const auto* x : {"--query", "phone"})
      out.emplace_back(x);
  return out;
}

void for_each_client(const std::function<void(const CLI::App&, const words&)>& see) {
  front f;
  declare_commands(f);
  std::function<void(const CLI::App&, const words&)> below = [&](const CLI::App& at, const words& typed) {
    if (at.get_option_no_throw("--key-file") != nullptr)
      see(at, typed);
    for (const auto* x : at.get_subcommands([](const CLI::App*) { return true; })) {
      auto more = typed;
      more.push_back(x->get_name());
      below(*x, more);
    }
  };
  below(f.app, {});
}

words operator+(words a, const words& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

} // namespace

TEST_CASE("client commands need only [node] and [api] of the file, however it is named") {
  absent_node node;
  auto file = node.path("main.toml");
  REQUIRE(test::say({"check", file}).code == exit_usage);
  size_t clients = 0;
  for_each_client([&](const CLI::App& at, const words& typed) {
    ++clients;
    auto line = with_its_words(at, typed, node);
    auto asks = [&](const words& all) {
      auto said = test::say(all);
      INFO(typed.back() << ": " << said.err);
      CHECK(said.code == exit_unreachable);
      CHECK(said.err.find("No answer from http://127.0.0.1:1: ") != std::string::npos);
    };
    asks(line + words{"-c", file});
    asks(line + words{"--config=" + file});
    asks(line + words{file});
    asks(line + words{file, "-c", file});
    ::setenv("VIGIE_CONFIG", file.c_str(), 1);
    ::setenv("MAX_RETRIES", "many", 1); // of another section, too
    asks(line);
    ::unsetenv("MAX_RETRIES");
    ::unsetenv("VIGIE_CONFIG");
    auto both = test::say(line + words{file, "-c", node.path("other.toml")});
    CHECK(both.code == exit_usage);
    CHECK(both.err.find("the node's file is named twice: ") != std::string::npos);
  });
  CHECK(clients > 20);
}

TEST_CASE("an address that is none is wrong usage, of every client command") {
  absent_node node;
  for_each_client([&](const CLI::App& at, const words& typed) {
    for (const auto* url : {"nonsense", "ftp://127.0.0.1", "http://", "http://a b"}) {
      auto said =
          test::say(with_its_words(at, typed, node) + words{"--url", url, "--key-file", node.path("data/admin.key")});
      INFO(typed.back() << ": " << said.err);
      CHECK(said.code == exit_usage);
      CHECK(said.err.find("is no address of a node") != std::string::npos);
    }
  });
}

TEST_CASE("commands that read the file take it in the same ways") {
  absent_node node;
  auto file = node.path("main.toml");
  CHECK(test::say({"keys", "list", file}).code == exit_done);
  CHECK(test::say({"keys", "list", "-c", file}).code == exit_done);
  for (const words& line : {words{"check"}, words{"run"}, words{"bench", "fetch"}}) {
    auto by_word = test::say(line + words{file});
    auto by_option = test::say(line + words{"-c", file});
    INFO(by_word.err);
    CHECK(by_word.code == exit_usage);
    CHECK(by_word.err.find("main.toml:8:12: error: [cycle] interval") != std::string::npos);
    CHECK(by_word.err == by_option.err);
    CHECK(by_word.out == by_option.out);
  }
  auto before = fs::current_path();
  fs::current_path(fs::path{file}.parent_path() / "data");
  auto none = test::say({"check"});
  fs::current_path(before);
  CHECK(none.code == exit_usage);
  CHECK(none.err == "There is no vigie.toml here.\n    Name the node's file, as FILE.toml, -c FILE or VIGIE_CONFIG.\n");
}

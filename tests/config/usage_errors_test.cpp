// Mistyped command lines: exit 2, what is wrong, what was probably meant or what there is; never the library's words.
#include <iostream>
#include <sstream>

#include <catch2/catch.hpp>

#include "runtime/commands/commands.hpp"
#include "tests/support/spoken_line.hpp"

using namespace vigie;

namespace {

test::spoken run(const std::string& line) {
  std::vector<std::string> words;
  std::istringstream in{line};
  for (std::string x; in >> x;)
    words.push_back(x);
  return test::say(std::move(words));
}

struct mistake {
  std::string line;
  std::string said; ///< a part of it
};

const std::vector<mistake> mistakes{
    {"alrts list", "vigie: there is no command \"alrts\". Did you mean \"alerts\"?"},
    {"workres", "Did you mean \"workers\"?"},
    {"statz", "Did you mean \"stats\"?"},
    {"runonce", "Did you mean \"run-once\"?"},
    {"frobnicate", "There are: run, check, run-once, alerts"},
    {"", "vigie: a command is missing."},
    {"alerts", "vigie alerts: a command is missing.\n    There are: list, show"},
    {"alerts lst", "vigie alerts: there is no command \"lst\". Did you mean \"list\"?"},
    {"alerts delete 7", "There are: list, show, pause"},
    {"alerts list --jsn", "vigie alerts list: there is no option \"--jsn\". Did you mean \"--json\"?"},
    {"alerts list extra", "\"extra\" is one word too many."},
    {"alerts show", "vigie alerts show: the alert is missing."},
    {"alerts pause", "the alert is missing."},
    {"alerts set", "the alert is missing."},
    {"alerts add", "--name is missing."},
    {"alerts add --name x", "--source is missing."},
    {"alerts add --name x --source y --price-max cheap", "--price-max: "},
    {"alerts add --name x --source y --pricemax 5", "Did you mean \"--price-max\"?"},
    {"alerts import", "the file is missing."},
    {"runs twelve", "id: \"twelve\" is no number above 0."},
    {"runs -5", "id: \"-5\" is no number above 0."},
    {"runs 0", "id: \"0\" is no number above 0."},
    {"runs --limit 5000", "vigie runs: --limit: \"5000\" is not within 1 to 1000."},
    {"runs --limit x", "--limit: \"x\" is"},
    {"runs --limit", "--limit wants a value."},
    {"runs --limit 1" + std::string(308, '0'), "0000…\" is"},
    {"matches --alert x", "--alert: \"x\" is no number above 0."},
    {"matches --limti 5", "Did you mean \"--limit\"?"},
    {"matches 5", "\"5\" is one word too many."},
    {"top --by mailboxes", "\"mailboxes\" is not taken here. Did you mean \"mailbox\"?"},
    {"top --by size", "There are: "},
    {"outbox --state deed", "Did you mean \"dead\"?"},
    {"outbox retyr 5", "there is no command \"retyr\". Did you mean \"retry\"?"},
    {"workers drian worker-fr", "Did you mean \"drain\"?"},
    {"workers drain", "the worker is missing."},
    {"log-level", "the level is missing."},
    {"log-level verbose", "There are: "},
    {"log-level debgu", "Did you mean \"debug\"?"},
    {"run", "vigie run: the file is missing."},
    {"run a.toml b.toml", "\"b.toml\" is one word too many."},
    {"check --print-evn a.toml", "Did you mean \"--print-env\"?"},
    {"crash main", "the actor is missing."},
    {"keys add", "--name is missing."},
    {"conduct --since yesterday", "--since: "},
    {"source tset a.toml", "Did you mean \"test\"?"},
    {"robots chek", "Did you mean \"check\"?"},
    {"sample-site --lisen 127.0.0.1:1", "Did you mean \"--listen\"?"},
    {"--json sample-site", "this command prints no JSON"},
    {"--jsno stats", "Did you mean \"--json\"?"},
};

} // namespace

TEST_CASE("mistyped lines are answered with what was meant, or what there is") {
  for (const auto& x : mistakes) {
    auto said = run(x.line);
    INFO(x.line << "\n" << said.err);
    CHECK(said.code == exit_usage);
    CHECK(said.out == "");
    CHECK(said.err.find(x.said) != std::string::npos);
    CHECK(said.err.find("--help\n") != std::string::npos);
    for (const auto* word :
         {"subcommand", "not expected", "Could not", "Run with", "not in", "required", "Failed", "POSITIVE"})
      CHECK(said.err.find(word) == std::string::npos);
    CHECK(said.err.size() < 600);
  }
}

TEST_CASE("--json and --no-color are taken before and behind the command") {
  for (const auto* line :
       {"--json version", "version --json", "--no-color version --json", "version --no-color --json"}) {
    auto said = run(line);
    INFO(line << said.err);
    CHECK(said.code == exit_done);
    CHECK(said.out.starts_with("{"));
  }
  CHECK(run("version --no-color").out.starts_with("vigie "));
}

TEST_CASE("what cannot be written is no success") {
  struct broken : std::streambuf {
    int overflow(int) override { return traits_type::eof(); }
    int sync() override { return -1; }
  } full;
  auto* before = std::cout.rdbuf(&full);
  std::ostringstream err;
  auto* err_before = std::cerr.rdbuf(err.rdbuf());
  std::string name = "vigie", version = "version";
  char* argv[] = {name.data(), version.data()};
  auto code = command_line(2, argv);
  std::cerr.rdbuf(err_before);
  std::cout.rdbuf(before);
  std::cout.clear();
  CHECK(code == exit_failed);
  CHECK(err.str().find("cannot be written") != std::string::npos);
}

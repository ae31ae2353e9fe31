// Mistyped command lines: exit 2, what is wrong, what was probably meant or what there is; never the library's words.
#include <functional>
#include <iostream>
#include <sstream>

#include <catch2/catch.hpp>

#include "runtime/commands/command_front.hpp"
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
    {"frobnicate", "There are: init, run, check, run-once, alerts"},
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
    {"runs --wdie", "there is no option \"--wdie\". Did you mean \"--wide\"?"},
    {"outbox retry --daed", "Did you mean \"--dead\"?"},
    {"runs --bogus", "there is no option \"--bogus\"."},
    {"runs --limit 5000", "vigie runs: --limit: \"5000\" is not within 1 to 1000."},
    {"runs --limit x", "--limit: \"x\" is"},
    {"runs --limit", "--limit wants a value."},
    {"runs --limit 1" + std::string(308, '0'), "0000…\" is"},
    {"runs 1" + std::string(308, '0'), "id: \"10000"},
    {"runs --limit 5 --limit 6", "--limit is given twice."},
    {"runs --limit 5 --limit=5", "--limit is given twice."},
    {"stats --url http://127.0.0.1:1 --url http://127.0.0.1:2", "--url is given twice."},
    {"runs 12 13", "\"13\" is one word too many."},
    {"+1", "there is no command \"+1\".\n    There are: "},
    {"1.5", "there is no command \"1.5\".\n    There are: "},
    {"-1", "\"-1\""},
    {"x", "there is no command \"x\".\n    There are: "},
    {"alerts 7", "there is no command \"7\".\n    There are: "},
    {"runs +1.5x", "id: \"+1.5x\" is no number above 0."},
    {"keys", "vigie keys: a command is missing.\n    There are: add, list, remove"},
    {"source", "vigie source: a command is missing.\n    There are: test"},
    {"robots", "vigie robots: a command is missing.\n    There are: check"},
    {"bench", "vigie bench: a command is missing.\n    There are: fetch"},
    {"stats a.toml -c b.toml", "the node's file is named twice: "},
    {"check a.toml --config b.toml", "the node's file is named twice: "},
    {"stats a.toml b.toml", "\"b.toml\" is one word too many."},
    {"stats extra", "\"extra\" is one word too many."},
    {"workers a.toml drian worker-fr", "Did you mean \"drain\"?"},
    {"workers --watch=x", "--watch: "},
    {"workers --watch=0", "--watch: "},
    {"stats --json=maybe", "--json takes no value."},
    {"tree --here=maybe", "--here takes no value."},
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

TEST_CASE("a word or a value that is empty is no name") {
  struct spoken_mistake {
    std::vector<std::string> words;
    std::string said;
  };
  for (const auto& x :
       std::vector<spoken_mistake>{{{""}, "there is no command \"\".\n    There are: "},
                                   {{"alerts", ""}, "there is no command \"\".\n"},
                                   {{"stats", ""}, "an empty word is one too many."},
                                   {{"runs", ""}, "id: the value is empty."},
                                   {{"run", ""}, "file: the value is empty."},
                                   {{"stats", "-c", ""}, "--config: the value is empty."},
                                   {{"runs", "--limit", ""}, "--limit: the value is empty."},
                                   {{"runs", "--limit="}, "--limit wants a value."},
                                   {{"alerts", "show", ""}, "alert: the value is empty."},
                                   {{"alerts", "set", "7", "--name", ""}, "--name: the value is empty."},
                                   {{"keys", "add", "--name", ""}, "--name: the value is empty."}}) {
    auto said = test::say(x.words);
    INFO(said.err);
    CHECK(said.code == exit_usage);
    CHECK(said.err.find(x.said) != std::string::npos);
    CHECK(said.err.find("Did you mean") == std::string::npos);
  }
}

TEST_CASE("every option of every command refuses what is not of its type, in our words") {
  size_t tried = 0;
  front f;
  declare_commands(f);
  std::function<void(const CLI::App&, std::vector<std::string>)> below = [&](const CLI::App& at,
                                                                             std::vector<std::string> typed) {
    for (const auto* x : at.get_options()) {
      if (x->get_positional() || x->get_lnames().empty() || x->get_lnames().front() == "help" ||
          x->get_lnames().front() == "version")
        continue;
      auto flag = x->get_type_size() == 0 || x->get_expected_max() == 0;
      if (!flag && x->get_type_name() == "TEXT")
        continue;
      auto name = "--" + x->get_lnames().front();
      for (const auto& value : {std::string{"x y"}, std::string{"1.5.2"}, "1" + std::string(308, '0'),
                                std::string{"-x"}, std::string{"1e999"}, std::string{"nan"}}) {
        auto words = typed;
        words.push_back(name + "=" + value);
        auto said = test::say(words);
        INFO(typed.back() << ' ' << name << ' ' << value << '\n' << said.err);
        CHECK(said.code == exit_usage);
        CHECK(said.err.find(name) != std::string::npos);
        for (const auto* raw : {"Could not", "not in", "Failed", "POSITIVE", "e+", "override", "At Most", "required"})
          CHECK(said.err.find(raw) == std::string::npos);
        ++tried;
      }
    }
    for (const auto* sub : at.get_subcommands([](const CLI::App*) { return true; })) {
      auto more = typed;
      more.push_back(sub->get_name());
      below(*sub, more);
    }
  };
  for (const auto* sub : f.app.get_subcommands([](const CLI::App*) { return true; }))
    below(*sub, {sub->get_name()});
  CHECK(tried > 500);
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

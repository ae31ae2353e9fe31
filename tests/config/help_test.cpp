// What --help says, of every command that is declared: a new one is not forgotten.
#include <functional>
#include <sstream>

#include <catch2/catch.hpp>

#include "runtime/commands/command_front.hpp"
#include "runtime/commands/command_help.hpp"
#include "runtime/commands/display_width.hpp"
#include "tests/support/spoken_line.hpp"

using namespace vigie;

namespace {

using words = std::vector<std::string>;

/// With what is typed to call it.
void for_each_command(const std::function<void(const CLI::App&, const words&)>& see) {
  front f;
  declare_commands(f);
  std::function<void(const CLI::App&, const words&)> below = [&](const CLI::App& at, const words& typed) {
    see(at, typed);
    for (const auto* x : at.get_subcommands([](const CLI::App*) { return true; })) {
      auto more = typed;
      more.push_back(x->get_name());
      below(*x, more);
    }
  };
  below(f.app, {});
}

} // namespace

TEST_CASE("help is not wider than 80 columns, and its examples are not broken where nobody broke them") {
  size_t commands = 0;
  for_each_command([&](const CLI::App& at, const words& typed) {
    ++commands;
    auto line = typed;
    line.emplace_back("--help");
    auto said = test::say(line);
    CHECK(said.code == exit_done);
    std::istringstream help{said.out};
    for (std::string x; std::getline(help, x);) {
      INFO(x);
      CHECK(display_width(x) <= widest_help);
    }
    std::istringstream footer{at.get_footer()};
    for (std::string x; std::getline(footer, x);) {
      INFO(x);
      CHECK((!x.starts_with("  ") || display_width(x) <= widest_help));
    }
  });
  CHECK(commands > 40);
}

TEST_CASE("every command has examples, and says what its exit codes are") {
  for_each_command([&](const CLI::App& at, const words& typed) {
    INFO((typed.empty() ? "vigie" : typed.back()));
    auto group = at.get_require_subcommand_min() > 0;
    CHECK((group || at.get_footer().find("  vigie ") != std::string::npos));
    CHECK((group || at.get_footer().find("Exit codes: ") != std::string::npos));
  });
}

TEST_CASE("a narrow help goes on under its own text") {
  front f;
  f.app.formatter(plain_help(50));
  declare_commands(f);
  auto help = f.app.get_subcommand("conduct")->help();
  CHECK(help.find("  --hours                     Show each hour, too\n") != std::string::npos);
  CHECK(help.find("  --since TIME                How far back; whole\n"
                  "                              hours (UTC) are\n"
                  "                              counted (default 7d)\n") != std::string::npos);
}

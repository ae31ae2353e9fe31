// The markup of prices that docs/sources.md shows, asked of the reader of HTML.
#include <cmath>
#include <fstream>
#include <regex>
#include <sstream>

#include <catch2/catch.hpp>

#include "adapters/extract/html_extractor.hpp"

using namespace vigie;

namespace {

using list = std::vector<std::string>;

/// The rows of the table under "| markup |": what stands in backticks, and what it is read as.
std::vector<std::pair<list, std::string>> rows_of_markup() {
  std::ifstream in{std::string{VIGIE_SOURCE_DIR} + "/docs/sources.md"};
  const std::regex cells{"\\| (`.*`) \\| (.*) \\| (.*) \\|"}, quoted{"`([^`]+)`"};
  std::vector<std::pair<list, std::string>> out;
  bool inside = false;
  for (std::string line; std::getline(in, line);) {
    inside = inside ? line.starts_with("|") : line.starts_with("| markup |");
    std::smatch found;
    if (!inside || !std::regex_match(line, found, cells))
      continue;
    std::string texts = found[1];
    out.emplace_back(list{}, found[2]);
    for (std::sregex_iterator i{texts.begin(), texts.end(), quoted}, end; i != end; ++i)
      out.back().first.push_back((*i)[1]);
  }
  return out;
}

/// -1: none.
cents price_in(const std::string& markup) {
  source_spec source;
  source.extract.items = "li";
  source.extract.fields = {{"id", "a"}, {"title", "a"}, {"price", "em"}};
  auto reader = make_html_extractor(source);
  REQUIRE(reader);
  auto page = (*reader)->extract("<ul><li><a>x</a><em>" + markup + "</em></li></ul>", {});
  REQUIRE(page);
  return page->items.at(0).price.value_or(-1);
}

} // namespace

TEST_CASE("docs/sources.md: prices in pieces are read as it says") {
  auto rows = rows_of_markup();
  REQUIRE(rows.size() >= 8);
  size_t compared = 0;
  for (const auto& [texts, outcome] : rows) {
    std::vector<cents> amounts;
    bool refused = outcome.find("**refused**") != outcome.npos;
    if (std::regex_match(outcome, std::regex{"[\\d.]+(, [\\d.]+)*"})) {
      std::istringstream in{std::regex_replace(outcome, std::regex{","}, "")};
      for (double x; in >> x;)
        amounts.push_back(std::llround(x * 100));
    }
    for (size_t i = 0; i < texts.size(); ++i) {
      if (!std::regex_search(texts[i], std::regex{"\\d"}) || (amounts.empty() && !refused))
        continue; // a tag's or a style's name; a row that says it in words
      INFO(texts[i] << ": " << outcome);
      // One amount for all, or one for each.
      CHECK(price_in(texts[i]) == (refused ? -1 : amounts.size() == 1 ? amounts[0] : amounts.at(i)));
      ++compared;
    }
  }
  CHECK(compared >= 15);
}

// The examples of docs/sources.md: dates and prices are read, or refused, as it says.
#include <cmath>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "actors/policy/dates.hpp"
#include "actors/policy/money.hpp"

using namespace vigie;

namespace {

using list = std::vector<std::string>;

struct table_row {
  list texts; ///< what its first cell has in backticks
  std::string outcome, why;
};

/// The document from this heading to the next line that begins with `end`.
list lines_of(const std::string& heading, const std::string& end) {
  std::ifstream in{std::string{VIGIE_SOURCE_DIR} + "/docs/sources.md"};
  list out;
  bool inside = false;
  for (std::string line; std::getline(in, line);) {
    if (inside && line.starts_with(end))
      break;
    if (inside)
      out.push_back(line);
    inside = inside || line == heading;
  }
  REQUIRE(out.size() > 10);
  return out;
}

list in_backticks(const std::string& text) {
  const std::regex quoted{"`([^`]+)`"};
  list out;
  for (std::sregex_iterator i{text.begin(), text.end(), quoted}, end; i != end; ++i)
    out.push_back((*i)[1]);
  return out;
}

std::vector<table_row> rows_of(const list& lines) {
  const std::regex cells{"\\| (.*) \\| (.*) \\| (.*) \\|"};
  std::vector<table_row> out;
  for (const auto& line : lines)
    if (std::smatch found; std::regex_match(line, found, cells) && line.starts_with("| `"))
      out.push_back({in_backticks(found[1]), found[2], found[3]});
  return out;
}

/// -1: none.
cents price_of(const std::string& text) {
  auto read = parse_price(text);
  return read && read->lowest && is_price(*read->lowest) ? *read->lowest : -1;
}

/// "12, 12, 1299": one for each text; empty if it says something else.
std::vector<cents> amounts_in(const std::string& outcome) {
  if (!std::regex_match(outcome, std::regex{"[\\d.]+(, [\\d.]+)*"}))
    return {};
  std::vector<cents> out;
  std::istringstream in{std::regex_replace(outcome, std::regex{","}, "")};
  for (double x; in >> x;)
    out.push_back(std::llround(x * 100));
  return out;
}

} // namespace

TEST_CASE("docs/sources.md: dates are read as it says") {
  auto rows = rows_of(lines_of("## Dates", "## "));
  REQUIRE(rows.size() >= 8);
  for (const auto& row : rows)
    for (const auto& text : row.texts) {
      INFO(text << ": " << row.outcome);
      CHECK(parse_date(text).has_value() == !row.outcome.starts_with("**refused**"));
    }
}

TEST_CASE("docs/sources.md: prices are read as its table says") {
  auto rows = rows_of(lines_of("## Prices", "**Currencies.**"));
  REQUIRE(rows.size() >= 20);
  size_t compared = 0;
  for (const auto& row : rows) {
    auto amounts = amounts_in(row.outcome);
    auto none = row.outcome.starts_with("**") || row.outcome.starts_with("negative");
    for (size_t i = 0; i < row.texts.size(); ++i) {
      INFO(row.texts[i] << ": " << row.outcome);
      if (none)
        CHECK(price_of(row.texts[i]) == -1);
      else if (i < amounts.size())
        CHECK(price_of(row.texts[i]) == amounts[i]);
      else if (amounts.empty())
        CHECK(price_of(row.texts[i]) > 0);
      compared += i < amounts.size();
    }
  }
  CHECK(compared >= 20);
}

TEST_CASE("docs/sources.md: prices are read as its sentences say") {
  const std::regex claim{"`([^`]+)`(?:, [^`|]*,)? is (\\*\\*refused\\*\\*|\\d+(?:\\.\\d\\d)?)"};
  size_t claims = 0;
  for (const auto& line : lines_of("## Prices", "**Prices in pieces.**"))
    for (std::sregex_iterator i{line.begin(), line.end(), claim}, end; i != end; ++i) {
      INFO((*i)[0]);
      std::string said = (*i)[2];
      CHECK(price_of((*i)[1]) == (said[0] == '*' ? -1 : std::llround(std::stod(said) * 100)));
      ++claims;
    }
  CHECK(claims >= 8);
}

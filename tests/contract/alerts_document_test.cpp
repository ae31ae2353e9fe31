// The examples of docs/alerts.md, asked of the matcher.
#include <fstream>
#include <regex>

#include <catch2/catch.hpp>

#include "actors/policy/alert_match.hpp"
#include "adapters/http_api/alert_json.hpp"
#include "adapters/json/json_reader.hpp"

using namespace vigie;

namespace {

struct example {
  std::string alert, item, outcome;
};

/// The rows of the table under this head: its first two cells are in backticks.
std::vector<example> rows_under(const std::string& head) {
  std::ifstream in{std::string{VIGIE_SOURCE_DIR} + "/docs/alerts.md"};
  const std::regex row{"\\| `([^`]*)` \\| `([^`]*)` \\| ([^|]*) \\|"};
  std::vector<example> out;
  bool inside = false;
  for (std::string line; std::getline(in, line);) {
    inside = inside ? line.starts_with("|") : line.starts_with("| " + head + " |");
    if (std::smatch found; inside && std::regex_match(line, found, row))
      out.push_back({found[1], found[2], found[3]});
  }
  return out;
}

bool matches(const match_conditions& when, const item& what) {
  alert a;
  a.when = when;
  return !alert_matcher{{a}}.match(what).empty();
}

void check_keywords(const std::string& head, bool fold_accents, size_t at_least) {
  auto rows = rows_under(head);
  REQUIRE(rows.size() >= at_least);
  for (const auto& x : rows) {
    INFO(x.alert << " in " << x.item);
    match_conditions when;
    when.all = {x.alert};
    when.fold_accents = fold_accents;
    item what;
    what.title = x.item;
    CHECK((x.outcome.starts_with("found") || x.outcome.starts_with("not found")));
    CHECK(matches(when, what) == x.outcome.starts_with("found"));
  }
}

item item_of(const std::string& members) {
  auto document = parse_json("{" + members + "}");
  REQUIRE(document);
  auto text = [&](const char* name) -> optional<std::string> {
    auto node = document->root().find(name);
    return node ? optional<std::string>{std::string{*node->as_string()}} : optional<std::string>{};
  };
  item out;
  out.title = *text("title");
  if (auto price = document->root().find("price"))
    out.price = *read_exact_cents(*price->as_decimal_text());
  out.currency = text("currency");
  out.brand = text("brand");
  out.size = text("size");
  out.condition = text("condition");
  return out;
}

} // namespace

TEST_CASE("docs/alerts.md: keywords are found where it says") {
  check_keywords("keyword", false, 10);
  check_keywords("keyword, accents folded", true, 3);
}

TEST_CASE("docs/alerts.md: alerts match the items that it says") {
  auto rows = rows_under("the alert has");
  REQUIRE(rows.size() >= 10);
  for (const auto& x : rows) {
    INFO(x.alert << " and " << x.item);
    auto asks = alert_from_json(R"({"name":"x","source":"s",)" + x.alert + "}");
    REQUIRE(asks);
    CHECK((x.outcome.starts_with("match") || x.outcome.starts_with("no match")));
    CHECK(matches(asks->when, item_of(x.item)) == x.outcome.starts_with("match"));
  }
}

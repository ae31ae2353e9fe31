#include "actors/policy/alert_review.hpp"

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

using namespace vigie;

namespace {

source_spec source(const std::string& name, const std::string& url, std::vector<std::string> fields) {
  source_spec out;
  out.id = source_id{name};
  out.url = url;
  for (auto& x : fields)
    out.extract.fields[x] = x;
  return out;
}

const std::vector<source_spec>& sources() {
  static const auto all = [] {
    std::vector<source_spec> out{
        source("market", "http://m.example/?q={query}", {"id", "title", "price", "brand", "size", "condition"}),
        source("list", "http://l.example/all", {"id", "title"}), source("feed", "http://f.example/rss", {}),
        source("off", "http://o.example/", {"id", "title"})};
    out[1].extract.constants["brand"] = "one";
    out[2].extract.framing = page_framing::feed;
    out[3].enabled = false;
    return out;
  }();
  return all;
}

alert_review check() {
  return {sources(), {channel_id{"hook"}, channel_id{"log"}}};
}

alert an_alert(const std::string& source, const std::string& query = {}, std::vector<std::string> channels = {"log"}) {
  alert out;
  out.name = "a";
  out.source = source_id{source};
  out.query = query;
  for (auto& x : channels)
    out.channels.push_back(channel_id{std::move(x)});
  return out;
}

/// The doubts in one text.
std::string text(const std::vector<std::string>& all) {
  std::string out;
  for (const auto& x : all)
    out += x + "\n";
  return out;
}

} // namespace

TEST_CASE("an alert that fits is taken without a word") {
  auto x = an_alert("market", "shoes", {"hook", "log"});
  x.when.price_max = 100;
  x.when.currency = "EUR"; // the amount may say it
  x.when.brands = {"b"};
  x.when.sizes = {"36"};
  x.when.conditions = {"new"};
  CHECK(check().refusal(x).code == errc::none);
  CHECK(check().doubts(x).empty());
  CHECK(check().doubts(an_alert("list")).empty());
}

TEST_CASE("an unknown source or channel is refused, with the names that there are and the one that was meant") {
  auto refused = check().refusal(an_alert("markt", "x"), "/3");
  CHECK(refused.code == errc::bad_request);
  CHECK(refused.place == "/3/source");
  CHECK(refused.detail == "there is no source \"markt\"; did you mean \"market\"? There are: feed, list, market, off");
  refused = check().refusal(an_alert("market", "x", {"log", "telegram"}));
  CHECK(refused.place == "/channels/1");
  CHECK(refused.detail == "there is no channel \"telegram\"; there are: hook, log");
  CHECK(alert_review{}.refusal(an_alert("x")).detail == "there is no source \"x\"; the configuration has none");
}

TEST_CASE("what will tell less than is expected is said") {
  auto of = [](const alert& x) { return text(check().doubts(x)); };
  CHECK_THAT(of(an_alert("list", {}, {})), Catch::Contains("no channel"));
  CHECK_THAT(of(an_alert("list", "shoes")), Catch::Contains("no {query}"));
  CHECK_THAT(of(an_alert("market")), Catch::Contains("query is empty"));
  CHECK_THAT(of(an_alert("off")), Catch::Contains("switched off"));
  auto x = an_alert("list");
  x.when.price_min = 1;
  x.when.currency = "EUR";
  x.when.conditions = {"new"};
  x.when.sizes = {"36"};
  x.when.brands = {"one"}; // every item has that one
  auto doubts = check().doubts(x);
  CHECK(doubts.size() == 4);
  for (const auto* field : {"the price", "the currency", "the condition", "the size"})
    CHECK_THAT(text(doubts), Catch::Contains(field));
  x.source = source_id{"feed"}; // its format knows the fields
  CHECK(check().doubts(x).empty());
}

TEST_CASE("a keyword that has no word is found nowhere, and that is said") {
  auto x = an_alert("market", "shoes");
  x.when.all = {"c++", "~+", "3"};
  x.when.none = {"++"};
  CHECK(text(check().doubts(x)) ==
        "its keyword \"++\" is found nowhere: it has no letter and no digit; \"~++\" finds it anywhere\n");
  x.when.none = {"~"}; // of an alert that was stored before
  CHECK(text(check().doubts(x)) == "its keyword \"~\" is found nowhere: it has no letter and no digit\n");
}

TEST_CASE("a stored alert whose source or channel has gone says so") {
  auto doubts = check().doubts(an_alert("gone", "x", {"log", "hok"}));
  REQUIRE(doubts.size() == 2);
  CHECK_THAT(text(doubts), Catch::Contains("no source \"gone\"") && Catch::Contains("did you mean \"hook\""));
}

TEST_CASE("what is refused is doubtful, too, and what has no doubt is not refused") {
  rc::prop("refusal and doubts agree", [] {
    auto word = rc::gen::element<std::string>("market", "list", "feed", "off", "gone", "log", "hook", "");
    auto x = an_alert(*word, *word, *rc::gen::container<std::vector<std::string>>(word));
    auto refused = check().refusal(x).code != errc::none;
    RC_ASSERT(!refused || !check().doubts(x).empty());
    auto known = check().knows(x.source) &&
                 std::all_of(x.channels.begin(), x.channels.end(), [](const auto& c) { return check().knows(c); });
    RC_ASSERT(refused == !known);
  });
}

#include "actors/policy/alert_match.hpp"

#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include <algorithm>

#include "actors/policy/unicode.hpp"
#include "tests/support/random_market.hpp"

using namespace vigie;

namespace {

using list = std::vector<std::string>;

item titled(std::string title) {
  item out;
  out.id = item_id{"1"};
  out.title = std::move(title);
  return out;
}

bool matches(const match_conditions& when, const item& what) {
  alert a;
  a.when = when;
  return !alert_matcher{{a}}.match(what).empty();
}

bool finds(std::string keyword, std::string title, bool fold_accents = false) {
  match_conditions when;
  when.all = {std::move(keyword)};
  when.fold_accents = fold_accents;
  return matches(when, titled(std::move(title)));
}

/// The rules once more, without any index: strings, one after another.
struct naive {
  static std::string read(std::string_view text, bool bare) {
    auto folded = case_fold(text);
    return bare ? strip_accents(folded) : folded;
  }

  static list split(const std::string& text) {
    list out;
    for (auto w : words(text))
      out.emplace_back(w);
    return out;
  }

  static bool found(const std::string& keyword, const std::string& title, bool bare) {
    auto text = read(title, bare);
    if (keyword.starts_with('~')) {
      auto part = read(keyword.substr(1), bare);
      return !part.empty() && text.find(part) != text.npos;
    }
    auto row = split(read(keyword, bare)), all = split(text);
    for (size_t i = 0; !row.empty() && i + row.size() <= all.size(); ++i)
      if (std::equal(row.begin(), row.end(), all.begin() + static_cast<ptrdiff_t>(i)))
        return true;
    return false;
  }

  static bool chosen(const list& choices, const optional<std::string>& value) {
    bool hit = choices.empty();
    for (const auto& x : choices)
      hit = hit || (value && case_fold(trim_blanks(x)) == case_fold(trim_blanks(*value)));
    return hit;
  }

  static bool matches(const match_conditions& when, const item& what) {
    size_t all = 0, any = 0, none = 0;
    for (const auto& k : when.all)
      all += found(k, what.title, when.fold_accents);
    for (const auto& k : when.any)
      any += found(k, what.title, when.fold_accents);
    for (const auto& k : when.none)
      none += found(k, what.title, when.fold_accents);
    bool price = (!when.price_min || (what.price && *what.price >= *when.price_min)) &&
                 (!when.price_max || (what.price && *what.price <= *when.price_max));
    bool currency = when.currency.empty() || (what.currency && *what.currency == when.currency);
    return all == when.all.size() && (any > 0 || when.any.empty()) && none == 0 && price && currency &&
           chosen(when.conditions, what.condition) && chosen(when.brands, what.brand) && chosen(when.sizes, what.size);
  }
};

} // namespace

TEST_CASE("a keyword is whole words in a row") {
  REQUIRE(finds("case", "iPhone Case"));
  REQUIRE_FALSE(finds("case", "iPhone Cases"));
  REQUIRE(finds("iphone 15", "New iPhone\u00A015, black"));
  REQUIRE_FALSE(finds("iphone 15", "iPhone Pro 15"));
  REQUIRE_FALSE(finds("15 iphone", "iPhone 15"));
  REQUIRE(finds("15/iphone", "15 iPhone")); // the same two words
  REQUIRE_FALSE(finds("15", "15-pro"));
  REQUIRE(finds("15-PRO", "15-pro"));
  REQUIRE(finds("a a b", "a a a b"));
  REQUIRE(finds("Straße", "STRASSE 5"));
}

TEST_CASE("a tilde makes it a substring") {
  REQUIRE(finds("~cas", "iPhone Cases"));
  REQUIRE(finds("~e C", "iPhone\u00A0cases"));
  REQUIRE_FALSE(finds("~cass", "iPhone Cases"));
  REQUIRE_FALSE(finds("~", "anything"));
  REQUIRE_FALSE(finds("", "anything"));
  REQUIRE_FALSE(finds("!?", "anything!?"));
}

TEST_CASE("accents count unless they are folded") {
  REQUIRE_FALSE(finds("etui", "étui"));
  REQUIRE(finds("etui", "étui", true));
  REQUIRE(finds("étui", "ETUI", true));
  REQUIRE(finds("étui", "e\u0301tui", true));
  REQUIRE_FALSE(finds("étui", "e\u0301tui"));
  REQUIRE(finds("istanbul", "\u0130STANBUL", true));
  REQUIRE_FALSE(finds("istanbul", "\u0130STANBUL"));
}

TEST_CASE("any needs one, none forbids one") {
  match_conditions when;
  when.any = {"red", "~blu"};
  REQUIRE(matches(when, titled("a red one")));
  REQUIRE(matches(when, titled("a bluish one")));
  REQUIRE_FALSE(matches(when, titled("a green one")));
  when.none = {"broken"};
  REQUIRE(matches(when, titled("a red one")));
  REQUIRE_FALSE(matches(when, titled("a red one, BROKEN")));
  when.any = {"!"};
  REQUIRE_FALSE(matches(when, titled("a red one")));
  REQUIRE(matches({}, titled("")));
}

TEST_CASE("what is missing fails a condition on it") {
  auto with = [](auto set) {
    match_conditions when;
    set(when);
    return when;
  };
  auto what = titled("x");
  auto low = with([](auto&w) { w.price_min = 100; }), high = with([](auto&w) { w.price_max = 100; });
  auto euros = with([](auto&w) { w.currency = "EUR"; }), brand = with([](auto&w) { w.brands = {" Åcme "}; });
  auto size = with([](auto&w) { w.sizes = {"M", "L"}; }), state = with([](auto&w) { w.conditions = {"Straße"}; });
  for (const auto& when : {low, high, euros, brand, size, state})
    REQUIRE_FALSE(matches(when, what));
  what.price = 100;
  what.currency = std::string{"EUR"};
  what.brand = std::string{"\u00A0åCME"};
  what.size = std::string{"l"};
  what.condition = std::string{"STRASSE"};
  for (const auto& when : {low, high, euros, brand, size, state})
    REQUIRE(matches(when, what));
  what.price = 99;
  REQUIRE_FALSE(matches(low, what));
  what.price = 101;
  REQUIRE_FALSE(matches(high, what));
  what.currency = std::string{"eur"};
  REQUIRE_FALSE(matches(euros, what));
  what.brand = std::string{"acme"};
  REQUIRE_FALSE(matches(brand, what));
}

TEST_CASE("the index finds what trying every alert finds") {
  size_t pairs = 0;
  REQUIRE(rc::check("same pairs, ascending, each once", [&](uint64_t seed) {
    test::random_market market{seed};
    std::vector<alert> alerts;
    for (int64_t i = 0; i < 60; ++i)
      alerts.push_back(market.any_alert(i));
    alert_matcher matcher{alerts};
    RC_ASSERT(matcher.size() == alerts.size());
    for (int64_t i = 0; i < 20; ++i) {
      auto what = market.any_item(i);
      std::vector<size_t> expected;
      for (size_t n = 0; n < alerts.size(); ++n)
        if (naive::matches(alerts[n].when, what))
          expected.push_back(n);
      pairs += expected.size();
      RC_ASSERT(matcher.match(what) == expected);
    }
  }));
  REQUIRE(pairs > 1000);
}

TEST_CASE("a title of any bytes is no harm") {
  REQUIRE(rc::check("no crash, same as naive", [](const std::string& title, const std::string& word) {
    match_conditions when;
    when.any = {word, "~" + word};
    RC_ASSERT(matches(when, titled(title)) == naive::matches(when, titled(title)));
  }));
}

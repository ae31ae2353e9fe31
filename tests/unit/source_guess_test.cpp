// What a page probably lists: examples, and what holds for whatever a page says.
#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

#include "actors/policy/source_guess.hpp"
#include "actors/policy/url_template.hpp"

using namespace vigie;

namespace {

using form = listed_value::form;

listed_value text(std::string path, std::vector<std::string> samples, std::string name = {}) {
  auto words = name.empty() ? path : name;
  return {std::move(path), words, form::text, false, std::move(samples)};
}

listed_entries offers() {
  listed_entries out{"li.offer", 3, false, {}};
  out.values = {text("li.offer", {"Pull laine 12,50 €", "Robe 8 €", "Jean bleu 31 €"}, "li offer"),
                {"a.t::attr(href)", "link", form::link, false, {"/i/1", "/i/2", "/i/3"}},
                text("a.t", {"Pull laine", "Robe", "Jean bleu"}, "a t"),
                text("span.p", {"12,50 €", "8 €", "31 €"}, "span p"),
                {"img::attr(src)", "image", form::picture, false, {"/1.jpg", "/2.jpg", ""}},
                text("span.brand", {"A", "", "B"}, "span brand")};
  out.values[0].whole = true;
  return out;
}

listed_entries menu(bool at_edge) {
  listed_entries out{"ul.menu > li", 12, at_edge, {}};
  std::vector<std::string> words;
  std::vector<std::string> links;
  for (int i = 0; i < 12; ++i) {
    words.push_back("Part " + std::to_string(i));
    links.push_back("/part/" + std::to_string(i));
  }
  out.values = {{"a::attr(href)", "link", form::link, false, links}, text("a", words)};
  return out;
}

} // namespace

TEST_CASE("the entries of a shop: each field by how its values look") {
  auto guesses = guess_lists({offers()});
  REQUIRE(guesses.size() == 1);
  CHECK(guesses[0].items == "li.offer");
  CHECK(guesses[0].fields == std::map<std::string, std::string>{{"id", "a.t::attr(href)"},
                                                                {"title", "a.t"},
                                                                {"price", "span.p"},
                                                                {"url", "a.t::attr(href)"},
                                                                {"photo", "img::attr(src)"},
                                                                {"brand", "span.brand"}});
}

TEST_CASE("a menu goes behind what has prices and pictures, and further behind in the page's navigation") {
  auto guesses = guess_lists({menu(false), offers()});
  REQUIRE(guesses.size() == 2);
  CHECK(guesses[0].items == "li.offer");
  CHECK(guess_lists({menu(true)})[0].weight < guess_lists({menu(false)})[0].weight);
}

TEST_CASE(
    "JSON is named by its keys: an id that tells apart goes before an address, a number that is no price is none") {
  listed_entries list{"data.results", 2, false, {}};
  list.values = {text("type", {"offer", "offer"}),
                 {"count", "count", form::number, false, {"3", "9"}},
                 text("href", {"https://shop.example/1", "https://shop.example/2"}),
                 {"listing_id", "listing_id", form::number, false, {"17", "18"}},
                 text("attributes.displayName", {"Pull", "Robe"}, "attributes displayName"),
                 {"price.amount", "price amount", form::number, false, {"12.5", "8"}},
                 text("price.currency", {"EUR", "EUR"}, "price currency"),
                 text("images[0].url", {"https://cdn.example/1", "https://cdn.example/2"}, "images url")};
  auto guesses = guess_lists({list});
  REQUIRE(guesses.size() == 1);
  CHECK(guesses[0].fields.at("id") == "listing_id");
  CHECK(guesses[0].fields.at("title") == "attributes.displayName");
  CHECK(guesses[0].fields.at("price") == "price.amount");
  CHECK(guesses[0].fields.at("currency") == "price.currency");
  CHECK(guesses[0].fields.at("url") == "href");
  CHECK(guesses[0].fields.at("photo") == "images[0].url");
}

TEST_CASE("a list whose entries nothing tells apart, or nothing names, is none") {
  listed_entries same{"li", 3, false, {text("a", {"x", "x", "x"})}};
  listed_entries nameless{"li", 3, false, {{"a::attr(href)", "link", form::link, false, {"/1", "/2", "/3"}}}};
  CHECK(guess_lists({same, nameless, {}}).empty());
}

TEST_CASE("whatever a page says, a guess has an id and a title that are among its values") {
  rc::prop("guesses are of the list", [] {
    std::vector<listed_entries> lists(1);
    auto& list = lists[0];
    list.items = "x";
    list.count = *rc::gen::inRange<uint64_t>(0, 6);
    auto values = *rc::gen::inRange(0, 6);
    for (int i = 0; i < values; ++i) {
      listed_value value;
      value.path = "v" + std::to_string(i);
      value.name = *rc::gen::element<std::string>("price", "title", "id", "img", "a", "", "x y");
      value.looks = *rc::gen::element(form::text, form::number, form::link, form::picture);
      value.whole = *rc::gen::arbitrary<bool>();
      value.samples = *rc::gen::container<std::vector<std::string>>(
          list.count, rc::gen::element<std::string>("", "1", "2", "12 EUR", "/a", "a name", "EUR"));
      list.values.push_back(value);
    }
    for (const auto& guess : guess_lists(lists)) {
      RC_ASSERT(guess.fields.contains("id"));
      RC_ASSERT(guess.fields.contains("title"));
      RC_ASSERT(guess.weight > 0);
      for (const auto& [field, path] : guess.fields)
        RC_ASSERT(path.size() == 2);
    }
  });
}

TEST_CASE("an address as a template: what was searched for, and the number of the page") {
  auto x = guess_address("https://shop.example/find?cat=3&q=pull+laine%21&page=1&per_page=50#top");
  CHECK(x.url == "https://shop.example/find?cat=3&q={query}&page={page}&per_page=50");
  CHECK(x.query == "pull laine!");
  CHECK(x.has_query);
  CHECK(x.has_page);
  CHECK(x.page == 1);
  CHECK(x.page_size == 50);
  CHECK(guess_address("https://shop.example/list").url == "https://shop.example/list");
  CHECK(guess_address("https://shop.example/list?size=40").page_size == 0);
  CHECK(guess_address("https://shop.example/x?q={query}&page=2").url == "https://shop.example/x?q={query}&page=2");
  CHECK(guess_address("no address").url == "no address");
  rc::prop("what the template is filled with gives the address's parameters again", [] {
    auto word = *rc::gen::container<std::string>(rc::gen::elementOf(std::string{"abc019-_~"}));
    auto page = *rc::gen::inRange<uint32_t>(0, 99);
    auto url = "http://127.0.0.1:9/s?q=" + word + "&p=" + std::to_string(page);
    auto guess = guess_address(url);
    auto filled = url_template::parse(guess.url);
    RC_ASSERT(filled.has_value());
    RC_ASSERT(filled->fill({guess.query, guess.page, 0, {}}) == url);
  });
}

TEST_CASE("a source is named by its site") {
  CHECK(guess_source_name("https://www.shop.example/x") == "shop");
  CHECK(guess_source_name("https://shop.example/x") == "shop");
  CHECK(guess_source_name("http://127.0.0.1:8080/") == "site");
  CHECK(guess_source_name("http://localhost/") == "site");
  CHECK(guess_source_name("http://[::1]/") == "site");
  CHECK(guess_source_name("nothing") == "site");
}

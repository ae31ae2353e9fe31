// Pages that nobody has described: their format and their lists, and that what is guessed of them is read by the
// extractor itself.
#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

#include "adapters/extract/extractors.hpp"
#include "adapters/extract/page_survey.hpp"

using namespace vigie;

namespace {

struct read_back {
  page_framing framing = page_framing::json;
  std::string items;
  std::map<std::string, std::string> fields;
  std::vector<item> found;
};

/// The best guess of a page, read by the extractor.
read_back guess_of(const std::string& page, const std::string& content_type = {}) {
  auto survey = survey_page(page, {"https://shop.example/list", content_type});
  if (!survey)
    FAIL(to_string(survey.error()));
  auto guesses = guess_lists(survey->lists);
  REQUIRE_FALSE(guesses.empty());
  source_spec spec;
  spec.id = source_id{"shop"};
  spec.url = "https://shop.example/list";
  spec.extract.framing = survey->framing;
  spec.extract.items = guesses[0].items;
  spec.extract.fields = guesses[0].fields;
  auto reader = make_extractor(spec);
  if (!reader)
    FAIL(to_string(reader.error()));
  auto read = (*reader)->extract(page, {spec.url, content_type});
  if (!read)
    FAIL(to_string(read.error()));
  return {survey->framing, guesses[0].items, guesses[0].fields, read->items};
}

const std::string shop = R"(<!DOCTYPE html><html><head><title>Shop</title>
<link rel="alternate" type="application/rss+xml" href="/new.rss"></head><body>
<nav><ul class="menu"><li class="m"><a href="/a">Kitchen and living</a></li><li class="m"><a href="/b">Garden and terrace</a></li>
<li class="m"><a href="/c">Tools and machines</a></li><li class="m"><a href="/d">Books</a></li></ul></nav>
<div id="found"><article class="offer first" data-id="k1"><a class="pic" href="/i/1"><img data-src="/1.jpg" src="data:x"></a>
<h3><a href="/i/1">Pull en laine</a></h3><span class="price">12,50 €</span></article>
<article class="offer" data-id="k2"><a class="pic" href="/i/2"><img data-src="/2.jpg"></a><h3><a href="/i/2">Robe d'été</a></h3>
<span class="price">8,00 €</span></article>
<article class="offer last" data-id="k3"><a class="pic" href="/i/3"><img data-src="/3.jpg"></a><h3><a href="/i/3">Jean</a></h3>
<span class="price">31 €</span></article></div>
<footer><p class="f"><a href="/x">Imprint</a></p><p class="f"><a href="/y">Privacy</a></p><p class="f"><a href="/z">Jobs</a></p></footer>
</body></html>)";

} // namespace

TEST_CASE("HTML: the offers, not the menu; their ids, titles, prices, addresses and pictures") {
  auto x = guess_of(shop);
  CHECK(x.framing == page_framing::html);
  CHECK(x.items == "div#found > article.offer");
  REQUIRE(x.found.size() == 3);
  CHECK(x.found[0].id.value == "k1");
  CHECK(x.found[1].title == "Robe d'été");
  CHECK(x.found[0].price == optional<cents>{1250});
  CHECK(x.found[2].currency == optional<std::string>{"EUR"});
  CHECK(x.found[2].url == optional<std::string>{"https://shop.example/i/3"});
  CHECK(x.found[0].photo == optional<std::string>{"https://shop.example/1.jpg"});
  auto survey = survey_page(shop, {"https://shop.example/list", {}});
  REQUIRE(survey);
  CHECK(survey->feeds == std::vector<std::string>{"https://shop.example/new.rss"});
}

TEST_CASE("HTML without a class: rows of a table, and a list of links") {
  std::string table = "<html><body><table class=\"all\">";
  std::string list = "<html><body><h1>News</h1><ul id=\"news\">";
  for (int i = 1; i <= 5; ++i) {
    auto n = std::to_string(i);
    table += "<tr><td>" + n + "</td><td><a href=\"/p/" + n + "\">The product number " + n + "</a></td></tr>";
    list += "<li><a href=\"/n/" + n + "\">What happened on day " + n + "</a></li>";
  }
  auto rows = guess_of(table + "</table></body></html>");
  CHECK(rows.items == "table.all > tr");
  REQUIRE(rows.found.size() == 5);
  CHECK(rows.found[4].title == "The product number 5");
  CHECK(rows.found[4].id.value == "/p/5");
  auto links = guess_of(list + "</ul></body></html>");
  CHECK(links.items == "ul#news > li");
  REQUIRE(links.found.size() == 5);
  CHECK(links.found[0].url == optional<std::string>{"https://shop.example/n/1"});
}

TEST_CASE("JSON: the list wherever it stands, its fields wherever they stand in an entry") {
  auto x = guess_of(R"({"meta":{"tags":[{"id":"t1","name":"new"}]},"data":{"results":[
    {"listing_id":1,"title":"Pull","price":{"amount":12.5,"currency":"EUR"},"images":[{"url":"https://c.example/1"}],"link":"/i/1"},
    {"listing_id":2,"title":"Robe","price":{"amount":8,"currency":"EUR"},"images":[],"link":"/i/2"}]}})");
  CHECK(x.items == "data.results");
  REQUIRE(x.found.size() == 2);
  CHECK(x.found[0].id.value == "1");
  CHECK(x.found[0].price == optional<cents>{1250});
  CHECK(x.found[1].url == optional<std::string>{"https://shop.example/i/2"});
  CHECK(x.found[0].photo == optional<std::string>{"https://c.example/1"});
  CHECK(guess_of(R"([{"id":"a","name":"One"},{"id":"b","name":"Two"}])").items.empty());
  auto lines = guess_of("{\"id\":\"a\",\"name\":\"One\"}\n{\"id\":\"b\",\"name\":\"Two\"}\n");
  CHECK(lines.framing == page_framing::ndjson);
  CHECK(lines.found.size() == 2);
}

TEST_CASE("the format is told by the bytes") {
  auto format = [](const std::string& page, const std::string& type = {}) {
    auto x = survey_page(page, {"https://shop.example/", type});
    return x ? std::optional{x->framing} : std::nullopt;
  };
  CHECK(format("<?xml version=\"1.0\"?>\n<!-- <html> --><rss version=\"2.0\"><channel/></rss>") == page_framing::feed);
  CHECK(format("<feed xmlns=\"http://www.w3.org/2005/Atom\"/>") == page_framing::feed);
  CHECK(format("<rdf:RDF xmlns:rdf=\"x\"/>") == page_framing::feed);
  CHECK(format(R"({"version":"https://jsonfeed.org/version/1.1","items":[]})") == page_framing::feed);
  CHECK(format("<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\"/>") == page_framing::sitemap);
  CHECK(format("<sitemapindex/>") == page_framing::sitemap);
  CHECK(format("<?xml version=\"1.0\"?><catalogue/>") == page_framing::xml);
  CHECK(format("\xEF\xBB\xBF \n<p>text", "text/html") == page_framing::html);
  CHECK(format("plain words", "text/html") == page_framing::html);
  CHECK_FALSE(format("plain words"));
  CHECK_FALSE(format(""));
  CHECK_FALSE(format("   "));
  CHECK_FALSE(format("{\"a\":"));
  CHECK_FALSE(format(std::string("\x89PNG\r\n\x1a\n\0\0", 10)));
}

TEST_CASE("any bytes are surveyed or refused") {
  rc::prop("survey_page ends", [] {
    auto pieces = *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
        "<", ">", "<li class=x>", "</li>", "<a href=/1>", "</a>", "<!--", "-->", "{", "}", "[", "]", "\"a\":", "1,",
        "\"", "\n", "text", std::string(1, '\0'), "\xff", "<template>", "<table><tr>"));
    std::string page;
    for (const auto& x : pieces)
      page += x;
    auto survey = survey_page(page, {"https://shop.example/", *rc::gen::element<std::string>("", "text/html")});
    if (survey)
      guess_lists(survey->lists);
  });
}

TEST_CASE("a page of many lists within one another is surveyed in bounded work") {
  std::string page = "<html><body>";
  for (int i = 0; i < 200; ++i)
    page += "<div class=\"d" + std::to_string(i) + "\">";
  for (int i = 0; i < 20'000; ++i)
    page += "<p class=\"a b c d e\"><a href=\"/" + std::to_string(i) + "\">entry</a></p>";
  auto survey = survey_page(page + "</body></html>", {"https://shop.example/", "text/html"});
  REQUIRE(survey);
  CHECK(survey->lists.size() < 20);
  CHECK(survey->lists[0].count == 20'000);
  CHECK(survey->lists[0].values[0].samples.size() <= 50);
}

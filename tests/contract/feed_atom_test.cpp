// What Atom says of addresses and titles besides the plain case (feed_extractor_test.cpp).
#include <catch2/catch.hpp>

#include "adapters/extract/extractors.hpp"
#include "tests/support/feed_source.hpp"

using namespace vigie;

namespace {

result<extraction> extract(std::string_view page) {
  auto x = make_extractor(feed_source());
  REQUIRE(x);
  auto out = (*x)->extract(page);
  REQUIRE(out);
  return out;
}

} // namespace

TEST_CASE("addresses are absolute where xml:base says what they are relative to") {
  auto page = [](const std::string& feed_base, const std::string& entry_base, const std::string& link) {
    return "<feed xmlns='http://www.w3.org/2005/Atom'" + feed_base + "><link rel='next' href='?page=2'/><entry" +
           entry_base + "><id>1</id><title>t</title><link href='" + link +
           "'/><link rel='enclosure' type='image/png' href='i.png'/></entry></feed>";
  };
  auto shop = std::string{" xml:base='https://shop.example/all/feed.xml'"};
  auto out = extract(page(shop, "", "a-1?x=1&amp;y=2"));
  CHECK(out->items[0].url == "https://shop.example/all/a-1?x=1&y=2");
  CHECK(out->items[0].photo == "https://shop.example/all/i.png");
  CHECK(out->items[0].id.value == "1");
  CHECK(out->next == "https://shop.example/all/feed.xml?page=2");
  CHECK(extract(page(shop, "", "a-1#b"))->items[0].url == "https://shop.example/all/a-1#b");
  // Each base is relative to the one around it.
  CHECK(extract(page(shop, " xml:base='phones/'", "a-1"))->items[0].url == "https://shop.example/all/phones/a-1");
  CHECK(extract(page(shop, " xml:base='http://other.example/'", "/a-1"))->items[0].url == "http://other.example/a-1");
  // What is no http address stays as it is written, and so does what nothing absolute is said about.
  CHECK(extract(page(shop, "", "HTTPS://Shop.example/%7ea"))->items[0].url == "https://shop.example/%7ea");
  CHECK(extract(page(shop, "", "mailto:a@b.example"))->items[0].url == "mailto:a@b.example");
  CHECK(extract(page(" xml:base='/all/'", "", "a-1"))->items[0].url == "a-1");
  CHECK(extract(page("", "", "a-1"))->next == "?page=2");
  CHECK(extract(page(" xml:base='/all/'", " xml:base='http://b.example/c'", "a-1"))->items[0].url ==
        "http://b.example/a-1");
  CHECK(extract(page(" xml:base='http://b.example/" + std::string(5000, 'x') + "'", "", "a-1"))->items[0].url == "a-1");
  // Without the prefix it is an attribute like any other.
  CHECK(extract(page(" base='https://shop.example/'", "", "a-1"))->items[0].url == "a-1");
}

TEST_CASE("a title of XHTML is text where it is not markup") {
  auto title = [](const std::string& type, const std::string& text) {
    return extract("<feed xmlns='http://www.w3.org/2005/Atom'><entry><id>1</id><title type='" + type + "'>" + text +
                   "</title></entry></feed>")
        ->items[0]
        .title;
  };
  CHECK(title("xhtml", "<div xmlns='http://www.w3.org/1999/xhtml'>Un <b>b</b>ien &lt;b&gt; &amp;amp; c</div>") ==
        "Un bien <b> &amp; c");
  CHECK(title("html", "Un &lt;b&gt;b&lt;/b&gt;ien &amp;lt;b&amp;gt;") == "Un bien <b>");
}

// JSON Feed as a feed like the others, and feeds that come as gzip files.
#include <catch2/catch.hpp>

#include <sstream>

#include "adapters/extract/extractors.hpp"
#include "tests/support/feed_source.hpp"
#include "tests/support/nginx.hpp"

using namespace vigie;

namespace {

result<extraction> extract(std::string_view page, const source_spec& source = feed_source()) {
  auto x = make_extractor(source);
  REQUIRE(x);
  return (*x)->extract(page);
}

const std::string json_page = R"({
  "version": "https://jsonfeed.org/version/1.1", "title": "The shop", "home_page_url": "https://shop.example/",
  "feed_url": "https://shop.example/feed.json", "next_url": "https://shop.example/feed.json?page=2",
  "authors": [{"name": "Jo"}], "icon": null, "expired": false,
  "items": [
    {"id": "a-1", "title": "Lampe <b> & \u00e9", "url": "https://shop.example/1", "external_url": "https://other.example/",
     "image": "https://img.example/1.jpg", "date_published": "2026-11-24T10:00:00Z", "tags": ["new", "red"],
     "date_modified": "2026-11-25T09:30:00+01:00", "_shop": {"price": "49.95 EUR", "brand": "Nokia"}},
    {"id": 17, "content_html": "<p>Un &eacute;cran,<br> grand</p>", "external_url": "https://other.example/2",
     "attachments": [{"url": "https://snd.example/2.mp3", "mime_type": "audio/mpeg"},
                     {"url": "https://img.example/2.png", "mime_type": "image/png", "size_in_bytes": 12}]},
    {"title": "Only a title and a url", "url": "https://shop.example/3"}
  ]
})";

} // namespace

TEST_CASE("JSON Feed with its own mapping") {
  for (const std::string mark : {"", "\xef\xbb\xbf", "\n "}) {
    auto out = extract(mark + json_page);
    REQUIRE(out);
    REQUIRE(out->items.size() == 3);
    const auto& first = out->items[0];
    CHECK(first.id.value == "a-1");
    CHECK(first.title == "Lampe <b> & \xc3\xa9");
    CHECK(first.url == "https://shop.example/1");
    CHECK(first.photo == "https://img.example/1.jpg");
    CHECK_FALSE(first.price);
    const auto& second = out->items[1];
    CHECK(second.id.value == "17");
    CHECK(second.title == "Un \xc3\xa9"
                          "cran, grand");
    CHECK(second.url == "https://other.example/2");
    CHECK(second.photo == "https://img.example/2.png");
    CHECK(out->items[2].id.value == "https://shop.example/3");
    CHECK(to_rfc3339(*out->newest) == "2026-11-25T08:30:00.000Z");
    CHECK(out->next == "https://shop.example/feed.json?page=2");
    CHECK(out->notes.empty());
    CHECK(out->page_notes.empty());
  }
}

TEST_CASE("a source's own paths lead into the objects of a JSON Feed") {
  auto source = feed_source();
  source.extract.fields = {{"price", "_shop/price"}, {"brand", "_shop@brand"}, {"size", "tags"}};
  auto out = extract(json_page, source);
  REQUIRE(out);
  CHECK(out->items[0].price == cents{4995});
  CHECK(out->items[0].currency == "EUR");
  CHECK(out->items[0].brand == "Nokia");
  CHECK(out->items[0].size == "new");
  REQUIRE_FALSE(out->notes.empty());
  CHECK(out->notes[0].place == "/items[2]");
}

TEST_CASE("JSON that is no JSON Feed is refused with what to do") {
  auto trouble = [](std::string_view page) {
    auto out = extract(page);
    REQUIRE_FALSE(out);
    CHECK(out.error().code == errc::bad_page);
    return out.error().detail;
  };
  CHECK(trouble("{}").find("extract.format = \"json\"") != std::string::npos);
  CHECK(trouble(R"({"version": 1.1, "items": []})").find("no JSON Feed") != std::string::npos);
  CHECK(trouble(R"({"version": "1.1", "items": []})").find("no JSON Feed") != std::string::npos);
  CHECK(trouble(json_page.substr(0, json_page.size() - 3)).find("(JSON)") != std::string::npos);
  CHECK(extract(R"({"version": "https://jsonfeed.org/version/1", "items": []})")->items.empty());
  CHECK(extract(R"({"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "title": "a\u0000b"}]})")
            ->items[0]
            .title == "ab");
  std::string wide = R"({"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "title": "t")";
  for (int i = 0; i < 300; ++i)
    wide += ", \"k" + std::to_string(i) + "\": 1";
  CHECK(trouble(wide + "}]}").find("more than 256 members") != std::string::npos);
}

TEST_CASE("a feed or sitemap that is a gzip file is read as what is in it") {
  scratch_folder folder;
  std::ostringstream urls;
  for (int i = 0; i < 2000; ++i)
    urls << "<url><loc>https://shop.example/item/" << i * 7919 % 100003 << "</loc></url>\n";
  folder.write("sitemap.xml",
               "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>\n" + urls.str() + "</urlset>");
  folder.write("feed.json", json_page);
  folder.write("broken.rss",
               "\n<?xml version='1.0'?><rss><channel><item><guid>1</guid><title>A & B</title></item></channel></rss>");
  folder.write("bomb.xml", "<urlset>" + std::string(3 << 20, ' ') + "</urlset>");
  folder.run("gzip -9 sitemap.xml feed.json broken.rss bomb.xml");
  auto source = feed_source();
  CHECK(extract(folder.read("feed.json.gz"))->items.size() == 3);
  auto broken = extract(folder.read("broken.rss.gz"));
  REQUIRE(broken);
  CHECK(broken->items[0].title == "A & B");
  CHECK(broken->page_notes.size() == 2);
  source.extract.framing = page_framing::sitemap;
  auto packed = folder.read("sitemap.xml.gz");
  auto out = extract(packed, source);
  REQUIRE(out);
  CHECK(out->items.size() == 2000);
  CHECK(out->items[1].url == "https://shop.example/item/7919");
  CHECK(out->page_notes.empty());
  auto trouble = [&](std::string_view page) {
    auto refused = extract(page, source);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == errc::bad_page);
    return refused.error().detail;
  };
  for (size_t size = 2; size < packed.size(); size += packed.size() / 50)
    CHECK(trouble(std::string_view{packed}.substr(0, size)).find("gzip data was cut") != std::string::npos);
  CHECK(trouble(packed + "x").find("bytes follow the end") != std::string::npos);
  auto damaged = packed;
  damaged[damaged.size() / 2] = static_cast<char>(damaged[damaged.size() / 2] ^ 0x55);
  CHECK_FALSE(extract(damaged, source));
  CHECK(trouble(folder.read("bomb.xml.gz")) == "the page is a gzip file that unpacks to more than 100 times its size");
  source.max_body_bytes = 50000;
  CHECK(trouble(packed) == "the page is a gzip file of more than 50000 bytes, the source's max_body");
}

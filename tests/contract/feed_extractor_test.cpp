#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include "adapters/extract/extractors.hpp"
#include "adapters/extract/feed_path.hpp"
#include "adapters/extract/json_extractor.hpp"
#include "tests/support/feed_source.hpp"

using namespace vigie;

namespace {

source_spec sitemap_source(uint32_t max_pages = 0) {
  auto out = feed_source(page_framing::sitemap);
  if (max_pages > 0) {
    out.paging.kind = paging_kind::next_link;
    out.paging.max_pages = max_pages;
  }
  return out;
}

result<extraction> extract(const source_spec& source, std::string_view page) {
  auto x = make_extractor(source);
  REQUIRE(x);
  return (*x)->extract(page);
}

std::string refusal(const source_spec& source) {
  auto x = make_extractor(source);
  REQUIRE_FALSE(x);
  CHECK(x.error().code == errc::bad_config);
  return x.error().place + ": " + x.error().detail;
}

std::string trouble(const source_spec& source, std::string_view page) {
  auto out = extract(source, page);
  REQUIRE_FALSE(out);
  CHECK(out.error().code == errc::bad_page);
  return out.error().detail + " at " + out.error().place;
}

const std::string rss_page = R"(<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0" xmlns:m="http://search.yahoo.com/mrss/"
     xmlns:a="http://www.w3.org/2005/Atom">
<channel>
  <title>The shop</title> <link>https://shop.example/</link> <pubDate>Wed, 25 Nov 2026 23:00:00 GMT</pubDate>
  <a:link rel="self" href="https://shop.example/feed"/>
  <a:link rel="next" href="/feed?page=2"/>
  <item>
    <guid isPermaLink="false">a-1</guid>
    <title><![CDATA[Nokia 3310 <b>rouge</b> &amp; neuf]]></title>
    <link>
      https://shop.example/a-1
    </link>
    <pubDate>Tue, 24 Nov 2026 10:00:00 GMT</pubDate>
    <g:price>49.95 EUR</g:price> <g:brand>Nokia</g:brand> <g:condition>used</g:condition> <g:size>M</g:size>
    <m:content url="https://img.example/1.mp4" type="video/mp4"/>
    <m:content url="https://img.example/1.jpg" type="image/jpeg"/>
  </item>
  <item>
    <guid>https://shop.example/a-2</guid>
    <description>&lt;p&gt;Un &amp;eacute;cran,&lt;br/&gt; grand&lt;/p&gt;</description>
    <pubDate>Wed, 25 Nov 2026 09:30:00 +0100</pubDate>
    <g:price>1,199.00 USD</g:price> <g:sale_price>999.50 USD</g:sale_price>
    <enclosure url="https://img.example/2.png" type="image/png" length="1"/>
  </item>
  <item><title>Only a title and a link</title><link>https://shop.example/a-3</link><g:price>ask us</g:price></item>
</channel>
</rss>)";

const std::string atom_page = R"(<?xml version="1.0"?>
<feed xmlns="http://www.w3.org/2005/Atom">
  <title>Lists</title> <id>urn:feed</id> <updated>2026-11-25T10:00:00Z</updated>
  <link rel="next" href="https://shop.example/atom?p=2"/>
  <entry>
    <id>urn:1</id> <title type="html">A &amp;lt; B, &lt;em&gt;new&lt;/em&gt;</title> <updated>2026-11-25T09:00:00.5+01:00</updated>
    <link rel="enclosure" type="image/jpeg" href="https://img.example/1.jpg"/>
    <link rel="alternate" href="https://shop.example/1"/>
  </entry>
  <entry>
    <id>urn:2</id> <title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">One <i>two</i></div></title>
    <link href="https://shop.example/2"/> <published>2026-11-20</published>
  </entry>
</feed>)";

const std::string rdf_page =
    R"(<?xml version="1.0" encoding="ISO-8859-1"?>
<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
       xmlns:dc="http://purl.org/dc/elements/1.1/">
  <channel r:about="https://shop.example/"><title>T</title></channel>
  <item r:about="https://shop.example/i/1"><title>Caf)"
    "\xe9"
    R"(</title><link>https://shop.example/1</link><dc:date>2026-11-24T08:00:00Z</dc:date></item>
  <item r:about="https://shop.example/i/2"><title>Two</title></item>
</r:RDF>)";

} // namespace

TEST_CASE("RSS with its own mapping") {
  auto out = extract(feed_source(), rss_page);
  REQUIRE(out);
  REQUIRE(out->items.size() == 3);
  const auto& first = out->items[0];
  CHECK(first.id.value == "a-1");
  CHECK(first.title == "Nokia 3310 rouge & neuf");
  CHECK(first.url == "https://shop.example/a-1");
  CHECK(first.price == cents{4995});
  CHECK(first.currency == "EUR");
  CHECK(first.brand == "Nokia");
  CHECK(first.condition == "used");
  CHECK(first.size == "M");
  CHECK(first.photo == "https://img.example/1.jpg");
  const auto& second = out->items[1];
  CHECK(second.id.value == "https://shop.example/a-2");
  CHECK(second.title == "Un \xc3\xa9"
                        "cran, grand");
  CHECK(second.url == "https://shop.example/a-2");
  CHECK(second.price == cents{99950});
  CHECK(second.photo == "https://img.example/2.png");
  CHECK(out->items[2].id.value == "https://shop.example/a-3");
  CHECK(to_rfc3339(*out->newest) == "2026-11-25T08:30:00.000Z");
  CHECK(out->next == "/feed?page=2");
  REQUIRE(out->notes.size() == 1);
  CHECK(out->page_notes.size() == 1);
  CHECK(out->notes[0].field == "price");
  CHECK(out->notes[0].place == "line 26, /rss/channel/item[3]");
}

TEST_CASE("Atom with its own mapping") {
  auto out = extract(feed_source(), atom_page);
  REQUIRE(out);
  REQUIRE(out->items.size() == 2);
  CHECK(out->items[0].id.value == "urn:1");
  CHECK(out->items[0].title == "A < B, new");
  CHECK(out->items[0].url == "https://shop.example/1");
  CHECK(out->items[0].photo == "https://img.example/1.jpg");
  CHECK(out->items[1].title == "One two");
  CHECK(out->items[1].url == "https://shop.example/2");
  CHECK(to_rfc3339(*out->newest) == "2026-11-25T08:00:00.500Z");
  CHECK(out->next == "https://shop.example/atom?p=2");
  CHECK(out->notes.empty());
}

TEST_CASE("RDF, in its own encoding") {
  auto out = extract(feed_source(), rdf_page);
  REQUIRE(out);
  REQUIRE(out->items.size() == 2);
  CHECK(out->items[0].id.value == "https://shop.example/i/1");
  CHECK(out->items[0].title == "Caf\xc3\xa9");
  CHECK(out->items[0].url == "https://shop.example/1");
  CHECK(out->items[1].url == "https://shop.example/i/2");
  CHECK(to_rfc3339(*out->newest) == "2026-11-24T08:00:00.000Z");
  CHECK(out->next.empty());
}

TEST_CASE("old RSS: a document type that is not loaded, and the names of HTML's characters") {
  auto out = extract(feed_source(), R"(<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN"
    "http://my.netscape.com/publish/formats/rss-0.91.dtd">
    <rss version="0.91"><channel><item><title>Caf&eacute; &amp; th&eacute;&nosuch;</title>
    <link>https://shop.example/?a=1&amp;b=2</link></item></channel></rss>)");
  REQUIRE(out);
  CHECK(out->items[0].title == "Caf\xc3\xa9 & th\xc3\xa9");
  CHECK(out->items[0].id.value == "https://shop.example/?a=1&b=2");
}

TEST_CASE("a feed without items is an empty page, not a bad one") {
  CHECK(extract(feed_source(), "<rss><channel><title>x</title></channel></rss>")->items.empty());
  CHECK(extract(feed_source(), "<feed xmlns=\"http://www.w3.org/2005/Atom\"/>")->items.empty());
}

TEST_CASE("fields of the source go before those of the format") {
  auto source = feed_source();
  source.extract.fields = {{"title", "g:brand|title"},
                           {"size", "x:what/x:size@of"},
                           {"url", "@nothing|guid"},
                           {"photo", "m:content[type=video/*]@url"},
                           {"condition", "m:content[!type]@url"}};
  source.extract.namespaces = {{"x", "urn:x"}, {"m", "http://search.yahoo.com/mrss/"}};
  source.extract.constants = {{"currency", "EUR"}, {"brand", "none"}};
  source.sanity.dated = "x:seen";
  auto page =
      R"(<rss xmlns:y="urn:x" xmlns:m="http://search.yahoo.com/mrss/"><channel><item><guid>1</guid><title>t</title>
    <y:what><y:size of=""/><y:size of="XL"/></y:what><y:seen>1764101533</y:seen><pubDate>not read</pubDate>
    <m:content url="v" type="video/mp4"/><m:content url="i"/></item>
    <item><guid>2</guid><title>u</title><y:seen>later</y:seen></item></channel></rss>)";
  auto out = extract(source, page);
  REQUIRE(out);
  CHECK(out->items[0].title == "t");
  CHECK(out->items[0].size == "XL");
  CHECK(out->items[0].url == "1");
  CHECK(out->items[0].photo == "v");
  CHECK(out->items[0].condition == "i");
  CHECK(out->items[0].currency == "EUR");
  CHECK(out->items[0].brand == "none");
  CHECK(to_rfc3339(*out->newest) == "2025-11-25T20:12:13.000Z");
  REQUIRE(out->notes.size() == 4);
  CHECK(out->notes[0].item == 1);
  CHECK(out->notes[0].field == "condition");
  CHECK(out->notes[0].reason == "missing or empty");
  CHECK(out->notes[0].place == "line 4, /rss/channel/item[2]");
  CHECK(out->notes[3].field == "date");
  CHECK(out->notes[3].reason == "is no date that is understood");
}

TEST_CASE("what is no feed is a bad page with its place") {
  auto feed = feed_source();
  CHECK(trouble(feed, "<html><body/></html>") == "no feed begins with the element html at line 1, /html");
  CHECK(trouble(feed, "<rss/>") == "the channel is missing at line 1, /rss/channel");
  CHECK(trouble(feed, "<rss><channel>\n<item><title>x</title></item></channel></rss>") ==
        "id is missing at line 2, /rss/channel/item[1]");
  CHECK(trouble(feed, "<rss><channel><item><guid>1</guid><title> </title></item></channel></rss>") ==
        "title is missing at line 1, /rss/channel/item[1]");
  CHECK(trouble(feed, "<rss><channel>\n<item></channel></rss>").find("line 2, column ") != std::string::npos);
  CHECK_FALSE(extract(feed, ""));
  CHECK_FALSE(extract(feed, "{}"));
}

TEST_CASE("nothing is expanded and nothing is loaded") {
  auto feed = feed_source();
  std::string bomb = "<!DOCTYPE rss [<!ENTITY a0 \"ha\">";
  for (int i = 1; i < 30; ++i) {
    auto before = "&a" + std::to_string(i - 1) + ";";
    bomb += "<!ENTITY a" + std::to_string(i) + " \"" + before + before + before + "\">";
  }
  bomb += "]><rss><channel><item><guid>1</guid><title>&a29;</title></item></channel></rss>";
  CHECK(trouble(feed, bomb).find("entities of its own") != std::string::npos);
  CHECK(trouble(feed, R"(<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/hostname">]><rss><channel><item><guid>1</guid>
    <title>&x;</title></item></channel></rss>)")
            .find("entities of its own") != std::string::npos);
  CHECK(trouble(feed, R"(<!DOCTYPE rss [<!ENTITY % x SYSTEM "file:///etc/hostname"> %x;]><rss/>)")
            .find("entities of its own") != std::string::npos);
  // XInclude is a word like any other here.
  auto include = extract(feed, R"(<rss xmlns:xi="http://www.w3.org/2001/XInclude"><channel><item><guid>1</guid>
    <title>t<xi:include href="/etc/hostname" parse="text"/></title></item></channel></rss>)");
  REQUIRE(include);
  CHECK(include->items[0].title == "t");
  std::string deep = "<rss>";
  for (int i = 0; i < 100000; ++i)
    deep += "<a>";
  CHECK_FALSE(extract(feed, deep));
  feed_limits tight;
  tight.parse.elements = 3;
  CHECK(feed_tree::parse("<a><b/><c/></a>", {}, tight));
  CHECK_FALSE(feed_tree::parse("<a><b/><c/><d/></a>", {}, tight));
}

TEST_CASE("a source's next link stands in the head of the feed") {
  auto source = feed_source();
  source.paging.kind = paging_kind::next_link;
  source.paging.next = "more@to";
  auto out =
      extract(source, R"(<rss><channel><more to="/2"/><item><guid>1</guid><title>t</title></item></channel></rss>)");
  REQUIRE(out);
  CHECK(out->next == "/2");
}

TEST_CASE("a sitemap's items are its addresses") {
  auto page = R"(<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:n="http://www.google.com/schemas/sitemap-news/0.9">
 <url><loc> https://shop.example/?a=1&amp;b=2 </loc><lastmod>2026-11-24</lastmod><priority>0.5</priority></url>
 <url><loc>https://shop.example/2</loc><lastmod>2026-11-25T10:00+00:00</lastmod>
  <n:news><n:title>Second</n:title></n:news></url>
</urlset>)";
  auto out = extract(sitemap_source(), page);
  REQUIRE(out);
  REQUIRE(out->items.size() == 2);
  CHECK(out->items[0].id.value == "https://shop.example/?a=1&b=2");
  CHECK(out->items[0].title == "https://shop.example/?a=1&b=2");
  CHECK(out->items[0].url == "https://shop.example/?a=1&b=2");
  CHECK(to_rfc3339(*out->newest) == "2026-11-25T10:00:00.000Z");
  CHECK(out->next.empty());
  auto source = sitemap_source();
  source.extract.fields["title"] = "news:news/news:title|loc";
  CHECK(extract(source, page)->items[1].title == "Second");
  CHECK(trouble(sitemap_source(), "<urlset><url><lastmod>2026</lastmod></url></urlset>") ==
        "id is missing at line 1, /urlset/url[1]");
  CHECK(trouble(sitemap_source(), "<rss/>") == "no sitemap begins with the element rss at line 1, /rss");
}

TEST_CASE("an index of sitemaps is a list of next pages") {
  auto index = R"(<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
    <sitemap><loc>https://shop.example/1.xml</loc><lastmod>2026</lastmod></sitemap>
    <sitemap><loc>https://shop.example/2.xml</loc></sitemap><sitemap><loc>/3.xml</loc></sitemap></sitemapindex>)";
  auto out = extract(sitemap_source(10), index);
  REQUIRE(out);
  CHECK(out->items.empty());
  CHECK(out->next == "https://shop.example/1.xml\nhttps://shop.example/2.xml\n/3.xml");
  CHECK(extract(sitemap_source(2), index)->next == "https://shop.example/1.xml\nhttps://shop.example/2.xml");
  CHECK(trouble(sitemap_source(), index).find("paging.kind = \"next_link\"") != std::string::npos);
  CHECK(trouble(sitemap_source(2), "<sitemapindex><sitemap/></sitemapindex>") ==
        "loc is missing at line 1, /sitemapindex/sitemap[1]");
}

TEST_CASE("specs of feeds that make no sense") {
  auto with = [](auto change) {
    auto source = feed_source();
    change(source);
    return refusal(source);
  };
  CHECK(with([](auto& x) { x.extract.items = "item"; }).find("extract.items: ") == 0);
  CHECK(with([](auto& x) { x.extract.header_row = true; }).find("extract.header_row: ") == 0);
  CHECK(with([](auto& x) { x.extract.fields["colour"] = "c"; }).find("extract.fields.colour: ") == 0);
  CHECK(with([](auto& x) { x.extract.fields["date"] = "c"; }).find("extract.fields.date: ") == 0);
  CHECK(with([](auto& x) { x.extract.fields["brand"] = "q:brand"; }) ==
        "extract.fields.brand: byte 1 of the path: the prefix q is not known; name it in extract.namespaces");
  CHECK(with([](auto& x) { x.extract.constants["id"] = "1"; }).find("extract.constants.id: ") == 0);
  CHECK(with([](auto& x) { x.sanity.dated = "a//b"; }) == "sanity.dated: byte 3 of the path: expected a name here");
  CHECK(with([](auto& x) { x.paging.next = "a@"; }).find("paging.next: ") == 0);
  CHECK(with([](auto& x) {
          x.extract.framing = page_framing::sitemap;
          x.paging.next = "a";
        }).find("paging.next: ") == 0);
}

TEST_CASE("paths into feeds") {
  for (auto good :
       {"a", "a/b", "a@b", "@b", "a|b", "a[b=c]", "a[b=c][!d]/e[f=x/*]@g|@rdf:about", "dc:date", "\xc3\xa9/x-y.z"})
    CHECK(feed_path::parse(good));
  for (auto bad :
       {"",       "/",    "a/",    "/a",   "a//b", "a|",  "|a",    "a@", "a@b/c", "a[",    "a[b",    "a[b=", "a[b=]",
        "a[b=*]", "a[b]", "a[=c]", "a[!]", "a]",   "a b", "a:b:c", ":a", "dc:",   "a[b=c", "nope:a", "a@b@c"}) {
    CAPTURE(bad);
    auto path = feed_path::parse(bad);
    REQUIRE_FALSE(path);
    CHECK(path.error().code == errc::bad_config);
  }
}

TEST_CASE("in titles of XHTML and HTML words end where lines do, and scripts are no text") {
  auto title = [](const std::string& x) {
    auto out =
        extract(feed_source(), "<feed xmlns=\"http://www.w3.org/2005/Atom\"><entry><id>1</id>" + x + "</entry></feed>");
    REQUIRE(out);
    REQUIRE(out->items.size() == 1);
    return out->items[0].title;
  };
  auto xhtml = [&](const std::string& x) {
    return title("<title type=\"xhtml\"><div xmlns=\"http://www.w3.org/1999/xhtml\">" + x + "</div></title>");
  };
  CHECK(xhtml("One<br/>two<p>three</p>four i<b>Phone</b>") == "One two three four iPhone");
  CHECK(xhtml("a<script>b</script>c<style>d</style>e &lt;b&gt;") == "ace <b>");
  CHECK(title("<title type=\"html\">One&lt;br&gt;two &amp;eacute &amp;#128;5 &amp;check;</title>") == "One two é €5 ✓");
  CHECK(title("<title type=\"html\">a&lt;script&gt;b&lt;/i&gt;&lt;/script&gt;c&lt;STYLE&gt;d&lt;/style&gt;e</title>") ==
        "ace");
  CHECK(title("<title type=\"html\">a&lt;script&gt;b</title>") == "a");
  CHECK(title("<title>Steh\u00adlampe &amp;shy;x\u200b </title>") == "Stehlampe x");
  CHECK(title("<title type=\"text\">i&lt;b&gt;Phone &amp;amp;</title>") == "i<b>Phone &amp;");
}

TEST_CASE("markup is taken out of text") {
  CHECK(without_markup("a < b > c, d <3, <b>e</b><br/>f<!-- g > --> &amp;lt; &#x41;&#66; &nosuch; &;&#; &#xD800; &") ==
        "a < b > c, d <3, e f &lt; AB &nosuch; &;&#; \xef\xbf\xbd &");
  // What is marked within a word leaves it one.
  CHECK(without_markup("i<b>Phone</b>, <SPAN class='x>'>2</SPAN><sup>e</sup> m<!-- x -->ain") == "iPhone, '>2e main");
  CHECK(without_markup("<p>one</p><p>two</p>three<br>four<li>five</li><beta>six") == "one two three four five six");
  REQUIRE(rc::check("of any text", [] {
    static const std::string bytes = "<>&;#x1amp/!- b\xc3";
    auto text = *rc::gen::container<std::string>(rc::gen::elementOf(bytes));
    RC_ASSERT(without_markup(text).size() <= 4 * text.size() + 4);
  }));
}

TEST_CASE("no page crashes the feed extractors, and none that is cut passes") {
  auto feed = make_extractor(feed_source());
  auto sitemap = make_extractor(sitemap_source(5));
  for (const auto& page : {rss_page, atom_page, rdf_page})
    for (size_t size = 0; size < page.size(); ++size)
      REQUIRE_FALSE((*feed)->extract(page.substr(0, size)));
  REQUIRE(rc::check("bytes changed anywhere", [&] {
    auto page = *rc::gen::element(rss_page, atom_page, rdf_page);
    for (int n = *rc::gen::inRange(1, 6); n > 0; --n)
      page[*rc::gen::inRange<size_t>(0, page.size())] = *rc::gen::arbitrary<char>();
    for (auto* x : {feed->get(), sitemap->get()}) {
      auto out = x->extract(page);
      RC_ASSERT(out.has_value() || (out.error().code == errc::bad_page && !out.error().detail.empty()));
    }
  }));
}

TEST_CASE("elements within a feed's price are boundaries") {
  auto source = feed_source(page_framing::feed);
  source.extract.fields["price"] = "price";
  auto read = [&](const std::string& price) {
    auto page = extract(source, "<rss xmlns:h='http://www.w3.org/1999/xhtml'><channel><item><guid>1</guid>"
                                "<title>a</title><price>" +
                                    price + "</price></item></channel></rss>");
    REQUIRE(page);
    return page->items.at(0).price.value_or(-1);
  };
  CHECK(read("39,99 €") == 3999);
  CHECK(read("39<h:sup>99</h:sup> €") == 3999);
  CHECK(read("<h:s>59 €</h:s>39 €") == 3900);
  CHECK(read("<amount>39.99</amount><currency>EUR</currency>") == 3999);
  CHECK(read("<units>39</units><cents>99</cents>") == -1);
  CHECK(read("<![CDATA[39]]><!-- -->99") == 399900);
}

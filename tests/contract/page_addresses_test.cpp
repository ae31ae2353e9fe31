// The addresses of items, through the readers of every format.
#include <catch2/catch.hpp>

#include "adapters/extract/extractors.hpp"
#include "adapters/extract/html_extractor.hpp"

using namespace vigie;

namespace {

const std::string shop = "https://shop.example/all/list?page=1";

source_spec html_source() {
  source_spec out;
  out.extract.framing = page_framing::html;
  out.extract.items = "li";
  out.extract.fields = {
      {"id", "::attr(id)"}, {"title", "::attr(id)"}, {"url", "a::attr(href)"}, {"photo", "img::attr(src)"}};
  out.paging.kind = paging_kind::next_link;
  out.paging.next = "p > a";
  return out;
}

std::string html_page(const std::string& head, const std::string& href, const std::string& src = "/1.jpg") {
  return "<html><head>" + head + "</head><body><ul><li id=1><a href=\"" + href + "\">x</a><img src=\"" + src +
         "\"></li></ul><p><a href=\"?page=2\">on</a></p></body></html>";
}

source_spec xml_source() {
  source_spec out;
  out.extract.framing = page_framing::xml;
  out.extract.items = "thing";
  out.extract.fields = {{"id", "::attr(id)"}, {"title", "::attr(id)"}, {"url", "link"}, {"photo", "image::attr(src)"}};
  out.paging.kind = paging_kind::next_link;
  out.paging.next = "more::attr(to)";
  return out;
}

source_spec json_source() {
  source_spec out;
  out.extract.fields = {{"id", "id"}, {"title", "id"}, {"url", "url"}, {"photo", "photo"}};
  return out;
}

source_spec plain(page_framing framing) {
  source_spec out;
  out.extract.framing = framing;
  out.paging.kind = paging_kind::next_link;
  out.paging.max_pages = 5;
  return out;
}

extraction read(const source_spec& source, std::string_view page, const std::string& url = shop) {
  auto made = make_extractor(source);
  if (!made)
    FAIL(made.error().place + ": " + made.error().detail);
  auto out = (*made)->extract(page, {url, ""});
  if (!out)
    FAIL(out.error().detail);
  return *out;
}

/// Of a page of HTML, read by the stream and as a tree.
extraction read_html(const std::string& page, const std::string& url = shop) {
  auto quick = make_html_extractor(html_source());
  auto tree = make_html_extractor(html_source(), markup_path::tree);
  auto out = (*quick)->extract(page, {url, ""});
  auto same = (*tree)->extract(page, {url, ""});
  REQUIRE(out);
  REQUIRE(same);
  CHECK(out->items == same->items);
  CHECK(out->next == same->next);
  return *out;
}

std::string html_url(const std::string& head, const std::string& href, const std::string& url = shop) {
  return read_html(html_page(head, href), url).items.at(0).url.value_or("none");
}

std::string refused(const source_spec& source) {
  auto made = make_extractor(source);
  REQUIRE_FALSE(made);
  CHECK(made.error().code == errc::bad_config);
  return made.error().place + ": " + made.error().detail;
}

} // namespace

TEST_CASE("addresses in HTML are relative to the page that answered") {
  auto out = read_html(html_page("", "i/1?x=1&amp;y=2#z"));
  CHECK(out.items[0].url == "https://shop.example/all/i/1?x=1&y=2#z");
  CHECK(out.items[0].photo == "https://shop.example/1.jpg");
  CHECK(out.next == "https://shop.example/all/list?page=2");
  CHECK(html_url("", "//cdn.example/x") == "https://cdn.example/x");
  CHECK(html_url("", "HTTPS://Shop.example:443/../a b") == "https://shop.example/a%20b");
  CHECK(html_url("", "\n /a\n/b\t") == "https://shop.example/a/b");
  CHECK(html_url("", "\\a\\b") == "https://shop.example/a/b");
  CHECK(html_url("", "#") == "https://shop.example/all/list?page=1#");
  CHECK(html_url("", "") == "none"); // no address was meant
  CHECK(html_url("", "mailto:a@shop.example") == "mailto:a@shop.example");
  CHECK(html_url("", "javascript:void(0)") == "javascript:void(0)");
  CHECK(html_url("", "http://[") == "http://[");
  CHECK(html_url("", "i/1", "") == "i/1"); // nothing is known
  CHECK(html_url("", "http://Shop.example", "") == "http://shop.example/");
}

TEST_CASE("the query of an address in HTML is meant in the page's encoding, as a browser sends it") {
  auto page = html_page("<meta charset=windows-1251>", "/\xE0?q=\xE0\xFF#\xE0"); // а, я
  CHECK(read_html(page).items.at(0).url == "https://shop.example/%D0%B0?q=%E0%FF#%D0%B0");
  CHECK(html_url("<meta charset=utf-8>", "?q=а") == "https://shop.example/all/list?q=%D0%B0");
  CHECK(read(xml_source(),
             "<?xml version='1.0' encoding='windows-1251'?><a><thing id='1'><link>?q=\xE0</link></thing></a>")
            .items.at(0)
            .url == "https://shop.example/all/list?q=%D0%B0");
}

TEST_CASE("a <base> is relative to the page itself, and the first counts") {
  CHECK(html_url("<base href=\"/de/\">", "i/1") == "https://shop.example/de/i/1");
  CHECK(html_url("<base href=\"https://b.example/de/\">", "i/1") == "https://b.example/de/i/1");
  CHECK(html_url("<base href=\"//b.example\">", "i/1") == "https://b.example/i/1");
  CHECK(html_url("<base href=\"../x/\"><base href=\"/y/\">", "i/1") == "https://shop.example/x/i/1");
  CHECK(html_url("<base target=\"_top\"><base href=\"/y/\">", "i/1") == "https://shop.example/y/i/1");
  CHECK(html_url("<base href=\"javascript:x\">", "i/1") == "https://shop.example/all/i/1");
  CHECK(html_url("<base href=\"https://b.example/de/\">", "i/1", "") == "https://b.example/de/i/1");
  CHECK(html_url("<base href=\"/de/\">", "i/1", "") == "i/1");
  CHECK(read_html(html_page("<base href=\"/de/\">", "x")).next == "https://shop.example/de/?page=2");
}

TEST_CASE("a cursor is no address") {
  auto source = html_source();
  source.paging.kind = paging_kind::cursor;
  source.paging.next = "p > a::attr(href)";
  CHECK(read(source, html_page("<base href=\"https://b.example/\">", "x")).next == "?page=2");
  auto feed = plain(page_framing::feed);
  feed.paging.kind = paging_kind::cursor;
  feed.paging.next = "more@to";
  CHECK(read(feed, "<rss xml:base='http://b.example/'><channel><more to='2'/></channel></rss>").next == "2");
}

TEST_CASE("in XML each xml:base is relative to those around it") {
  auto page = [](const std::string& root, const std::string& thing, const std::string& link) {
    return "<all" + root + "><thing id='1'" + thing + "><link>" + link +
           "</link><image xml:base='img/' src='1.jpg'/></thing><more xml:base='next/' to='2'/></all>";
  };
  auto out = read(xml_source(), page("", "", "i/1"));
  CHECK(out.items[0].url == "https://shop.example/all/i/1");
  CHECK(out.items[0].photo == "https://shop.example/all/img/1.jpg");
  CHECK(out.next == "https://shop.example/all/next/2");
  out = read(xml_source(), page(" xml:base='/de/'", " xml:base='x/'", "i/1"));
  CHECK(out.items[0].url == "https://shop.example/de/x/i/1");
  CHECK(out.items[0].photo == "https://shop.example/de/x/img/1.jpg");
  CHECK(out.next == "https://shop.example/de/next/2");
  out = read(xml_source(), page(" xml:base='http://b.example/c'", "", "i/1"), "");
  CHECK(out.items[0].url == "http://b.example/i/1");
  CHECK(read(xml_source(), page(" base='http://b.example/c'", "", "i/1")).items[0].url ==
        "https://shop.example/all/i/1");
  // Elements after one another have their own.
  out = read(xml_source(), "<all><a xml:base='/a/'><thing id='1'><link>x</link></thing></a><thing id='2'><link>x</link>"
                           "</thing><b xml:base='/b/'><thing id='3'><link>x</link></thing></b></all>");
  CHECK(out.items[0].url == "https://shop.example/a/x");
  CHECK(out.items[1].url == "https://shop.example/all/x");
  CHECK(out.items[2].url == "https://shop.example/b/x");
}

TEST_CASE("addresses in a feed are relative to xml:base, and that to the feed") {
  auto feed = [](const std::string& root, const std::string& item) {
    return "<rss" + root + "><channel><item><guid isPermaLink='false'>1</guid><title>t</title>" + item +
           "</item></channel></rss>";
  };
  auto source = plain(page_framing::feed);
  CHECK(read(source, feed("", "<link>i/7</link>")).items[0].url == "https://shop.example/all/i/7");
  CHECK(read(source, feed("", "<link> \n/i/7 \n</link>")).items[0].url == "https://shop.example/i/7");
  CHECK(read(source, feed(" xml:base='/de/'", "<link>i/7</link>")).items[0].url == "https://shop.example/de/i/7");
  CHECK(read(source, feed("", "<enclosure type='image/png' url='1.png'/>")).items[0].photo ==
        "https://shop.example/all/1.png");
  auto atom = read(source, "<feed xmlns='http://www.w3.org/2005/Atom'><link rel='next' href='?page=2'/>"
                           "<entry><id>tag:1</id><title>t</title><link href='i/7'/></entry></feed>");
  CHECK(atom.items[0].url == "https://shop.example/all/i/7");
  CHECK(atom.next == "https://shop.example/all/list?page=2");
  // The id stays as the page writes it, though it may be the address as well.
  auto linked =
      read(source, "<rss><channel><item><title>t</title><link>HTTP://Shop.example/i/7</link></item></channel></rss>");
  CHECK(linked.items[0].id.value == "HTTP://Shop.example/i/7");
  CHECK(linked.items[0].url == "http://shop.example/i/7");
  auto permanent =
      read(source, "<rss><channel><item><guid>http://Shop.example</guid><title>t</title></item></channel></rss>");
  CHECK(permanent.items[0].id.value == "http://Shop.example");
  CHECK(permanent.items[0].url == "http://shop.example/");
}

TEST_CASE("addresses in a sitemap and in JSON are relative to their page") {
  auto map = read(plain(page_framing::sitemap), "<urlset><url><loc>/a b</loc></url></urlset>");
  CHECK(map.items[0].url == "https://shop.example/a%20b");
  CHECK(map.items[0].id.value == "/a b");
  auto out = read(json_source(), R"([{"id":1,"url":"i/1","photo":"//cdn.example/1.jpg"},{"id":2,"url":"","photo":null},
    {"id":3,"url":"https://shop.example/i/3?x=1","photo":"data:image/png;base64,x"}])");
  CHECK(out.items[0].url == "https://shop.example/all/i/1");
  CHECK(out.items[0].photo == "https://cdn.example/1.jpg");
  CHECK_FALSE(out.items[1].url);
  CHECK(out.items[2].url == "https://shop.example/i/3?x=1");
  CHECK(out.items[2].photo == "data:image/png;base64,x");
}

TEST_CASE("an address is made of the id where the page has none") {
  auto source = json_source();
  source.extract.url_template = "https://shop.example/item/{id}?from={id}#top";
  auto out = read(source, R"([{"id":"a/1 é"},{"id":2,"url":"/i/2"},{"id":3,"url":""}])");
  CHECK(out.items[0].url == "https://shop.example/item/a%2F1%20%C3%A9?from=a%2F1%20%C3%A9#top");
  CHECK(out.items[1].url == "https://shop.example/i/2");
  CHECK(out.items[2].url == "https://shop.example/item/3?from=3#top");
  source = html_source();
  source.extract.url_template = "https://shop.example/item/{id}";
  CHECK(read(source, html_page("", "")).items[0].url == "https://shop.example/item/1");
  source = plain(page_framing::feed);
  source.extract.url_template = "https://shop.example/item/{id}";
  CHECK(read(source, "<rss><channel><item><guid>http://a.example/</guid><title>t</title></item></channel></rss>")
            .items[0]
            .url == "https://shop.example/item/http%3A%2F%2Fa.example%2F");
}

TEST_CASE("a template that makes no address is refused where it stands") {
  auto says = [](const std::string& text) {
    auto source = json_source();
    source.extract.url_template = text;
    return refused(source);
  };
  CHECK(says("https://shop.example/item") ==
        "extract.url_template: it has no {id}: every item would have the same address");
  CHECK(says("https://{id}.shop.example/").find("path, the query or the fragment") != std::string::npos);
  CHECK(says("/item/{id}").find("of an absolute address") != std::string::npos);
  CHECK(says("ftp://shop.example/{id}").find("is not an absolute http or https URL") != std::string::npos);
  CHECK(says("https://shop.example/{query}/{id}").find("another placeholder or brace") != std::string::npos);
  CHECK(says("https://shop.example/{{id}}").find("another placeholder or brace") != std::string::npos);
  auto source = json_source();
  source.extract.url_template = "https://shop.example/{id}";
  source.extract.constants["url"] = "https://shop.example/";
  CHECK(refused(source).find("constants.url") != std::string::npos);
}

// One odd entry does not cost its page, a page of nothing else does, and an empty search is an empty list: in every
// format.
#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include "actors/policy/page_notes.hpp"
#include "adapters/extract/extractors.hpp"
#include "adapters/extract/html_extractor.hpp"

using namespace vigie;

namespace {

using fields = std::map<std::string, std::string>;

source_spec source_of(page_framing framing, std::string items, fields paths) {
  source_spec out;
  out.extract.framing = framing;
  out.extract.items = std::move(items);
  out.extract.fields = std::move(paths);
  return out;
}

source_spec json() {
  return source_of(page_framing::json, "r", {{"id", "id"}, {"title", "t"}, {"price", "p"}});
}

source_spec html() {
  return source_of(page_framing::html, "ul > li", {{"id", "a::attr(data-id)"}, {"title", "a"}, {"price", "i"}});
}

source_spec rows() {
  auto out = source_of(page_framing::ndjson, "", {{"id", "id"}, {"title", "t"}});
  out.extract.header_row = true;
  return out;
}

source_spec feed() {
  return source_of(page_framing::feed, "", {});
}

/// "1:A 2:B", then a line for each note; or "place: detail".
std::string told(const result<extraction>& page) {
  if (!page)
    return page.error().place + ": " + page.error().detail;
  std::string out;
  for (const auto& x : page->items)
    out += (out.empty() ? "" : " ") + x.id.value + ":" + x.title;
  for (const auto& x : to_sentences(page->page_notes))
    out += "\n" + x;
  return out;
}

result<extraction> extract(const source_spec& source, std::string_view page) {
  auto x = make_extractor(source);
  if (!x)
    FAIL(x.error().place + ": " + x.error().detail);
  return (*x)->extract(page);
}

std::string read(const source_spec& source, std::string_view page) {
  return told(extract(source, page));
}

/// By both readers, which say the same.
std::string read_html(const source_spec& source, const std::string& body) {
  auto page = "<!DOCTYPE html><html><head><title>t</title></head><body>" + body + "</body></html>";
  auto out = read(source, page);
  CHECK(told((*make_html_extractor(source, markup_path::tree))->extract(page)) == out);
  return out;
}

std::string channel(const std::string& items) {
  return "<rss version=\"2.0\"><channel><title>c</title>" + items + "</channel></rss>";
}

source_spec with_empty(source_spec x, std::string what) {
  x.extract.empty = std::move(what);
  return x;
}

std::string refused(const source_spec& source) {
  auto x = make_extractor(source);
  REQUIRE_FALSE(x);
  return x.error().place + ": " + x.error().detail;
}

/// What is on every page tells nothing: said as long as there are items, since without them nobody could.
const std::string idle = "\nwhat extract.empty names is on this page, although it has items: it tells no empty search";
const std::string advice = "; if only a search that finds nothing looks so, say in extract.empty what such a page has";

} // namespace

TEST_CASE("JSON: an odd entry is left out and counted") {
  CHECK(read(json(), R"({"r":[{"id":1,"t":"A"},{"ad":true,"t":"Buy"},{"id":2,"t":"B"}]})") ==
        "1:A 2:B\nan item without an id was left out, at /r/1/id");
  CHECK(read(json(), R"({"r":[{"id":1,"t":"A"},{"id":2},{"id":3,"t":null},{"id":4,"t":" \n"},{"id":5,"t":{}},
                              {"t":"x"},null,7,"x",[]]})") ==
        "1:A\n2 items without an id were left out, first at /r/5/id\n"
        "4 items without a title were left out, first at /r/1/t\n"
        "3 entries that are no items were left out, first at /r/6");
  CHECK(read(json(), "{\"r\":[{\"id\":1,\"t\":\"A\"},{\"id\":2,\"t\":\"" + std::string(70000, 'x') + "\"}]}") ==
        "1:A\nan item whose id or title is too long was left out, at /r/1/t");
  auto constant = json();
  constant.extract.constants["title"] = "thing";
  CHECK(read(constant, R"({"r":[{"id":1,"t":" "},{"id":2,"t":{}}]})") ==
        "1:thing\nan item without a title was left out, at /r/1/t");
}

TEST_CASE("JSON: of what is left out, neither notes nor dates stay") {
  auto source = json();
  source.sanity.dated = "d";
  auto page = extract(source, R"({"r":[{"id":1,"t":"A","p":"?","d":"2026-11-01"},{"id":2,"p":"?","d":"2026-11-30"},
                                       {"id":3,"t":"C","p":"?!","d":"2026-11-02"}]})");
  REQUIRE(page);
  CHECK(to_rfc3339(*page->newest) == "2026-11-02T00:00:00.000Z");
  REQUIRE(page->notes.size() == 2);
  CHECK(page->notes[1].item == 1);
  CHECK(page->notes[1].place == "/r/2/p");
  CHECK(page->left_out.without_title == 1);
  CHECK(page->left_out.all() == 1);
}

TEST_CASE("nothing is said of the other fields of what is left out") {
  auto notes_of = [](const result<extraction>& page) {
    REQUIRE(page);
    CHECK(page->items.size() == 1);
    CHECK(page->notes.empty());
    return to_sentences(page->page_notes).size();
  };
  CHECK(notes_of(extract(json(), R"({"r":[{"id":1,"t":"A","p":1},{"id":2,"p":"1 € or 2 €"},{"t":"C","p":[]}]})")) == 2);
  CHECK(notes_of(extract(
            html(), "<ul><li><a data-id=1>A</a><i>1</i></li><li><a data-id=2></a><i>1 € or 2 €</i></li></ul>")) == 1);
  auto priced = feed();
  priced.extract.fields = {{"price", "p"}, {"brand", "b"}};
  CHECK(
      notes_of(extract(priced, channel("<item><guid>1</guid><title>A</title><p>1</p><b>x</b></item><item><guid>2</guid>"
                                       "<p>1 € or 2 €</p></item>"))) == 1);
}

TEST_CASE("a page of which no entry is an item is none of its source") {
  CHECK(read(json(), R"({"r":[{"i":1,"t":"A"},{"i":2,"t":"B"}]})") == "/r/0/id: id is missing");
  CHECK(read(json(), R"({"r":["a",{"id":2}]})") == "/r/0: expected an item (object), found string");
  CHECK(read(json(), R"({"r":[]})").empty());
  CHECK(read_html(html(), "<ul><li><b>A</b></li><li><a data-id=2></a></li></ul>") ==
        "item 1, a::attr(data-id): id matches nothing");
  CHECK(read(feed(), channel("<item><guid>1</guid></item><item><title>A</title></item>")) ==
        "line 1, /rss/channel/item[1]: title is missing");
}

TEST_CASE("rows: one of another width is left out") {
  CHECK(read(rows(), "[\"id\",\"t\"]\n[1,\"A\"]\n[\"sum\"]\n{}\n[2,\"B\"]\n[null,\"C\"]") ==
        "1:A 2:B\nan item without an id was left out, at line 6, /0\n"
        "2 entries that are no items were left out, first at line 3");
  CHECK(read(rows(), "[\"id\",\"t\"]\n[1]\n[2]") == "line 2: expected 2 columns as in the header row, found 1");
}

TEST_CASE("NDJSON: a record separator is no part of its line") {
  auto lines = json();
  lines.extract.framing = page_framing::ndjson;
  lines.extract.items.clear();
  CHECK(read(lines, "\x1e{\"id\":1,\"t\":\"A\"}\n\n\x1e {\"id\":2,\"t\":\"B\"}\n\x1e\n") == "1:A 2:B");
  CHECK(read(lines, "\x1e{\"id\":1,\"t\":\"A\"}\n\x1e\x1e{}\n").starts_with("2:"));
}

TEST_CASE("HTML: a tile without id or title is left out, by both readers") {
  CHECK(read_html(html(), "<ul><li><a data-id=1>A</a></li><li class=ad><b>Ad</b></li><li><a data-id=2>B</a></li>"
                          "<li><a data-id=3><img src=x></a></li><li><a data-id=' '>D</a></li></ul>") ==
        "1:A 2:B\n2 items without an id were left out, first at item 2, a::attr(data-id)\n"
        "an item without a title was left out, at item 4, a");
  auto page = extract(html(), "<ul><li><a data-id=1><img></a><i>?</i></li><li><a data-id=2>B</a><i>? ?</i></li></ul>");
  REQUIRE(page);
  REQUIRE(page->notes.size() == 1);
  CHECK(page->notes[0].item == 0);
  CHECK(page->notes[0].place == "item 2, i");
  CHECK(page->left_out.without_title == 1);
}

TEST_CASE("HTML and XML: the next title is tried when the first has no text") {
  auto source = html();
  source.extract.fields["title"] = "h3, a, .name";
  CHECK(read_html(source, "<ul><li><h3><img src=x></h3><a data-id=1> <b> </b></a><p class=name>A</p></li>"
                          "<li><h3>B</h3><a data-id=2>no</a></li><li><a data-id=3>C</a><h3>no</h3></li></ul>") ==
        "1:A 2:B 3:C");
  source.extract.fields["title"] = "img::attr(alt)";
  CHECK(read_html(source, "<ul><li><a data-id=1><img alt=''><img><img alt=' A '><img alt=B></a></li></ul>") == "1:A");
  // Of no other field: an empty price is no reason to take another one's.
  source.extract.fields["brand"] = "i";
  auto page = extract(source, "<ul><li><a data-id=1><img alt=A></a><i></i><i>x</i></li></ul>");
  REQUIRE(page);
  CHECK_FALSE(page->items[0].brand);
  auto xml = source_of(page_framing::xml, "//o", {{"id", "@n"}, {"title", "t | u"}});
  xml.extract.selectors = selector_kind::xpath;
  CHECK(read(xml, "<r><o n='1'><t> </t><u>A</u></o><o n='2'><t>B</t><u>no</u></o><o><t>C</t></o></r>") ==
        "1:A 2:B\nan item without an id was left out, at item 3, @n");
}

TEST_CASE("JSON: of several titles the first that has text counts") {
  auto source = json();
  source.extract.fields["title"] = "t[*].v";
  CHECK(read(source, R"({"r":[{"id":1,"t":[{"v":""},{"v":" "},{"v":null},{"v":"A"},{"v":"B"}]}]})") == "1:A");
}

TEST_CASE("feeds: an image alone is no title, and what comes behind it is") {
  CHECK(read(feed(), channel("<item><guid>1</guid><title>&lt;img src=x&gt;</title><description>A &lt;b&gt;b"
                             "</description></item><item><guid>2</guid><title> </title></item>"
                             "<item><guid>3</guid><title>&lt;p&gt;&lt;/p&gt;</title></item>"
                             "<item><title>D</title></item>")) ==
        "1:A b\nan item without an id was left out, at line 1, /rss/channel/item[4]\n"
        "2 items without a title were left out, first at line 1, /rss/channel/item[2]");
}

TEST_CASE("feeds: where a guid is none, the address is the id") {
  auto item = [](const std::string& guid, const std::string& title, const std::string& link) {
    return "<item><guid isPermaLink=\"false\">" + guid + "</guid><title>" + title + "</title>" +
           (link.empty() ? "" : "<link>" + link + "</link>") + "</item>";
  };
  auto shared = channel(item("N/A", "A", "https://s.example/1") + item("7", "B", "https://s.example/2") +
                        item("N/A", "C", "https://s.example/3"));
  CHECK(read(feed(), shared) == "https://s.example/1:A 7:B https://s.example/3:C\n"
                                "2 items have the id of another one: their addresses are taken for their ids, first "
                                "at item 1, id N/A");
  // The same entry twice, or without addresses: nothing tells them apart.
  CHECK(read(feed(), channel(item("1", "A", "https://s.example/1") + item("1", "A", "https://s.example/1"))) ==
        "1:A 1:A");
  CHECK(read(feed(), channel(item("1", "A", "") + item("1", "B", ""))) == "1:A 1:B");
  // Whoever names the id has said what it is.
  auto named = feed();
  named.extract.fields["id"] = "guid";
  CHECK(read(named, shared) == "N/A:A 7:B N/A:C");
}

TEST_CASE("sitemaps: an entry without address is left out") {
  auto map = source_of(page_framing::sitemap, "", {});
  CHECK(read(map, "<urlset><url><loc>/1</loc></url><url><lastmod>2026</lastmod></url></urlset>") ==
        "/1:/1\nan item without an id was left out, at line 1, /urlset/url[2]");
  map.paging.kind = paging_kind::next_link;
  map.paging.max_pages = 2;
  auto index = extract(map, "<sitemapindex><sitemap/><sitemap><loc>/1</loc></sitemap><sitemap/><sitemap><loc>/2</loc>"
                            "</sitemap><sitemap><loc>/3</loc></sitemap></sitemapindex>");
  REQUIRE(index);
  CHECK(index->next == "/1\n/2");
  CHECK(told(index) == "\n2 sitemaps without an address were left out, first at line 1, /sitemapindex/sitemap[1]");
}

TEST_CASE("JSON: what only an empty search has makes no items an empty list") {
  CHECK(read(json(), R"({"total":0})") == "/r: the items are missing" + advice);
  auto zero = with_empty(json(), "total=0");
  CHECK(read(zero, R"({"total":0})").empty());
  CHECK(read(zero, R"({"total":0,"r":null})").empty());
  CHECK(read(zero, R"({"total":0,"r":{}})").empty());
  CHECK(read(zero, R"({"total":0,"r":[{"text":"nothing found"}]})").empty());
  CHECK(read(zero, R"({"total":3})") == "/r: the items are missing, and what extract.empty names too");
  CHECK(read(zero, R"({"total":3,"r":null})") ==
        "/r: expected the array of items, found null, and what extract.empty names too");
  CHECK(read(zero, R"({"total":3,"r":[{"name":"x"}]})") == "/r/0/id: id is missing");
  CHECK(read(zero, R"({"total":0)").starts_with("1:"));
  struct row {
    std::string empty;
    std::string page;
    bool holds;
  };
  for (const auto& x :
       {row{"m.none", R"({"m":{"none":true}})", true}, row{"m.none", R"({"m":{"none":false}})", false},
        row{"m.none", R"({"m":{"none":null}})", false}, row{"m.none", R"({"m":{"none":""}})", false},
        row{"m.none", R"({"m":{"none":[]}})", false}, row{"m.none", R"({"m":{"none":0}})", false},
        row{"m.none", R"({"m":{"none":["x"]}})", true}, row{"m.none", R"({"m":{}})", false},
        row{"m[*].code=none", R"({"m":[{"code":"none"}]})", true},
        row{"m[k=a].v=1=2", R"({"m":[{"k":"a","v":"1=2"}]})", true}, row{"x=null", R"({"x":null})", true},
        row{"x=null", R"({})", false}, row{"x=false", R"({"x":false})", true}, row{"x=", R"({"x":""})", true}}) {
    CAPTURE(x.empty, x.page);
    CHECK(read(with_empty(json(), x.empty), x.page).empty() == x.holds);
  }
  CHECK(read(zero, R"({"total":0,"r":[{"id":1,"t":"A"}]})") == "1:A" + idle);
  CHECK(read(zero, R"({"total":1,"r":[{"id":1,"t":"A"}]})") == "1:A");
  auto wild = with_empty(json(), "total=0");
  wild.extract.items = "s[*].r";
  CHECK(read(wild, R"({"total":0})").empty());
  auto table = with_empty(json(), "total=0");
  table.extract.header_row = true;
  CHECK(read(table, R"({"total":0,"r":[]})").empty());
}

TEST_CASE("JSON: an empty list names what comes next as any page does") {
  auto source = with_empty(json(), "total=0");
  source.paging.kind = paging_kind::cursor;
  source.paging.next = "next";
  auto page = extract(source, R"({"total":0,"next":"c2"})");
  REQUIRE(page);
  CHECK(page->next == "c2");
}

TEST_CASE("HTML and XML: what only an empty search has makes no items an empty list") {
  auto plain = source_of(page_framing::html, "li.offer", {{"id", "::attr(data-id)"}, {"title", "a"}});
  CHECK(read_html(plain, "<p>Nothing</p>") == "selector li.offer: no element matches the items selector" + advice);
  auto css = with_empty(plain, "p.none, #empty > b");
  CHECK(read_html(css, "<p class='none big'>Nothing</p>").empty());
  CHECK(read_html(css, "<div id=empty><b></b></div>").empty());
  CHECK(read_html(css, "<p>Nothing</p>") ==
        "selector li.offer: no element matches the items selector, nor does extract.empty");
  // A tile that says so, and one that only promises it.
  CHECK(read_html(css, "<ul><li class=offer><p class=none>Nothing</p></li></ul>").empty());
  CHECK(read_html(css, "<ul><li class=offer>x</li></ul>") == "item 1, ::attr(data-id): id matches nothing");
  CHECK(read_html(css, "<p class=none></p><ul><li class=offer data-id=1><a>A</a></li></ul>") == "1:A" + idle);
  CHECK(read_html(plain, "<p class=none></p><ul><li class=offer data-id=1><a>A</a></li></ul>") == "1:A");
  auto complex = with_empty(plain, "p:not(.x):last-child");
  CHECK(read_html(complex, "<p>Nothing</p>").empty());
  auto xpath = source_of(page_framing::html, "//li", {{"id", "@data-id"}, {"title", "a"}});
  xpath.extract.selectors = selector_kind::xpath;
  CHECK(read_html(with_empty(xpath, "//p[contains(., 'othing')]"), "<p>Nothing found</p>").empty());
  CHECK(read_html(with_empty(xpath, "boolean(//p)"), "<p></p>").empty());
  CHECK(read_html(with_empty(xpath, "count(//p) = 2"), "<p></p>").starts_with("selector //li: no element"));
  auto xml = source_of(page_framing::xml, "o", {{"id", "::attr(n)"}, {"title", "t"}});
  CHECK(read(with_empty(xml, "r > none"), "<r><none/></r>").empty());
  CHECK(read(with_empty(xml, "r > none"), "<r/>").starts_with("selector o: no element"));
}

TEST_CASE("an empty sign that makes no sense is refused with its key") {
  CHECK(refused(with_empty(json(), "a..b")).starts_with("extract.empty: byte "));
  CHECK(refused(with_empty(json(), "=0")) == "extract.empty: the path is empty");
  CHECK(refused(with_empty(html(), "p[")).starts_with("extract.empty: "));
  auto lines = with_empty(json(), "total=0");
  lines.extract.framing = page_framing::ndjson;
  lines.extract.items.clear();
  CHECK(refused(lines) == "extract.empty: NDJSON has no place for it: every line is an item");
  auto xpath = html();
  xpath.extract.selectors = selector_kind::xpath;
  xpath.extract.items = "//li";
  xpath.extract.fields = {{"id", "@x"}, {"title", "a"}};
  CHECK(refused(with_empty(xpath, "//p[")).starts_with("extract.empty: "));
}

TEST_CASE("odd entries fill a page as items do, up to its limit") {
  auto page = "{\"r\":[{\"id\":1,\"t\":\"A\"}";
  std::string many = page;
  for (int i = 0; i < 100000; ++i)
    many += ",0";
  CHECK(read(json(), many + "]}") == "/r/100000: the page has more than 100000 items, or more than 64 MiB of fields");
}

TEST_CASE("entries in any order: the good ones are the items, the others are counted") {
  REQUIRE(rc::check("JSON and HTML", [] {
    auto good = *rc::gen::container<std::vector<bool>>(rc::gen::arbitrary<bool>());
    auto count = static_cast<size_t>(std::count(good.begin(), good.end(), true));
    std::string objects;
    std::string tiles;
    for (size_t i = 0; i < good.size(); ++i) {
      auto id = std::to_string(i);
      auto title = good[i] ? "T" + id : std::string{};
      objects += (i == 0 ? "" : ",") + ("{\"id\":" + id) + ",\"t\":\"" + title + "\"}";
      tiles += "<li><a data-id=" + id + ">" + title + "</a></li>";
    }
    for (const auto& page : {extract(json(), "{\"r\":[" + objects + "]}"), extract(html(), "<ul>" + tiles + "</ul>")}) {
      RC_ASSERT(page.has_value() == (count > 0 || good.empty()));
      if (!page)
        continue;
      RC_ASSERT(page->items.size() == count);
      RC_ASSERT(page->left_out.without_title == good.size() - count);
      RC_ASSERT(page->page_notes.size() == (count < good.size() ? 1u : 0u));
    }
  }));
}

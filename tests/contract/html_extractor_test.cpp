#include <catch2/catch.hpp>
#include <rapidcheck.h>
#include <rapidcheck/catch.h>

#include "adapters/extract/html_extractor.hpp"
#include "adapters/extract/markup_rows.hpp"
#include "adapters/extract/page_text.hpp"

using namespace vigie;

namespace {

source_spec shop() {
  source_spec out;
  out.extract.framing = page_framing::html;
  out.extract.items = "ul.found > li";
  out.extract.fields = {{"id", "::attr(data-id)"},   {"title", "h3 a"},           {"price", ".price"},
                        {"url", "h3 a::attr(href)"}, {"photo", "img::attr(src)"}, {"brand", "span.brand"}};
  return out;
}

const std::string shop_page = R"(<!DOCTYPE html><html><head><meta charset="utf-8"><title>Shop</title></head><body>
<ul class="found list">
 <li data-id=" A1 "><h3><a href="/a1?x=1&amp;y=2">Blue
   <b>chair</b></a></h3><img src="/a1.jpg"><p class="price">1.199,99&nbsp;€</p><span class="brand">Ikea</span></li>
 <li data-id="A2"><h3><a href="/a2">Caf&eacute; table</a></h3><p class="old price">$12.50</p><span class="brand"></span></li>
</ul><a rel="next" href="?page=2">on</a></body></html>)";

source_spec with(source_spec x, const std::function<void(extract_spec&)>& change) {
  change(x.extract);
  return x;
}

result<extraction> extract(const source_spec& source, std::string_view page,
                           markup_path path = markup_path::automatic) {
  auto x = make_html_extractor(source, path);
  if (!x)
    FAIL(x.error().place + ": " + x.error().detail);
  return (*x)->extract(page);
}

std::string refused(const source_spec& source) {
  auto x = make_html_extractor(source);
  REQUIRE_FALSE(x);
  CHECK(x.error().code == errc::bad_config);
  return x.error().place + ": " + x.error().detail;
}

std::string bad(const source_spec& source, std::string_view page) {
  auto out = extract(source, page);
  REQUIRE_FALSE(out);
  CHECK(out.error().code == errc::bad_page);
  return out.error().place + ": " + out.error().detail;
}

/// The titles that one selector, as items of a page, gives.
std::vector<std::string> titles(const std::string& items, const std::string& body) {
  source_spec source;
  source.extract.items = items;
  source.extract.fields = {{"id", "::attr(id)"}, {"title", "::attr(id)"}};
  auto out = extract(source, "<body>" + body + "</body>");
  std::vector<std::string> names;
  if (out)
    for (const auto& x : out->items)
      names.push_back(x.title);
  return names;
}

} // namespace

TEST_CASE("items and their fields, by the stream and by the tree") {
  for (auto path : {markup_path::automatic, markup_path::tree}) {
    auto out = extract(shop(), shop_page, path);
    REQUIRE(out);
    REQUIRE(out->items.size() == 2);
    const auto& a = out->items[0];
    CHECK(a.id.value == "A1");
    CHECK(a.title == "Blue chair");
    CHECK(a.price == 119999);
    CHECK(a.currency == "EUR");
    CHECK(a.url == "/a1?x=1&y=2");
    CHECK(a.photo == "/a1.jpg");
    CHECK(a.brand == "Ikea");
    const auto& b = out->items[1];
    CHECK(b.title == "Café table");
    CHECK(b.price == 1250);
    CHECK(b.currency == "USD");
    CHECK_FALSE(b.brand); // no text: absent, without a note
    CHECK_FALSE(b.photo);
    REQUIRE(out->notes.size() == 1);
    CHECK(out->notes[0].item == 1);
    CHECK(out->notes[0].field == "photo");
    CHECK(out->notes[0].reason == "matches nothing");
    CHECK(out->notes[0].place == "item 2, img::attr(src)");
  }
}

TEST_CASE("an XPath field is an element, an attribute, a text, or what a function makes of it") {
  auto source = shop();
  source.extract.selectors = selector_kind::xpath;
  source.extract.items = "//ul[contains(@class, 'found')]/li";
  source.extract.fields = {{"id", "@data-id"},
                           {"title", "normalize-space(h3)"},
                           {"price", "p[last()]/text()"},
                           {"brand", "concat('by ', span)"},
                           {"size", "count(h3//*)"},
                           {"condition", "nothing"}};
  auto out = extract(source, shop_page);
  REQUIRE(out);
  CHECK(out->items[0].id.value == "A1");
  CHECK(out->items[0].title == "Blue chair");
  CHECK(out->items[0].price == 119999);
  CHECK(out->items[0].brand == "by Ikea");
  CHECK(out->items[0].size == "2");
  CHECK(out->notes.size() == 2);
}

TEST_CASE("selectors find what CSS says") {
  const std::string list = "<div id=o><p id=1 class='a b'></p><p id=2 class=b>x</p><i id=3 lang=en-GB></i>"
                           "<p id=4 data-x='Foo bar'><b id=5></b></p></div><p id=6> </p>";
  using names = std::vector<std::string>;
  CHECK(titles("p", list) == names{"1", "2", "4", "6"});
  CHECK(titles("p.b", list) == names{"1", "2"});
  CHECK(titles("p.a.b, i, #\\36", list) == names{"1", "3", "6"});
  CHECK(titles("p:not(.b)", list) == names{"4", "6"});
  CHECK(titles("div > :first-child", list) == names{"1"});
  CHECK(titles("div > p:last-of-type", list) == names{"4"});
  CHECK(titles("p:nth-child(2n)", list) == names{"2", "4", "6"});
  CHECK(titles("div > *:nth-child(-n+2)", list) == names{"1", "2"});
  CHECK(titles("div > *:nth-last-child(odd)", list) == names{"2", "4"});
  CHECK(titles("b:only-child", list) == names{"5"});
  CHECK(titles("p:empty", list) == names{"1"});
  CHECK(titles("p:has(b)", list) == names{"4"});
  CHECK(titles("div:has(> i + p)", list) == names{"o"});
  CHECK(titles("p + i", list) == names{"3"});
  CHECK(titles("p + p", list) == names{"2"});
  CHECK(titles(".a ~ p", list) == names{"2", "4"});
  CHECK(titles("[lang|=en]", list) == names{"3"});
  CHECK(titles("[data-x~=bar]", list) == names{"4"});
  CHECK(titles("[data-x^=foo i]", list) == names{"4"});
  CHECK(titles("[data-x$=bar]", list) == names{"4"});
  CHECK(titles("[data-x*='o b']", list) == names{"4"});
  CHECK(titles("[data-x=foo]", list).empty());
}

TEST_CASE("markup that needs mending is mended") {
  auto source = shop();
  source.extract.items = "table.t tr:has(td)";
  source.extract.fields = {{"id", "td:first-child"}, {"title", "td:nth-child(2)"}};
  auto out = extract(source, "<table class=t><tr><th>id<th>name<tr><td>1<td>One<tr><td>2<td>Two &amp more</table>");
  REQUIRE(out);
  REQUIRE(out->items.size() == 2);
  CHECK(out->items[1].title == "Two & more");
  source.extract.items = "dl > dt";
  source.extract.fields = {{"id", "a::attr(name)"}, {"title", "+ dd"}};
  out = extract(source, "<dl><dt><a name=x>X</a><dd>first<dt><a name=y>Y</a><dd>second</dl>");
  REQUIRE(out);
  REQUIRE(out->items.size() == 2);
  CHECK(out->items[1].title == "second");
}

TEST_CASE("no item is an error, unless the page shows an empty list") {
  CHECK(bad(shop(), "<html><head></head><body><p>Welcome</p></body></html>")
            .starts_with("selector ul.found > li: no el"));
  for (auto path : {markup_path::automatic, markup_path::tree}) {
    auto out = extract(shop(), "<html><body><ul class='found'> </ul></body></html>", path);
    REQUIRE(out);
    CHECK(out->items.empty());
  }
  auto alone = with(shop(), [](auto& x) { x.items = "li.item"; });
  CHECK(bad(alone, shop_page).starts_with("selector li.item: no element matches the items selector"));
  auto xpath = with(shop(), [](auto& x) {
    x.selectors = selector_kind::xpath;
    x.items = "//ul/li[@x]";
    x.fields = {{"id", "@x"}, {"title", "a"}};
  });
  CHECK(bad(xpath, shop_page).starts_with("selector //ul/li[@x]: no element"));
}

TEST_CASE("a page that is not what the spec describes is an error with its place") {
  CHECK(bad(shop(), "") == "line 1: the page is empty");
  CHECK(bad(shop(), " \n") == "line 1: the page is empty");
  auto at = shop_page.find("data-id=\"A2\"");
  auto page = shop_page;
  page.replace(at, 12, "data-id=\" \"");
  page.erase(page.find(" <li data-id=\" A1"), page.find("</li>") + 5 - page.find(" <li data-id=\" A1"));
  CHECK(bad(shop(), page) == "item 1, ::attr(data-id): id is empty");
  page.erase(page.find("data-id=\" \""), 11);
  CHECK(bad(shop(), page) == "item 1, ::attr(data-id): id matches nothing");
  auto numbers = with(shop(), [](auto& x) {
    x.selectors = selector_kind::xpath;
    x.items = "count(//li)";
    x.fields = {{"id", "@x"}, {"title", "a"}};
  });
  CHECK(bad(numbers, shop_page) == "selector count(//li): the items selector selects no elements");
  std::string deep = "<html><body>";
  for (int i = 0; i < 300; ++i)
    deep += "<div>";
  CHECK(bad(shop(), deep).find("xcessive depth") != std::string::npos);
}

TEST_CASE("prices, currencies, constants and units as everywhere") {
  auto source = with(shop(), [](auto& x) {
    x.fields.erase("brand");
    x.fields["currency"] = "span.brand";
    x.fields["price"] = "h3 b";
    x.fields.erase("photo");
    x.constants = {{"condition", "used"}, {"price", "7"}};
    x.unit = price_unit::minor;
  });
  auto out = extract(source, shop_page);
  REQUIRE(out);
  CHECK(out->items[0].currency == "Ikea");
  CHECK(out->items[0].price == 7);
  CHECK(out->items[0].condition == "used");
  REQUIRE(!out->notes.empty());
  CHECK(out->notes[0].field == "price");
  out = extract(with(shop(),
                     [](auto& x) {
                       x.fields = {{"id", "a"}, {"title", "a"}, {"price", "b"}}, x.items = "p";
                     }),
                "<p><a>1</a><b>0,00 €</b></p><p><a>2</a><b>12 99 €</b></p><p><a>3</a><b>-20% 5 €</b></p>");
  REQUIRE(out);
  CHECK(!out->items[0].price);
  CHECK(!out->items[1].price);
  CHECK(out->items[2].price == 500);
  REQUIRE(out->notes.size() == 2);
  CHECK(out->notes[0].read == "0.00");
  CHECK(out->page_notes.size() == 2);
  auto fixed = with(shop(), [](auto& x) { x.constants = {{"title", "thing"}}, x.fields["title"] = "h4"; });
  out = extract(fixed, shop_page);
  REQUIRE(out);
  CHECK(out->items[0].title == "thing");
}

TEST_CASE("addresses are absolute where the page says what they are relative to") {
  auto page = shop_page;
  page.insert(page.find("<title>"), "<base href='https://shop.example/de/'>");
  auto source = shop();
  source.paging.kind = paging_kind::next_link;
  source.paging.next = "a[rel=next]";
  for (auto path : {markup_path::automatic, markup_path::tree}) {
    auto out = extract(source, page, path);
    REQUIRE(out);
    CHECK(out->items[0].url == "https://shop.example/a1?x=1&y=2");
    CHECK(out->items[0].photo == "https://shop.example/a1.jpg");
    CHECK(out->next == "https://shop.example/de/?page=2");
    CHECK(extract(source, shop_page, path)->next == "?page=2");
    auto anchored = page;
    anchored.replace(anchored.find("?page=2"), 7, "?page=2#top");
    CHECK(extract(source, anchored, path)->next == "https://shop.example/de/?page=2#top");
  }
  source.paging.kind = paging_kind::cursor;
  CHECK(extract(source, page)->next.find("on") != std::string::npos);
}

TEST_CASE("the newest date, and notes of what is none") {
  auto source = shop();
  source.sanity.dated = "time::attr(datetime)";
  auto page = shop_page;
  page.insert(page.find("<span class=\"brand\">Ikea"), "<time datetime='2026-11-25T20:00:00Z'></time>");
  auto out = extract(source, page);
  REQUIRE(out);
  REQUIRE(out->newest);
  CHECK(out->newest->time_since_epoch().count() == 1795636800000);
  CHECK(std::any_of(out->notes.begin(), out->notes.end(), [](const auto& x) { return x.field == "date"; }));
}

TEST_CASE("encodings") {
  auto source = with(shop(), [](auto& x) {
    x.items = "p";
    x.fields = {{"id", "::attr(id)"}, {"title", "::text"}};
  });
  auto title = [&](std::string_view page) {
    auto out = extract(source, page);
    return out ? out->items.at(0).title : out.error().detail;
  };
  CHECK(title("<p id=1>caf\xC3\xA9</p>") == "café");
  CHECK(title("\xEF\xBB\xBF<p id=1>caf\xC3\xA9</p>") == "café");
  CHECK(title("<p id=1>caf\xE9 5\x80</p>") == "café 5€"); // no word of it, and no UTF-8
  CHECK(title("<meta charset=iso-8859-1><p id=1>caf\xE9 5\x80</p>") == "café 5€");
  CHECK(title("<meta http-equiv=Content-Type content='text/html; charset=KOI8-R'><p id=1>\xC4\xC1</p>") == "да");
  CHECK(title("<meta charset=\"Shift_JIS\"><p id=1>\x93\xFA</p>") == "日");
  CHECK(title("<meta charset=utf-8><p id=1>caf\xE9!</p>") == "caf\uFFFD!");
  CHECK(title("<meta charset=klingon><p id=1>caf\xC3\xA9</p>") == "café");
  CHECK(title(std::string_view{"\xFF\xFE<\0p\0 \0i\0d\0=\0001\0>\0\xE9\0", 20}) == "é");
  CHECK(title(std::string_view{"<p id=1>a\0b\x01"
                               "c\xEF\xBF\xBE</p>",
                               20}) == "a b c\uFFFD");
}

TEST_CASE("the text of a page is clean, and a clean page is left alone") {
  CHECK(rc::check([](const std::string& bytes) {
    std::string room, again;
    auto text = text_of_page(bytes, "", page_form::html, room);
    RC_PRE(text.has_value());
    auto once = "<meta charset=utf-8>" + std::string{text->text};
    auto same = text_of_page(once, "", page_form::html, again);
    RC_ASSERT(same.has_value());
    RC_ASSERT(same->text.data() == once.data());
    RC_ASSERT(same->text.size() == once.size());
  }));
}

TEST_CASE("limits") {
  markup_limits limits;
  limits.rows = 2;
  limits.table_bytes = 10;
  markup_rows rows;
  rows.clear(1, limits);
  CHECK(rows.add_row());
  CHECK(rows.put(0, 0, "12345678"));
  CHECK(rows.put(0, 0, "dropped: the first stays"));
  CHECK(rows.add_row());
  CHECK_FALSE(rows.put(1, 0, "123"));
  CHECK_FALSE(rows.add_row());
  auto long_text = std::string(70'000, 'x');
  auto page = shop_page;
  page.insert(page.find("Ikea"), long_text);
  auto out = extract(shop(), page);
  REQUIRE(out);
  CHECK_FALSE(out->items[0].brand);
  CHECK(out->notes[0].reason == "is longer than 64 KiB");
  CHECK(extract(shop(), page, markup_path::tree)->items == out->items);
  // Work that grows with the square of a page ends. 20,000 paragraphs, each asked how many of its kind stand before it.
  auto square = with(shop(), [](auto& x) {
    x.items = "p:nth-of-type(2n+1):nth-last-of-type(3n)";
    x.fields = {{"id", "::attr(id)"}, {"title", "::attr(id)"}};
  });
  std::string many;
  for (int i = 0; i < 20'000; ++i)
    many += "<p id=1></p>";
  CHECK(bad(square, many).find("limit") != std::string::npos);
}

TEST_CASE("specs that make no sense are refused with what and where") {
  auto changed = [](const std::function<void(extract_spec&)>& change) { return refused(with(shop(), change)); };
  CHECK(changed([](auto& x) { x.items = ""; }).starts_with("extract.items: say which elements"));
  CHECK(changed([](auto& x) { x.items = "li::text"; }).starts_with("extract.items: items are elements"));
  CHECK(changed([](auto& x) { x.items = "li["; }).starts_with("extract.items: column 4: the selector ends"));
  CHECK(
      changed([](auto& x) { x.fields["brand"] = "p:first(x)"; }).starts_with("extract.fields.brand: column 2: \":fi"));
  CHECK(changed([](auto& x) { x.fields["color"] = "p"; }).starts_with("extract.fields.color: \"color\" is no field"));
  CHECK(changed([](auto& x) { x.fields.erase("id"); }) == "extract.fields: there is no selector of an item's id");
  CHECK(changed([](auto& x) { x.fields.erase("title"); }) == "extract.fields: there is no selector of an item's title");
  CHECK(changed([](auto& x) { x.constants["currency"] = "euro"; }).starts_with("extract.constants.currency: "));
  auto xpath = [&](const std::string& text) {
    return changed([&](auto& x) {
      x.selectors = selector_kind::xpath;
      x.items = "//li";
      x.fields = {{"id", "@id"}, {"title", text}};
    });
  };
  CHECK(xpath("//a[") == "extract.fields.title: column 5: this is no XPath");
  CHECK(xpath("a/b:c") == "extract.fields.title: a prefix in it is not among the namespaces");
  CHECK(xpath("nothing(a)") == "extract.fields.title: a function in it is unknown");
  auto source = shop();
  source.paging.kind = paging_kind::next_link;
  source.paging.next = "a:hover";
  CHECK(refused(source).starts_with("paging.next: column 2: "));
  source.paging.next = "";
  source.sanity.dated = "p..x";
  CHECK(refused(source).starts_with("sanity.dated: column 3: "));
}

TEST_CASE("an extractor is used page after page, and what a page did wrong is forgotten") {
  auto x = make_html_extractor(shop());
  REQUIRE(x);
  for (int i = 0; i < 150; ++i) {
    auto out = (*x)->extract(i % 3 == 1 ? "<p>no" + shop_page : shop_page);
    REQUIRE(out);
    CHECK(out->items.size() == 2);
    CHECK_FALSE((*x)->extract("<div>"));
  }
}

TEST_CASE("no page crashes the extractor") {
  auto x = make_html_extractor(shop());
  REQUIRE(x);
  for (size_t size = 0; size < shop_page.size(); ++size)
    (*x)->extract(std::string_view{shop_page}.substr(0, size));
  CHECK(rc::check([&] {
    auto page = shop_page;
    for (int i = *rc::gen::inRange(1, 8); i > 0; --i)
      page[*rc::gen::inRange<size_t>(0, page.size())] = *rc::gen::arbitrary<char>();
    auto out = (*x)->extract(page);
    if (out)
      for (const auto& item : out->items)
        RC_ASSERT(!item.id.value.empty() && !item.title.empty());
  }));
}

#include "actors/policy/page_walk.hpp"

#include <catch2/catch.hpp>
#include <rapidcheck.h>

using namespace vigie;

namespace {

const host_key shop{"shop.example"};
const std::string first = "https://shop.example/search?q=1";

paging_spec links(uint32_t max_pages, std::string next = "next") {
  paging_spec out;
  out.kind = paging_kind::next_link;
  out.max_pages = max_pages;
  out.next = std::move(next);
  return out;
}

paging_spec cursors(uint32_t max_pages) {
  auto out = links(max_pages);
  out.kind = paging_kind::cursor;
  return out;
}

} // namespace

TEST_CASE("without paging there is one page") {
  page_walk walk{{paging_kind::none, 7, 10, 5}};
  REQUIRE(walk.here() == page_place{1, 1, 0});
  REQUIRE_FALSE(walk.next(10).to);
}

TEST_CASE("pages are counted from the source's start") {
  page_walk walk{{paging_kind::page, 0, 10, 3}};
  REQUIRE(walk.here() == page_place{1, 0, 0});
  REQUIRE(*walk.next(10).to == page_place{2, 1, 0});
  REQUIRE(*walk.next(10).to == page_place{3, 2, 0});
  REQUIRE_FALSE(walk.next(10).to);
}

TEST_CASE("offsets go by the page's size, or by what was there when it is unknown") {
  page_walk known{{paging_kind::offset, 5, 50, 9}};
  REQUIRE(*known.next(50).to == page_place{2, 1, 55});
  REQUIRE(*known.next(60).to == page_place{3, 1, 105});
  page_walk unknown{{paging_kind::offset, 0, 0, 9}};
  REQUIRE(*unknown.next(30).to == page_place{2, 1, 30});
  REQUIRE(*unknown.next(7).to == page_place{3, 1, 37});
  REQUIRE_FALSE(unknown.next(0).to);
}

TEST_CASE("a short page is the last") {
  page_walk walk{{paging_kind::page, 1, 10, 100}};
  REQUIRE(walk.next(10).to);
  REQUIRE_FALSE(walk.next(9).to);
}

TEST_CASE("cursors are handed on until there is none") {
  page_walk walk{cursors(9)};
  CHECK(walk.here().cursor.empty());
  CHECK(walk.next(10, "a").to->cursor == "a");
  // A page may be empty, and the search go on.
  CHECK(walk.next(0, "b").to->cursor == "b");
  CHECK(walk.here().number == 3);
  auto end = walk.next(10, "");
  CHECK_FALSE(end.to);
  CHECK(end.problem.code == errc::none);
}

TEST_CASE("a cursor that comes twice ends the walk") {
  page_walk walk{cursors(9)};
  REQUIRE(walk.next(1, "a").to);
  REQUIRE(walk.next(1, "b").to);
  auto end = walk.next(1, "a");
  CHECK_FALSE(end.to);
  CHECK(end.problem.code == errc::bad_page);
  CHECK(end.problem.detail == "the pages go in a circle: the next cursor is \"a\", which was there before");
}

TEST_CASE("next links are followed as the page means them") {
  page_walk walk{links(9), shop};
  CHECK(walk.here().url.empty());
  CHECK(walk.next(10, "?q=1&page=2", first).to->url == "https://shop.example/search?q=1&page=2");
  CHECK(walk.next(10, "/more/3#top", walk.here().url).to->url == "https://shop.example/more/3");
  CHECK(walk.next(0, "./4", walk.here().url).to->url == "https://shop.example/more/4");
  CHECK(walk.next(0, "https://SHOP.example:443/5", walk.here().url).to->url == "https://shop.example/5");
  CHECK(walk.here().number == 5);
  auto end = walk.next(10, "", walk.here().url);
  CHECK_FALSE(end.to);
  CHECK(end.problem.code == errc::none);
}

TEST_CASE("next links that are not followed") {
  struct row {
    const char* link;
    const char* why;
  };
  auto x = GENERATE(values<row>({
      {"https://other.example/2", "the next page is on another host: other.example, the source's is shop.example"},
      {"//other.example/2", "the next page is on another host: other.example, the source's is shop.example"},
      {"https://shop.example:8443/2",
       "the next page is on another host: shop.example:8443, the source's is shop.example"},
      {"http://shop.example/2", "the next page's link leads from https to http"},
      {"javascript:void(0)",
       "the next page's link is none: \"javascript:void(0)\" is not an absolute http or https URL"},
      {"", ""},
      {"#top",
       "the pages go in a circle: the next page is \"https://shop.example/search?q=1\", which was there before"},
      {"/search?q=1",
       "the pages go in a circle: the next page is \"https://shop.example/search?q=1\", which was there before"},
  }));
  CAPTURE(x.link);
  page_walk walk{links(9), shop};
  auto end = walk.next(10, x.link, first);
  CHECK_FALSE(end.to);
  CHECK(end.problem.detail == x.why);
  CHECK(end.problem.code == (*x.why == '\0' ? errc::none : errc::bad_page));
}

TEST_CASE("a circle of links is found, however long") {
  page_walk walk{links(100), shop};
  REQUIRE(walk.next(1, "/2", first).to);
  REQUIRE(walk.next(1, "/3", walk.here().url).to);
  REQUIRE(walk.next(1, "/4", walk.here().url).to);
  CHECK(walk.next(1, "/2", walk.here().url).problem.code == errc::bad_page);
}

TEST_CASE("a list of pages is walked in its order, and within max_pages") {
  page_walk walk{links(4), shop};
  CHECK(walk.next(0, "/a.xml\n\n/b.xml\n/a.xml\n/c.xml\n/d.xml\n/e.xml", first).to->url ==
        "https://shop.example/a.xml");
  CHECK(walk.next(5, "", walk.here().url).to->url == "https://shop.example/b.xml");
  CHECK(walk.next(5, "", walk.here().url).to->url == "https://shop.example/c.xml");
  auto end = walk.next(5, "", walk.here().url);
  CHECK_FALSE(end.to);
  CHECK(end.problem.code == errc::none);
}

TEST_CASE("the Link header") {
  struct row {
    const char* header;
    const char* next;
  };
  auto x = GENERATE(values<row>({
      {R"(<https://a/2>; rel="next")", "https://a/2"},
      {R"(<https://a/1>; rel="prev", <https://a/3>; rel="next", <https://a/9>; rel="last")", "https://a/3"},
      {R"(</2>;rel=next)", "/2"},
      {R"(</2>; REL="last NEXT" ; title="x")", "/2"},
      {R"(</2>; title="a, b; rel=\"next\"", </3>; rel=next)", "/3"},
      {R"(</2,3>; rel="next")", "/2,3"},
      {R"(</2>; rel="prev"; rel="next")", ""},
      {R"(</2>; rel="nextly")", ""},
      {R"(</2>; anchor, </3>; foo=bar; rel = "next")", "/3"},
      {R"(</2>)", ""},
      {R"(</2)", ""},
      {R"(>/2<; rel=next)", ""},
      {R"(</2>; rel="next)", "/2"},
      {R"(</2>; rel=)", ""},
      {"", ""},
  }));
  CAPTURE(x.header);
  CHECK(link_next(x.header) == x.next);
}

TEST_CASE("what names the next page") {
  auto header = R"(</2>; rel="next")";
  CHECK(named_next(links(9, ""), "", header) == "/2");
  CHECK(named_next(links(9, ""), "/found", header) == "/found"); // a feed's own link
  CHECK(named_next(links(9), "", header).empty());
  CHECK(named_next(links(9), "/found", header) == "/found");
  CHECK(named_next(cursors(9), "c", header) == "c");
  CHECK(named_next(cursors(9), "", header).empty());
  CHECK(named_next({paging_kind::page, 1, 10, 9}, "/found", header).empty());
}

TEST_CASE("a walk ends") {
  REQUIRE(rc::check("never more than max_pages", [](uint8_t max_pages, uint8_t size, uint8_t kind) {
    page_walk walk{{static_cast<paging_kind>(kind % 5), 1, size, max_pages}, shop};
    uint32_t pages = 1;
    std::string here = first;
    while (walk.next(255, "/" + std::to_string(pages), here).to) {
      ++pages;
      here = walk.here().url.empty() ? first : walk.here().url;
    }
    RC_ASSERT(pages == (kind % 5 == 0 ? 1u : std::max<uint32_t>(max_pages, 1)));
  }));
  REQUIRE(rc::check("whatever the pages say", [](uint8_t max_pages) {
    page_walk walk{links(max_pages), shop};
    std::string here = first;
    uint32_t pages = 1;
    for (;; ++pages) {
      auto said = *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
          "/a", "/b?c", "d", "//e", "?", "\n", "/a\n/b\n/c", "https://shop.example/x", ""));
      std::string all;
      for (const auto& x : said)
        all += x + "\n";
      auto turn = walk.next(1, all, here);
      if (!turn.to)
        break;
      RC_ASSERT(host_key_of(turn.to->url).value() == shop);
      here = turn.to->url;
    }
    RC_ASSERT(pages <= std::max<uint32_t>(max_pages, 1));
  }));
  REQUIRE(rc::check("any Link header is read", [] {
    static const std::string bytes = "<>;,=\" rel next\\/a";
    link_next(*rc::gen::container<std::string>(rc::gen::elementOf(bytes)));
  }));
}

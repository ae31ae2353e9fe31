#include "actors/policy/page_walk.hpp"

#include <catch2/catch.hpp>
#include <rapidcheck.h>

using namespace vigie;

TEST_CASE("without paging there is one page") {
  page_walk walk{{paging_kind::none, 7, 10, 5}};
  REQUIRE(walk.here() == page_place{1, 1, 0});
  REQUIRE_FALSE(walk.next(10));
}

TEST_CASE("pages are counted from the source's start") {
  page_walk walk{{paging_kind::page, 0, 10, 3}};
  REQUIRE(walk.here() == page_place{1, 0, 0});
  REQUIRE(*walk.next(10) == page_place{2, 1, 0});
  REQUIRE(*walk.next(10) == page_place{3, 2, 0});
  REQUIRE_FALSE(walk.next(10));
}

TEST_CASE("offsets go by the page's size, or by what was there when it is unknown") {
  page_walk known{{paging_kind::offset, 5, 50, 9}};
  REQUIRE(*known.next(50) == page_place{2, 1, 55});
  REQUIRE(*known.next(60) == page_place{3, 1, 105});
  page_walk unknown{{paging_kind::offset, 0, 0, 9}};
  REQUIRE(*unknown.next(30) == page_place{2, 1, 30});
  REQUIRE(*unknown.next(7) == page_place{3, 1, 37});
  REQUIRE_FALSE(unknown.next(0));
}

TEST_CASE("a short page is the last") {
  page_walk walk{{paging_kind::page, 1, 10, 100}};
  REQUIRE(walk.next(10));
  REQUIRE_FALSE(walk.next(9));
}

TEST_CASE("a walk ends") {
  REQUIRE(rc::check("never more than max_pages", [](uint8_t max_pages, uint8_t size, uint8_t kind) {
    page_walk walk{{static_cast<paging_kind>(kind % 3), 1, size, max_pages}};
    uint32_t pages = 1;
    while (walk.next(255))
      ++pages;
    RC_ASSERT(pages == (kind % 3 == 0 ? 1u : std::max<uint32_t>(max_pages, 1)));
  }));
}

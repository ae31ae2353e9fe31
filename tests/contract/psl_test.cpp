#include <catch2/catch.hpp>

#include "adapters/psl/registrable_domain.hpp"

using namespace vigie;

TEST_CASE("the registrable domain of a name") {
  auto lookup = make_domain_lookup();
  REQUIRE(lookup);
  struct row {
    const char* name;
    const char* domain;
  };
  for (auto x : {row{"example.com", "example.com"}, row{"www.example.com", "example.com"},
                 row{"a.b.example.co.uk", "example.co.uk"}, row{"co.uk", ""}, row{"com", ""},
                 row{"site.test", "site.test"}, row{"www.site.test", "site.test"}, row{"localhost", ""},
                 // Whoever hands out names below its own is a suffix: these are two owners.
                 row{"one.github.io", "one.github.io"}, row{"www.two.github.io", "two.github.io"},
                 row{"www.city.kawasaki.jp", "city.kawasaki.jp"}, row{"a.b.c.kobe.jp", "b.c.kobe.jp"},
                 row{"xn--85x722f.com.cn", "xn--85x722f.com.cn"}, row{"", ""}}) {
    INFO(x.name);
    CHECK((*lookup)(x.name) == x.domain);
  }
}

TEST_CASE("copies of the function share the list") {
  std::function<std::string(std::string_view)> kept;
  {
    auto lookup = make_domain_lookup();
    REQUIRE(lookup);
    kept = *lookup;
  }
  CHECK(kept("www.example.org") == "example.org");
}

#include "actors/policy/url_reference.hpp"

#include <catch2/catch.hpp>
#include <rapidcheck.h>

using namespace vigie;

TEST_CASE("references are resolved as browsers resolve them, as far as a fetch can follow them") {
  struct row {
    std::string reference;
    std::string meant;
  };
  auto base = *parse_url("http://a/b/c/d;p?q");
  for (const auto& x : std::vector<row>{
           {"g", "http://a/b/c/g"},
           {"./g", "http://a/b/c/g"},
           {"g/", "http://a/b/c/g/"},
           {"/g", "http://a/g"},
           {"//g", "http://g/"},
           {"?y", "http://a/b/c/d;p?y"},
           {"g?y", "http://a/b/c/g?y"},
           {"#s", "http://a/b/c/d;p?q"},
           {"g#s", "http://a/b/c/g"},
           {"g?y#s", "http://a/b/c/g?y"},
           {";x", "http://a/b/c/;x"},
           {"g;x?y#s", "http://a/b/c/g;x?y"},
           {"", "http://a/b/c/d;p?q"},
           {".", "http://a/b/c/"},
           {"./", "http://a/b/c/"},
           {"..", "http://a/b/"},
           {"../g", "http://a/b/g"},
           {"../..", "http://a/"},
           {"../../g", "http://a/g"},
           {"../../../g", "http://a/g"},
           {"/./g", "http://a/g"},
           {"/../g", "http://a/g"},
           {"g.", "http://a/b/c/g."},
           {"..g", "http://a/b/c/..g"},
           {"./g/.", "http://a/b/c/g/"},
           {"g/../h", "http://a/b/c/h"},
           {"g;x=1/../y", "http://a/b/c/y"},
           {"g?y/../x", "http://a/b/c/g?y/../x"},
           {"https://b.test:8443/x#y", "https://b.test:8443/x"},
           {"HTTP://B.test/x", "http://b.test/x"},
           {"http:g", "http://a/b/c/g"},
           {" /g\n", "http://a/g"},
           {"g h", "http://a/b/c/g%20h"},
           {"g?x y", "http://a/b/c/g?x%20y"},
           {"\\g", "http://a/g"},
           {"\\\\b.test\\x", "http://b.test/x"},
           {"%2e%2e/g", "http://a/b/g"},
           {"https://:@b.test/", "https://b.test/"},
       }) {
    INFO(x.reference);
    auto url = resolve_url(base, x.reference);
    REQUIRE(url);
    CHECK(to_string(*url) == x.meant);
  }
  CHECK(to_string(*resolve_url(*parse_url("https://[2001:db8::1]:8080/x"), "y")) == "https://[2001:db8::1]:8080/y");
}

TEST_CASE("what no fetch may follow is refused") {
  auto base = *parse_url("http://a/b");
  for (std::string x :
       {"file:///etc/passwd", "javascript:alert(1)", "mailto:a@b", "ftp://a/b", "//user@evil/", "//:pw@evil/",
        "https://", "//a b/", "//a%2fb/", "//[::1", "//1.2.3.4.5/", "gopher:x", "http://a:x/"}) {
    INFO(x);
    auto url = resolve_url(base, x);
    REQUIRE_FALSE(url);
    CHECK(url.error().code == errc::bad_request);
  }
}

TEST_CASE("an outcome resolves to itself, and no dots are left in its path") {
  CHECK(rc::check("idempotent", [](std::vector<uint8_t> picks) {
    static const std::vector<std::string> pieces{"..", ".", "g", "/", "a;b", "?q", "//h", "%2e", "#f", "..."};
    std::string reference;
    for (auto p : picks)
      reference += pieces[p % pieces.size()];
    auto url = resolve_url(*parse_url("http://a/b/c"), reference);
    if (!url)
      return;
    RC_ASSERT(to_string(*resolve_url(*url, to_string(*url))) == to_string(*url));
    auto path = url->target.substr(0, url->target.find('?')) + "/";
    if (url->host == "a") {
      RC_ASSERT(path.find("/../") == path.npos);
      RC_ASSERT(path.find("/./") == path.npos);
    }
  }));
}

#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include "actors/policy/url_template.hpp"

using namespace vigie;

TEST_CASE("URLs that we fetch") {
  struct row {
    const char* url;
    const char* normal;
    const char* key;
  };
  auto x = GENERATE(values<row>({
      {"http://shop.example", "http://shop.example/", "shop.example"},
      {"HTTPS://Shop.Example:443/A?b=C#frag", "https://shop.example/A?b=C", "shop.example"},
      {"http://shop.example:443/", "http://shop.example:443/", "shop.example:443"},
      {"http://shop.example:80", "http://shop.example/", "shop.example"},
      {"http://shop.example:", "http://shop.example/", "shop.example"},
      {"http://127.0.0.1:8080?q=1", "http://127.0.0.1:8080/?q=1", "127.0.0.1:8080"},
      {"http://[::1]:80/x", "http://[::1]/x", "[::1]"},
      {"http://[2001:DB8::1]:81/x", "http://[2001:db8::1]:81/x", "[2001:db8::1]:81"},
      {"http://a.b./x", "http://a.b/x", "a.b"},
      {"http://0x7f.1/", "http://127.0.0.1/", "127.0.0.1"},
      {"http://2130706433:8080/", "http://127.0.0.1:8080/", "127.0.0.1:8080"},
      {"http://017700000001./", "http://127.0.0.1/", "127.0.0.1"},
      {"http://127.1/", "http://127.0.0.1/", "127.0.0.1"},
      {"http://0X0A.0x10203/", "http://10.1.2.3/", "10.1.2.3"},
      {"http://00000000000000000000012.1.2.3/", "http://10.1.2.3/", "10.1.2.3"},
      {"http://0/", "http://0.0.0.0/", "0.0.0.0"},
      {"http://1.256/", "http://1.0.1.0/", "1.0.1.0"},
      {"http://0x/", "http://0.0.0.0/", "0.0.0.0"},
      {"http://1.2.3.4.example/", "http://1.2.3.4.example/", "1.2.3.4.example"},
      {"http://1.a/", "http://1.a/", "1.a"},
      {"http://0x7g/", "http://0x7g/", "0x7g"},
      {"http://[0:0:0:0:0:FFFF:10.1.2.3]/", "http://[::ffff:a01:203]/", "[::ffff:a01:203]"},
      {"http://a/caf\xc3\xa9", "http://a/caf%C3%A9", "a"},
      {"http://a/x@y:z", "http://a/x@y:z", "a"},
      {"http://a#@evil", "http://a/", "a"},
      {"http://a?http://b/@", "http://a/?http://b/@", "a"},
      {"http://under_score.example/", "http://under_score.example/", "under_score.example"},
  }));
  CAPTURE(x.url);
  auto url = parse_url(x.url);
  REQUIRE(url);
  CHECK(to_string(*url) == x.normal);
  CHECK(host_key_of(*url).value == x.key);
  CHECK(parse_url(to_string(*url)) == url);
}

TEST_CASE("URLs that we refuse") {
  auto url = GENERATE(
      as<std::string>{}, "", "shop.example", "//shop.example/", "ftp://a/", "file:///etc/passwd", "http:/a", "http://",
      "http:///x", "http://u@a/", "http://u:p@a/", "http://a:0/", "http://a:65536/", "http://a:99999999999/",
      "http://a:8x/", "http://a:-1/", "http://[::1/", "http://[::1]x/", "http://[abc]/", "http://a b/", "http://a/ b",
      "http://a\\@b/", "http://a/\n", "http://caf\xc3\xa9/", "http://a%2eb/", "http://.a/", "http://a..b/", "http://./",
      "http://a,b/", "javascript://a/", "http://a]/", "http://::1/", "http://1.2.3.4.5/", "http://256.1.1.1/",
      "http://4294967296/", "http://1.2.3.08/", "http://a.1/", "http://a.0x1/", "http://0x1.2.3.4.5/", "http://1..2/",
      "http://[fe80::1%lo]/", "http://[fe80::1%25lo]/", "http://[1:2]/", "http://[1.2.3.4]/", "http://[::1.2.3.4.5]/",
      "http://[]/", "http://\xef\xbc\x91\xef\xbc\x92\xef\xbc\x97.1/",
      "http://127\xe3\x80\x82"
      "1/",
      "http://%31%32%37.1/", "http://99999999999999999999/", "http://0xffffffffff/");
  CAPTURE(url);
  auto parsed = parse_url(url);
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().code == errc::bad_request);
}

TEST_CASE("a password in a URL does not come back in the error") {
  CHECK(to_string(parse_url("http://joe:hunter2@a/").error()).find("hunter2") == std::string::npos);
}

TEST_CASE("whatever is accepted reads the same after it was written") {
  REQUIRE(rc::check("parse, write, parse", [] {
    std::string text = *rc::gen::element<std::string>("http://", "https://", "hTTp://", "");
    static const std::string bytes = "aZ0.-_:@/?#[]%{}\\ \n\xc3\xa9"
                                     "18";
    text += *rc::gen::container<std::string>(rc::gen::elementOf(bytes));
    if (auto url = parse_url(text)) {
      auto again = parse_url(to_string(*url));
      RC_ASSERT(again.has_value());
      RC_ASSERT(*again == *url);
      RC_ASSERT(url->host.find('@') == std::string::npos);
    }
  }));
}

TEST_CASE("templates are filled") {
  auto x = url_template::parse("http://Shop.example:8080/s/{query}?q={query}&p={page}&o={offset}");
  REQUIRE(x);
  CHECK(
      x->fill({"caf\xc3\xa9 & {page}/~-._", 2, 50}) ==
      "http://Shop.example:8080/s/caf%C3%A9%20%26%20%7Bpage%7D%2F~-._?q=caf%C3%A9%20%26%20%7Bpage%7D%2F~-._&p=2&o=50");
  CHECK(x->host().value == "shop.example:8080");
  CHECK(x->has_query());
  CHECK(x->has_page());
  CHECK(x->has_offset());
  auto plain = url_template::parse("https://a/all.json");
  REQUIRE(plain);
  CHECK(plain->fill({"q", 1, 1}) == "https://a/all.json");
  CHECK_FALSE(plain->has_query());
  CHECK_FALSE(plain->has_page());
}

TEST_CASE("the first page has no cursor, later ones a cursor of any bytes") {
  auto x = url_template::parse("http://a/s?after={cursor}&n=50");
  REQUIRE(x);
  CHECK(x->has_cursor());
  CHECK_FALSE(x->has_page());
  CHECK(x->fill({"q", 1, 0}) == "http://a/s?after=&n=50");
  CHECK(x->fill({"q", 2, 0, "eyJpZCI6MX0=+/&#"}) == "http://a/s?after=eyJpZCI6MX0%3D%2B%2F%26%23&n=50");
}

TEST_CASE("templates that are refused") {
  auto text = GENERATE(as<std::string>{}, "http:/{cursor}/shop.example", "", "http://a/{q}", "http://a/{}",
                       "http://a/{query", "http://a/}", "http://{query}/", "http://a.{query}:80/", "{query}",
                       "http://a:{page}/", "ftp://a/{query}", "http://u@a/{query}", "http://a/{Query}", "http://a/x y");
  CAPTURE(text);
  auto parsed = url_template::parse(text);
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().code == errc::bad_config);
}

TEST_CASE("no query can leave its place in the URL") {
  REQUIRE(rc::check("fill, parse", [](const std::string& query) {
    auto url = parse_url(url_template::parse("http://a/s?q={query}&x=1")->fill({query, 0, 0}));
    RC_ASSERT(url.has_value());
    RC_ASSERT(url->target == "/s?q=" + percent_encode(query) + "&x=1");
    RC_ASSERT(percent_encode(query).find_first_of("&=/?#@:") == std::string::npos);
  }));
}

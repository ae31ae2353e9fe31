#include "actors/policy/robots_book.hpp"

#include <catch2/catch.hpp>

using namespace vigie;

namespace {

const wall_time noon = from_unix_ms(1'800'000'000'000);
constexpr duration hour{3600000};

parsed_url at(const std::string& url) {
  return *parse_url(url);
}

robots_report says(const std::string& url, int32_t status, std::string body = {},
                   std::map<std::string, std::string> headers = {}) {
  return {url, {}, {status, std::move(headers), std::move(body), {}}};
}

const std::string page = "https://shop.example/search?q=a";
const std::string authority = "https://shop.example";
const std::string file = "https://shop.example/robots.txt";

} // namespace

TEST_CASE("the first to ask fetches, the others wait, and the rules count for all") {
  robots_book book{{}};
  auto first = book.consult(at(page), noon);
  REQUIRE(first.step == robots_step::fetch);
  CHECK(first.authority == authority);
  CHECK(first.fetch_url == file);
  CHECK(book.consult(at("https://shop.example/other"), noon).step == robots_step::wait);
  // Another scheme or port is another authority.
  CHECK(book.consult(at("http://shop.example/"), noon).fetch_url == "http://shop.example/robots.txt");
  CHECK(book.consult(at("https://shop.example:8443/"), noon).fetch_url == "https://shop.example:8443/robots.txt");
  book.settle(authority, says(file, 200, "User-agent: vigie\nDisallow: /search\nCrawl-delay: 7\n"), noon);
  auto denied = book.consult(at(page), noon);
  REQUIRE(denied.step == robots_step::denied);
  CHECK(denied.why.code == errc::robots_disallowed);
  CHECK(denied.why.detail.find("\"Disallow: /search\" (line 2") != std::string::npos);
  CHECK(denied.why.detail.find("to \"vigie\"") != std::string::npos);
  auto allowed = book.consult(at("https://shop.example/other"), noon);
  CHECK(allowed.step == robots_step::go);
  CHECK(allowed.crawl_delay == duration{7000});
  // Fetched again when it is no longer fresh.
  CHECK(book.consult(at(page), noon + 25 * hour).step == robots_step::fetch);
}

TEST_CASE("whose rules count is the product token's matter") {
  robots_book_config config;
  config.product_token = "otherbot";
  robots_book book{config};
  book.consult(at(page), noon);
  book.settle(authority, says(file, 200, "User-agent: vigie\nDisallow: /\n\nUser-agent: *\nDisallow: /admin\n"), noon);
  CHECK(book.consult(at(page), noon).step == robots_step::go);
  CHECK(book.consult(at(authority + "/admin"), noon).step == robots_step::denied);
}

TEST_CASE("a fetch that is given up is the next caller's") {
  robots_book book{{}};
  REQUIRE(book.consult(at(page), noon).step == robots_step::fetch);
  book.give_up(authority);
  CHECK(book.consult(at(page), noon).step == robots_step::fetch);
  // And one of which nothing is heard, after its patience.
  CHECK(book.consult(at(page), noon + book.patience() - duration{1}).step == robots_step::wait);
  CHECK(book.consult(at(page), noon + book.patience()).step == robots_step::fetch);
}

TEST_CASE("redirects are fetched hop by hop, and the rules are the first authority's") {
  robots_book book{{}};
  book.consult(at(page), noon);
  book.settle(authority, says(file, 301, "", {{"location", "//www.shop.example/r.txt"}}), noon);
  auto second = book.consult(at(page), noon);
  REQUIRE(second.step == robots_step::fetch);
  CHECK(second.authority == authority);
  CHECK(second.fetch_url == "https://www.shop.example/r.txt");
  // A late answer of the first hop changes nothing.
  book.settle(authority, says(file, 404), noon);
  CHECK(book.consult(at(page), noon).step == robots_step::wait);
  book.settle(authority, says("https://www.shop.example/r.txt", 200, "User-agent: *\nDisallow: /search\n"), noon);
  CHECK(book.consult(at(page), noon).step == robots_step::denied);
  CHECK(book.consult(at(authority + "/"), noon).step == robots_step::go);
  CHECK(book.authorities() == 1);
}

TEST_CASE("five redirects are followed; behind a sixth there is no robots.txt") {
  robots_book book{{}};
  auto url = file;
  for (int i = 1; i <= 5; ++i) {
    REQUIRE(book.consult(at(page), noon).fetch_url == url);
    book.settle(authority, says(url, 302, "", {{"location", "/hop" + std::to_string(i)}}), noon);
    url = authority + "/hop" + std::to_string(i);
  }
  REQUIRE(book.consult(at(page), noon).fetch_url == url);
  book.settle(authority, says(url, 302, "", {{"location", "/hop6"}}), noon);
  CHECK(book.consult(at(page), noon).step == robots_step::go);
}

TEST_CASE("a redirect to what no fetch may follow leaves the site unreachable") {
  robots_book book{{}};
  book.consult(at(page), noon);
  book.settle(authority, says(file, 301, "", {{"location", "file:///etc/passwd"}}), noon);
  CHECK(book.consult(at(page), noon).step == robots_step::denied);
}

TEST_CASE("no answer, a refusal and an error each deny with a sentence of their own; 404 allows") {
  struct row {
    robots_report report;
    std::string part; ///< of the sentence; empty = allowed
  };
  for (const auto& x : std::vector<row>{
           {says(file, 404), ""},
           {says(file, 401), "refused"},
           {says(file, 500), "cannot be read now"},
           {{file, {errc::timed_out, "20 s", {}}, {}}, "cannot be read now"},
       }) {
    robots_book book{{}};
    book.consult(at(page), noon);
    book.settle(authority, x.report, noon);
    auto advice = book.consult(at(page), noon);
    INFO(x.part << " | " << advice.why.detail);
    CHECK((advice.step == robots_step::go) == x.part.empty());
    CHECK(advice.why.detail.find(x.part) != std::string::npos);
  }
}

TEST_CASE("a Crawl-delay beyond what we wait denies") {
  robots_book book{{}};
  book.consult(at(page), noon);
  book.settle(authority, says(file, 200, "User-agent: *\nCrawl-delay: 3601\n"), noon);
  auto advice = book.consult(at(page), noon);
  CHECK(advice.step == robots_step::denied);
  CHECK(advice.why.detail.find("3601 s") != std::string::npos);
}

TEST_CASE("authorities are bounded; those that would be fetched again make room") {
  robots_book_config config;
  config.max_authorities = 2;
  robots_book book{config};
  for (std::string name : {"a", "b"}) {
    book.consult(at("http://" + name + ".example/"), noon);
    book.settle("http://" + name + ".example", says("http://" + name + ".example/robots.txt", 404), noon);
  }
  auto third = book.consult(at("http://c.example/"), noon);
  CHECK(third.step == robots_step::denied);
  CHECK(third.why.code == errc::busy);
  CHECK(book.consult(at("http://c.example/"), noon + 25 * hour).step == robots_step::fetch);
  CHECK(book.authorities() == 1);
}

TEST_CASE("settings that make no sense are refused") {
  CHECK(validate(robots_book_config{}).code == errc::none);
  robots_book_config config;
  config.product_token = "two words";
  CHECK(validate(config).code == errc::bad_config);
  config = {};
  config.max_authorities = 0;
  CHECK(validate(config).code == errc::bad_config);
}

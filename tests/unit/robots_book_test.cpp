#include "actors/policy/robots_book.hpp"

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

#include "actors/policy/fetch_report.hpp"
#include "actors/policy/robots_line.hpp"

using namespace vigie;

namespace {

const worker_id fr{"worker-fr"}, us{"worker-us"};
const wall_time noon = from_unix_ms(1'800'000'000'000);
constexpr duration hour{3600000};

parsed_url at(const std::string& url) {
  return *parse_url(url);
}

robots_report says(const std::string& url, int32_t status, std::string body = {}, header_fields headers = {}) {
  return {url, {}, {status, std::move(headers), std::move(body), {}}};
}

/// As the fleet does it: whoever fetched it judges the answer.
robots_news settle(robots_book& book, const std::string& authority, const worker_id& by, const robots_report& report,
                   wall_time now) {
  result<http_response> answer = report.answer;
  if (report.problem.code != errc::none)
    answer = tl::unexpected<error>(report.problem);
  return book.settle(authority, by, report, report_of(answer, judge_fetch(answer, now), duration{0}), now);
}

const std::string page = "https://shop.example/search?q=a";
const std::string authority = "https://shop.example";
const std::string file = "https://shop.example/robots.txt";

} // namespace

TEST_CASE("the first to ask fetches, the others wait, and the rules count for all") {
  robots_book book{{}};
  auto first = book.consult(at(page), fr, noon);
  REQUIRE(first.step == robots_step::fetch);
  CHECK(first.authority == authority);
  CHECK(first.fetch_url == file);
  CHECK(book.consult(at("https://shop.example/other"), fr, noon).step == robots_step::wait);
  // Another scheme or port is another authority.
  CHECK(book.consult(at("http://shop.example/"), fr, noon).fetch_url == "http://shop.example/robots.txt");
  CHECK(book.consult(at("https://shop.example:8443/"), fr, noon).fetch_url == "https://shop.example:8443/robots.txt");
  settle(book, authority, fr, says(file, 200, "User-agent: vigie\nDisallow: /search\nCrawl-delay: 7\n"), noon);
  auto denied = book.consult(at(page), fr, noon);
  REQUIRE(denied.step == robots_step::denied);
  CHECK(denied.why.code == errc::robots_disallowed);
  CHECK(denied.why.detail.find("\"Disallow: /search\" (line 2") != std::string::npos);
  CHECK(denied.why.detail.find("fetched 2027-01-15T08:00:00") != std::string::npos);
  CHECK(denied.why.detail.find("to \"vigie\"") != std::string::npos);
  CHECK(denied.why.place == "https://shop.example/robots.txt:2");
  auto allowed = book.consult(at("https://shop.example/other"), fr, noon);
  CHECK(allowed.step == robots_step::go);
  CHECK(allowed.crawl_delay == duration{7000});
  // Fetched again when it is no longer fresh.
  CHECK(book.consult(at(page), fr, noon + 25 * hour).step == robots_step::fetch);
}

TEST_CASE("whose rules count is the product token's matter") {
  robots_book_config config;
  config.product_token = "otherbot";
  robots_book book{config};
  book.consult(at(page), fr, noon);
  settle(book, authority, fr, says(file, 200, "User-agent: vigie\nDisallow: /\n\nUser-agent: *\nDisallow: /admin\n"),
         noon);
  CHECK(book.consult(at(page), fr, noon).step == robots_step::go);
  CHECK(book.consult(at(authority + "/admin"), fr, noon).step == robots_step::denied);
}

TEST_CASE("a fetch that is given up is the next caller's") {
  robots_book book{{}};
  REQUIRE(book.consult(at(page), fr, noon).step == robots_step::fetch);
  book.give_up(authority);
  CHECK(book.consult(at(page), fr, noon).step == robots_step::fetch);
  // And one of which nothing is heard, after its patience.
  CHECK(book.consult(at(page), fr, noon + book.patience() - duration{1}).step == robots_step::wait);
  CHECK(book.consult(at(page), fr, noon + book.patience()).step == robots_step::fetch);
}

TEST_CASE("redirects are fetched hop by hop, and the rules are the first authority's") {
  robots_book book{{}};
  book.consult(at(page), fr, noon);
  settle(book, authority, fr, says(file, 301, "", {{"location", "//www.shop.example/r.txt"}}), noon);
  auto second = book.consult(at(page), fr, noon);
  REQUIRE(second.step == robots_step::fetch);
  CHECK(second.authority == authority);
  CHECK(second.fetch_url == "https://www.shop.example/r.txt");
  // A late answer of the first hop changes nothing.
  settle(book, authority, fr, says(file, 404), noon);
  CHECK(book.consult(at(page), fr, noon).step == robots_step::wait);
  settle(book, authority, fr, says("https://www.shop.example/r.txt", 200, "User-agent: *\nDisallow: /search\n"), noon);
  CHECK(book.consult(at(page), fr, noon).step == robots_step::denied);
  CHECK(book.consult(at(authority + "/"), fr, noon).step == robots_step::go);
  CHECK(book.authorities() == 1);
}

TEST_CASE("five redirects are followed; behind a sixth there is no robots.txt") {
  robots_book book{{}};
  auto url = file;
  for (int i = 1; i <= 5; ++i) {
    REQUIRE(book.consult(at(page), fr, noon).fetch_url == url);
    settle(book, authority, fr, says(url, 302, "", {{"location", "/hop" + std::to_string(i)}}), noon);
    url = authority + "/hop" + std::to_string(i);
  }
  REQUIRE(book.consult(at(page), fr, noon).fetch_url == url);
  settle(book, authority, fr, says(url, 302, "", {{"location", "/hop6"}}), noon);
  CHECK(book.consult(at(page), fr, noon).step == robots_step::go);
}

TEST_CASE("a redirect to what no fetch may follow leaves the site unreachable") {
  robots_book book{{}};
  book.consult(at(page), fr, noon);
  settle(book, authority, fr, says(file, 301, "", {{"location", "file:///etc/passwd"}}), noon);
  CHECK(book.consult(at(page), fr, noon).step == robots_step::denied);
}

TEST_CASE("no answer, a refusal and an error each deny with a sentence of their own; 404 allows") {
  struct row {
    robots_report report;
    std::string part; ///< of the sentence; empty = allowed
  };
  for (const auto& x : std::vector<row>{
           {says(file, 404), ""},
           {says(file, 401),
            "was refused to us (HTTP 401), so nothing is asked there; it is asked for again from 2027-"},
           {says(file, 403), "was refused to us (HTTP 403)"},
           {says(file, 429), "was refused to us (HTTP 429)"},
           {says(file, 500), "cannot be read now (HTTP 500)"},
           {{file, {errc::timed_out, "20 s", {}}, {}}, "cannot be read now (timed_out)"},
           {{file, {errc::bad_page, "the packed body is cut", {}}, {}}, "cannot be read now (bad_page)"},
           {{file, {errc::bad_certificate, "self-signed", {}}, {}}, "name that in the source's ca_file"},
       }) {
    robots_book book{{}};
    // One worker's word is not enough where no answer came.
    for (const auto& by : {fr, us})
      if (book.consult(at(page), by, noon).step == robots_step::fetch)
        settle(book, authority, by, x.report, noon);
    auto advice = book.consult(at(page), fr, noon);
    INFO(x.part << " | " << advice.why.detail);
    CHECK((advice.step == robots_step::go) == x.part.empty());
    CHECK(advice.why.detail.find(x.part) != std::string::npos);
    CHECK_FALSE(names_a_line(advice.why.place)); // it is no rule
  }
}

TEST_CASE("429 in place of robots.txt: one request for all, and one more when an hour or its Retry-After has passed") {
  for (auto [said, pause] : {std::pair{"30", hour}, std::pair{"7200", 2 * hour}}) {
    robots_book book{{}};
    REQUIRE(book.consult(at(page), fr, noon).step == robots_step::fetch);
    settle(book, authority, fr, says(file, 429, "", {{"retry-after", said}}), noon);
    for (const auto& by : {fr, us, worker_id{"worker-nl"}}) {
      CHECK(book.consult(at(page), by, noon).why.code == errc::robots_disallowed);
      CHECK(book.consult(at(page), by, noon + pause - duration{1}).step == robots_step::denied);
    }
    CHECK(book.consult(at(page), us, noon + pause).step == robots_step::fetch);
    CHECK(book.consult(at(page), fr, noon + pause).step == robots_step::wait);
  }
}

TEST_CASE("a refusal may be meant for one worker: one other asks, and a second refusal forbids all for an hour") {
  for (bool known_before : {false, true}) {
    robots_book book{{}};
    auto now = noon;
    if (known_before) {
      book.consult(at(page), fr, now);
      settle(book, authority, fr, says(file, 200, "User-agent: *\nAllow: /\n"), now);
      now += 25 * hour;
    }
    REQUIRE(book.consult(at(page), fr, now).step == robots_step::fetch);
    CHECK_FALSE(settle(book, authority, fr, says(file, 403), now).settled);
    CHECK(book.consult(at(page), fr, now).why.code == errc::refused);
    REQUIRE(book.consult(at(page), us, now).step == robots_step::fetch);
    SECTION("another is let in") {
      settle(book, authority, us, says(file, 404), now);
      CHECK(book.consult(at(page), us, now).step == robots_step::go);
    }
    SECTION("another is refused, too") {
      CHECK(settle(book, authority, us, says(file, 403), now).after == "refused");
      CHECK(book.consult(at(page), worker_id{"worker-nl"}, now + hour - duration{1}).step == robots_step::denied);
      CHECK(book.consult(at(page), worker_id{"worker-nl"}, now + hour).step == robots_step::fetch);
    }
  }
}

TEST_CASE("a Crawl-delay beyond what we wait denies") {
  robots_book book{{}};
  book.consult(at(page), fr, noon);
  settle(book, authority, fr, says(file, 200, "User-agent: *\nCrawl-delay: 3601\n"), noon);
  auto advice = book.consult(at(page), fr, noon);
  CHECK(advice.step == robots_step::denied);
  CHECK(advice.why.detail.find("3601 s") != std::string::npos);
  CHECK(advice.why.place == "https://shop.example/robots.txt:2");
}

TEST_CASE("authorities are bounded; those that would be fetched again make room") {
  robots_book_config config;
  config.max_authorities = 2;
  robots_book book{config};
  for (std::string name : {"a", "b"}) {
    book.consult(at("http://" + name + ".example/"), fr, noon);
    settle(book, "http://" + name + ".example", fr, says("http://" + name + ".example/robots.txt", 404), noon);
  }
  auto third = book.consult(at("http://c.example/"), fr, noon);
  CHECK(third.step == robots_step::denied);
  CHECK(third.why.code == errc::busy);
  CHECK(book.consult(at("http://c.example/"), fr, noon + 25 * hour).step == robots_step::fetch);
  CHECK(book.authorities() == 1);
}

TEST_CASE("who asks alone leaves nothing to another: its first word counts") {
  robots_book_config config;
  config.alone = true;
  for (auto report : {robots_report{file, {errc::network, "connection refused", {}}, {}}, says(file, 403)}) {
    robots_book book{config};
    book.consult(at(page), fr, noon);
    CHECK(settle(book, authority, fr, report, noon).settled);
    auto denied = book.consult(at(page), fr, noon);
    CHECK(denied.why.code == errc::robots_disallowed);
    CHECK(denied.why.detail.find("another worker") == std::string::npos);
  }
}

TEST_CASE(
    "a first worker without an answer leaves it to another; a second one's word, or the first one's later, counts") {
  robots_report silence{file, {errc::network, "connection refused", {}}, {}};
  robots_book book{{}};
  book.consult(at(page), fr, noon);
  CHECK_FALSE(settle(book, authority, fr, silence, noon).settled);
  auto same = book.consult(at(page), fr, noon);
  CHECK(same.step == robots_step::denied);
  CHECK(same.why.code == errc::network);
  CHECK(same.why.detail.find("another worker may try: connection refused") != std::string::npos);
  SECTION("another gets one") {
    REQUIRE(book.consult(at(page), us, noon).step == robots_step::fetch);
    settle(book, authority, us, says(file, 404), noon);
    CHECK(book.consult(at(page), fr, noon).step == robots_step::go);
  }
  SECTION("another gets none") {
    REQUIRE(book.consult(at(page), us, noon).step == robots_step::fetch);
    CHECK(settle(book, authority, us, silence, noon).after == "unreachable");
    CHECK(book.consult(at(page), fr, noon).why.code == errc::robots_disallowed);
  }
  SECTION("there is no other") {
    auto later = noon + robots_book_config{}.second_opinion;
    REQUIRE(book.consult(at(page), fr, later - duration{1}).step == robots_step::denied);
    REQUIRE(book.consult(at(page), fr, later).step == robots_step::fetch);
    CHECK(settle(book, authority, fr, silence, later).after == "unreachable");
  }
  SECTION("with an earlier copy, that one is kept") {
    REQUIRE(book.consult(at(page), us, noon).step == robots_step::fetch);
    settle(book, authority, us, says(file, 200, "User-agent: *\nDisallow: /private\n"), noon);
    auto stale = noon + 25 * hour;
    REQUIRE(book.consult(at(page), fr, stale).step == robots_step::fetch);
    CHECK(settle(book, authority, fr, silence, stale).settled);
    CHECK(book.consult(at(page), fr, stale).step == robots_step::go);
    CHECK(book.consult(at(authority + "/private"), fr, stale).step == robots_step::denied);
  }
}

TEST_CASE("news is a rule that forbids what the rules before it allowed, once") {
  robots_book book{{}};
  book.consult(at(page), fr, noon);
  settle(book, authority, fr, says(file, 200, "User-agent: *\nDisallow: /never\n"), noon);
  CHECK_FALSE(book.consult(at(authority + "/never"), fr, noon).news); // it is no change
  auto stale = noon + 25 * hour;
  REQUIRE(book.consult(at(page), fr, stale).step == robots_step::fetch);
  auto news = settle(book, authority, fr, says(file, 200, "User-agent: *\nDisallow: /never\nDisallow: /s\n"), stale);
  CHECK(news.changed());
  CHECK(news.before.size() == 16);
  CHECK(news.after.size() == 16);
  CHECK(book.consult(at(page), fr, stale).news);
  CHECK_FALSE(book.consult(at(page), fr, stale).news);
  CHECK_FALSE(book.consult(at(authority + "/never"), fr, stale).news);
  // The same file again, with a comment more, is none.
  auto again = stale + 25 * hour;
  REQUIRE(book.consult(at(page), fr, again).step == robots_step::fetch);
  auto same = settle(book, authority, fr, says(file, 200, "#\nUser-agent: *\nDisallow: /never\nDisallow: /s\n"), again);
  CHECK_FALSE(same.changed());
  CHECK(book.consult(at(page), fr, again).step == robots_step::denied);
}

namespace {

/// Everything that is not stored yet, as a store would take it.
void store_all(robots_book& book, std::map<std::string, robots_copy>& stored) {
  for (int most = 1000; most > 0; --most) {
    auto change = book.next_change();
    if (!change)
      return;
    if (change->what.copy.standing == robots_standing::unknown)
      stored.erase(change->what.authority);
    else
      stored[change->what.authority] = change->what.copy;
    book.stored(change->what.authority, change->version);
  }
  FAIL("changes without end");
}

std::vector<stored_robots> rows_of(const std::map<std::string, robots_copy>& stored) {
  std::vector<stored_robots> out;
  for (const auto& [name, copy] : stored)
    out.push_back({name, copy});
  return out;
}

} // namespace

TEST_CASE("a change that comes while the one before it is being stored is stored too") {
  robots_book book{{}};
  book.consult(at(page), fr, noon);
  settle(book, authority, fr, says(file, 404), noon);
  auto first = book.next_change();
  REQUIRE(first);
  CHECK(first->what.copy.standing == robots_standing::unavailable);
  book.consult(at(page), fr, noon + 25 * hour);
  settle(book, authority, fr, says(file, 200, "User-agent: *\nDisallow: /\n"), noon + 25 * hour);
  book.stored(authority, first->version);
  auto second = book.next_change();
  REQUIRE(second);
  CHECK(second->what.copy.standing == robots_standing::rules);
  book.stored(authority, second->version);
  CHECK_FALSE(book.next_change());
}

TEST_CASE("a book that takes up what another stored says the same") {
  rc::prop("over answers of all kinds", [] {
    robots_book before{{}};
    std::map<std::string, robots_copy> stored;
    auto now = noon;
    for (auto i = *rc::gen::inRange(1, 20); i > 0; --i) {
      auto where = "http://" + std::string(1, *rc::gen::inRange('a', 'f')) + ".example";
      auto status = *rc::gen::element(200, 200, 404, 403, 500);
      for (const auto& by : {fr, us}) { // a first refusal is left to another
        auto asked = before.consult(at(where + "/x"), by, now);
        if (asked.step != robots_step::fetch)
          break;
        auto body = "User-agent: *\nDisallow: /" + std::string(1, *rc::gen::element('x', 'y')) + "\nCrawl-delay: 7\n";
        settle(before, where, by, says(asked.fetch_url, status, body), now);
      }
      now += duration{*rc::gen::inRange(0, 30 * 3600 * 1000)};
    }
    store_all(before, stored);
    robots_book after{{}};
    after.restore(rows_of(stored), now);
    RC_ASSERT_FALSE(after.next_change());
    for (char c = 'a'; c < 'f'; ++c) {
      auto url = at("http://" + std::string(1, c) + ".example/x");
      auto was = before.consult(url, fr, now), is = after.consult(url, fr, now);
      RC_ASSERT(is.step == was.step);
      RC_ASSERT(is.why.detail == was.why.detail);
      RC_ASSERT(is.crawl_delay == was.crawl_delay);
      RC_ASSERT(is.version == was.version);
    }
  });
}

TEST_CASE("after the clock was set back a copy is used no longer than it was to be") {
  robots_book before{{}};
  std::map<std::string, robots_copy> stored;
  const auto url = at("http://a.example/x");
  before.consult(url, fr, noon);
  settle(before, "http://a.example", fr, says("http://a.example/robots.txt", 404, ""), noon);
  store_all(before, stored);
  auto kept = stored.at("http://a.example").next_fetch - noon;
  robots_book after{{}};
  auto now = noon - std::chrono::hours{20};
  after.restore(rows_of(stored), now);
  CHECK(after.consult(url, fr, now + kept - duration{1}).step == robots_step::go);
  CHECK(after.consult(url, fr, now + kept).step == robots_step::fetch);
}

TEST_CASE("the copies that were not asked for the longest time go when they are too many bytes; the store follows") {
  robots_book_config config;
  config.cache.limits.body_bytes = 10000;
  config.max_bytes = 16 * 10000;
  robots_book book{config};
  std::map<std::string, robots_copy> stored;
  std::string body = "User-agent: *\nDisallow: /";
  body.append(9000, 'x');
  auto fetch = [&](int i) {
    auto where = "http://h" + std::to_string(i) + ".example";
    auto url = at(where + "/a");
    if (book.consult(url, fr, noon).step == robots_step::fetch)
      settle(book, where, fr, says(where + "/robots.txt", 200, body), noon);
    book.consult(at("http://h0.example/a"), fr, noon); // one that is asked again and again
  };
  for (int i = 0; i < 40; ++i) {
    fetch(i);
    CHECK(book.bytes() <= config.max_bytes);
  }
  store_all(book, stored);
  CHECK(stored.size() == book.authorities());
  CHECK(book.authorities() > 3);
  CHECK(stored.contains("http://h0.example"));
  CHECK(stored.contains("http://h39.example"));
  CHECK_FALSE(stored.contains("http://h1.example"));
  // A smaller book takes those that were fetched last, and lets the store forget the others.
  for (auto& [name, copy] : stored)
    copy.settled = name == "http://h39.example" ? noon + hour : noon;
  config.max_authorities = 1;
  robots_book smaller{config};
  smaller.restore(rows_of(stored), noon);
  store_all(smaller, stored);
  CHECK(smaller.authorities() == 1);
  REQUIRE(stored.size() == 1);
  CHECK(stored.begin()->first == "http://h39.example");
}

TEST_CASE("settings that make no sense are refused") {
  CHECK(validate(robots_book_config{}).code == errc::none);
  robots_book_config config;
  config.product_token = "two words";
  CHECK(validate(config).code == errc::bad_config);
  config = {};
  config.max_authorities = 0;
  CHECK(validate(config).code == errc::bad_config);
  config = {};
  config.max_bytes = config.cache.limits.body_bytes;
  CHECK(validate(config).code == errc::bad_config);
}

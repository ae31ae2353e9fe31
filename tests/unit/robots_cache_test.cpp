// What each answer to the fetch of a robots.txt means, for how long, and what never happens.
#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include "actors/policy/fetch_outcome.hpp"
#include "actors/policy/robots_cache.hpp"

using namespace vigie;
using namespace std::chrono_literals;

namespace {

const auto start = from_unix_ms(1800000000000);
const std::string good_body = "User-agent: *\nDisallow: /private\nCrawl-delay: 7\n";

result<http_response> answered(int32_t status, header_fields headers = {}, std::string body = good_body) {
  http_response out;
  out.status = status;
  out.headers = std::move(headers);
  out.body = std::move(body);
  return out;
}

result<http_response> unanswered(errc why) {
  return fail(why, "no answer");
}

robots_cache cache_of(robots_copy copy = {}) {
  return robots_cache{robots_cache_config{}, "foobot", std::move(copy)};
}

/// As the fleet does it: whoever fetched it judges the answer.
void settle(robots_cache& aut, const result<http_response>& answer, uint32_t redirects, wall_time now) {
  auto judged = judge_fetch(answer, now);
  aut.settle(answer, redirects, {judged.retry_after, judged.kind == answer_kind::refused}, now);
}

struct outcome_row {
  const char* what;
  result<http_response> answer;
  uint32_t redirects;
  robots_standing standing;
  bool public_allowed;
  bool private_allowed;
  robots_reason why; ///< of the public path
  duration asked_again;
};

std::vector<outcome_row> outcomes() {
  using enum robots_standing;
  header_fields location{{"location", "http://example.com/other"}};
  return {
      {"200", answered(200), 0, rules, true, false, robots_reason::no_match, 24h},
      {"200 behind five redirects", answered(200), 5, rules, true, false, robots_reason::no_match, 24h},
      {"204", answered(204, {}, ""), 0, rules, true, true, robots_reason::no_group, 24h},
      {"206, a part of it", answered(206), 0, unreachable, false, false, robots_reason::unreachable, 5min},
      {"200 with a challenge", answered(200, {{"cf-mitigated", "challenge"}}), 0, refused, false, false,
       robots_reason::refused, 1h},
      {"503 with a challenge", answered(503, {}, "<script src=/cdn-cgi/challenge-platform/x>"), 0, refused, false,
       false, robots_reason::refused, 1h},
      {"200 with HTML", answered(200, {}, "<html>Disallow: /</html>"), 0, rules, true, true, robots_reason::no_group,
       24h},
      {"a sixth 301", answered(301, location), 5, unavailable, true, true, robots_reason::unavailable, 24h},
      {"a sixth 308", answered(308, location), 5, unavailable, true, true, robots_reason::unavailable, 24h},
      {"301 that could be followed but was not", answered(301, location), 0, unreachable, false, false,
       robots_reason::unreachable, 5min},
      {"302 to nowhere", answered(302), 0, unreachable, false, false, robots_reason::unreachable, 5min},
      {"304 that nobody asked for", answered(304), 0, unreachable, false, false, robots_reason::unreachable, 5min},
      {"400", answered(400), 0, unavailable, true, true, robots_reason::unavailable, 24h},
      {"401", answered(401), 0, refused, false, false, robots_reason::refused, 1h},
      {"403", answered(403), 0, refused, false, false, robots_reason::refused, 1h},
      {"404", answered(404), 0, unavailable, true, true, robots_reason::unavailable, 24h},
      {"405", answered(405), 0, unavailable, true, true, robots_reason::unavailable, 24h},
      {"407", answered(407), 0, unreachable, false, false, robots_reason::unreachable, 5min},
      {"408", answered(408), 0, unreachable, false, false, robots_reason::unreachable, 5min},
      {"410", answered(410), 0, unavailable, true, true, robots_reason::unavailable, 24h},
      {"429", answered(429), 0, refused, false, false, robots_reason::refused, 1h},
      {"429 for 2 h", answered(429, {{"retry-after", "7200"}}), 0, refused, false, false, robots_reason::refused, 2h},
      {"429 for 1 s", answered(429, {{"retry-after", "1"}}), 0, refused, false, false, robots_reason::refused, 1h},
      {"429 for a week", answered(429, {{"retry-after", "604800"}}), 0, refused, false, false, robots_reason::refused,
       24h},
      {"429 until a date", answered(429, {{"retry-after", "Fri Jan 15 11:00:01 2027"}}), 0, refused, false, false,
       robots_reason::refused, 3h},
      {"429 from now on", answered(429, {{"retry-after", "0"}}), 0, refused, false, false, robots_reason::refused, 1h},
      {"451", answered(451), 0, unavailable, true, true, robots_reason::unavailable, 24h},
      {"500", answered(500), 0, unreachable, false, false, robots_reason::unreachable, 5min},
      {"502", answered(502), 0, unreachable, false, false, robots_reason::unreachable, 5min},
      {"503", answered(503), 0, unreachable, false, false, robots_reason::unreachable, 5min},
      {"503 for 3 h", answered(503, {{"retry-after", "10800"}}), 0, unreachable, false, false,
       robots_reason::unreachable, 3h},
      {"503 for a week", answered(503, {{"retry-after", "604800"}}), 0, unreachable, false, false,
       robots_reason::unreachable, 24h},
      {"504", answered(504), 0, unreachable, false, false, robots_reason::unreachable, 5min},
      {"a status that is none", answered(0), 0, unreachable, false, false, robots_reason::unreachable, 5min},
      {"a status of nobody's", answered(700), 0, unreachable, false, false, robots_reason::unreachable, 5min},
      {"time-out", unanswered(errc::timed_out), 0, unreachable, false, false, robots_reason::unreachable, 5min},
      {"network", unanswered(errc::network), 3, unreachable, false, false, robots_reason::unreachable, 5min},
      {"a redirect to a blocked address", unanswered(errc::blocked_address), 1, unreachable, false, false,
       robots_reason::unreachable, 5min},
      {"a packed body that is cut", unanswered(errc::bad_page), 0, unreachable, false, false,
       robots_reason::unreachable, 5min},
      {"too large a body", unanswered(errc::body_too_large), 0, unreachable, false, false, robots_reason::unreachable,
       5min},
  };
}

} // namespace

TEST_CASE("every answer: standing, verdicts, and when it is asked for again") {
  for (const auto& x : outcomes()) {
    INFO(x.what);
    auto aut = cache_of();
    CHECK(aut.need(start) == robots_need::fetch);
    CHECK(aut.decide("/public", start).why == robots_reason::unknown);
    CHECK_FALSE(aut.decide("/public", start).allowed);
    aut.begin(start);
    CHECK(aut.need(start) == robots_need::wait);
    settle(aut, x.answer, x.redirects, start + 1s);
    auto now = start + 1s;
    CHECK(aut.copy().standing == x.standing);
    CHECK(aut.need(now) == robots_need::use);
    CHECK(aut.decide("/public", now).allowed == x.public_allowed);
    CHECK(aut.decide("/public", now).why == x.why);
    CHECK(aut.decide("/private/x", now).allowed == x.private_allowed);
    CHECK(aut.decide("/robots.txt", now).allowed);
    CHECK(aut.need(now + x.asked_again - 1ms) == robots_need::use);
    CHECK(aut.need(now + x.asked_again) == robots_need::fetch);
    CHECK_FALSE(aut.decide("/public", now + x.asked_again).allowed);
    CHECK(aut.decide("/robots.txt", now + x.asked_again).allowed);
    bool with_rules = x.standing == robots_standing::rules;
    CHECK((aut.version() != "none") == with_rules);
    CHECK(aut.crawl_delay(now).has_value() == (with_rules && !x.private_allowed));
  }
}

TEST_CASE("redirects are followed five times") {
  robots_cache_config config;
  header_fields location{{"location", "/r.txt"}};
  for (auto status : {301, 302, 303, 307, 308}) {
    CHECK(follows_redirect(config, *answered(status, location), 0));
    CHECK(follows_redirect(config, *answered(status, location), 4));
    CHECK_FALSE(follows_redirect(config, *answered(status, location), 5));
    CHECK_FALSE(follows_redirect(config, *answered(status), 0));
  }
  for (auto status : {200, 201, 300, 304, 305, 404})
    CHECK_FALSE(follows_redirect(config, *answered(status, location), 0));
}

TEST_CASE("301, six times") {
  robots_cache_config config;
  auto aut = cache_of();
  auto moved = answered(301, {{"location", "/again"}});
  uint32_t redirects = 0;
  aut.begin(start);
  while (follows_redirect(config, *moved, redirects))
    ++redirects;
  settle(aut, moved, redirects, start);
  CHECK(redirects == 5);
  CHECK(aut.copy().standing == robots_standing::unavailable);
  CHECK(aut.decide("/private", start).allowed);
}

TEST_CASE("freshness by Cache-Control") {
  auto [text, expected] = GENERATE(table<std::string, duration>({
      {"", 24h},
      {"public", 24h},
      {"max-age=3600", 1h},
      {"MAX-AGE=3600", 1h},
      {"public, max-age=3600, must-revalidate", 1h},
      {" max-age = \"3600\" ", 1h},
      {"max-age=0", 5min},
      {"max-age=1", 5min},
      {"max-age=300", 5min},
      {"max-age=301", 301s},
      {"max-age=86400", 24h},
      {"max-age=86401", 24h},
      {"max-age=99999999999999999999999999", 24h},
      {"max-age=7200, max-age=3600", 1h},
      {"no-cache", 5min},
      {"No-Store, max-age=3600", 5min},
      {"max-age=-1", 24h},
      {"max-age=", 24h},
      {"max-age", 24h},
      {"max-age=1h", 24h},
      {"x-max-age=60", 24h},
      {"s-maxage=60", 24h},
      {",,,", 24h},
  }));
  INFO(text);
  CHECK(freshness(robots_cache_config{}, text) == expected);
  auto aut = cache_of();
  settle(aut, answered(404, {{"cache-control", text}}), 0, start);
  CHECK(aut.copy().next_fetch == start + expected);
}

TEST_CASE("the last good copy holds while the site is unreachable, up to 30 days") {
  auto aut = cache_of();
  settle(aut, answered(200), 0, start);
  auto version = aut.version();
  auto now = start + 24h;
  const auto first_failure = now;
  std::vector<duration> pauses;
  while (now - first_failure < 30 * 24h) {
    aut.begin(now);
    settle(aut, pauses.size() % 2 == 0 ? answered(503) : unanswered(errc::timed_out), 0, now);
    CHECK(aut.need(now) == robots_need::use);
    CHECK(aut.decide("/public", now).allowed);
    CHECK(aut.decide("/private", now).line == 2);
    CHECK(aut.crawl_delay(now) == duration{7000});
    CHECK(aut.version() == version);
    CHECK_FALSE(aut.asks_operator(now));
    pauses.push_back(aut.copy().next_fetch - now);
    now = aut.copy().next_fetch;
  }
  CHECK(std::vector<duration>(pauses.begin(), pauses.begin() + 6) ==
        std::vector<duration>{5min, 10min, 20min, 40min, 1h, 1h});
  settle(aut, answered(500), 0, now);
  CHECK(aut.asks_operator(now));
  CHECK(aut.decide("/public", now).why == robots_reason::undecided);
  CHECK_FALSE(aut.decide("/public", now).allowed);
  CHECK_FALSE(aut.crawl_delay(now));
  SECTION("until it answers again") {
    settle(aut, answered(200), 0, now);
    CHECK_FALSE(aut.asks_operator(now + 24h * 365));
    CHECK(aut.decide("/public", now).allowed);
    settle(aut, answered(500), 0, now + 24h);
    CHECK(aut.copy().next_fetch == now + 24h + 5min);
  }
  SECTION("also without any copy") {
    auto other = cache_of();
    settle(other, unanswered(errc::network), 0, start);
    CHECK_FALSE(other.asks_operator(start + 30 * 24h - 1ms));
    CHECK(other.asks_operator(start + 30 * 24h));
  }
}

TEST_CASE("an answer takes the place of the copy") {
  for (auto status : {401, 403, 404, 410, 429}) {
    INFO(status);
    auto aut = cache_of();
    settle(aut, answered(200), 0, start);
    settle(aut, answered(status), 0, start + 24h);
    CHECK(aut.version() == "none");
    CHECK(aut.decide("/public", start + 24h).allowed == (status == 404 || status == 410));
    // What was refused, or was not there, is no copy to go on with.
    settle(aut, answered(500), 0, start + 48h);
    CHECK(aut.decide("/public", start + 48h).why == robots_reason::unreachable);
  }
}

TEST_CASE("one fetch at a time; one that is lost is given up") {
  auto aut = cache_of();
  aut.begin(start);
  CHECK(aut.need(start + 3min - 1ms) == robots_need::wait);
  CHECK(aut.need(start + 3min) == robots_need::fetch);
  CHECK(aut.need(start - 4min) == robots_need::fetch); // the clock was set back
  settle(aut, answered(200), 0, start + 4min);
  CHECK(aut.need(start + 4min) == robots_need::use);
  aut.begin(start + 5min); // early: the copy is fresh still
  CHECK(aut.need(start + 5min) == robots_need::use);
}

TEST_CASE("a clock that is set back does not make a copy last longer") {
  auto aut = cache_of();
  settle(aut, answered(200), 0, start);
  CHECK(aut.need(start - 1ms) == robots_need::fetch);
  CHECK_FALSE(aut.decide("/public", start - 1ms).allowed);
}

TEST_CASE("a copy that was stored knows what the first one knew") {
  for (const auto& x : outcomes()) {
    INFO(x.what);
    auto before = cache_of();
    settle(before, x.answer, x.redirects, start);
    auto after = cache_of(before.copy());
    CHECK(after.copy() == before.copy());
    CHECK(after.rules() == before.rules());
    CHECK(after.version() == before.version());
    for (auto now : {start, start + 4min, start + 24h, start + 40 * 24h})
      CHECK(after.decide("/public", now) == before.decide("/public", now));
  }
  auto large = cache_of();
  settle(large, answered(200, {}, good_body + std::string(600 << 10, '#') + "\nDisallow: /\n"), 0, start);
  CHECK(large.copy().body.size() == (512 << 10) + 1);
  CHECK(large.decide("/public", start).allowed);
  CHECK(cache_of(large.copy()).rules() == large.rules());
}

TEST_CASE("configurations that make no sense") {
  CHECK(validate(robots_cache_config{}).code == errc::none);
  auto wrong = [](auto change) {
    robots_cache_config config;
    change(config);
    return validate(config).code == errc::bad_config;
  };
  CHECK(wrong([](auto& x) { x.redirects = 0; }));
  CHECK(wrong([](auto& x) { x.shortest_fresh = duration{0}; }));
  CHECK(wrong([](auto& x) { x.shortest_fresh = 25h; }));
  CHECK(wrong([](auto& x) { x.refused_recheck = 25h; }));
  CHECK(wrong([](auto& x) { x.unreachable_recheck = 2h; }));
  CHECK(wrong([](auto& x) { x.ask_operator_after = duration{0}; }));
  CHECK(wrong([](auto& x) { x.fetch_patience = duration{0}; }));
  CHECK(wrong([](auto& x) { x.limits.rules = 0; }));
}

namespace {

result<http_response> any_answer() {
  if (*rc::gen::inRange(0, 4) == 0)
    return unanswered(*rc::gen::element(errc::timed_out, errc::network, errc::body_too_large, errc::busy));
  auto status = *rc::gen::element(200, 204, 206, 301, 302, 304, 400, 401, 403, 404, 408, 410, 429, 500, 503, 0, 999);
  header_fields headers;
  if (*rc::gen::arbitrary<bool>())
    headers["cache-control"] = "max-age=" + std::to_string(*rc::gen::inRange<int64_t>(-10, 200000));
  if (*rc::gen::arbitrary<bool>())
    headers["retry-after"] = std::to_string(*rc::gen::inRange<int64_t>(0, 200000));
  if (*rc::gen::arbitrary<bool>())
    headers["location"] = "/r.txt";
  return answered(status, headers);
}

} // namespace

TEST_CASE("whatever happens, at whatever time") {
  REQUIRE(rc::check([] {
    auto aut = cache_of();
    auto now = start;
    optional<wall_time> good;  // when the last 2xx came that nothing but failures followed
    optional<wall_time> since; // the first of the failures behind it
    auto steps = *rc::gen::inRange(1, 30);
    for (int i = 0; i < steps; ++i) {
      now += duration{*rc::gen::element<int64_t>(0, 1, 299999, 300000, 3600000, 86399999, 86400000, 864000000)};
      if (*rc::gen::arbitrary<bool>()) {
        auto answer = any_answer();
        auto redirects = *rc::gen::inRange<uint32_t>(0, 7);
        aut.begin(now);
        RC_ASSERT(aut.need(now) != robots_need::fetch);
        settle(aut, answer, redirects, now);
        auto unreachable = aut.copy().standing == robots_standing::unreachable;
        since = unreachable ? (since ? since : optional<wall_time>{now}) : optional<wall_time>{};
        if (!unreachable)
          good = aut.copy().standing == robots_standing::rules ? optional<wall_time>{now} : optional<wall_time>{};
        // Asked again soon enough, and never at once.
        RC_ASSERT(aut.copy().next_fetch - now >= 5min);
        RC_ASSERT(aut.copy().next_fetch - now <= 24h);
        RC_ASSERT(aut.need(now) == robots_need::use);
      }
      auto wanted = aut.decide("/public", now), forbidden = aut.decide("/private", now);
      RC_ASSERT(aut.decide("/robots.txt", now).allowed);
      RC_ASSERT((wanted.why == robots_reason::unknown) == (aut.need(now) != robots_need::use));
      if (since) { // a failure allows only what a good copy allowed, and not for ever
        RC_ASSERT(!forbidden.allowed);
        RC_ASSERT(!wanted.allowed || (good && now - *since < 30 * 24h));
      }
      if (good)
        RC_ASSERT(!forbidden.allowed || aut.rules().group.empty());
      if (good && !since)
        RC_ASSERT(!wanted.allowed || now - *good < 24h);
      RC_ASSERT(cache_of(aut.copy()).decide("/public", now) == wanted);
    }
  }));
}

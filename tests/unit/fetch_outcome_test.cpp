#include "actors/policy/fetch_outcome.hpp"

#include <catch2/catch.hpp>
#include <rapidcheck.h>

using namespace vigie;
using namespace std::chrono_literals;

namespace {

// Sun, 06 Nov 1994 08:49:37 GMT
const wall_time then = from_unix_ms(784'111'777'000);

http_response answer_of(int32_t status, header_fields headers = {}, std::string body = {}) {
  http_response out;
  out.status = status;
  out.headers = std::move(headers);
  out.body = std::move(body);
  return out;
}

fetch_outcome judge(int32_t status, header_fields headers = {}, bool conditional = false) {
  return judge_fetch(answer_of(status, std::move(headers)), then, conditional);
}

using headers = header_fields;

} // namespace

TEST_CASE("what a status means: a row for each of conduct's") {
  struct row {
    int32_t status;
    headers said;
    errc code;
    answer_kind kind;
    next_step next;
  };
  using enum answer_kind;
  const headers to{{"location", "/b"}};
  const headers wait{{"retry-after", "30"}};
  const std::vector<row> rows{
      {200, {}, errc::none, page, next_step::page},
      {204, {}, errc::none, page, next_step::page},
      {206, {}, errc::bad_page, unusable, next_step::settle},
      {300, to, errc::http_status, rejected, next_step::settle},
      {301, to, errc::http_status, redirect, next_step::follow},
      {302, to, errc::http_status, redirect, next_step::follow},
      {303, to, errc::http_status, redirect, next_step::follow},
      {307, to, errc::http_status, redirect, next_step::follow},
      {308, to, errc::http_status, redirect, next_step::follow},
      {301, {}, errc::http_status, rejected, next_step::settle},
      {304, {}, errc::http_status, rejected, next_step::settle},
      {400, {}, errc::http_status, rejected, next_step::settle},
      {401, {}, errc::unauthorized, unauthorized, next_step::settle},
      {403, {}, errc::refused, refused, next_step::settle},
      {403, wait, errc::refused, refused, next_step::settle},
      {404, {}, errc::http_status, gone, next_step::settle},
      {408, {}, errc::http_status, transient, next_step::retry},
      {410, {}, errc::http_status, gone, next_step::settle},
      {429, {}, errc::rate_limited, rate_limited, next_step::settle},
      {429, wait, errc::rate_limited, rate_limited, next_step::settle},
      {451, {}, errc::http_status, rejected, next_step::settle},
      {500, {}, errc::http_status, server_error, next_step::settle},
      {502, {}, errc::http_status, transient, next_step::retry},
      {503, {}, errc::http_status, transient, next_step::retry},
      {503, wait, errc::rate_limited, rate_limited, next_step::settle},
      {504, {}, errc::http_status, transient, next_step::retry},
      {599, {}, errc::http_status, server_error, next_step::settle},
      {700, {}, errc::http_status, rejected, next_step::settle},
  };
  for (const auto& r : rows) {
    INFO("HTTP " << r.status);
    auto out = judge(r.status, r.said);
    CHECK(out.problem.code == r.code);
    CHECK(out.kind == r.kind);
    CHECK(out.next == r.next);
    CHECK(out.status == r.status);
    CHECK((r.code == errc::none || out.problem.detail.find(std::to_string(r.status)) != std::string::npos));
  }
}

TEST_CASE("a 304 is an answer only to those who asked for one") {
  auto out = judge(304, {}, true);
  CHECK(out.kind == answer_kind::unchanged);
  CHECK(out.next == next_step::unchanged);
  CHECK(out.problem.code == errc::none);
}

TEST_CASE("a challenge in place of the page is a refusal, by whom is said") {
  struct row {
    http_response answer;
    std::string who;
  };
  for (const auto& r : {row{answer_of(503, {{"cf-mitigated", "challenge"}, {"retry-after", "5"}}), "Cloudflare"},
                        row{answer_of(200, {{"cf-mitigated", "challenge"}}), "Cloudflare"},
                        row{answer_of(403, {}, "<script src=/cdn-cgi/challenge-platform/x>"), "Cloudflare"},
                        row{answer_of(405, {{"x-amzn-waf-action", "captcha"}}), "AWS WAF"},
                        row{answer_of(403, {}, "<iframe src=https://geo.captcha-delivery.com/>"), "DataDome"}}) {
    auto out = judge_fetch(r.answer, then);
    INFO(r.answer.status << " " << out.problem.detail);
    CHECK(out.problem.code == errc::refused);
    CHECK(out.kind == answer_kind::refused);
    CHECK(out.next == next_step::settle);
    CHECK(out.problem.detail.find(r.who) != std::string::npos);
  }
  // A page may speak of them.
  CHECK(judge_fetch(answer_of(200, {}, "what captcha-delivery.com is"), then).kind == answer_kind::page);
}

TEST_CASE("a Retry-After is told as the site said it, and its date counts from the answer's own") {
  auto said = [](const char* value, headers more = {}) {
    more["retry-after"] = value;
    return judge(429, more).retry_after;
  };
  CHECK(said("120") == optional<duration>{120s});
  CHECK(said("0") == optional<duration>{0s});
  CHECK(said("900000") == optional<duration>{900000s});
  // Decimals, units and lists are none.
  for (auto other : {"nonsense", "120.5", "120s", "1e3", "+5", "-5", "30, 60", "", "soon, 06 Nov 1994 08:50:37 GMT"})
    CHECK_FALSE(said(other));
  CHECK(said("Sun, 06 Nov 1994 08:50:37 GMT") == optional<duration>{60s});
  CHECK(said("Sun, 06 Nov 1994 07:50:37 GMT") == optional<duration>{0s});
  CHECK(said("Sunday, 06-Nov-94 08:50:37 GMT") == optional<duration>{60s});
  CHECK(said("Sun Nov  6 08:50:37 1994") == optional<duration>{60s});
  CHECK(said("Wed Nov 16 08:49:37 1994") == optional<duration>{10 * 24h});
  CHECK(said("99999999999999999999999") == optional<duration>{876000h}); // a century
  CHECK(said("Fri, 31 Dec 9999 23:59:59 GMT") == optional<duration>{876000h});
  // The site's clock is an hour behind ours: it still wants 60 s.
  CHECK(said("Sun, 06 Nov 1994 07:50:37 GMT", {{"date", "Sun, 06 Nov 1994 07:49:37 GMT"}}) == optional<duration>{60s});
  CHECK(said("Sun, 06 Nov 1994 08:50:37 GMT", {{"date", "yesterday"}}) == optional<duration>{60s});
  CHECK(judge(429, {{"retry-after", "30"}}).problem.detail == "HTTP 429, the host asks to be left alone for 30 s");
  CHECK(judge(429).problem.detail == "HTTP 429, the host asks to be left alone");
}

TEST_CASE("of several Retry-After the longest counts; one that says nothing leaves a 503 a passing trouble") {
  headers several;
  for (auto x : {"10", "120", "nonsense", "30"})
    several.add("retry-after", x);
  CHECK(judge(503, several).retry_after == optional<duration>{120s});
  CHECK(judge(503, {{"retry-after", "120.5"}}).kind == answer_kind::transient);
  CHECK(judge(429, {{"retry-after", "120.5"}}).kind == answer_kind::rate_limited);
  CHECK(judge(503, {{"retry-after", "0"}}).kind == answer_kind::rate_limited);
  CHECK(judge(503, {{"retry-after", "Sun Nov  6 08:49:36 1994"}}).kind == answer_kind::rate_limited);
}

TEST_CASE("a redirect is named, briefly") {
  auto out = judge(302, {{"location", " https://elsewhere.example/x "}});
  CHECK(out.problem.detail == "HTTP 302, redirects to https://elsewhere.example/x");
  CHECK(out.location == "https://elsewhere.example/x");
  CHECK(judge(302, {{"location", std::string(100000, 'x')}}).problem.detail.size() < 300);
}

TEST_CASE("no answer is the port's error") {
  struct row {
    errc code;
    answer_kind kind;
    next_step next;
  };
  for (const auto& r : {row{errc::network, answer_kind::transient, next_step::retry},
                        row{errc::timed_out, answer_kind::transient, next_step::retry},
                        row{errc::crashed, answer_kind::transient, next_step::settle},
                        row{errc::body_too_large, answer_kind::unusable, next_step::settle},
                        row{errc::bad_page, answer_kind::unusable, next_step::settle},
                        row{errc::blocked_address, answer_kind::unusable, next_step::settle},
                        row{errc::bad_certificate, answer_kind::unusable, next_step::settle},
                        row{errc::bad_request, answer_kind::none_asked, next_step::settle},
                        row{errc::busy, answer_kind::none_asked, next_step::settle}}) {
    auto out = judge_fetch(fail(r.code, "said so", "connect"), then);
    INFO(to_string(r.code));
    CHECK(out.problem == error{r.code, "said so", "connect"});
    CHECK(out.status == 0);
    CHECK(out.kind == r.kind);
    CHECK(out.next == r.next);
  }
}

TEST_CASE("dates that are none are not believed") {
  for (auto text : {"", " ", "-5", "1.5", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT",
                    "Sunday, 31-Feb-94 08:49:37 GMT", "Sun Nov 31 08:49:37 1994", "Sun, 06 Nov 1994 08:49:37 CET",
                    "Sun, 06 Foo 1994 08:49:37 GMT"})
    REQUIRE_FALSE(parse_retry_after(text, then));
  REQUIRE(parse_retry_after(" 7 ", then) == optional<duration>{7s});
}

TEST_CASE("whatever the headers are, nobody is asked to wait for less than nothing") {
  REQUIRE(rc::check("0 <= Retry-After",
                    [](const std::string& value, const std::string& date, uint32_t seconds, bool plain) {
                      auto out = judge(429, {{"retry-after", plain ? std::to_string(seconds) : value}, {"date", date}});
                      RC_ASSERT(out.retry_after.value_or(duration{0}) >= 0ms);
                      RC_ASSERT(out.kind == answer_kind::rate_limited);
                    }));
}

TEST_CASE("whatever comes, only a page is read and only what may pass is asked again") {
  REQUIRE(rc::check("next follows from kind", [](uint16_t status, bool conditional, bool wait) {
    auto out = judge(status, wait ? headers{{"retry-after", "1"}, {"location", "/x"}} : headers{}, conditional);
    RC_ASSERT((out.next == next_step::page) == (out.kind == answer_kind::page));
    RC_ASSERT((out.next == next_step::retry) == (out.kind == answer_kind::transient));
    RC_ASSERT((out.next == next_step::follow) == (out.kind == answer_kind::redirect));
    RC_ASSERT((out.problem.code == errc::none) ==
              (out.kind == answer_kind::page || out.kind == answer_kind::unchanged));
  }));
}

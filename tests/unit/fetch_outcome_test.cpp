#include "actors/policy/fetch_outcome.hpp"

#include <catch2/catch.hpp>
#include <rapidcheck.h>

using namespace vigie;
using namespace std::chrono_literals;

namespace {

// Sun, 06 Nov 1994 08:49:37 GMT
const wall_time then = from_unix_ms(784'111'777'000);

fetch_outcome judge(int32_t status, std::map<std::string, std::string> headers = {}) {
  http_response answer;
  answer.status = status;
  answer.headers = std::move(headers);
  return judge_fetch({}, answer, then);
}

} // namespace

TEST_CASE("what a status means") {
  struct row {
    int32_t status;
    std::map<std::string, std::string> headers;
    errc code;
    duration hold;
  };
  const std::vector<row> rows{
      {200, {}, errc::none, 0ms},
      {204, {}, errc::none, 0ms},
      {301, {{"location", "/b"}}, errc::http_status, 0ms},
      {304, {}, errc::http_status, 0ms},
      {400, {}, errc::http_status, 0ms},
      {401, {}, errc::unauthorized, 0ms},
      {403, {}, errc::refused, 0ms},
      {403, {{"retry-after", "60"}}, errc::refused, 0ms},
      {404, {}, errc::http_status, 0ms},
      {410, {}, errc::http_status, 0ms},
      {429, {}, errc::rate_limited, 60s},
      {429, {{"retry-after", "nonsense"}}, errc::rate_limited, 60s},
      {429, {{"retry-after", "120"}}, errc::rate_limited, 120s},
      {429, {{"retry-after", "0"}}, errc::rate_limited, 0s},
      {429, {{"retry-after", "99999999999999999999"}}, errc::rate_limited, 24h},
      {429, {{"retry-after", "86401"}}, errc::rate_limited, 24h},
      {429, {{"retry-after", "Sun, 06 Nov 1994 08:50:37 GMT"}}, errc::rate_limited, 60s},
      {429, {{"retry-after", "Sun, 06 Nov 1994 07:50:37 GMT"}}, errc::rate_limited, 0s},
      {500, {}, errc::http_status, 0ms},
      {503, {}, errc::http_status, 0ms},
      {503, {{"retry-after", "30"}}, errc::rate_limited, 30s},
      {599, {}, errc::http_status, 0ms},
  };
  for (const auto& r : rows) {
    INFO("HTTP " << r.status);
    auto out = judge(r.status, r.headers);
    REQUIRE(out.problem.code == r.code);
    REQUIRE(out.hold == r.hold);
    REQUIRE(out.status == r.status);
    REQUIRE((r.code == errc::none || out.problem.detail.find(std::to_string(r.status)) != std::string::npos));
  }
}

TEST_CASE("a redirect is named, briefly") {
  REQUIRE(judge(302, {{"location", "https://elsewhere.example/x"}}).problem.detail ==
          "HTTP 302, redirects to https://elsewhere.example/x");
  REQUIRE(judge(302, {{"location", std::string(100000, 'x')}}).problem.detail.size() < 300);
}

TEST_CASE("no answer is the port's error") {
  for (auto code : {errc::network, errc::timed_out, errc::body_too_large, errc::blocked_address, errc::busy}) {
    auto out = judge_fetch({}, fail(code, "said so", "connect"), then);
    REQUIRE(out.problem == error{code, "said so", "connect"});
    REQUIRE(out.status == 0);
    REQUIRE(out.hold == 0ms);
  }
}

TEST_CASE("dates that are none are not believed") {
  for (auto text : {"", " ", "-5", "1.5", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT",
                    "Sunday, 06-Nov-94 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 06 Foo 1994 08:49:37 GMT"})
    REQUIRE_FALSE(parse_retry_after(text, then));
  REQUIRE(parse_retry_after(" 7 ", then) == optional<duration>{7s});
}

TEST_CASE("no header makes a hold that is negative or above the longest") {
  REQUIRE(rc::check("0 <= hold <= 24 h", [](const std::string& value, uint32_t seconds, bool plain) {
    auto out = judge(429, {{"retry-after", plain ? std::to_string(seconds) : value}});
    RC_ASSERT(out.hold >= 0ms);
    RC_ASSERT(out.hold <= 24h);
  }));
}

TEST_CASE("a configuration that cannot work is refused") {
  REQUIRE(validate(fetch_outcome_config{}).code == errc::none);
  REQUIRE(validate(fetch_outcome_config{0ms, 1ms}).code == errc::bad_config);
  REQUIRE(validate(fetch_outcome_config{2ms, 1ms}).code == errc::bad_config);
}

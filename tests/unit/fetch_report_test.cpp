#include <catch2/catch.hpp>

#include "actors/policy/fetch_report.hpp"

using namespace vigie;
using namespace std::chrono_literals;

namespace {

const wall_time now = from_unix_ms(1'800'000'000'000);

fetch_report report(const result<http_response>& answer) {
  return report_of(answer, judge_fetch(answer, now), 250ms);
}

http_response answer(int32_t status, header_fields headers = {}) {
  return {status, std::move(headers), "12345", "192.0.2.7"};
}

} // namespace

TEST_CASE("each answer has one kind for the owner of the gate") {
  const header_fields wait{{"retry-after", "120"}};
  struct row {
    int32_t status;
    header_fields headers;
    answer_kind kind;
  };
  for (const auto& x : std::vector<row>{{200, {}, answer_kind::page},
                                        {401, {}, answer_kind::unauthorized},
                                        {403, {}, answer_kind::refused},
                                        {404, {}, answer_kind::gone},
                                        {410, {}, answer_kind::gone},
                                        {408, {}, answer_kind::transient},
                                        {429, {}, answer_kind::rate_limited},
                                        {429, wait, answer_kind::rate_limited},
                                        {418, {}, answer_kind::rejected},
                                        {500, {}, answer_kind::server_error},
                                        {502, {}, answer_kind::transient},
                                        {503, {}, answer_kind::transient},
                                        {503, wait, answer_kind::rate_limited},
                                        {504, {}, answer_kind::transient}}) {
    INFO(x.status);
    auto out = report(answer(x.status, x.headers));
    CHECK(out.kind == x.kind);
    CHECK(out.status == x.status);
    CHECK(out.took == 250ms);
    CHECK(out.peer_address == "192.0.2.7");
    CHECK(out.retry_after == (x.headers == header_fields{} ? optional<duration>{} : optional<duration>{120s}));
  }
}

TEST_CASE("a Retry-After is reported as the site said it, however long") {
  CHECK(report(answer(429, {{"retry-after", "900000"}})).retry_after == optional<duration>{900000s});
  CHECK_FALSE(report(answer(429, {{"retry-after", "soon"}})).retry_after);
}

TEST_CASE("bytes are those on the wire, or of the body where they were not counted") {
  auto x = answer(200);
  CHECK(report(x).bytes == 5);
  x.wire_bytes = 3;
  CHECK(report(x).bytes == 3);
}

TEST_CASE("no answer: the way to the site, something of ours, or nothing was sent at all") {
  CHECK(report(fail(errc::network, "refused")).kind == answer_kind::transient);
  CHECK(report(fail(errc::timed_out, "20 s")).kind == answer_kind::transient);
  CHECK(report(fail(errc::busy, "too many requests")).kind == answer_kind::none_asked);
  CHECK(report(fail(errc::body_too_large, "11 MiB")).kind == answer_kind::unusable);
  CHECK(report(fail(errc::blocked_address, "169.254.169.254")).kind == answer_kind::unusable);
  CHECK(report(fail(errc::network, "refused")).status == 0);
}

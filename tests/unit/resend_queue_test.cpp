#include "actors/policy/resend_queue.hpp"

#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include <set>

using namespace vigie;
using namespace std::chrono_literals;

namespace {

const mono_time t0 = mono_time{} + 1h;

alert_settled of(int64_t assignment, int64_t number) {
  alert_settled out;
  out.assignment = assignment_id{assignment};
  out.alert = alert_id{number};
  return out;
}

} // namespace

TEST_CASE("what is acknowledged is forgotten, what failed comes again later") {
  resend_queue queue{{2, 1s, 100ms, 400ms, 3}};
  for (int64_t i = 0; i < 3; ++i)
    queue.push(of(1, i), t0);
  auto sent = queue.take_due(t0);
  REQUIRE(sent.size() == 2);
  REQUIRE(queue.take_due(t0).empty());
  REQUIRE_FALSE(queue.next_due());
  REQUIRE(queue.answered(sent[0].number, errc::none, t0, 0) == resend_verdict::forget);
  REQUIRE(queue.answered(sent[1].number, errc::store_unavailable, t0, 99) == resend_verdict::again);
  REQUIRE(queue.take_due(t0).size() == 1); // the third
  REQUIRE(queue.next_due() == optional<mono_time>{t0 + 100ms});
  REQUIRE(queue.take_due(t0 + 99ms).empty());
  auto again = queue.take_due(t0 + 100ms);
  REQUIRE(again.size() == 1);
  REQUIRE(again[0].what.alert == alert_id{1});
}

TEST_CASE("a refusal for good ends it, too many attempts give it up") {
  resend_queue queue{{8, 1s, 100ms, 400ms, 2}};
  for (auto code : {errc::bad_request, errc::not_found, errc::stale_epoch}) {
    queue.push(of(1, 1), t0);
    REQUIRE(queue.answered(queue.take_due(t0)[0].number, code, t0, 0) == resend_verdict::forget);
  }
  queue.push(of(1, 1), t0);
  REQUIRE(queue.answered(queue.take_due(t0)[0].number, errc::deadline_exceeded, t0, 0) == resend_verdict::again);
  REQUIRE(queue.answered(queue.take_due(t0 + 1s)[0].number, errc::crashed, t0, 0) == resend_verdict::given_up);
  REQUIRE(queue.size() == 0);
}

TEST_CASE("what is dropped is not waited for") {
  resend_queue queue{{2, 1s, 100ms, 400ms, 2}};
  queue.push(of(1, 1), t0);
  queue.push(of(2, 2), t0);
  auto sent = queue.take_due(t0);
  queue.drop(assignment_id{1});
  REQUIRE_FALSE(queue.holds(assignment_id{1}));
  REQUIRE(queue.holds(assignment_id{2}));
  REQUIRE(queue.answered(sent[0].number, errc::network, t0, 0) == resend_verdict::forget);
  queue.push(of(3, 3), t0);
  REQUIRE(queue.take_due(t0).size() == 1);
  queue.drop_all();
  REQUIRE(queue.size() == 0);
  queue.push(of(4, 4), t0);
  queue.push(of(4, 5), t0);
  REQUIRE(queue.take_due(t0).size() == 2);
}

TEST_CASE("a configuration that cannot work is refused") {
  REQUIRE(validate(resend_config{}).code == errc::none);
  REQUIRE(validate(resend_config{0, 1s, 1ms, 2ms, 1}).code == errc::bad_config);
  REQUIRE(validate(resend_config{1, 0s, 1ms, 2ms, 1}).code == errc::bad_config);
  REQUIRE(validate(resend_config{1, 1s, 0ms, 2ms, 1}).code == errc::bad_config);
  REQUIRE(validate(resend_config{1, 1s, 3ms, 2ms, 1}).code == errc::bad_config);
  REQUIRE(validate(resend_config{1, 1s, 1ms, 2ms, 0}).code == errc::bad_config);
}

TEST_CASE("every settlement is acknowledged in the end, whatever is lost on the way") {
  REQUIRE(rc::check("nothing is lost, never more than a window out", [](std::vector<uint8_t> luck, uint64_t random) {
    resend_queue queue{{4, 1s, 100ms, 800ms, 1000}};
    std::set<int64_t> arrived;
    for (int64_t i = 0; i < 20; ++i)
      queue.push(of(1, i), t0);
    auto now = t0;
    size_t next = 0;
    while (queue.size() > 0) {
      auto sent = queue.take_due(now);
      RC_ASSERT(sent.size() <= 4u);
      for (const auto& x : sent) {
        bool lost = next < luck.size() && luck[next++] % 3 == 0;
        if (!lost)
          arrived.insert(x.what.alert.value);
        queue.answered(x.number, lost ? errc::deadline_exceeded : errc::none, now, random++);
      }
      now += 50ms;
      RC_ASSERT(now < t0 + 1h);
    }
    RC_ASSERT(arrived.size() == 20u);
  }));
}

#include "actors/policy/check_progress.hpp"

#include <catch2/catch.hpp>
#include <rapidcheck.h>

using namespace vigie;

namespace {

const host_key shop{"shop.test"}, forum{"forum.test"};
const std::map<source_id, host_key> hosts{{source_id{"shop"}, shop}, {source_id{"forum"}, forum}};

std::vector<alert> alerts(std::vector<const char*> sources) {
  std::vector<alert> out(sources.size());
  for (size_t i = 0; i < out.size(); ++i) {
    out[i].id = alert_id{static_cast<int64_t>(i) * 10};
    out[i].source = source_id{sources[i]};
  }
  return out;
}

alert_failure failure(int64_t place, errc code, int32_t status = 0) {
  return {alert_id{place}, {code, "", ""}, status};
}

match found(int64_t place) {
  match out;
  out.alert = alert_id{place};
  return out;
}

} // namespace

TEST_CASE("what is checked stays, what another worker may do better is open, the rest has failed") {
  check_progress aut{alerts({"shop", "shop", "forum", "nowhere"}), hosts};
  CHECK(aut.hosts() == std::vector<host_key>{forum, shop});
  command_result x;
  x.alerts_checked = 1;
  x.matches = {found(1)};
  x.failed = {failure(4, errc::bad_request), failure(2, errc::http_status, 404), failure(3, errc::network)};
  aut.answered(x);
  CHECK(aut.has_faults());
  CHECK(aut.refused().empty());
  CHECK(aut.answering() == std::set<host_key>{shop});
  REQUIRE(aut.open().size() == 1);
  CHECK(aut.open()[0].id == alert_id{3});
  CHECK(aut.hosts() == std::vector<host_key>{forum});
  x = {};
  x.alerts_checked = 1;
  x.matches = {found(3), found(99)};
  aut.answered(x);
  CHECK(aut.done());
  auto out = aut.result();
  CHECK(out.problem.code == errc::none);
  CHECK(out.alerts_checked == 2);
  REQUIRE(out.matches.size() == 2);
  CHECK(out.matches[0].alert == alert_id{0});
  CHECK(out.matches[1].alert == alert_id{20});
  REQUIRE(out.failed.size() == 2);
  CHECK(out.failed[0].alert == alert_id{10});
  CHECK(out.failed[1].alert == alert_id{30});
}

TEST_CASE("a refused alert is open until the ban-timer has ruled; its host answers nobody else's probe") {
  check_progress aut{alerts({"shop", "shop", "forum"}), hosts};
  command_result x;
  x.alerts_checked = 2;
  x.failed = {failure(2, errc::refused, 403)};
  aut.answered(x);
  CHECK(aut.refused() == std::set<host_key>{shop});
  CHECK(aut.answering() == std::set<host_key>{forum});
  CHECK_FALSE(aut.has_faults());
  CHECK(aut.hosts() == std::vector<host_key>{shop});
  aut.give_up(shop);
  CHECK(aut.done());
  CHECK(aut.result().failed.at(0).http_status == 403);
}

TEST_CASE("a worker that is lost with all of it leaves all of it open") {
  check_progress aut{alerts({"shop", "forum"}), hosts};
  command_result x;
  x.problem = {errc::worker_lost, "gone", ""};
  aut.answered(x);
  CHECK(aut.open().size() == 2);
  CHECK(aut.has_faults());
  aut.give_up(shop, error{errc::no_capacity, "nobody", ""});
  aut.give_up_rest({errc::deadline_exceeded, "over", ""});
  CHECK(aut.done());
  auto out = aut.result();
  REQUIRE(out.failed.size() == 2);
  CHECK(out.problem.code == errc::no_capacity);
  CHECK(out.failed[1].problem.code == errc::worker_lost);
}

TEST_CASE("whatever workers answer: every alert is checked once or has failed, and nothing checked is asked again") {
  REQUIRE(rc::check("checked + failed = all", [] {
    auto n = *rc::gen::inRange<size_t>(1, 12);
    std::vector<const char*> sources;
    for (size_t i = 0; i < n; ++i)
      sources.push_back(*rc::gen::element("shop", "forum", "nowhere"));
    check_progress aut{alerts(sources), hosts};
    std::set<int64_t> checked;
    for (int round = 0; round < 5 && !aut.done(); ++round) {
      command_result x;
      for (const auto& a : aut.open()) {
        RC_ASSERT(!checked.contains(a.id.value));
        auto code = *rc::gen::element(errc::none, errc::network, errc::refused, errc::bad_page);
        if (code == errc::none) {
          ++x.alerts_checked;
          checked.insert(a.id.value);
        } else {
          x.failed.push_back(failure(a.id.value, code, code == errc::refused ? 403 : 0));
        }
      }
      aut.answered(x);
      for (const auto& host : std::set<host_key>{aut.refused()})
        if (*rc::gen::inRange(0, 2) == 0)
          aut.give_up(host);
    }
    aut.give_up_rest({errc::deadline_exceeded, "", ""});
    RC_ASSERT(aut.result().alerts_checked == checked.size());
    RC_ASSERT(aut.result().failed.size() == n - checked.size());
  }));
}

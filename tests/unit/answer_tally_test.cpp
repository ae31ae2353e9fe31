#include "actors/policy/answer_tally.hpp"

#include <catch2/catch.hpp>
#include <rapidcheck.h>

using namespace vigie;

namespace {

gated_answer answer(int32_t status, uint64_t wire_bytes, int64_t waited_ms, answer_kind kind = answer_kind::page) {
  gated_answer out;
  out.outcome.status = status;
  out.outcome.kind = kind;
  out.answer.status = status;
  out.answer.wire_bytes = wire_bytes;
  out.waited = duration{waited_ms};
  return out;
}

run_alert attempt(std::string source, answer_counts answers) {
  run_alert out;
  out.source = source_id{std::move(source)};
  out.answers = std::move(answers);
  return out;
}

} // namespace

TEST_CASE("answers are counted by status, with their bytes as they came and the wait for their turn") {
  answer_counts sum;
  count_answer(sum, answer(200, 1000, 10));
  count_answer(sum, answer(304, 0, 20, answer_kind::unchanged));
  count_answer(sum, answer(200, 500, 0));
  count_answer(sum, answer(0, 0, 5, answer_kind::transient));
  CHECK(sum == answer_counts{{{0, 1}, {200, 2}, {304, 1}}, 1500, duration{35}});
  CHECK(requests_of(sum) == 4);
  CHECK(unchanged_percent(sum) == 25.0);
  CHECK(average_wait(sum) == duration{8});
}

TEST_CASE("what was not asked has only waited") {
  answer_counts sum;
  auto denied = answer(0, 0, 7);
  denied.denied = {errc::permit_denied, "no", {}};
  count_answer(sum, denied);
  count_answer(sum, answer(0, 0, 3, answer_kind::none_asked));
  CHECK(sum == answer_counts{{}, 0, duration{10}});
  CHECK_FALSE(unchanged_percent(sum).has_value());
  CHECK_FALSE(average_wait(sum).has_value());
}

TEST_CASE("statuses come back from the store as they went there") {
  CHECK(to_text({{200, 12}, {304, 30}}) == "200:12 304:30");
  CHECK(to_text({{-1, 1}, {0, 2}, {1000, 3}}) == "0:2");
  CHECK(statuses_of("").empty());
  CHECK(statuses_of("200:1 nonsense") == std::map<int32_t, uint32_t>{{200, 1}});
  rc::check("there and back", [] {
    std::map<int32_t, uint32_t> all;
    for (const auto& status : *rc::gen::container<std::vector<int32_t>>(rc::gen::inRange(0, 1000)))
      all[status] = *rc::gen::arbitrary<uint32_t>();
    RC_ASSERT(statuses_of(to_text(all)) == all);
  });
}

TEST_CASE("the attempts at a source are one sum; those of an older vigie, which name none, are none") {
  auto all = answers_by_source({attempt("a", {{{200, 1}}, 10, duration{1}}), attempt("b", {}),
                                attempt("a", {{{200, 2}, {304, 3}}, 20, duration{2}}),
                                attempt("", {{{200, 9}}, 9, duration{9}})});
  REQUIRE(all.size() == 2);
  CHECK(all[source_id{"a"}] == answer_counts{{{200, 3}, {304, 3}}, 30, duration{3}});
  CHECK(all[source_id{"b"}] == answer_counts{});
}

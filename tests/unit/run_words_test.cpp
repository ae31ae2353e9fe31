#include "actors/policy/run_words.hpp"

#include <catch2/catch.hpp>

using namespace vigie;

namespace {

run_alert attempt(int64_t alert, attempt_state state, errc code = errc::none) {
  run_alert out;
  out.alert = alert_id{alert};
  out.alert_name = "alert " + std::to_string(alert);
  out.source = source_id{"market"};
  out.state = state;
  out.problem = {code, code == errc::none ? "" : "HTTP 404", {}};
  return out;
}

std::vector<int64_t> ids(const std::vector<failed_alert>& all) {
  std::vector<int64_t> out;
  for (const auto& x : all)
    out.push_back(x.id.value);
  return out;
}

} // namespace

TEST_CASE("what a first run learned is said in one sentence") {
  CHECK(learned_words(71) == "71 learned, none sent: first run");
  CHECK(learned_words(0).empty());
}

TEST_CASE("an alert failed if its last word is a failure") {
  auto all = failed_alerts({
      attempt(4, attempt_state::failed, errc::network), // and then it went well
      attempt(7, attempt_state::abandoned),
      attempt(7, attempt_state::failed, errc::http_status),
      attempt(4, attempt_state::settled),
      attempt(2, attempt_state::failed, errc::bad_page),
      attempt(2, attempt_state::late), // changes nothing
      attempt(5, attempt_state::settled),
      attempt(5, attempt_state::failed), // nor does what comes after a success
      attempt(6, attempt_state::assigned),
      attempt(8, attempt_state::late),
      attempt(8, attempt_state::failed, errc::timed_out),
  });
  CHECK(ids(all) == std::vector<int64_t>{7, 2, 8});
  CHECK(all[0].name == "alert 7");
  CHECK(all[0].source == source_id{"market"});
  CHECK(all[0].problem.code == errc::http_status);
}

TEST_CASE("the first failures are named, the others counted") {
  failed_alert x{alert_id{7}, "Merino", source_id{"market"}, {errc::http_status, "HTTP 404", "page 1"}};
  CHECK(to_words(x) == "7 \"Merino\": http_status: HTTP 404 at page 1");
  failed_alert y{alert_id{9}, "Linen", source_id{"market"}, {errc::timed_out, {}, {}}};
  CHECK(failure_words({x, y}, 2) == to_words(x) + "; 9 \"Linen\": timed_out");
  CHECK(failure_words({x, y}, 5) == to_words(x) + "; 9 \"Linen\": timed_out; and 3 more");
  CHECK(failure_words({}, 3) == "3 alerts"); // of an earlier life of main
  std::vector<failed_alert> many(20, y);
  auto words = failure_words(many, 20);
  CHECK(words.ends_with("; and 15 more"));
}

TEST_CASE("the next command is the run, and the source where its page is to blame") {
  using commands = std::vector<std::string>;
  failed_alert slow{alert_id{1}, "x", source_id{"shop"}, {errc::timed_out, {}, {}}};
  failed_alert wrong{alert_id{2}, "y", source_id{"market"}, {errc::bad_page, {}, {}}};
  CHECK(next_commands(run_id{12}, {slow}) == commands{"vigie runs 12"});
  CHECK(next_commands(run_id{12}, {slow, wrong}) == commands{"vigie runs 12", "vigie source test --source market"});
}

TEST_CASE("an alert that is switched off says why, and what takes it up again") {
  alert x;
  x.id = alert_id{7};
  x.name = "Merino";
  CHECK(switched_off_words(x) == "alert 7 \"Merino\" is switched off; vigie alerts resume 7 takes it up again");
  x.paused_why = "the page is gone (410)";
  CHECK(switched_off_words(x) == "alert 7 \"Merino\" is switched off (paused: the page is gone (410)); vigie alerts "
                                 "resume 7 takes it up again");
}

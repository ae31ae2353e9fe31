#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include <map>

#include "actors/policy/retry_budget.hpp"
#include "actors/policy/retry_policy.hpp"

using namespace vigie;
using namespace std::chrono_literals;

namespace {

const mono_time t0{std::chrono::hours{1}};

} // namespace

TEST_CASE("what a site says is no fault of the worker and no reason to ask elsewhere") {
  for (auto code : {errc::unauthorized, errc::refused, errc::rate_limited, errc::circuit_open, errc::http_status,
                    errc::bad_page, errc::no_scraping_cookies, errc::body_too_large, errc::permit_denied}) {
    INFO(to_string(code));
    CHECK_FALSE(outcome_of_work(code, 403) == work_outcome::our_fault);
    CHECK_FALSE(worth_another_worker(code, command_kind::scrape));
  }
}

TEST_CASE("a broken worker is our fault and worth another one") {
  for (auto code : {errc::crashed, errc::worker_lost, errc::worker_silent}) {
    INFO(to_string(code));
    CHECK(outcome_of_work(code, 0) == work_outcome::our_fault);
    CHECK(worth_another_worker(code, command_kind::scrape));
    // What may have had its effect is not repeated.
    CHECK_FALSE(worth_another_worker(code, command_kind::custom));
  }
  CHECK(worth_another_worker(errc::busy, command_kind::custom));
  CHECK_FALSE(worth_another_worker(errc::none, command_kind::scrape));
}

TEST_CASE("what each outcome says of the worker that had the work") {
  using enum work_outcome;
  const std::map<errc, work_outcome> table{{errc::none, success},
                                           {errc::bad_request, untried},
                                           {errc::bad_config, outside},
                                           {errc::not_found, untried},
                                           {errc::conflict, outside},
                                           {errc::busy, untried},
                                           {errc::crashed, our_fault},
                                           {errc::worker_lost, our_fault},
                                           {errc::worker_silent, our_fault},
                                           {errc::no_capacity, untried},
                                           {errc::stale_epoch, our_fault},
                                           {errc::contract_mismatch, our_fault},
                                           {errc::deadline_exceeded, outside},
                                           {errc::cancelled, untried},
                                           {errc::no_credential_provider, untried},
                                           {errc::no_scraping_cookies, untried},
                                           {errc::unauthorized, outside},
                                           {errc::rate_limited, outside},
                                           {errc::circuit_open, untried},
                                           {errc::http_status, outside},
                                           {errc::network, outside},
                                           {errc::timed_out, outside},
                                           {errc::body_too_large, outside},
                                           {errc::bad_page, outside},
                                           {errc::blocked_address, untried},
                                           {errc::permit_denied, untried},
                                           {errc::unknown_command, untried},
                                           {errc::child_failed, outside},
                                           {errc::child_timed_out, outside},
                                           {errc::store_unavailable, outside},
                                           {errc::ambiguous, outside}};
  for (auto code = errc::none; code <= errc::ambiguous; code = static_cast<errc>(static_cast<int>(code) + 1)) {
    INFO(to_string(code));
    if (code == errc::refused)
      continue;
    REQUIRE(table.contains(code));
    CHECK(outcome_of_work(code, 0) == table.at(code));
    CHECK(outcome_of_work(code, 500) == table.at(code));
  }
  CHECK(outcome_of_work(errc::refused, 403) == outside);
  // The gate's refusal, or taken back after the refusal of another alert: the site was not asked.
  CHECK(outcome_of_work(errc::refused, 0) == untried);
}

TEST_CASE("only an answer that is no refusal ends a half-open ban") {
  CHECK(is_answer_of_site(errc::none));
  CHECK(is_answer_of_site(errc::http_status));
  for (auto code : {errc::refused, errc::rate_limited, errc::network, errc::timed_out, errc::worker_lost,
                    errc::permit_denied, errc::circuit_open})
    CHECK_FALSE(is_answer_of_site(code));
}

TEST_CASE("the budget starts with its reserve and earns a fifth of a retry for each request") {
  retry_budget aut{{}, t0};
  for (int i = 0; i < 10; ++i)
    CHECK(aut.take(t0));
  CHECK_FALSE(aut.take(t0));
  for (int i = 0; i < 5; ++i)
    aut.request(t0);
  CHECK(aut.take(t0));
  CHECK_FALSE(aut.take(t0));
  for (int i = 0; i < 11; ++i)
    (void)aut.take(t0 + 60s);
  CHECK_FALSE(aut.take(t0 + 60s));
}

TEST_CASE("retries never exceed the ratio and the reserve, whatever the order") {
  REQUIRE(rc::check("retry budget", [](const std::vector<uint8_t>& script) {
    retry_budget_config config;
    retry_budget aut{config, t0};
    auto now = t0;
    double requests = 0;
    double retries = 0;
    for (auto x : script) {
      now += duration{x * 20};
      if (x % 3 == 0) {
        aut.request(now);
        ++requests;
      } else {
        retries += aut.take(now) ? 1 : 0;
      }
      auto windows = std::chrono::duration<double>(now - t0) / std::chrono::duration<double>(config.window);
      RC_ASSERT(retries <= config.ratio * requests + config.reserve * (1 + windows) + 1e-6);
    }
  }));
}

TEST_CASE("bad retry budgets are named") {
  CHECK(validate(retry_budget_config{}).code == errc::none);
  CHECK(validate(retry_budget_config{1.5, 10, 60s}).code == errc::bad_config);
  CHECK(validate(retry_budget_config{0.2, 10, 0s}).code == errc::bad_config);
}

#include "actors/policy/plan_walk.hpp"

#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include "actors/policy/known_pages.hpp"

using namespace vigie;
using namespace std::chrono_literals;

namespace {

const auto plenty = duration::max();
const std::string first_url = "https://shop.example/search?q=all&page=1";

source_spec shop() {
  source_spec out;
  out.id = source_id{"shop"};
  out.url = "https://shop.example/search?q={query}&page={page}";
  out.paging = {paging_kind::page, 1, 2, 3};
  out.headers = {{"Authorization", "Bearer secret"}, {"x-api-key", "secret"}, {"Accept-Language", "fr"}};
  return out;
}

fetch_plan one_alert() {
  fetch_plan out{source_id{"shop"}, "all", host_key{"shop.example"}, {}};
  out.alerts.emplace_back();
  out.alerts.back().what.id = alert_id{1};
  out.alerts.back().token = fencing_token{1};
  return out;
}

plan_walk walk_of(const source_spec& source = shop(), const fetch_plan& plan = one_alert(),
                  plan_walk_config config = {}, uint64_t seed = 7) {
  auto out = plan_walk::begin(config, source, plan, seed);
  REQUIRE(out);
  return *out;
}

http_response answer_of(int32_t status, header_fields headers = {}) {
  http_response out;
  out.status = status;
  out.headers = std::move(headers);
  return out;
}

walk_step give(plan_walk& walk, const result<http_response>& answer, duration left = plenty) {
  return walk.answered(judge_fetch(answer, from_unix_ms(0), walk.request().conditional), left);
}

walk_step redirect(plan_walk& walk, const std::string& location, int32_t status = 302) {
  return give(walk, answer_of(status, {{"location", location}}));
}

page_record known_page(const source_spec& source, std::string url, uint32_t items) {
  page_record out{std::move(url), "\"v1\"", {}, items, {}, {}, 0};
  out.reading = reading_of(source);
  return out;
}

} // namespace

TEST_CASE("pages follow each other until one is short") {
  auto walk = walk_of();
  REQUIRE(walk.request().url == first_url);
  REQUIRE(walk.request().host == host_key{"shop.example"});
  REQUIRE(walk.request().headers == shop().headers);
  REQUIRE_FALSE(walk.request().conditional);
  REQUIRE(give(walk, answer_of(200)).what == walk_step::kind::read);
  REQUIRE(walk.was_read(answer_of(200), {2}).what == walk_step::kind::ask);
  REQUIRE(walk.request().url == "https://shop.example/search?q=all&page=2");
  give(walk, answer_of(200));
  auto end = walk.was_read(answer_of(200), {1});
  REQUIRE(end.what == walk_step::kind::done);
  REQUIRE(end.problem.code == errc::none);
  REQUIRE(walk.pages_read() == 2);
}

TEST_CASE("each hop is a request for its own host") {
  auto walk = walk_of();
  REQUIRE(redirect(walk, "/find?q=all#top").what == walk_step::kind::ask);
  REQUIRE(walk.request().url == "https://shop.example/find?q=all");
  REQUIRE(walk.request().own_host);
  REQUIRE(walk.request().headers == shop().headers);
  REQUIRE(redirect(walk, "https://other.example:8443/x").what == walk_step::kind::ask);
  REQUIRE(walk.request().host == host_key{"other.example:8443"});
  REQUIRE_FALSE(walk.request().own_host);
  REQUIRE_FALSE(walk.request().retry);
  give(walk, answer_of(200));
  walk.was_read(answer_of(200), {2});
  REQUIRE(walk.request().url == "https://shop.example/search?q=all&page=2");
  REQUIRE(walk.request().headers == shop().headers);
}

TEST_CASE("credentials stay at their origin, also where the way leads back") {
  const std::map<std::string, std::string> harmless{{"Accept-Language", "fr"}};
  for (auto elsewhere : {"https://other.example/", "https://shop.example:8443/", "//shop.example.evil.example/"}) {
    auto walk = walk_of();
    REQUIRE(redirect(walk, elsewhere).what == walk_step::kind::ask);
    REQUIRE(walk.request().headers == harmless);
    REQUIRE(redirect(walk, "https://shop.example/back").what == walk_step::kind::ask);
    REQUIRE(walk.request().headers == harmless);
  }
}

TEST_CASE("redirects that are not followed name the way") {
  struct row {
    std::string location;
    std::string said;
  };
  for (const auto& r :
       {row{"http://shop.example/", "from https to http"}, row{first_url, "in a circle"},
        row{first_url + "#top", "in a circle"}, row{"ftp://shop.example/", "nothing that can be fetched"},
        row{"https://user:pw@shop.example/", "nothing that can be fetched"}}) {
    auto walk = walk_of();
    auto end = redirect(walk, r.location);
    INFO(r.location << ": " << end.problem.detail);
    REQUIRE(end.what == walk_step::kind::done);
    REQUIRE(end.problem.code == errc::http_status);
    REQUIRE(end.status == 302);
    REQUIRE(end.problem.detail.find(r.said) != std::string::npos);
    REQUIRE(end.problem.detail.find(first_url + " -> ") != std::string::npos);
    REQUIRE(end.problem.place == "page 1");
  }
}

TEST_CASE("the sixth redirect of a page is one too many") {
  auto walk = walk_of();
  for (int i = 1; i <= 5; ++i)
    REQUIRE(redirect(walk, "/" + std::to_string(i)).what == walk_step::kind::ask);
  auto end = redirect(walk, "/6");
  REQUIRE(end.what == walk_step::kind::done);
  REQUIRE(end.problem.detail.find("more than 5 redirects") != std::string::npos);
  REQUIRE(end.problem.detail.find("/5 -> https://shop.example/6") != std::string::npos);

  auto none = walk_of(shop(), one_alert(), {.max_redirects = 0});
  REQUIRE(redirect(none, "/1").what == walk_step::kind::done);
}

TEST_CASE("a passing trouble is asked again, later each time, and what it was is said in the end") {
  for (auto status : {408, 502, 503, 504}) {
    auto walk = walk_of();
    auto one = give(walk, answer_of(status));
    REQUIRE(one.what == walk_step::kind::ask);
    REQUIRE(walk.request().retry);
    REQUIRE(walk.request().url == first_url);
    REQUIRE(one.pause >= 500ms);
    REQUIRE(one.pause <= 1s);
    auto two = give(walk, fail(errc::network, "reset"));
    REQUIRE(two.what == walk_step::kind::ask);
    REQUIRE(two.pause >= 1s);
    REQUIRE(two.pause <= 2s);
    auto end = give(walk, answer_of(status));
    REQUIRE(end.what == walk_step::kind::done);
    REQUIRE(end.problem.code == errc::http_status);
    REQUIRE(end.status == status);
  }
}

TEST_CASE("what is no passing trouble is not asked again") {
  for (auto status : {401, 403, 404, 410, 429, 451, 500, 501}) {
    auto walk = walk_of();
    REQUIRE(give(walk, answer_of(status)).what == walk_step::kind::done);
  }
  auto walk = walk_of();
  REQUIRE(give(walk, answer_of(503, {{"retry-after", "1"}})).problem.code == errc::rate_limited);
  for (auto code : {errc::busy, errc::crashed, errc::body_too_large, errc::blocked_address, errc::bad_request}) {
    auto other = walk_of();
    REQUIRE(give(other, fail(code)).problem.code == code);
  }
}

TEST_CASE("no repetition is begun that the deadline would end") {
  auto walk = walk_of();
  auto end = give(walk, answer_of(502), 400ms);
  REQUIRE(end.what == walk_step::kind::done);
  REQUIRE(end.status == 502);
}

TEST_CASE("a repetition that gets no permit ends with what made it wanted") {
  auto walk = walk_of();
  REQUIRE(walk.denied({errc::permit_denied, "the day's budget is spent", {}}).problem.code == errc::permit_denied);
  give(walk, answer_of(502));
  auto end = walk.denied({errc::permit_denied, "the budget of repetitions is spent", {}});
  REQUIRE(end.problem.code == errc::http_status);
  REQUIRE(end.status == 502);
  REQUIRE(end.problem.detail == "HTTP 502; not repeated: the budget of repetitions is spent");
  REQUIRE(walk.denied({errc::circuit_open, "two regions", {}}).problem.code == errc::circuit_open);
  // A place would say that the site itself refused.
  auto banned = walk.denied({errc::refused, "banned", {}});
  REQUIRE(banned.problem.place.empty());
  REQUIRE(banned.status == 0);
}

TEST_CASE("a known page is asked conditionally, counted as it was, and recorded again") {
  auto source = shop();
  auto plan = one_alert();
  plan.known = {known_page(source, first_url, 2), known_page(source, "https://shop.example/search?q=all&page=2", 1)};
  auto walk = walk_of(source, plan);
  REQUIRE(walk.request().conditional);
  REQUIRE(walk.request().headers.at("if-none-match") == "\"v1\"");
  REQUIRE(give(walk, answer_of(304)).what == walk_step::kind::ask);
  REQUIRE(walk.request().url == plan.known[1].url);
  auto end = give(walk, answer_of(304));
  REQUIRE(end.what == walk_step::kind::done);
  REQUIRE(end.problem.code == errc::none);
  REQUIRE(walk.unchanged() == 2);
  REQUIRE(walk.unchanged_items() == 3);
  REQUIRE(walk.records() == plan.known);
}

TEST_CASE("nobody is asked conditionally without reason") {
  auto source = shop();
  auto plan = one_alert();
  plan.known = {known_page(source, first_url, 2)};
  SECTION("the source does not want it") {
    source.conditional = false;
    auto walk = walk_of(source, plan);
    REQUIRE_FALSE(walk.request().conditional);
    give(walk, answer_of(200, {{"etag", "\"x\""}}));
    walk.was_read(answer_of(200, {{"etag", "\"x\""}}), {1});
    REQUIRE(walk.records().empty());
  }
  SECTION("the page was read by other rules") {
    source.extract.fields["price"] = "cost";
    REQUIRE_FALSE(walk_of(source, plan).request().conditional);
  }
  SECTION("a 304 that was not asked for is no answer") {
    source.conditional = false;
    auto walk = walk_of(source, plan);
    auto end = give(walk, answer_of(304));
    REQUIRE(end.problem.code == errc::http_status);
    REQUIRE(end.status == 304);
  }
}

TEST_CASE("a page behind a redirect is recorded under where it was found") {
  auto source = shop();
  auto walk = walk_of(source);
  redirect(walk, "/found");
  give(walk, answer_of(200));
  walk.was_read(answer_of(200, {{"etag", "W/\"7\""}}), {1});
  REQUIRE(walk.records().size() == 1);
  REQUIRE(walk.records()[0].url == "https://shop.example/found");
  REQUIRE(walk.records()[0].etag == "W/\"7\"");

  auto plan = one_alert();
  plan.known = walk.records();
  auto again = walk_of(source, plan);
  REQUIRE_FALSE(again.request().conditional);
  redirect(again, "/found");
  REQUIRE(again.request().conditional);
  REQUIRE(give(again, answer_of(304)).what == walk_step::kind::done);
  REQUIRE(again.unchanged_items() == 1);
}

TEST_CASE("whatever answers come, a plan ends and its requests are bounded") {
  REQUIRE(
      rc::check("requests <= pages x (1 + redirects + retries)", [](uint64_t seed, const std::vector<uint8_t>& dice) {
        auto source = shop();
        source.paging.max_pages = 4;
        auto plan = one_alert();
        plan.known = {known_page(source, first_url, 2), known_page(source, "https://shop.example/1", 2)};
        plan_walk_config config;
        auto begun = plan_walk::begin(config, source, plan, seed);
        RC_ASSERT(begun);
        auto& walk = *begun;
        const uint32_t most = 4 * (1 + config.max_redirects + config.max_retries);
        uint32_t requests = 0;
        bool ended = false;
        // After the dice every answer is a page: the longest way that is left.
        for (size_t i = 0; !ended; ++i) {
          ++requests;
          RC_ASSERT(requests <= most);
          RC_ASSERT(walk.request().conditional == walk.request().headers.contains("if-none-match"));
          auto die = i < dice.size() ? dice[i] % 12 : 0;
          const std::vector<int32_t> statuses{200, 200, 304, 302, 307, 301, 502, 408, 404, 429, 403, 500};
          auto answer = answer_of(statuses[die]);
          if (die >= 3 && die <= 5)
            answer.headers["location"] =
                i % 3 == 0 ? "https://h" + std::to_string(i % 5) + ".example/" : "/" + std::to_string(i % 7);
          auto step = give(walk, answer);
          if (step.what == walk_step::kind::read) {
            RC_ASSERT(answer.status == 200);
            step = walk.was_read(answer, {2});
          }
          RC_ASSERT(step.pause >= 0ms);
          RC_ASSERT(step.pause <= config.longest_pause);
          ended = step.what == walk_step::kind::done;
          if (ended && step.problem.code != errc::none)
            RC_ASSERT(step.problem.place.starts_with("page "));
        }
      }));
}

TEST_CASE("the same seed walks the same way") {
  REQUIRE(rc::check([](uint64_t seed) {
    auto pauses = [&] {
      auto walk = *plan_walk::begin({}, shop(), one_alert(), seed);
      auto one = give(walk, answer_of(502)).pause;
      return std::pair{one, give(walk, answer_of(504)).pause};
    };
    RC_ASSERT(pauses() == pauses());
  }));
}

TEST_CASE("a configuration of the walk that cannot work is refused") {
  REQUIRE(validate(plan_walk_config{}).code == errc::none);
  REQUIRE(validate(plan_walk_config{.first_pause = 0ms}).code == errc::bad_config);
  REQUIRE(validate(plan_walk_config{.longest_pause = 1ms}).code == errc::bad_config);
}

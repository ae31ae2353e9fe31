#include "actors/policy/known_pages.hpp"

#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include "actors/policy/alert_pauses.hpp"
#include "actors/policy/suspicion_watch.hpp"

using namespace vigie;

namespace {

source_spec shop() {
  source_spec out;
  out.url = "https://shop.example/?q={query}";
  out.extract.fields = {{"id", "id"}, {"title", "name"}};
  out.headers = {{"x-api-key", "one"}, {"accept-language", "fr"}};
  return out;
}

fetch_plan plan_of(std::vector<int64_t> alerts) {
  fetch_plan out;
  for (auto id : alerts) {
    out.alerts.emplace_back();
    out.alerts.back().what.id = alert_id{id};
  }
  return out;
}

page_record page(std::string url, std::string etag = "\"1\"") {
  page_record out{std::move(url), std::move(etag), {}, 3, {}, {}, 0};
  out.reading = reading_of(shop());
  return out;
}

http_response answer_with(header_fields headers) {
  http_response out;
  out.status = 200;
  out.headers = std::move(headers);
  return out;
}

alert_settled word(errc code, int32_t status = 0, int64_t alert = 1, int64_t run = 1) {
  alert_settled out;
  out.alert = alert_id{alert};
  out.run = run_id{run};
  out.source = source_id{"shop"};
  out.problem.code = code;
  out.http_status = status;
  return out;
}

} // namespace

TEST_CASE("a plan knows what all its alerts know equally") {
  known_pages known{{alert_id{1}, {page("a"), page("b"), page("c")}},
                    {alert_id{2}, {page("c"), page("b", "\"2\""), page("a")}}};
  REQUIRE(shared_pages(plan_of({1}), known, shop()).size() == 3);
  REQUIRE(shared_pages(plan_of({1, 2}), known, shop()) == std::vector<page_record>{page("a"), page("c")});
  REQUIRE(shared_pages(plan_of({1, 2, 3}), known, shop()).empty());
  REQUIRE(shared_pages(plan_of({3, 1}), known, shop()).empty());
  REQUIRE(shared_pages(plan_of({}), known, shop()).empty());
  auto never = shop();
  never.conditional = false;
  REQUIRE(shared_pages(plan_of({1}), known, never).empty());
}

TEST_CASE("a source that reads in another way knows nothing") {
  known_pages known{{alert_id{1}, {page("a")}}};
  auto differs = [&](auto change) {
    auto other = shop();
    change(other);
    return shared_pages(plan_of({1}), known, other).empty();
  };
  REQUIRE(differs([](source_spec& x) { x.url += "&sort=new"; }));
  REQUIRE(differs([](source_spec& x) { x.extract.fields["price"] = "p"; }));
  REQUIRE(differs([](source_spec& x) { x.extract.constants["currency"] = "EUR"; }));
  REQUIRE(differs([](source_spec& x) { x.extract.unit = price_unit::minor; }));
  REQUIRE(differs([](source_spec& x) { x.extract.empty = "total=0"; }));
  REQUIRE(differs([](source_spec& x) { x.extract.framing = page_framing::html; }));
  REQUIRE(differs([](source_spec& x) { x.extract.empty = "p.none"; }));
  REQUIRE(differs([](source_spec& x) { x.extract.url_template = "https://shop.example/{id}"; }));
  REQUIRE(differs([](source_spec& x) { x.extract.html_references = true; }));
  REQUIRE(differs([](source_spec& x) { x.headers["accept-language"] = "nl"; }));
  REQUIRE(differs([](source_spec& x) { x.paging.next = "link"; }));
  REQUIRE(differs([](source_spec& x) { x.sanity.dated = "date"; }));
  // Neither how it is asked nor by which key.
  REQUIRE_FALSE(differs([](source_spec& x) { x.headers["x-api-key"] = "two"; }));
  REQUIRE_FALSE(differs([](source_spec& x) { x.timeout *= 2; }));
  REQUIRE_FALSE(differs([](source_spec& x) { x.paging.max_pages = 9; }));
  REQUIRE_FALSE(differs([](source_spec& x) { x.gate.daily_requests = 9; }));
}

TEST_CASE("what is shared is known to each, as it is") {
  REQUIRE(rc::check([](const std::vector<std::map<uint8_t, uint8_t>>& alerts) {
    known_pages known;
    std::vector<int64_t> ids;
    for (const auto& pages : alerts) {
      ids.push_back(static_cast<int64_t>(ids.size()));
      for (auto [url, tag] : pages)
        known[alert_id{ids.back()}].push_back(page(std::to_string(url % 8), std::to_string(tag % 3)));
    }
    for (const auto& x : shared_pages(plan_of(ids), known, shop()))
      for (auto id : ids) {
        const auto& its = known[alert_id{id}];
        RC_ASSERT(std::find(its.begin(), its.end(), x) != its.end());
      }
  }));
}

TEST_CASE("validators that can be relied on") {
  for (auto tag : {"\"abc\"", "W/\"abc\"", "\"\"", "\"a,b/*\""})
    REQUIRE(record_of("u", answer_with({{"etag", tag}})).etag == tag);
  for (auto tag : std::vector<std::string>{"abc", "\"", "\"a\"b\"", "\"a b\"", "w/\"x\"", "",
                                           "\"" + std::string(1100, 'x') + "\""})
    REQUIRE_FALSE(has_validator(record_of("u", answer_with({{"etag", tag}}))));
  const std::string then = "Sun, 06 Nov 1994 08:49:37 GMT";
  auto dated = [&](const std::string& date) {
    return record_of("u", answer_with({{"last-modified", then}, {"date", date}})).last_modified;
  };
  REQUIRE(dated("Sun, 06 Nov 1994 08:49:38 GMT") == then);
  REQUIRE(dated("Sun, 06 Nov 1994 08:49:37 GMT").empty()); // it may change again within that second
  REQUIRE(dated("Sun, 06 Nov 1994 08:49:36 GMT").empty());
  REQUIRE(dated("yesterday").empty());
  REQUIRE(record_of("u", answer_with({{"last-modified", then}})).last_modified.empty());
}

TEST_CASE("410 pauses at once, 404 the third time in a row") {
  REQUIRE(rule_on_pause(word(errc::http_status, 410), {}).paused_why == "the page is gone (410)");
  alert_past past;
  for (uint32_t i = 1; i <= 3; ++i) {
    auto ruling = rule_on_pause(word(errc::http_status, 404), past);
    past = ruling.past;
    REQUIRE(past.not_found == i);
    REQUIRE(ruling.paused_why.empty() == (i < 3));
  }
  REQUIRE(rule_on_pause(word(errc::none), {2, false}).past == alert_past{0, true});
  for (const auto& other : {word(errc::http_status, 500), word(errc::network), word(errc::refused, 403)}) {
    REQUIRE(rule_on_pause(other, {2, true}).past == alert_past{2, true});
    REQUIRE(rule_on_pause(other, {2, true}).paused_why.empty());
  }
}

TEST_CASE("a rule of robots.txt pauses what was answered once; what only cannot be read now does not") {
  auto forbidden = word(errc::robots_disallowed);
  forbidden.problem.detail = "https://a.example/robots.txt says \"Disallow: /s\" (line 3)";
  forbidden.problem.place = "page 1 https://a.example/robots.txt:3";
  auto ruling = rule_on_pause(forbidden, {1, true});
  REQUIRE(ruling.paused_why == forbidden.problem.detail);
  REQUIRE(ruling.past == alert_past{1, true});
  REQUIRE(rule_on_pause(forbidden, {}).paused_why.empty());
  forbidden.problem.place = "page 1";
  REQUIRE(rule_on_pause(forbidden, {1, true}).paused_why.empty());
}

TEST_CASE("the third suspicious answer in a row alarms, once for a source and run") {
  suspicion_watch watch;
  auto run = [&](int64_t number, errc code) {
    return std::pair{watch.note(word(code, 0, 1, number)), watch.note(word(code, 0, 2, number))};
  };
  using both = std::pair<uint32_t, uint32_t>;
  REQUIRE(run(1, errc::suspicious_empty) == both{0, 0});
  REQUIRE(run(2, errc::suspicious_schema) == both{0, 0});
  REQUIRE(run(3, errc::network) == both{0, 0}); // says nothing of the page
  REQUIRE(run(4, errc::suspicious_stale) == both{3, 0});
  REQUIRE(run(5, errc::suspicious_empty) == both{0, 0});
  REQUIRE(run(6, errc::none) == both{0, 0});
  REQUIRE(run(7, errc::suspicious_empty) == both{0, 0});
  REQUIRE(run(8, errc::suspicious_empty) == both{0, 0});
  REQUIRE(run(9, errc::suspicious_empty) == both{3, 0});
}

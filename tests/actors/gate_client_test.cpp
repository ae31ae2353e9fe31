#include "actors/gate_client.hpp"

#include <algorithm>

#include "actors/fetcher.hpp"
#include "tests/fakes/fake_event_log.hpp"
#include "tests/fakes/fake_http_client.hpp"
#include "tests/fakes/null_metrics.hpp"
#include "tests/support/worker_fakes.hpp"

using namespace vigie;
using namespace std::chrono_literals;

namespace {

struct fixture {
  explicit fixture(uint64_t seed, gate_client_config config = {}) : w(seed), config(config) {
    gateway.set(w.system.spawn(test::fake_gateway, &notes));
    start_fetcher();
    start();
    wish.leave.host = host_key{"shop.example"};
    wish.request.url = wish.leave.url = "http://shop.example/search";
    wish.cause = "run 7";
    web.on("/search", 200, "a page");
  }
  ~fixture() {
    w.stop(aut, gateway.get(), fetch.get());
    notes.withheld.clear();
    notes.words.clear();
  }

  void start() { aut = w.system.spawn(gate_client, config, w.env(log, metrics), gateway, fetch, air); }
  void start_fetcher() { fetch.set(w.system.spawn(fetcher, fetcher_config{2}, w.env(log, metrics), &web, air)); }

  test::question<gated_answer> ask() {
    auto out = test::ask_apart<gated_answer>(w, aut, wish);
    w.drain();
    return out;
  }

  size_t times_released(uint64_t id) const {
    return static_cast<size_t>(
        std::count_if(notes.released.begin(), notes.released.end(), [&](const auto& x) { return x.id == id; }));
  }

  test::main_notes notes;
  fake_event_log log;
  null_metrics metrics;
  fakes::fake_http_client web;
  test::world w;
  gate_client_config config;
  std::shared_ptr<flights> air = std::make_shared<flights>(17, report_book_config{}, [this] { return w.now(); });
  actor_ref<worker_gateway_actor> gateway;
  actor_ref<fetcher_actor> fetch;
  gate_client_actor aut;
  gated_fetch wish;
};

} // namespace

TEST_CASE("a request is made under a permit, its answer judged, given to who asked, and reported") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    f.wish.request.timeout = 7s;
    auto good = f.w.ask<gated_answer>(f.aut, f.wish);
    REQUIRE(good);
    REQUIRE(good->denied.code == errc::none);
    REQUIRE(good->outcome.next == next_step::page);
    REQUIRE(good->answer.body == "a page");
    REQUIRE(f.notes.permits.at(0).time_out == 7s);
    f.web.on("/search", 403, "no");
    REQUIRE(f.w.ask<gated_answer>(f.aut, f.wish)->outcome.problem.code == errc::refused);
    REQUIRE(f.notes.released.size() == 2);
    REQUIRE_FALSE(f.notes.released[0].refused);
    REQUIRE(f.notes.released[0].report.kind == answer_kind::page);
    REQUIRE(f.notes.released[1].refused);
    REQUIRE(f.notes.released[1].evidence == "HTTP 403 on run 7");
    f.web.on("/search", 304, "");
    f.wish.conditional = true;
    REQUIRE(f.w.ask<gated_answer>(f.aut, f.wish)->outcome.next == next_step::unchanged);
    f.web.on_error("/search", errc::network, "reset");
    auto silent = f.w.ask<gated_answer>(f.aut, f.wish);
    REQUIRE(silent->outcome.problem.code == errc::network);
    REQUIRE(silent->answer.status == 0);
    REQUIRE(f.metrics.counter("vigie_fetch_requests_total", {{"outcome", "2xx"}}) == 1);
    REQUIRE(f.metrics.counter("vigie_fetch_requests_total", {{"outcome", "4xx"}}) == 1);
    REQUIRE(f.metrics.counter("vigie_fetch_requests_total", {{"outcome", "network"}}) == 1);
    REQUIRE(f.metrics.gauge_value("vigie_fetch_in_flight", {}) == 0);
  }
}

TEST_CASE("no owner, no permit") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    f.notes.withhold = true;
    auto waiting = f.ask();
    f.w.advance(3s, 1s);
    REQUIRE_FALSE(waiting.answered());
    f.w.stop(f.gateway.get());
    REQUIRE(waiting.answered());
    REQUIRE((*waiting)->denied.code == errc::permit_denied);
    REQUIRE((*waiting)->waited == 3s);
    REQUIRE(f.w.ask<gated_answer>(f.aut, f.wish)->denied.code == errc::permit_denied);
    REQUIRE(f.web.request_count() == 0);
  }
}

TEST_CASE("who dies before its permit is there: it goes back at once, and the site is not asked") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    f.notes.withhold = true;
    auto waiting = f.ask();
    f.w.stop(waiting.asker);
    REQUIRE(f.notes.released.empty());
    caf::anon_send(caf::actor_cast<caf::actor>(f.gateway.get()), continuation{[&] {
                     f.notes.withheld.at(0).keep(permit{2, duration{0}, {}});
                   }});
    f.w.drain();
    REQUIRE(f.notes.released.size() == 1);
    REQUIRE(f.notes.released[0].id == 2);
    REQUIRE(f.notes.released[0].report.kind == answer_kind::none_asked);
    REQUIRE(f.web.request_count() == 0);
  }
}

TEST_CASE("who dies over its request: the place is taken until the site answers, and what it says is reported") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    f.web.on("/search", 429, "", {{"retry-after", "30"}});
    f.web.hold();
    auto asked = f.ask();
    f.w.stop(asked.asker);
    f.w.advance(5s, 500ms);
    REQUIRE(f.notes.released.empty());
    REQUIRE(f.notes.held.back().rows.size() == 1);
    f.web.unhold();
    f.w.drain();
    REQUIRE(f.notes.released.size() == 1);
    REQUIRE(f.notes.released[0].report.kind == answer_kind::rate_limited);
    REQUIRE(f.notes.released[0].report.retry_after == optional<duration>{30s});
    f.w.advance(2s, 500ms);
    REQUIRE(f.notes.held.back().rows.empty());
  }
}

TEST_CASE("this actor dies over requests: the next one holds their permits, and reports what the sites say") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    f.web.on("/search", 403, "");
    f.web.hold();
    auto asked = f.ask();
    caf::anon_send(caf::actor_cast<caf::actor>(f.aut), crash_now{"test"});
    f.w.drain();
    REQUIRE(asked.code() == errc::crashed);
    // While there is none, or with the next one: both must be heard.
    auto early = seed % 2 == 0;
    if (early)
      f.web.unhold();
    f.start();
    f.w.drain();
    if (!early) {
      f.w.advance(1100ms, 100ms);
      REQUIRE(f.notes.held.back().rows.size() == 1);
      REQUIRE(f.notes.released.empty());
      f.web.unhold();
      f.w.drain();
    }
    REQUIRE(f.notes.released.size() == 1);
    REQUIRE(f.notes.released[0].refused);
    REQUIRE(f.notes.released[0].evidence == "HTTP 403 on run 7");
  }
}

TEST_CASE("what the fetcher was not given in time goes back unused") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    f.w.stop(f.fetch.get());
    auto none = f.ask();
    REQUIRE((*none)->outcome.problem.code == errc::crashed);
    REQUIRE(f.times_released(1) == 1);
    REQUIRE(f.notes.released[0].report.kind == answer_kind::none_asked);
    f.start_fetcher();
    f.web.hold();
    auto first = f.ask(), second = f.ask(), busy = f.ask();
    REQUIRE((*busy)->outcome.problem.code == errc::busy);
    REQUIRE(f.times_released(4) == 1);
    REQUIRE(f.web.request_count() == 2);
    f.web.unhold();
    f.w.drain();
    REQUIRE((*first)->answer.body == "a page");
    REQUIRE((*second)->answer.body == "a page");
  }
}

TEST_CASE("the fetcher dies over a request: its place stays taken, its answer is reported and given to who asked") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    f.web.on("/search", 403, "");
    f.web.hold();
    auto asked = f.ask();
    caf::anon_send(caf::actor_cast<caf::actor>(f.fetch.get()), crash_now{"test"});
    f.w.drain();
    f.start_fetcher();
    f.w.advance(1100ms, 100ms);
    REQUIRE_FALSE(asked.answered());
    REQUIRE(f.notes.released.empty());
    REQUIRE(f.notes.held.back().rows.size() == 1);
    f.web.unhold();
    f.w.drain();
    REQUIRE((*asked)->outcome.problem.code == errc::refused);
    REQUIRE(f.notes.released.at(0).refused);
  }
}

TEST_CASE("a permit that was too long on its way is not used: main may have given its place away") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    f.notes.withhold = true;
    auto asked = f.ask();
    f.w.advance(20s, 1s);
    auto answer = [&](size_t i, duration waited) {
      caf::anon_send(caf::actor_cast<caf::actor>(f.gateway.get()), continuation{[&f, i, waited] {
                       f.notes.withheld.at(i).keep(permit{50 + i, waited, {}});
                     }});
      f.w.drain();
    };
    answer(0, 14s);
    REQUIRE(f.times_released(50) == 1);
    REQUIRE(f.web.request_count() == 0);
    REQUIRE_FALSE(asked.answered());
    REQUIRE(f.notes.permits.size() == 2);
    REQUIRE(f.notes.permits[1].patience <= 40s);
    // The way takes nothing: half a second more is too much.
    f.w.advance(20s, 1s);
    answer(1, 19499ms);
    REQUIRE(f.times_released(51) == 1);
    REQUIRE(f.notes.permits.size() == 3);
    f.w.advance(10s, 1s);
    answer(2, 9500ms);
    REQUIRE((*asked)->answer.body == "a page");
    REQUIRE((*asked)->waited == 50s); // for all three
  }
}

TEST_CASE("what the way to main takes is no age of a permit, up to 5 s") {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    fixture f{seed};
    f.notes.withhold = f.notes.withhold_words = true;
    f.w.drain();
    auto answer = [&](auto& what) {
      caf::anon_send(caf::actor_cast<caf::actor>(f.gateway.get()), continuation{[&what] { what(); }});
      f.w.drain();
    };
    auto hear = [&] { f.notes.words.back().keep(); };
    auto permit_in_time = [&](duration late) {
      auto asked = f.ask();
      f.w.advance(late, 10ms);
      auto give = [&] { f.notes.withheld.back().keep(permit{f.notes.permits.size(), duration{0}, {}}); };
      answer(give);
      return asked.answered();
    };
    f.w.advance(1s, 10ms);
    f.w.advance(1200ms, 10ms);
    answer(hear); // after 1.2 s
    REQUIRE(permit_in_time(1700ms));
    REQUIRE_FALSE(permit_in_time(1710ms));
  }
}

TEST_CASE("a permit that has become too old on its way to the site is not used either: another is asked for") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    auto robots = seed % 2 == 0;
    if (robots)
      f.notes.robots = {"http://shop.example/robots.txt"};
    f.web.on("/robots.txt", 404, "");
    f.notes.forget_words = true; // main does not know of it as one that is still to be sent
    f.web.hold_connections();
    auto asked = f.ask();
    f.w.advance(5001ms, 1ms);
    REQUIRE(f.notes.held.back().rows.at(0).age == 0ms);
    f.web.connect();
    f.w.drain();
    REQUIRE(f.times_released(1) == 1);
    REQUIRE(f.notes.released[0].report.kind == answer_kind::none_asked);
    REQUIRE(asked.answered());
    REQUIRE((*asked)->answer.body == "a page");
    REQUIRE(f.web.request_count() == 1);
    REQUIRE(f.metrics.counter("vigie_fetch_requests_total", {{"outcome", "2xx"}}) == 1);
  }
}

TEST_CASE("a permit that the site's no has overtaken is not used: main, which knows by then, is asked again") {
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    fixture f{seed};
    auto status = seed % 2 == 0 ? 403 : 429;
    auto connected = seed % 3 == 0; // the permit is there before the no, its connection is not
    f.web.on("/search", status, "");
    f.web.hold();
    auto first = f.ask();
    REQUIRE(f.web.request_count() == 1);
    if (connected)
      f.web.hold_connections();
    else
      f.notes.withhold = true;
    f.wish.request.url = f.wish.leave.url = "http://shop.example/other";
    auto second = f.ask();
    f.web.unhold();
    f.w.drain();
    REQUIRE(first.answered());
    f.notes.withhold = false;
    f.notes.deny = {errc::refused, "banned", {}};
    if (connected) {
      f.web.connect();
    } else {
      caf::anon_send(caf::actor_cast<caf::actor>(f.gateway.get()), continuation{[&] {
                       f.notes.withheld.at(0).keep(permit{2, duration{0}, {}});
                     }});
    }
    f.w.drain();
    REQUIRE(f.web.request_count() == 1);
    REQUIRE(f.notes.released.size() == 2);
    REQUIRE(f.notes.released[0].report.status == status); // main hears of it first
    REQUIRE(f.notes.released[1].report.kind == answer_kind::none_asked);
    REQUIRE(f.notes.permits.size() == 3);
    REQUIRE((*second)->denied.code == errc::refused);
  }
}

TEST_CASE("a permit that main gave after it had heard the site's no is used") {
  fixture f{1};
  f.web.on("/search", 429, "");
  f.web.hold();
  auto first = f.ask();
  f.notes.withhold = true;
  f.wish.request.url = f.wish.leave.url = "http://shop.example/other";
  f.web.on("/other", 200, "a page");
  auto second = f.ask();
  f.web.unhold();
  f.w.advance(30s, 500ms);
  caf::anon_send(caf::actor_cast<caf::actor>(f.gateway.get()), continuation{[&] {
                   f.notes.withheld.at(0).keep(permit{2, 30s, {}});
                 }});
  f.w.drain();
  REQUIRE((*second)->answer.body == "a page");
  REQUIRE(f.notes.permits.size() == 2);
}

TEST_CASE("a connection may take its time: as long as main knows that the request is still to be sent") {
  fixture f{1};
  f.web.hold_connections();
  auto asked = f.ask();
  f.w.advance(15s, 100ms);
  f.web.hold();
  f.web.connect();
  f.w.drain();
  REQUIRE(f.web.request_count() == 1);
  f.w.advance(2s, 100ms);
  REQUIRE(f.notes.held.back().rows.at(0).age <= 2s);
  REQUIRE(f.notes.held.back().rows.at(0).age > 0s);
  f.web.unhold();
  f.w.drain();
  REQUIRE((*asked)->answer.body == "a page");
  REQUIRE(f.notes.released.at(0).report.took == 2s); // since it was sent
}

TEST_CASE("main hears of this process before it gives it a permit") {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    fixture f{seed};
    f.notes.withhold = f.notes.withhold_words = true;
    auto asked = f.ask();
    REQUIRE(f.notes.permits.size() == 1);
    REQUIRE(f.notes.held.size() == 1);
    REQUIRE(f.notes.held[0].rows.empty());
    REQUIRE(f.notes.held[0].process == 17);
    auto other = f.ask();
    REQUIRE(f.notes.held.size() == 1); // it is on its way
  }
}

TEST_CASE("where a host has several places, main hears at once when a request was sent") {
  for (auto places : {1u, 2u}) {
    fixture f{1};
    f.wish.leave.policy.max_in_flight = places;
    f.web.hold();
    auto asked = f.ask();
    auto other = f.ask();
    REQUIRE(f.notes.held.size() == (places > 1 ? 3 : 1)); // and the word before the first permit
    if (places > 1)
      REQUIRE(f.notes.held.back().rows.at(1).age == 1ms);
  }
}

TEST_CASE("callers above the limit are busy") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    gate_client_config two;
    two.max_waiting = 2;
    fixture f{seed, two};
    f.notes.withhold = true;
    std::vector<test::question<gated_answer>> asked;
    for (int i = 0; i < 5; ++i)
      asked.push_back(f.ask());
    size_t busy = 0;
    for (const auto& x : asked)
      busy += x.answered() && x.code() == errc::busy ? 1 : 0;
    REQUIRE(busy == 3);
  }
}

TEST_CASE("a permit to fetch robots.txt is used, reported with what main decides by, and the caller's own comes next") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    f.notes.robots = {"http://shop.example/robots.txt"};
    f.web.on("/robots.txt", 200, std::string(600 << 10, '#'),
             {{"cache-control", "max-age=600"}, {"set-cookie", "secret=1"}});
    auto page = f.w.ask<gated_answer>(f.aut, f.wish);
    REQUIRE(page);
    REQUIRE(page->answer.body == "a page");
    REQUIRE(f.web.requests().size() == 2);
    REQUIRE(f.notes.permits.size() == 2);
    REQUIRE(f.notes.permits[1].url == f.wish.leave.url);
    REQUIRE(f.notes.released.size() == 2);
    const auto& back = f.notes.released[0];
    REQUIRE(back.id == 1);
    REQUIRE(back.host == f.wish.leave.host);
    REQUIRE_FALSE(back.refused);
    REQUIRE(back.robots);
    REQUIRE(back.robots->url == "http://shop.example/robots.txt");
    REQUIRE(back.robots->answer.status == 200);
    REQUIRE(back.robots->answer.body.size() == (512u << 10) + 1);
    REQUIRE(back.robots->answer.headers == header_fields{{"cache-control", "max-age=600"}});
  }
}

TEST_CASE("robots.txt goes the way of its page: proxy, certificates, time-out; certificates only to its own host") {
  fixture f{1};
  f.notes.robots = {"http://shop.example/robots.txt", "http://elsewhere.example/robots.txt"};
  f.wish.request.proxy = "http://127.0.0.1:3128";
  f.wish.request.ca_pem = "PEM";
  f.wish.request.timeout = 3s;
  f.wish.request.headers = {{"authorization", "secret"}};
  f.web.on("/robots.txt", 404, "");
  REQUIRE(f.w.ask<gated_answer>(f.aut, f.wish));
  auto asked = f.web.requests();
  REQUIRE(asked.size() == 3);
  for (const auto& x : {asked[0], asked[1]}) {
    CHECK(x.proxy == "http://127.0.0.1:3128");
    CHECK(x.timeout == 3s);
    CHECK(x.headers.empty());
  }
  CHECK(asked[0].ca_pem == "PEM");
  CHECK(asked[1].ca_pem.empty());
}

TEST_CASE("what a robots.txt answers besides is told as of any other request") {
  struct row {
    int32_t status;
    header_fields headers;
    std::string url;
    bool refused;
    duration hold;
  };
  for (const auto& x : std::vector<row>{
           {403, {}, "http://shop.example/robots.txt", true, duration{0}},
           {403, {}, "http://elsewhere.example/robots.txt", false, duration{0}}, // after a redirect
           {429, {{"retry-after", "7"}}, "http://shop.example/robots.txt", false, duration{7000}},
           {301, {{"location", "/r"}}, "http://shop.example/robots.txt", false, duration{0}},
       }) {
    fixture f{1};
    f.notes.robots = {x.url};
    f.web.on("/robots.txt", x.status, "", x.headers);
    REQUIRE(f.w.ask<gated_answer>(f.aut, f.wish)->denied.code == errc::none);
    REQUIRE(f.notes.released.size() == 2);
    CHECK(f.notes.released[0].refused == x.refused);
    CHECK(f.notes.released[0].report.status == x.status);
    CHECK(f.notes.released[0].report.retry_after.value_or(duration{0}) == x.hold);
    CHECK(f.notes.released[0].robots->answer.status == x.status);
    CHECK(f.notes.released[0].robots->answer.headers == x.headers);
  }
  fixture f{1};
  f.notes.robots = {"http://shop.example/robots.txt"};
  f.web.on_error("/robots.txt", errc::blocked_address, "169.254.169.254");
  REQUIRE(f.w.ask<gated_answer>(f.aut, f.wish));
  CHECK(f.notes.released.at(0).robots->problem.code == errc::blocked_address);
}

TEST_CASE("who dies while robots.txt is fetched for it: what that says is reported, and its page is not asked") {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    fixture f{seed};
    f.notes.robots = {"http://shop.example/robots.txt"};
    f.web.on("/robots.txt", 429, "", {{"retry-after", "30"}});
    f.web.hold();
    auto asked = f.ask();
    f.w.stop(asked.asker);
    REQUIRE(f.notes.released.empty());
    f.web.unhold();
    f.w.drain();
    REQUIRE(f.notes.released.at(0).report.kind == answer_kind::rate_limited);
    REQUIRE(f.notes.released.at(0).robots);
    REQUIRE(f.web.request_count("/search") == 0);
  }
}

TEST_CASE("an owner that died over a request is no denial: its successor is asked, within the caller's patience") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    f.wish.leave.patience = 3s;
    f.notes.deny = {errc::crashed, "the part that had the request died", {}};
    auto patient = f.ask();
    f.w.advance(1200ms, 100ms);
    REQUIRE_FALSE(patient.answered());
    REQUIRE(f.notes.permits.size() == 3);
    REQUIRE(f.notes.permits.back().patience <= 2s);
    f.notes.deny = {};
    f.w.advance(500ms, 100ms);
    REQUIRE(patient.answered());
    REQUIRE((*patient)->answer.status == 200);
    // It does not come back.
    f.notes.deny = {errc::crashed, "the part that had the request died", {}};
    auto given_up = f.ask();
    f.w.advance(3s, 100ms);
    REQUIRE(given_up.answered());
    REQUIRE((*given_up)->denied.code == errc::crashed);
    REQUIRE(f.notes.permits.size() <= 4 + 6);
  }
}

TEST_CASE("every release is repeated until main has it, as if it were said now, also by the next incarnation") {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    fixture f{seed};
    f.notes.forget_releases = true;
    REQUIRE(f.w.ask<gated_answer>(f.aut, f.wish)); // 1: a plain page
    f.web.on("/search", 429, "", {{"retry-after", "60"}});
    REQUIRE(f.w.ask<gated_answer>(f.aut, f.wish)); // 2
    f.w.advance(2500ms, 100ms);
    REQUIRE(f.times_released(1) >= 2);
    REQUIRE(f.times_released(2) >= 2);
    REQUIRE(f.notes.held.back().rows.empty());
    REQUIRE(f.notes.held.back().unreported == std::vector<uint64_t>{1, 2});
    f.w.stop(f.aut);
    f.start();
    auto before = f.notes.released.size();
    f.w.advance(1100ms, 100ms);
    REQUIRE(f.notes.released.size() >= before + 2);
    auto last =
        std::find_if(f.notes.released.rbegin(), f.notes.released.rend(), [](const auto& x) { return x.id == 2; });
    REQUIRE(*last->report.retry_after <= 57s);
    REQUIRE(*last->report.retry_after >= 55s);
    f.notes.forget_releases = false;
    f.w.advance(2s, 100ms);
    auto heard = f.notes.released.size();
    f.w.advance(3s, 100ms);
    REQUIRE(f.notes.released.size() == heard);
    REQUIRE(f.notes.held.back().unreported.empty());
  }
}

TEST_CASE("what is held is said every second, with its age, and whether main answered the word before") {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    fixture f{seed};
    f.w.advance(1100ms, 100ms);
    REQUIRE(f.notes.held.size() == 1);
    REQUIRE(f.notes.held.back().rows.empty());
    REQUIRE(f.notes.held.back().process == 17);
    REQUIRE_FALSE(f.notes.held.back().continued);
    f.web.hold();
    auto asked = f.ask();
    f.w.advance(1s, 100ms);
    REQUIRE(f.notes.held.back().rows.size() == 1);
    REQUIRE(f.notes.held.back().rows[0].id == 1);
    REQUIRE(f.notes.held.back().rows[0].time_out == f.wish.request.timeout);
    REQUIRE(f.notes.held.back().continued);
    auto age = f.notes.held.back().rows[0].age;
    f.w.advance(1s, 100ms);
    REQUIRE(f.notes.held.back().rows[0].age == age + 1s);
    f.web.unhold();
    f.w.advance(1s, 100ms);
    REQUIRE(f.notes.held.back().rows.empty());
    // Nobody answers it, or another incarnation says it: that is no continuation.
    f.w.stop(f.gateway.get());
    f.w.advance(2s, 100ms);
    f.gateway.set(f.w.system.spawn(test::fake_gateway, &f.notes));
    f.w.advance(1s, 100ms);
    REQUIRE_FALSE(f.notes.held.back().continued);
    f.w.advance(1s, 100ms);
    REQUIRE(f.notes.held.back().continued);
    f.w.stop(f.aut);
    f.start();
    f.w.advance(1100ms, 100ms);
    REQUIRE_FALSE(f.notes.held.back().continued);
  }
}

TEST_CASE("releases that nobody hears are bounded, and it is said what was dropped") {
  fixture f{1};
  f.air = std::make_shared<flights>(17, report_book_config{2}, [&f] { return f.w.now(); });
  f.w.stop(f.aut, f.fetch.get());
  f.start_fetcher();
  f.start();
  f.notes.forget_releases = true;
  for (auto status : {429, 200, 200}) {
    f.web.on("/search", status, "");
    REQUIRE(f.w.ask<gated_answer>(f.aut, f.wish));
  }
  CHECK(f.log.count("releases_dropped") == 1);
  CHECK(f.air->reports().permits() == std::vector<uint64_t>{1, 3});
}

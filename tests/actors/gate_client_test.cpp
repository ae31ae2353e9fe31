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
  explicit fixture(uint64_t seed, gate_client_config config = {}) : w(seed) {
    gateway.set(w.system.spawn(test::fake_gateway, &notes));
    fetch.set(w.system.spawn(fetcher, fetcher_config{}, w.env(log, metrics), &web));
    aut = w.system.spawn(gate_client, config, w.env(log, metrics), gateway, fetch);
    request.host = host_key{"shop.example"};
  }
  ~fixture() { w.stop(aut, gateway.get()); }

  test::main_notes notes;
  fake_event_log log;
  null_metrics metrics;
  fakes::fake_http_client web;
  test::world w;
  actor_ref<worker_gateway_actor> gateway;
  actor_ref<fetcher_actor> fetch;
  gate_client_actor aut;
  permit_request request;
};

} // namespace

TEST_CASE("permits come from the gateway and go back to it") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    auto leave = f.w.ask<permit>(f.aut, f.request);
    REQUIRE(leave);
    REQUIRE(leave->id == 1);
    f.w.self->send(f.aut, permit_release{1, f.request.host, true, "why"});
    f.w.drain();
    REQUIRE(f.notes.released.size() == 1);
    REQUIRE(f.notes.released[0].refused);
  }
}

TEST_CASE("no owner, no permit") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    f.notes.withhold = true;
    auto waiting = test::ask_apart<permit>(f.w, f.aut, f.request);
    f.w.drain();
    REQUIRE_FALSE(waiting.answered());
    f.w.stop(f.gateway.get());
    REQUIRE(waiting.answered());
    REQUIRE((*waiting)->id == 0);
    REQUIRE((*waiting)->why.code == errc::permit_denied);
    auto later = f.w.ask<permit>(f.aut, f.request);
    REQUIRE(later->id == 0);
    REQUIRE(later->why.code == errc::permit_denied);
    f.notes.withheld.clear();
  }
}

TEST_CASE("what a dead holder cannot give back is given back for it, also what it still waited for") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    auto first = test::ask_apart<permit>(f.w, f.aut, f.request); // ends with its answer
    f.w.drain();
    REQUIRE((*first)->id == 1);
    first.asker = nullptr;
    f.w.drain();
    REQUIRE(f.notes.released.size() == 1);
    REQUIRE(f.notes.released[0].id == 1);

    f.notes.withhold = true;
    auto second = test::ask_apart<permit>(f.w, f.aut, f.request);
    f.w.drain();
    f.w.stop(second.asker);
    REQUIRE(f.notes.released.size() == 1);
    caf::anon_send(caf::actor_cast<caf::actor>(f.gateway.get()), continuation{[&] {
                     f.notes.withheld.at(0).keep(permit{2, duration{0}, {}});
                   }});
    f.w.drain();
    REQUIRE(f.notes.released.size() == 2);
    REQUIRE(f.notes.released[1].id == 2);
  }
}

TEST_CASE("callers above the limit are busy") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    gate_client_config two;
    two.max_waiting = 2;
    fixture f{seed, two};
    f.notes.withhold = true;
    std::vector<test::question<permit>> asked;
    for (int i = 0; i < 5; ++i)
      asked.push_back(test::ask_apart<permit>(f.w, f.aut, f.request));
    f.w.drain();
    size_t busy = 0;
    for (const auto& x : asked)
      busy += x.answered() && x.code() == errc::busy ? 1 : 0;
    REQUIRE(busy == 3);
    f.notes.withheld.clear();
  }
}

TEST_CASE("a permit to fetch robots.txt is used, reported with what main decides by, and the caller's own comes next") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    f.request.url = "http://shop.example/search?q=a";
    f.notes.robots = {"http://shop.example/robots.txt"};
    f.web.on("/robots.txt", 200, std::string(600 << 10, '#'),
             {{"cache-control", "max-age=600"}, {"set-cookie", "secret=1"}});
    auto leave = f.w.ask<permit>(f.aut, f.request);
    REQUIRE(leave);
    REQUIRE(leave->id == 2);
    REQUIRE(leave->robots_url.empty());
    REQUIRE(f.web.requests().size() == 1);
    REQUIRE(f.notes.permits.size() == 2);
    REQUIRE(f.notes.permits[1].url == f.request.url);
    REQUIRE(f.notes.released.size() == 1);
    const auto& back = f.notes.released[0];
    REQUIRE(back.id == 1);
    REQUIRE(back.host == f.request.host);
    REQUIRE_FALSE(back.refused);
    REQUIRE(back.robots);
    REQUIRE(back.robots->url == "http://shop.example/robots.txt");
    REQUIRE(back.robots->answer.status == 200);
    REQUIRE(back.robots->answer.body.size() == (512u << 10) + 1);
    REQUIRE(back.robots->answer.headers == header_fields{{"cache-control", "max-age=600"}});
  }
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
    REQUIRE(f.w.ask<permit>(f.aut, f.request)->id == 2);
    REQUIRE(f.notes.released.size() == 1);
    CHECK(f.notes.released[0].refused == x.refused);
    CHECK(f.notes.released[0].report.status == x.status);
    CHECK(f.notes.released[0].report.retry_after.value_or(duration{0}) == x.hold);
    CHECK(f.notes.released[0].robots->answer.status == x.status);
    CHECK(f.notes.released[0].robots->answer.headers == x.headers);
  }
  fixture f{1};
  f.notes.robots = {"http://shop.example/robots.txt"};
  f.web.on_error("/robots.txt", errc::blocked_address, "169.254.169.254");
  REQUIRE(f.w.ask<permit>(f.aut, f.request)->id == 2);
  CHECK(f.notes.released.at(0).robots->problem.code == errc::blocked_address);
}

TEST_CASE("an owner that died over a request is no denial: its successor is asked, within the caller's patience") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    f.request.patience = 3s;
    f.notes.deny = {errc::crashed, "the part that had the request died", {}};
    auto patient = test::ask_apart<permit>(f.w, f.aut, f.request);
    f.w.advance(1200ms, 100ms);
    REQUIRE_FALSE(patient.answered());
    REQUIRE(f.notes.permits.size() == 3);
    REQUIRE(f.notes.permits.back().patience <= 2s);
    f.notes.deny = {};
    f.w.advance(500ms, 100ms);
    REQUIRE(patient.answered());
    REQUIRE((*patient)->id == 4);
    // It does not come back.
    f.notes.deny = {errc::crashed, "the part that had the request died", {}};
    auto given_up = test::ask_apart<permit>(f.w, f.aut, f.request);
    f.w.advance(3s, 100ms);
    REQUIRE(given_up.answered());
    REQUIRE((*given_up)->id == 0);
    REQUIRE((*given_up)->why.code == errc::crashed);
    REQUIRE(f.notes.permits.size() <= 4 + 6);
  }
}

TEST_CASE(
    "a release that says \"leave me alone\" or \"refused\" is repeated until main has it, as if it were said now") {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    fixture f{seed};
    f.notes.forget_releases = true;
    permit_release limited{1, f.request.host, false, {}, {}, {answer_kind::rate_limited, 429, 60s}};
    permit_release refused{2, f.request.host, true, "HTTP 403"};
    permit_release plain{3, f.request.host, false, {}};
    for (const auto& x : {limited, refused, plain})
      f.w.self->send(f.aut, x);
    f.w.advance(3500ms, 100ms);
    auto times = [&](uint64_t id) {
      return std::count_if(f.notes.released.begin(), f.notes.released.end(), [&](const auto& x) { return x.id == id; });
    };
    REQUIRE(times(1) >= 3);
    REQUIRE(times(2) >= 3);
    REQUIRE(times(3) == 1); // nobody else's matter: what is held tells the rest
    auto last =
        std::find_if(f.notes.released.rbegin(), f.notes.released.rend(), [](const auto& x) { return x.id == 1; });
    REQUIRE(*last->report.retry_after <= 58s);
    REQUIRE(*last->report.retry_after >= 55s);
    f.notes.forget_releases = false;
    f.w.advance(2s, 100ms);
    auto heard = f.notes.released.size();
    f.w.advance(3s, 100ms);
    REQUIRE(f.notes.released.size() == heard);
  }
}

TEST_CASE("what is held is said every second, with its age; a dead holder's permit until its request is over") {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    fixture f{seed};
    f.w.advance(1100ms, 100ms);
    REQUIRE(f.notes.held.size() == 1);
    REQUIRE(f.notes.held.back().rows.empty());
    REQUIRE(f.w.ask<permit>(f.aut, f.request)->id == 1);
    f.w.advance(1s, 100ms);
    REQUIRE(f.notes.held.back().rows.size() == 1);
    REQUIRE(f.notes.held.back().rows[0].id == 1);
    auto age = f.notes.held.back().rows[0].age;
    f.w.advance(1s, 100ms);
    REQUIRE(f.notes.held.back().rows[0].age == age + 1s);
    f.w.self->send(f.aut, permit_release{1, f.request.host, false, {}});
    f.w.advance(1s, 100ms);
    REQUIRE(f.notes.held.back().rows.empty());
  }
}

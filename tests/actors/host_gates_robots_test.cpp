#include "actors/host_gates.hpp"

#include "actors/store.hpp"
#include "tests/fakes/fake_event_log.hpp"
#include "tests/fakes/fleet_fakes.hpp"
#include "tests/fakes/memory_database.hpp"
#include "tests/fakes/null_metrics.hpp"

using namespace vigie;
using namespace vigie::test;
using namespace std::chrono_literals;

namespace {

const worker_id fr{"worker-fr"}, us{"worker-us"}, nl{"worker-nl"};
const host_key site{"site.test"};
const std::string file = "http://site.test/robots.txt";

struct ruling_state {
  static inline const char* name = "rulings";
};

// Knows of no bans, and rules at once.
ban_timer_actor::behavior_type rulings(shell<ban_timer_actor, ruling_state>*) {
  return {[](const site_refused&) { return refusal_ruling{}; }, [](const site_answered&) {}, [](const lift_bans&) {},
          [](get_bans) { return std::vector<verdict>{}; }};
}

struct fixture {
  explicit fixture(uint64_t seed) : w(seed) {
    links.ban_timer.set(w.system.spawn(rulings));
    links.store.set(w.system.spawn(store, &db, w.env(log, metrics), store_config{}));
    start();
    w.advance(2s); // the first permits wait a gap
  }

  void start() {
    host_gates_config config;
    config.regions = {{fr, "fr"}, {us, "us"}, {nl, "nl"}};
    config.policies[host_key{"www.site.test"}] = {30s, 30s, 1, 20000};
    config.exceptions = exceptions;
    aut = w.system.spawn(host_gates, config, w.env(log, metrics), links);
  }

  ~fixture() { w.stop(aut, links.ban_timer.get(), links.store.get()); }

  /// Nothing is said to the old one.
  void replace() {
    w.stop(aut);
    start();
    w.advance(2s);
  }

  /// One of the fleet fetches it.
  void settle(const worker_id& by, robots_report report, duration hold = 0ms) {
    later<permit> first{w, aut, by, wants("/first")};
    w.advance(2s, 100ms);
    REQUIRE(first.here());
    REQUIRE_FALSE(first.get()->robots_url.empty());
    give_back(by, first.get()->id, std::move(report), hold);
  }

  std::vector<stored_robots> stored() {
    return w.ask<std::vector<stored_robots>>(links.store.get(), get_robots{}).value();
  }

  permit_request wants(const std::string& target, duration patience = 60s) {
    return {site, {1s, 1s, 4, 20000}, patience, "http://site.test" + target};
  }

  void give_back(const worker_id& by, uint64_t id, optional<robots_report> report = {}, duration hold = 0ms) {
    fetch_report fetched;
    if (hold > 0ms)
      fetched = {answer_kind::rate_limited, 429, hold};
    caf::anon_send(aut, by, permit_release{id, site, false, {}, std::move(report), fetched});
    w.advance(2s, 100ms);
  }

  robots_report says(int32_t status, std::string body = {}, std::string url = file, header_fields headers = {}) {
    return {std::move(url), {}, {status, std::move(headers), std::move(body), {}}};
  }

  std::map<host_key, conduct_exception> exceptions;
  fake_event_log log;
  null_metrics metrics;
  memory_database db;
  world w;
  host_gates_links links;
  host_gates_actor aut;
};

} // namespace

TEST_CASE("one fetches robots.txt for the whole fleet; then each is judged by it") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    later<permit> first{f.w, f.aut, fr, f.wants("/search")};
    later<permit> second{f.w, f.aut, us, f.wants("/private/x")};
    later<permit> third{f.w, f.aut, nl, f.wants("/other")};
    f.w.advance(5s, 100ms);
    std::vector<std::pair<worker_id, later<permit>*>> all{{fr, &first}, {us, &second}, {nl, &third}};
    uint64_t id = 0;
    worker_id by;
    for (auto& [worker, x] : all)
      if (x->here()) {
        REQUIRE(id == 0); // only one of them
        CHECK(x->get()->robots_url == file);
        id = x->get()->id;
        by = worker;
      }
    REQUIRE(id != 0);
    f.give_back(by, id, f.says(200, "User-agent: *\nDisallow: /private/\n"));
    f.w.advance(5s, 100ms);
    for (auto& [worker, x] : all) {
      if (worker == by)
        continue;
      REQUIRE(x->here());
      auto leave = x->get();
      CHECK(leave->robots_url.empty());
      CHECK((leave->why.code == errc::robots_disallowed) == (worker == us));
      CHECK((leave->id == 0) == (worker == us));
    }
    CHECK(f.log.count("robots_fetched") == 1);
  }
}

TEST_CASE("whoever was to fetch it and is lost, dies, or is silent: the next one does, and nobody waits in vain") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    later<permit> first{f.w, f.aut, fr, f.wants("/a")};
    f.w.advance(2s, 100ms);
    REQUIRE(first.get()->robots_url == file);
    later<permit> second{f.w, f.aut, us, f.wants("/b", 10min)};
    f.w.advance(5s, 100ms);
    CHECK_FALSE(second.here());
    switch (seed % 3) {
    case 0:
      caf::anon_send(f.aut, worker_lost{fr, 1, "gone"});
      f.w.advance(15s, 1s);
      CHECK_FALSE(second.here()); // it may be asking the site still
      f.w.advance(10s, 1s);
      break;
    case 1:
      f.give_back(fr, first.get()->id); // no report
      break;
    case 2:
      f.w.advance(5min, 1s);
      break;
    }
    REQUIRE(second.here());
    CHECK(second.get()->robots_url == file);
  }
}

TEST_CASE("who waits for robots.txt is answered when its patience ends or its worker is lost") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    later<permit> first{f.w, f.aut, fr, f.wants("/a", 10min)};
    f.w.advance(2s, 100ms);
    later<permit> hasty{f.w, f.aut, us, f.wants("/b", 3s)};
    later<permit> lost{f.w, f.aut, nl, f.wants("/c", 10min)};
    f.w.advance(4s, 100ms);
    REQUIRE(hasty.here());
    CHECK(hasty.get()->why.code == errc::busy);
    CHECK_FALSE(lost.here());
    caf::anon_send(f.aut, worker_lost{nl, 1, "gone"});
    f.w.drain();
    REQUIRE(lost.here());
    CHECK(lost.get()->why.code == errc::worker_lost);
  }
}

TEST_CASE("a hop to another host waits for that host's gate, with that host's policy") {
  fixture f{1};
  later<permit> first{f.w, f.aut, fr, f.wants("/a")};
  f.w.advance(2s, 100ms);
  auto id = first.get()->id;
  later<permit> second{f.w, f.aut, us, f.wants("/b")};
  f.w.drain();
  f.give_back(fr, id, f.says(301, "", file, {{"location", "http://www.site.test/r"}}));
  f.w.advance(2s, 100ms);
  CHECK_FALSE(second.here()); // as long from the start of the gates
  f.w.advance(30s, 100ms);
  REQUIRE(second.here());
  CHECK(second.get()->robots_url == "http://www.site.test/r");
}

TEST_CASE("429 in place of robots.txt: who waits is told at once, and one asks again an hour later") {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    fixture f{seed};
    later<permit> first{f.w, f.aut, fr, f.wants("/a", 10min)};
    f.w.advance(2s, 100ms);
    std::vector<later<permit>> waiting;
    for (const auto& by : {us, nl, us, fr})
      waiting.emplace_back(f.w, f.aut, by, f.wants("/b", 10min));
    f.w.drain();
    f.give_back(fr, first.get()->id, f.says(429), 90s);
    for (auto& x : waiting) {
      REQUIRE(x.here());
      CHECK(x.get()->why.code == errc::robots_disallowed);
    }
    CHECK(f.stored().at(0).copy.standing == robots_standing::refused);
    CHECK(f.log.count("host_held") == 1);
    f.w.advance(1h, 10s);
    later<permit> again{f.w, f.aut, us, f.wants("/b")};
    later<permit> other{f.w, f.aut, nl, f.wants("/b")};
    f.w.advance(5s, 100ms);
    CHECK(again.here() != other.here()); // one of them fetches, the other one waits for it
  }
}

TEST_CASE("a host that asks to be left alone for longer than a day is paused, and nobody asks before its time") {
  fixture f{1};
  f.settle(fr, f.says(404));
  later<permit> first{f.w, f.aut, fr, f.wants("/a")};
  f.w.advance(2s, 100ms);
  f.give_back(fr, first.get()->id, {}, 72h);
  CHECK(f.log.count("host_paused") == 1);
  f.w.advance(30h, 1h);
  f.replace();
  later<permit> early{f.w, f.aut, us, f.wants("/a")};
  f.w.drain();
  REQUIRE(early.here());
  CHECK(early.get()->why.code == errc::rate_limited);
}

TEST_CASE("a Crawl-delay widens the gap over the whole fleet") {
  fixture f{1};
  later<permit> first{f.w, f.aut, fr, f.wants("/a")};
  f.w.advance(2s, 100ms);
  f.give_back(fr, first.get()->id, f.says(200, "User-agent: *\nCrawl-delay: 20\n"));
  later<permit> second{f.w, f.aut, us, f.wants("/b")};
  later<permit> third{f.w, f.aut, nl, f.wants("/c")};
  f.w.advance(21s, 100ms);
  CHECK(second.here() != third.here());
  f.w.advance(14s, 100ms); // less than 20 s after the first of them
  CHECK(second.here() != third.here());
  f.w.advance(12s, 100ms); // more than 20 s after the last moment at which the first of them may ask
  CHECK(second.here());
  CHECK(third.here());
}

TEST_CASE("with the owner's consent robots.txt is not asked; a URL of another host is refused") {
  fixture f{1};
  auto request = f.wants("/a");
  request.policy.obey_robots = false;
  later<permit> consented{f.w, f.aut, fr, request};
  request = f.wants("/b");
  request.url = "http://elsewhere.test/b";
  later<permit> wrong{f.w, f.aut, fr, request};
  f.w.advance(2s, 100ms);
  CHECK(consented.get()->id != 0);
  CHECK(consented.get()->robots_url.empty());
  CHECK(wrong.get()->why.code == errc::bad_request);
}

TEST_CASE("a new owner takes up the stored copies: nobody fetches again, and rules and Crawl-delay hold at once") {
  fixture f{1};
  f.settle(fr, f.says(200, "User-agent: *\nDisallow: /private/\nCrawl-delay: 20\n"));
  f.replace();
  later<permit> denied{f.w, f.aut, us, f.wants("/private/x")};
  f.w.drain();
  REQUIRE(denied.here());
  CHECK(denied.get()->why.code == errc::robots_disallowed);
  later<permit> first{f.w, f.aut, us, f.wants("/a")};
  later<permit> second{f.w, f.aut, nl, f.wants("/b")};
  f.w.advance(21s, 100ms);
  CHECK(first.here() != second.here());
  f.w.advance(26s, 100ms); // the first of them may ask up to 5 s after it was let
  REQUIRE(first.here());
  REQUIRE(second.here());
  CHECK(first.get()->robots_url.empty());
  CHECK(second.get()->robots_url.empty());
}

TEST_CASE("nobody is let in before the stored copies are read; who cannot wait is told so") {
  fixture f{1};
  f.db.fail_all(errc::store_unavailable);
  f.replace();
  later<permit> hasty{f.w, f.aut, fr, f.wants("/a", 1s)};
  later<permit> patient{f.w, f.aut, us, f.wants("/a")};
  f.w.advance(5s, 100ms);
  REQUIRE(hasty.here());
  CHECK(hasty.get()->why.code == errc::busy);
  CHECK_FALSE(patient.here());
  CHECK(f.log.count("robots_not_restored") > 1);
  f.db.fail_all(errc::none);
  f.w.advance(3s, 100ms);
  REQUIRE(patient.here());
  CHECK(patient.get()->robots_url == file);
}

TEST_CASE("a copy that could not be stored is stored later") {
  fixture f{1};
  // Something of an owner has to be in the store before the first permit is given.
  later<permit> before{f.w, f.aut, us, permit_request{host_key{"other.test"}, {1s, 1s, 1, 100}, 10s}};
  f.w.advance(2s, 100ms);
  REQUIRE(before.here());
  f.db.fail_all(errc::store_unavailable);
  f.settle(fr, f.says(200, "User-agent: *\nDisallow: /private/\n"));
  CHECK(f.log.count("robots_not_stored") > 0);
  f.db.fail_all(errc::none);
  CHECK(f.stored().empty());
  f.w.advance(2s, 100ms);
  REQUIRE(f.stored().size() == 1);
  CHECK(f.stored()[0].copy.body == "User-agent: *\nDisallow: /private/\n");
}

TEST_CASE("a worker that gets no answer leaves it to another one; the word of two counts") {
  for (auto second_too : {false, true}) {
    fixture f{1};
    robots_report silence{file, {errc::timed_out, "no answer within 20 s", {}}, {}};
    f.settle(fr, silence);
    later<permit> same{f.w, f.aut, fr, f.wants("/a")};
    f.w.drain();
    REQUIRE(same.here());
    CHECK(same.get()->why.code == errc::timed_out);
    CHECK(f.stored().empty());
    f.settle(us, second_too ? silence : f.says(404));
    later<permit> again{f.w, f.aut, fr, f.wants("/a")};
    f.w.advance(2s, 100ms);
    REQUIRE(again.here());
    CHECK((again.get()->why.code == errc::robots_disallowed) == second_too);
    CHECK((again.get()->id == 0) == second_too);
  }
}

TEST_CASE("a worker that could not even ask is no word about the site") {
  fixture f{1};
  f.settle(fr, {file, {errc::busy, "64 requests are under way", {}}, {}});
  f.settle(fr, f.says(404));
}

TEST_CASE("a change that forbids what was allowed is an event, once a rule, with its text, line and time") {
  fixture f{1};
  f.settle(fr, f.says(200, "User-agent: *\nDisallow: /never/\n", file, {{"cache-control", "max-age=300"}}));
  later<permit> never{f.w, f.aut, us, f.wants("/never/x")};
  f.w.advance(301s, 1s);
  CHECK(f.log.count("robots_now_disallows") == 0);
  f.settle(us, f.says(200, "User-agent: *\nDisallow: /never/\nDisallow: /search\n"));
  CHECK(f.log.count("robots_changed") == 1);
  for (const auto* path : {"/search", "/search?q=1", "/never/x"}) {
    later<permit> denied{f.w, f.aut, nl, f.wants(path)};
    f.w.drain();
    REQUIRE(denied.here());
    CHECK(denied.get()->why.code == errc::robots_disallowed);
  }
  REQUIRE(f.log.count("robots_now_disallows") == 1);
}

TEST_CASE("a host whose exception has ended is not asked any more, which is said once") {
  fixture f{1};
  auto now = f.w.env(f.log, f.metrics).wall(f.w.now());
  f.exceptions[site] = {source_id{"s"}, site, {"it is fetched through a proxy"}, "no other way", "Jo", "", now + 1h};
  f.replace();
  f.settle(fr, f.says(404));
  f.w.advance(1h, 1min);
  for (auto by : {fr, us}) {
    later<permit> late{f.w, f.aut, by, f.wants("/a")};
    f.w.drain();
    REQUIRE(late.here());
    CHECK(late.get()->why.code == errc::permit_denied);
    CHECK(late.get()->why.detail.find("[sources.s.exception]") != std::string::npos);
  }
  CHECK(f.log.count("exception_ended") == 1);
}

TEST_CASE("a robots.txt that is refused for long is asked for anew when a person says so") {
  fixture f{1};
  f.settle(fr, f.says(429, {}, file, {{"retry-after", "259200"}}), 72h);
  auto holds = f.w.ask<std::vector<host_hold>>(f.aut, get_holds{});
  REQUIRE(holds);
  REQUIRE(holds->size() == 2); // the host's own, and its robots.txt
  CHECK(holds->at(0).pause);
  CHECK(holds->at(0).robots.empty());
  CHECK(holds->at(1).host == site);
  CHECK(holds->at(1).robots == "http://site.test/robots.txt: HTTP 429");
  auto lifted = f.w.ask<std::vector<host_hold>>(f.aut, lift_holds{site});
  REQUIRE(lifted);
  CHECK(lifted->size() == 2);
  f.w.advance(2s, 100ms);
  f.replace();
  CHECK(f.w.ask<std::vector<host_hold>>(f.aut, get_holds{})->empty());
  later<permit> again{f.w, f.aut, us, f.wants("/search")};
  f.w.advance(30s, 100ms);
  REQUIRE(again.here());
  CHECK(again.get()->robots_url == file);
}

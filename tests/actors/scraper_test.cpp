#include "actors/scraper.hpp"

#include "actors/fetcher.hpp"
#include "actors/gate_client.hpp"
#include "tests/fakes/fake_event_log.hpp"
#include "tests/fakes/fake_http_client.hpp"
#include "tests/fakes/null_metrics.hpp"
#include "tests/support/worker_fakes.hpp"

using namespace vigie;
using namespace vigie::test;
using namespace std::chrono_literals;

namespace {

struct fixture {
  explicit fixture(uint64_t seed, scraper_config config = {}) : w(seed) {
    gateway.set(w.system.spawn(fake_gateway, &notes));
    gate.set(w.system.spawn(gate_client, gate_client_config{}, w.env(log, metrics), gateway, fetch, air));
    fetch.set(w.system.spawn(fetcher, fetcher_config{}, w.env(log, metrics), &client, air));
    aut = w.system.spawn(scraper, config,
                         scraper_parts{w.env(log, metrics), gate, gateway, make_line_extractor, &threads, {}});
    w.self->monitor(aut);
    plan.assignment = assignment_id{5};
    plan.run = run_id{7};
    plan.source = shop();
    plan.plan = plan_of({alert_on(1, "red"), alert_on(2, "blue")});
  }
  ~fixture() {
    w.stop(aut, gate.get(), fetch.get(), gateway.get());
    notes.withheld.clear();
  }

  void run() {
    w.self->send(aut, plan);
    w.drain();
  }

  const alert_settled& settled(int64_t alert) {
    for (const auto& [env, x] : notes.settled)
      if (x.alert.value == alert)
        return x;
    FAIL("alert " << alert << " is not settled");
    return notes.settled.front().second;
  }

  bool ended() { return !w.self->mailbox().empty(); }

  main_notes notes;
  fake_event_log log;
  null_metrics metrics;
  fakes::fake_http_client client;
  fake_page_reader threads;
  world w;
  actor_ref<worker_gateway_actor> gateway;
  std::shared_ptr<flights> air = std::make_shared<flights>(1, report_book_config{}, [this] { return w.now(); });
  actor_ref<gate_client_actor> gate;
  actor_ref<fetcher_actor> fetch;
  scraper_actor aut;
  run_plan plan;
};

void require_all_failed(fixture& f, errc code) {
  REQUIRE(f.notes.settled.size() == 2);
  for (const auto& [env, x] : f.notes.settled) {
    REQUIRE(x.problem.code == code);
    REQUIRE(x.matches.empty());
  }
  REQUIRE(f.ended());
}

} // namespace

TEST_CASE("pages are walked, items counted once, every alert settled") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    f.client.on("page=1", 200, "a red hat\nb blue hat");
    f.client.on("page=2", 200, "b blue hat\nc dark red, blue hat");
    f.client.on("page=3", 200, "d RED");
    f.run();
    REQUIRE(f.notes.settled.size() == 2);
    const auto& red = f.settled(1);
    REQUIRE(red.problem.code == errc::none);
    REQUIRE(red.assignment == assignment_id{5});
    REQUIRE(red.run == run_id{7});
    REQUIRE(red.token == fencing_token{1001});
    REQUIRE(red.host.value == "shop.example");
    REQUIRE(red.items_checked == 4);
    REQUIRE(red.matches.size() == 3);
    REQUIRE(red.matches[0].alert == alert_id{1});
    REQUIRE(red.matches[2].what.id.value == "d");
    REQUIRE(f.settled(2).matches.size() == 2);
    REQUIRE(f.notes.permits.size() == 3);
    REQUIRE(f.notes.released.size() == 3);
    REQUIRE(f.client.requests()[1].url == "http://shop.example/search?q=all&page=2");
    REQUIRE(f.ended());
  }
}

TEST_CASE(
    "the first alert of a plan tells what its requests were answered, and no other does, so that it counts once") {
  fixture f{1};
  f.client.on("page=1", 302, "", header_fields{{"location", "/first"}});
  f.client.on("/first", 200, "a red hat\nb blue hat");
  f.client.on("page=2", 200, "c red hat\nd hat");
  f.client.on("page=3", 404, "no");
  f.run();
  require_all_failed(f, errc::http_status);
  CHECK(f.settled(1).answers.by_status == std::map<int32_t, uint32_t>{{200, 2}, {302, 1}, {404, 1}});
  CHECK(f.settled(1).answers.bytes == 20 + 15 + 2);
  CHECK(f.settled(2).answers == answer_counts{});
}

TEST_CASE("a request that nothing answers is one without a status; one that is denied is none") {
  fixture f{1};
  f.client.on_error("page=1", errc::network, "reset");
  f.run();
  f.w.advance(1h, 10s);
  require_all_failed(f, errc::network);
  auto asked = static_cast<uint32_t>(f.client.request_count());
  CHECK(f.settled(1).answers.by_status == std::map<int32_t, uint32_t>{{0, asked}});
  fixture denied{2};
  denied.notes.deny = {errc::permit_denied, "no", {}};
  denied.run();
  require_all_failed(denied, errc::permit_denied);
  CHECK(denied.settled(1).answers == answer_counts{});
}

TEST_CASE("the reader is told which address answered, and as what") {
  fixture f{1};
  f.plan.source.paging = {};
  f.client.on("/search", 302, "", header_fields{{"location", "/moved/list"}});
  f.client.on("/moved/list", 200, "@1 red", header_fields{{"content-type", "text/plain; charset=koi8-r"}});
  f.run();
  const auto& found = f.settled(1);
  REQUIRE(found.problem.code == errc::none);
  REQUIRE(found.matches.size() == 1);
  CHECK(found.matches[0].what.url == "http://shop.example/moved/list");
  CHECK(found.matches[0].what.condition == "text/plain; charset=koi8-r");
}

TEST_CASE("a short page is the last one asked for") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    f.client.on("page=1", 200, "a red hat");
    f.run();
    REQUIRE(f.client.request_count() == 1);
    REQUIRE(f.settled(1).matches.size() == 1);
  }
}

TEST_CASE("a bad page fails every alert, with the place, never as an empty list") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    f.client.on("page=1", 200, "a red hat\nb blue hat");
    f.client.on("page=2", 200, "c red\n!");
    f.run();
    require_all_failed(f, errc::bad_page);
    REQUIRE(f.settled(1).problem.place == "page 2 /items/1/title");
    REQUIRE(f.settled(1).items_checked == 2);
  }
}

TEST_CASE("what the reader left out is told with each settlement, counted over the pages") {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    fixture f{seed};
    // An entry that became no item fills its page all the same: page 2 is asked for.
    f.client.on("page=1", 200, "a red hat\n~");
    f.client.on("page=2", 200, "b blue hat\n~\n~");
    f.client.on("page=3", 200, "c red hat\nc red shoe");
    f.client.on("page=4", 200, "");
    f.run();
    for (int64_t alert : {1, 2})
      REQUIRE(f.settled(alert).notes ==
              std::vector<std::string>{"3 items without a title were left out, first at page 1 /items/1",
                                       "an item has the id of another one on its page: of these only the first counts, "
                                       "at page 3 item 2, \"red shoe\", id c"});
    REQUIRE(f.settled(1).problem.code == errc::none);
    REQUIRE(f.settled(1).items_checked == 3);
    REQUIRE(f.settled(1).matches.size() == 2);
  }
}

TEST_CASE("the notes of a walk that fails are told too") {
  fixture f{1};
  f.client.on("page=1", 200, "a red hat\n~");
  f.client.on("page=2", 200, "!");
  f.run();
  require_all_failed(f, errc::bad_page);
  REQUIRE(f.settled(1).notes == std::vector<std::string>{"an item without a title was left out, at page 1 /items/1"});
}

TEST_CASE("a page whose items share their ids is not believed, an item that moved to the next page is") {
  fixture moved{1};
  moved.client.on("page=1", 200, "a red hat\nb red shoe");
  moved.client.on("page=2", 200, "b red shoe, now cheaper");
  moved.run();
  REQUIRE(moved.settled(1).problem.code == errc::none);
  REQUIRE(moved.settled(1).notes.empty());
  fixture shared{2};
  shared.client.on("page=1", 200, "a red hat\na red shoe\na red scarf");
  shared.client.on("page=2", 200, "");
  shared.run();
  require_all_failed(shared, errc::suspicious_schema);
  fixture untitled{3};
  untitled.plan.source.sanity.required = {"title"};
  untitled.plan.source.sanity.required_percent = 60;
  untitled.client.on("page=1", 200, "a red hat\n~");
  untitled.client.on("page=2", 200, "");
  untitled.run();
  require_all_failed(untitled, errc::suspicious_schema);
}

TEST_CASE("what the site says is what the alerts hear, and the gate too") {
  struct row {
    int32_t status;
    errc code;
    duration hold;
    bool refused;
  };
  for (auto r : {row{401, errc::unauthorized, 0ms, false}, row{403, errc::refused, 0ms, true},
                 row{429, errc::rate_limited, 90s, false}, row{404, errc::http_status, 0ms, false},
                 row{500, errc::http_status, 0ms, false}, row{503, errc::rate_limited, 90s, false}}) {
    for (uint64_t seed = 1; seed <= 50; ++seed) {
      fixture f{seed};
      f.client.on("page=1", r.status, "", r.hold > 0ms ? header_fields{{"retry-after", "90"}} : header_fields{});
      f.run();
      require_all_failed(f, r.code);
      REQUIRE(f.settled(1).http_status == r.status);
      REQUIRE(f.settled(1).problem.place == "page 1");
      REQUIRE(f.notes.released.size() == 1);
      REQUIRE(f.notes.released[0].report.retry_after ==
              (r.hold > 0ms ? optional<duration>{r.hold} : optional<duration>{}));
      REQUIRE(f.notes.released[0].refused == r.refused);
      REQUIRE(f.client.request_count() == 1);
    }
  }
}

TEST_CASE("without a permit nothing is fetched") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    f.notes.deny = {errc::circuit_open, "two regions were refused", {}};
    f.run();
    require_all_failed(f, errc::circuit_open);
    REQUIRE(f.client.request_count() == 0);
  }
}

TEST_CASE("a source that needs a credential settles without asking anyone") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    f.plan.source.needs_credential = true;
    f.run();
    require_all_failed(f, errc::no_scraping_cookies);
    REQUIRE(f.notes.permits.empty());
  }
}

TEST_CASE("no answer, a crash of the fetcher and of the gate-client are told apart") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture broken{seed};
    broken.client.on_error("page=1", errc::timed_out);
    broken.run();
    broken.w.advance(20s, 500ms); // it is asked again first
    REQUIRE(broken.client.request_count() == 3);
    require_all_failed(broken, errc::timed_out);

    fixture crashed{seed};
    crashed.w.stop(crashed.fetch.get());
    crashed.run();
    require_all_failed(crashed, errc::crashed);
    REQUIRE(crashed.notes.released.size() == 1);
    REQUIRE(crashed.notes.released[0].report.kind == answer_kind::none_asked);

    fixture gateless{seed};
    gateless.notes.withhold = true;
    gateless.run();
    gateless.w.stop(gateless.gate.get());
    require_all_failed(gateless, errc::crashed);
  }
}

TEST_CASE("the deadline ends a scraper wherever it is, and its permit comes back") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture waiting{seed};
    waiting.plan.deadline = 3s;
    waiting.notes.withhold = true;
    waiting.run();
    REQUIRE(waiting.notes.permits[0].patience == 3s);
    waiting.w.advance(2900ms);
    REQUIRE(waiting.notes.settled.empty());
    waiting.w.advance(200ms);
    require_all_failed(waiting, errc::deadline_exceeded);

    fixture fetching{seed};
    fetching.plan.deadline = 3s;
    fetching.client.on("page=1", 429, "", {{"retry-after", "90"}});
    fetching.client.hold();
    fetching.run();
    fetching.w.advance(3100ms);
    require_all_failed(fetching, errc::deadline_exceeded);
    // The site still works on the request: its place is taken until then.
    REQUIRE(fetching.notes.released.empty());
    fetching.client.unhold();
    fetching.w.drain();
    REQUIRE(fetching.notes.released.size() == 1);
    // What it says is heard, although nobody waits for the page any more.
    REQUIRE(fetching.notes.released[0].report.kind == answer_kind::rate_limited);
  }
}

namespace {

scraper_config pages_on_threads() {
  scraper_config out;
  out.large_page = 8;
  return out;
}

} // namespace

TEST_CASE("a page that may take long is read on a thread of its own, and nothing else is different") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    for (auto kind : {selector_kind::css, selector_kind::xpath}) {
      fixture f{seed, pages_on_threads()};
      f.plan.source.extract.selectors = kind;
      f.client.on("page=1", 200, "a red hat\nb blue hat");
      f.client.on("page=2", 200, "c red\nd x");
      f.client.on("page=3", 200, "e blu");
      f.run();
      REQUIRE(f.threads.asked == (kind == selector_kind::xpath ? 3 : 2));
      REQUIRE(f.settled(1).problem.code == errc::none);
      REQUIRE(f.settled(1).items_checked == 5);
      REQUIRE(f.settled(1).matches.size() == 2);
      REQUIRE(f.settled(2).matches.size() == 1);
      REQUIRE(f.ended());
    }
  }
}

TEST_CASE("a page that has had its time settles, and what is still read of it is nobody's") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    for (auto code : {errc::bad_page, errc::busy}) {
      fixture f{seed, pages_on_threads()};
      f.threads.hold = true;
      f.client.on("page=1", 200, "a red hat\nb blue hat");
      f.run();
      REQUIRE(f.threads.held.size() == 1);
      REQUIRE(f.notes.settled.empty());
      REQUIRE(f.threads.held[0].source == source_id{"shop"});
      f.threads.held[0].done({code, "it takes long", {}});
      f.w.drain();
      require_all_failed(f, code);
      REQUIRE(f.settled(1).problem.place == "page 1");
      REQUIRE(f.settled(1).items_checked == 0);
      f.threads.held[0].read();
    }
  }
}

TEST_CASE("a deadline that comes while a page is being read is the page's fault: nobody else is to have it") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed, pages_on_threads()};
    f.plan.deadline = 3s;
    f.threads.hold = true;
    f.client.on("page=1", 200, "a red hat\nb blue hat");
    f.run();
    f.w.advance(3100ms);
    require_all_failed(f, errc::bad_page);
    REQUIRE(f.settled(1).problem.place == "page 1");
    f.threads.held[0].read();
    f.threads.held[0].done({});
    f.w.drain();
    REQUIRE(f.notes.settled.size() == 2);

    // Once it was read, the deadline is what it always was.
    fixture later{seed, pages_on_threads()};
    later.plan.deadline = 3s;
    later.client.on("page=1", 200, "a red hat\nb blue hat");
    later.client.on_silence("page=2");
    later.run();
    later.w.advance(3100ms);
    require_all_failed(later, errc::deadline_exceeded);
  }
}

TEST_CASE("a scraper does not outlive its gateway") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    f.client.on_silence("page=1");
    f.run();
    REQUIRE_FALSE(f.ended());
    f.w.stop(f.gateway.get());
    REQUIRE(f.ended());
  }
}

TEST_CASE("limits of a plan are errors, never cut lists") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    scraper_config few;
    few.max_items = 1;
    fixture items{seed, few};
    items.client.on("page=1", 200, "a red\nb red");
    items.run();
    require_all_failed(items, errc::bad_page);

    scraper_config small;
    small.max_settlement_bytes = 150;
    fixture bytes{seed, small};
    bytes.client.on("page=1", 200, "a red\nb red blue");
    bytes.client.on("page=2", 200, "c red");
    bytes.run();
    REQUIRE(bytes.settled(1).problem.code == errc::body_too_large);
    REQUIRE(bytes.settled(1).matches.empty());
    REQUIRE(bytes.settled(2).problem.code == errc::none);
    REQUIRE(bytes.settled(2).matches.size() == 1);
  }
}

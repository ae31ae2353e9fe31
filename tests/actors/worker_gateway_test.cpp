#include "actors/worker_gateway.hpp"

#include "actors/command_runner.hpp"
#include "actors/fetcher.hpp"
#include "actors/gate_client.hpp"
#include "actors/scraper.hpp"
#include "tests/fakes/fake_child_process.hpp"
#include "tests/fakes/fake_event_log.hpp"
#include "tests/fakes/fake_http_client.hpp"
#include "tests/fakes/null_metrics.hpp"
#include "tests/support/worker_fakes.hpp"

using namespace vigie;
using namespace vigie::test;
using namespace std::chrono_literals;

namespace {

worker_gateway_config some_config() {
  worker_gateway_config out;
  out.worker = worker_id{"fr"};
  out.region = "cdg";
  out.version = "1";
  out.limits.max_plans = 5; // four of one host
  out.limits.max_alerts = 20;
  out.resend = {4, 1s, 100ms, 800ms, 50};
  return out;
}

/// The whole worker node but its inspector, on fakes of main, web and children.
struct fixture {
  explicit fixture(uint64_t seed, worker_gateway_config config = some_config()) : w(seed) {
    auto env = w.env(log, metrics);
    newer_notes.first_permit = 1000;
    gate.set(w.system.spawn(gate_client, gate_client_config{}, env, gateway, fetch, air));
    fetch.set(w.system.spawn(fetcher, fetcher_config{}, env, &client, air));
    command_runner_config commands;
    commands.custom["say"] = {{"echo", "{what}"}, {}, 10s, 1024};
    runner.set(w.system.spawn(command_runner, commands, command_runner_parts{env, gate, &children, ways}));
    worker_gateway_parts parts{env, {}, runner, {}, [] { return uint64_t{4096}; }};
    parts.ways = ways;
    parts.new_scraper = [this, env](caf::actor_system& system, auto reading) {
      scraper_parts its{env, gate, gateway, make_line_extractor, &threads, std::move(reading)};
      auto out = system.spawn(scraper, scraping, std::move(its));
      scrapers.push_back(out);
      return out;
    };
    gateway.set(w.system.spawn(worker_gateway, config, parts));
    main = w.system.spawn(fake_main, &notes);
    client.on("http", 200, "a red hat");
  }

  ~fixture() {
    scrapers.clear();
    w.stop(gateway.get(), runner.get(), gate.get(), fetch.get(), main, newer);
    for (auto* x : {&notes, &newer_notes}) {
      x->withheld.clear();
      x->unanswered.clear();
    }
  }

  result<worker_hello> attach_to(const main_endpoint_actor& who, uint64_t epoch, uint32_t contract = contract_version) {
    return w.ask<worker_hello>(gateway.get(), envelope{{}, "test", 0ms, epoch, contract},
                               attach{"main", epoch, {shop()}}, who);
  }

  result<assign_receipt> assign(const assignment& what, uint64_t epoch = 1) {
    return w.ask<assign_receipt>(gateway.get(), envelope{trace_id{"t1"}, "test", 0ms, epoch}, what);
  }

  main_notes notes, newer_notes;
  fake_event_log log;
  null_metrics metrics;
  fakes::fake_http_client client;
  fake_child_process children;
  fake_page_reader threads;
  std::shared_ptr<source_ways> ways = std::make_shared<source_ways>();
  scraper_config scraping;
  world w;
  actor_ref<worker_gateway_actor> gateway;
  std::shared_ptr<flights> air = std::make_shared<flights>(1, report_book_config{}, [this] { return w.now(); });
  actor_ref<gate_client_actor> gate;
  actor_ref<fetcher_actor> fetch;
  actor_ref<command_runner_actor> runner;
  std::vector<scraper_actor> scrapers;
  main_endpoint_actor main, newer;
};

/// So many plans of one alert each, all on the keyword "red".
assignment work(int64_t id, int64_t plans, duration deadline = 0ms) {
  assignment out;
  out.id = assignment_id{id};
  out.run = run_id{7};
  out.beat_every = 500ms;
  out.deadline = deadline;
  for (int64_t i = 0; i < plans; ++i) {
    auto x = alert_on(id * 100 + i, "red");
    x.query = "q" + std::to_string(id * 100 + i);
    out.plans.push_back(plan_of({x}));
  }
  return out;
}

template <class T>
errc code_of(const result<T>& x) {
  return x ? errc::none : x.error().code;
}

std::map<int64_t, int> times_settled(const main_notes& notes) {
  std::map<int64_t, int> out;
  for (const auto& [env, x] : notes.settled)
    ++out[x.alert.value];
  return out;
}

} // namespace

TEST_CASE("an assignment is settled alert by alert, then finished") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    auto hello = f.attach_to(f.main, 1);
    REQUIRE(hello->worker.value == "fr");
    REQUIRE(hello->region == "cdg");
    REQUIRE(f.assign(work(1, 10))->accepted == 10);
    f.w.advance(1s);
    REQUIRE(times_settled(f.notes).size() == 10);
    REQUIRE(f.notes.settled.size() == 10);
    const auto& [env, first] = f.notes.settled.front();
    REQUIRE(env.epoch == 1);
    REQUIRE(env.trace.value == "t1");
    REQUIRE(first.problem.code == errc::none);
    REQUIRE(first.matches.size() == 1);
    REQUIRE(f.notes.finished == std::vector<assignment_id>{assignment_id{1}});
    REQUIRE(f.client.request_count() == 10);
    // The same again is not done again.
    REQUIRE(f.assign(work(1, 10))->accepted == 10);
    f.w.advance(1s);
    REQUIRE(f.client.request_count() == 10);
  }
}

TEST_CASE("a main that ends in order is no warning; one that dies is") {
  for (auto [how, level] : {std::pair{caf::exit_reason::user_shutdown, log_level::info},
                            std::pair{caf::exit_reason::kill, log_level::warn}}) {
    fixture f{1};
    REQUIRE(f.attach_to(f.main, 1));
    caf::anon_send_exit(f.main, how);
    f.w.drain();
    auto told = f.log.events("main_detached");
    REQUIRE(told.size() == 1);
    CHECK(told[0].level == level);
  }
}

TEST_CASE("a link begins with the right contract and a newer epoch") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    REQUIRE(code_of(f.assign(work(1, 1))) == errc::stale_epoch);
    REQUIRE(code_of(f.attach_to(f.main, 5, contract_version + 1)) == errc::contract_mismatch);
    REQUIRE(code_of(f.attach_to(f.main, 0)) == errc::bad_request);
    REQUIRE(f.attach_to(f.main, 5));
    REQUIRE(f.attach_to(f.main, 5)); // repeated
    f.newer = f.w.system.spawn(fake_main, &f.newer_notes);
    REQUIRE(code_of(f.attach_to(f.newer, 4)) == errc::stale_epoch);
    REQUIRE(code_of(f.attach_to(f.newer, 5)) == errc::stale_epoch);
    REQUIRE(f.attach_to(f.newer, 6));
    REQUIRE(code_of(f.assign(work(1, 1), 5)) == errc::stale_epoch);
    REQUIRE(f.assign(work(1, 1), 6));
    auto beat = [&](uint64_t epoch) {
      return f.w.ask<heartbeat>(f.gateway.get(), envelope{{}, "test", 0ms, epoch}, heartbeat{9});
    };
    REQUIRE(beat(6)->count == 9);
    REQUIRE(code_of(beat(5)) == errc::stale_epoch);
  }
}

TEST_CASE("a main whose sources need a contact may not attach to a worker without one") {
  auto config = some_config();
  config.has_contact = false;
  fixture f{1, config};
  for (int i = 0; i < 3; ++i) {
    auto answer = f.attach_to(f.main, 5);
    REQUIRE(code_of(answer) == errc::bad_config);
    REQUIRE(answer.error().detail.find("shop.example") != std::string::npos);
  }
  REQUIRE(f.log.events("main_refused").size() == 1);
  REQUIRE(code_of(f.assign(work(1, 1), 5)) == errc::stale_epoch);
  auto local = shop();
  local.url = "http://127.0.0.1:8080/search?q={query}&page={page}";
  envelope to{{}, "test", 0ms, 6, contract_version};
  REQUIRE(f.w.ask<worker_hello>(f.gateway.get(), to, attach{"main", 6, {local}}, f.main));
  // Nor may one that is attached bring such sources later.
  to.epoch = 7;
  REQUIRE(code_of(f.w.ask<worker_hello>(f.gateway.get(), to, attach{"main", 7, {local, shop()}}, f.main)) ==
          errc::bad_config);
}

TEST_CASE("a newer link drops the work of the older one") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    f.client.hold();
    REQUIRE(f.attach_to(f.main, 1));
    REQUIRE(f.assign(work(1, 6)));
    REQUIRE(f.scrapers.size() == 4);
    f.newer = f.w.system.spawn(fake_main, &f.newer_notes);
    REQUIRE(f.attach_to(f.newer, 2));
    REQUIRE(f.assign(work(2, 3), 2));
    f.client.unhold();
    f.w.advance(2s);
    REQUIRE(f.notes.settled.empty());
    REQUIRE(f.notes.finished.empty());
    REQUIRE(times_settled(f.newer_notes).size() == 3);
    REQUIRE(f.newer_notes.settled[0].first.epoch == 2);
    REQUIRE(f.newer_notes.finished == std::vector<assignment_id>{assignment_id{2}});
  }
}

TEST_CASE(
    "a settlement that one main has not acknowledged is not told to the next one, which hands the work out anew") {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    fixture f{seed};
    f.notes.silent = true;
    REQUIRE(f.attach_to(f.main, 1));
    REQUIRE(f.assign(work(1, 3)));
    f.w.advance(900ms);
    REQUIRE(times_settled(f.notes).size() == 3);
    f.newer = f.w.system.spawn(fake_main, &f.newer_notes);
    REQUIRE(f.attach_to(f.newer, 2));
    f.w.advance(5s);
    REQUIRE(f.newer_notes.settled.empty());
    REQUIRE(f.newer_notes.finished.empty());
    REQUIRE(f.assign(work(2, 1), 2));
    f.w.advance(2s);
    REQUIRE(times_settled(f.newer_notes).size() == 1);
  }
}

TEST_CASE("when main is gone its work is dropped and permits are denied") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    REQUIRE(f.attach_to(f.main, 1));
    f.notes.withhold = true;
    REQUIRE(f.assign(work(1, 2)));
    gated_fetch wish{{host_key{"x"}, {}, 60s}, {}};
    auto waiting = ask_apart<gated_answer>(f.w, f.gate.get(), wish);
    f.w.drain();
    REQUIRE_FALSE(waiting.answered());
    f.w.stop(f.main);
    // Which of main's last answer and its DOWN comes first is the scheduler's choice; in one order it is asked again.
    f.w.advance(1s, 100ms);
    REQUIRE(waiting.answered());
    REQUIRE((*waiting)->denied.code == errc::permit_denied);
    REQUIRE(f.w.ask<gated_answer>(f.gate.get(), wish)->denied.code == errc::permit_denied);
    auto health = f.w.ask<worker_health>(f.gateway.get(), envelope{}, get_health{});
    REQUIRE(health->running_plans == 0);
    REQUIRE(health->rss_bytes == 4096);
    REQUIRE_FALSE(health->ready.at("fetch"));
    // A main that lost its epochs is taken again, now that the old one is dead.
    f.newer = f.w.system.spawn(fake_main, &f.newer_notes);
    REQUIRE(f.attach_to(f.newer, 1));
    REQUIRE(f.assign(work(1, 2)));
    f.w.advance(1s);
    REQUIRE(times_settled(f.newer_notes).size() == 2);
  }
}

TEST_CASE("what sites answer to work that was cancelled, or whose main is gone, the main of then is told") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    f.client.on("http", 429, "", {{"retry-after", "30"}});
    f.client.hold();
    REQUIRE(f.attach_to(f.main, 1));
    REQUIRE(f.assign(work(1, 3)));
    f.w.drain();
    auto& told = seed % 2 == 0 ? f.notes : f.newer_notes;
    if (seed % 2 == 0) {
      REQUIRE(f.w.ask<caf::unit_t>(f.gateway.get(), envelope{{}, "test", 0ms, 1}, cancel_assignment{assignment_id{1}}));
      f.client.unhold();
    } else {
      f.w.stop(f.main);
      f.client.unhold();
      f.w.advance(3s, 500ms);
      f.newer = f.w.system.spawn(fake_main, &f.newer_notes);
      REQUIRE(f.attach_to(f.newer, 2));
    }
    f.w.advance(2s, 500ms);
    REQUIRE(f.notes.settled.empty());
    REQUIRE(told.released.size() == 3);
    for (const auto& x : told.released)
      REQUIRE(x.report.kind == answer_kind::rate_limited);
    REQUIRE(f.air->reports().size() == 0);
    REQUIRE(told.held.back().rows.empty());
  }
}

TEST_CASE("settlements are repeated until main has them") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    f.notes.fail_settlements = 25;
    REQUIRE(f.attach_to(f.main, 1));
    REQUIRE(f.assign(work(1, 10)));
    f.w.advance(20s);
    auto times = times_settled(f.notes);
    REQUIRE(times.size() == 10);
    for (const auto& [alert, n] : times)
      REQUIRE(n == 1);
    REQUIRE(f.notes.finished.size() == 1);
  }
}

TEST_CASE("an answer that never comes is not waited for; an assignment is finished only when all is stored") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    f.notes.silent = true;
    REQUIRE(f.attach_to(f.main, 1));
    REQUIRE(f.assign(work(1, 6)));
    f.w.advance(900ms);
    REQUIRE(f.notes.settled.size() == 4); // the window
    f.w.advance(5s);
    REQUIRE(f.notes.settled.size() > 6);
    REQUIRE(f.notes.finished.empty());
    REQUIRE_FALSE(f.notes.beats.empty());
    f.notes.silent = false;
    f.w.advance(20s);
    REQUIRE(times_settled(f.notes).size() == 6);
    REQUIRE(f.notes.finished.size() == 1);
  }
}

TEST_CASE("an assignment is beaten while it lasts, with what is open") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    f.client.hold();
    REQUIRE(f.attach_to(f.main, 1));
    REQUIRE(f.assign(work(1, 2)));
    REQUIRE(f.assign(work(1, 2))); // main did not hear the receipt: that begins nothing anew
    f.w.advance(2100ms);
    REQUIRE(f.log.count("check_alerts_begun") == 1);
    REQUIRE(f.notes.beats.size() >= 4);
    REQUIRE(f.notes.beats.size() <= 6);
    REQUIRE(f.notes.beats.back().unfinished == 2);
    f.client.unhold();
    f.w.advance(1s);
    auto beats = f.notes.beats.size();
    f.w.advance(3s);
    REQUIRE(f.notes.beats.size() == beats);
  }
}

TEST_CASE("a scraper that crashes settles what it left, at once, and only that") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    f.client.hold();
    REQUIRE(f.attach_to(f.main, 1));
    REQUIRE(f.assign(work(1, 6)));
    caf::anon_send(caf::actor_cast<caf::actor>(f.scrapers[1]), crash_now{"on purpose"});
    f.w.drain();
    REQUIRE(f.notes.settled.size() == 1);
    REQUIRE(f.notes.settled[0].second.problem.code == errc::crashed);
    REQUIRE(f.notes.settled[0].second.problem.detail.find("on purpose") != std::string::npos);
    REQUIRE(f.scrapers.size() == 5);   // its place is taken
    REQUIRE(f.notes.released.empty()); // its request is still under way
    f.client.unhold();
    f.w.advance(1s);
    REQUIRE(f.notes.released.size() == f.notes.permits.size());
    REQUIRE(times_settled(f.notes).size() == 6);
    REQUIRE(f.notes.settled.size() == 6);
    REQUIRE(f.notes.finished.size() == 1);
  }
}

TEST_CASE("a cancelled assignment says nothing more; its permits come back") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    f.client.hold();
    REQUIRE(f.attach_to(f.main, 1));
    REQUIRE(f.assign(work(1, 3)));
    REQUIRE(f.assign(work(2, 1)));
    f.w.self->send(f.gateway.get(), envelope{{}, "test", 0ms, 1}, cancel_assignment{assignment_id{1}});
    f.w.drain();
    REQUIRE(f.notes.released.empty());
    f.client.unhold();
    f.w.advance(2s);
    REQUIRE(f.notes.released.size() == f.notes.permits.size());
    REQUIRE(times_settled(f.notes).size() == 1);
    REQUIRE(f.notes.finished == std::vector<assignment_id>{assignment_id{2}});
  }
}

TEST_CASE("what is settled of a cancelled assignment and not acknowledged is not sent again") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    f.notes.silent = true;
    REQUIRE(f.attach_to(f.main, 1));
    REQUIRE(f.assign(work(1, 3)));
    f.w.advance(500ms);
    auto sent = f.notes.settled.size();
    REQUIRE(sent == 3);
    f.w.self->send(f.gateway.get(), envelope{{}, "test", 0ms, 1}, cancel_assignment{assignment_id{1}});
    f.w.advance(1min);
    REQUIRE(f.notes.settled.size() == sent);
    REQUIRE(f.notes.finished.empty());
  }
}

TEST_CASE("what is cancelled of one host: the other hosts' searches go on, and the assignment ends with them") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    f.client.hold();
    REQUIRE(f.attach_to(f.main, 1));
    auto what = work(1, 4);
    for (auto i : {1, 3})
      what.plans[static_cast<size_t>(i)].host = host_key{"forum.example"};
    REQUIRE(f.assign(what));
    f.w.drain();
    f.w.self->send(f.gateway.get(), envelope{{}, "test", 0ms, 1},
                   cancel_assignment{assignment_id{1}, {what.plans[0].host}});
    f.w.drain();
    f.client.unhold();
    f.w.advance(2s);
    REQUIRE(times_settled(f.notes) == std::map<int64_t, int>{{101, 1}, {103, 1}});
    REQUIRE(f.notes.finished == std::vector<assignment_id>{assignment_id{1}});
    REQUIRE(f.notes.released.size() == f.notes.permits.size());
  }
}

TEST_CASE("all that is left of an assignment is cancelled by its host: main hears that it is finished") {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    fixture f{seed};
    f.client.hold();
    REQUIRE(f.attach_to(f.main, 1));
    auto what = work(1, 2);
    REQUIRE(f.assign(what));
    f.w.self->send(f.gateway.get(), envelope{{}, "test", 0ms, 1},
                   cancel_assignment{assignment_id{1}, {what.plans[0].host}});
    f.w.drain();
    REQUIRE(f.notes.finished == std::vector<assignment_id>{assignment_id{1}});
    f.client.unhold();
    f.w.advance(2s);
    REQUIRE(f.notes.settled.empty());
  }
}

TEST_CASE("a scrape goes the way that main's source says, and the one that it says later") {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    fixture f{seed};
    auto scrape_of = [&](uint64_t epoch, const std::string& proxy) {
      auto source = shop();
      source.proxy = proxy;
      envelope env{{}, "test", 0ms, epoch, contract_version};
      REQUIRE(f.w.ask<worker_hello>(f.gateway.get(), env, attach{"main", epoch, {source}}, f.main));
      worker_command what;
      what.kind = command_kind::scrape;
      what.url = "http://shop.example/page";
      REQUIRE(f.w.ask<command_result>(f.gateway.get(), env, what));
      return f.client.requests().back().proxy;
    };
    REQUIRE(scrape_of(1, "http://10.1.2.3:3128") == "http://10.1.2.3:3128");
    REQUIRE(scrape_of(2, "").empty());
  }
}

TEST_CASE("the deadline settles what runs and what is queued") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    f.client.hold();
    REQUIRE(f.attach_to(f.main, 1));
    REQUIRE(f.assign(work(1, 6, 2s)));
    f.w.advance(2100ms);
    REQUIRE(times_settled(f.notes).size() == 6);
    for (const auto& [env, x] : f.notes.settled)
      REQUIRE(x.problem.code == errc::deadline_exceeded);
    REQUIRE(f.notes.finished.size() == 1);
  }
}

TEST_CASE("a plan whose page is being read at the deadline is the page's fault, and others' are not") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    f.scraping.large_page = 1;
    f.threads.hold = true;
    REQUIRE(f.attach_to(f.main, 1));
    REQUIRE(f.assign(work(1, 6, 2s))); // more than run at the same time
    f.w.advance(2100ms);
    REQUIRE(times_settled(f.notes).size() == 6);
    uint32_t read = 0;
    for (const auto& [env, x] : f.notes.settled)
      if (x.problem.code == errc::bad_page)
        ++read;
      else
        REQUIRE(x.problem.code == errc::deadline_exceeded);
    REQUIRE(read == f.threads.held.size());
    REQUIRE(read > 0);
    REQUIRE(read < 6);
    // Whoever comes back late finds nobody.
    for (auto& x : f.threads.held) {
      x.read();
      x.done({});
    }
    f.w.drain();
    REQUIRE(times_settled(f.notes).size() == 6);
  }
}

TEST_CASE("above the limit of alerts a worker is busy") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    f.client.hold();
    REQUIRE(f.attach_to(f.main, 1));
    REQUIRE(f.assign(work(1, 15)));
    REQUIRE(code_of(f.assign(work(2, 6))) == errc::busy);
    REQUIRE(f.assign(work(3, 5)));
    REQUIRE(f.scrapers.size() == 4);
    auto unknown = work(4, 1);
    unknown.plans[0].source = source_id{"nowhere"};
    REQUIRE(code_of(f.assign(unknown)) == errc::bad_request);
  }
}

TEST_CASE("check-alerts collects for its caller") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    REQUIRE(f.attach_to(f.main, 1));
    worker_command what;
    what.alerts = {alert_on(0, "red"), alert_on(0, "blue"), alert_on(3, "hat")};
    what.alerts[2].query = "other";
    envelope local;
    auto out = f.w.ask<command_result>(f.gateway.get(), local, what);
    REQUIRE(out);
    REQUIRE(out->problem.code == errc::none);
    REQUIRE(out->alerts_checked == 3);
    REQUIRE(out->items_checked == 3);
    REQUIRE(out->matches.size() == 2);
    REQUIRE(out->worker.value == "fr");
    REQUIRE(f.client.request_count() == 2);
    REQUIRE(f.notes.settled.empty());
    f.client.on("q=other", 403, "");
    out = f.w.ask<command_result>(f.gateway.get(), local, what);
    // The others' matches stand beside the one that failed.
    REQUIRE(out->problem.code == errc::none);
    REQUIRE(out->alerts_checked == 2);
    REQUIRE(out->matches.size() == 1);
    REQUIRE(out->failed.size() == 1);
    REQUIRE(out->failed[0].alert == alert_id{3});
    REQUIRE(out->failed[0].problem.code == errc::refused);
    REQUIRE(out->failed[0].http_status == 403);
    what.alerts[0].source = source_id{"nowhere"};
    out = f.w.ask<command_result>(f.gateway.get(), local, what);
    REQUIRE(out->alerts_checked == 1);
    REQUIRE(out->failed.size() == 2);
    what.alerts.resize(1);
    REQUIRE(code_of(f.w.ask<command_result>(f.gateway.get(), local, what)) == errc::bad_request);
    what.alerts[0] = alert_on(3, "hat");
    what.alerts[0].query = "other";
    out = f.w.ask<command_result>(f.gateway.get(), local, what);
    REQUIRE(out->problem.code == errc::refused);
    REQUIRE(out->http_status == 403);
  }
}

TEST_CASE("other commands are the command-runner's; custom may be closed to the link") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    auto config = some_config();
    config.custom_over_link = false;
    fixture f{seed, config};
    REQUIRE(f.attach_to(f.main, 1));
    worker_command what;
    what.kind = command_kind::custom;
    what.name = "say";
    what.args = {{"what", "hello"}};
    f.children.script_exit(0, "hello");
    envelope local, link;
    link.epoch = 1;
    REQUIRE(f.w.ask<command_result>(f.gateway.get(), local, what)->output == "hello");
    REQUIRE(code_of(f.w.ask<command_result>(f.gateway.get(), link, what)) == errc::bad_request);
    what.kind = command_kind::generate_cookies;
    REQUIRE(f.w.ask<command_result>(f.gateway.get(), link, what)->problem.code == errc::no_credential_provider);
    link.epoch = 2;
    REQUIRE(code_of(f.w.ask<command_result>(f.gateway.get(), link, what)) == errc::stale_epoch);
    f.w.stop(f.runner.get());
    REQUIRE(code_of(f.w.ask<command_result>(f.gateway.get(), local, what)) == errc::crashed);
  }
}

TEST_CASE("a gateway that crashes takes its scrapers along and fails its callers at once") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    f.client.hold();
    REQUIRE(f.attach_to(f.main, 1));
    worker_command what;
    what.alerts = {alert_on(1, "red")};
    auto asked = ask_apart<command_result>(f.w, f.gateway.get(), envelope{}, what);
    f.w.drain();
    REQUIRE(f.scrapers.size() == 1);
    f.w.self->monitor(f.scrapers[0]);
    caf::anon_send(caf::actor_cast<caf::actor>(f.gateway.get()), crash_now{"test"});
    f.w.drain();
    REQUIRE(asked.answered());
    REQUIRE(asked.code() == errc::crashed);
    REQUIRE_FALSE(f.w.self->mailbox().empty()); // the scraper's DOWN
  }
}

TEST_CASE("a gateway whose limits cannot work is refused") {
  REQUIRE(validate(some_config()).code == errc::none);
  auto nameless = some_config();
  nameless.worker = {};
  auto planless = some_config();
  planless.limits.max_plans = 0;
  auto windowless = some_config();
  windowless.resend.window = 0;
  for (const auto& x : {nameless, planless, windowless})
    REQUIRE(validate(x).code == errc::bad_config);
}

#include "actors/balancer.hpp"

#include <set>

#include "actors/ban_timer.hpp"
#include "actors/store.hpp"
#include "tests/fakes/fake_event_log.hpp"
#include "tests/fakes/fleet_fakes.hpp"
#include "tests/fakes/memory_database.hpp"
#include "tests/fakes/null_metrics.hpp"

using namespace vigie;
using namespace vigie::test;
using namespace std::chrono_literals;

namespace {

const worker_id fr{"worker-fr"}, us{"worker-us"}, nl{"worker-nl"}, uk{"worker-uk"};
const std::vector<worker_id> fleet{fr, us, nl, uk};
const host_key site{"site.test"};

using outcome = std::function<command_result(const worker_id&)>;

struct proxy_log {
  std::vector<worker_id> asked;
  std::set<worker_id> hold;
  outcome how = [](const worker_id&) { return command_result{}; };
  std::function<command_result(const worker_id&, const worker_command&)> answer; ///< in place of `how`
};

struct fake_proxy_state {
  static inline const char* name = "fake-proxy";
  std::vector<reply<command_result>> held;
};

worker_proxy_actor::behavior_type fake_proxy(shell<worker_proxy_actor, fake_proxy_state>* self, worker_id me,
                                             proxy_log* l) {
  return {[](const envelope&, const alert_settled&) { return settle_ack{}; },
          [](const envelope&, const assignment_beat&) {},
          [](const envelope&, const assignment_finished&) {},
          [](const envelope&, const permit_request&) { return permit{}; },
          [](const envelope&, const permit_release&) {},
          [](const envelope&, const permits_held&) {},
          [](const envelope&, const assignment&) { return assign_receipt{}; },
          [](const envelope&, const cancel_assignment&) {},
          [=](const envelope&, const worker_command& m) -> promise<command_result> {
            l->asked.push_back(me);
            auto answer = self->owe<command_result>();
            if (l->hold.contains(me))
              self->state.held.push_back(answer);
            else
              answer.keep(l->answer ? l->answer(me, m) : l->how(me));
            return answer;
          },
          [](const probe_worker&) { return worker_health{}; },
          [](const get_node&) { return node_row{}; },
          [](const crash_order&) {},
          [](const set_draining&) {}};
}

command_result failed(errc code) {
  command_result out;
  out.problem = {code, "on purpose", {}};
  return out;
}

worker_command scrape() {
  worker_command out;
  out.kind = command_kind::scrape;
  out.url = "http://site.test/page";
  return out;
}

struct fixture {
  explicit fixture(uint64_t seed, std::vector<worker_id> workers = fleet, std::map<worker_id, std::string> regions = {})
      : w(seed) {
    ban_timer_config bans;
    for (const auto& [name, url] :
         {std::pair{"site", "http://site.test/{query}"}, std::pair{"other", "http://other.test/"}}) {
      source_spec source;
      source.id = source_id{name};
      source.url = url;
      config.sources.push_back(source);
    }
    for (const auto& x : workers) {
      auto region = regions.contains(x) ? regions.at(x) : x.value.substr(7);
      config.workers.push_back({x, x.value, region, "h:1"});
      bans.regions[x] = region;
      links.proxies[x].set(w.system.spawn(fake_proxy, x, &proxies));
    }
    links.store.set(w.system.spawn(store, &db, w.env(log, metrics), store_config{}));
    bans_ref.balancer = self_ref;
    bans_ref.store = links.store;
    links.ban_timer.set(w.system.spawn(ban_timer, bans, w.env(log, metrics), bans_ref));
    start();
  }

  /// Periodic timers would keep the world from ending.
  ~fixture() {
    w.stop(aut, links.ban_timer.get());
    // What a proxy holds back keeps the proxy.
    for (const auto& [worker, proxy] : links.proxies)
      w.stop(proxy.get());
  }

  void start() {
    aut = w.system.spawn(balancer, config, w.env(log, metrics), links);
    self_ref.set(aut);
    for (const auto& x : config.workers)
      caf::anon_send(aut, link_changed{x.id, link_state::up, 1, {}});
    w.drain();
  }

  later<command_result> execute(worker_command what = scrape(), duration deadline = 0ms) {
    return {w, aut, envelope{trace_id{"t"}, "test", deadline, 0}, what};
  }

  result<command_result> done(worker_command what = scrape()) {
    auto x = execute(std::move(what));
    w.drain();
    return x.get();
  }

  std::vector<available_worker> available(host_key host = site) {
    return w.ask<std::vector<available_worker>>(aut, get_available{host}).value();
  }

  worker_status status(const worker_id& who) {
    auto all = w.ask<std::vector<worker_status>>(aut, get_workers{}).value();
    for (auto& x : all)
      if (x.id == who)
        return x;
    return {};
  }

  fake_event_log log;
  null_metrics metrics;
  memory_database db;
  proxy_log proxies;
  world w;
  balancer_config config;
  balancer_links links;
  ban_timer_links bans_ref;
  actor_ref<balancer_actor> self_ref;
  balancer_actor aut;
};

} // namespace

TEST_CASE("a fault of ours is retried elsewhere, at most max_retries attempts, each on another worker") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    INFO("seed " << seed);
    fixture f{seed};
    f.proxies.how = [&](const worker_id&) { return failed(errc::worker_lost); };
    auto out = f.done();
    REQUIRE(out);
    CHECK(out->problem.code == errc::worker_lost);
    CHECK(f.proxies.asked.size() == 3);
    CHECK(std::set<worker_id>(f.proxies.asked.begin(), f.proxies.asked.end()).size() == 3);
    f.proxies.asked.clear();
    f.proxies.how = [&](const worker_id&) {
      return f.proxies.asked.size() == 2 ? command_result{} : failed(errc::worker_silent);
    };
    out = f.done();
    CHECK(out->problem.code == errc::none);
    CHECK(out->worker == f.proxies.asked.back());
  }
}

TEST_CASE("a refusal bans the worker, goes to one other region, and no further") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    INFO("seed " << seed);
    fixture f{seed};
    f.proxies.how = [](const worker_id&) { return failed(errc::refused); };
    auto out = f.done();
    CHECK(out->problem.code == errc::refused);
    CHECK(f.proxies.asked.size() == 2);
    CHECK(f.available().empty()); // the circuit is open
    CHECK(f.available(host_key{"other.test"}).size() == 4);
    auto again = f.done();
    REQUIRE_FALSE(again);
    CHECK(again.error().code == errc::no_capacity);
    CHECK(again.error().detail.find("worker-fr: banned for site.test") != std::string::npos);
    CHECK(f.proxies.asked.size() == 2);
    // Half-open: one probe at a time, of a region that was refused.
    f.w.advance(30min + 1s, 10s);
    auto probe = f.available();
    REQUIRE(probe.size() == 1);
    CHECK(probe[0].probe_only);
    CHECK((probe[0].worker == f.proxies.asked[0] || probe[0].worker == f.proxies.asked[1]));
    CHECK(f.available().empty());
    for (int answers = 0; answers < 2; ++answers) {
      caf::anon_send(f.links.ban_timer.get(), site_answered{probe[0].worker, site});
      f.w.drain();
    }
    auto open = f.available();
    CHECK(open.size() == 4); // the other refused one is half-open still
    for (const auto& x : open)
      CHECK(x.share == (x.worker == probe[0].worker ? 10 : 100));
  }
}

TEST_CASE("one refused region: its worker is out for that host, a command goes elsewhere and succeeds") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    f.proxies.how = [](const worker_id& w) { return w == fr ? failed(errc::refused) : command_result{}; };
    for (int i = 0; i < 20; ++i)
      CHECK(f.done()->problem.code == errc::none);
    CHECK(std::count(f.proxies.asked.begin(), f.proxies.asked.end(), fr) <= 1);
    f.proxies.how = [](const worker_id&) { return command_result{}; };
    if (std::count(f.proxies.asked.begin(), f.proxies.asked.end(), fr) == 0)
      continue;
    CHECK(f.status(fr).bans.size() == 1);
    f.w.advance(30min + 1s, 10s);
    // With every other worker out, the command itself is the probe, and its success ends the ban.
    for (const auto& x : {us, nl, uk})
      caf::anon_send(f.aut, link_changed{x, link_state::down, 1, {}});
    f.w.drain();
    CHECK(f.done()->worker == fr);
    CHECK(f.status(fr).bans.size() == 1);
    CHECK(f.done()->worker == fr);
    CHECK(f.status(fr).bans.empty());
  }
}

TEST_CASE("a refused command goes to another region, not to another worker of the same") {
  const worker_id fr2{"worker-fr2"};
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed, {fr, fr2, us}, {{fr2, "fr"}}};
    f.proxies.how = [](const worker_id& w) { return w == us ? command_result{} : failed(errc::refused); };
    auto out = f.done();
    REQUIRE(out);
    CHECK(out->problem.code == errc::none);
    CHECK(out->worker == us);
    CHECK(f.proxies.asked.size() <= 2);
  }
}

TEST_CASE("of a check-alerts command only what is unfinished goes elsewhere, and each failure is told") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    std::vector<std::vector<int64_t>> asked;
    f.proxies.answer = [&](const worker_id&, const worker_command& m) {
      command_result out;
      auto& ids = asked.emplace_back();
      for (const auto& x : m.alerts) {
        ids.push_back(x.id.value);
        if (x.query == "gone") {
          out.failed.push_back({x.id, {errc::http_status, "HTTP 404", {}}, 404});
        } else if (x.query == "far" && asked.size() < 2) {
          out.failed.push_back({x.id, {errc::network, "reset", {}}, 0});
        } else {
          ++out.alerts_checked;
          out.items_checked += 3;
          match found;
          found.alert = x.id;
          found.what.id = item_id{x.query};
          out.matches.push_back(found);
        }
      }
      return out;
    };
    worker_command check;
    for (auto query : {"near", "gone", "far"}) {
      alert a;
      a.id = alert_id{40}; // the same for all: ids are the caller's matter
      a.source = source_id{"market"};
      a.query = query;
      check.alerts.push_back(a);
    }
    auto out = f.done(check);
    REQUIRE(out);
    CHECK(out->problem.code == errc::none);
    REQUIRE(asked.size() == 2);
    CHECK(asked[0] == std::vector<int64_t>{1, 2, 3});
    CHECK(asked[1] == std::vector<int64_t>{3});
    CHECK(f.proxies.asked[0] != f.proxies.asked[1]);
    CHECK(out->alerts_checked == 2);
    CHECK(out->items_checked == 6);
    REQUIRE(out->matches.size() == 2);
    CHECK(out->matches[0].alert == alert_id{40});
    CHECK(out->matches[1].what.id == item_id{"far"});
    REQUIRE(out->failed.size() == 1);
    CHECK(out->failed[0].alert == alert_id{40});
    CHECK(out->failed[0].problem.detail == "HTTP 404");
    CHECK(out->failed[0].http_status == 404);
  }
}

TEST_CASE("a host that nobody may ask does not keep a command's other alerts from being checked") {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    fixture f{seed};
    for (const auto& x : {fr, us})
      caf::anon_send(f.links.ban_timer.get(), site_refused{x, site, "HTTP 403"});
    f.w.drain();
    f.proxies.answer = [&](const worker_id&, const worker_command& m) {
      command_result out;
      out.alerts_checked = static_cast<uint32_t>(m.alerts.size());
      return out;
    };
    worker_command check;
    for (auto source : {"site", "other"}) {
      alert a;
      a.source = source_id{source};
      check.alerts.push_back(a);
    }
    auto out = f.done(check);
    REQUIRE(out);
    CHECK(out->alerts_checked == 1);
    REQUIRE(out->failed.size() == 1);
    CHECK(out->failed[0].problem.code == errc::no_capacity);
    CHECK(out->failed[0].problem.detail.find("worker-nl: banned for site.test") != std::string::npos);
  }
}

TEST_CASE("what is the site's or the caller's matter is not retried") {
  fixture f{5};
  for (auto code : {errc::unauthorized, errc::http_status, errc::rate_limited, errc::bad_page}) {
    f.proxies.asked.clear();
    f.proxies.how = [&](const worker_id&) { return failed(code); };
    CHECK(f.done()->problem.code == code);
    CHECK(f.proxies.asked.size() == 1);
    CHECK(f.available().size() == 4);
  }
  auto bad = scrape();
  bad.url = "file:///etc/passwd";
  CHECK(f.done(bad).error().code == errc::bad_request);
}

TEST_CASE("a custom command that may have had its effect is not repeated") {
  fixture f{5};
  worker_command custom;
  custom.kind = command_kind::custom;
  f.proxies.how = [&](const worker_id&) { return failed(errc::worker_lost); };
  CHECK(f.done(custom)->problem.code == errc::worker_lost);
  CHECK(f.proxies.asked.size() == 1);
}

TEST_CASE("retries stop when the fleet's budget is spent") {
  fixture f{5};
  f.proxies.how = [](const worker_id&) { return failed(errc::worker_lost); };
  for (int i = 0; i < 100; ++i)
    f.done();
  CHECK(f.proxies.asked.size() >= 120);
  CHECK(f.proxies.asked.size() <= 100 + 0.2 * 100 + 10);
  REQUIRE(f.log.count("retry_budget_spent") > 0);
  CHECK(f.log.events("retry_budget_spent").at(0).trace == trace_id{"t"});
}

TEST_CASE("a worker that hangs is left after the request's time-out, and commands are bounded") {
  fixture f{5};
  f.proxies.hold = {fr, us, nl, uk};
  f.config.max_commands = 2;
  f.w.stop(f.aut);
  f.start();
  auto first = f.execute(scrape(), 5s);
  auto second = f.execute(scrape(), 5s);
  f.w.drain();
  auto third = f.execute();
  f.w.drain();
  CHECK(third.get().error().code == errc::busy);
  f.w.advance(40s, 1s);
  CHECK(first.here());
  CHECK(second.here());
}

TEST_CASE("no worker is given away before the bans are known, and waiting is bounded") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    caf::anon_send(f.links.ban_timer.get(), site_refused{fr, site, "HTTP 403"});
    f.w.drain();
    f.w.stop(f.aut, f.links.ban_timer.get());
    f.config.max_parked = 2;
    f.start();
    later<std::vector<available_worker>> first{f.w, f.aut, get_available{site}};
    f.w.drain();
    auto second = f.execute();
    f.w.drain();
    auto third = f.execute();
    f.w.advance(3s, 500ms);
    CHECK_FALSE(first.here());
    CHECK(third.get().error().code == errc::busy);
    ban_timer_config bans;
    bans.regions = {{fr, "fr"}, {us, "us"}, {nl, "nl"}, {uk, "uk"}};
    f.links.ban_timer.set(f.w.system.spawn(ban_timer, bans, f.w.env(f.log, f.metrics), f.bans_ref));
    f.w.advance(3s, 500ms);
    REQUIRE(first.here());
    CHECK(first.get()->size() == 3);
    CHECK(second.get()->worker != fr);
  }
}

TEST_CASE("what was counted since the last saving is saved at an ordered end") {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    INFO("seed " << seed);
    fixture f{seed};
    f.w.advance(12s, 500ms); // the counters are known, and saved
    caf::anon_send(f.aut, work_begun{fr, 1});
    caf::anon_send(f.aut, work_ended{fr, work_outcome::success, 20ms, {}});
    f.w.drain();
    // Also what the store could not take a moment ago.
    if (seed % 2 == 0) {
      f.db.fail_all(errc::store_unavailable);
      f.w.advance(12s, 500ms);
      f.db.fail_all(errc::none);
    }
    caf::anon_send_exit(f.aut, caf::exit_reason::user_shutdown);
    f.w.drain();
    std::vector<worker_status> stored;
    f.db.load_worker_status([&](auto rows) { stored = rows.value(); });
    uint64_t requests = 0, successes = 0;
    for (const auto& x : stored) {
      requests += x.requests;
      successes += x.successes;
    }
    CHECK(requests == 1);
    CHECK(successes == 1);
  }
}

TEST_CASE("counters survive a restart, also while the store is away at first") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f{seed};
    caf::anon_send(f.aut, work_begun{fr, 3});
    caf::anon_send(f.aut, work_ended{fr, work_outcome::success, 20ms, {}});
    caf::anon_send(f.aut, work_ended{fr, work_outcome::our_fault, 20ms, "worker_lost"});
    f.w.advance(6s, 500ms);
    f.w.stop(f.aut);
    f.db.fail_all(errc::store_unavailable);
    f.start();
    caf::anon_send(f.aut, work_begun{fr, 1});
    f.w.advance(12s, 500ms); // must not overwrite what is stored
    f.db.fail_all(errc::none);
    f.w.advance(12s, 500ms);
    // Its end is heard by another than its beginning.
    for (int i = 0; i < 2; ++i)
      caf::anon_send(f.aut, work_ended{fr, work_outcome::success, 20ms, {}});
    f.w.advance(12s, 500ms);
    auto row = f.status(fr);
    CHECK(row.requests == 4);
    CHECK(row.successes == 3);
    CHECK(row.errors == 1);
    std::vector<worker_status> stored;
    f.db.load_worker_status([&](result<std::vector<worker_status>> x) { stored = x.value(); });
    auto i = std::find_if(stored.begin(), stored.end(), [](const auto& x) { return x.id == fr; });
    REQUIRE(i != stored.end());
    CHECK(i->requests == 4);
  }
}

TEST_CASE("health, draining and broken links take a worker out, with the cause") {
  fixture f{3};
  caf::anon_send(f.aut, health_judged{fr, false, "no answer"});
  caf::anon_send(f.aut, link_changed{us, link_state::draining, 1, {}});
  caf::anon_send(f.aut, link_changed{nl, link_state::down, 1, "refused"});
  caf::anon_send(f.aut, link_changed{uk, link_state::suspect, 1, {}});
  f.w.drain();
  CHECK(f.available().empty());
  auto out = f.done();
  REQUIRE_FALSE(out);
  CHECK(out.error().code == errc::no_capacity);
  for (auto cause : {"worker-fr: unhealthy: no answer", "worker-us: draining", "worker-nl: down", "worker-uk: suspect"})
    CHECK(out.error().detail.find(cause) != std::string::npos);
}

TEST_CASE("a balancer that dies fails the commands it carries at once") {
  fixture f{3};
  f.proxies.hold = {fr, us, nl, uk};
  auto waiting = f.execute();
  f.w.drain();
  caf::anon_send(caf::actor_cast<caf::actor>(f.aut), crash_now{"on purpose"});
  f.w.drain();
  CHECK(waiting.get().error().code == errc::crashed);
}

TEST_CASE("bad balancer configurations are named") {
  balancer_config config;
  config.workers = {{fr, "", "", ""}, {us, "", "", ""}};
  CHECK(validate(config).code == errc::none);
  config.workers.push_back(config.workers[0]);
  CHECK(validate(config).code == errc::bad_config);
  config.workers.clear();
  config.max_retries = 0;
  CHECK(validate(config).code == errc::bad_config);
}

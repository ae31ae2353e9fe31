#include "actors/inspector.hpp"

#include <algorithm>

#include "tests/support/world.hpp"

using namespace vigie;

namespace {

enum class mood { answers, refuses, silent };

struct fake_proxy_state {
  const char* name = "fake-proxy";
  mood how = mood::answers;
  std::vector<std::string>* orders = nullptr;
  std::vector<promise<node_row>> forgotten;
};

// Stands in for a worker-proxy: only what an inspector asks of it has an answer.
worker_proxy_actor::behavior_type fake_proxy(shell<worker_proxy_actor, fake_proxy_state>* self, mood how,
                                             std::vector<std::string>* orders) {
  self->state.how = how;
  self->state.orders = orders;
  return {[](const envelope&, const alert_settled&) { return settle_ack{}; },
          [](const envelope&, const assignment_beat&) {},
          [](const envelope&, const assignment_finished&) {},
          [](const envelope&, const permit_request&) { return permit{}; },
          [](const envelope&, const permit_release&) {},
          [](const envelope&, const permits_held&) {},
          [](const envelope&, const assignment&) { return assign_receipt{}; },
          [](const envelope&, const cancel_assignment&) {},
          [](const envelope&, const worker_command&) { return command_result{}; },
          [](const probe_worker&) { return worker_health{}; },
          [self](const get_node&) -> caf::result<node_row> {
            if (self->state.how == mood::refuses)
              return to_caf({errc::worker_lost, "the link is down", {}});
            if (self->state.how == mood::silent) {
              self->state.forgotten.push_back(self->make_response_promise<promise<node_row>>());
              return self->state.forgotten.back();
            }
            return node_row{"what-it-calls-itself", "worker", 42, 1000, 1.5, duration{7}, {actor_row{}}, {}};
          },
          [self](const crash_order& x) -> caf::result<void> {
            if (self->state.how != mood::answers)
              return to_caf({errc::not_found, "no live actor named " + x.actor, {}});
            self->state.orders->push_back(x.node + "/" + x.actor);
            return caf::unit;
          },
          [](const set_draining&) {}};
}

struct counter_state {
  const char* name = "scraper";
};

scraper_actor::behavior_type counter(shell<scraper_actor, counter_state>* self) {
  self->show("page 3 of 5");
  return {[](const run_plan&) {}};
}

process_facts facts() {
  return {4711, 5 << 20, 0.25, duration{1000}};
}

} // namespace

TEST_CASE("a node's row: the process, and every live actor with what name it has") {
  test::world w;
  auto unnamed = w.system.spawn(counter);
  auto aut =
      w.system.spawn(inspector, inspector_config{"main", "main", duration{2000}}, facts, std::vector<fleet_member>{});
  w.drain();
  actor_directory::instance().label(aut.id(), "inspector", "root", 3, "boom");
  auto row = w.ask<node_row>(aut, get_node{});
  REQUIRE(row);
  CHECK(row->node == "main");
  CHECK(row->role == "main");
  CHECK(row->pid == 4711);
  CHECK(row->rss_bytes == 5 << 20);
  CHECK(row->cpu_seconds == 0.25);
  CHECK(row->uptime == duration{1000});
  CHECK(row->unreachable.empty());
  auto named = [&](const std::string& name) {
    auto i = std::find_if(row->actors.begin(), row->actors.end(), [&](const auto& x) { return x.name == name; });
    REQUIRE(i != row->actors.end());
    return *i;
  };
  CHECK(named("inspector").restarts == 3);
  CHECK(named("inspector").last_crash == "boom");
  CHECK(named("inspector").parent == "root");
  CHECK(named("scraper").state == "page 3 of 5");
  CHECK(named("scraper").id == unnamed.id());
  w.stop(unnamed, aut);
}

TEST_CASE("the fleet: all are asked at once, and whoever does not answer is a row that says so") {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    test::world w{seed};
    std::vector<std::string> orders;
    auto fr = w.system.spawn(fake_proxy, mood::answers, &orders);
    auto us = w.system.spawn(fake_proxy, mood::refuses, &orders);
    auto nl = w.system.spawn(fake_proxy, mood::silent, &orders);
    auto uk = w.system.spawn(fake_proxy, mood::silent, &orders);
    std::vector<fleet_member> fleet{
        {"worker-fr", {}}, {"worker-us", {}}, {"worker-nl", {}}, {"worker-uk", {}}, {"worker-xx", {}}};
    fleet[0].proxy.set(fr);
    fleet[1].proxy.set(us);
    fleet[2].proxy.set(nl);
    fleet[3].proxy.set(uk);
    auto aut = w.system.spawn(inspector, inspector_config{"main", "main", duration{2000}}, facts, fleet);
    auto pending = w.self->request(aut, caf::infinite, get_fleet{});
    w.drain();
    // Two silent ones are waited for together.
    w.advance(duration{2000});
    std::vector<node_row> rows;
    pending.receive([&](std::vector<node_row>& x) { rows = std::move(x); },
                    [](caf::error& e) { FAIL(caf::to_string(e)); });
    REQUIRE(rows.size() == 6);
    CHECK(rows[0].node == "main");
    CHECK(rows[0].unreachable.empty());
    CHECK(rows[1].node == "worker-fr");
    CHECK(rows[1].pid == 42);
    CHECK(rows[1].unreachable.empty());
    CHECK(rows[2].node == "worker-us");
    CHECK(rows[2].unreachable.find("worker_lost: the link is down") == 0);
    CHECK(rows[3].node == "worker-nl");
    CHECK(rows[3].unreachable.find("deadline_exceeded") == 0);
    CHECK(rows[4].unreachable.find("deadline_exceeded") == 0);
    CHECK(rows[5].unreachable.find("worker_lost: its proxy has not started yet") == 0);
    w.stop(aut, fr, us, nl, uk);
  }
}

TEST_CASE("crash orders: here by name, elsewhere through the proxy, and nowhere is an error") {
  test::world w;
  std::vector<std::string> orders;
  auto fr = w.system.spawn(fake_proxy, mood::answers, &orders);
  auto us = w.system.spawn(fake_proxy, mood::refuses, &orders);
  std::vector<fleet_member> fleet{{"worker-fr", {}}, {"worker-us", {}}};
  fleet[0].proxy.set(fr);
  fleet[1].proxy.set(us);
  auto aut = w.system.spawn(inspector, inspector_config{"main", "main", duration{2000}}, facts, fleet);
  auto victim = w.system.spawn(counter);
  w.self->monitor(victim);
  w.drain();
  auto crash = [&](const std::string& node, const std::string& actor) {
    auto pending = w.self->request(aut, caf::infinite, crash_order{node, actor});
    w.drain();
    error out;
    pending.receive([] {}, [&](caf::error& e) { out = from_caf(e); });
    return out.code;
  };
  CHECK(crash("", "nobody") == errc::not_found);
  CHECK(crash("", "") == errc::not_found);
  CHECK(crash("mars", "scraper") == errc::not_found);
  CHECK(crash("worker-us", "scraper") == errc::not_found);
  CHECK(crash("worker-fr", "scraper") == errc::none);
  CHECK(orders == std::vector<std::string>{"worker-fr/scraper"});
  CHECK(crash("main", "scraper") == errc::none);
  error why;
  w.self->receive([&](caf::down_msg& x) { why = from_caf(x.reason); });
  CHECK(why == error{errc::crashed, "crashed on request", {}});
  CHECK(crash("main", "scraper") == errc::not_found);
  w.stop(aut, fr, us);
}

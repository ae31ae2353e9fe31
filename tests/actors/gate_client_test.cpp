#include "actors/gate_client.hpp"

#include "tests/fakes/fake_event_log.hpp"
#include "tests/fakes/null_metrics.hpp"
#include "tests/support/worker_fakes.hpp"

using namespace vigie;

namespace {

struct fixture {
  explicit fixture(uint64_t seed, gate_client_config config = {}) : w(seed) {
    gateway.set(w.system.spawn(test::fake_gateway, &notes));
    aut = w.system.spawn(gate_client, config, w.env(log, metrics), gateway);
    request.host = host_key{"shop.example"};
  }
  ~fixture() { w.stop(aut, gateway.get()); }

  test::main_notes notes;
  fake_event_log log;
  null_metrics metrics;
  test::world w;
  actor_ref<worker_gateway_actor> gateway;
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
    f.w.self->send(f.aut, permit_release{1, f.request.host, duration{7}, true, "why"});
    f.w.drain();
    REQUIRE(f.notes.released.size() == 1);
    REQUIRE(f.notes.released[0].retry_after == duration{7});
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
    fixture f{seed, {2}};
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

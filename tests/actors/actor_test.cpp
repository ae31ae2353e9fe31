#include "actors/actor.hpp"

#include "tests/support/world.hpp"

using namespace vigie;

namespace {

using puppet_actor = caf::typed_actor<sig<permit, permit_request>, sig<void, permit_release>>;

struct silent_state {
  static inline const char* name = "silent";
  std::vector<promise<permit>> forgotten;
};

// Never answers, not even in death.
puppet_actor::behavior_type silent(shell<puppet_actor, silent_state>* self) {
  return {[self](const permit_request&) -> promise<permit> {
            self->state.forgotten.push_back(self->make_response_promise<promise<permit>>());
            return self->state.forgotten.back();
          },
          [](const permit_release&) {}};
}

struct middle_state {
  static inline const char* name = "middle";
};

// Passes a request on and owes the answer.
puppet_actor::behavior_type middle(shell<puppet_actor, middle_state>* self, puppet_actor next) {
  return {[=](const permit_request& x) -> promise<permit> {
            auto answer = self->owe<permit>();
            self->request(next, caf::infinite, x)
                .then([answer](const permit& p) mutable { answer.keep(p); },
                      [answer](caf::error& e) mutable { answer.fail(from_caf(e)); });
            return answer;
          },
          [](const permit_release&) {}};
}

actor_row row_of(uint64_t id) {
  for (auto& x : actor_directory::instance().snapshot())
    if (x.id == id)
      return x;
  FAIL("no such actor");
  return {};
}

} // namespace

TEST_CASE("an actor that dies with requests out and answers owed fails the answers, and nothing of it stays") {
  for (bool crash : {true, false}) {
    test::world w;
    auto last = w.system.spawn(silent);
    auto first = w.system.spawn(middle, last);
    auto pending = w.self->request(first, caf::infinite, permit_request{});
    w.drain();
    auto weak = caf::actor_cast<caf::weak_actor_ptr>(first);
    if (crash) {
      actor_directory::instance().label(first.id(), "middle", "root", 0, "");
      uint64_t id = 0;
      REQUIRE(actor_directory::instance().crash("middle", &id));
      CHECK(id == first.id());
      w.drain();
    } else {
      w.stop(first);
    }
    bool failed = false;
    pending.receive([](const permit&) { FAIL("a permit of nobody"); },
                    [&](caf::error& e) { failed = from_caf(e).code == errc::crashed; });
    CHECK(failed);
    // The one that holds the request back remembers who asked.
    w.stop(last);
    first = puppet_actor{};
    last = puppet_actor{};
    w.drain();
    CHECK_FALSE(weak.lock());
  }
}

TEST_CASE("messages are counted one by one, and timed over each turn") {
  test::world w;
  auto last = w.system.spawn(silent);
  auto aut = w.system.spawn(middle, last);
  w.drain();
  auto before = row_of(aut.id());
  constexpr uint64_t messages = 3 * probe::messages_per_look + 1;
  for (uint64_t i = 0; i < messages; ++i)
    caf::anon_send(aut, permit_release{});
  CHECK(row_of(aut.id()).mailbox == messages);
  w.drain();
  auto after = row_of(aut.id());
  CHECK(after.handled - before.handled == messages);
  CHECK(after.mailbox == 0);
  CHECK(after.busy_ns > before.busy_ns);
  CHECK(after.max_ns > 0);
  CHECK(after.max_ns <= after.busy_ns);
  w.stop(aut, last);
}

#include "actors/supervisor.hpp"

#include <algorithm>

#include "tests/fakes/fake_event_log.hpp"
#include "tests/fakes/null_metrics.hpp"
#include "tests/support/world.hpp"

using namespace vigie;

namespace {

using puppet_actor = caf::typed_actor<sig<permit, permit_request>, sig<void, permit_release>>;

// A child that does as it is told by the host of a permit request, and writes down its life.
struct journal {
  std::vector<std::string> lines;

  void operator()(std::string what) { lines.push_back(std::move(what)); }
  size_t count(const std::string& what) const {
    return static_cast<size_t>(std::count(lines.begin(), lines.end(), what));
  }
};

struct puppet_state {
  std::string name;
  journal* book = nullptr;

  ~puppet_state() {
    if (book != nullptr)
      (*book)("end " + name);
  }
};

using puppet_ptr = shell<puppet_actor, puppet_state>*;

puppet_actor::behavior_type puppet(puppet_ptr self, std::string name, journal* book, bool stubborn) {
  self->state.name = name;
  self->state.book = book;
  (*book)("start " + name);
  if (stubborn)
    self->set_exit_handler([](caf::exit_msg&) {});
  return {[self](const permit_request& x) -> permit {
            if (x.host.value == "throw")
              throw std::runtime_error("boom");
            if (x.host.value == "normal")
              self->quit();
            if (x.host.value == "shutdown")
              self->quit(caf::exit_reason::user_shutdown);
            return {1, duration{0}, {}};
          },
          [](const permit_release&) {}};
}

struct stage {
  explicit stage(uint64_t seed) : w(seed) {}

  ~stage() {
    if (root)
      w.stop(root);
  }

  child_spec make(const std::string& name, restart_mode mode = restart_mode::permanent, bool stubborn = false) {
    return child(
        name, refs[name],
        [name, stubborn, book = &book](caf::local_actor* self) { return self->spawn(puppet, name, book, stubborn); },
        mode, duration{300});
  }

  environment env() { return w.env(log, metrics); }

  void start(std::vector<child_spec> children, restart_limits limits = {}) {
    root = w.system.spawn(supervisor, env(), supervisor_config{"root", limits, duration{200}}, std::move(children));
    w.self->monitor(root);
    w.drain();
  }

  result<permit> tell(const std::string& name, const std::string& what) {
    return w.ask<permit>(refs[name].get(), permit_request{host_key{what}, {}, duration{0}});
  }

  /// Why the root ended; absent while it lives.
  std::optional<error> ended() {
    std::optional<error> out;
    w.self->receive([&](caf::down_msg& x) { out = from_caf(x.reason); }, caf::after(std::chrono::seconds{0}) >> [] {});
    return out;
  }

  std::optional<actor_row> row(const std::string& name) {
    for (auto& x : actor_directory::instance().snapshot())
      if (x.name == name)
        return x;
    return {};
  }

  test::world w;
  fake_event_log log;
  null_metrics metrics;
  journal book;
  std::map<std::string, actor_ref<puppet_actor>> refs;
  supervisor_actor root;
};

constexpr uint64_t seeds = 50;

using lines = std::vector<std::string>;

} // namespace

TEST_CASE("grid: strategy x mode x reason, over seeds") {
  auto strategy = GENERATE(supervision_strategy::one_for_one, supervision_strategy::one_for_all,
                           supervision_strategy::rest_for_one);
  auto mode = GENERATE(restart_mode::permanent, restart_mode::transient, restart_mode::temporary);
  auto reason = GENERATE("throw", "normal", "shutdown");
  CAPTURE(to_string(strategy), to_string(mode), reason);
  for (uint64_t seed = 1; seed <= seeds; ++seed) {
    CAPTURE(seed);
    stage s{seed};
    restart_limits limits;
    limits.strategy = strategy;
    s.start({s.make("a"), s.make("b", mode), s.make("c")}, limits);
    auto before = s.refs["b"].get();
    s.book.lines.clear();
    auto answer = s.tell("b", reason);
    CHECK(answer.has_value() == (reason != std::string{"throw"}));

    bool crashed = reason == std::string{"throw"};
    bool restarted = mode == restart_mode::permanent || (mode == restart_mode::transient && crashed);
    // No time has passed: the first restart is immediate.
    lines expected{"end b", "start b"};
    if (!restarted)
      expected = {"end b"};
    else if (strategy == supervision_strategy::one_for_all)
      expected = {"end b", "end c", "end a", "start a", "start b", "start c"};
    else if (strategy == supervision_strategy::rest_for_one)
      expected = {"end b", "end c", "start b", "start c"};
    REQUIRE(s.book.lines.size() == expected.size());
    // Children started in one go print in the order of their first turn, which is the seed's.
    auto ends = std::count_if(expected.begin(), expected.end(), [](const auto& x) { return x.starts_with("end"); });
    CHECK(std::equal(expected.begin(), expected.begin() + ends, s.book.lines.begin()));
    CHECK(std::is_permutation(expected.begin(), expected.end(), s.book.lines.begin()));
    CHECK((s.refs["b"].get() != before) == restarted);
    CHECK(s.tell("b", "ping").has_value() == restarted);
    CHECK(s.tell("a", "ping").has_value());
    CHECK(s.tell("c", "ping").has_value());

    auto row = s.row("b");
    REQUIRE(row.has_value() == restarted);
    if (restarted) {
      CHECK(row->restarts == 1);
      CHECK(row->parent == "root");
      CHECK(row->last_crash == (crashed ? "boom" : ""));
      CHECK(row->alive);
    }
    // Its siblings were stopped, they did not crash.
    CHECK(s.row("c")->restarts == 0);
    CHECK(s.metrics.counter_sum("vigie_actor_restarts_total") == (restarted ? 1 : 0));
    CHECK_FALSE(s.ended().has_value());
  }
}

TEST_CASE("from the second restart in a row on, the supervisor waits, and says so in the directory") {
  for (uint64_t seed = 1; seed <= seeds; ++seed) {
    stage s{seed};
    s.start({s.make("a"), s.make("b")});
    s.tell("a", "throw");
    CHECK(s.book.count("start a") == 2);
    s.tell("a", "throw");
    CHECK(s.book.count("start a") == 2);
    REQUIRE(s.row("a"));
    CHECK_FALSE(s.row("a")->alive);
    CHECK(s.row("a")->state == "down");
    // A request meanwhile fails at once.
    auto refused = s.tell("a", "ping");
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == errc::crashed);
    s.w.advance(duration{49}, duration{1});
    CHECK(s.book.count("start a") == 2);
    s.w.advance(duration{1});
    CHECK(s.book.count("start a") == 3);
    CHECK(s.row("a")->alive);
    CHECK(s.row("a")->restarts == 2);
    CHECK(s.tell("a", "ping").has_value());
    s.w.advance(duration{30000}, duration{1000});
    s.tell("a", "throw");
    CHECK(s.book.count("start a") == 4);
  }
}

TEST_CASE("too many restarts escalate: the others are stopped in order, then the supervisor ends with a typed error") {
  for (uint64_t seed = 1; seed <= seeds; ++seed) {
    CAPTURE(seed);
    stage s{seed};
    restart_limits limits;
    limits.max_restarts = 3;
    s.start({s.make("a"), s.make("b"), s.make("c")}, limits);
    for (int i = 0; i < 3; ++i) {
      s.tell("b", "throw");
      s.w.advance(duration{200});
    }
    CHECK_FALSE(s.ended().has_value());
    s.book.lines.clear();
    s.tell("b", "throw");
    CHECK(s.book.lines == lines{"end b", "end c", "end a"});
    auto why = s.ended();
    REQUIRE(why.has_value());
    CHECK(why->code == errc::crashed);
    CHECK(why->detail.find("more than 3 restarts within 10000 ms") != std::string::npos);
    CHECK(why->detail.find("b: boom") != std::string::npos);
    CHECK(s.log.count("restart_intensity_exceeded") == 1);
    CHECK_FALSE(s.row("b").has_value());
  }
}

TEST_CASE("a nested supervisor that escalates is restarted with all its children by its parent") {
  for (uint64_t seed = 1; seed <= seeds; ++seed) {
    CAPTURE(seed);
    stage s{seed};
    restart_limits limits;
    limits.max_restarts = 1;
    actor_ref<supervisor_actor> inner;
    std::vector<child_spec> inside{s.make("x"), s.make("y")};
    auto nested = child("fleet", inner, [env = s.env(), limits, inside](caf::local_actor* self) {
      return self->spawn(supervisor, env, supervisor_config{"fleet", limits, duration{200}}, inside);
    });
    s.start({s.make("a"), nested});
    CHECK(s.row("x")->parent == "fleet");
    CHECK(s.row("fleet")->parent == "root");
    s.tell("x", "throw");
    s.tell("x", "throw");
    CHECK_FALSE(s.ended().has_value());
    CHECK(s.book.count("start x") == 3);
    CHECK(s.book.count("start y") == 2);
    CHECK(s.book.count("start a") == 1);
    CHECK(s.tell("x", "ping").has_value());
    CHECK(s.row("fleet")->restarts == 1);
    CHECK(s.row("fleet")->last_crash.find("x: boom") != std::string::npos);

    // A supervisor that crashes itself leaves no orphans.
    uint64_t id = 0;
    REQUIRE(actor_directory::instance().crash("fleet", &id));
    s.w.advance(duration{100});
    CHECK(s.book.count("start y") == 3);
    CHECK(s.book.count("end y") == 2);
    CHECK(s.tell("y", "ping").has_value());
  }
}

TEST_CASE("an exit message stops the children one by one in reverse order, killing who does not listen") {
  for (uint64_t seed = 1; seed <= seeds; ++seed) {
    CAPTURE(seed);
    stage s{seed};
    s.start({s.make("a"), s.make("b", restart_mode::permanent, true), s.make("c", restart_mode::transient)});
    s.book.lines.clear();
    s.w.self->send_exit(s.root, caf::exit_reason::user_shutdown);
    s.w.drain();
    CHECK(s.book.lines == lines{"end c"});
    s.w.advance(duration{299}, duration{1});
    CHECK(s.book.lines == lines{"end c"});
    s.w.advance(duration{1});
    CHECK(s.book.lines == lines{"end c", "end b", "end a"});
    CHECK(s.log.count("actor_killed") == 1);
    auto why = s.ended();
    REQUIRE(why.has_value());
    CHECK(why->detail.find("its node stops") != std::string::npos);
  }
}

TEST_CASE("a crash during a restart of the group, and one while it waits, end in everybody running once") {
  for (uint64_t seed = 1; seed <= 2 * seeds; ++seed) {
    CAPTURE(seed);
    auto strategy = seed % 2 == 0 ? supervision_strategy::one_for_all : supervision_strategy::rest_for_one;
    stage s{seed};
    restart_limits limits;
    limits.strategy = strategy;
    limits.max_restarts = 100;
    s.start({s.make("a"), s.make("b"), s.make("c", restart_mode::permanent, true), s.make("d")}, limits);
    for (int round = 0; round < 6; ++round) {
      for (const auto* name : {"a", "b", "c", "d"})
        if (s.w.rng() % 2 == 0)
          s.w.self->send(s.refs[name].get(), permit_request{host_key{"throw"}, {}, duration{0}});
      s.w.advance(duration{static_cast<int64_t>(s.w.rng() % 400)}, duration{7});
    }
    s.w.advance(duration{20000}, duration{50});
    for (const auto* name : {"a", "b", "c", "d"}) {
      CAPTURE(name);
      CHECK(s.tell(name, "ping").has_value());
      CHECK(s.book.count("start " + std::string{name}) == s.book.count("end " + std::string{name}) + 1);
    }
    CHECK_FALSE(s.ended().has_value());
  }
}

TEST_CASE("a start that throws counts as a crash") {
  stage s{1};
  int attempts = 0;
  auto flaky = s.make("a");
  auto real = flaky.start;
  flaky.start = [&attempts, real](caf::local_actor* self) {
    if (++attempts < 3)
      throw std::runtime_error("no socket");
    return real(self);
  };
  s.start({flaky, s.make("b")});
  s.w.advance(duration{100});
  CHECK(attempts == 3);
  CHECK(s.tell("a", "ping").has_value());
  CHECK(s.row("a")->last_crash == "cannot start: no socket");
  CHECK(s.book.count("start b") == 1);
}

TEST_CASE("children can be added while it runs; a temporary one is gone when it ends") {
  stage s{1};
  s.start({s.make("a")});
  auto add = [&](child_spec x) {
    auto pending = s.w.self->request(s.root, caf::infinite, start_child{std::move(x)});
    s.w.drain();
    error out;
    pending.receive([] {}, [&](caf::error& e) { out = from_caf(e); });
    return out.code;
  };
  CHECK(add(s.make("t", restart_mode::temporary)) == errc::none);
  CHECK(add(s.make("t", restart_mode::temporary)) == errc::conflict);
  CHECK(s.tell("t", "ping").has_value());
  s.tell("t", "throw");
  CHECK_FALSE(s.row("t").has_value());
  CHECK(add(s.make("t", restart_mode::temporary)) == errc::none);
  CHECK(s.tell("t", "ping").has_value());
}

TEST_CASE("a crash on request ends the actor that has the name, and answers the request that met it") {
  for (uint64_t seed = 1; seed <= seeds; ++seed) {
    stage s{seed};
    s.start({s.make("a"), s.make("b")});
    uint64_t id = 0;
    CHECK_FALSE(actor_directory::instance().crash("nobody", &id));
    REQUIRE(actor_directory::instance().crash("a", &id));
    auto met = s.tell("a", "ping");
    REQUIRE_FALSE(met.has_value());
    CHECK(met.error().code == errc::crashed);
    CHECK(s.row("a")->restarts == 1);
    CHECK(s.row("a")->last_crash == "crashed on request");
    CHECK(s.row("b")->restarts == 0);
    CHECK(s.tell("a", "ping").has_value());
  }
}

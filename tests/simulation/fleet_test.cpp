// The whole fleet in one process. A red run names its seed; VIGIE_SEED=N runs that one alone, with the end of its
// trace.
#include <cstdlib>
#include <exception>
#include <iostream>

#include "tests/simulation/checkers.hpp"
#include "tests/simulation/conduct_checkers.hpp"
#include "tests/simulation/faults.hpp"

using namespace vigie;
using namespace vigie::simulation;
using namespace std::chrono_literals;

namespace {

constexpr size_t alerts = 41;
/// One worker's share has alerts of all of them.
const std::vector<std::string> several{"market", "bazaar", "arcade", "depot", "fair", "outlet"};

/// What the storms of one test have really brought about: a test that meets nothing proves nothing.
std::map<std::string, size_t> met;

template <class Play>
void over_seeds(uint64_t count, Play play) {
  uint64_t first = 1;
  if (const char* only = std::getenv("VIGIE_SEED")) {
    first = count = std::strtoull(only, nullptr, 10);
  } else if (const char* many = std::getenv("VIGIE_SEEDS")) {
    char* end = nullptr;
    count = std::strtoull(many, &end, 10);
    if (*end == '-') {
      first = count;
      count = std::strtoull(end + 1, nullptr, 10);
    }
  }
  met.clear();
  for (uint64_t seed = first; seed <= count; ++seed) {
    INFO("replay with VIGIE_SEED=" << seed);
    play(seed);
  }
}

/// All links up, so that the first cycle sees the whole fleet.
void settle_in(fleet& f) {
  REQUIRE(f.until([&] { return f.workers_up() == 4; }, 30s));
}

bool finish(fleet& f, size_t runs, duration limit = 30min) {
  auto ended = [&] {
    auto all = f.runs();
    return all.size() >= runs &&
           std::none_of(all.begin(), all.end(), [](const auto& x) { return x.state == run_state::running; });
  };
  auto delivered = [&] {
    auto rows = outbox(f);
    return std::none_of(rows.begin(), rows.end(), [](const auto& x) {
      return x.state == delivery_state::pending || x.state == delivery_state::sending;
    });
  };
  return f.until([&] { return ended() && delivered(); }, limit);
}

/// Every request is over, and the ledger is stored.
void rest(fleet& f) {
  REQUIRE(f.until([&] { return f.open_requests() == 0; }, 1min));
  f.until([] { return false; }, 5s);
}

void check_everything(fleet& f) {
  rest(f);
  for (const auto& run : f.runs())
    check_settled(f, run);
  check_matches(f, false);
  check_notified(f);
  check_conduct(f);
}

/// Prints the end of a run's trace if a check throws.
class trace_of_failure {
public:
  explicit trace_of_failure(const trace& log) : log_(log) {}
  trace_of_failure(const trace_of_failure&) = delete;
  trace_of_failure& operator=(const trace_of_failure&) = delete;

  ~trace_of_failure() {
    if (std::uncaught_exceptions() > before_)
      std::cerr << log_.tail(std::getenv("VIGIE_SEED") ? 4000 : 40);
  }

private:
  const trace& log_;
  int before_ = std::uncaught_exceptions();
};

/// One stormy run; its digest.
uint64_t weather_out(uint64_t seed, const storm_config& config, const std::function<void(fleet&)>& more = {}) {
  fleet_options options;
  if (config.cancels && seed % 2 == 0)
    options.overlap = overlap_policy::cancel_old;
  if (config.cancels && seed % 3 == 0) {
    options.silence = 4s;
    options.patience = 3s;
  }
  fleet f{seed, workload{seed, alerts, several}, options};
  trace_of_failure told{f.log};
  settle_in(f);
  f.trigger();
  storm{f, seed, config}.rage();
  f.until([] { return false; }, 2s); // triggers that the store kept waiting have begun their runs
  if (f.runs().empty())              // the trigger died with main
    f.trigger();
  auto ended = finish(f, 1);
  REQUIRE(ended);
  check_everything(f);
  if (more)
    more(f);
  for (const auto& x : f.log.lines())
    ++met[x.name];
  for (const auto& x : f.log.requests())
    ++met["HTTP " + std::to_string(x.status)];
  for (const auto& x : f.runs())
    met["resent"] += x.resent;
  return f.log.digest();
}

void check_met(std::initializer_list<std::string> names) {
  if (std::getenv("VIGIE_SEED"))
    return; // one seed alone meets what it meets
  for (const auto& name : names) {
    INFO(name);
    CHECK(met[name] > 0);
  }
}

} // namespace

TEST_CASE("one cycle of 41 alerts over four workers in fair weather") {
  over_seeds(50, [](uint64_t seed) {
    fleet f{seed, workload{seed, alerts, {"market"}}};
    trace_of_failure told{f.log};
    settle_in(f);
    f.trigger();
    auto ended = finish(f, 1);
    REQUIRE(ended);
    check_everything(f);
    check_matches(f, true);
    auto run = f.runs().at(0);
    CHECK(run.state == run_state::completed);
    CHECK(run.workers == 4);
    CHECK(run.workers_ok == 4);
    CHECK(run.resent == 0);
    CHECK(run.late == 0);
    std::vector<std::string> plans;
    for (const auto& x : f.log.lines())
      if (x.name == "assigned")
        for (const auto& [name, value] : x.fields)
          if (name == "plans")
            plans.push_back(value);
    std::sort(plans.rbegin(), plans.rend());
    CHECK(plans == std::vector<std::string>{"11", "10", "10", "10"});
    CHECK(f.log.requests().size() == alerts + 1); // and robots.txt, once for the whole fleet
    CHECK(f.shop.rows().size() == f.offered.reference().size());
    CHECK(f.mail.rows().size() == f.offered.reference().size());

    f.trigger();
    REQUIRE(finish(f, 2));
    CHECK(f.runs().at(0).new_matches == 0);
    CHECK(f.shop.rows().size() == f.offered.reference().size());
  });
}

TEST_CASE("actors, links and nodes that die: nothing is lost, nothing is done twice") {
  storm_config c;
  c.crashes = true;
  over_seeds(40, [&](uint64_t seed) {
    weather_out(seed, c, [](fleet& f) {
      // Calm again: everything works, and only what failed before is new.
      settle_in(f);
      auto before = f.runs().size();
      f.trigger();
      REQUIRE(finish(f, before + 1));
      CHECK(f.runs().at(0).state == run_state::completed);
      check_everything(f);
      check_matches(f, true);
    });
  });
  check_met({"actor_restarted", "scraper_crashed", "main_detached", "assignment_taken_back", "outbox_recovered",
             "late_result", "resent"});
}

TEST_CASE("regions refused by sites: a ban for one, one other region, then the circuit") {
  storm_config c;
  c.refusals = c.spread = true;
  c.blows = 5;
  over_seeds(40, [&](uint64_t seed) { weather_out(seed, c); });
  check_met({"worker_banned", "circuit_opened", "HTTP 403"});
}

TEST_CASE("sites that ask for patience get it, and slow ones do not break the run") {
  storm_config c;
  c.limits = c.spread = true;
  over_seeds(20, [&](uint64_t seed) { weather_out(seed, c); });
  check_met({"host_held", "HTTP 429"});
  c.slowness = true;
  c.spread = false;
  over_seeds(20, [&](uint64_t seed) { weather_out(seed, c); });
}

TEST_CASE("refusals and limits while work is cancelled: an answer counts, whatever became of the work") {
  storm_config c;
  c.refusals = c.limits = c.cancels = c.commands = c.spread = true;
  c.blows = 16;
  over_seeds(60, [&](uint64_t seed) { weather_out(seed, c); });
  check_met({"worker_banned", "host_held"});
}

TEST_CASE("refusals and limits while actors, links and nodes die") {
  storm_config c;
  c.refusals = c.limits = c.crashes = c.commands = c.spread = true;
  c.blows = 16;
  over_seeds(60, [&](uint64_t seed) { weather_out(seed, c); });
  check_met({"worker_banned", "host_held", "main_detached"});
}

TEST_CASE("workers that are stopped between leave and request: the gap counts from when a site is asked") {
  storm_config c;
  c.refusals = c.limits = c.spread = c.pauses = true;
  c.blows = 24;
  over_seeds(60, [&](uint64_t seed) { weather_out(seed, c); });
  check_met({"worker_banned", "host_held"});
}

TEST_CASE("sites that fail are asked ever less, however often main is restarted") {
  storm_config c;
  c.failures = c.cancels = c.spread = true;
  c.lasts = 4min;
  c.blows = 24;
  over_seeds(60, [&](uint64_t seed) { weather_out(seed, c); });
  check_met({"host_held", "HTTP 500", "main_detached"});
  c.crashes = c.limits = true;
  over_seeds(60, [&](uint64_t seed) { weather_out(seed, c); });
  check_met({"host_held", "HTTP 500", "main_detached"});
}

TEST_CASE("everything at once") {
  storm_config c{true, true, true, true, true, true, true, true, 40s, 24};
  c.failures = true;
  over_seeds(60, [&](uint64_t seed) { weather_out(seed, c); });
  check_met({"actor_restarted", "worker_banned", "host_held", "cycle_waits_for_store", "assignment_taken_back"});
}

TEST_CASE(
    "the first main ends with the store away and a worker cut off: the next one waits for what it may be asking") {
  over_seeds(40, [](uint64_t seed) {
    fleet f{seed, workload{seed, alerts, several}};
    trace_of_failure told{f.log};
    std::mt19937_64 dice{seed};
    auto pass = [&](duration d) { f.until([] { return false; }, d); };
    auto some = [&](int64_t most) { return duration{std::uniform_int_distribution<int64_t>{0, most}(dice)}; };
    f.web.sky.slowest = 5s;
    settle_in(f);
    f.trigger();
    pass(some(900));
    f.db.fail_all(errc::store_unavailable);
    pass(some(1500));
    const std::string cut_off = seed % 2 == 0 ? "worker-fr" : "worker-us";
    uint64_t id = 0;
    f.wire.cut.insert(cut_off);
    actor_directory::instance().crash("worker-proxy/" + cut_off, &id);
    pass(some(300));
    f.kill_node("main");
    pass(some(300));
    f.start_node("main");
    pass(some(1000));
    f.db.fail_all(errc::none);
    pass(5s);
    f.wire.cut.clear();
    if (f.runs().empty()) // the trigger died with main
      f.trigger();
    REQUIRE(finish(f, 1));
    check_everything(f);
  });
}

TEST_CASE("the same seed is the same run") {
  storm_config c{true, true, true, true, true, true, true, true, 20s, 12};
  std::set<uint64_t> seen;
  over_seeds(5, [&](uint64_t seed) {
    auto first = weather_out(seed, c);
    CHECK(weather_out(seed, c) == first);
    CHECK(seen.insert(first).second);
  });
}

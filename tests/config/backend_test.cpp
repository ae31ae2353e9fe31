// The API's way to the actors, where they answer late.
#include "runtime/backend.hpp"

#include "tests/fakes/fake_event_log.hpp"
#include "tests/fakes/null_metrics.hpp"
#include "tests/support/world.hpp"

using namespace vigie;
using namespace std::chrono_literals;

namespace {

struct slow_state {
  static inline const char* name = "slow";
};
using slow_shell = shell<ban_timer_actor, slow_state>;

/// A ban-timer that does what it is told after so long, or fails.
ban_timer_actor::behavior_type slow_bans(slow_shell* self, duration wait, error outcome,
                                         std::vector<verdict> verdicts) {
  return {
      [](const site_refused&) { return refusal_ruling{}; },
      [](const site_answered&) {},
      [=](const lift_bans&) -> promise<void> {
        auto answer = self->owe<void>();
        self->after(wait, [answer, outcome]() mutable {
          if (outcome.code == errc::none)
            answer.keep();
          else
            answer.fail(outcome);
        });
        return answer;
      },
      [verdicts](get_bans) { return verdicts; },
  };
}

struct fixture {
  fixture(duration wait, error outcome, std::vector<verdict> verdicts = {}) {
    links.http_api.set(caf::actor_cast<caf::actor>(w.system.spawn(api_bridge)));
    links.bans.set(w.system.spawn(slow_bans, wait, outcome, std::move(verdicts)));
    links.proxies.emplace(fr, actor_ref<worker_proxy_actor>{});
    config.is_main = true;
    config.answer_timeout = 30s;
    config.secrets.add_secret("sesame");
    backend = make_backend(config, links, w.env(log, metrics));
  }
  ~fixture() { w.stop(links.bans.get(), links.http_api.get()); }

  const worker_id fr{"worker-fr"};
  fake_event_log log;
  null_metrics metrics;
  test::world w;
  backend_config config;
  backend_links links;
  std::unique_ptr<api_backend> backend;
};

} // namespace

TEST_CASE("what is carried out, or fails, after its caller was told that no answer came is an event") {
  enum class end { done, failed, crashed };
  for (auto how : {end::done, end::failed, end::crashed}) {
    std::vector<result<database::unit>> said;
    fixture f{40s, how == end::failed ? error{errc::store_unavailable, "http://me:sesame@disk", {}} : error{}};
    f.backend->unban(f.fr, [&](result<database::unit> x) { said.push_back(std::move(x)); });
    f.w.drain();
    f.w.advance(29s, 1s);
    CHECK(said.empty());
    f.w.advance(2s, 1s);
    REQUIRE(said.size() == 1);
    CHECK(said[0].error() == error{errc::deadline_exceeded, "no answer in time", {}});
    CHECK(f.log.count("late_outcome") == 0);
    if (how == end::crashed)
      f.w.stop(f.links.bans.get());
    f.w.advance(10s, 1s);
    CHECK(said.size() == 1);
    auto told = f.log.events("late_outcome");
    REQUIRE(told.size() == 1);
    CHECK(told[0].field("call") == "unban");
    CHECK(told[0].field("why") == "its caller was answered 504 after 30000 ms");
    auto outcome = told[0].field("outcome");
    CHECK(outcome.find("sesame") == outcome.npos);
    CHECK(outcome.find(how == end::done ? "done" : how == end::failed ? "store_unavailable" : "crashed") == 0);
  }
}

TEST_CASE("an answer in time is none, and its caller's time does nothing any more") {
  std::vector<result<database::unit>> said;
  fixture f{29s, {}};
  f.backend->unban(f.fr, [&](result<database::unit> x) { said.push_back(std::move(x)); });
  f.w.drain();
  f.w.advance(1h, 1s);
  REQUIRE(said.size() == 1);
  CHECK(said[0]);
  CHECK(f.log.count("late_outcome") == 0);
}

TEST_CASE(
    "readiness notes each circuit that is open: no reason not to be ready, but nobody would look for it elsewhere") {
  auto far = from_unix_ms(4'102'444'800'000);
  verdict open{verdict_scope::host, {}, host_key{"shop.example"}, errc::refused, "HTTP 403 on run 3", {}, far};
  auto half_open = open, ban = open;
  half_open.host = host_key{"old.example"};
  half_open.until = from_unix_ms(1);
  ban.scope = verdict_scope::worker_host;
  fixture f{0s, {}, {open, half_open, ban}};
  optional<readiness> said;
  f.backend->get_readiness([&](result<readiness> x) { said = *x; });
  f.w.drain();
  f.w.advance(31s, 1s);
  REQUIRE(said);
  CHECK(said->notes ==
        std::vector<std::string>{"circuit open: shop.example until 2100-01-01T00:00:00.000Z, HTTP 403 on run 3"});
  for (const auto& x : said->reasons)
    CHECK(x.find("ban-timer") == x.npos);
}

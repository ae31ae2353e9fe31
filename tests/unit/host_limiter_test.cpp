#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include <map>
#include <set>

#include "actors/policy/host_limiter.hpp"

using namespace vigie;
using namespace std::chrono_literals;

namespace {

const mono_time t0{std::chrono::hours{1}};
const wall_time today = from_unix_ms(1'800'000'000'000);
const worker_id fr{"worker-fr"}, us{"worker-us"};
const host_key site{"site.test"};

gate_policy every(duration gap, uint32_t in_flight = 1) {
  return {gap, gap, in_flight, 20000};
}

permit_request wants(gate_policy policy, duration patience = 60s, host_key host = site) {
  return {host, policy, patience};
}

host_limiter limiter(host_limiter_config config = {}) {
  return host_limiter{config, 1, t0, 1000};
}

} // namespace

TEST_CASE("the first permit waits a full gap after the owner's start, the next ones a gap from start to start") {
  auto aut = limiter();
  auto policy = every(5s, 2);
  aut.ask(fr, wants(policy), t0, today);
  aut.ask(us, wants(policy), t0, today);
  CHECK(aut.due(t0, today).empty());
  CHECK(aut.next_due(t0) == optional<mono_time>{t0 + 5s});
  CHECK(aut.due(t0 + 5s - 1ms, today).empty());
  auto first = aut.due(t0 + 5s, today);
  REQUIRE(first.size() == 1);
  CHECK(first[0].what.id == 1001);
  CHECK(first[0].what.wait == 5s);
  CHECK(aut.next_due(t0 + 5s) == optional<mono_time>{t0 + 10s});
  CHECK(aut.due(t0 + 9s, today).empty());
  CHECK(aut.due(t0 + 10s, today).size() == 1);
}

TEST_CASE("one request in flight: the next waits for the release, and only the holder can release") {
  auto aut = limiter();
  aut.ask(fr, wants(every(1s)), t0, today);
  aut.ask(us, wants(every(1s)), t0, today);
  auto first = aut.due(t0 + 1s, today);
  REQUIRE(first.size() == 1);
  CHECK(aut.due(t0 + 20s, today).empty());
  aut.release(us, {first[0].what.id, site, 0s, false, {}}, t0 + 20s, today);
  CHECK(aut.due(t0 + 20s, today).empty());
  aut.release(fr, {first[0].what.id, site, 0s, false, {}}, t0 + 20s, today);
  CHECK(aut.due(t0 + 20s, today).size() == 1);
}

TEST_CASE("permits come back when the worker is lost and when the lease ends") {
  auto aut = limiter();
  aut.ask(fr, wants(every(1s)), t0, today);
  CHECK(aut.due(t0 + 1s, today).size() == 1);
  aut.ask(fr, wants(every(1s), 300s), t0 + 1s, today);
  aut.ask(us, wants(every(1s), 300s), t0 + 1s, today);
  CHECK(aut.due(t0 + 10s, today).empty());
  aut.lost(fr, t0 + 10s);
  auto after = aut.due(t0 + 10s, today);
  REQUIRE(after.size() == 2);
  CHECK(after[0].what.why.code == errc::worker_lost);
  CHECK(after[1].what.id != 0);
  aut.ask(fr, wants(every(1s), 300s), t0 + 11s, today);
  CHECK(aut.due(t0 + 10s + 2min - 1ms, today).empty());
  CHECK(aut.next_due(t0 + 11s) == optional<mono_time>{t0 + 10s + 2min});
  CHECK(aut.due(t0 + 10s + 2min, today).size() == 1);
}

TEST_CASE("Retry-After holds the host for everyone; who cannot wait so long is told at once") {
  auto aut = limiter();
  aut.ask(fr, wants(every(1s)), t0, today);
  auto id = aut.due(t0 + 1s, today).at(0).what.id;
  aut.release(fr, {id, site, 90s, false, {}}, t0 + 2s, today);
  aut.ask(us, wants(every(1s), 60s), t0 + 2s, today);
  auto told = aut.due(t0 + 2s, today);
  REQUIRE(told.size() == 1);
  CHECK(told[0].what.id == 0);
  CHECK(told[0].what.why.code == errc::rate_limited);
  aut.ask(us, wants(every(1s), 120s), t0 + 2s, today);
  CHECK(aut.due(t0 + 92s - 1ms, today).empty());
  CHECK(aut.due(t0 + 92s, today).at(0).what.id != 0);
}

TEST_CASE("a Retry-After for a permit of a former owner counts too") {
  auto aut = limiter();
  aut.release(fr, {17, site, 90s, false, {}}, t0, today);
  aut.ask(us, wants(every(1s), 300s), t0, today);
  CHECK(aut.due(t0 + 89s, today).empty());
  CHECK(aut.due(t0 + 90s, today).size() == 1);
}

TEST_CASE("the day's budget, by UTC days; a clock that goes back opens no new one") {
  auto aut = limiter();
  gate_policy policy{1s, 1s, 1, 2};
  auto now = t0;
  auto ask = [&](wall_time wall) {
    now += 2s;
    aut.ask(fr, wants(policy), now, wall);
    auto out = aut.due(now, wall).at(0).what;
    aut.release(fr, {out.id, site, 0s, false, {}}, now, wall);
    return out;
  };
  CHECK(ask(today).id != 0);
  CHECK(ask(today).id != 0);
  CHECK(ask(today).why.code == errc::permit_denied);
  CHECK(ask(today - 24h).why.code == errc::permit_denied);
  CHECK(ask(today + 24h).id != 0);
}

TEST_CASE("patience and the queue are bounded") {
  host_limiter_config config;
  config.max_waiting = 2;
  config.max_hosts = 2;
  auto aut = limiter(config);
  aut.ask(fr, wants(every(60s), 10s), t0, today);
  aut.ask(fr, wants(every(60s), 20s), t0, today);
  aut.ask(fr, wants(every(60s), 30s), t0, today);
  auto third = aut.due(t0, today);
  REQUIRE(third.size() == 1);
  CHECK(third[0].whose == 3);
  CHECK(third[0].what.why.code == errc::busy);
  auto first = aut.due(t0 + 10s, today);
  REQUIRE(first.size() == 1);
  CHECK(first[0].what.why.code == errc::busy);
  CHECK(first[0].what.wait == 10s);
  aut.ask(fr, wants(every(1s), 10s, host_key{"two"}), t0 + 10s, today);
  aut.ask(fr, wants(every(1s), 10s, host_key{"three"}), t0 + 10s, today);
  CHECK(aut.hosts() == 2);
}

TEST_CASE("where two policies meet, the stricter counts") {
  auto aut = limiter();
  aut.ask(fr, wants(every(1s, 4)), t0, today);
  aut.ask(us, wants(every(8s, 4)), t0, today);
  aut.ask(us, wants(every(1s, 1)), t0, today);
  CHECK(aut.due(t0 + 1s, today).at(0).whose == 1);
  CHECK(aut.due(t0 + 8s, today).empty());
  CHECK(aut.due(t0 + 9s, today).at(0).whose == 2);
  CHECK(aut.due(t0 + 16s, today).empty()); // the gap after the stricter one, and its own limit of one in flight
  aut.release(fr, {1001, site, 0s, false, {}}, t0 + 17s, today);
  CHECK(aut.due(t0 + 17s, today).empty());
  aut.release(us, {1002, site, 0s, false, {}}, t0 + 17s, today);
  CHECK(aut.due(t0 + 17s, today).at(0).whose == 3);
}

TEST_CASE("a closed host gives nothing until it is open again as often; the waiting can be denied by reason") {
  auto aut = limiter();
  aut.ask(fr, wants(every(1s, 3)), t0, today);
  aut.ask(us, wants(every(1s, 3)), t0, today);
  aut.close(site);
  aut.close(site);
  CHECK(aut.due(t0 + 5s, today).empty());
  CHECK(aut.next_due(t0 + 5s) == optional<mono_time>{t0 + 60s}); // only their patience
  aut.open(site);
  CHECK(aut.due(t0 + 5s, today).empty());
  aut.deny_if(
      [](const worker_id& w, const host_key&) {
        return w == fr ? error{errc::refused, {}, {}} : error{};
      },
      t0 + 5s);
  aut.open(site);
  auto out = aut.due(t0 + 5s, today);
  REQUIRE(out.size() == 2);
  CHECK(out[0].what.why.code == errc::refused);
  CHECK(out[1].whose == 2);
  CHECK(out[1].what.id != 0);
  aut.close_all(true);
  aut.ask(us, wants(every(1s, 3)), t0 + 6s, today);
  CHECK(aut.due(t0 + 10s, today).empty());
  aut.close_all(false);
  CHECK(aut.due(t0 + 10s, today).size() == 1);
}

TEST_CASE("under any interleaving: gap kept, concurrency kept, each asker answered once, in order, never forgotten") {
  REQUIRE(rc::check("host limiter", [](uint64_t seed) {
    host_limiter_config config;
    config.lease = 40s;
    config.max_waiting = 20;
    host_limiter aut{config, seed, t0, 0};
    gate_policy policy{duration{*rc::gen::inRange(1, 4000)}, duration{*rc::gen::inRange(4000, 9000)},
                       *rc::gen::inRange<uint32_t>(1, 4), 50};
    const std::vector<worker_id> workers{fr, us, worker_id{"worker-nl"}};
    const std::vector<host_key> hosts{site, host_key{"other.test"}};
    auto now = t0;
    std::map<host_limiter::ticket, host_key> open;
    std::map<host_limiter::ticket, mono_time> deadline;
    std::map<host_key, mono_time> last_start;
    std::map<host_key, host_limiter::ticket> last_ticket;
    struct held {
      worker_id by;
      host_key host;
      mono_time expires;
    };
    std::map<uint64_t, held> out;
    std::map<host_limiter::ticket, worker_id> who;
    uint32_t given = 0;
    auto collect = [&] {
      std::erase_if(out, [&](const auto& x) { return x.second.expires <= now; });
      for (const auto& a : aut.due(now, today)) {
        RC_ASSERT(open.contains(a.whose));
        auto host = open[a.whose];
        open.erase(a.whose);
        if (a.what.id == 0)
          continue;
        RC_ASSERT(
            (now >= (last_start.contains(host) ? last_start[host] + policy.min_interval : t0 + policy.max_interval)));
        last_start[host] = now;
        RC_ASSERT(a.whose > last_ticket[host]);
        last_ticket[host] = a.whose;
        out[a.what.id] = {who[a.whose], host, now + config.lease};
        auto same = std::count_if(out.begin(), out.end(), [&](const auto& x) { return x.second.host == host; });
        RC_ASSERT(static_cast<uint32_t>(same) <= policy.max_in_flight);
        ++given;
      }
      for (const auto& [t, host] : open)
        RC_ASSERT(now < deadline[t]);
    };
    auto steps = *rc::gen::inRange(1, 120);
    for (int i = 0; i < steps; ++i) {
      auto w = workers[*rc::gen::inRange<size_t>(0, 3)];
      switch (*rc::gen::inRange(0, 7)) {
      case 0:
      case 1:
      case 2: {
        auto host = hosts[*rc::gen::inRange<size_t>(0, 2)];
        auto patience = duration{*rc::gen::inRange(0, 60000)};
        auto t = aut.ask(w, {host, policy, patience}, now, today);
        open[t] = host;
        who[t] = w;
        // What is due now is answered now.
        deadline[t] = now + patience;
        collect();
        break;
      }
      case 3:
        if (!out.empty()) {
          auto x = *out.begin();
          aut.release(x.second.by, {x.first, x.second.host, 0ms, false, {}}, now, today);
          out.erase(x.first);
        }
        break;
      case 4:
        aut.lost(w, now);
        std::erase_if(out, [&](const auto& x) { return x.second.by == w; });
        break;
      default: {
        auto next = aut.next_due(now);
        now = next && *rc::gen::inRange(0, 2) == 0 ? std::max(now, *next) : now + duration{*rc::gen::inRange(0, 3000)};
        break;
      }
      }
      collect();
    }
    // Left alone, everyone is answered by following next_due only.
    for (int i = 0; i < 2000 && !open.empty(); ++i) {
      auto next = aut.next_due(now);
      RC_ASSERT(next.has_value());
      now = std::max(now, *next);
      collect();
    }
    RC_ASSERT(open.empty());
    RC_ASSERT(given <= 50u * hosts.size());
  }));
}

TEST_CASE("bad gate configurations are named") {
  CHECK(validate(host_limiter_config{}).code == errc::none);
  host_limiter_config bad;
  bad.lease = 0s;
  CHECK(validate(bad).code == errc::bad_config);
  bad = {};
  bad.max_hosts = 0;
  CHECK(validate(bad).code == errc::bad_config);
}

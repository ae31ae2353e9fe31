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

permit_release asks_alone(uint64_t id, optional<duration> hold) {
  permit_release out{id, site, false, {}};
  out.report.kind = answer_kind::rate_limited;
  out.report.status = 429;
  out.report.retry_after = hold;
  return out;
}

host_limiter limiter(host_limiter_config config = {}) {
  return host_limiter{config, 1, t0, 1000};
}

/// The worker names it as one whose request was sent then.
void sent(host_limiter& aut, const worker_id& by, uint64_t id, mono_time at) {
  aut.adopt(by, {id, site, {}, 1ms}, at, today);
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
  sent(aut, fr, 1001, t0 + 5s);
  CHECK(aut.due(t0 + 5s + 1ms, today).empty());
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
  aut.release(us, {first[0].what.id, site, false, {}}, t0 + 20s, today);
  CHECK(aut.due(t0 + 20s, today).empty());
  aut.release(fr, {first[0].what.id, site, false, {}}, t0 + 20s, today);
  CHECK(aut.due(t0 + 20s, today).size() == 1);
}

TEST_CASE("a lost worker's requests go on: their places are free when they must be over, or when it speaks") {
  for (auto speaks : {false, true}) {
    auto aut = limiter();
    auto slow = wants(every(1s), 300s);
    slow.time_out = 30s;
    aut.ask(fr, slow, t0, today);
    auto first = aut.due(t0 + 1s, today).at(0).what.id;
    aut.ask(fr, wants(every(1s), 300s), t0 + 1s, today);
    aut.ask(us, wants(every(1s), 300s), t0 + 1s, today);
    CHECK(aut.due(t0 + 10s, today).empty());
    aut.lost(fr, t0 + 10s);
    auto after = aut.due(t0 + 10s, today);
    REQUIRE(after.size() == 1);
    CHECK(after[0].what.why.code == errc::worker_lost);
    if (speaks) {
      // It holds it still: from now on its time is its lease.
      aut.adopt(fr, {first, site, every(1s), 19s}, t0 + 20s, today);
      aut.over(fr, first, {first}, t0 + 20s);
      CHECK(aut.due(t0 + 60s, today).empty());
      aut.over(us, first, {}, t0 + 60s);
      CHECK(aut.due(t0 + 60s, today).empty());
      aut.over(fr, first, {}, t0 + 60s);
      CHECK(aut.due(t0 + 60s, today).size() == 1);
      CHECK(aut.take_lapsed().empty());
      continue;
    }
    // Time-out and grace, from when it was given.
    CHECK(aut.due(t0 + 41s - 1ms, today).empty());
    CHECK(aut.next_due(t0 + 20s) == optional<mono_time>{t0 + 41s});
    CHECK(aut.due(t0 + 41s, today).size() == 1);
    CHECK(aut.take_lapsed() == std::vector<uint64_t>{first});
  }
}

TEST_CASE("a permit that is not given back is free after its lease, or after a longer time-out and its grace") {
  for (auto time_out : {duration{20s}, duration{300s}}) {
    auto aut = limiter();
    auto wish = wants(every(1s), 500s);
    wish.time_out = time_out;
    aut.ask(fr, wish, t0, today);
    CHECK(aut.due(t0 + 1s, today).size() == 1);
    aut.ask(us, wants(every(1s), 500s), t0 + 1s, today);
    auto over = t0 + 1s + std::max<duration>(120s, time_out + 10s);
    CHECK(aut.due(over - 1ms, today).empty());
    CHECK(aut.due(over, today).size() == 1);
  }
}

TEST_CASE("Retry-After holds the host for everyone; who cannot wait so long is told at once") {
  auto aut = limiter();
  aut.ask(fr, wants(every(1s)), t0, today);
  auto id = aut.due(t0 + 1s, today).at(0).what.id;
  aut.release(fr, asks_alone(id, 90s), t0 + 2s, today);
  aut.ask(us, wants(every(1s), 60s), t0 + 2s, today);
  auto told = aut.due(t0 + 2s, today);
  REQUIRE(told.size() == 1);
  CHECK(told[0].what.id == 0);
  CHECK(told[0].what.why.code == errc::rate_limited);
  aut.ask(us, wants(every(1s), 120s), t0 + 2s, today);
  CHECK(aut.due(t0 + 92s - 1ms, today).empty());
  CHECK(aut.due(t0 + 92s, today).at(0).what.id != 0);
}

TEST_CASE("a person ends a hold, also one that a former owner stored; the wider gap stays") {
  for (auto restarted : {false, true}) {
    auto aut = limiter();
    aut.restore({{site}, {host_key{"other.test"}}}, t0, today);
    aut.heard_all();
    aut.ask(fr, wants(every(1s)), t0, today);
    auto given = aut.due(t0 + 1s, today);
    REQUIRE(given.size() == 1);
    aut.release(fr, asks_alone(given[0].what.id, 72h), t0 + 1s, today);
    auto now = t0 + 2s;
    if (restarted) {
      auto rows = aut.changed_states(now, today);
      aut = host_limiter{{}, 1, now, 1u << 30};
      aut.restore(rows, now, today);
      aut.heard_all();
    }
    auto holds = aut.holds(now, today);
    REQUIRE(holds.size() == 1);
    CHECK(holds[0] == host_hold{site, today + 72h - 1s, true, {}});
    CHECK(aut.lift(host_key{"other.test"}, now, today).empty());
    aut.changed_states(now, today);
    CHECK(aut.lift(site, now, today) == holds);
    CHECK(aut.lift(site, now, today).empty());
    CHECK(aut.holds(now, today).empty());
    CHECK(aut.held(now) == 0);
    CHECK(aut.has_urgent_changes());
    auto stored = aut.changed_states(now, today);
    REQUIRE(stored.size() == 1);
    CHECK(stored[0].held_until == wall_time{});
    CHECK(stored[0].pace == 2);
    aut.ask(fr, wants(every(1s)), now, today);
    CHECK(aut.due(now + 1s - 1ms, today).empty());
    CHECK(aut.due(now + 2s, today).size() == 1);
  }
}

TEST_CASE("whoever stands behind a gate that is held can be named to end it") {
  host_limiter_config config;
  config.domain_of = [](std::string_view name) { return std::string{name.ends_with("shop.test") ? "shop.test" : ""}; };
  auto aut = limiter(config);
  aut.ask(fr, wants(every(1s), 60s, host_key{"www.shop.test"}), t0, today);
  auto given = aut.due(t0 + 1s, today);
  REQUIRE(given.size() == 1);
  auto back = asks_alone(given[0].what.id, 30s);
  back.host = host_key{"www.shop.test"};
  aut.release(fr, back, t0 + 1s, today);
  aut.ask(us, wants(every(1s), 60s, host_key{"api.shop.test"}), t0 + 1s, today);
  CHECK(aut.due(t0 + 5s, today).empty());
  auto lifted = aut.lift(host_key{"api.shop.test"}, t0 + 5s, today);
  REQUIRE(lifted.size() == 1);
  CHECK(lifted[0] == host_hold{host_key{"shop.test"}, today + 26s, false, {}});
  CHECK(aut.due(t0 + 5s, today).size() == 1); // who waited is served at once
}

TEST_CASE("a Retry-After for a permit of a former owner counts too") {
  auto aut = limiter();
  aut.release(fr, asks_alone(17, 90s), t0, today);
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
    aut.release(fr, {out.id, site, false, {}}, now, wall);
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
  sent(aut, fr, 1001, t0 + 1s);
  CHECK(aut.due(t0 + 8s, today).empty());
  CHECK(aut.due(t0 + 9s, today).at(0).whose == 2);
  CHECK(aut.due(t0 + 16s, today).empty()); // the gap after the stricter one, and its own limit of one in flight
  aut.release(fr, {1001, site, false, {}}, t0 + 17s, today);
  CHECK(aut.due(t0 + 17s, today).empty());
  aut.release(us, {1002, site, false, {}}, t0 + 17s, today);
  CHECK(aut.due(t0 + 17s, today).at(0).whose == 3);
}

TEST_CASE("a stricter policy counts for those that come after it, too: its gap, and its limit until it is back") {
  auto aut = limiter();
  aut.ask(fr, wants(every(8s, 4)), t0, today);
  auto slow = aut.due(t0 + 8s, today).at(0).what.id;
  sent(aut, fr, slow, t0 + 8s);
  aut.ask(us, wants(every(1s, 4)), t0 + 9s, today);
  CHECK(aut.due(t0 + 16s - 1ms, today).empty());
  CHECK(aut.due(t0 + 16s, today).size() == 1);
  auto narrow = limiter();
  narrow.ask(fr, wants(every(1s, 1)), t0, today);
  auto alone = narrow.due(t0 + 1s, today).at(0).what.id;
  narrow.ask(us, wants(every(1s, 4)), t0 + 1s, today);
  narrow.ask(us, wants(every(1s, 4)), t0 + 1s, today);
  CHECK(narrow.due(t0 + 20s, today).empty());
  narrow.release(fr, {alone, site, false, {}}, t0 + 20s, today);
  auto next = narrow.due(t0 + 20s, today);
  REQUIRE(next.size() == 1);
  sent(narrow, us, next[0].what.id, t0 + 20s);
  CHECK(narrow.due(t0 + 21s, today).size() == 1);
}

TEST_CASE("whoever is denied holds up nobody that stood behind: the next one's own gap counts") {
  auto aut = limiter();
  aut.ask(fr, wants(every(30s, 3)), t0, today);
  aut.ask(us, wants(every(1s, 3)), t0, today);
  CHECK(aut.due(t0 + 2s, today).empty());
  aut.deny_if(
      [](const worker_id& w, const host_key&) {
        return w == fr ? error{errc::refused, {}, {}} : error{};
      },
      t0 + 2s);
  auto out = aut.due(t0 + 2s, today);
  REQUIRE(out.size() == 2);
  CHECK(out[1].whose == 2);
  CHECK(out[1].what.id != 0);
}

TEST_CASE("that a day's budget is spent is said once a day") {
  auto aut = limiter();
  gate_policy policy{1s, 1s, 4, 1};
  auto said = [&](mono_time now, wall_time wall) {
    aut.ask(fr, wants(policy), now, wall);
    aut.due(now, wall);
    return aut.take_notices().size();
  };
  CHECK(said(t0 + 1s, today) == 0);
  CHECK(said(t0 + 3s, today) == 1);
  CHECK(said(t0 + 5s, today) == 0);
  CHECK(said(t0 + 24h, today + 24h) == 0);
  CHECK(said(t0 + 24h + 2s, today + 24h) == 1);
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
  sent(aut, us, out[1].what.id, t0 + 5s);
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
      mono_time given;
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
        out[a.what.id] = {who[a.whose], host, now + config.lease, now};
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
          aut.release(x.second.by, {x.first, x.second.host, false, {}}, now, today);
          out.erase(x.first);
        }
        break;
      case 4:
        aut.lost(w, now);
        for (auto& [id, x] : out)
          if (x.by == w)
            x.expires = std::min(x.expires, x.given + 20s + config.grace);
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

TEST_CASE("names of one domain share a gate where the list says so; each port of an address has its own") {
  host_limiter_config config;
  config.domain_of = [](std::string_view name) {
    return name.ends_with("shop.example") ? std::string{"shop.example"} : std::string{};
  };
  auto aut = limiter(config);
  auto ask = [&](const char* host) { aut.ask(fr, wants(every(5s, 3), 60s, host_key{host}), t0, today); };
  ask("www.shop.example");
  ask("api.shop.example:8443");
  ask("127.0.0.1:8001");
  ask("127.0.0.1:8002");
  CHECK(aut.hosts() == 3);
  auto first = aut.due(t0 + 5s, today);
  CHECK(first.size() == 3);
  for (const auto& x : first)
    sent(aut, fr, x.what.id, t0 + 5s);
  CHECK(aut.due(t0 + 9s, today).empty());
  CHECK(aut.due(t0 + 10s, today).size() == 1);
  auto own = wants(every(5s, 3), 60s, host_key{"www.shop.example"});
  own.policy.key = gate_key_kind::host;
  aut.ask(fr, own, t0 + 10s, today);
  CHECK(aut.hosts() == 4);
}

TEST_CASE("a refused host closes itself, not its neighbours behind the same gate") {
  host_limiter_config config;
  config.domain_of = [](std::string_view) { return std::string{"shop.example"}; };
  auto aut = limiter(config);
  aut.close(host_key{"www.shop.example"});
  aut.ask(fr, wants(every(1s), 60s, host_key{"www.shop.example"}), t0, today);
  aut.ask(fr, wants(every(1s), 60s, host_key{"api.shop.example"}), t0, today);
  CHECK(aut.due(t0 + 1s, today).at(0).whose == 2);
  aut.open(host_key{"www.shop.example"});
  aut.release(fr, {1001, host_key{"api.shop.example"}, false, {}}, t0 + 2s, today);
  CHECK(aut.due(t0 + 2s, today).at(0).whose == 1);
}

TEST_CASE("several names on one address: so many in flight between them; one alone is not limited, nor is loopback") {
  for (const auto* address : {"192.0.2.7", "127.0.0.1"}) {
    auto aut = limiter();
    const host_key a{"a.example"}, b{"b.example"};
    auto now = t0;
    auto grants = [&](const host_key& host, int n) {
      std::vector<uint64_t> out;
      for (int i = 0; i < n; ++i)
        aut.ask(fr, wants(every(1ms, 10), 60s, host), now, today);
      for (int i = 0; i < n + 1; ++i)
        for (const auto& x : aut.due(now += 1ms, today)) {
          out.push_back(x.what.id);
          sent(aut, fr, x.what.id, now);
        }
      return out;
    };
    for (const auto& host : {a, b})
      for (auto id : grants(host, 1)) {
        permit_release back{id, host, false, {}};
        back.report = {answer_kind::page, 200, {}, 0, 0ms, address};
        aut.release(fr, back, now, today);
      }
    auto loopback = std::string{address} == "127.0.0.1";
    auto of_a = grants(a, 3);
    REQUIRE(of_a.size() == 3);
    CHECK(grants(b, 1).size() == (loopback ? 1 : 0));
    CHECK(grants(a, 1).size() == (loopback ? 1 : 0)); // as long as another waits
    if (loopback)
      continue;
    aut.release(fr, {of_a[0], a, false, {}}, now, today);
    CHECK(aut.due(now += 1ms, today).empty());
    aut.release(fr, {of_a[1], a, false, {}}, now, today);
    CHECK(aut.due(now += 1ms, today).size() == 1);
    CHECK(aut.in_flight() == 2);
  }
}

TEST_CASE("gates of kind ip: names on one address become one, and nothing that waits or holds is lost") {
  auto aut = limiter();
  const host_key a{"a.example"}, b{"b.example"};
  auto by_ip = every(5s, 4);
  by_ip.key = gate_key_kind::ip;
  for (const auto& host : {a, b, b})
    aut.ask(fr, wants(by_ip, 10min, host), t0, today);
  auto first = aut.due(t0 + 5s, today);
  REQUIRE(first.size() == 2); // nothing is known yet
  for (size_t i = 0; i < 2; ++i) {
    permit_release back{first[i].what.id, i == 0 ? a : b, false, {}};
    back.report = {answer_kind::page, 200, {}, 0, 0ms, "192.0.2.7"};
    aut.release(fr, back, t0 + 6s, today);
  }
  CHECK(aut.hosts() == 1);
  aut.ask(us, wants(by_ip, 10min, a), t0 + 6s, today);
  auto third = aut.due(t0 + 10s, today);
  CHECK(third.at(0).whose == 3);
  sent(aut, fr, third.at(0).what.id, t0 + 10s);
  CHECK(aut.due(t0 + 14s, today).empty());
  auto last = aut.due(t0 + 15s, today);
  REQUIRE(last.size() == 1);
  aut.release(us, {last[0].what.id, a, false, {}, {}, {answer_kind::rate_limited, 429, 90s}}, t0 + 16s, today);
  aut.ask(us, wants(by_ip, 30s, b), t0 + 16s, today);
  CHECK(aut.due(t0 + 16s, today).at(0).what.why.code == errc::rate_limited);
  // A new owner meets the names before it knows their address.
  auto next = host_limiter{{}, 2, t0 + 20s, 5000};
  next.restore(aut.changed_states(t0 + 16s, today), t0 + 20s, today + 4s);
  next.ask(us, wants(by_ip, 30s, b), t0 + 20s, today + 4s);
  CHECK(next.due(t0 + 20s, today + 4s).at(0).what.why.code == errc::rate_limited);
}

TEST_CASE("gates of kind ip that become one: what is under way at either counts, and so does either's hold") {
  const host_key a{"a.example"}, b{"b.example"};
  auto by_ip = every(1s, 1);
  by_ip.key = gate_key_kind::ip;
  auto seen = [](uint64_t id, const host_key& host, fetch_report report = {answer_kind::page, 200}) {
    permit_release out{id, host, false, {}};
    out.report = std::move(report);
    out.report.peer_address = "192.0.2.7";
    return out;
  };
  auto aut = limiter();
  for (const auto& host : {a, b})
    aut.ask(fr, wants(by_ip, 10min, host), t0, today);
  auto first = aut.due(t0 + 1s, today);
  REQUIRE(first.size() == 2);
  // a's address is known; another request of a is under way when b turns out to stand there, too.
  aut.release(fr, seen(first[0].what.id, a), t0 + 2s, today);
  aut.ask(fr, wants(by_ip, 10min, a), t0 + 2s, today);
  auto of_a = aut.due(t0 + 2s, today);
  REQUIRE(of_a.size() == 1);
  aut.release(fr, seen(first[1].what.id, b), t0 + 3s, today);
  REQUIRE(aut.hosts() == 1);
  aut.ask(us, wants(by_ip, 10min, b), t0 + 3s, today);
  CHECK(aut.due(t0 + 30s, today).empty());
  aut.release(fr, seen(of_a[0].what.id, a), t0 + 30s, today);
  CHECK(aut.due(t0 + 30s, today).size() == 1);

  // A request of b is under way when it turns out that b stands where a does; b has asked to be left alone.
  auto two = limiter();
  auto twice = every(1s, 2);
  twice.key = gate_key_kind::ip;
  for (const auto& host : {a, b, b})
    two.ask(fr, wants(twice, 10min, host), t0, today);
  auto out = two.due(t0 + 1s, today);
  REQUIRE(out.size() == 2);
  sent(two, fr, out[1].what.id, t0 + 1s);
  REQUIRE(two.due(t0 + 2s, today).size() == 1);
  two.release(fr, seen(out[0].what.id, a), t0 + 3s, today);
  two.release(fr, seen(out[1].what.id, b, {answer_kind::rate_limited, 429, 20s}), t0 + 3s, today);
  REQUIRE(two.hosts() == 1);
  for (int i = 0; i < 3; ++i)
    two.ask(us, wants(twice, 10min, a), t0 + 3s, today);
  CHECK(two.due(t0 + 23s - 1ms, today).empty());
  CHECK(two.due(t0 + 23s, today).size() == 1);
  CHECK(two.due(t0 + 60s, today).empty()); // b's second is not back
}

TEST_CASE("a release that was acknowledged is known to the next owner: its worker may not have heard that") {
  auto aut = limiter();
  aut.ask(fr, wants(every(1s)), t0, today);
  auto id = aut.due(t0 + 1s, today).at(0).what.id;
  permit_release back{id, site, false, {}};
  aut.release(fr, back, t0 + 2s, today);
  auto next_of = [&] {
    auto next = host_limiter{{}, 2, t0 + 20s, 5000};
    next.restore(aut.changed_states(t0 + 3s, today), t0 + 20s, today + 18s);
    return next;
  };
  CHECK_FALSE(next_of().heard(id)); // it is said again, and counts there
  aut.acknowledged(back, t0 + 2s, today);
  CHECK(next_of().heard(id));
  // Of very many the newest.
  for (uint64_t i = 1; i <= 1000; ++i)
    aut.acknowledged({100000 + i, site, false, {}}, t0 + 2s, today);
  auto rows = aut.changed_states(t0 + 3s, today);
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].acknowledged.size() == 32);
  CHECK(rows[0].acknowledged.back() == 101000);
}

TEST_CASE("repetitions get a tenth of the requests, and a few") {
  host_limiter_config config;
  config.retries = {0.1, 3, 10min};
  auto aut = limiter(config);
  auto now = t0 + 1s;
  auto ask = [&](bool retry) {
    auto x = wants(every(1ms, 1), 60s);
    x.retry = retry;
    aut.ask(fr, x, now, today);
    now += 1ms;
    auto out = aut.due(now, today).at(0).what;
    aut.release(fr, {out.id, site, false, {}}, now, today);
    return out;
  };
  for (int i = 0; i < 100; ++i)
    CHECK(ask(false).id != 0);
  int given = 0;
  permit denied;
  for (int i = 0; i < 50; ++i)
    if (auto x = ask(true); x.id != 0)
      ++given;
    else
      denied = x;
  CHECK(given >= 11);
  CHECK(given <= 13);
  CHECK(denied.why.code == errc::permit_denied);
  CHECK(denied.why.detail == "the retry budget of site.test is spent");
  CHECK(ask(false).id != 0);
}

TEST_CASE("a 429 doubles the gap, successes bring it back; the notices say so") {
  auto aut = limiter();
  auto now = t0 + 5s;
  auto turn = [&](fetch_report report) {
    aut.ask(fr, wants(every(10s), 10h), now, today);
    while (true) {
      auto out = aut.due(now, today);
      if (out.empty()) {
        now = *aut.next_due(now);
        continue;
      }
      auto started = now;
      now += 1s;
      aut.release(fr, {out[0].what.id, site, false, {}, {}, report}, now, today);
      return started;
    }
  };
  const fetch_report page{answer_kind::page, 200};
  auto first = turn(page);
  auto second = turn({answer_kind::rate_limited, 429, 5s});
  CHECK(second - first == 10s);
  auto notices = aut.take_notices();
  REQUIRE(notices.size() == 2);
  CHECK(notices[0].what == gate_notice::about::held);
  CHECK(notices[0].asked == optional<duration>{5s});
  CHECK(notices[1].what == gate_notice::about::paced);
  CHECK(notices[1].pace == 2);
  CHECK(aut.slowed() == 1);
  CHECK(aut.held(now) == 1);
  auto third = turn(page);
  CHECK(third - second == 20s);
  auto fourth = turn(page);
  CHECK(fourth - third == 19s);
  for (int i = 0; i < 13; ++i)
    turn(page);
  CHECK(aut.slowed() == 0);
  CHECK(aut.take_notices().size() == 1);
  auto last = turn(page);
  CHECK(turn(page) - last == 10s);
}

TEST_CASE("the same release again changes nothing, whoever repeats it") {
  auto aut = limiter();
  aut.ask(fr, wants(every(1s)), t0, today);
  auto id = aut.due(t0 + 1s, today).at(0).what.id;
  for (int i = 0; i < 5; ++i)
    aut.release(fr, asks_alone(id, {}), t0 + 2s, today);
  CHECK(aut.changed_states(t0 + 2s, today).at(0).strikes == 1);
  for (int i = 0; i < 5; ++i)
    aut.release(fr, asks_alone(17, {}), t0 + 90s, today); // a former owner's
  CHECK(aut.changed_states(t0 + 90s, today).at(0).strikes == 2);
}

TEST_CASE("where there are several places, the next turn comes when the last request is known to be sent") {
  auto aut = limiter();
  auto policy = every(5s, 2);
  aut.ask(fr, wants(policy), t0, today);
  auto id = aut.due(t0 + 5s, today).at(0).what.id;
  aut.ask(us, wants(policy), t0 + 5s, today);
  CHECK(aut.due(t0 + 10s, today).empty()); // its worker may be stopped with the permit in its hand
  SECTION("sent late: the gap counts from there") {
    aut.adopt(fr, {id, site, policy, 500ms}, t0 + 9s, today);
    aut.adopt(fr, {id, site, policy, 1500ms}, t0 + 10s, today); // said again
    CHECK(aut.due(t0 + 13500ms, today).empty());                // 500 ms are a little more than it was
    CHECK(aut.due(t0 + 13500ms + 1ms, today).size() == 1);
  }
  SECTION("sent at this moment") {
    sent(aut, fr, id, t0 + 9s);
    CHECK(aut.due(t0 + 14s - 1ms, today).empty());
    CHECK(aut.due(t0 + 14s, today).size() == 1);
  }
  SECTION("its worker says nothing: after 5 s it is not sent any more") {
    CHECK(aut.due(t0 + 15s - 1ms, today).empty());
    CHECK(aut.due(t0 + 15s, today).size() == 1);
  }
  SECTION("its worker says that it still waits for a connection: the time begins anew") {
    aut.adopt(fr, {id, site, policy, 0s}, t0 + 9s, today);
    CHECK(aut.due(t0 + 19s - 1ms, today).empty());
    CHECK(aut.due(t0 + 19s, today).size() == 1);
  }
  SECTION("back unused: the site was not asked") {
    aut.release(fr, {id, site, false, {}}, t0 + 10s, today);
    CHECK(aut.due(t0 + 10s, today).size() == 1);
  }
  SECTION("its worker is a new process, and names nothing: the old one may have sent it at its end") {
    aut.over(fr, id, {}, t0 + 8s);
    CHECK(aut.due(t0 + 13s - 1ms, today).empty());
    CHECK(aut.due(t0 + 13s, today).size() == 1);
  }
  SECTION("a former owner's, which still waits for a connection, counts alike") {
    auto next = limiter();
    next.adopt(fr, {17, site, policy, 0s}, t0 + 1s, today);
    next.ask(us, wants(policy), t0 + 1s, today);
    CHECK(next.due(t0 + 11s - 1ms, today).empty());
    CHECK(next.due(t0 + 11s, today).size() == 1);
  }
}

TEST_CASE(
    "whoever holds a permit may be stopped with it, for any time: sites see no two requests nearer than the gap") {
  REQUIRE(rc::check("late departures", [](uint64_t seed) {
    auto gap = duration{*rc::gen::inRange(100, 3000)};
    auto policy = every(gap, *rc::gen::inRange<uint32_t>(1, 4));
    host_limiter aut{{}, seed, t0, 0};
    struct held {
      worker_id by;
      mono_time leaves; ///< if its worker lets it
      mono_time leave_by;
      duration takes;
      bool left = false;
    };
    std::map<uint64_t, held> out;
    std::map<host_limiter::ticket, worker_id> who;
    optional<mono_time> last;
    auto now = t0;
    size_t asked = 0;
    auto depart = [&] {
      std::vector<std::pair<mono_time, uint64_t>> next;
      for (const auto& [id, x] : out)
        if (!x.left && x.leaves <= now && x.leaves <= x.leave_by)
          next.emplace_back(x.leaves, id);
      std::sort(next.begin(), next.end());
      for (const auto& [at, id] : next) {
        RC_ASSERT((!last || at - *last >= gap));
        last = at;
        out[id].left = true;
        ++asked;
      }
    };
    auto steps = *rc::gen::inRange(20, 200);
    for (int i = 0; i < steps; ++i) {
      now += duration{*rc::gen::inRange(1, 700)};
      depart();
      auto by = *rc::gen::element(fr, us);
      who[aut.ask(by, wants(policy), now, today)] = by;
      for (const auto& x : aut.due(now, today)) {
        if (x.what.id == 0)
          continue;
        auto late = *rc::gen::inRange(0, 3) == 0 ? *rc::gen::inRange(0, 9000) : *rc::gen::inRange(0, 30);
        out[x.what.id] = {who.at(x.whose), now + duration{late}, now + 5s, duration{*rc::gen::inRange(1, 1000)}};
      }
      std::map<uint64_t, held> kept;
      std::set<uint64_t> others;
      for (const auto& [id, x] : out)
        others.insert(id);
      for (auto& [id, x] : out) {
        others.erase(id);
        auto ago = std::chrono::floor<duration>(now - x.leaves);
        switch (*rc::gen::inRange(0, 4)) {
        case 0:
          if (x.left && now >= x.leaves + x.takes) {
            aut.release(x.by, {id, site, false, {}, {}, {answer_kind::page, 200, {}, 0, ago}}, now, today);
            continue;
          }
          if (!x.left && (x.leaves > x.leave_by || *rc::gen::inRange(0, 5) == 0)) {
            aut.release(x.by, {id, site, false, {}}, now, today);
            continue;
          }
          break;
        case 1:
          aut.adopt(x.by, {id, site, policy, x.left ? std::max(ago, duration{1}) : duration{0}}, now, today);
          x.leave_by = std::max(x.leave_by, now + 5s);
          break;
        case 2:
          if (*rc::gen::inRange(0, 10) == 0) { // its process has died
            aut.over(x.by, id, others, now);
            continue;
          }
          break;
        default:
          break;
        }
        kept.emplace(id, x);
        others.insert(id);
      }
      out.swap(kept);
    }
    RC_CLASSIFY(asked > 5);
  }));
}

TEST_CASE("a word that names a permit which was given back meanwhile takes no place") {
  auto aut = limiter();
  aut.ask(fr, wants(every(1s)), t0, today);
  auto id = aut.due(t0 + 1s, today).at(0).what.id;
  aut.release(fr, {id, site, false, {}}, t0 + 2s, today);
  aut.adopt(fr, {id, site, every(1s), 1s}, t0 + 2s, today);
  CHECK(aut.in_flight() == 0);
}

TEST_CASE("a failure is known to the next owner: stored at once, or told by the worker that was not heard") {
  auto broken = [](uint64_t id) {
    permit_release out{id, site, false, {}};
    out.report = {answer_kind::server_error, 503};
    return out;
  };
  auto former = limiter();
  former.restore({}, t0, today);
  former.recorded();
  for (auto at : {t0 + 1s, t0 + 2s}) {
    former.ask(fr, wants(every(1s)), at, today);
    auto given = former.due(at, today);
    REQUIRE(given.size() == 1);
    former.changed_states(at, today);
    former.release(fr, broken(given[0].what.id), at, today);
    CHECK(former.has_urgent_changes());
  }
  auto rows = former.changed_states(t0 + 3s, today + 3s);
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].failed == std::vector<wall_time>{today + 1s, today + 2s});
  // The third one's permit was the former owner's, and so was its word.
  auto aut = host_limiter{{}, 2, t0 + 4s, 5000};
  aut.restore(rows, t0 + 4s, today + 4s);
  aut.heard_all();
  aut.release(us, broken(1003), t0 + 4s, today + 4s);
  CHECK(aut.held(t0 + 5s) == 1);
  aut.ask(us, wants(every(1s)), t0 + 5s, today + 5s);
  CHECK(aut.due(t0 + 4s + 27s - 1ms, today + 31s).empty());
}

TEST_CASE("a new owner waits the widest gap that is known of a host, whatever is asked for now") {
  auto former = limiter();
  former.ask(fr, wants(every(20s)), t0, today); // a Crawl-delay
  CHECK(former.due(t0 + 20s, today).size() == 1);
  auto aut = host_limiter{{}, 2, t0 + 21s, 5000};
  aut.restore(former.changed_states(t0 + 20s, today), t0 + 21s, today);
  aut.heard_all();
  aut.ask(us, wants(every(5s, 4)), t0 + 21s, today);
  CHECK(aut.due(t0 + 41s - 1ms, today).empty());
  CHECK(aut.due(t0 + 41s, today).size() == 1);
}

TEST_CASE("a day's count of a day to come stands: the clock was set back, and the requests were made") {
  auto aut = limiter();
  host_state spent;
  spent.gate = site;
  spent.day = to_unix_ms(today) / 86'400'000 + 1;
  spent.today = 7;
  aut.restore({spent}, t0, today);
  aut.heard_all();
  aut.ask(fr, wants({1s, 1s, 1, 7}), t0, today);
  CHECK(aut.due(t0 + 1s, today).at(0).what.why.code == errc::permit_denied);
}

TEST_CASE("an owner that had a predecessor hears what was missed before it gives a permit") {
  auto aut = limiter();
  host_state other;
  other.gate = host_key{"other.test"};
  aut.restore({other}, t0, today);
  aut.ask(fr, wants(every(1ms)), t0, today);
  CHECK(aut.due(t0 + 15s - 1ms, today).empty());
  CHECK(aut.due(t0 + 15s, today).size() == 1);
}

TEST_CASE("it waits no longer once all workers have spoken") {
  auto aut = limiter();
  host_state other;
  other.gate = host_key{"other.test"};
  aut.restore({other}, t0, today);
  aut.ask(fr, wants(every(1s)), t0, today);
  CHECK(aut.due(t0 + 2s, today).empty());
  aut.heard_all();
  CHECK(aut.due(t0 + 2s, today).size() == 1);
}

TEST_CASE("the first owner waits for nobody, but gives no permit before a next one could see that there was one") {
  for (auto asked_before : {false, true}) {
    auto aut = limiter();
    if (asked_before)
      aut.ask(fr, wants(every(1s, 2)), t0, today);
    CHECK_FALSE(aut.has_urgent_changes());
    aut.restore({}, t0, today);
    if (!asked_before)
      aut.ask(fr, wants(every(1s, 2)), t0, today);
    REQUIRE(aut.has_urgent_changes());
    auto rows = aut.changed_states(t0, today);
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].gate == site);
    // They could not be stored; who asks meanwhile waits, too, and its patience ends.
    aut.changed_again(rows);
    CHECK(aut.has_urgent_changes());
    aut.ask(us, wants(every(1s, 2), 3s), t0 + 1s, today);
    auto late = aut.due(t0 + 4s, today);
    REQUIRE(late.size() == 1);
    CHECK(late[0].what.why.code == errc::busy);
    CHECK(aut.due(t0 + 5s, today).empty());
    rows = aut.changed_states(t0 + 5s, today);
    aut.recorded();
    CHECK(aut.due(t0 + 5s, today).size() == 1);
    // That is what the next one needs.
    auto next = limiter();
    next.restore(rows, t0 + 6s, today);
    next.ask(us, wants(every(1s)), t0 + 6s, today);
    CHECK(next.due(t0 + 15s - 1ms, today).empty());
    CHECK(next.due(t0 + 15s, today).size() == 1);
  }
  auto lanes = limiter();
  lanes.restore({}, t0, today);
  auto each = every(1s);
  each.scope = gate_scope::worker;
  lanes.ask(fr, wants(each), t0, today);
  auto rows = lanes.changed_states(t0, today);
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].gate == site);
  lanes.recorded();
  CHECK(lanes.due(t0 + 1s, today).size() == 1);
}

TEST_CASE("what a worker still holds of a former owner takes its place, and its gap counts") {
  auto aut = limiter();
  auto policy = every(5s);
  held_permit former{17, site, policy, 2s};
  aut.adopt(fr, former, t0 + 1s, today);
  aut.adopt(fr, former, t0 + 2s, today); // said again
  CHECK(aut.in_flight() == 1);
  aut.ask(us, wants(policy), t0 + 1s, today);
  CHECK(aut.due(t0 + 20s, today).empty());
  aut.release(fr, {17, site, false, {}}, t0 + 20s, today);
  CHECK(aut.due(t0 + 20s, today).size() == 1);
  // Its lease runs from when it was given.
  aut.adopt(fr, {18, host_key{"other.test"}, policy, 100s}, t0 + 20s, today);
  CHECK(aut.in_flight() == 2);
  aut.due(t0 + 40s, today);
  CHECK(aut.in_flight() == 1);
  aut.adopt(fr, {19, site, policy, 120s}, t0 + 40s, today);
  CHECK(aut.in_flight() == 1);
  // One that began after this owner's start.
  auto next = limiter();
  next.adopt(fr, {17, site, every(5s, 2), 1ms}, t0 + 3s, today);
  next.ask(us, wants(every(5s, 2)), t0 + 3s, today);
  CHECK(next.due(t0 + 8s - 1ms, today).empty());
  CHECK(next.due(t0 + 8s, today).size() == 1);
}

TEST_CASE("a request that began later than its permit was given counts from there") {
  auto aut = limiter();
  aut.ask(fr, wants(every(5s)), t0, today);
  auto id = aut.due(t0 + 5s, today).at(0).what.id;
  // Back 3 s after the permit, and it took 2 s: it began 1 s after the permit at the latest.
  aut.release(fr, {id, site, false, {}, {}, {answer_kind::page, 200, {}, 0, 2s}}, t0 + 8s, today);
  aut.ask(fr, wants(every(5s)), t0 + 8s, today);
  CHECK(aut.due(t0 + 11s, today).empty());
  CHECK(aut.due(t0 + 11s + 1ms, today).size() == 1);
}

TEST_CASE("scope worker: gaps and places are each worker's; the budget, holds and the pace are the host's") {
  auto aut = limiter();
  auto policy = every(10s);
  policy.scope = gate_scope::worker;
  policy.daily_requests = 4;
  auto now = t0 + 10s;
  auto ask = [&](const worker_id& by) { return aut.ask(by, wants(policy, 100s), now, today); };
  auto give_back = [&](const worker_id& by, uint64_t id, fetch_report report) {
    aut.release(by, {id, site, false, {}, {}, report}, now, today);
  };
  const fetch_report page{answer_kind::page, 200};
  ask(fr), ask(us), ask(fr);
  auto both = aut.due(now, today);
  REQUIRE(both.size() == 2);
  CHECK(aut.due(now += 9s, today).empty());
  give_back(fr, both[0].what.id, page);
  CHECK(aut.due(now, today).empty());
  auto third = aut.due(now += 1s, today);
  REQUIRE(third.size() == 1);
  // A 429 for one is one for all, and the gap of each is wider.
  give_back(us, both[1].what.id, {answer_kind::rate_limited, 429, 30s});
  give_back(fr, third[0].what.id, page);
  CHECK(aut.held(now) == 1);
  ask(us), ask(fr);
  CHECK(aut.due(now += 29s, today).empty());
  auto fourth = aut.due(now += 1s, today);
  REQUIRE(fourth.size() == 2);
  CHECK(fourth[0].what.id != 0);
  CHECK(fourth[1].what.why.code == errc::permit_denied); // the day's four are spent
  // What has to be known after a restart is one row.
  CHECK(aut.changed_states(now, today).size() == 1);
}

namespace {

/// The host's side: what may be asked of it, and when. Knows nothing of owners and their deaths.
struct host_model {
  optional<mono_time> last_start;
  double pace = 1;
  optional<mono_time> slowed;
  mono_time held{};
  optional<mono_time> last_strike;
  std::map<int64_t, uint32_t> days;
  std::vector<mono_time> failed;
  uint32_t backed_off = 0;

  void broke(mono_time now) {
    failed.push_back(now);
    auto young = std::count_if(failed.begin(), failed.end(), [&](mono_time t) { return now - t <= 5min; });
    if (backed_off == 0 && young < 3)
      return;
    held = std::max(held, now + duration{std::min<int64_t>(27000 * (1 << std::min(backed_off, 7u)), 3600000)});
    ++backed_off;
  }

  void answered() {
    failed.clear();
    backed_off = 0;
    pace = pace * 0.95 < 1.001 ? 1 : pace * 0.95;
  }

  void limited(optional<duration> asked, mono_time started, mono_time now) {
    bool news = !slowed || started > *slowed;
    auto hold = asked ? std::min<duration>(*asked, 24h) : duration{54000};
    if (!asked && news && last_strike && now - *last_strike < 30min)
      hold = 108s;
    if (!asked && news)
      last_strike = now;
    held = std::max(held, now + hold);
    if (news) {
      pace = std::min(pace * 2, 256.0);
      slowed = now;
    }
  }
};

} // namespace

TEST_CASE("the owner dies at any point, again and again: no gap, no hold and no day's budget gets shorter, no place is "
          "taken twice") {
  REQUIRE(rc::check("deaths of the owner", [](uint64_t seed) {
    // Seldom: only what is urgent is stored in time, as when the owner dies between two batches.
    bool seldom = *rc::gen::arbitrary<bool>();
    gate_policy policy{duration{*rc::gen::inRange(10, 4000)}, duration{*rc::gen::inRange(4000, 30000)},
                       *rc::gen::inRange<uint32_t>(1, 4), *rc::gen::inRange<uint32_t>(3, 60)};
    auto now = t0;
    auto wall = today;
    std::map<host_key, host_state> stored;
    host_model host;
    host_limiter aut{{}, seed, now, 0};
    aut.restore({}, now, wall);
    struct held {
      uint64_t id;
      mono_time started;
    };
    std::vector<held> out;
    uint64_t lives = 0;
    auto pass = [&](duration d) {
      now += d;
      wall += d;
    };
    auto store = [&] {
      if (seldom && !aut.has_urgent_changes())
        return;
      for (const auto& x : aut.changed_states(now, wall))
        stored[x.gate] = x;
      if (!stored.empty())
        aut.recorded();
    };
    auto collect = [&] {
      for (const auto& x : aut.due(now, wall)) {
        if (x.what.id == 0)
          continue;
        if (host.last_start)
          RC_ASSERT(now >= *host.last_start + duration{static_cast<int64_t>(
                                                  static_cast<double>(policy.min_interval.count()) * host.pace)});
        RC_ASSERT(now >= host.held);
        host.last_start = now;
        ++host.days[to_unix_ms(wall) / 86'400'000];
        std::erase_if(out, [&](const held& y) { return now >= y.started + host_limiter_config{}.lease; });
        out.push_back({x.what.id, now});
        RC_ASSERT(out.size() <= policy.max_in_flight);
      }
      store();
    };
    auto steps = *rc::gen::inRange(1, 150);
    for (int i = 0; i < steps; ++i) {
      switch (*rc::gen::inRange(0, 8)) {
      case 0:
      case 1:
        aut.ask(fr, wants(policy, 1h), now, wall);
        break;
      case 2:
      case 3:
        if (!out.empty()) {
          auto x = out.back();
          out.pop_back();
          fetch_report report{answer_kind::page, 200};
          switch (*rc::gen::inRange(0, 6)) {
          case 2:
          case 3:
            report = {answer_kind::server_error, 503};
            host.broke(now);
            break;
          case 0:
            report = {answer_kind::rate_limited, 429, duration{*rc::gen::inRange(0, 200000)}};
            host.limited(report.retry_after, x.started, now);
            break;
          case 1:
            report = {answer_kind::rate_limited, 429};
            host.limited({}, x.started, now);
            break;
          default:
            host.answered();
          }
          aut.release(fr, {x.id, site, false, {}, {}, report}, now, wall);
        }
        break;
      case 4: {
        pass(duration{*rc::gen::inRange(0, 20000)});
        std::vector<host_state> rows;
        for (const auto& [key, x] : stored)
          rows.push_back(x);
        ++lives;
        aut = host_limiter{{}, seed + lives, now, lives * 1'000'000};
        pass(duration{*rc::gen::inRange(0, 100)});
        aut.restore(rows, now, wall);
        // Within a second each worker says what it holds.
        collect();
        pass(duration{*rc::gen::inRange(0, 1000)});
        collect();
        for (const auto& x : out)
          aut.adopt(fr, {x.id, site, policy, std::chrono::duration_cast<duration>(now - x.started)}, now, wall);
        aut.heard_all();
        break;
      }
      default: {
        auto next = aut.next_due(now);
        pass(next && *rc::gen::inRange(0, 2) == 0 ? std::chrono::ceil<duration>(std::max(*next, now) - now)
                                                  : duration{*rc::gen::inRange(0, 20000)});
        break;
      }
      }
      collect();
    }
    if (!seldom)
      for (const auto& [day, n] : host.days)
        RC_ASSERT(n <= policy.daily_requests);
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

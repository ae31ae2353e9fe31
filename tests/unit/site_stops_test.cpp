#include "actors/policy/site_stops.hpp"

#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include <utility>
#include <vector>

using namespace vigie;
using namespace std::chrono_literals;

namespace {

const mono_time t0{std::chrono::hours{1}};
const host_key site{"site.test"}, other{"other.test"};

} // namespace

TEST_CASE("from a site's no until main is told, every permit for it is overtaken; other hosts' are not") {
  site_stops x;
  CHECK_FALSE(x.overtook(site, t0, 0));
  x.said(site, t0);
  CHECK(x.overtook(site, t0 - 5s, 0));
  CHECK(x.overtook(site, t0 + 1min, 0)); // main still has not heard
  CHECK_FALSE(x.overtook(other, t0 - 5s, 0));
}

TEST_CASE("once main is told: permits asked for before, unless main gave them after it must have heard") {
  site_stops x;
  x.said(site, t0);
  x.told(site, t0 + 1s);
  CHECK(x.count() == 1);
  CHECK(x.overtook(site, t0 - 5s, 0));
  CHECK(x.overtook(site, t0 + 1s + site_stops::heard_within, 0));
  CHECK_FALSE(x.overtook(site, t0 + 1s + site_stops::heard_within + 1ms, 0)); // it waited for its turn until then
  CHECK_FALSE(x.overtook(site, t0 + 1s, x.count())); // asked for on the same way, after the word
  // The next no overtakes that, too.
  x.said(site, t0 + 2s);
  CHECK(x.overtook(site, t0 + 1s, 1));
  x.told(site, t0 + 2s);
  CHECK(x.overtook(site, t0 + 1s, 1));
  CHECK_FALSE(x.overtook(site, t0 + 3s, 1));
}

TEST_CASE("what no permit can be older than is forgotten") {
  site_stops x;
  for (int i = 0; i < 1000; ++i)
    x.said(host_key{"h" + std::to_string(i)}, t0 + i * 10s);
  CHECK(x.size() <= 61);
  x.told(host_key{"h0"}, t0 + 10000s);
  CHECK(x.count() == 0);
}

TEST_CASE("no permit is used that main gave before it heard a no, whatever the order of things") {
  REQUIRE(rc::check("site stops", [] {
    // One worker and one main; words and questions travel in order, and each is up to 100 ms on its way.
    site_stops x;
    auto now = t0;
    auto heard = t0; // by main, of the last word
    bool said = false, untold = false;
    struct permit {
      mono_time asked, given;
      uint64_t count;
    };
    std::vector<permit> held;
    auto way = [] { return duration{*rc::gen::inRange<int64_t>(0, 100)}; };
    for (auto steps = *rc::gen::inRange(1, 40); steps > 0; --steps) {
      now += duration{*rc::gen::inRange<int64_t>(0, 300)};
      switch (*rc::gen::inRange(0, 4)) {
      case 0:
        x.said(site, now);
        said = untold = true;
        break;
      case 1:
        if (std::exchange(untold, false)) {
          x.told(site, now);
          heard = std::max(heard, now + way());
        }
        break;
      case 2: {
        auto arrives = std::max(now + way(), heard);
        held.push_back({now, arrives + duration{*rc::gen::inRange<int64_t>(0, 2000)}, x.count()});
        break;
      }
      default:
        for (const auto& p : held) {
          if (p.given > now)
            continue;
          auto wait = std::max<mono_time::duration>(p.given - p.asked - 100ms, 0ms); // the worker knows no better
          if (said && (untold || p.given < heard))
            RC_ASSERT(x.overtook(site, p.asked + wait, p.count));
          if (!untold && p.given > heard + site_stops::heard_within + 100ms)
            RC_ASSERT_FALSE(x.overtook(site, p.asked + wait, p.count));
        }
      }
    }
  }));
}
